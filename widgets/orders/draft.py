"""An order before it is given out: who, what, until when, filled in from what it is about. No Qt."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from cockpit.model.city import Pack
from cockpit.model.entries import MAX_TEXT, IssueOrders, NewCase, NewOrder
from cockpit.model.loop import LoopRules
from cockpit.model.messages import Message, Texts
from cockpit.model.ports import Near
from cockpit.model.worktime import Calendar, Span
from cockpit.paths import assets_dir

ARRIVE = tuple(map(Span.parse, ("5min", "8min", "10min", "15min", "20min", "30min", "45min", "60min", "2u")))
FINISH = tuple(map(Span.parse, ("30min", "60min", "90min", "2u", "4u", "8u", "1U", "4h", "1d", "3d", "5d", "7d")))
VALID = tuple(map(Span.parse, ("5min", "10min", "20min", "30min", "60min", "2u")))
"""What a person can choose from, besides what the loop of the pack says."""


@dataclass(frozen=True)
class About:
    """What an order is about: an event of the picture, or a case taken by telephone.

    Attributes:
        topic, key: how it is selected.
        event: key of the event, "" for none.
        kind: code of its class; level: 1–4 as `Level`, 5 where its source says none.
        lon, lat: WGS-84, NaN where it has no place.
        place, title: in words.
    """

    topic: str
    key: str
    event: str
    kind: str
    level: int
    lon: float
    lat: float
    area: str
    channel: str
    place: str
    title: str

    def new_case(self) -> NewCase:
        level = self.level if 1 <= self.level <= 5 else 5
        return NewCase(self.event, self.kind, level, self.lon, self.lat, self.area, self.channel)


@dataclass
class Times:
    """From the hub's acceptance until the unit is there, is done; and how long the order may wait to be delivered."""

    arrive: Span
    finish: Span
    valid: Span = field(default_factory=lambda: Span(20, "min"))

    @classmethod
    def of(cls, rules: LoopRules, kind: str, level: int) -> Times:
        """Those that the loop gives to a class and level."""
        return cls(rules.arrive_span(level), rules.finish_spans(kind, level)[0])


@dataclass
class Draft:
    """What the form holds; it is kept while other things are looked at.

    Attributes:
        lead, helpers: keys of units; `lead` is "" until somebody who may go is known.
        by_hand: a person chose the lead, it is not replaced by a better fit.
        text: what is to be done; `edited` when a person wrote in it.
    """

    about: About
    text: str
    times: Times
    lead: str = ""
    helpers: list[str] = field(default_factory=list)
    by_hand: bool = False
    edited: bool = False

    def suggest(self, found: Sequence[Near], taken: Callable[[str], bool]) -> None:
        """Takes the best fit of those who are near as the lead, unless there is one."""
        if not self.lead:
            self.lead = best(found, taken, self.helpers)

    def choose(self, unit: str) -> None:
        """A person chooses the lead; a helper that becomes it helps no more."""
        self.lead, self.by_hand = unit, True
        self.helpers = [helper for helper in self.helpers if helper != unit]

    def let_go(self) -> None:
        """Nobody is the lead any more; the best fit may be taken."""
        self.lead, self.by_hand = "", False

    def help(self, unit: str) -> None:
        """A person adds a helper."""
        if unit not in (self.lead, *self.helpers):
            self.helpers.append(unit)

    def missing(self) -> Message | None:
        """Why it can not be given out as it is; None when it can be."""
        if math.isnan(self.about.lon) or math.isnan(self.about.lat):
            return Message("orders.no_place")
        if not self.lead:
            return Message("orders.no_lead")
        if not self.text.strip():
            return Message("orders.no_text")
        if len(self.text) > MAX_TEXT:
            return Message("orders.text_long", {"most": MAX_TEXT, "now": len(self.text)})
        return None

    def act(self, open_case: bool, new_id: Callable[[], str], calendar: Calendar, now: int) -> IssueOrders:
        """The command, as of `now` (city time); `open_case` when there is no case yet."""
        orders = [NewOrder(new_id(), self.lead, True)] if self.lead else []
        orders += [NewOrder(new_id(), unit, False) for unit in self.helpers]
        opened = self.about.new_case() if open_case else None
        arrive = calendar.after(now, self.times.arrive).at - now
        finish = max(arrive, calendar.after(now, self.times.finish).at - now)
        return IssueOrders(tuple(orders), arrive, finish, opened)


def best(found: Sequence[Near], taken: Callable[[str], bool], but: Sequence[str] = ()) -> str:
    """Key of the first that may be sent, "" for none: those who are near come best first."""
    return next((near.key for near in found if near.free and not taken(near.key) and near.key not in but), "")


@lru_cache(maxsize=1)
def _words() -> Mapping[str, Any]:
    return tomllib.loads((assets_dir() / "kinds" / "orders.toml").read_text("utf-8"))


def prefilled(about: About, pack: Pack, t: Texts) -> str:
    """Where and what, what is to be done about such a thing, and that a photo is wanted."""
    words = _words()
    pattern = words["pattern"]
    todo = t.pack(pattern.get(pack.kind(about.kind).pattern) or pattern["other"])
    where = t("orders.where_what", place=about.place, title=about.title)
    return f"{where}\n{todo}{'' if t.lang == 'zh' else ' '}{t.pack(words['close'])}"
