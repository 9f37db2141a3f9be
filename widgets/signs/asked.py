"""Which items are asked for, in which order, and what answers. No Qt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from cockpit.model.messages import Texts
from cockpit.model.signs import Sign, key_of
from widgets.kit.fuzzy import score
from widgets.signs.board import NO_ROW, SignBoard

LEVELS = (1, 2, 3, 4)
MISSING = 9
"""Stands for a level where there is no value."""
HEAD = "theme:"
"""Begins the key of a row that names a theme."""


class Order(StrEnum):
    TREE = "tree"
    LEVEL = "level"
    CHANGE = "change"
    AGE = "age"


@dataclass(frozen=True)
class Asked:
    """What is asked.

    Attributes:
        area: code. below: everything in it too, and parts; else one item a sign.
        theme: of the tree, "" all. text: words of name, code or owner, as written or in pinyin.
        levels: only these, () all. abnormal: only what has a level. pinned: only favourites.
        fed: only what has a value. owner: in Chinese as the definition has it, "" anyone.
    """

    area: str
    below: bool = False
    theme: str = ""
    text: str = ""
    levels: frozenset[int] = frozenset()
    abnormal: bool = False
    pinned: bool = False
    owner: str = ""
    fed: bool = False
    order: Order = Order.TREE

    @property
    def narrowed(self) -> bool:
        return bool(self.theme or self.text or self.levels or self.abnormal or self.pinned or self.owner or self.fed)

    def cleared(self) -> Asked:
        return Asked(self.area, self.below, order=self.order)


@dataclass(frozen=True)
class Answer:
    """What answers.

    Attributes:
        keys: of the rows of the list: items, and `HEAD` + code where a theme begins.
        shown, total: items listed, and of the area at all.
        levels: by level (0 within bounds, `MISSING` no value), of what fits but for levels.
        themes: by code of a theme the same of everything of the area, branches above counted too.
        owners: in Chinese, with how many of the area's items each has.
    """

    keys: Sequence[str] = ()
    shown: int = 0
    total: int = 0
    levels: Mapping[int, int] = field(default_factory=dict)
    themes: Mapping[str, Mapping[int, int]] = field(default_factory=dict)
    owners: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class _All:
    """The items of an area as columns: place of their sign, row of the table or `NO_ROW`, key, level."""

    sign: NDArray[np.int64]
    row: NDArray[np.int64]
    keys: Sequence[str]
    level: NDArray[np.int64]


class Asker:
    """Answers from a board; names are matched once a question, not once a second.

    Attributes:
        pinned: codes of favourites.
    """

    def __init__(self, board: SignBoard, t: Texts) -> None:
        self._board, self.t = board, t
        self.pinned: frozenset[str] = frozenset()
        self._fits: tuple[tuple[object, ...], NDArray[np.bool_]] | None = None

    def answer(self, asked: Asked) -> Answer:
        everything = self._everything(asked)
        told = self._board.told
        fits = self._signs_that_fit(asked)[everything.sign] if len(everything.sign) else np.zeros(0, dtype=np.bool_)
        levels = everything.level
        fits = fits & (levels != MISSING) if asked.fed else fits
        levelled = fits & ~np.isin(levels, (0, MISSING)) if asked.abnormal else fits
        shown = levelled & np.isin(levels, list(asked.levels)) if asked.levels else levelled
        order = self._ordered(asked, everything, np.flatnonzero(shown))
        keys = [everything.keys[i] for i in order.tolist()]
        if asked.order is Order.TREE and not asked.theme:
            keys = self._with_heads(keys, everything.sign[order].tolist())
        signs = everything.sign
        owners: dict[str, int] = {}
        for i, count in enumerate(np.bincount(signs, minlength=len(told.signs)).tolist()):
            name = told.signs[i].owner.get("zh", "")
            if count and name:
                owners[name] = owners.get(name, 0) + count
        return Answer(
            keys=keys,
            shown=len(order),
            total=len(signs),
            levels=_counted(levels[levelled]),
            themes=self._by_theme(signs, levels),
            owners=dict(sorted(owners.items(), key=lambda pair: -pair[1])),
        )

    # -- what there is

    def _everything(self, asked: Asked) -> _All:
        board, told = self._board, self._board.told
        if asked.below:
            rows = board.rows_below(asked.area)
            words = board.table.text("code")
            signs = np.fromiter((told.at.get(words[row], -1) for row in rows.tolist()), np.int64, len(rows))
            rows, signs = rows[signs >= 0], signs[signs >= 0]
            keys = board.table.keys
            items = [keys[row] for row in rows.tolist()]
            order = np.array(sorted(range(len(items)), key=lambda i: (signs[i], items[i])), dtype=np.int64)
            return _All(signs[order], rows[order], [items[i] for i in order.tolist()], self._levels(rows[order]))
        found = [(i, board.row(sign.code, asked.area)) for i, sign in enumerate(told.signs)]
        if asked.area != board.city:  # a sign of the city alone is none of a street
            found = [(i, row) for i, row in found if row != NO_ROW]
        signs = np.array([i for i, _ in found], dtype=np.int64)
        rows = np.array([row for _, row in found], dtype=np.int64)
        keys = [key_of(told.signs[i].code, asked.area) for i, _ in found]
        return _All(signs, rows, keys, self._levels(rows))

    def _levels(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        table = self._board.table
        levels = np.full(len(rows), MISSING, dtype=np.int64)
        there = rows != NO_ROW
        good = np.zeros(len(rows), dtype=np.bool_)
        good[there] = np.isfinite(table.numbers("value")[rows[there]]) & (table.numbers("measured")[rows[there]] > 0)
        told = table.numbers("level")[rows[good]].astype(np.int64)
        levels[good] = np.where((told >= 1) & (told <= 4), told, 0)
        return levels

    # -- what of it fits

    def _signs_that_fit(self, asked: Asked) -> NDArray[np.bool_]:
        told = self._board.told
        token = (told, asked.theme, asked.text, asked.owner, asked.pinned and self.pinned, self.t.lang)
        if self._fits is None or self._fits[0] != token:
            fits = [self._fits_sign(asked, sign) for sign in told.signs]
            self._fits = (token, np.array(fits, dtype=np.bool_))
        return self._fits[1]

    def _fits_sign(self, asked: Asked, sign: Sign) -> bool:
        told, t = self._board.told, self.t
        if asked.theme and asked.theme not in told.above.get(sign.theme, ()):
            return False
        if asked.pinned and sign.code not in self.pinned:
            return False
        if asked.owner and sign.owner.get("zh") != asked.owner:
            return False
        names = (t.pack(sign.name), sign.name["zh"], sign.code, *sign.owner.values())
        return not asked.text or score(asked.text, *names) > 0

    def _ordered(self, asked: Asked, all_: _All, places: NDArray[np.int64]) -> NDArray[np.int64]:
        if asked.order is Order.TREE or not len(places):
            return places
        if asked.order is Order.LEVEL:
            levels = all_.level[places]
            return places[np.argsort(np.where(levels == 0, MISSING - 1, levels), kind="stable")]
        table, rows = self._board.table, all_.row[places]
        there = rows != NO_ROW
        rank = np.full(len(places), -np.inf)
        if asked.order is Order.AGE:
            rank[there] = table.numbers("measured")[rows[there]]
        else:
            value, before = table.numbers("value")[rows[there]], table.numbers("previous")[rows[there]]
            with np.errstate(divide="ignore", invalid="ignore"):
                change = np.abs(value - before) / np.maximum(np.abs(before), 1e-9)
            rank[there] = np.where(np.isfinite(change), change, -np.inf)
        return places[np.argsort(-rank, kind="stable")]

    def _with_heads(self, keys: Sequence[str], signs: Sequence[int]) -> list[str]:
        made: list[str] = []
        before: str | None = None
        for key, i in zip(keys, signs, strict=True):
            theme = self._board.told.signs[i].theme
            if theme != before:
                made.append(HEAD + theme)
                before = theme
            made.append(key)
        return made

    def _by_theme(self, signs: NDArray[np.int64], levels: NDArray[np.int64]) -> dict[str, dict[int, int]]:
        told = self._board.told
        counts = np.zeros((len(told.signs), MISSING + 1), dtype=np.int64)
        np.add.at(counts, (signs, levels), 1)
        found: dict[str, dict[int, int]] = {}
        for i in np.flatnonzero(counts.any(axis=1)).tolist():
            own = {level: int(n) for level, n in enumerate(counts[i].tolist()) if n}
            for code in ("", *told.above.get(told.signs[i].theme, ())):
                sums = found.setdefault(code, {})
                for level, n in own.items():
                    sums[level] = sums.get(level, 0) + n
        return found


def _counted(levels: NDArray[np.int64]) -> dict[int, int]:
    found, counts = np.unique(levels, return_counts=True)
    return dict(zip(found.tolist(), counts.tolist(), strict=True))
