"""The colours of a theme as pages take them."""

from __future__ import annotations

from cockpit.share.tokens import Tokens, tokens_of
from widgets.kit.theme import Theme


def tokens_of_theme(theme: Theme) -> Tokens:
    """The theme of now, with the style that the map has in it."""
    plain = {name: theme.hex(name) for name in theme.colors()}
    return tokens_of(theme.name, plain, {name: theme.map.of(name) for name in theme.map.names()})
