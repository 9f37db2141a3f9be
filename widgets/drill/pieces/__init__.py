"""Pieces of the drill page that other panels may use: sentence with figures, tabs, chips, rows."""
