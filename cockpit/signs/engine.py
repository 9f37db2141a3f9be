"""The live tree: from the inputs of now to a value and a level for every sign in every area. Owned by one thread."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from cockpit.model.clock import SECOND
from cockpit.model.errors import UserError
from cockpit.model.messages import Message
from cockpit.model.signs import Sign, SignSet, Thing
from cockpit.picture.picture import Picture
from cockpit.signs.areatree import Floats, Ints
from cockpit.signs.formula import OWN, Formula, order_of
from cockpit.signs.inputs import TOPIC_OF, Conditions, Inputs, encoded
from cockpit.signs.items import Items
from cockpit.signs.measure import Made, Measure, state_words
from cockpit.signs.reported import Reported

log = logging.getLogger(__name__)

AGAIN = 5 * SECOND
"""A sign whose input stays is made again after so long, because time goes by."""
ZERO_TIER = 2
"""Down to streets an area in which there is nothing says 0; below it has no item."""
HOUR_SECONDS = 3600.0
SHARE_TIER = 3
"""Down to communities: a share of the one or two things of a cell says nothing."""
SELDOM = 10 * SECOND
"""What has a beat of an hour or more is made no more often than that."""
MOST_THINGS = 50


class _Plan(msgspec.Struct):
    """How a sign is made.

    Attributes:
        number: of the sign; measure: of its input, None without; formula: None without.
        seen: version of the input when it was last made; at: when.
        made: as it was last made.
        own: what its input said, before the formula.
        rows: row of its item in each area, -1 none; tree: of which tree they are.
        parts: rows of its parts.
    """

    number: int
    sign: Sign
    measure: Measure | None = None
    formula: Formula | None = None
    seen: object = None
    at: int = 0
    made: Made | None = None
    own: Made | None = None
    rows: Ints = msgspec.field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    tree: int = -1
    parts: set[int] = msgspec.field(default_factory=set)


class Engine:
    """The signs of a hub.

    Attributes:
        items: what is to be told.
        signs: the definitions.
        problems: sentences about signs that can not be made, by code.
    """

    def __init__(
        self,
        city: str,
        picture: Picture,
        inputs: Inputs,
        reported: Reported,
        figures: Mapping[str, float] | None = None,
    ) -> None:
        """
        Args:
            figures: what the hub knows of itself, by name; read at each step.
        """
        self.items = Items()
        self.signs = SignSet()
        self.problems: dict[str, Message] = {}
        self._city = city
        self._picture = picture
        self._inputs = inputs
        self._reported = reported
        self._figures: Mapping[str, float] = {} if figures is None else figures
        self._plans: dict[str, _Plan] = {}
        self._order: list[str] = []
        self._now = 0

    def define(self, signs: SignSet) -> list[str]:
        """Runs these definitions from now on; answers with keys of items whose signs are no more."""
        self.signs = signs
        self.problems.clear()
        old = self._plans
        self._plans = {}
        formulas: dict[str, Formula] = {}
        for number, sign in enumerate(signs.signs):
            plan = self._plans[sign.code] = _Plan(number, sign)
            before = old.get(sign.code)
            if before is not None and before.sign == sign:
                plan.measure, plan.own = before.measure, before.own
            try:
                if sign.formula:
                    plan.formula = formulas[sign.code] = Formula(sign.formula)
                if plan.measure is None and _has_rows(sign.input):
                    plan.measure = Measure(sign)
            except UserError as error:  # one that came from outside; those that ship are tested
                self.problems[sign.code] = error.message
        first = [code for code, plan in self._plans.items() if plan.formula is None]
        self._order = [*first, *order_of(formulas)]
        self.items.define(signs.signs)
        return self.items.drop(row for row, number in enumerate(self.items.signs) if number < 0)

    def step(self, now: int, wall: int, rate: float) -> list[str]:
        """Makes what has changed; answers with keys of items that are gone.

        Args:
            now: the city's clock; wall: the machine's, UTC us; rate: city seconds a second.
        """
        back = now < self._now
        self._now = now
        gone: list[str] = []
        if self._inputs.look(now):
            gone += self._other_tree()
        for code in self._order:
            plan = self._plans[code]
            if code in self.problems:
                continue
            if self._make(plan, now, wall, rate, back) and plan.made is not None:
                gone += self._put(plan, plan.made)
        self.items.grade_all(now)
        return gone

    def keep_only(self, rows: Ints) -> Ints:
        """Forgets all other items, see `Items.keep_only`."""
        moved = self.items.keep_only(rows)
        for plan in self._plans.values():
            plan.rows = moved[plan.rows]
            plan.parts = {row for row in moved[list(plan.parts)].tolist() if row >= 0}
        return moved

    # -- making --------------------------------------------------------------------------------------------------

    def _make(self, plan: _Plan, now: int, wall: int, rate: float, back: bool) -> bool:
        """Makes one sign; whether there is anything new."""
        own_new = self._make_own(plan, now, wall, rate, back)
        if plan.formula is None:
            plan.made = plan.own
            return own_new
        if not own_new and now - plan.at < SECOND:
            return False
        plan.made = self._by_formula(plan, plan.formula)
        return True

    def _make_own(self, plan: _Plan, now: int, wall: int, rate: float, back: bool) -> bool:
        sign = plan.sign
        if plan.measure is None:
            if plan.formula is not None and sign.input == "":
                return False
            if sign.input == "signs":
                if 0 <= now - plan.at < AGAIN and plan.own is not None:
                    return False
                plan.own, plan.at = self._of_signs(plan), now
                return True
            if sign.input.startswith("hub:"):
                figure = self._figures.get(sign.input.removeprefix("hub:"), np.nan)
                if (figure, now // SECOND) == plan.seen:
                    return False
                plan.seen, plan.own = (figure, now // SECOND), self._of_city(figure, int(np.isfinite(figure)))
                return True
            reported = self._reported.version_of(sign.code)
            version = (reported, self._inputs.tree.serial, now // (60 * SECOND) if reported else 0)
            if version == plan.seen and not back:
                return False
            plan.seen = version
            plan.own = self._reported.made(sign, self._inputs.tree, now)
            return True
        seen = (self._inputs.changed(sign.input), self._inputs.tree.serial)
        age = now - plan.at
        if 0 <= age < (SELDOM if sign.every >= HOUR_SECONDS else AGAIN) and (
            seen == plan.seen or sign.every >= HOUR_SECONDS
        ):
            return False
        made = plan.measure.made(self._inputs, now, self._inputs.spoke(sign.input, wall, rate))
        plan.seen, plan.at = seen, now
        if made is None:
            return False
        plan.own = _believed(made, sign)
        return True

    def _by_formula(self, plan: _Plan, formula: Formula) -> Made:
        n = len(self._inputs.tree)
        made = {code: self._operand(plan if code == OWN else self._plans[code], code == OWN) for code in formula.codes}
        value = formula.value({code: one.value for code, one in made.items()}, (n,))
        counts = [one.n for one in made.values()] or [np.zeros(n, dtype=np.int64)]
        times = [one.measured for one in made.values()] or [np.zeros(n, dtype=np.int64)]
        plan.at = self._now
        return _believed(Made(value, np.minimum.reduce(counts), np.minimum.reduce(times)), plan.sign)

    def _operand(self, plan: _Plan, own: bool) -> Made:
        made = plan.own if own else plan.made
        n = len(self._inputs.tree)
        if made is None or len(made.value) != n:
            none = np.zeros(n, dtype=np.int64)
            return Made(np.full(n, np.nan), none, none)
        return made

    def _of_signs(self, plan: _Plan) -> Made:
        """The input `signs`: the city's own items that are fed, and how many of them are so or so."""
        items = self.items
        rows = [row for row in self._city_rows() if items.signs[row] != plan.number]
        index = np.array(rows, dtype=np.int64)
        words = state_words(items.measured[index], items.period[index], self._now)
        conditions = Conditions(plan.sign.code, "signs", plan.sign.where)
        found = conditions.rows(_SignRows(words, [self._plan_of(row).sign for row in rows]), self._now)
        return self._of_city(len(found), len(found))

    def _of_city(self, figure: float, count: int) -> Made:
        """A number of the city as a whole, known now."""
        size = len(self._inputs.tree)
        value = np.full(size, np.nan)
        n, measured = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
        value[0], n[0], measured[0] = figure, count, self._now if np.isfinite(figure) else 0
        return Made(value, n, measured)

    def _city_rows(self) -> list[int]:
        """Items of the city as a whole whose sign is fed by something that lives."""
        plans = (plan for plan in self._plans.values() if plan.measure is not None and len(plan.rows))
        return [row for plan in plans if (row := int(plan.rows[0])) >= 0 and self.items.measured[row] > 0]

    def _plan_of(self, row: int) -> _Plan:
        return self._plans[self.signs.signs[self.items.signs[row]].code]

    # -- items ---------------------------------------------------------------------------------------------------

    def _put(self, plan: _Plan, made: Made) -> list[str]:
        tree, items = self._inputs.tree, self.items
        if len(made.value) != len(tree):
            return []
        if plan.tree != tree.serial:
            plan.rows, plan.tree = np.full(len(tree), -1, dtype=np.int64), tree.serial
            for area, code in enumerate(tree.codes):
                plan.rows[area] = items.index.get(f"sign/{plan.sign.code}@{code}", -1)
        there = made.n > 0
        there |= np.isfinite(made.value) & (not made.zero)
        if made.zero:
            there |= tree.tier <= ZERO_TIER
        there[0] = True
        if plan.sign.by_area == "share":
            there &= tree.tier <= SHARE_TIER
        elif plan.sign.by_area == "none" and plan.measure is not None:
            there[1:] = False
        for area in np.flatnonzero(there & (plan.rows < 0)).tolist():
            plan.rows[area] = items.row(plan.number, tree.codes[area], "", int(tree.tier[area]))
        rows = plan.rows[there]
        # what has no value any more still says when it last had one
        measured = np.where(made.measured[there] > 0, made.measured[there], items.measured[rows])
        items.put(rows, made.value[there], made.n[there], measured)
        left = plan.rows[~there & (plan.rows >= 0)]
        return items.drop(left.tolist()) + self._put_parts(plan, made)

    def _put_parts(self, plan: _Plan, made: Made) -> list[str]:
        if not made.parts and not plan.parts:
            return []
        tree, items = self._inputs.tree, self.items
        rows = [items.row(plan.number, tree.codes[area], part, int(tree.tier[area])) for part, area, _, _ in made.parts]
        if rows:
            areas = np.array([area for _, area, _, _ in made.parts], dtype=np.int64)
            values = np.array([value for _, _, value, _ in made.parts])
            counts = np.array([n for _, _, _, n in made.parts], dtype=np.int64)
            items.put(np.array(rows, dtype=np.int64), values, counts, made.measured[areas])
        gone = plan.parts - set(rows)
        plan.parts = set(rows)
        return items.drop(gone)

    def _other_tree(self) -> list[str]:
        """The areas are others: what stands for one that is no more goes."""
        known = set(self._inputs.tree.codes)
        return self.items.drop(row for row, area in enumerate(self.items.areas) if area not in known)

    # -- what is asked -------------------------------------------------------------------------------------------

    def things(self, code: str, area: str, part: str) -> list[Thing]:
        """What an item is made from now, those that bring the most first."""
        plan = self._plans.get(code)
        if plan is None or plan.measure is None or not self._inputs.tree.has(area):
            return []
        rows, tree = self._inputs.rows(plan.sign.input), self._inputs.tree
        index = plan.measure.rows_now(rows, self._now)
        place = tree.index(area)
        index = index[tree.above(int(tree.tier[place]))[rows.at[index]] == place]
        if part and plan.sign.parts:
            codes, words = rows.coded(plan.sign.parts)
            index = index[np.array([words[one] == part for one in codes[index].tolist()], dtype=np.bool_)]
        values = plan.measure.values_of(rows, index)
        up = plan.sign.by_area == "min"
        order = np.argsort(np.where(np.isnan(values), np.inf, values if up else -values), kind="stable")
        return [
            self._thing(plan.sign.input, rows.key(int(index[i])), tree.codes[int(rows.at[index[i]])], float(values[i]))
            for i in order[:MOST_THINGS].tolist()
        ]

    def _thing(self, given: str, key: str, area: str, value: float) -> Thing:
        topic = TOPIC_OF.get(given.partition(":")[0], "case")
        row: Mapping[str, object] = (self._picture[topic].get(key) or {}) if topic != "case" else {}
        named = row.get("name") or row.get("place") or row.get("title") or ""
        measured = row.get("measured") or row.get("updated") or 0
        return Thing(topic, key, area, value, str(named), int(str(measured)))


class _SignRows:
    """The items of the city as rows of the input `signs`."""

    def __init__(self, states: Sequence[str], signs: list[Sign]) -> None:
        self.version: object = object()
        self.at: Ints = np.zeros(len(signs), dtype=np.int64)
        self._texts = {
            "state": encoded(states),
            "origin": encoded(sign.origin for sign in signs),
            "code": encoded(sign.code for sign in signs),
        }
        self._codes = [sign.code for sign in signs]

    def __len__(self) -> int:
        return len(self._codes)

    def number(self, name: str) -> Floats:
        raise KeyError(name)

    def coded(self, name: str) -> tuple[np.ndarray[tuple[int, ...], np.dtype[np.int32]], list[str]]:
        return self._texts[name]

    def key(self, row: int) -> str:
        return self._codes[row]


def _has_rows(given: str) -> bool:
    """Whether an input is rows of something."""
    return given not in ("", "import", "signs") and not given.startswith("hub:")


def _believed(made: Made, sign: Sign) -> Made:
    """Without values outside of what is believed."""
    if sign.low is None and sign.high is None:
        return made
    low, high = -np.inf if sign.low is None else sign.low, np.inf if sign.high is None else sign.high
    with np.errstate(invalid="ignore"):
        made.value = np.where((made.value >= low) & (made.value <= high), made.value, np.nan)
    return made
