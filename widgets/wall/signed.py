"""What panels of vital signs on a wall have in common: definitions, items, which are shown, and how old they are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from msgspec.structs import replace

from cockpit.model import ages
from cockpit.model.clock import DAY, HOUR
from cockpit.model.freshness import Freshness
from cockpit.model.messages import Message
from cockpit.model.signs import Sign, Threshold, key_of
from widgets.lists.areas import AreaTree
from widgets.lists.words import SEPARATOR
from widgets.signs.asked import LEVELS
from widgets.signs.board import NO_ROW, Item, SignBoard
from widgets.signs.words import SignWords
from widgets.wall.asking import History
from widgets.wall.kit import PanelState, WallPanel

_UNLEVELLED = 9
LONGEST = 31 * DAY
"""That a curve of a wall shows at the most."""


def tells(panel: WallPanel, board: SignBoard, code: str) -> bool:
    """Whether a sign is defined, by what the service of signs says now; else the panel says what is missing."""
    signs = panel.ctx.signs
    if signs is None:
        panel.show_state(PanelState.DEAD, Message("wallkit.no_signs"), (Message("wallkit.no_signs_way"),))
        return False
    board.take(signs.known)
    if code in board.told.at:
        return True
    known = bool(board.told.signs)
    said = Message("wallkit.no_such_sign", {"code": code}) if known else Message("wallkit.signs_waiting")
    panel.show_state(PanelState.EMPTY if known else PanelState.WAITING, said)
    return False


class SignPanel(WallPanel):
    """A panel of one sign or of several.

    Attributes:
        board: definitions and live items.
        items: those that are shown; their ages are the panel's.
    """

    topics: ClassVar[frozenset[str]] = frozenset({"sign", "area"})
    narrowed: ClassVar[frozenset[str]] = frozenset({"area"})
    calm: ClassVar[float] = 0.9

    def begin(self) -> None:
        self.areas = AreaTree(self.ctx.picture["area"])
        self.board = SignBoard(self.ctx.picture["sign"], self.areas, self.ctx.pack.code)
        self.items: tuple[Item, ...] = ()
        self._told_ages: tuple[str, ...] = ()

    def gather(self) -> None:
        """Definitions are there: choose `items` and whatever else is painted."""

    def seen(self) -> object:
        now = self.ctx.clock.now()
        shown = [(one.key, one.value, one.level, one.previous, one.year, one.forecast, one.old(now))
                 for one in self.items]  # fmt: skip
        return repr(shown)  # as words, since NaN is not NaN

    @property
    def words(self) -> SignWords:
        return SignWords(self.ctx.t, self.ctx.pack, self.areas)

    def look(self) -> None:
        signs = self.ctx.signs
        if signs is None:
            self.show_state(PanelState.DEAD, Message("wallkit.no_signs"), (Message("wallkit.no_signs_way"),))
            return
        self.board.take(signs.known)
        if not self.board.told.signs:
            self.show_state(PanelState.WAITING, Message("wallkit.signs_waiting"))
            return
        self.show_content()
        self.gather()
        self._say_age()
        self.setAccessibleName(self.headline())

    def knows(self, name: str, words: Iterable[str]) -> bool:
        """Whether the scene's word for an option is one of these; else it is said which there are."""
        if str(self.chosen[name]) in words:
            return True
        said = {"name": name, "word": str(self.chosen[name]), "words": ", ".join(word for word in words if word)}
        self.show_state(PanelState.EMPTY, Message("wallkit.wrong_word", said))
        return False

    # -- which

    def item(self, code: str, area: str = "") -> Item:
        """A sign in an area, the panel's own where none is said; without a value where there is none."""
        return self.board.item(key_of(code, area or self.area))

    def known(self, code: str) -> bool:
        """Whether there is a definition of that code."""
        return code in self.board.told.at

    def worst(self, most: int) -> list[str]:
        """Codes of the signs of the area that stand worst, those within bounds behind them, as the tree has them."""
        rows = [(sign, self.board.row(sign.code, self.area)) for sign in self.board.told.signs]
        items = [(sign, self.board.item_at(row)) for sign, row in rows if row != NO_ROW]
        fed = [(sign, item) for sign, item in items if item.known]
        fed.sort(key=lambda pair: (pair[1].level if pair[1].level in LEVELS else _UNLEVELLED, not pair[0].thresholds))
        return [sign.code for sign, _ in fed[:most]]

    def one(self, code: str) -> Item | None:
        """The one item of a panel; what is in its way is said in the panel's place, and None answers."""
        code = code or next(iter(self.worst(1)), "")
        if not code:
            self.show_state(PanelState.WAITING, Message("wallkit.signs_waiting"))
            return None
        if not self.known(code):
            self.show_state(PanelState.EMPTY, Message("wallkit.no_such_sign", {"code": code}))
            return None
        item = self.item(code)
        self.items = (item,)
        if not item.known:
            unfed = code in self.board.told.known.unfed
            named = {"name": self.words.title(item), "area": self.words.area(item.area)}
            why = self.words.missing(item.sign, unfed)
            self.show_state(PanelState.EMPTY, Message("wallkit.no_value", named), (why,))
            return None
        return item

    def no_history(self, item: Item, history: History) -> None:
        """Says why there is no curve, with the value of now."""
        now = self.ctx.t(Message("wallkit.now", {"value": self.words.with_unit(item.sign, item.value)}))
        if history.problem is not None:
            lines = (now, history.problem, Message("wallkit.asked_again"))
            self.show_state(PanelState.DEAD, Message("wallkit.curve_failed"), lines)
        elif history.waiting:
            self.show_state(PanelState.WAITING, Message("wallkit.curve_waiting"), (now,))
        else:
            self.show_state(PanelState.EMPTY, Message("wallkit.curve_none"), (now, Message("wallkit.curve_none_way")))

    def curve_span(self) -> int:
        """How much of its past a curve shows, us: the period that it follows where that reaches until now, else the
        scene's."""
        span = self.about.now(self.ctx.clock.now()) if self.about is not None else None
        if span is not None and span.end >= self.ctx.clock.now() - HOUR:
            return min(max(span.end - span.start, HOUR), LONGEST)
        return round(max(float(self.chosen["hours"]), 1.0) * HOUR)

    # -- how old

    def age_tick(self) -> None:
        super().age_tick()
        self._say_age()

    def _say_age(self) -> None:
        now = self.ctx.clock.now()
        known = [item for item in self.items if item.known]
        if not known or self.failed:
            if not self.failed:
                self.set_age(None)
            return
        self.set_age(*age_of_all(known, now))
        told = tuple(self.words.age(item, now) if item.old(now) else "" for item in known)
        if told != self._told_ages:
            self._told_ages = told
            self.update()

    # -- words

    def place(self) -> str:
        """The area that its scene has it of, "" none or the whole city; one that it follows stands in `headline`."""
        return self.words.area(self.area) if self.chosen["area"] not in ("", self.ctx.pack.code) else ""

    def compared(self, item: Item) -> str:
        """How it changed: 同比 ↑61%, else 环比; "" where nothing earlier is known."""
        for before, words in ((item.year, "wallkit.than_year"), (item.previous, "wallkit.than_before")):
            arrow, by = self.words.change(item, before)
            if arrow:
                return self.ctx.t(Message(words, {"by": f"{arrow} {by}" if by else arrow}))
        return ""

    def goal(self, item: Item) -> str:
        """What it is held against: its target, else the bound that is nearest to it; "" none."""
        sign, words = item.sign, self.words
        if sign.target is not None:
            return self.ctx.t(Message("wallkit.target", {"value": words.target(sign)}))
        bound = nearest(item)
        if bound is not None:
            return self.ctx.t(Message("wallkit.limit", {"value": words.bound(sign, bound)}))
        return self.expected(item)

    def bound(self, item: Item) -> str:
        """The goal without the word for it: > 35 cm; "" none."""
        if item.sign.target is not None:
            return self.words.target(item.sign)
        bound = nearest(item)
        return self.words.bound(item.sign, bound) if bound is not None else ""

    def expected(self, item: Item) -> str:
        """1 小时后 68 cm: what is expected and when; "" nothing, or its value is old."""
        value, note = self.words.forecast(item)
        if not value or item.old(self.ctx.clock.now()):
            return ""
        return f"{note.split(SEPARATOR)[0]} {value}"


def age_of_all(known: Sequence[Item], now: int) -> tuple[Message, bool]:
    """The age of items with a value, that of the freshest, and whether it is old; where some of them are old, that."""
    old = len({item.key for item in known if item.old(now)})
    if 0 < old < len({item.key for item in known}):
        return Message("wallkit.some_old", {"n": old}), True
    fresh = max(known, key=lambda item: item.measured)
    return ages.data_age(fresh.measured, fresh.period, now), fresh.old(now)


def nearest(item: Item) -> Threshold | None:
    """The bound of a sign that is nearest to its value, which a chart draws: of a band one end alone. That from which
    on it has a level at all where it has no value."""
    bounds = item.sign.thresholds
    if not item.known:
        return max(bounds, key=lambda bound: bound.level, default=None)
    ends = [replace(bound, below=None) for bound in bounds if bound.above is not None]
    ends += [replace(bound, above=None) for bound in bounds if bound.below is not None]

    def away(bound: Threshold) -> float:
        end = bound.above if bound.above is not None else bound.below
        return abs(item.value - (end or 0.0))

    return min(ends, key=away, default=None)


def bounds_of(sign: Sign) -> list[tuple[float, int]]:
    """Lines across a chart: (value, level), the target with level 0."""
    lines = [(sign.target, 0)] if sign.target is not None else []
    for bound in sign.thresholds:
        lines += [(value, bound.level) for value in (bound.above, bound.below) if value is not None]
    return lines


def level(item: Item) -> int:
    """1 to 4, 0 within bounds or unknown."""
    return item.level if item.known and item.level in LEVELS else 0


def live(items: Iterable[Item], now: int) -> Sequence[Item]:
    """Those whose value is not old."""
    return [item for item in items if item.known and item.freshness(now) is Freshness.LIVE]
