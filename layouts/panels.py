"""Which panels there are: those of the folders of widgets/ and third parties' (entry point `cockpit.panels`).

They are known by reading, and imported when a layout names them: a chart library nobody shows costs no start.
"""

from __future__ import annotations

import ast
import importlib
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from importlib.metadata import entry_points
from pathlib import Path

import widgets

ENTRY_POINTS = "cockpit.panels"


class Panels(Mapping[str, type]):
    """Panel classes by id, imported when asked for.

    A module of widgets/<folder>/ registers by a literal `PANELS = {"queue": QueuePanel}`. An id of ours is not
    overridden by a third party's.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._loaders: dict[str, Callable[[], type]] = {}
        for entry in entry_points(group=ENTRY_POINTS):
            self._loaders[entry.name] = entry.load
        for module, panel_id in _registered(folder or Path(widgets.__path__[0])):
            self._loaders[panel_id] = partial(_load, module, panel_id)

    def __getitem__(self, panel_id: str) -> type:
        """The class; raises whatever its module raises."""
        return self._loaders[panel_id]()

    def __contains__(self, panel_id: object) -> bool:
        return panel_id in self._loaders  # without importing it

    def __iter__(self) -> Iterator[str]:
        return iter(self._loaders)

    def __len__(self) -> int:
        return len(self._loaders)


def _load(module: str, panel_id: str) -> type:
    panel: type = importlib.import_module(module).PANELS[panel_id]
    return panel


def _registered(folder: Path) -> Iterator[tuple[str, str]]:
    """Module and panel id of every literal PANELS in the sub-folders of `folder`."""
    for path in sorted(folder.glob("*/*.py")):
        text = path.read_text(encoding="utf-8")
        if "PANELS" not in text:
            continue
        parts = [folder.name, path.parent.name] + ([] if path.stem == "__init__" else [path.stem])
        for node in ast.parse(text).body:
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
