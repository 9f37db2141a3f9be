"""What leaves the map: a page, a picture or a print of the situation, and the look that a view in 3D begins with."""
