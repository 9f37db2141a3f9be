"""Walls without a screen: what an act makes of a wall, published files, carousels, machines' beats, the command line."""
