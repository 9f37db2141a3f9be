"""What the archive says: figures, their parts, courses and rows; leagues, check-ups, changes. Sums always agree.

A record counts in the period in which it was reported. Everything is computed over columns in memory (`facts.Facts`),
which any thread may read; nothing here changes anything.
"""
