"""What pages say of a case, and the page of a case that has no event: one taken by telephone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtWidgets import QWidget

from cockpit.model.cases import Case
from cockpit.model.letters import Letter
from cockpit.model.messages import Message
from widgets.calls import acts
from widgets.calls.words import letter_state
from widgets.instruct.onpage import OnPage
from widgets.kit.context import PanelContext
from widgets.lists.nearby import NearbyBlock
from widgets.lists.page import Block, Desk, Page, level_badge
from widgets.lists.parts import Head, SectionHead, Sentence
from widgets.lists.question import Question
from widgets.lists.resources import ResourcesBlock
from widgets.lists.words import clock_time, joined
from widgets.orders.dossier import Dossier
from widgets.orders.draft import About
from widgets.orders.history import Entry, History, entries
from widgets.orders.rail import Mark, StageRail, marks


class CaseBlocks:
    """The parts of a page that a case fills: the rail under its head, the timeline at its end."""

    def __init__(self, desk: Desk, dossier: Dossier, rail: Block, timeline: Block) -> None:
        self._desk, self._dossier = desk, dossier
        self._rail, self._timeline = rail, timeline
        self._shown: Any = None
        self._made_of: tuple[Any, Any, int, Any] = (None, None, -1, None)
        self.reported = 0
        self.kind = ""
        self.level = 5
        self.source: Sequence[tuple[int, str]] = ()
        self.instructions = OnPage(desk.ctx, self._written_to, rail)
        self._rail.fill([StageRail(desk.ctx.theme, self._marks), self.instructions])
        self.instructions.setVisible(bool(self.instructions.rows or self.instructions.asks))

    def show(self) -> None:
        """Fills the timeline anew where it has other lines than before; the rail reads at each paint."""
        desk, dossier = self._desk, self._dossier
        for part in self._rail.parts:
            part.update()
        self.instructions.show_now()
        case, source, read, written = self._made_of
        letters = case_letters(desk.ctx, dossier.case)
        known = (source is self.source, read == len(dossier.reading.words), written == letters)
        if case is dossier.case and all(known):
            return  # other cases changed, this one did not
        self._made_of = (dossier.case, self.source, len(dossier.reading.words), letters)
        now = desk.ctx.clock.now()
        told = letter_entries(desk.ctx, letters)
        shown = entries(dossier.case, dossier.words, self.source, now, told)
        if shown == self._shown:
            return
        self._shown = shown
        theme, t = desk.ctx.theme, desk.ctx.t
        if not shown:
            self._timeline.fill([])
            return
        history = History(theme, shown, listen_words=t("callsui.listen"))
        history.listen.connect(self._listen)
        self._timeline.fill([SectionHead(theme, t("lists.timeline")), history])

    def _written_to(self) -> list[tuple[str, str]]:
        """Everything here to which a leader can have written."""
        case = self._dossier.case
        of_case = [("case", case.id)] if case is not None else []
        return [*of_case, self._dossier.item] if self._dossier.item[0] == "event" else of_case

    def _listen(self, sha256: str) -> None:
        """Plays the recording of a call; that somebody listened is kept by the hub."""
        ctx = self._desk.ctx
        if ctx.calls is None:
            ctx.notify(Message("callsui.no_calls"), 0)
        else:
            ctx.calls.recording(sha256, Question(self._timeline, self._heard).answer)

    def _heard(self, said: bytes | Message) -> None:
        ctx = self._desk.ctx
        problem = said if isinstance(said, Message) else ctx.calling.play(said)
        if problem is not None:
            ctx.notify(problem, 0)

    def _marks(self) -> list[Mark]:
        ctx = self._desk.ctx
        return marks(self._dossier.case, self.reported, self.kind, self.level, ctx.pack.loop, ctx.t, ctx.clock.now())


def case_letters(ctx: PanelContext, case: Case | None) -> tuple[Letter, ...]:
    """Letters about a case, oldest first."""
    if case is None or ctx.calls is None:
        return ()
    return tuple(one for one in ctx.calls.letters("") if one.case == case.id)


def letter_entries(ctx: PanelContext, letters: Sequence[Letter]) -> list[Entry]:
    """A line a letter: 给 市政抢修 07 的消息, its words, who wrote it and what became of it."""
    t, now = ctx.t, ctx.clock.now()
    made = []
    for one in letters:
        unit = acts.unit_name(ctx, one.unit)
        what = t("callsui.line_letter_from" if one.from_unit else "callsui.line_letter_to", name=unit)
        words = t("callsui.voice_of", seconds=max(1, round(one.seconds))) if one.voice is not None else one.words
        state = "" if one.from_unit else letter_state(one, t, now).words
        who = joined(one.name if not one.from_unit else "", state)
        made.append(Entry(one.written, clock_time(one.written, now), what, who, words.replace("\n", " "), ours=True))
    return made


class CaseThing(Page):
    """The page of a case taken by telephone, or of one whose event has left the picture."""

    topic = "case"

    def __init__(self, desk: Desk, key: str, row: dict[str, Any], parent: QWidget | None = None) -> None:
        super().__init__(desk, key, row, parent)
        self.dossier = Dossier(desk.ctx, ("case", key), self.about, self)
        rail = self.block()
        self._lines = self.block(above=6, below=8)
        facts = row["facts"]
        self._text = self.block()
        self.nearby = NearbyBlock(desk, facts.lon, facts.lat, facts.kind, self)
        self.column.addWidget(self.nearby)
        self.resources = ResourcesBlock(desk, facts.lon, facts.lat, self.nearby, self, folded=True)
        self.column.addWidget(self.resources)
        self.blocks = CaseBlocks(desk, self.dossier, rail, self.block())
        self.blocks.kind, self.blocks.level = facts.kind, facts.level
        self._said: tuple[str, ...] = ()
        self.dossier.changed.connect(self.show_row)
        self.begin()

    def about(self) -> About:
        facts, desk = self.row["facts"], self.desk
        title = desk.say.title(facts.kind, float("nan"))
        return About(
            "case", self.key, facts.event, facts.kind, facts.level, facts.lon, facts.lat, facts.area, facts.channel,
            self._place(), title,
        )  # fmt: skip

    def take_row(self, row: dict[str, Any] | None) -> None:
        """The dossier tells of changes."""

    def _place(self) -> str:
        street = self.desk.areas.street(self.row["facts"].area)
        return joined(self.dossier.text("place"), street) or self.desk.ctx.t("lists.no_place")

    def show_row(self) -> None:
        desk, facts, dossier = self.desk, self.row["facts"], self.dossier
        theme, t = desk.ctx.theme, desk.ctx.t
        case = dossier.case
        title = desk.say.title(facts.kind, float("nan"))
        under = joined(self._place(), desk.say.class_path(facts.kind))
        self.blocks.show()
        said = (under, case.number if case is not None else "", dossier.text("caller"), dossier.text("words"))
        if said == self._said:
            return
        self._said = said
        self.head.fill([Head(theme, level_badge(facts.level, theme), title, under)])
        number = (case.number if case is not None else "") or t("orders.unnumbered")
        lines = [self.line("case_number", number), self.line("source", desk.say.channel(facts.channel))]
        if case is not None:
            lines.append(self.line("opened", clock_time(case.opened, desk.ctx.clock.now())))
        if caller := dossier.text("caller"):
            lines.append(self.line("caller", caller))
        lines.append(self.line("area", desk.area_path(facts.area)))
        self._lines.fill(lines)
        words = dossier.text("words")
        self._text.fill([SectionHead(theme, t("lists.report")), Sentence(theme, words, "t1")] if words else [])

    def age_tick(self) -> None:
        super().age_tick()
        self.nearby.age_tick()
        self.resources.age_tick()
