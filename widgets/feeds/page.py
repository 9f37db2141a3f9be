"""The page of a feed: how it is in figures, whose it is, what grows old without it, its last sample, its quarantine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from cockpit.model.ages import data_age, instant, span
from cockpit.model.clock import SECOND
from cockpit.model.freshness import Freshness
from cockpit.model.messages import Message
from cockpit.model.ports import Sample
from widgets.feeds.known import known_systems
from widgets.feeds.marks import draw_mark
from widgets.feeds.refused import RefusedBlock, text_box
from widgets.feeds.words import bytes_words, class_words, lag_words, rate_words, skew_words
from widgets.kit.buttons import button
from widgets.kit.feedstate import FeedState, feed_states
from widgets.lists.page import Desk, Page
from widgets.lists.parts import PAD, Fact, Head, Line, Row, SectionHead, Sentence
from widgets.lists.question import Question
from widgets.lists.words import joined

SAMPLE_SECONDS = 5
"""While messages come the sample is fetched no more often."""
OTHERS = 60
"""Further interfaces of the system that are listed, the worst first."""
SHOWS = frozenset({"event", "unit", "sensor", "camera", "alert", "area"})
"""Tables of which the catalogue says where they are shown."""


class FeedThing(Page):
    """The page of a feed.

    Attributes:
        state: of now. refused: the quarantine.
    """

    topic = "feed"
    watches = frozenset()

    def __init__(self, desk: Desk, key: str, row: dict[str, Any], parent: QWidget | None = None) -> None:
        super().__init__(desk, key, row, parent)
        self.state = self._now()
        self._known = known_systems(desk.ctx)
        self._known.changed.connect(self.show_row)
        self._sample: Sample | Message | None = None
        self._sampled, self._wait, self._second = -1, 0, -1
        self._shape: tuple[object, ...] = ()
        self._seen = False
        self._facts = self.block(PAD)
        self._trouble = self.block()
        self._buttons = self.block(above=8, below=8)
        self._lines = self.block(above=2, below=8)
        self._samples = self.block()
        self._title = self.block()
        self.refused = RefusedBlock(desk.ctx, key, self)
        self.column.addWidget(self.refused)
        self._shows = self.block()
        self._about = self.block(below=8)
        self._others = self.block()
        self.begin()
        self._buttons.fill([self._retry_row()])
        self._title.fill([SectionHead(desk.ctx.theme, desk.ctx.t("feedboard.refused"), self._refused_note)])
        self._fill_sample()
        self.age_tick()

    def _now(self) -> FeedState:
        feed = str(self.row["feed"])
        return next(state for state in feed_states(self.desk.ctx) if state.id == feed)

    # -- what changes

    def take_row(self, row: dict[str, Any] | None) -> None:
        """Figures of a feed change all the time: they are read each second, and nothing is built anew for them."""
        if (row is not None) != self.there:
            super().take_row(row)
        elif row is not None:
            self.row = row

    def age_tick(self) -> None:
        """Once a second, however often feeds are told of meanwhile."""
        second = self.desk.ctx.clock.wall() // SECOND
        if second == self._second:
            return
        self._second = second
        if self.there:
            self.state = self._now()
        shape = self._shape_now()
        if shape != self._shape:
            self.show_row()
        self._known.second()
        self.refused.second(self.state.bad)
        self._look_at_sample()
        super().age_tick()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._seen:  # labels lose their margins when the page is put into the scroll area
            self._seen = True
            self.show_row()

    def _shape_now(self) -> tuple[object, ...]:
        """What of it decides which parts there are."""
        others = tuple((one.id, one.health) for one in self._siblings())
        return self.state.health, self.state.problem, self.state.name, bool(self.state.retry), others

    def show_row(self) -> None:
        self._shape = self._shape_now()
        desk, state = self.desk, self.state
        t, theme = desk.ctx.t, desk.ctx.theme
        system = self._known.by_id.get(state.system)
        health = state.health

        def sign(painter: QPainter, rect: QRectF) -> None:
            draw_mark(painter, rect.center().x(), rect.center().y(), health, theme, 11)

        under = joined(t.pack(system.name) if system else state.system, t.pack(system.owner) if system else "")
        self.head.fill([Head(theme, sign, t.pack(state.name), under)])
        word = t(f"feedboard.health_{health.name.lower()}")
        old = state.state in (Freshness.STALE, Freshness.DEAD)
        self._facts.fill([Fact(theme, t("feedboard.state"), word, "", self._age, lambda: old)])
        self._trouble.fill([Sentence(theme, words, "t1") for words in self._troubles()])
        self._lines.fill(self._figures())
        self._about.fill(self._facts_of_it())
        self._shows.fill(self._effects())
        self._fill_others()

    # -- in words

    def _age(self) -> str:
        return self.desk.ctx.t(self.state.age(self.desk.ctx.clock.wall()))

    def _troubles(self) -> list[str]:
        t, state = self.desk.ctx.t, self.state
        said = [t(state.problem)] if state.problem is not None else []
        if state.slow:
            said.append(
                t(
                    "feedboard.slow",
                    rate=rate_words(state.rate, t, state.expected),
                    expected=rate_words(state.expected, t),
                )
            )
        return said

    def _figures(self) -> list[QWidget]:
        t = self.desk.ctx.t
        lines: list[tuple[str, Callable[[FeedState], str]]] = [
            ("last", self._last),
            ("retry_at", self._retry_words),
            ("beat", lambda s: t("feedboard.every", span=span(s.beat))),
            ("rate", self._rate),
            ("flow", lambda s: t("feedboard.per_second", n=bytes_words(s.bytes))),
            ("lag", lambda s: lag_words(s.lag, t) if s.received else t("kit.age_never")),
            ("skew", lambda s: skew_words(s.skew, t)),
            ("good", lambda s: t("feedboard.messages", n=f"{s.good:,}")),
            ("bad", lambda s: t("feedboard.pieces", n=f"{s.bad:,}")),
            ("dropped", lambda s: t("feedboard.messages", n=f"{s.dropped:,}")),
            ("doubled", lambda s: t("feedboard.pieces", n=f"{s.doubled:,}")),
            ("disordered", lambda s: t("feedboard.pieces", n=f"{s.disordered:,}")),
            ("unknown", lambda s: t("feedboard.pieces", n=f"{s.unknown:,}")),
            ("waiting", self._waiting),
        ]
        shown = [(name, say) for name, say in lines if name != "retry_at" or self.state.retry]
        return [self._line(name, say) for name, say in shown]

    def _line(self, name: str, say: Callable[[FeedState], str]) -> Line:
        return Line(self.desk.ctx.theme, self.desk.ctx.t(f"feedboard.{name}"), lambda: say(self.state), pad=PAD)

    def _last(self, state: FeedState) -> str:
        ctx = self.desk.ctx
        if not state.received:
            return ctx.t("kit.age_never")
        age = data_age(state.received, state.beat, ctx.clock.wall())
        return joined(instant(ctx.clock.city.at(state.received), ctx.clock.now()), ctx.t(age))

    def _rate(self, state: FeedState) -> str:
        """Both in one unit, so that they can be compared."""
        t = self.desk.ctx.t
        rate = rate_words(state.rate, t, state.expected)
        return t("feedboard.rate_of", rate=rate, expected=rate_words(state.expected, t)) if state.expected else rate

    def _retry_words(self, state: FeedState) -> str:
        t, ahead = self.desk.ctx.t, state.retry - self.desk.ctx.clock.wall()
        return t("feedboard.retry_in", span=span(ahead)) if ahead >= SECOND else t("feedboard.retry_soon")

    def _waiting(self, state: FeedState) -> str:
        t, of = self.desk.ctx.t, self._known.interfaces.get(state.id)
        if of is None:
            return t("feedboard.messages", n=f"{state.waiting:,}")
        return t("feedboard.waiting_of", n=f"{state.waiting:,}", room=f"{of.room:,}", policy=t(_policy(of.queue)))

    def _facts_of_it(self) -> list[QWidget]:
        """Where it comes from and whose it is."""
        t, theme, state = self.desk.ctx.t, self.desk.ctx.theme, self.state
        system, of = self._known.by_id.get(state.system), self._known.interfaces.get(state.id)
        said = [("kind", f"{state.source} · {state.format}"), ("id", state.id)]
        if of is not None:
            said += [("address", of.address), ("datum", of.datum.upper())]
            said += [("of", of.of)] if of.of else []
        if system is not None:
            said += [("system", t.pack(system.name)), ("owner", t.pack(system.owner) if system.owner else "–")]
            said += [("class", class_words(system.classification, t) or "–")]
        title = SectionHead(theme, t("feedboard.about"))
        return [title, *(Line(theme, t(f"feedboard.{name}"), _fixed(words), pad=PAD) for name, words in said)]

    def _effects(self) -> list[QWidget]:
        """Which panels and layers grow old without it, and whether others bring the same."""
        t, theme, topic = self.desk.ctx.t, self.desk.ctx.theme, self.state.topic
        if topic not in SHOWS:
            return []
        same = [one for one in feed_states(self.desk.ctx) if one.topic == topic and one.id != self.state.id]
        live = sum(one.state is Freshness.LIVE for one in same)
        words = [t("feedboard.shown_in", where=t(f"feedboard.shows_{topic}"))]
        if self.state.state is Freshness.LIVE:
            words.append(t("feedboard.others_live", n=live) if same else t("feedboard.only_one"))
        else:
            words.append(t("feedboard.gone_others", n=live) if live else t("feedboard.gone_alone"))
        return [SectionHead(theme, t("feedboard.effects")), *(Sentence(theme, one, "t2", "small") for one in words)]

    def _refused_note(self) -> str:
        return self.desk.ctx.t("feedboard.since_start", n=f"{self.state.bad:,}") if self.state.bad else ""

    # -- what a person does

    def _retry_row(self) -> QWidget:
        t, holder = self.desk.ctx.t, QWidget(self)
        row = QHBoxLayout(holder)
        row.setContentsMargins(PAD, 0, PAD, 0)
        row.setSpacing(8)
        row.addWidget(button(t("feedboard.retry"), self._retry, parent=holder))
        row.addWidget(button(t("feedboard.show_board"), self._show_board, parent=holder))
        row.addStretch(1)
        return holder

    def _retry(self) -> None:
        ctx = self.desk.ctx
        problem = ctx.feeds.retry(self.state.id)
        said = problem or Message("feedboard.retrying", {"name": ctx.t.pack(self.state.name)})
        ctx.notify(said, 0)

    def _show_board(self) -> None:
        self.desk.ctx.actions.trigger("desk.feeds")

    # -- the last sample

    def _look_at_sample(self) -> None:
        self._wait -= 1
        if self._wait <= 0 and (self.state.good != self._sampled or isinstance(self._sample, Message)):
            self._sampled, self._wait = self.state.good, SAMPLE_SECONDS
            self.desk.ctx.feeds.sample(self.state.id, Question(self, self._sample_came).answer)

    def _sample_came(self, sample: Sample | Message) -> None:
        if sample != self._sample:
            self._sample = sample
            self._fill_sample()

    def _fill_sample(self) -> None:
        ctx, sample = self.desk.ctx, self._sample
        t, theme = ctx.t, ctx.theme
        if not isinstance(sample, Sample):
            words = t(sample) if isinstance(sample, Message) else t("feedboard.sample_asking")
            self._samples.fill([SectionHead(theme, t("feedboard.sample")), Sentence(theme, words, "t3", "small")])
            return
        when = instant(ctx.clock.city.at(sample.received), ctx.clock.now())
        note = joined(when, bytes_words(sample.size))
        holder = QWidget(self)
        row = QHBoxLayout(holder)
        row.setContentsMargins(PAD, 0, PAD, 10)
        row.addWidget(text_box(sample.text, t("feedboard.sample_of", when=when), holder))
        self._samples.fill([SectionHead(theme, t("feedboard.sample"), _fixed(note)), holder])

    # -- the other interfaces of its system

    def _siblings(self) -> list[FeedState]:
        if not self.state.system:
            return []
        others = [one for one in feed_states(self.desk.ctx) if one.system == self.state.system]
        return sorted((one for one in others if one.id != self.state.id), key=lambda one: one.health)[:OTHERS]

    def _fill_others(self) -> None:
        t, theme = self.desk.ctx.t, self.desk.ctx.theme
        rows: list[QWidget] = [self._other(one) for one in self._siblings()]
        self._others.fill([SectionHead(theme, t("feedboard.others")), *rows] if rows else [])

    def _other(self, state: FeedState) -> Row:
        ctx = self.desk.ctx

        def sign(painter: QPainter, rect: QRectF) -> None:
            draw_mark(painter, rect.center().x(), rect.center().y(), state.health, ctx.theme, 6)

        word = ctx.t(f"feedboard.health_{state.health.name.lower()}")
        row = Row(ctx.theme, sign, ctx.t.pack(state.name), state.id, word, lambda: self._age_of(state.id))
        row.picked.connect(lambda: ctx.selection.select("feed", state.id))
        return row

    def _age_of(self, feed: str) -> str:
        ctx = self.desk.ctx
        state = next((one for one in feed_states(ctx) if one.id == feed), None)
        return ctx.t(state.age(ctx.clock.wall())) if state is not None else ""


def _fixed(text: str) -> Callable[[], str]:
    return lambda: text


def _policy(queue: str) -> str:
    return f"feedboard.queue_{queue}" if queue in ("all", "latest", "sample") else "feedboard.queue_all"
