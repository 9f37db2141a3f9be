"""Cameras' pictures: tiles that play, which cameras they show, and panels of wall and desk."""
