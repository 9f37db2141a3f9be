"""The tree of areas (市 区 街道 社区 网格) as the lists need it: names, and what lies in what. No Qt."""

from __future__ import annotations

from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

DISTRICT, STREET = 1, 2
_DEEPEST = 12
"""Levels that are followed upwards at the most, so that a source's circle of parents ends."""


class Area(NamedTuple):
    code: str
    name: str
    tier: int
    parent: str
    key: str


class _Read:
    """What one version of a table says."""

    def __init__(self, table: Any) -> None:
        self.version = table.version
        rows = zip(
            table.text("code"),
            table.text("name"),
            table.numbers("tier").tolist(),
            table.text("parent"),
            table.text("key"),
            strict=True,
        )
        self.areas = {row[0]: Area(*row) for row in rows}
        self.within: dict[str, frozenset[str]] = {}
        self.children: dict[str, set[str]] = {}
        for area in self.areas.values():
            self.children.setdefault(area.parent, set()).add(area.code)


_read: WeakKeyDictionary[Any, _Read] = WeakKeyDictionary()


class AreaTree:
    """The picture's area table by code; read again when the table's version changed. All trees of a table share what
    was read of it: a city has thousands of areas, and a screen dozens of panels that name them."""

    def __init__(self, table: Any) -> None:
        self._table = table

    def _fresh(self) -> _Read:
        read = _read.get(self._table)
        if read is None or read.version != self._table.version:
            read = _read[self._table] = _Read(self._table)
        return read

    def get(self, code: str) -> Area | None:
        return self._fresh().areas.get(code)

    def path(self, code: str) -> list[Area]:
        """The area and all around it, the largest first; empty where the code is not known."""
        areas = self._fresh().areas
        path: list[Area] = []
        while (area := areas.get(code)) is not None and area not in path and len(path) < _DEEPEST:
            path.insert(0, area)
            code = area.parent
        return path

    def within(self, code: str) -> frozenset[str]:
        """The codes of the area and of all areas around it; the code alone where it is not known."""
        within = self._fresh().within
        known = within.get(code)
        if known is None:
            known = within[code] = frozenset(area.code for area in self.path(code)) | {code}
        return known

    def inside(self, code: str) -> frozenset[str]:
        """The codes of the area and of all areas in it."""
        children = self._fresh().children
        found, todo = {code}, [code]
        while todo:
            for child in children.get(todo.pop(), ()):
                if child not in found:
                    found.add(child)
                    todo.append(child)
        return frozenset(found)

    def children(self, code: str) -> list[Area]:
        """The areas right below, by code."""
        read = self._fresh()
        return [read.areas[child] for child in sorted(read.children.get(code, ()))]

    def street(self, code: str) -> str:
        """The name people use for where this is: the 街道, else the smallest area known around it, else nothing."""
        path = self.path(code)
        named = [area for area in path if area.tier == STREET] or path
        return named[-1].name if named else ""

    def districts(self) -> list[Area]:
        return sorted(area for area in self._fresh().areas.values() if area.tier == DISTRICT)
