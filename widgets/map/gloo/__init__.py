"""The gloo backend: programs of our own on vispy's gloo, for machines with a GPU; also without Qt, on EGL."""
