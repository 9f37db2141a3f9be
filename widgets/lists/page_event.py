"""The page of an event: what, where, how bad, since when; who is near; the report; what its source did."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from cockpit.model.clock import from_iso
from cockpit.model.ports import Body
from widgets.lists.evidence import Evidence
from widgets.lists.nearby import NearbyBlock
from widgets.lists.page import Block, BodyReader, Desk, Page, body_facts, level_badge
from widgets.lists.page_case import CaseBlocks
from widgets.lists.parts import PAD, Fact, Head, Part, SectionHead, Sentence
from widgets.lists.resources import ResourcesBlock
from widgets.lists.words import clock_time, joined, number, unit_words
from widgets.orders.dossier import Dossier
from widgets.orders.draft import About


class EventThing(Page):
    """The page of one event."""

    topic = "event"

    def __init__(self, desk: Desk, key: str, row: dict[str, Any], parent: QWidget | None = None) -> None:
        super().__init__(desk, key, row, parent)
        self.evidence: Evidence | None = None
        self._picture_url = ""
        self.dossier = Dossier(desk.ctx, ("event", key), self.about, self)
        rail = self.block()
        self._facts = Block(self, above=4)
        self._side = QVBoxLayout()
        self._side.setContentsMargins(0, 8, 0, 8)
        first = QHBoxLayout()
        first.setContentsMargins(PAD, 0, PAD, 0)
        first.setSpacing(12)
        first.addWidget(self._facts, 1, Qt.AlignmentFlag.AlignTop)
        first.addLayout(self._side)
        self.column.addLayout(first)
        self._lines = self.block(below=8)
        self.reader = BodyReader(self, self._came)
        self.nearby = NearbyBlock(desk, row["lon"], row["lat"], row["kind"], self)
        self.column.addWidget(self.nearby)
        self.resources = ResourcesBlock(desk, row["lon"], row["lat"], self.nearby, self, folded=True)
        self.column.addWidget(self.resources)
        self._text = self.block()
        self.blocks = CaseBlocks(desk, self.dossier, rail, self.block())
        self.dossier.changed.connect(self.blocks.show)
        self._fetched_for = 0
        self.begin()

    def about(self) -> About:
        """What an order about it would be about."""
        row = self.row
        return About(
            "event", self.key, self.key, row["kind"], int(row["level"]), row["lon"], row["lat"], row["area"],
            row["channel"], row["place"] or self.desk.say.place(row), self._title(),
        )  # fmt: skip

    def _title(self) -> str:
        told = self.reader.body.fields.get("title") if self.reader.body else None
        if isinstance(told, str) and told:
            return told
        return self.desk.say.title(self.row["kind"], float(self.row["amount"]))

    def show_row(self) -> None:
        desk, row = self.desk, self.row
        under = joined(desk.say.place(row), desk.say.class_path(row["kind"]))
        self.head.fill([Head(desk.ctx.theme, level_badge(int(row["level"]), desk.ctx.theme), self._title(), under)])
        self.blocks.reported, self.blocks.kind = int(row["occurred"]), row["kind"]
        self.blocks.level = int(row["level"])
        self.blocks.show()
        self._show_facts()
        t = desk.ctx.t
        lines = [
            self.line("source", joined(desk.say.channel(row["channel"]), t(f"lists.state_{int(row['state'])}"))),
            self.line("area", desk.area_path(row["area"])),
        ]
        self._lines.fill(lines)
        if self._fetched_for != row["updated"]:
            self._fetched_for = int(row["updated"])
            self.reader.fetch()

    def _show_facts(self) -> None:
        desk, row = self.desk, self.row
        theme, t = desk.ctx.theme, desk.ctx.t
        kind = desk.ctx.pack.kind(row["kind"])
        updated = int(row["updated"])
        facts: list[Part] = []
        if kind.fact and row["amount"] == row["amount"]:
            value = number(float(row["amount"]))
            unit = unit_words(kind.unit, t)
            facts.append(
                Fact(theme, t.pack(kind.fact), value, unit, lambda: desk.age(updated), lambda: desk.old("event"))
            )
        if self.reader.body:
            # the number of the kind is on top already, as the picture has it
            own = kind.fact if facts else None
            facts += body_facts(desk, self.reader.body, lambda: desk.age(updated), without=own)
        self._facts.fill(facts)

    def _came(self, body: Body) -> None:
        self.show_row()
        theme, t, fields = self.desk.ctx.theme, self.desk.ctx.t, body.fields
        self._show_picture(fields)
        text = fields.get("text")
        if isinstance(text, str) and text.strip():
            self._text.fill([SectionHead(theme, t("lists.report")), Sentence(theme, text.strip(), "t1")])
        else:
            self._text.fill([])
        self.blocks.source = self._entries(fields.get("timeline"))
        self.blocks.show()

    def _entries(self, timeline: Any) -> list[tuple[int, str]]:
        """Time and words of each entry; one that is not one is left out."""
        found: list[tuple[int, str]] = []
        for entry in timeline if isinstance(timeline, list) else []:
            what = entry.get("what") if isinstance(entry, dict) else None
            if not isinstance(what, str) and not (isinstance(what, dict) and "zh" in what):
                continue
            try:
                found.append((from_iso(str(entry.get("at"))), self.desk.ctx.t.pack(what)))
            except ValueError:
                continue
        return sorted(found)

    def _show_picture(self, fields: dict[str, Any]) -> None:
        url = fields.get("picture")
        if url == self._picture_url or not isinstance(url, str) or not url:
            return
        self._picture_url = url
        if self.evidence is not None:
            self._side.removeWidget(self.evidence)
            self.evidence.deleteLater()
        at = fields.get("picture_at")
        try:
            taken = from_iso(at) if isinstance(at, str) else int(self.row["occurred"])
        except ValueError:
            taken = int(self.row["occurred"])
        when = clock_time(taken, self.desk.ctx.clock.now())
        self.evidence = Evidence(self.desk.ctx, url, self.row["place"], when, bool(fields.get("drawn")), self)
        self._side.addWidget(self.evidence, 0, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self._side.addStretch(1)

    def age_tick(self) -> None:
        super().age_tick()
        if self.evidence is not None:
            self.evidence.age_tick()
        self.nearby.age_tick()
        self.resources.age_tick()
