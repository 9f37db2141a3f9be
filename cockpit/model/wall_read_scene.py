"""Scene files (TOML) to `Scene`. docs/hall-file.md says what may stand in one. No Qt.

Panels are named once, `[panels.map]`; each kind of wall (`[one]`, `[wall]`, `[wide]`, `[ribbon]`) says how they lie on
it in rows and columns: a name in them is a group of that arrangement, a panel of its own, or one of `[panels]`.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any, cast, get_args

from msgspec.structs import replace

from cockpit.model.toml_text import Path as KeyPath
from cockpit.model.wall import Arrangement, Fit, Place, Scene
from cockpit.model.wall_toml import TomlFile

ROOT = "root"
"""Id of the outermost place of an arrangement."""
FITS: tuple[Fit, ...] = get_args(Fit)
MOST_PANELS = 48
MOST_DEPTH = 8
MOST_ALONG = 24
WEIGHTS = (0.05, 100.0)
KEY = re.compile(r"(?:(?:Ctrl|Alt|Shift)\+){0,3}(?:F(?:[1-9]|1[0-2])|[A-Z0-9])")

_TOP = ("id", "name", "key", "layers", "privacy", "panels", *FITS)
_PANEL = ("panel", "options", "follows", "spans")
_LINE = ("rows", "columns", "weights", "screens")
_FOLLOWS = ("", "event", "area", "selection")
_PRIVACY = ("open", "visitor", "named")


class SceneReader:
    """Reads one scene; `panels` are the ids that it may name, None any."""

    def __init__(self, file: TomlFile, panels: Collection[str] | None) -> None:
        self._file = file
        self._known = panels
        self._panels: dict[str, dict[str, Any]] = {}
        self._used: set[str] = set()

    def scene(self, id: str) -> Scene:
        """The scene; `id` where the file has none.

        Raises:
            UserError: it says what can not be.
        """
        file, data = self._file, self._file.data
        file.keys(data, _TOP, ())
        name = file.name(data, ())
        key = file.text(data, "key", ())
        if key and not KEY.fullmatch(key):
            file.wrong(("key",), "wallfile.key", given=key[:40])
        self._panels = file.tables(data, "panels", ())
        for panel_id, panel in self._panels.items():
            if panel_id == ROOT:
                file.wrong(("panels", ROOT), "wallfile.reserved", given=ROOT)
            self._panel(panel_id, panel, ("panels", panel_id))
        arrangements = tuple(
            Arrangement(fit, self._arrangement(file.table(data, fit, ()), (fit,))) for fit in FITS if fit in data
        )
        if not arrangements:
            file.wrong((), "wallfile.no_arrangement", fits=", ".join(FITS))
        for panel_id in self._panels:
            if panel_id not in self._used:
                file.wrong(("panels", panel_id), "wallfile.unused", name=panel_id)
        return Scene(
            file.id(file.text(data, "id", (), id), ("id",)),
            name,
            arrangements,
            key,
            file.texts(data, "layers", ()),
            cast(Any, file.choice(data, "privacy", (), _PRIVACY, "open")),
        )

    def _panel(self, id: str, data: dict[str, Any], path: KeyPath) -> Place:
        file = self._file
        file.keys(data, _PANEL, path)
        panel = data.get("panel")
        if not isinstance(panel, str) or not panel:
            file.wrong((*path, "panel"), "wallfile.panel_missing", name=id)
        if self._known is not None and panel not in self._known:
            file.unknown((*path, "panel"), "layout.no_panel", panel, self._known)
        return Place(
            id,
            panel=panel,
            options=file.options(data, "options", path),
            follows=cast(Any, file.choice(data, "follows", path, _FOLLOWS, "")),
            spans=file.flag(data, "spans", path),
        )

    def _arrangement(self, data: dict[str, Any], path: KeyPath) -> Place:
        file = self._file
        own = {key: value for key, value in data.items() if key not in _LINE}
        for name, value in own.items():
            if not isinstance(value, dict):
                file.unknown((*path, name), "layout.unknown_key", name, _LINE)
            file.id(name, (*path, name))
            if name == ROOT:
                file.wrong((*path, name), "wallfile.reserved", given=ROOT)
        placed: set[str] = set()
        leaves = 0

        def line(id: str, data: dict[str, Any], at: KeyPath, depth: int) -> Place:
            nonlocal leaves
            ways = [key for key in ("rows", "columns") if key in data]
            if len(ways) != 1:
                file.wrong(at, "wallfile.one_of", name=id)
            split = ways[0]
            names = file.texts(data, split, at)
            if not names or len(names) > MOST_ALONG:
                file.wrong((*at, split), "wallfile.names", key=split, most=MOST_ALONG)
            if depth > MOST_DEPTH:
                file.wrong(at, "wallfile.deep")
            weights = self._along(data, "weights", at, len(names), 1.0)
            screens = self._along(data, "screens", at, len(names), 0)
            children = []
            for i, name in enumerate(names):
                where = (*at, split, i)
                if name in placed:
                    file.wrong(where, "wallfile.placed_twice", name=name)
                placed.add(name)
                if name in own and any(key in own[name] for key in _LINE):
                    file.keys(own[name], _LINE, (*path, name))
                    child = line(name, own[name], (*path, name), depth + 1)
                elif name in own:
                    child = self._panel(name, own[name], (*path, name))
                elif name in self._panels:
                    child = self._panel(name, self._panels[name], ("panels", name))
                    self._used.add(name)
                else:
                    file.unknown(where, "wallfile.no_place", name, {*own, *self._panels})
                if not child.split:
                    leaves += 1
                    if leaves > MOST_PANELS:
                        file.wrong(where, "wallfile.too_many", most=MOST_PANELS)
                children.append(_sized(child, float(weights[i]), int(screens[i])))
            return Place(id, cast(Any, split), tuple(children))

        top = {key: value for key, value in data.items() if key in _LINE}
        root = line(ROOT, top, path, 1)
        for name in own:
            if name not in placed:
                file.wrong((*path, name), "wallfile.unused", name=name)
        return root

    def _along(self, data: dict[str, Any], key: str, path: KeyPath, count: int, default: float) -> list[float]:
        """A number for each child."""
        if key not in data:
            return [default] * count
        values = data[key]
        if not isinstance(values, list) or len(values) != count:
            self._file.wrong((*path, key), "wallfile.as_many", key=key, count=count)
        if key == "screens":
            return [self._file.a_whole(v, key, (*path, key, i), 0, MOST_ALONG) for i, v in enumerate(values)]
        return [self._file.a_number(v, key, (*path, key, i), *WEIGHTS) for i, v in enumerate(values)]


def _sized(place: Place, weight: float, screens: int) -> Place:
    return replace(place, weight=weight, screens=screens)
