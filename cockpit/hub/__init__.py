"""The hub, one a hall: `hub` runs the feeds, holds and publishes the picture, `answers` answers the seats. No Qt."""

from cockpit.hub.hub import Hub, serve

__all__ = ["Hub", "serve"]
