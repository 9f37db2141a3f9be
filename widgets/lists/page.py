"""A page about one thing: blocks of parts under each other, kept as long as the thing is selected."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cockpit.model import ages
from cockpit.model.clock import SECOND
from cockpit.model.freshness import Freshness
from cockpit.model.messages import Message, Texts
from cockpit.model.ports import Body
from widgets.kit.buttons import button
from widgets.kit.feedstate import topic_state
from widgets.kit.panel import PanelContext
from widgets.kit.symbols import draw_badge
from widgets.lists.areas import AreaTree
from widgets.lists.asked import Answer, Asked, answer
from widgets.lists.parts import NO_WORDS, PAD, Draw, Fact, Line, Part, Row, Sentence, Words, words
from widgets.lists.question import Question
from widgets.lists.words import EventWords, clock_time, event_id, joined, number, unit_words

LARGE = 10
"""Letters of the longest words that are shown as large as a figure."""


AGAIN_AFTER = 5 * SECOND
"""Until what could not be had is asked for again."""


@dataclass(frozen=True)
class Desk:
    """What pages share: the panel's context, how events are said, the areas."""

    ctx: PanelContext
    say: EventWords
    areas: AreaTree

    def age(self, then_us: int) -> str:
        """Age in words of a time of the city."""
        return self.ctx.t(ages.age(then_us, self.ctx.clock.now()))

    def when(self, then_us: int) -> str:
        """Clock and age: 17:38:12 · 4 分钟前."""
        if then_us <= 0:
            return self.age(then_us)
        return joined(clock_time(then_us, self.ctx.clock.now()), self.age(then_us))

    def old(self, topic: str) -> bool:
        """Whether the source of a table is stale or dead."""
        state = topic_state(self.ctx, topic)
        return state is not None and state.state in (Freshness.STALE, Freshness.DEAD)

    def area_path(self, code: str) -> str:
        """上城区 · 闸弄口街道 · 三堡社区 · 第3网格: a name that begins with the one above it says that only once."""
        names = [area.name for area in self.areas.path(code)[1:]]
        short = [name.removeprefix(above) or name for above, name in pairwise(["", *names])]
        return joined(*short) or self.ctx.t("lists.no_area")

    def place(self, row: Mapping[str, Any]) -> str:
        """Longitude and latitude, WGS-84."""
        if math.isnan(row["lon"]) or math.isnan(row["lat"]):
            return self.ctx.t("lists.no_place")
        return f"{row['lon']:.5f}, {row['lat']:.5f}"

    def events(self, asked: Asked, near: tuple[float, float] | None = None) -> Answer:
        return answer(self.ctx.picture["event"], asked, self.ctx.clock.now(), self.areas.within, near)

    def event_row(self, event: Mapping[str, Any], right: str, under: str | None = None) -> Row:
        """A row that leads to an event; under its right words its age unless `under` says otherwise."""
        level, key, occurred = int(event["level"]), event["key"], int(event["occurred"])
        theme = self.ctx.theme

        def draw(painter: QPainter, rect: QRectF) -> None:
            draw_badge(painter, rect, level, theme)

        row = Row(
            theme,
            draw,
            self.say.title(event["kind"], float(event["amount"])),
            self.say.place(event),
            right,
            words(under) if under is not None else lambda: self.age(occurred),
        )
        row.picked.connect(lambda: self.ctx.selection.select("event", key))
        row.pointed.connect(lambda at_it: self.ctx.selection.hover("event" if at_it else "", key if at_it else ""))
        return row


class Block(QWidget):
    """Parts under each other that are filled anew at once."""

    def __init__(self, parent: QWidget, margin: int = 0, above: int = 0, below: int = 0) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(margin, above, margin, below)
        self._column.setSpacing(0)
        self.parts: list[QWidget] = []

    def fill(self, parts: Sequence[QWidget]) -> None:
        for part in self.parts:
            self._column.removeWidget(part)
            part.hide()
            part.deleteLater()
        self.parts = list(parts)
        for part in self.parts:
            self._column.addWidget(part)
            part.show()  # a layout in sight would only show it an event later
        self.setVisible(bool(self.parts))


class Page(QWidget):
    """What is known of one thing.

    Attributes:
        topic: the table it is a row of. key: its key. row: the last that is known of it.
        there: whether the picture still has it; what was known stays on the page if not.
    """

    topic = ""
    watches: frozenset[str] = frozenset({"area"})
    """Further tables whose change is told by `others_changed`."""

    def __init__(self, desk: Desk, key: str, row: dict[str, Any], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.key = key
        self.row = row
        self.there = True
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(0)
        self.head = self.block()
        self.note = self.block()

    def block(self, margin: int = 0, above: int = 0, below: int = 0) -> Block:
        """A new block at the foot of the page."""
        made = Block(self, margin, above, below)
        self.column.addWidget(made)
        return made

    def begin(self) -> None:
        """Fills the page; called once, when its blocks are there."""
        self.column.addStretch(1)
        self.show_row()

    def show_row(self) -> None:
        """Fills what the row of the picture says."""
        raise NotImplementedError

    def take_row(self, row: dict[str, Any] | None) -> None:
        """The picture's row may have changed; None when it has left."""
        there = row is not None
        if there == self.there and (row is None or self._same(row)):
            return
        self.there = there
        if row is not None:
            self.row = row
        self.note.fill([] if there else [Sentence(self.desk.ctx.theme, self.desk.ctx.t("lists.gone"), "t3", "small")])
        self.show_row()

    def _same(self, row: dict[str, Any]) -> bool:
        return all(row[k] == v or (row[k] != row[k] and v != v) for k, v in self.row.items() if k != "received")

    def others_changed(self, topics: frozenset[str]) -> None:
        """Tables of `watches` changed; areas arrive after what lies in them."""
        self.show_row()

    def age_tick(self) -> None:
        """A second passed: parts that say ages paint again."""
        for reader in self.findChildren(BodyReader):
            reader.age_tick()
        for part in self.findChildren(Part):
            part.update()

    # -- what pages say alike

    def line(self, name: str, value: str) -> Line:
        return Line(self.desk.ctx.theme, self.desk.ctx.t(f"lists.{name}"), words(value), pad=PAD)

    def time_line(self, name: str, at: int) -> Line:
        """A clock with its age at the right."""
        desk, theme = self.desk, self.desk.ctx.theme
        now = desk.ctx.clock.now()
        value = clock_time(at, now) if at > 0 else desk.ctx.t("lists.never")
        return Line(theme, desk.ctx.t(f"lists.{name}"), words(value), lambda: desk.age(at) if at > 0 else "", pad=PAD)

    def id_line(self) -> Line:
        return self.line("id", event_id(self.key))


def fact_words(value: Any, t: Texts) -> str:
    """A value of a body's fact as it is printed."""
    if isinstance(value, Mapping) and isinstance(value.get("zh"), str):
        return t.pack(value)
    if isinstance(value, bool) or value is None:
        return "–"
    if isinstance(value, int | float):
        return "–" if math.isnan(value) else number(float(value))
    return str(value)


def body_facts(
    desk: Desk, body: Body, note: Words = NO_WORDS, without: Mapping[str, str] | None = None, lines: bool = False
) -> list[Part]:
    """The facts of a body, with `note` at those that bring none; a piece that is none is left out, the rest stays.

    Figures and short words are large; what is a sentence is a line.

    Args:
        without: name of a fact that is said elsewhere.
        lines: all of them as lines.
    """
    t = desk.ctx.t
    made: list[Part] = []
    facts = body.fields.get("facts")
    for fact in facts if isinstance(facts, list) else []:
        if not isinstance(fact, dict) or "value" not in fact:
            continue
        name, said = fact.get("name"), fact.get("note")
        if without is not None and name == without:
            continue
        title = t.pack(name) if isinstance(name, str) or (isinstance(name, dict) and "zh" in name) else "–"
        noted = isinstance(said, str) or (isinstance(said, dict) and "zh" in said)
        beside = words(t.pack(said)) if said and noted else note
        value, unit = fact_words(fact["value"], t), unit_words(fact.get("unit"), t)
        if lines or (len(value) > LARGE and not unit):
            pad = PAD if lines else 0
            made.append(Line(desk.ctx.theme, title, words(f"{value} {unit}".rstrip()), pad=pad))
        else:
            made.append(Fact(desk.ctx.theme, title, value, unit, beside))
    return made


class BodyReader(Block):
    """Fetches a body and says in words how far it is: being fetched, not to be had, a copy from earlier.

    Attributes:
        body: what was fetched last; it stays while it is fetched again.
    """

    def __init__(self, page: Page, came: Any) -> None:
        super().__init__(page)
        self.body: Body | None = None
        self._told: Message | None = None
        self._again_at = 0
        self._page, self._came = page, came
        self._question: Question | None = None
        page.column.addWidget(self)

    def age_tick(self) -> None:
        """What could not be had, or only as a copy, is asked for again every few seconds, in silence."""
        if self._again_at and self._page.desk.ctx.clock.wall() >= self._again_at:
            self._again_at = 0
            self._ask()

    def fetch(self) -> None:
        self._told = None
        if self.body is None:
            desk = self._page.desk
            self.fill([Sentence(desk.ctx.theme, desk.ctx.t("lists.body_loading"), "t3", "small")])
        self._ask()

    def _ask(self) -> None:
        if self._question is not None and self._question.open:
            self._question.drop()
        self._question = Question(self, self._answered)
        self._page.desk.ctx.bodies.body(self._page.key, self._question.answer)

    def _answered(self, said: Body | Message) -> None:
        desk, theme, t = self._page.desk, self._page.desk.ctx.theme, self._page.desk.ctx.t
        missing = isinstance(said, Message) or said.cached
        self._again_at = desk.ctx.clock.wall() + AGAIN_AFTER if missing else 0
        if isinstance(said, Message):
            if said == self._told:  # the same again: what is shown keeps its focus
                return
            self._told = said
            words_said = t("lists.body_kept", why=said) if self.body else t("lists.body_none", why=said)
            again = button(t("lists.again"), self.fetch, "chip", parent=self)
            again.setCheckable(False)
            again.setFixedWidth(again.sizeHint().width())
            holder = Block(self, PAD, below=8)
            holder.fill([again])
            self.fill([Sentence(theme, words_said, "t3", "small"), holder])
            return
        self._told = None
        self.body = said
        if said.cached:
            age = ages.age(said.fetched, desk.ctx.clock.wall()) if said.fetched else Message("lists.unknown_time")
            self.fill([Sentence(theme, t("lists.body_cached", age=age), "t3", "small")])
        else:
            self.fill([])
        self._came(said)


def level_badge(level: int, theme: Any) -> Draw:
    def draw(painter: QPainter, rect: QRectF) -> None:
        draw_badge(painter, rect, level, theme)

    return draw
