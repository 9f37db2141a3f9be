"""What a question may go on with while it is typed: questions put before, and words that are understood. No Qt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cockpit.model.pinyin import plain
from widgets.kit.context import PanelContext
from widgets.kit.fuzzy import score
from widgets.kit.questioning import Questioning
from widgets.lists.areas import AreaTree

MOST = 8
LONGEST = 8
_ENOUGH = 45.0
"""Of a score in pinyin: by initials or from the start."""


@dataclass(frozen=True)
class Offer:
    """One thing that is offered.

    Attributes:
        text: what the box says when it is taken. shown: as printed. kind: `asked`, `question`, `area`, `class`,
            `sign`, `unit`. whole: a question that is put at once; else a word of one.
    """

    text: str
    shown: str
    kind: str
    whole: bool = False


class Offering:
    """Knows the words of this city: areas, classes, signs, and who works here."""

    def __init__(self, ctx: PanelContext) -> None:
        self._ctx = ctx
        self._areas = AreaTree(ctx.picture["area"])
        self._words: tuple[tuple[str, str], ...] = ()
        self._known: object = None

    def words(self) -> Sequence[tuple[str, str]]:
        """(name, kind) of all that may be named."""
        ctx = self._ctx
        names = ctx.insight.names if ctx.insight is not None else {}
        told = ctx.signs.known.signs if ctx.signs is not None else ()
        known = (ctx.t.lang, len(names), len(told))
        if known != self._known:
            self._known = known
            self._words = tuple(dict.fromkeys(self._all()))
        return self._words

    def _all(self) -> Iterator[tuple[str, str]]:
        ctx, t = self._ctx, self._ctx.t
        for code, name in ctx.insight.names.items() if ctx.insight is not None else ():
            area = self._areas.get(code)
            if area is not None and area.tier <= 2:
                yield name, "area"
            elif "/" in code:
                yield name, "unit"
        for kind in ctx.pack.kinds.values():
            yield t.pack(kind.name), "class"
        for sign in ctx.signs.known.signs if ctx.signs is not None else ():
            yield t.pack(sign.name), "sign"

    def offers(self, typed: str) -> list[Offer]:
        """What fits what is typed, the likeliest first; of nothing typed what was asked last."""
        ctx, text = self._ctx, typed.strip()
        asked = list(reversed(Questioning.history(ctx)))
        ready = list(ctx.asking.suggestions(ctx.t.lang)) if ctx.asking is not None else []
        if not text:
            last = [Offer(one, one, "asked", True) for one in asked[:4]]
            return [*last, *(Offer(one, one, "question", True) for one in ready if one not in asked[:4])][:MOST]
        found = [*self._completed(typed)]
        for kind, many in (("asked", asked), ("question", ready)):
            fits = [one for one in many if one != text and score(text, one) >= _ENOUGH]
            found += [Offer(one, one, kind, True) for one in fits if all(one != o.text for o in found)][:3]
        return found[:MOST]

    def _completed(self, typed: str) -> list[Offer]:
        """Names that the end of what is typed begins, or spells in pinyin."""
        for size in range(min(LONGEST, len(typed)), 0, -1):
            tail = typed[-size:]
            if tail != tail.strip() or (size < len(typed) and tail[0].isascii() and typed[-size - 1].isascii()
                                        and not typed[-size - 1].isspace()):  # fmt: skip
                continue
            if tail.isascii() and size < 2:
                continue
            fits = self._fitting(tail)
            if fits:
                return [Offer(typed[:-size] + name, name, kind) for name, kind in fits]
        return []

    def _fitting(self, tail: str) -> list[tuple[str, str]]:
        begun = plain(tail)
        found = [(0, name, kind) for name, kind in self.words() if plain(name).startswith(begun) and name != tail]
        if not found and tail.isascii() and tail.isalpha():
            scored = ((score(tail, name), name, kind) for name, kind in self.words())
            found = [(-round(fit), name, kind) for fit, name, kind in scored if fit >= _ENOUGH]
        order = {"area": 0, "class": 1, "sign": 2, "unit": 3}
        found.sort(key=lambda one: (one[0], order[one[2]], len(one[1])))
        return [(name, kind) for _, name, kind in found[:5]]
