"""Which panels there are: those of the folders of widgets/ and third parties' (entry point `cockpit.panels`).

They are known by reading, and imported when a layout names them: a chart library nobody shows costs no start.
"""

from __future__ import annotations

import ast
import importlib
from collections.abc import Callable, Iterator, Mapping
from functools import cache, cached_property, partial
from itertools import chain
from pathlib import Path

import widgets

ENTRY_POINTS = "cockpit.panels"
_BEGIN = "PANELS"
"""A module is parsed from its first line of these on: nothing before it says which panels there are."""


class Panels(Mapping[str, type]):
    """Panel classes by id, imported when asked for.

    A module of widgets/<folder>/ registers by a literal `PANELS = {"queue": QueuePanel}`. An id of ours is not
    overridden by a third party's.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._ours = {
            panel_id: partial(_load, module, panel_id)
            for module, panel_id in (_registered(folder) if folder else _shipped())
        }

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

    def __contains__(self, panel_id: object) -> bool:
        return panel_id in self._ours or panel_id in self._theirs  # without importing it

    def __iter__(self) -> Iterator[str]:
        return chain(self._ours, self._theirs)

    def __len__(self) -> int:
        return len(self._ours) + len(self._theirs)


def _load(module: str, panel_id: str) -> type:
    panel: type = importlib.import_module(module).PANELS[panel_id]
    return panel


def _tail(text: str, start: int) -> list[ast.stmt]:
    try:
        return ast.parse(text[start:]).body
    except SyntaxError:  # that line was within a text
        return ast.parse(text).body


@cache
def _shipped() -> tuple[tuple[str, str], ...]:
    """Those of widgets/, read once a process: hundreds of files."""
    return tuple(_registered(Path(widgets.__path__[0])))


def _registered(folder: Path) -> Iterator[tuple[str, str]]:
    """Module and panel id of every literal PANELS in the sub-folders of `folder`."""
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
                for key in value.keys:
                    if isinstance(key, ast.Constant) and isinstance(key.value, str):
                        yield ".".join(parts), key.value
