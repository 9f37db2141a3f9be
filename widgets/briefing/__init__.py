"""Briefings 简报 at a seat: choose, look at the pages, save, print."""
