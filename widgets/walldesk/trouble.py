"""The line at the foot of the chosen screen: what is wrong on the wall, the worst first, and what can be done."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from cockpit.model.wall import Screen
from widgets.kit.buttons import button
from widgets.kit.header import ElidedLabel
from widgets.kit.icons import draw_icon
from widgets.walldesk.hand import Hand
from widgets.walldesk.health import Said, trouble_words
from widgets.walldesk.ways import first_fitting

HEIGHT, LEFT, SPACE = 48, 28, 8


class TroubleLine(QWidget):
    """
    Attributes:
        screen: number of the screen that it speaks of, 0 none.
    """

    def __init__(self, hand: Hand, parent: QWidget) -> None:
        super().__init__(parent)
        self._hand = hand
        self.screen = 0
        self._token = "t2"
        self._never = False
        self.setFixedHeight(HEIGHT)
        row = QHBoxLayout(self)
        row.setContentsMargins(LEFT, 0, 0, 0)
        row.setSpacing(SPACE)
        self.name, self.words = ElidedLabel(parent=self), ElidedLabel(parent=self)
        row.addWidget(self.name)
        row.addWidget(self.words)
        row.addStretch(1)
        self.choose = button("", self._choose, parent=self)
        self.restart = button("", self._restart, parent=self)
        row.addWidget(self.choose)
        row.addWidget(self.restart)

    def tell(self) -> None:
        hand, t = self._hand, self._hand.ctx.t
        found = self._worst()
        theme = hand.ctx.theme
        self.name.setFont(theme.font("body", 700))
        self.words.setFont(theme.font("body"))
        self.screen = found[0].id if found is not None else 0
        self.choose.setVisible(found is not None)
        self.restart.setVisible(found is not None)
        if found is None:
            self.name.setText("")
            self.name.setMinimumWidth(0)
            self.words.setText(t("walldesk.all_well"))
            self.words.set_color(theme.t2)
            self._token = "t2"
        else:
            screen, said, more = found
            self.name.setText(t("walldesk.screen", n=screen.id))
            self.name.set_color(theme.t1)
            self.name.setMinimumWidth(self.name.sizeHint().width())
            self.words.set_color(theme.t1)
            self._token = said.token
            self.choose.setText(t("walldesk.choose_it"))
            self._never = hand.node(screen) is None
            words = t("walldesk.machine") if self._never else t("walldesk.restart_machine", name=screen.machine)
            self.restart.setText(words)
            self._say(self._ways(said, more))
        self.update()

    def _ways(self, said: Said, others: int) -> list[str]:
        """What is wrong and how many other screens have something, the longest first."""
        t, stop = self._hand.ctx.t, self._hand.ctx.t("walldesk.stop")
        also = t("walldesk.also_lost", n=others) if others else ""
        more = [t("walldesk.trouble", said=said.words, more=one) for one in (said.more, *said.shorter) if one]
        short = [t("walldesk.also_n", said=said.words, n=others)] if others else []
        return [f"{one}{stop}{also}" for one in (*more, said.words)] + short + [said.words]

    def _say(self, ways: list[str]) -> None:
        """Says it in the first way that there is room for between the name and the buttons."""
        beside = (self.name, self.choose, self.restart)
        room = self.width() - LEFT - sum(one.sizeHint().width() + SPACE for one in beside) - SPACE
        self.words.setText(first_fitting(ways, QFontMetricsF(self.words.font()), room))
        self.words.more = ways[0] if self.words.text() != ways[0] else ""

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.tell()

    def _worst(self) -> tuple[Screen, Said, int] | None:
        """The first screen with the gravest trouble, what it is, and how many others have one."""
        wall = self._hand.wall
        said = [(one, trouble_words(self._hand, one)) for one in (wall.screens if wall is not None else ())]
        found = [(screen, what) for screen, what in said if what is not None]
        if not found:
            return None
        found.sort(key=lambda pair: pair[1].token != "orange_text")
        return found[0][0], found[0][1], len(found) - 1

    def _choose(self) -> None:
        if self.screen:
            self._hand.choose_screens([self.screen])

    def _restart(self) -> None:
        if self._never:
            self._hand.ctx.actions.trigger("walldesk.machine")
        elif self.screen:
            self._hand.act("restart", screens=(self.screen,))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._hand.ctx.theme
        painter.fillRect(0, 0, self.width(), 1, theme.line)
        name = "plug-broken" if self.screen else "check"
        draw_icon(painter, QRectF(0, self.height() / 2 - 8, 16, 16), name, theme[self._token])
