"""Whose layer names a vector tile has (OpenMapTiles, Protomaps, Shortbread, our own), and what they are called here.

A schema is a TOML file of `assets/mapschemas`: rules in their order, the first that fits a feature takes it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any, Literal

import msgspec

from cockpit.geo.basemap import LINE_LAYERS, POLYGON_LAYERS
from cockpit.model.errors import UserError
from cockpit.model.typed import converted
from cockpit.paths import assets_dir

SHORE = "shore"
OURS = frozenset((*POLYGON_LAYERS, *LINE_LAYERS, SHORE))
Where = dict[str, list[Any]]
"""Values that an attribute may have, by its name; `a|b` is the first of these that is there. [] is: there at all."""


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Features of a layer of theirs that go to one of ours.

    Attributes:
        layer: theirs. to: ours, "" leaves them out.
        where: all of it holds. unless: none of it.
        height: attributes with the height in metres, the first that is there.
    """

    layer: str
    to: str
    where: Where = {}
    unless: Where = {}
    height: list[str] = []


class NameRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Features of a layer of theirs whose name is written.

    Attributes:
        text: attributes with the name, the first that is there.
        kind: road, area, water or place.
        rank: 0 (first) to 5, by the value of attribute `by` in `ranks`, else `rank`.
    """

    layer: str
    kind: Literal["road", "area", "water", "place"]
    where: Where = {}
    unless: Where = {}
    text: tuple[str, ...] = ("name:zh-Hans", "name:zh", "name")
    rank: int = 3
    by: str = ""
    ranks: dict[str, int] = {}
    angle: str = ""


class Schema(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Attributes:
    name: as people call it.
    known_by: layers that only it has together; more of them than of another schema give it away.
    """

    name: str
    known_by: list[str]
    rules: list[Rule]
    names: list[NameRule]


def fits(where: Where, unless: Where, props: Mapping[str, Any]) -> bool:
    """Whether a rule takes a feature with these attributes."""
    return all(_has(key, values, props) for key, values in where.items()) and not any(
        _has(key, values, props) for key, values in unless.items()
    )


def _has(key: str, values: list[Any], props: Mapping[str, Any]) -> bool:
    for name in key.split("|"):
        if name in props:
            return not values or props[name] in values
    return False


def first(keys: Collection[str], props: Mapping[str, Any]) -> Any:
    """The first of these attributes that is there."""
    return next((props[key] for key in keys if props.get(key) not in (None, "")), None)


@lru_cache(maxsize=1)
def schemas() -> dict[str, Schema]:
    """All that ship, by the name of their file."""
    found = {}
    for path in sorted((assets_dir() / "mapschemas").glob("*.toml")):
        found[path.stem] = converted(tomllib.loads(path.read_text("utf-8")), Schema)
    return found


def named(name: str) -> Schema:
    """Raises:
    UserError: there is none of that name.
    """
    known = schemas()
    if name not in known:
        raise UserError("tiles.no_schema", given=name, known=", ".join(known))
    return known[name]


def found_by(layers: Collection[str]) -> str:
    """Name of the schema that tiles with these layers have; "" where none is like them."""
    there = set(layers)
    shares = {name: len(there & set(s.known_by)) / len(s.known_by) for name, s in schemas().items() if s.known_by}
    best = max(shares, key=lambda name: shares[name], default="")
    return best if best and shares[best] > 0 else ""
