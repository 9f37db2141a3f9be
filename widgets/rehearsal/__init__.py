"""Rehearsals at the desk."""
