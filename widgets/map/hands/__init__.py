"""What a person's hands do on the map: move it, measure, gather, hold the view, keep views."""
