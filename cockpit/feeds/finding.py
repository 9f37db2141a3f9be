"""Finds a source or a format by its name: built-ins by listing their folder, third parties' by entry point."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from importlib.metadata import entry_points
from typing import Any, cast

from cockpit.feeds import formats, sources
from cockpit.feeds.formats.base import Format, MappedFormat
from cockpit.feeds.sources.base import Source
from cockpit.model.errors import UserError


def find_format(name: str) -> Callable[[], Format]:
    """What makes the format of that name.

    Raises:
        UserError: there is none; the sentence names those there are.
    """
    return cast("Callable[[], Format]", _find(name, formats, "FORMAT", "cockpit.formats", "feeds.no_such_format"))


def make_format(name: str, mapping: dict[str, Any], topic: str) -> Format:
    """The format of that name, told the feed's mapping and topic.

    Raises:
        UserError: there is none of that name, the mapping is wrong, or it takes none.
    """
    made = find_format(name)()
    if isinstance(made, MappedFormat):
        made.configure(mapping, topic)
    elif mapping:
        raise UserError("formats.takes_no_mapping", detail=name)
    return made


def find_source(name: str) -> type[Source]:
    """The source of that name.

    Raises:
        UserError: there is none; the sentence names those there are.
    """
    return cast("type[Source]", _find(name, sources, "SOURCE", "cockpit.sources", "feeds.no_such_source"))


def _find(name: str, folder: Any, attribute: str, group: str, missing: str) -> object:
    built_in = [m.name for m in pkgutil.iter_modules(folder.__path__) if m.name != "base" and m.name[0] != "_"]
    if name in built_in:
        return getattr(importlib.import_module(f"{folder.__name__}.{name}"), attribute)
    outside = entry_points(group=group)
    if name in outside.names:  # only the one that is named is loaded
        return outside[name].load()
    raise UserError(missing, detail=name, known=", ".join(sorted({*built_in, *outside.names})))
