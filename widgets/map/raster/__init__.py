"""The raster backend: QPainter in a thread of its own into images that Qt only blits. Needs no GPU."""
