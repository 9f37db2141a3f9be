"""A `Scene` to a TOML text that `wall_read_scene` reads as the same again. No Qt."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence

from cockpit.model.wall import Arrangement, Place, Scene
from cockpit.model.wall_read_scene import WEIGHTS
from cockpit.model.wall_toml import ID

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def write_scene(scene: Scene) -> str:
    """The text of a scene. Its version is not in it: that is the hub's."""
    lines = [f"id = {toml_value(scene.id)}", f"name = {toml_value(scene.name)}"]
    if scene.key:
        lines.append(f"key = {toml_value(scene.key)}")
    if scene.layers:
        lines.append(f"layers = {toml_value(scene.layers)}")
    if scene.privacy != "open":
        lines.append(f"privacy = {toml_value(scene.privacy)}")
    shared: dict[str, Place] = {}
    for arrangement in scene.arrangements:
        for place in _panels(arrangement.root):
            shared.setdefault(place.id, place)
    for id, place in shared.items():
        lines += ["", f"[panels.{_place_id(id)}]", *_panel(place)]
    for arrangement in scene.arrangements:
        lines += _arrangement(arrangement, shared)
    return "\n".join(lines) + "\n"


# -- scenes


def _panels(place: Place) -> Iterable[Place]:
    if not place.split:
        yield place
    for child in place.children:
        yield from _panels(child)


def _content(place: Place) -> tuple[object, ...]:
    return place.panel, place.options, place.follows, place.spans


def _panel(place: Place) -> list[str]:
    lines = [f"panel = {toml_value(place.panel)}"]
    if place.options:
        lines.append(f"options = {toml_value(place.options)}")
    if place.follows:
        lines.append(f"follows = {toml_value(place.follows)}")
    if place.spans:
        lines.append("spans = true")
    return lines


def _arrangement(arrangement: Arrangement, shared: Mapping[str, Place]) -> list[str]:
    root = arrangement.root
    if not root.split:  # a single panel is a row of one
        root = Place("", "rows", (root,))
    lines: list[str] = []

    def line(place: Place, header: str) -> None:
        names = [_place_id(child.id) for child in place.children]
        lines.extend(["", f"[{header}]", f"{place.split} = {toml_value(names)}"])
        if any(child.weight != 1 for child in place.children):
            lines.append(f"weights = {toml_value(_weights([child.weight for child in place.children]))}")
        if any(child.screens for child in place.children):
            lines.append(f"screens = {toml_value([child.screens for child in place.children])}")
        for child in place.children:
            here = f"{arrangement.fit}.{_place_id(child.id)}"
            if child.split:
                line(child, here)
            elif _content(child) != _content(shared[child.id]):
                lines.extend(["", f"[{here}]", *_panel(child)])

    line(root, arrangement.fit)
    return lines


def _place_id(id: str) -> str:
    """An id that a file may have: a place that is named after another's panel may have a dot or a capital in it."""
    if ID.fullmatch(id):
        return id
    return re.sub(r"[^a-z0-9_-]+", "-", id.lower()).strip("-_")[:40] or "place"


def _weights(weights: Sequence[float]) -> list[float]:
    """Weights that a file may have: a place that was halved again and again weighs too little for one."""
    low, high = WEIGHTS
    if low <= min(weights) and max(weights) <= high:
        return list(weights)
    most = max(weights)
    return [max(low, weight * high / most) for weight in weights]


# -- values


def toml_key(key: str) -> str:
    """A name before `=` or in a header."""
    return key if _BARE.fullmatch(key) else _text(key)


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def toml_value(value: object) -> str:
    """What stands behind `=`."""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{toml_key(k)} = {toml_value(v)}" for k, v in value.items()) + " }" if value else "{}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(toml_value(item) for item in value) + "]"
    return str(value)
