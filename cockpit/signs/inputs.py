"""What signs are made from, by columns: rows of the hub's picture, and cases and orders of the ledger.

Each input has number columns, text columns and an area a row. What a sign asks of them is compiled once; what does not
hang on numbers or the time is kept until rows come or go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from cockpit.ledger.fold import State
from cockpit.model.cases import Case, Order
from cockpit.model.clock import DAY, HOUR, MINUTE, local, midnight
from cockpit.model.entries import StageReached
from cockpit.model.errors import UserError
from cockpit.model.tables import TABLES, TEXT
from cockpit.picture.picture import Picture
from cockpit.picture.table import CATEGORICAL, LiveTable
from cockpit.signs.areatree import AreaTree, Ints
from cockpit.signs.definitions import TIME_WORD

Codes = NDArray[np.int32]
Mask = NDArray[np.bool_]
Where = dict[str, str | float | list[float]]

TOPIC_OF = {
    "events": "event", "units": "unit", "cameras": "camera", "alerts": "alert", "feeds": "feed", "alarms": "alarm",
    "sensors": "sensor", "feed": "sensor",
}  # fmt: skip
"""Input to the table of the picture that it reads."""
_TIMES = frozenset(
    [
        "occurred",
        "updated",
        "received",
        "measured",
        "fixed",
        "sent",
        "effective",
        "expires",
        "raised",
        "acked",
        "cleared",
    ]
)
_ADDED: dict[str, tuple[str, ...]] = {"event": ("filed",), "sensor": ("beats",)}
CASE_NUMBERS = ("level", "open", "overdue", "assign_due", "assign_late", "late", "opened", "closed", "hours")
CASE_TEXTS = ("kind", "channel", "stage", "result")
ORDER_NUMBERS = ("level", "late", "finish_due", "reported", "again", "issued", "arrive_minutes")
ORDER_TEXTS = ("kind", "channel", "unit", "state")
_UNDONE = frozenset({"recalled", "refused", "expired"})


class Rows(Protocol):
    """The rows of an input at one moment.

    Attributes:
        version: while it is the same, texts and areas are, row by row.
        at: index of each row's area, shape (n,).
    """

    version: object
    at: Ints

    def __len__(self) -> int: ...

    def number(self, name: str) -> NDArray[Any]: ...

    def coded(self, name: str) -> tuple[Codes, Sequence[str]]: ...

    def key(self, row: int) -> str: ...


class TopicRows:
    """A table of the picture; made anew at every look, what is slow is kept in `kept`."""

    def __init__(self, table: LiveTable, tree: AreaTree, now: int, filed: Callable[[str], bool], kept: Kept) -> None:
        self._table = table
        self._now = now
        self._filed = filed
        self._kept = kept
        self._beats: NDArray[np.float64] | None = None
        self.version: object = (table.rows_version, tree.serial)
        self.at: Ints = kept.get("at", self.version, lambda: self._areas(tree))

    def __len__(self) -> int:
        return len(self._table)

    def _areas(self, tree: AreaTree) -> Ints:
        if "area" not in self._table.table.names:
            return np.zeros(len(self._table), dtype=np.int64)
        return tree.indices(*self._table.codes("area"))

    def number(self, name: str) -> NDArray[Any]:
        if name == "beats":
            if self._beats is None:
                period = np.maximum(self._table.numbers("period"), 1)
                measured = self._table.numbers("measured")
                self._beats = np.where(measured > 0, (self._now - measured) / period, np.inf)
            return self._beats
        if name == "filed":
            keys = self._table.keys
            return np.fromiter(map(self._filed, keys), dtype=np.float64, count=len(keys))
        return self._table.numbers(name)

    def coded(self, name: str) -> tuple[Codes, Sequence[str]]:
        if name in CATEGORICAL:
            return self._table.codes(name)
        found: tuple[Codes, Sequence[str]] = self._kept.get(
            "text " + name, self.version, lambda: encoded(self._table.text(name))
        )
        return found

    def key(self, row: int) -> str:
        return self._table.key_at(row)


class LedgerRows:
    """Cases or orders, from a state of the ledger."""

    def __init__(
        self, version: object, areas: list[str], keys: list[str], columns: dict[str, Any], tree: AreaTree
    ) -> None:
        self.version = version
        self._columns = columns
        self._keys = keys
        self.at = np.fromiter(map(tree.index, areas), dtype=np.int64, count=len(areas))

    def __len__(self) -> int:
        return len(self._keys)

    def number(self, name: str) -> NDArray[Any]:
        found: NDArray[Any] = self._columns[name]
        return found

    def coded(self, name: str) -> tuple[Codes, Sequence[str]]:
        found: tuple[Codes, Sequence[str]] = self._columns[name]
        return found

    def key(self, row: int) -> str:
        return self._keys[row]


class Kept:
    """What is made once a version."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[object, Any]] = {}

    def get(self, name: str, version: object, make: Callable[[], Any]) -> Any:
        found = self._kept.get(name)
        if found is None or found[0] != version:
            found = self._kept[name] = (version, make())
        return found[1]


def encoded(words: Iterable[str]) -> tuple[Codes, list[str]]:
    """Words as codes and the words that they stand for."""
    seen: dict[str, int] = {}
    codes = np.array([seen.setdefault(word, len(seen)) for word in words], dtype=np.int32)
    return codes, list(seen)


class Inputs:
    """All inputs of a hub, looked at together.

    Attributes:
        tree: the areas as the picture has them now.
    """

    def __init__(self, city: str, picture: Picture, state: Callable[[], State | None]) -> None:
        """
        Args:
            city: code of the city.
            state: the ledger as far as it is folded; None while it can not be read.
        """
        self._city = city
        self._picture = picture
        self._state = state
        self._kept: dict[str, Kept] = {}
        self._now = 0
        self._tree_version = -1
        self._moment: dict[str, Rows] = {}
        self.tree = AreaTree(city)

    def look(self, now: int) -> bool:
        """Begins another moment; whether the areas are others than before."""
        self._now = now
        self._moment = {}
        version = self._picture["area"].version
        if version == self._tree_version:
            return False
        self._tree_version = version
        tree = AreaTree.of_table(self._city, self._picture["area"])
        if tree.codes == self.tree.codes and np.array_equal(tree.parent, self.tree.parent):
            return False
        self.tree = tree
        return True

    def rows(self, given: str) -> Rows:
        """Rows of `events`, `cases`, `sensors:…` and so on; of `sensors:gas` all sensors, the kind is a condition."""
        name = given.partition(":")[0]
        if name not in self._moment:
            kept = self._kept.setdefault(name, Kept())
            rows: Rows = self._ledger(name, kept) if name in ("cases", "orders") else self._topic(name, kept)
            self._moment[name] = rows
        return self._moment[name]

    def _topic(self, name: str, kept: Kept) -> TopicRows:
        state = self._state()

        def filed(key: str) -> bool:
            return state is not None and state.case_of_event(key) is not None

        return TopicRows(self._picture[TOPIC_OF[name]], self.tree, self._now, filed, kept)

    def changed(self, given: str) -> object:
        """While this is the same, the rows of an input are as they were, but for the time that goes by."""
        name = given.partition(":")[0]
        state = self._state()
        if name in ("cases", "orders"):
            return (state.seq if state else -1, self.tree.serial)
        version = (self._picture[TOPIC_OF[name]].version, self.tree.serial)
        return (*version, state.seq) if name == "events" and state else version

    def spoke(self, given: str, wall: int, rate: float) -> int:
        """When an input was last known to be whole, city time; 0 never: then nothing can be said by counting it."""
        name, _, rest = given.partition(":")
        if name in ("cases", "orders"):
            return self._now if self._state() is not None else 0
        if name in ("feeds", "alarms"):
            return self._now
        feeds = self._picture["feed"]
        received = feeds.numbers("received")
        wanted = TOPIC_OF[name]
        ours = np.array([topic == wanted for topic in feeds.text("topic")], dtype=np.bool_)
        if name == "feed":
            ours = np.array([key == rest for key in feeds.keys], dtype=np.bool_)
        last = int(received[ours].max(initial=0)) if len(received) else 0
        return self._now - round(max(wall - last, 0) * rate) if last > 0 else 0

    def _ledger(self, name: str, kept: Kept) -> LedgerRows:
        state = self._state()
        cases = list(state.cases.values()) if state else []
        version = (state.seq if state else -1, self.tree.serial, len(cases))
        read = _cases if name == "cases" else _orders
        areas, keys, columns = kept.get("columns", version, lambda: read(cases))
        timed = _timed_cases if name == "cases" else _timed_orders
        return LedgerRows(version, areas, keys, {**columns, **timed(columns, self._now)}, self.tree)


def columns_of(given: str) -> dict[str, str]:
    """Columns of an input by name: `text`, `number` or `time`."""
    name = given.partition(":")[0]
    if name in ("cases", "orders"):
        numbers, texts = (CASE_NUMBERS, CASE_TEXTS) if name == "cases" else (ORDER_NUMBERS, ORDER_TEXTS)
        found = dict.fromkeys(numbers, "number") | dict.fromkeys(texts, "text")
        return found | {column: "time" for column in ("opened", "closed", "issued") if column in found}
    if name == "signs":
        return {"state": "text", "origin": "text", "code": "text"}
    topic = TOPIC_OF.get(name)
    if topic is None:
        return {}
    columns = {c.name: "text" if c.dtype == TEXT else "number" for c in TABLES[topic].columns}
    columns |= dict.fromkeys(_TIMES & columns.keys(), "time")
    return columns | dict.fromkeys(_ADDED.get(topic, ()), "number")


# -- cases and orders --------------------------------------------------------------------------------------------


def _cases(cases: list[Case]) -> tuple[list[str], list[str], dict[str, Any]]:
    columns: dict[str, Any] = {name: encoded([_text_of(case, name) for case in cases]) for name in CASE_TEXTS}
    columns["level"] = np.array([case.facts.level for case in cases], dtype=np.int64)
    columns["open"] = np.array([float(case.open) for case in cases])
    columns["opened"] = np.array([case.opened for case in cases], dtype=np.int64)
    columns["closed"] = np.array([case.closed for case in cases], dtype=np.int64)
    columns["hours"] = np.array([(case.closed - case.opened) / HOUR if case.closed else np.nan for case in cases])
    columns["late"] = np.array([float(any(map(_done_late, case.orders.values()))) for case in cases])
    columns["due"] = np.array([_due(case) for case in cases], dtype=np.int64)
    assigned = [_assigned(case) for case in cases]
    columns["assign_by"] = np.array([by for by, _ in assigned], dtype=np.int64)
    columns["assign_at"] = np.array([at for _, at in assigned], dtype=np.int64)
    return [case.facts.area for case in cases], [case.id for case in cases], columns


def _text_of(case: Case, name: str) -> str:
    return str(getattr(case.facts if name in ("kind", "channel") else case, name))


def _timed_cases(columns: dict[str, Any], now: int) -> dict[str, Any]:
    due, by, at = columns["due"], columns["assign_by"], columns["assign_at"]
    reached = np.where(at > 0, at, now)
    return {
        "overdue": ((due > 0) & (due < now) & (columns["open"] > 0)).astype(np.float64),
        "assign_due": ((by > 0) & ((at > 0) | (by < now))).astype(np.float64),
        "assign_late": ((by > 0) & (reached > by)).astype(np.float64),
    }


def _due(case: Case) -> int:
    """The first deadline that an open case can miss: of its stage, and of the orders at work."""
    dues = [case.due, *(order.finish_by for order in case.orders.values() if order.working)]
    return min((due for due in dues if due > 0), default=0)


def _assigned(case: Case) -> tuple[int, int]:
    """By when the case was to be given out, and when it was; 0 where there was no deadline, or it was not yet."""
    for step in case.steps:
        if isinstance(step.entry, StageReached) and step.entry.stage == "assigned":
            return step.entry.due, case.stages.get("handling", 0)
    return 0, 0


def _done_late(order: Order) -> bool:
    done = order.times.get("done", 0)
    return done > order.finish_by > 0


def _orders(cases: list[Case]) -> tuple[list[str], list[str], dict[str, Any]]:
    pairs = [(case, order) for case in cases for order in case.orders.values() if order.state not in _UNDONE]
    columns: dict[str, Any] = {
        "kind": encoded([case.facts.kind for case, _ in pairs]),
        "channel": encoded([case.facts.channel for case, _ in pairs]),
        "unit": encoded([order.unit for _, order in pairs]),
        "state": encoded([order.state for _, order in pairs]),
    }
    columns["level"] = np.array([case.facts.level for case, _ in pairs], dtype=np.int64)
    columns["issued"] = np.array([order.issued for _, order in pairs], dtype=np.int64)
    columns["again"] = np.array([float(order.again) for _, order in pairs])
    columns["finish_by"] = np.array([order.finish_by for _, order in pairs], dtype=np.int64)
    columns["done"] = np.array([order.times.get("done", 0) for _, order in pairs], dtype=np.int64)
    columns["reported"] = (columns["done"] > 0).astype(np.float64)
    arrived = np.array([order.times.get("on_scene", 0) for _, order in pairs], dtype=np.int64)
    columns["arrive_minutes"] = np.where(arrived > 0, (arrived - columns["issued"]) / MINUTE, np.nan)
    return [case.facts.area for case, _ in pairs], [case.id for case, _ in pairs], columns


def _timed_orders(columns: dict[str, Any], now: int) -> dict[str, Any]:
    by, done = columns["finish_by"], columns["done"]
    reached = np.where(done > 0, done, now)
    return {
        "finish_due": ((by > 0) & ((done > 0) | (by < now))).astype(np.float64),
        "late": ((by > 0) & (reached > by)).astype(np.float64),
    }


# -- conditions --------------------------------------------------------------------------------------------------


class Conditions:
    """What of an input counts.

    Attributes:
        clock: hours of the day between which there are values, () always.

    Raises:
        UserError: a column is not there, or its words make no sense.
    """

    def __init__(self, code: str, given: str, where: Where) -> None:
        known = columns_of(given)
        name, _, rest = given.partition(":")
        wanted = dict(where)
        if name == "sensors" and rest != "*":
            wanted["kind"] = rest
        elif name == "feed":
            wanted["feed"] = rest
        hours = wanted.pop("clock", None)
        self.clock: tuple[float, float] | tuple[()] = ()
        if isinstance(hours, list):
            self.clock = (hours[0], hours[1])
        elif hours is not None:
            raise UserError("signdef.bad_where", code=code, column="clock")
        self._texts: list[tuple[str, Callable[[str], bool]]] = []
        self._numbers: list[tuple[str, float, float]] = []
        self._times: list[tuple[str, str]] = []
        for column, value in wanted.items():
            kind = known.get(column)
            if kind is None:
                raise UserError(
                    "signdef.no_column", code=code, input=given, column=column, known=", ".join(sorted(known))
                )
            if kind == "text":
                self._texts.append((column, matcher(str(value))))
            elif isinstance(value, list):
                self._numbers.append((column, float(value[0]), float(value[1])))
            elif not isinstance(value, str):
                self._numbers.append((column, float(value), float(value)))
            elif kind == "time" and TIME_WORD.match(value):
                self._times.append((column, value))
            else:
                raise UserError("signdef.bad_time", code=code, column=column, given=value)
        self._kept = Kept()

    def rows(self, rows: Rows, now: int) -> Ints:
        """Indices of the rows that count now."""
        index: Ints = self._kept.get("index", rows.version, lambda: self._by_text(rows))
        keep: Mask | None = None
        for column, low, high in self._numbers:
            values = rows.number(column)[index]
            found = (values >= low) & (values <= high)
            keep = found if keep is None else keep & found
        for column, word in self._times:
            values = rows.number(column)[index]
            found = (values > 0) & (values <= now)
            if word != "begun":
                found &= values >= _since(word, now)
            keep = found if keep is None else keep & found
        return index if keep is None else index[keep]

    def _by_text(self, rows: Rows) -> Ints:
        mask: Mask = np.ones(len(rows), dtype=np.bool_)
        for column, fits in self._texts:
            codes, words = rows.coded(column)
            mask &= np.fromiter(map(fits, words), dtype=np.bool_, count=len(words))[codes] if len(words) else False
        return np.flatnonzero(mask)


def _since(word: str, now: int) -> int:
    if word == "today":
        return midnight(now)
    return now - int(word[:-1]) * {"m": MINUTE, "h": HOUR, "d": DAY}[word[-1]]


def matcher(pattern: str) -> Callable[[str], bool]:
    """Whether a word fits `a|b*|!c`: one of those without `!` (any word where there is none), none of those with."""
    wanted = [piece for piece in pattern.split("|") if not piece.startswith("!")]
    unwanted = [piece[1:] for piece in pattern.split("|") if piece.startswith("!")]

    def one(piece: str, word: str) -> bool:
        return word.startswith(piece[:-1]) if piece.endswith("*") else word == piece

    def fits(word: str) -> bool:
        return (not wanted or any(one(p, word) for p in wanted)) and not any(one(p, word) for p in unwanted)

    return fits


def within_hours(clock: tuple[float, float] | tuple[()], now: int) -> bool:
    """Whether the hours of the day (over midnight where the first is the later one) have come."""
    if not clock:
        return True
    when = local(now)
    hour = when.hour + when.minute / 60
    start, end = clock
    return start <= hour < end if start <= end else hour >= start or hour < end
