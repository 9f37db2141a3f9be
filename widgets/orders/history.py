"""The timeline of a case: what its source did and what we did, by whom, in order of time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from PySide6.QtCore import QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QToolButton, QWidget

from cockpit.model.cases import Case, Step
from cockpit.model.entries import CallMade, CaseClosed, StageReached, TextRef
from cockpit.model.instructing import InstructionGiven
from widgets.kit.buttons import icon_button
from widgets.kit.theme import Theme
from widgets.lists.parts import PAD, Part, draw_line
from widgets.lists.words import clock_time
from widgets.orders.callwords import call_details
from widgets.orders.hatch import hatch
from widgets.orders.words import CALM, CaseWords

_TOLD = ("order", "question", "words", "reason")
"""Texts that are shown under a line, in this order."""


@dataclass(frozen=True)
class Entry:
    """One line of the timeline.

    Attributes:
        at: city time, us; when: as it is printed.
        what, who: in words; `more` is what was written or said then.
        token: colour of `what`.
        ours: of the case, not of its source; pending: only this seat knows it yet.
        sound: SHA-256 of a recording that can be heard, "" none.
    """

    at: int
    when: str
    what: str
    who: str = ""
    more: str = ""
    token: str = CALM
    ours: bool = False
    pending: bool = False
    sound: str = ""
    stages: tuple[str, ...] = field(default=(), compare=False)

    @property
    def lines(self) -> int:
        return 1 + bool(self.who) + bool(self.more)


def refs(case: Case) -> Iterable[TextRef]:
    """Every text that its timeline and its orders refer to."""
    for step in case.steps:
        yield from step.texts.values()
    for order in case.orders.values():
        yield from (ref for ref in (order.text, order.reason) if ref is not None)


def entries(
    case: Case | None, words: CaseWords, source: Sequence[tuple[int, str]], now: int, more: Sequence[Entry] = ()
) -> list[Entry]:
    """All that is known, oldest first.

    Args:
        source: (city time, words) of what the source says it did.
        more: what is about the case and lies outside of the ledger: letters.
    """
    made = [*(Entry(at, clock_time(at, now), what) for at, what in source), *more]
    if case is not None:
        made += _of_case(case, words, now)
    return sorted(made, key=lambda entry: (entry.pending, entry.at))


def _of_case(case: Case, words: CaseWords, now: int) -> list[Entry]:
    """A line a step; the stages that a decision brought stand behind its doer."""
    made: list[Entry] = []
    last, stage = ("", 0), ""
    for step in case.steps:
        same = (step.cause, step.seq) == last
        last = (step.cause, step.seq)
        if isinstance(step.entry, CaseClosed):
            stage = "closed"
        if isinstance(step.entry, StageReached):
            if step.entry.stage == stage:
                continue  # it stays there and is only due at another time
            stage = step.entry.stage
            name = words.stage(step.entry.stage)
            if same and made:
                made[-1] = replace(made[-1], stages=(*made[-1].stages, name))
                continue
        made.append(_line(step, case, words, now))
    return [_with_stages(entry, words) for entry in made]


def _line(step: Step, case: Case, words: CaseWords, now: int) -> Entry:
    said = words.entry(step, case)
    at = step.at or step.issued
    who = words.actor(step.actor, _text(step, "who", words) or "")
    told = [text for name in _TOLD if (text := _text(step, name, words))]
    sound = ""
    if isinstance(step.entry, CallMade):
        told = [call_details(step.entry, words.t), *told]
        sound = step.entry.recording.sha256 if step.entry.recording is not None else ""
    elif isinstance(step.entry, InstructionGiven):
        sound = step.entry.voice
    more = " ".join(told).replace("\n", " ")
    return Entry(at, clock_time(at, now), said.words, who, more, said.token, True, step.provisional, sound)


def _text(step: Step, name: str, words: CaseWords) -> str:
    """A text of a step: plain, read, on its way, or erased; "" where there is none."""
    if name in step.words:
        return step.words[name]
    ref = step.texts.get(name)
    if ref is None:
        return ""
    read = words.read(ref.id)
    if read is None:
        return "" if name == "who" else words.t("orders.text_coming")
    return read or words.t("orders.text_erased")


def _with_stages(entry: Entry, words: CaseWords) -> Entry:
    if not entry.stages:
        return entry
    stages = words.t("orders.to_stage", stage=" → ".join(dict.fromkeys(entry.stages)))
    return replace(entry, who=f"{entry.who} · {stages}" if entry.who else stages)


class History(Part):
    """The part of the page: the newest below.

    Attributes:
        players: a button for each recording, by its SHA-256.
        listen: emitted with the SHA-256 of a recording that is to be heard.
    """

    _FIRST, _MORE, _GAP = 20, 17, 8

    listen = Signal(str)

    def __init__(
        self, theme: Theme, shown: Sequence[Entry], parent: QWidget | None = None, listen_words: str = ""
    ) -> None:
        self.entries = list(shown)
        super().__init__(theme, sum(self._high(entry) for entry in shown) + 8, parent)
        self.players: dict[str, QToolButton] = {}
        for entry in self.entries:
            if entry.sound and entry.sound not in self.players:
                made = icon_button("play", listen_words, theme, lambda sound=entry.sound: self.listen.emit(sound))
                made.setParent(self)
                self.players[entry.sound] = made
        self.setAccessibleName("; ".join(_plain(entry) for entry in shown))

    def _high(self, entry: Entry) -> int:
        return self._FIRST + self._MORE * (entry.lines - 1) + self._GAP

    def resizeEvent(self, event: QResizeEvent) -> None:
        y = 0
        for entry in self.entries:
            if entry.sound in self.players:
                self.players[entry.sound].move(self.width() - PAD - 28, y)
            y += self._high(entry)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self.theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        small = theme.font("small")
        clock = max((QFontMetrics(small).horizontalAdvance(entry.when) for entry in self.entries), default=0)
        y, cut_any = 0, False
        for i, entry in enumerate(self.entries):
            high = self._high(entry)
            if entry.pending:
                hatch(painter, QRectF(PAD + 16, y, self.width() - 2 * PAD - 16, high - 4), theme)
            self._dot(painter, entry, QPointF(PAD + 5.5, y + self._FIRST / 2), high, i == len(self.entries) - 1)
            cut_any = self._say(painter, entry, y, clock) or cut_any
            y += high
        self.whole(cut_any, *(_plain(entry) for entry in self.entries))

    def _dot(self, painter: QPainter, entry: Entry, at: QPointF, high: int, last: bool) -> None:
        theme = self.theme
        if not last:
            painter.setPen(QPen(theme.line2, 1.5))
            painter.drawLine(at, at + QPointF(0, high))
        radius = 4.0 if entry.ours else 3.0
        if entry.pending:
            painter.setPen(QPen(theme.orange_text, 1.5))
            painter.setBrush(theme.s1)
        else:
            painter.setPen(Qt.PenStyle.NoPen)
            ink = theme[entry.token] if entry.ours and entry.token != CALM else theme.t1 if entry.ours else theme.t3
            painter.setBrush(ink)
        painter.drawEllipse(at, radius, radius)

    def _say(self, painter: QPainter, entry: Entry, y: int, clock: int) -> bool:
        """Draws the words of an entry; whether some had no room."""
        theme, left = self.theme, PAD + 22
        small = theme.font("small")
        draw_line(painter, QRect(left, y, clock + 2, self._FIRST), entry.when, small, theme.t3)
        left += clock + 12
        room = self.width() - left - PAD - (32 if entry.sound else 0)
        ink = theme.t2 if not entry.ours else theme[entry.token]
        _, cut = draw_line(painter, QRect(left, y, room, self._FIRST), entry.what, theme.font("body"), ink)
        at = y + self._FIRST
        for text, token in ((entry.more, "t2"), (entry.who, "t3")):
            if text:
                _, also = draw_line(painter, QRect(left, at, room, self._MORE), text, small, theme[token])
                cut, at = cut or also, at + self._MORE
        return cut


def _plain(entry: Entry) -> str:
    return "  ".join(part for part in (entry.when, entry.what, entry.more, entry.who) if part)
