"""上次查看以来: what happened since this person looked last; at its foot what waits and what is kept here."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from cockpit.model.ages import moment
from cockpit.model.messages import Message
from widgets.kit.actions import Action
from widgets.kit.context import PanelContext
from widgets.kit.panel import PanelState
from widgets.kit.symbols import draw_badge
from widgets.leader.foot import Foot
from widgets.leader.ground import LeaderPanel
from widgets.leader.happened import FIRST, Happened, Looked, happened, keep_look, last_look, levels_now
from widgets.leader.rows import Rows
from widgets.lists.parts import draw_line
from widgets.lists.words import joined

ROW = 34
KEPT_EVERY = 20
"""Seconds after which an open window has been looked at for so long."""


class SincePanel(LeaderPanel):
    """Attributes:
    found: what happened, the newest first. since: the end of the last look (city, UTC us); first: there was none.
    """

    panel_id: ClassVar[str] = "since"
    title_id: ClassVar[str] = "leader.since"
    topics: ClassVar[frozenset[str]] = frozenset({"sign", "area", "event", "alert", "case", "outbox", "archive"})

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None) -> None:
        super().__init__(ctx, parent)
        self.found: list[Happened] = []
        self.since = 0
        self.first = False
        self._levels: dict[str, int] | None = None
        self._whom = ""
        self._seconds = 0
        self.rows = Rows(ctx, ROW, self._draw, self._said, self.content)
        self.rows.picked.connect(self._pick)
        column = QVBoxLayout(self.content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.rows, 1)
        self.foot = Foot(ctx, self)
        outer = self.layout()
        assert outer is not None
        outer.addWidget(self.foot)
        ctx.actions.add(Action("leader.seen", "leader.do_seen", self.all_seen, (), self._can, "check"))

    @property
    def area(self) -> str:
        return self.ctx.pack.code

    @property
    def _person(self) -> str:
        return str(self.ctx.prefs.get("name", ""))

    def look_now(self) -> None:
        """Needs no signs: events and alerts are told without them."""
        if self.failed:
            return
        self._due = False
        signs = self.ctx.signs
        if signs is not None:
            self.board.take(signs.known)
        self.look()

    def look(self) -> None:
        now = self.ctx.clock.now()
        if not self.since or self._person != self._whom or now < self.since:
            self._begin(now)
        self.found = happened(self.ctx, self.areas, self.board, self.since, self._levels)
        at = moment(self.since, now)
        words = "leader.first_look" if self.first else "leader.since_when"
        self.set_age(Message(words, {"at": at, "n": len(self.found)}))
        if self.found:
            self.show_content()
        else:
            self.show_state(PanelState.EMPTY, Message("leader.nothing_new"), (Message(words, {"at": at, "n": 0}),))
        self.rows.show_rows(len(self.found))
        self.foot.tell()

    def _say_age(self) -> None:
        """It says since when instead."""

    def _begin(self, now: int) -> None:
        """Of this person: from the end of their last look, or an hour ago."""
        self._whom = self._person
        last = last_look(self.ctx.prefs, self._whom, now)
        self.first = last is None
        self.since = last.at if last is not None else now - FIRST
        self._levels = dict(last.levels) if last is not None else None

    def age_tick(self) -> None:
        super().age_tick()
        self.foot.tell()
        self._seconds += 1
        if self._seconds % KEPT_EVERY == 0 and self.window().isActiveWindow():
            self._keep()

    def _keep(self) -> None:
        if self.ctx.clock.now() > 0 and self.ctx.clock.city.rate:
            keep_look(self.ctx.prefs, self._person, Looked(self.ctx.clock.now(), levels_now(self.board)))

    def closeEvent(self, event: object) -> None:
        self._keep()

    # -- the hand

    def _can(self) -> bool | Message:
        return bool(self.found) or Message("leader.nothing_new")

    def all_seen(self) -> None:
        """From now on only what is newer is told."""
        self._keep()
        self._begin(self.ctx.clock.now())
        self.look_now()

    def fill_menu(self, menu: QMenu) -> None:
        menu.addAction(self.ctx.t("leader.do_seen")).triggered.connect(self.all_seen)

    def _pick(self, i: int) -> None:
        one = self.found[i]
        if one.topic == "sign":
            self.go_into(self.board.item(one.key))
        else:
            self.ctx.selection.select(one.topic, one.key)

    def _said(self, i: int) -> str:
        one, t = self.found[i], self.ctx.t
        level = t(f"lists.level_{one.level}") if one.level else ""
        return joined(moment(one.at, self.ctx.clock.now()), t(f"leader.kind_{one.kind}"), level, one.words)

    def _draw(self, painter: QPainter, box: QRect, i: int) -> None:
        one, theme, t = self.found[i], self.ctx.theme, self.ctx.t
        if self.ctx.selection.item == (one.topic, one.key):
            painter.fillRect(box, theme.acc_bg)
            painter.fillRect(box.left(), box.top(), 3, box.height(), theme.acc)
        at = moment(one.at, self.ctx.clock.now())
        taken = 86 if len(at) > 5 else 46
        draw_line(painter, QRect(12, box.top(), taken, box.height()), at, theme.font("small"), theme.t2)
        left = 12 + taken
        if 1 <= one.level <= 4:
            draw_badge(painter, QRectF(left, box.center().y() - 8, 16, 16), one.level, theme)
        left += 24
        kind_w = 58
        room = QRect(left, box.top(), box.width() - left - kind_w - 12, box.height())
        draw_line(painter, room, one.words, theme.font("body"), theme.t1)
        kind = QRect(box.width() - kind_w - 12, box.top(), kind_w, box.height())
        draw_line(painter, kind, t(f"leader.kind_{one.kind}"), theme.font("small"), theme.t3, right=True)


PANELS = {"since": SincePanel}
