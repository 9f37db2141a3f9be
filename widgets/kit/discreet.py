"""What the privacy of a scene lets a panel on a wall say of people and places. No Qt."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from widgets.kit.context import PanelContext

_NUMBER = re.compile(r"[\W\d_号]*")
"""What a call sign has beside the name of its kind."""


def visitor(ctx: PanelContext) -> bool:
    """Whether strangers look on: no street, no number of a case and nobody's name is said."""
    return ctx.wall is not None and ctx.wall.privacy == "visitor"


def may_name(ctx: PanelContext) -> bool:
    """Whether people and their addresses may be said: at every desk, on a wall where the scene is `named`."""
    return ctx.wall is None or ctx.wall.privacy == "named"


def unit_name(ctx: PanelContext, key: str) -> str:
    """What a unit is called on this wall, "" where it is not known.

    Who goes on foot is one person, and mostly called by their own name: that is said where the scene is `named`, and
    elsewhere of which kind they are. Visitors are told the kind of every unit.
    """
    row = ctx.picture["unit"].get(key)
    if row is None:
        return ""
    name, kind = str(row["name"]), ctx.pack.unit_kind(str(row["kind"]))
    privacy = ctx.wall.privacy if ctx.wall is not None else "named"
    if privacy == "named" or (privacy != "visitor" and not (kind.on_foot and _personal(name, kind.name.values()))):
        return name
    return ctx.t.pack(kind.name)


def _personal(name: str, kinds: Iterable[str]) -> bool:
    """Whether a name is more than that of its kind with a number (网格员 07)."""
    rest = name
    for one in kinds:
        rest = rest.replace(one, "")
    return _NUMBER.fullmatch(rest) is None
