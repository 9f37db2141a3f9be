"""Layout files (TOML) to `Layout`; what is wrong is said in one sentence with line and column, and what was meant."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Collection
from pathlib import Path
from typing import Any, NoReturn, cast, get_args

from msgspec.structs import replace

from cockpit.model.errors import UserError
from cockpit.model.layout import GAP, GRID, ROOT, Anchor, Breakpoint, Layout, Overlay, Region
from cockpit.model.messages import Message
from cockpit.model.toml_text import Path as KeyPath
from cockpit.model.toml_text import find, positions

_TOP = ("id", "name", "regions", "overlays", "at")
_REGION = ("rows", "columns", "stack", "panel", "slot", "size", "min", "weight", "gap", "pad", "optional", "options")
_OVERLAY = ("panel", "over", "anchor", "size", "inset", "optional", "options")
_AT = ("max_width", "max_height", "regions", "overlays")
_FLOATS = ("over", "anchor", "size", "inset")
_SIZES = ("size", "min", "weight")
_ANCHORS: tuple[str, ...] = get_args(Anchor)


def read_layout_file(path: Path, panels: Collection[str]) -> Layout:
    """The layout of a file; `panels` are the ids that a region may name.

    Raises:
        UserError: it can not be read, or says what can not be.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError("layout.unreadable", file=str(path), why=str(error)) from error
    return read_layout(text, str(path), panels)


def read_layout(text: str, file: str, panels: Collection[str]) -> Layout:
    """The layout of a TOML text; `file` is how an error names it.

    Raises:
        UserError: it says what can not be.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        line, column = (found[1], found[2]) if found else (str(text.count("\n") + 1), "1")
        why = Message("layout.not_toml", {"why": re.sub(r"\s*\(at .*\)", "", str(error))})
        raise UserError("layout.wrong", file=file, line=line, column=column, what=why) from error
    return _Reader(text, file, panels).layout(data)


class _Reader:
    def __init__(self, text: str, file: str, panels: Collection[str]) -> None:
        self._places = positions(text)
        self._file = file
        self._panels = panels

    def layout(self, data: dict[str, Any]) -> Layout:
        self._keys(data, _TOP, ())
        name = data.get("name")
        if not isinstance(name, dict) or not isinstance(name.get("zh"), str):
            self._wrong(("name",), "layout.name")
        regions_data = self._table(data, "regions", ())
        regions = {n: self._region(n, r, ("regions", n)) for n, r in regions_data.items()}
        self._tree(regions)
        overlays = {
            n: self._overlay(n, o, regions, ("overlays", n)) for n, o in self._table(data, "overlays", ()).items()
        }
        for n in overlays.keys() & regions.keys():
            self._wrong(("overlays", n), "layout.name_twice", region=n)
        at = data.get("at", [])
        if not isinstance(at, list):
            self._wrong(("at",), "layout.at_is_a_list")
        points = tuple(self._breakpoint(a, regions, overlays, ("at", i)) for i, a in enumerate(at))
        return Layout(str(data.get("id", Path(self._file).stem)), name, regions, overlays, points)

    def _region(self, name: str, data: Any, path: KeyPath) -> Region:
        if not isinstance(data, dict):
            self._wrong(path, "layout.not_a_table", key=name)
        self._keys(data, _REGION, path)
        holds = [key for key in ("rows", "columns", "stack", "panel", "slot") if key in data]
        if len(holds) != 1:
            self._wrong(path, "layout.one_of", region=name)
        size = self._length(data, "size", path) if "size" in data else None
        if size is not None and ("min" in data or "weight" in data):
            self._wrong((*path, "size"), "layout.size_or_weight", region=name)
        region = Region(
            name,
            size=size,
            min=self._length(data, "min", path) if "min" in data else 0,
            weight=self._weight(data, path),
            optional=self._flag(data, "optional", path),
        )
        if holds[0] in ("panel", "slot", "stack"):
            for key in ("gap", "pad"):
                if key in data:
                    self._wrong((*path, key), "layout.only_for_rows", key=key)
        if holds == ["panel"]:
            options = self._table(data, "options", path)
            return replace(region, panel=self._panel(data, path), options=options)
        if "options" in data:
            self._wrong((*path, "options"), "layout.only_for_panels", key="options")
        if holds == ["slot"]:
            if not isinstance(data["slot"], str) or not data["slot"]:
                self._wrong((*path, "slot"), "layout.slot_name")
            return replace(region, slot=data["slot"], optional=True)
        children = data[holds[0]]
        if not isinstance(children, list) or not children or not all(isinstance(c, str) for c in children):
            self._wrong((*path, holds[0]), "layout.names", key=holds[0])
        gap = self._length(data, "gap", path) if "gap" in data else GAP
        return replace(region, direction=holds[0], children=tuple(children), gap=gap, pad=self._pad(data, path))

    def _overlay(self, name: str, data: Any, regions: dict[str, Region], path: KeyPath) -> Overlay:
        if not isinstance(data, dict):
            self._wrong(path, "layout.not_a_table", key=name)
        self._keys(data, _OVERLAY, path)
        options = self._table(data, "options", path)
        flag = self._flag(data, "optional", path)
        wanted: dict[str, Any] = {"over": None, "anchor": "centre", "size": None, "inset": GAP}
        given = {**wanted, **{key: data[key] for key in _FLOATS if key in data}}
        floats = self._floats(given, regions, path)
        return Overlay(name, self._panel(data, path), **floats, optional=flag, options=options)

    def _floats(self, data: dict[str, Any], regions: dict[str, Region], path: KeyPath) -> dict[str, Any]:
        """Where an overlay floats, as far as `data` says."""
        found: dict[str, Any] = {}
        if "over" in data:
            over = data["over"]
            if not isinstance(over, str) or over not in regions:
                self._unknown((*path, "over"), "layout.no_region", str(over), regions)
            found["over"] = over
        if "anchor" in data:
            anchor = data["anchor"]
            if anchor not in _ANCHORS:
                self._unknown((*path, "anchor"), "layout.no_anchor", str(anchor), _ANCHORS)
            found["anchor"] = cast(Anchor, anchor)
        if "size" in data:
            size = data["size"]
            if not isinstance(size, list) or len(size) != 2 or not all(self._on_grid(v) and v > 0 for v in size):
                self._wrong((*path, "size"), "layout.overlay_size", grid=GRID)
            found["size"] = (size[0], size[1])
        if "inset" in data:
            found["inset"] = self._sides(data, "inset", path)
        return found

    def _breakpoint(
        self, data: Any, regions: dict[str, Region], overlays: dict[str, Overlay], path: KeyPath
    ) -> Breakpoint:
        if not isinstance(data, dict):
            self._wrong(path, "layout.at_is_a_list")
        self._keys(data, _AT, path)
        bounds = {key: data.get(key) for key in ("max_width", "max_height")}
        if all(bound is None for bound in bounds.values()):
            self._wrong(path, "layout.at_needs_bound")
        for key, bound in bounds.items():
            if bound is not None and (not isinstance(bound, int) or isinstance(bound, bool) or bound <= 0):
                self._wrong((*path, key), "layout.bound", key=key)
        sizes: dict[str, dict[str, float]] = {}
        for name, given in self._table(data, "regions", path).items():
            where = (*path, "regions", name)
            if name not in regions:
                self._unknown(where, "layout.no_region", name, regions)
            if not isinstance(given, dict):
                self._wrong(where, "layout.not_a_table", key=name)
            self._keys(given, _SIZES, where)
            fixed = regions[name].size is not None
            for key in given:
                # what grows goes on growing, so that a row always has something that takes the rest
                if (key == "size") != fixed:
                    self._wrong((*where, key), "layout.at_keeps_kind", region=name)
            sizes[name] = {
                key: self._weight(given, where) if key == "weight" else self._length(given, key, where) for key in given
            }
        return Breakpoint(
            bounds["max_width"], bounds["max_height"], sizes, self._other_overlays(data, regions, overlays, path)
        )

    def _other_overlays(
        self, data: dict[str, Any], regions: dict[str, Region], overlays: dict[str, Overlay], path: KeyPath
    ) -> dict[str, dict[str, Any]]:
        found = {}
        for name, given in self._table(data, "overlays", path).items():
            where = (*path, "overlays", name)
            if name not in overlays:
                self._unknown(where, "layout.no_region", name, overlays)
            if not isinstance(given, dict):
                self._wrong(where, "layout.not_a_table", key=name)
            self._keys(given, _FLOATS, where)
            found[name] = self._floats(given, regions, where)
        return found

    def _tree(self, regions: dict[str, Region]) -> None:
        """Each region but the root has one parent, and each line has something that always grows."""
        if ROOT not in regions:
            self._wrong(("regions",), "layout.no_root", root=ROOT)
        parents: dict[str, str] = {ROOT: ""}
        for name, region in regions.items():
            for child in region.children:
                where = ("regions", name, region.direction)
                if child not in regions:
                    self._unknown(where, "layout.no_region", child, regions)
                if child in parents:
                    self._wrong(where, "layout.placed_twice", region=child)
                parents[child] = name
                plain = not regions[child].optional and regions[child].size is None
                if region.direction == "stack" and not (regions[child].panel and plain):
                    self._wrong(where, "layout.stack_of_panels", region=child)
            grows = [c for c in region.children if regions[c].size is None and not regions[c].optional]
            if region.children and not grows:
                self._wrong(("regions", name, region.direction), "layout.nothing_grows", region=name)
        reached: set[str] = set()
        ahead = [ROOT]
        while ahead:
            name = ahead.pop()
            reached.add(name)
            ahead.extend(regions[name].children)
        for name in regions:
            if name not in reached:
                self._wrong(("regions", name), "layout.not_placed", region=name)

    def _panel(self, data: dict[str, Any], path: KeyPath) -> str:
        panel = data.get("panel")
        if not isinstance(panel, str) or panel not in self._panels:
            self._unknown((*path, "panel"), "layout.no_panel", str(panel), self._panels)
        return panel

    def _keys(self, data: dict[str, Any], known: Collection[str], path: KeyPath) -> None:
        for key in data:
            if key not in known:
                self._unknown((*path, key), "layout.unknown_key", key, known)

    def _table(self, data: dict[str, Any], key: str, path: KeyPath) -> dict[str, Any]:
        table = data.get(key, {})
        if not isinstance(table, dict):
            self._wrong((*path, key), "layout.not_a_table", key=key)
        return table

    @staticmethod
    def _on_grid(value: object) -> bool:
        return isinstance(value, int) and not isinstance(value, bool) and value >= 0 and value % GRID == 0

    def _length(self, data: dict[str, Any], key: str, path: KeyPath) -> int:
        value = data[key]
        if not self._on_grid(value):
            self._wrong((*path, key), "layout.length", key=key, value=value, grid=GRID)
        return int(value)

    def _weight(self, data: dict[str, Any], path: KeyPath) -> float:
        value = data.get("weight", 1.0)
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value <= 1000:
            self._wrong((*path, "weight"), "layout.weight", value=value)
        return float(value)

    def _flag(self, data: dict[str, Any], key: str, path: KeyPath) -> bool:
        value = data.get(key, False)
        if not isinstance(value, bool):
            self._wrong((*path, key), "layout.flag", key=key)
        return value

    def _pad(self, data: dict[str, Any], path: KeyPath) -> tuple[int, int, int, int]:
        return self._sides(data, "pad", path) if "pad" in data else (0, 0, 0, 0)

    def _sides(self, data: dict[str, Any], key: str, path: KeyPath) -> tuple[int, int, int, int]:
        sides = data[key] if isinstance(data[key], list) else [data[key]] * 4
        if len(sides) != 4 or not all(self._on_grid(side) for side in sides):
            self._wrong((*path, key), "layout.pad", key=key, grid=GRID)
        return (sides[0], sides[1], sides[2], sides[3])

    def _unknown(self, path: KeyPath, message_id: str, given: str, known: Collection[str]) -> NoReturn:
        close = difflib.get_close_matches(given, sorted(known), n=1, cutoff=0.5)
        hint = (
            Message("layout.did_you_mean", {"word": close[0]})
            if close
            else Message("layout.there_are", {"words": ", ".join(sorted(known)[:12])})
        )
        self._wrong(path, message_id, given=given, hint=hint)

    def _wrong(self, path: KeyPath, message_id: str, **params: object) -> NoReturn:
        line, column = find(self._places, path)
        raise UserError(
            "layout.wrong", file=self._file, line=line, column=column, what=Message(message_id, dict(params))
        )
