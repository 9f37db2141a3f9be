"""登记手机: a code that a unit's phone reads with its camera, once, in ten minutes; and the steps in words."""

from __future__ import annotations

import contextlib
from ipaddress import ip_address
from urllib.parse import urlsplit

from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from cockpit.model.ages import countdown, moment
from cockpit.model.messages import Message
from widgets.kit.buttons import button
from widgets.kit.context import PanelContext
from widgets.kit.label import label
from widgets.kit.lineedit import LineEdit
from widgets.lists.question import Question

SIDE, QUIET = 232, 4
"""Pixels of a side, and the white modules around the code that readers need."""


class QrCode(QWidget):
    """A QR code, black on white in every theme: cameras read nothing else well.

    Attributes:
        text: what it says, "" nothing yet.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.text = ""
        self.modules: list[list[bool]] = []
        self.setFixedSize(QSize(SIDE, SIDE))

    def tell(self, text: str) -> None:
        if text != self.text:
            import segno  # reads tables at import

            self.text = text
            code = segno.make(text, error="m", micro=False) if text else None
            self.modules = [[bool(one) for one in row] for row in code.matrix] if code is not None else []
            self.setAccessibleName(text)
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor("#FFFFFF"))
        if not self.modules:
            return
        count = len(self.modules) + 2 * QUIET
        step = SIDE // count
        left = (SIDE - step * count) // 2 + step * QUIET
        for y, row in enumerate(self.modules):
            for x, dark in enumerate(row):
                if dark:
                    painter.fillRect(QRectF(left + x * step, left + y * step, step, step), QColor("#000000"))


def only_here(url: str) -> bool:
    """Whether an address leads to this machine itself, so that no phone can open it."""
    host = ""
    with contextlib.suppress(ValueError):  # not an address at all
        host = (urlsplit(url).hostname or "").rstrip(".")
    try:
        return ip_address(host).is_loopback
    except ValueError:  # a name
        return host == "localhost" or host.endswith(".localhost")


class EnrolDialog(QDialog):
    """
    Attributes:
        code: the picture. link: what it says. says: how long it is good, or why there is none.
        again: asks for a new one. warns: that no phone can open the link.
    """

    def __init__(self, ctx: PanelContext, unit: str, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._ctx, self._unit = ctx, unit
        self._until = 0
        t = ctx.t
        title = t("callsui.enrol_of", name=name)
        self.setWindowTitle(title)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(10)
        column.addWidget(label(title, self, role="", style="title"))
        self.warns = label(t("callsui.enrol_local"), self, role="")
        self.warns.setStyleSheet(f"color: {ctx.theme.hex('orange_text')};")
        self.warns.hide()
        column.addWidget(self.warns)
        row = QHBoxLayout()
        row.setSpacing(20)
        self.code = QrCode(self)
        row.addWidget(self.code, 0, Qt.AlignmentFlag.AlignTop)
        steps = QVBoxLayout()
        steps.setSpacing(8)
        for n in range(1, 6):
            step = label(f"{n}. {t(f'callsui.enrol_step_{n}')}", self, role="")
            step.setMinimumWidth(320)
            steps.addWidget(step)
        steps.addStretch(1)
        self.says = label("", self)
        steps.addWidget(self.says)
        row.addLayout(steps, 1)
        column.addLayout(row)
        line = QHBoxLayout()
        line.setSpacing(8)
        self.link = LineEdit(self)
        self.link.setReadOnly(True)
        self.link.setAccessibleName(t("callsui.enrol_link"))
        line.addWidget(self.link, 1)
        self.copy = button(t("callsui.copy"), self._copy, parent=self)
        line.addWidget(self.copy)
        column.addLayout(line)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        self.again = button(t("callsui.enrol_again"), self.ask, parent=self)
        foot.addWidget(self.again)
        foot.addStretch(1)
        self.done_ = button(t("callsui.ok"), self.accept, "primary", parent=self)
        foot.addWidget(self.done_)
        for made in (self.copy, self.again):
            made.setAutoDefault(False)
        self.done_.setDefault(True)
        column.addSpacing(6)
        column.addLayout(foot)
        self._seconds = QTimer(self, interval=1000)
        self._seconds.timeout.connect(self._tick)
        self._seconds.start()
        self.finished.connect(lambda _how: self._seconds.stop())
        self.ask()

    def ask(self) -> None:
        """Asks the hub for a code of a single use."""
        port = self._ctx.calls
        self._show("", 0)
        if port is None:
            self.says.setText(self._ctx.t("callsui.no_calls"))
            return
        self.says.setText(self._ctx.t("callsui.enrol_coming"))
        self.again.setEnabled(False)
        port.enrol(self._unit, Question(self, self._came).answer)

    def _came(self, said: tuple[str, int] | Message) -> None:
        self.again.setEnabled(True)
        if isinstance(said, Message):
            self.says.setText(self._ctx.t(said))
        else:
            self._show(*said)
            self._tick()

    def _show(self, url: str, until: int) -> None:
        self._until = until
        self.code.tell(url)
        self.link.setText(url)
        self.link.setCursorPosition(0)
        self.copy.setEnabled(bool(url))
        self.warns.setVisible(only_here(url))

    def _tick(self) -> None:
        if not self._until:
            return
        now = self._ctx.clock.now()
        left = self._until - now
        if left <= 0:
            self._show("", 0)
            self.says.setText(self._ctx.t("callsui.enrol_over"))
        else:
            at = moment(self._until, now)
            self.says.setText(self._ctx.t("callsui.enrol_until", at=at, left=countdown(left)))

    def _copy(self) -> None:
        clipboard = QGuiApplication.clipboard()
        if clipboard is not None:
            clipboard.setText(self.link.text())
            self.says.setText(self._ctx.t("callsui.copied"))
