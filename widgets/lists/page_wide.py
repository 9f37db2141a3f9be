"""The pages of what covers ground: an authority's alert, an area."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from cockpit.model import ages
from cockpit.model.headline import headline_words
from cockpit.model.ports import Body
from widgets.kit.symbols import draw_badge
from widgets.lists.asked import LEVELS, Asked
from widgets.lists.page import Block, BodyReader, Desk, Page, body_facts, level_badge
from widgets.lists.page_things import icon_sign
from widgets.lists.parts import PAD, Head, Part, SectionHead, Sentence
from widgets.lists.words import event_id, joined
from widgets.signs.area_signs import AreaSigns

_SHOWN = 12


class AlertThing(Page):
    """The page of an authority's alert."""

    topic = "alert"

    def __init__(self, desk: Desk, key: str, row: dict[str, Any], parent: QWidget | None = None) -> None:
        super().__init__(desk, key, row, parent)
        self._facts = Block(self, PAD)
        self.column.addWidget(self._facts)
        self._lines = self.block(above=6, below=8)
        self.reader = BodyReader(self, self._came)
        self._text = self.block()
        self._more = Block(self, below=8)
        self.column.addWidget(self._more)
        self.reader.fetch()
        self.begin()

    def _left(self) -> tuple[bool, str]:
        """Whether it is over, and the time left or past as a clock."""
        left = int(self.row["expires"]) - self.desk.ctx.clock.now()
        return left <= 0, ages.countdown(left)

    def show_row(self) -> None:
        desk, row = self.desk, self.row
        t, theme = desk.ctx.t, desk.ctx.theme
        level = int(row["level"])
        title = headline_words(row["title"], t, whole=True)
        under = joined(row["sender"], row["area_name"], t(f"lists.level_{level}"))
        self.head.fill([Head(theme, level_badge(level, theme), title, under)])
        if row["expires"] > 0:
            self._facts.fill([_Validity(self)])
        self._lines.fill(
            [
                self.time_line("sent", int(row["sent"])),
                self.time_line("effective", int(row["effective"])),
                self.line("covers", row["area_name"] or t("lists.no_area")),
                *([] if title == row["title"] else [self.line("written", row["title"])]),
                self.line("source", row["sender"]),
                self.line("id", event_id(self.key).rpartition(",")[2]),
            ]
        )

    def _came(self, body: Body) -> None:
        theme, t = self.desk.ctx.theme, self.desk.ctx.t
        parts: list[QWidget] = []
        for field, title in (("text", "lists.alert_text"), ("instruction", "lists.instruction")):
            text = body.fields.get(field)
            if isinstance(text, str) and text.strip():
                parts += [SectionHead(theme, t(title)), Sentence(theme, text.strip(), "t1")]
        self._text.fill(parts)
        facts = body_facts(self.desk, body, lines=True)
        self._more.fill([SectionHead(theme, t("lists.alert_more")), *facts] if facts else [])


class _Validity(Part):
    """Until when it holds, and how long that is: 余 5:07:24; past it the word changes."""

    def __init__(self, page: AlertThing) -> None:
        super().__init__(page.desk.ctx.theme, 41)
        self._page = page

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme, t = QPainter(self), self.theme, self._page.desk.ctx.t
        over, left = self._page._left()
        painter.setFont(theme.font("body"))
        painter.setPen(theme.t2)
        painter.drawText(QRect(0, 0, 80, 40), int(Qt.AlignmentFlag.AlignVCenter), t("lists.valid"))
        words = t("lists.over", left=left) if over else t("lists.left", left=left)
        figure = theme.font("fact")
        painter.setFont(figure)
        painter.setPen(theme.t3 if over else theme.t1)
        painter.drawText(QRect(76, 0, self.width() - 76, 40), int(Qt.AlignmentFlag.AlignVCenter), words)
        until = t("lists.until", when=ages.stamp(int(self._page.row["expires"])))
        used = 76 + QFontMetrics(figure).horizontalAdvance(words) + 8
        painter.setFont(theme.font("small"))
        painter.setPen(theme.t3)
        room = QRect(used, 0, max(0, self.width() - used), 40)
        painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight), until)
        self.hairline(painter, self.height() - 1)


class AreaThing(Page):
    """The page of an area: where it lies, its open events by level, the most urgent of them, its abnormal signs."""

    topic = "area"
    watches = frozenset({"event", "sign"})

    def __init__(self, desk: Desk, key: str, row: dict[str, Any], parent: QWidget | None = None) -> None:
        super().__init__(desk, key, row, parent)
        self._lines = self.block(above=6, below=8)
        self.signs = AreaSigns(desk, row["code"], self)
        self.column.addWidget(self.signs)
        self._events = self.block()
        self._shown: tuple[Any, ...] = ()
        self.begin()

    def show_row(self) -> None:
        desk, row = self.desk, self.row
        t, theme, tiers = desk.ctx.t, desk.ctx.theme, desk.ctx.pack.tiers
        tier = int(row["tier"])
        label = t.pack(tiers[tier]) if tier < len(tiers) else ""
        path = [area.name for area in desk.areas.path(row["code"])[:-1]]
        self.head.fill([Head(theme, icon_sign("layers", desk), row["name"], joined(label, *path))])
        self._lines.fill([self.line("code", row["code"]), self.line("notice", t.pack(desk.ctx.pack.notice))])
        self._show_events()

    def others_changed(self, topics: frozenset[str]) -> None:
        if "sign" in topics:
            self.signs.look()
        if "event" in topics and not self._events.underMouse():
            self._show_events()

    def _show_events(self) -> None:
        desk = self.desk
        t, theme = desk.ctx.t, desk.ctx.theme
        given = desk.events(Asked(areas=frozenset({self.row["code"]})))
        table = desk.ctx.picture["event"]
        first = [table.row(i) for i in given.rows[:_SHOWN].tolist()]
        shown = (tuple(given.counts.items()), tuple((e["key"], e["updated"]) for e in first))
        if shown == self._shown:
            return
        self._shown = shown
        total = len(given.rows)
        parts: list[QWidget] = [SectionHead(theme, t("lists.open_events"), lambda: t("lists.facts", n=f"{total:,}"))]
        if total:
            parts.append(_Levels(theme, dict(given.counts)))
            parts += [desk.event_row(event, desk.say.channel(event["channel"])) for event in first]
            if total > len(first):
                parts.append(Sentence(theme, t("lists.more_events", n=f"{total - len(first):,}"), "t3", "small"))
        else:
            parts.append(Sentence(theme, t("lists.area_quiet"), "t3", "small"))
        self._events.fill(parts)


class _Levels(Part):
    """Badges with counts in a row."""

    def __init__(self, theme: Any, counts: dict[int, int]) -> None:
        super().__init__(theme, 36)
        self._counts = counts

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme, x = QPainter(self), self.theme, PAD
        font = theme.font("body", 700)
        for level in LEVELS:
            count = self._counts.get(level, 0)
            if level == LEVELS[-1] and not count:
                continue
            draw_badge(painter, QRectF(x, 6, 16, 16), level, theme)
            painter.setFont(font)
            painter.setPen(theme.t1 if count else theme.t3)
            text = f"{count:,}"
            painter.drawText(QRect(x + 22, 4, 80, 20), int(Qt.AlignmentFlag.AlignVCenter), text)
            x += 22 + QFontMetrics(font).horizontalAdvance(text) + 18
        self.hairline(painter, self.height() - 1, PAD)
