"""The map's style from the theme of the desk."""

from __future__ import annotations

from widgets.kit.theme import Theme
from widgets.map.style import MapStyle, style_of


def map_style(theme: Theme) -> MapStyle:
    """How the map is coloured in a theme."""
    tokens = {name: theme.hex(name) for name in theme.colors()}
    return style_of({name: theme.map.of(name) for name in theme.map.names()}, tokens)
