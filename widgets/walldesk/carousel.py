"""The carousel under the list of scenes: which scenes follow one another, how long this one stays, stop and go on."""

from __future__ import annotations

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from cockpit.model.ages import countdown, instant
from cockpit.model.clock import MINUTE
from cockpit.model.headline import by_words
from cockpit.model.levels import Level
from cockpit.model.messages import Message
from cockpit.model.wall import Carousel
from cockpit.model.wallstate import Hold
from widgets.kit.buttons import button, disable
from widgets.kit.header import ElidedLabel
from widgets.kit.label import label
from widgets.walldesk.flow import Flow
from widgets.walldesk.hand import Hand

_SIGNS = {1: "Ⅰ", 2: "Ⅱ", 3: "Ⅲ", 4: "Ⅳ"}


class _Rail(QWidget):
    """How much of its time the scene on the wall has had."""

    def __init__(self, hand: Hand, parent: QWidget) -> None:
        super().__init__(parent)
        self._hand = hand
        self.share = 0.0
        self.setFixedHeight(6)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._hand.ctx.theme
        painter.fillRect(self.rect(), theme.line2)
        painter.fillRect(0, 0, round(self.width() * self.share), self.height(), theme.acc)


class CarouselBox(QWidget):
    """
    Attributes:
        chips: a button a scene of the carousel, in order.
        pause, next: its buttons.
    """

    def __init__(self, hand: Hand, parent: QWidget) -> None:
        super().__init__(parent)
        self._hand = hand
        self._shown: tuple[object, ...] = ()
        self.chips: list[QPushButton] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(8)
        head = QHBoxLayout()
        head.setSpacing(8)
        self.title, self.facts = ElidedLabel(parent=self), ElidedLabel(parent=self)
        head.addWidget(self.title)
        head.addWidget(self.facts)
        head.addStretch(1)
        self.other = button("", self._turn, "chip", parent=self)
        self.other.setCheckable(False)
        head.addWidget(self.other)
        column.addLayout(head)
        self._flow = Flow(self)
        column.addWidget(self._flow)
        self._rail = _Rail(hand, self)
        column.addWidget(self._rail)
        self.trigger = label("", self, style="small")
        column.addWidget(self.trigger)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        self.pause, self.next = button("", hand.pause, parent=self), button("", lambda: hand.act("next"), parent=self)
        for made in (self.pause, self.next):
            made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            foot.addWidget(made)
        column.addLayout(foot)

    @property
    def carousel(self) -> Carousel | None:
        """The one that runs, else the first of the hall."""
        state, shows = self._hand.state, self._hand.shows
        if state is None or not state.hall.carousels:
            return None
        running = shows.carousel if shows is not None else ""
        return next((one for one in state.hall.carousels if one.id == running), state.hall.carousels[0])

    def tell(self) -> None:
        """Brings it up to date; hidden where the hall has none."""
        hand, t, carousel, shows = self._hand, self._hand.ctx.t, self.carousel, self._hand.shows
        self.setVisible(carousel is not None)
        if carousel is None or shows is None or hand.state is None:
            return
        runs, hold = shows.carousel == carousel.id, hand.hold
        names = {id: name for id, name, _ in hand.scenes()}
        steps = [(id, t.pack(names[id]) if id in names else id) for id, _ in carousel.steps]
        if (key := (tuple(steps), t.lang)) != self._shown:
            self._shown = key
            self._make(steps)
        for i, chip in enumerate(self.chips):
            chip.setChecked(runs and hold is None and i == shows.step)
        theme = hand.ctx.theme
        self.title.setText(t.pack(carousel.name))
        self.title.setFont(theme.font("row_title"))
        self.title.set_color(theme.t1)
        self.facts.setText(t(_pace(carousel)))
        self.facts.setFont(theme.font("small"))
        self.facts.set_color(theme.t2)
        self.other.setVisible(len(hand.state.hall.carousels) > 1)
        self.other.setText(t("walldesk.other_carousel"))
        seconds = carousel.steps[shows.step % len(carousel.steps)][1] if carousel.steps else 0
        left = (shows.next_at - hand.ctx.clock.wall()) / 1_000_000
        turns = runs and not shows.paused and hold is None and seconds
        self._rail.share = min(1.0, max(0.0, 1 - left / seconds)) if turns else 0.0
        self._rail.update()
        self.pause.setText(t(_button(runs, shows.paused, hold)))
        self.trigger.setText(t(self._sentence(carousel) if hold is None else self._held(hold, runs)))
        self.next.setText(t("walldesk.carousel_next"))
        disable(self.next, "" if runs else t("walldesk.carousel_off"))

    def _sentence(self, carousel: Carousel) -> Message:
        """What interrupts it, else when it runs."""
        names = {id: name for id, name, _ in self._hand.scenes()}
        for trigger in carousel.triggers:
            if Level.RED <= trigger.alert <= Level.BLUE and trigger.scene in names:
                words = {"level": _SIGNS[trigger.alert], "scene": names[trigger.scene]}
                return Message("walldesk.trigger", words)
        if carousel.between:
            start, end = (countdown(minute * MINUTE // 60) for minute in carousel.between)
            return Message("walldesk.carousel_between", {"start": start, "end": end})
        return Message("walldesk.no_trigger")

    def _held(self, hold: Hold, runs: bool) -> Message:
        """What holds the wall, until when, and what lets it go on."""
        hand, t = self._hand, self._hand.ctx.t
        names = {id: name for id, name, _ in hand.scenes()}
        clock = hand.ctx.clock
        words = {
            "by": by_words(hold.by, t),
            "level": _SIGNS.get(hold.level, str(hold.level)),
            "at": instant(clock.city.at(hold.until), clock.now()),
            "scene": names.get(hold.scene, hold.scene),
            "button": self.pause.text(),
        }
        if runs:
            return Message("walldesk.hold_turns" if hold.until else "walldesk.hold_turns_on", words)
        return Message("walldesk.hold_back" if hold.until else "walldesk.hold_back_on", words)

    def _make(self, steps: list[tuple[str, str]]) -> None:
        for old in self.chips:
            old.hide()
            old.deleteLater()
        self.chips = []
        for id, words in steps:
            chip = button(words, lambda id=id: self._hand.act("scene", id), "chip", parent=self._flow)
            self.chips.append(chip)
        self._flow.show_widgets(self.chips)

    def _turn(self) -> None:
        """The next carousel of the hall."""
        state, now = self._hand.state, self.carousel
        if state is not None and now is not None:
            ids = [one.id for one in state.hall.carousels]
            self._hand.act("carousel", ids[(ids.index(now.id) + 1) % len(ids)])


def _button(runs: bool, paused: bool, hold: Hold | None) -> str:
    """What the first button does."""
    if hold is not None:
        return "walldesk.carousel_go_on" if runs else "walldesk.release"
    if not runs:
        return "walldesk.carousel_start"
    return "walldesk.carousel_go_on" if paused else "walldesk.carousel_pause"


def _pace(carousel: Carousel) -> Message:
    lengths = {seconds for _, seconds in carousel.steps}
    if len(lengths) == 1:
        return Message("walldesk.carousel_pace", {"n": len(carousel.steps), "seconds": lengths.pop()})
    return Message("walldesk.carousel_steps", {"n": len(carousel.steps)})
