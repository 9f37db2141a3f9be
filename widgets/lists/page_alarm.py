"""The page of an alarm: what is beyond its bound, since when, what is to be done; who is near; what was done."""

from __future__ import annotations

import math
from typing import Any

from PySide6.QtWidgets import QWidget

from cockpit.model.alarms import Entry, Rule, text_of
from cockpit.model.messages import Message
from cockpit.model.tables import AlarmState
from widgets.kit.buttons import button
from widgets.lists.nearby import NearbyBlock
from widgets.lists.page import Block, Desk, Page, level_badge
from widgets.lists.page_case import CaseBlocks
from widgets.lists.parts import NO_WORDS, PAD, Fact, Head, Line, Part, SectionHead, Sentence, Words, words
from widgets.lists.question import Question
from widgets.lists.resources import ResourcesBlock
from widgets.lists.words import SEPARATOR, clock_time, joined, number
from widgets.orders.dossier import Dossier
from widgets.orders.draft import About

CHANNEL = "sensor"
"""How a case came to be that is opened about an alarm, where the pack has that channel."""
_MOST = 50


class AlarmThing(Page):
    """The page of one alarm."""

    topic = "alarm"

    def __init__(self, desk: Desk, key: str, row: dict[str, Any], parent: QWidget | None = None) -> None:
        super().__init__(desk, key, row, parent)
        self.dossier = Dossier(desk.ctx, ("alarm", key), self.about, self)
        self._entries: list[Entry] = []
        self._asked_for = 0
        self._question: Question | None = None
        rail = self.block()
        self._facts = Block(self, PAD, above=4)
        self.column.addWidget(self._facts)
        self._lines = self.block(above=6, below=8)
        self._guide = self.block()
        self.nearby = NearbyBlock(desk, row["lon"], row["lat"], row["kind"], self)
        self.column.addWidget(self.nearby)
        self.resources = ResourcesBlock(desk, row["lon"], row["lat"], self.nearby, self, folded=True)
        self.column.addWidget(self.resources)
        self._history = self.block()
        self.blocks = CaseBlocks(desk, self.dossier, rail, self.block())
        self.dossier.changed.connect(self.blocks.show)
        self.begin()

    @property
    def rule(self) -> Rule | None:
        alarms = self.desk.ctx.alarms
        return next((one for one in alarms.rules if one.id == self.row["rule"]), None) if alarms is not None else None

    def about(self) -> About:
        """What an order about it would be about."""
        row, pack = self.row, self.desk.ctx.pack
        channel = CHANNEL if CHANNEL in pack.channels else ""
        return About(
            "alarm", self.key, self.key, row["kind"], int(row["level"]), row["lon"], row["lat"], row["area"], channel,
            self._where(), self._title(),
        )  # fmt: skip

    def _where(self) -> str:
        """天城路积水点 · 天城路 32 号; of an area's own alarm, whose place is the area, the name stands there once."""
        name = self.desk.ctx.t.pack(text_of(self.row["name"]))
        place = str(self.row["place"]) or self.desk.areas.street(self.row["area"])
        return place if place.split(SEPARATOR)[0] == name else joined(name, place)

    def _title(self) -> str:
        """道路积水 32 cm: what is wrong, with its value."""
        rule, t = self.rule, self.desk.ctx.t
        name = t.pack(rule.name) if rule is not None else t.pack(self.desk.ctx.pack.kind(self.row["kind"]).name)
        value = self._value()
        return f"{name} {value}" if value else name

    def _value(self) -> str:
        value = float(self.row["value"])
        if math.isnan(value):
            return ""
        return f"{number(round(value, 2))} {self.desk.ctx.t.unit(text_of(self.row['unit']))}".rstrip()

    def show_row(self) -> None:
        desk, row = self.desk, self.row
        theme, t = desk.ctx.theme, desk.ctx.t
        level = int(row["level"])
        self.head.fill([Head(theme, level_badge(level, theme), self._title(), self._where())])
        self.blocks.reported, self.blocks.kind, self.blocks.level = int(row["raised"]), row["kind"], level
        self.blocks.show()
        self._facts.fill(self._figures())
        self._lines.fill(self._said())
        guide = t.pack(self.rule.guide) if self.rule is not None and self.rule.guide else ""
        self._guide.fill([SectionHead(theme, t("alarmpage.guide")), Sentence(theme, guide, "t1")] if guide else [])
        if self._asked_for != row["updated"]:
            self._asked_for = int(row["updated"])
            self._ask()

    def _figures(self) -> list[Part]:
        desk, row = self.desk, self.row
        theme, t = desk.ctx.theme, desk.ctx.t
        value, limit, unit = float(row["value"]), float(row["limit"]), t.unit(text_of(row["unit"]))
        updated = int(row["updated"])
        facts: list[Part] = []
        if not math.isnan(value):
            facts.append(Fact(theme, t("alarmpage.value"), number(round(value, 2)), unit, lambda: desk.age(updated)))
        if not math.isnan(limit):
            facts.append(Fact(theme, t("alarmpage.limit"), number(round(limit, 2)), unit, NO_WORDS))
        facts.append(Fact(theme, t("alarmpage.count"), str(int(row["count"])), t("alarmpage.times"), NO_WORDS))
        return facts

    def _said(self) -> list[QWidget]:
        desk, row = self.desk, self.row
        t, state = desk.ctx.t, AlarmState(int(row["state"]))

        def standing() -> str:
            until = clock_time(int(row["shelved"]), desk.ctx.clock.now()) if row["shelved"] else ""
            return t(f"alarmlist.state_{int(state)}", until=until)

        lines: list[QWidget] = [self._line("state", standing)]
        parent = desk.ctx.picture["alarm"].get(row["parent"]) if row["parent"] else None
        if parent is not None:
            lines.append(self._line("parent", words(t.pack(text_of(parent["name"])))))
        if row["chatter"]:
            lines.append(self._line("chatter", words(t("alarmpage.chatter_words"))))
        for name in ("raised", "acked", "cleared"):
            if row[name]:
                lines.append(self._line(name, lambda at=int(row[name]): desk.when(at)))  # type: ignore[misc]
        lines.append(self.line("area", desk.area_path(row["area"])))
        rule = self.rule
        if rule is not None and rule.owner:
            lines.append(self._line("owner", words(t.pack(rule.owner))))
        if rule is not None and rule.why:
            lines.append(self._line("why", words(t.pack(rule.why))))
        if row["thing"]:
            lines.append(self._leads_to(row["thing"]))
        return lines

    def _line(self, name: str, value: Words) -> Line:
        return Line(self.desk.ctx.theme, self.desk.ctx.t(f"alarmpage.{name}"), value, pad=PAD)

    def _leads_to(self, thing: str) -> QWidget:
        """A button to the sensor, sign, feed or event that it is about."""
        ctx, rule = self.desk.ctx, self.rule
        topic = rule.topic if rule is not None else ""
        leads = button(ctx.t("alarmpage.to_thing"), lambda: ctx.selection.select(topic, thing), "chip", parent=self)
        leads.setCheckable(False)
        leads.setEnabled(bool(topic) and thing in ctx.picture[topic])
        leads.setFixedWidth(leads.sizeHint().width())
        holder = Block(self, PAD, above=4)
        holder.fill([leads])
        return holder

    # -- what was done about it

    def _ask(self) -> None:
        alarms = self.desk.ctx.alarms
        if alarms is None:
            return
        if self._question is not None and self._question.open:
            self._question.drop()
        self._question = Question(self, self._answered)
        alarms.entries(self._question.answer, alarm=self.key, most=_MOST)

    def _answered(self, found: list[Entry] | Message) -> None:
        if not isinstance(found, Message):
            self._entries = found
        self._show_history(found if isinstance(found, Message) else None)

    def _show_history(self, problem: Message | None) -> None:
        desk = self.desk
        theme, t = desk.ctx.theme, desk.ctx.t
        parts: list[QWidget] = [SectionHead(theme, t("alarmpage.history"))]
        if problem is not None:
            parts.append(Sentence(theme, t("alarmpage.no_history", why=problem), "t3", "small"))
        now = desk.ctx.clock.now()
        for one in self._entries:
            said = joined(t(f"alarmpage.did_{one.what}"), one.seat, one.reason)
            parts.append(Line(theme, clock_time(one.at, now), words(said), pad=PAD))
        self._history.fill(parts if len(parts) > 1 else [])

    def age_tick(self) -> None:
        super().age_tick()
        self.nearby.age_tick()
        self.resources.age_tick()
