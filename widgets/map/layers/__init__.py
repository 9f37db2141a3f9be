"""Layers of the map as a person sets them: what is shown, how, in which order, filtered by what; and named views."""
