"""Layers that a person brings along in a file: read, mended, left out with a count, kept. No Qt in here.

Hostile by nature: a file may be huge, broken, in another datum, or not what its name says. What can be mended is
mended and counted, what can not is left out with its reason; only a file of which nothing can be read is refused.
"""
