"""The tree of areas (市 区 街道 社区 网格) as the lists need it: names, and what lies in what. No Qt."""

from __future__ import annotations

from typing import Any, NamedTuple

DISTRICT, STREET = 1, 2
_DEEPEST = 12
"""Levels that are followed upwards at the most, so that a source's circle of parents ends."""


class Area(NamedTuple):
    code: str
    name: str
    tier: int
    parent: str
    key: str


class AreaTree:
    """The picture's area table by code; read again when the table's version changed."""

    def __init__(self, table: Any) -> None:
        self._table = table
        self._version = -1
        self._areas: dict[str, Area] = {}
        self._within: dict[str, frozenset[str]] = {}
        self._children: dict[str, set[str]] = {}

    def _fresh(self) -> dict[str, Area]:
        if self._version != self._table.version:
            self._version = self._table.version
            table = self._table
            rows = zip(
                table.text("code"),
                table.text("name"),
                table.numbers("tier").tolist(),
                table.text("parent"),
                table.text("key"),
                strict=True,
            )
            self._areas = {row[0]: Area(*row) for row in rows}
            self._within.clear()
            self._children.clear()
            for area in self._areas.values():
                self._children.setdefault(area.parent, set()).add(area.code)
        return self._areas

    def get(self, code: str) -> Area | None:
        return self._fresh().get(code)

    def path(self, code: str) -> list[Area]:
        """The area and all around it, the largest first; empty where the code is not known."""
        areas, path = self._fresh(), []
        while (area := areas.get(code)) is not None and area not in path and len(path) < _DEEPEST:
            path.insert(0, area)
            code = area.parent
        return path

    def within(self, code: str) -> frozenset[str]:
        """The codes of the area and of all areas around it; the code alone where it is not known."""
        self._fresh()
        known = self._within.get(code)
        if known is None:
            known = self._within[code] = frozenset(area.code for area in self.path(code)) | {code}
        return known

    def inside(self, code: str) -> frozenset[str]:
        """The codes of the area and of all areas in it."""
        self._fresh()
        found, todo = {code}, [code]
        while todo:
            for child in self._children.get(todo.pop(), ()):
                if child not in found:
                    found.add(child)
                    todo.append(child)
        return frozenset(found)

    def children(self, code: str) -> list[Area]:
        """The areas right below, by code."""
        areas = self._fresh()
        return [areas[child] for child in sorted(self._children.get(code, ()))]

    def street(self, code: str) -> str:
        """The name people use for where this is: the 街道, else the smallest area known around it, else nothing."""
        path = self.path(code)
        named = [area for area in path if area.tier == STREET] or path
        return named[-1].name if named else ""

    def districts(self) -> list[Area]:
        return sorted(area for area in self._fresh().values() if area.tier == DISTRICT)
