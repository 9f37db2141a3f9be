"""Finds classes of events as a caller or a standard names them, written or by pinyin: `lmjs` is 路面积水. No Qt."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from cockpit.model.city import Kind, Pack
from cockpit.model.messages import Texts
from cockpit.paths import assets_dir
from widgets.kit.fuzzy import score

MOST = 7
"""Classes that are offered at the most."""


class FoundKind(NamedTuple):
    """A class that fits.

    Attributes:
        said: the caller's word for it by which it was found, "" when by its own name.
    """

    kind: Kind
    said: str


@lru_cache(maxsize=1)
def spoken() -> Mapping[str, tuple[str, ...]]:
    """What callers say for a class, by its code."""
    told = tomllib.loads((assets_dir() / "kinds" / "spoken.toml").read_text("utf-8"))
    return {code: tuple(words) for code, words in told["zh"].items()}


def find_kinds(typed: str, pack: Pack, t: Texts) -> list[FoundKind]:
    """The classes of a pack that fit what was typed, best first; none for nothing."""
    if not typed.strip():
        return []
    ranked: list[tuple[float, int, FoundKind]] = []
    for i, kind in enumerate(pack.kinds.values()):
        own = score(typed, t.pack(kind.name), kind.name["zh"], kind.code)
        said = max(spoken().get(kind.code, ()), key=lambda word: score(typed, word), default="")
        other = score(typed, said) - 1 if said else 0.0
        of_group = score(typed, t.pack(kind.group)) / 4
        best = max(own, other, of_group)
        if best > 0:
            ranked.append((-best, i, FoundKind(kind, said if other > own else "")))
    return [found for _, _, found in sorted(ranked, key=lambda one: one[:2])[:MOST]]
