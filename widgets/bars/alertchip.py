"""An authority's alert in the top bar: level, title, who and until when. A click selects it in every panel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QWidget

from cockpit.model.ages import full_stamp, moment
from cockpit.model.headline import headline_words
from cockpit.picture.picture import Picture
from widgets.bars.bar import Piece
from widgets.kit.context import PanelContext
from widgets.kit.symbols import draw_badge

GAP = 8
TITLE_LEAST = 72


@dataclass(frozen=True)
class AlertNow:
    """An alert that holds now."""

    key: str
    title: str
    sender: str
    area: str
    level: int
    sent: int
    expires: int


def alerts_now(picture: Picture, now_us: int) -> list[AlertNow]:
    """Alerts that hold at the city's time `now_us`, the gravest first, of these the newest."""
    table = picture["alert"]
    rows = (table.row(i) for i in range(len(table)))
    alerts = [
        AlertNow(r["key"], r["title"], r["sender"], r["area_name"], int(r["level"]), int(r["sent"]), int(r["expires"]))
        for r in rows
        if int(r["effective"]) <= now_us and (int(r["expires"]) == 0 or now_us < int(r["expires"]))
    ]
    return sorted(alerts, key=lambda alert: (alert.level, -alert.sent, alert.key))


class AlertChip(Piece):
    """One alert. It says all, then its title and how long, then its title, then its cut title, then only its sign."""

    stages: ClassVar[int] = 5

    def __init__(self, ctx: PanelContext, alert: AlertNow, parent: QWidget) -> None:
        super().__init__(ctx, parent)
        self.alert = alert
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.clicked.connect(lambda: ctx.selection.select("alert", self.alert.key))
        self.tell(alert)

    def tell(self, alert: AlertNow) -> None:
        """Its alert of now, in the language of now."""
        self.alert = alert
        t = self.ctx.t
        until = full_stamp(alert.expires) if alert.expires else "–"
        words = {"title": alert.title, "area": alert.area, "sender": alert.sender, "until": until}
        self.setToolTip(t("bars.alert_why", sent=full_stamp(alert.sent), **words))
        self.setAccessibleName(self.toolTip())

    @property
    def title(self) -> str:
        return headline_words(self.alert.title, self.ctx.t)

    def detail(self, stage: int) -> str:
        """The words after the title at a stage."""
        if stage > 1:
            return ""
        alert, t = self.alert, self.ctx.t
        now = self.ctx.clock.now()
        until = moment(alert.expires, now) if alert.expires else "–"
        if stage == 1:
            return t("bars.alert_until_short", until=until)
        return t("bars.alert_until", sender=alert.sender, sent=moment(alert.sent, now), until=until)

    def face(self) -> object:
        chosen = (self.ctx.selection.topic, self.ctx.selection.key) == ("alert", self.alert.key)
        return self.title, self.alert.level, self.detail(self.stage), chosen

    def wide(self, stage: int) -> int:
        if stage == 4:
            return 34 + GAP
        title = self.measure("body", self.title, 700)
        if stage == 3:
            title = min(title, TITLE_LEAST)
        detail = self.detail(stage)
        return round(38 + title + (10 + self.measure("small", detail) if detail else 0) + 12) + GAP

    def focus_frame(self) -> QRectF:
        return QRectF(1, 8, self.width() - GAP - 2, self.height() - 16)

    def paint(self, painter: QPainter) -> None:
        theme, alert = self.ctx.theme, self.alert
        frame = QRectF(0.5, 8.5, self.width() - GAP - 1, self.height() - 17)
        chosen = (self.ctx.selection.topic, self.ctx.selection.key) == ("alert", alert.key)
        hovered = self.underMouse()
        painter.setPen(QPen(theme.acc if chosen else theme.level(alert.level), 2 if chosen else 1))
        painter.setBrush(theme.s3 if hovered else theme.level(alert.level, "tint"))
        painter.drawRoundedRect(frame, 4, 4)
        draw_badge(painter, QRectF(7, self.height() / 2 - 10, 20, 20), alert.level, theme)
        if self.stage == 4:
            return
        title = self.title
        if self.stage == 3:
            metrics = QFontMetricsF(theme.font("body", 700))
            title = metrics.elidedText(title, Qt.TextElideMode.ElideRight, TITLE_LEAST + 1)
        x = self.words(painter, 36, "body", title, "t1", 700)
        self.words(painter, x + 10, "small", self.detail(self.stage), "t2")


class MoreAlerts(Piece):
    """How many alerts there was no room for."""

    def __init__(self, ctx: PanelContext, parent: QWidget) -> None:
        super().__init__(ctx, parent)
        self.count = 0

    def face(self) -> object:
        return self.count

    def wide(self, stage: int) -> int:
        return round(self.measure("small", self._words())) + 16 if self.count else 0

    def paint(self, painter: QPainter) -> None:
        self.words(painter, 4, "small", self._words(), "t2")

    def _words(self) -> str:
        return self.ctx.t("bars.alert_more", n=self.count)
