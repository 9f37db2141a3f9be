"""A leader's desk for tests: a year of the archive, the real figures over it, the way and a picture of Hangzhou."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from cockpit.archive_export import units_of
from cockpit.geo.areas import Areas
from cockpit.insight.asked import answer as computed
from cockpit.insight.facts import Facts
from cockpit.insight.ground import Ground
from cockpit.insight.signs import Signs
from cockpit.model import insight as asks
from cockpit.model.clock import ManualClock
from cockpit.model.errors import UserError
from cockpit.model.messages import Message
from cockpit.model.scope import Scope
from cockpit.model.spans import span_of
from cockpit.packs.read import read_pack
from cockpit.picture.drill import Drill
from cockpit.picture.picture import Picture
from cockpit.signs.definitions import read_signs
from cockpit.signs.history import History
from cockpit.store.archive import Archive
from tests.archive_kit import NOW, year
from tests.living_picture import put
from tests.panel_desk import Desk, desk


@cache
def hangzhou_areas() -> Areas:
    return Areas.load(read_pack("hangzhou").folder)


@cache
def facts(days: int = 400, per_day: float = 60) -> Facts:
    """The year's records as columns."""
    made = year(days, per_day)
    archive = Archive.open(made.folder / "archive.db", ManualClock())
    loaded = archive.load()
    names = {key: name for key, (name, *_) in units_of(archive).items()}
    archive.close()
    ground = Ground.of(made.pack, [(a.code, a.name, a.tier, a.parent) for a in hangzhou_areas()], names)
    return Facts(loaded.records, ground, loaded.as_of)


@cache
def signs(days: int = 400, per_day: float = 60) -> Signs:
    """The signs of the year: what they are, and what they were."""
    made = year(days, per_day)
    known = read_signs(made.pack.signs, made.pack.folder).signs
    return Signs({sign.code: sign for sign in known}, {}, History(made.folder / "signs.db", ManualClock()))


class RealInsight:
    """The port over facts. Answers come when told to (`settle`), as from a thread.

    Attributes:
        asked: all that was asked. version, as_of: as of the port; `facts` may be put in another's place.
        refusal: a sentence in the place of every answer.
    """

    def __init__(self, facts_: Facts, now: int) -> None:
        self.facts, self.now = facts_, now
        self.version = 1
        self.as_of = facts_.as_of
        named = {code: sign.name["zh"] for code, sign in signs().of.items()}
        self.names: Mapping[str, str] = {**facts_.ground.names, **named}
        self.asked: list[asks.Query] = []
        self.refusal: Message | None = None
        self._open: list[tuple[asks.Query, Callable[[Any], None]]] = []

    def ask(self, query: asks.Query, done: Callable[[Any], None]) -> Callable[[], None]:
        self.asked.append(query)
        asked = (query, done)
        self._open.append(asked)
        return lambda: self._open.remove(asked) if asked in self._open else None

    @property
    def waits(self) -> int:
        return len(self._open)

    def settle(self) -> None:
        """Answers all that is asked, and what is asked because of it."""
        while self._open:
            query, done = self._open.pop(0)
            done(self.refusal or self.answer(query))

    def answer(self, query: asks.Query) -> Any:
        try:
            return computed(self.facts, signs(), query, self.now)
        except UserError as error:
            return error.message


class LeaderDesk:
    """A desk with the way and the archive.

    Attributes:
        at: the desk. insight, drill: its ports.
    """

    def __init__(self, theme: str = "dark", lang: str = "zh", scope: Scope | None = None, days: int = 400) -> None:
        picture = Picture()
        put(picture, "area", [area_row(area) for area in hangzhou_areas()])
        put(picture, "unit", [unit_row(key, name) for key, name in facts(days).ground.names.items() if "/" in key])
        self.at: Desk = desk(theme, lang, picture)
        self.ctx = self.at.ctx
        self.ctx.pack = read_pack("hangzhou")
        self.ctx.reduced_motion = True
        self.ctx.clock.city = type(self.ctx.clock.city)(wall_us=self.at.clock.now(), city_us=NOW)
        self.insight = RealInsight(facts(days), NOW)
        self.drill = Drill(scope or Scope(span_of("today", NOW)), self.ctx.selection)
        self.ctx.insight, self.ctx.drill = self.insight, self.drill


@cache
def _rings(code: str) -> str:
    return json.dumps(hangzhou_areas().rings(code))


def area_row(area: Any) -> dict[str, Any]:
    rings = _rings(area.code) if area.tier <= 3 else "[]"
    return {"key": f"areas/{area.code}", "code": area.code, "name": area.name, "tier": area.tier,
            "parent": area.parent, "rings": rings, "feed": "areas", "received": NOW}  # fmt: skip


def unit_row(key: str, name: str) -> dict[str, Any]:
    return {"key": key, "feed": "positions", "kind": "repair", "name": name, "state": 1, "lon": 120.18, "lat": 30.27,
            "heading": 0.0, "speed": 0.0, "area": "", "fixed": NOW, "received": NOW}  # fmt: skip
