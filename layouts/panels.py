"""Which panels there are: those of the folders of widgets/ and third parties' (entry point `cockpit.panels`).

They are known by reading, and imported when a layout names them: a chart library nobody shows costs no start.
"""

from __future__ import annotations

import ast
import importlib
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import cache, cached_property, partial
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import widgets

ENTRY_POINTS = "cockpit.panels"
_TITLE = re.compile(r'^    title_id: ClassVar\[str\] = "([^"]+)"', re.MULTILINE)
_BEGIN = "PANELS"
"""A module is parsed from its first line of these on: nothing before it says which panels there are."""


class Panels(Mapping[str, type]):
    """Panel classes by id, imported when asked for.

    A module of widgets/<folder>/ registers by a literal `PANELS = {"queue": QueuePanel}`. An id of ours is not
    overridden by a third party's.
    """

    def __init__(self, folder: Path | None = None) -> None:
        found = {one.panel_id: one for one in (_registered(folder) if folder else _shipped())}
        self._found = found
        self._ours = {panel_id: partial(_load, one.module, panel_id) for panel_id, one in found.items()}

    @cached_property
    def _theirs(self) -> dict[str, Callable[[], type]]:
        """Third parties' panels; looked for when a layout names one that is not ours, since it takes 80 ms."""
        from importlib.metadata import entry_points

        return {entry.name: entry.load for entry in entry_points(group=ENTRY_POINTS) if entry.name not in self._ours}

    @property
    def theirs(self) -> tuple[str, ...]:
        """Ids of third parties' panels, for a catalogue of all."""
        return tuple(self._theirs)

    def __getitem__(self, panel_id: str) -> type:
        """The class; raises whatever its module raises."""
        return (self._ours.get(panel_id) or self._theirs[panel_id])()

    def title_id(self, panel_id: str) -> str:
        """Id of the words over a panel, "" where it has none; one of ours that is not imported yet is not for that."""
        one = self._found.get(panel_id)
        is_there = one is None or one.module in sys.modules
        written = None if is_there else self.read_title(panel_id)
        return str(getattr(self[panel_id], "title_id", "")) if written is None else written

    def read_title(self, panel_id: str) -> str | None:
        """The same as one of ours has it written; None where it does not write it itself."""
        one = self._found.get(panel_id)
        if one is None:
            return None
        body = one.path.read_text(encoding="utf-8").partition(f"\nclass {one.name}(")[2].partition("\nclass ")[0]
        written = _TITLE.search(body)
        return None if written is None else written[1]

    def __contains__(self, panel_id: object) -> bool:
        return panel_id in self._ours or panel_id in self._theirs  # without importing it

    def __iter__(self) -> Iterator[str]:
        return chain(self._ours, self._theirs)

    def __len__(self) -> int:
        return len(self._ours) + len(self._theirs)


class _Registered(NamedTuple):
    """Where a panel of ours is written."""

    panel_id: str
    module: str
    name: str
    path: Path


def _load(module: str, panel_id: str) -> type:
    panel: type = importlib.import_module(module).PANELS[panel_id]
    return panel


def _tail(text: str, start: int) -> list[ast.stmt]:
    try:
        return ast.parse(text[start:]).body
    except SyntaxError:  # that line was within a text
        return ast.parse(text).body


@cache
def _shipped() -> tuple[_Registered, ...]:
    """Those of widgets/, read once a process: hundreds of files."""
    return tuple(_registered(Path(widgets.__path__[0])))


def _registered(folder: Path) -> Iterator[_Registered]:
    """Every literal PANELS in the sub-folders of `folder`."""
    for path in sorted(folder.glob("*/*.py")):
        text = path.read_text(encoding="utf-8")
        begin = 0 if text.startswith(_BEGIN) else text.find("\n" + _BEGIN) + 1
        if not text.startswith(_BEGIN, begin):
            continue
        parts = [folder.name, path.parent.name] + ([] if path.stem == "__init__" else [path.stem])
        for node in _tail(text, begin):
            if isinstance(node, ast.Assign):
                targets, value = node.targets, node.value
            elif isinstance(node, ast.AnnAssign) and node.value is not None:
                targets, value = [node.target], node.value
            else:
                continue
            if isinstance(value, ast.Dict) and any(isinstance(t, ast.Name) and t.id == "PANELS" for t in targets):
                for key, name in zip(value.keys, value.values, strict=True):
                    if isinstance(key, ast.Constant) and isinstance(key.value, str):
                        yield _Registered(key.value, ".".join(parts), getattr(name, "id", ""), path)
