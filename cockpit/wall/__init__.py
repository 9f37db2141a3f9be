"""Walls without a screen: what acts make of them, published files, carousels, a machine's part, the command line."""
