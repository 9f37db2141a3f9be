"""Rehearsals at the duty desk: begun and ended by a key, joined in a window of its own, whose red banner says so."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from cockpit.model.clock import SECOND
from cockpit.model.errors import CockpitError
from cockpit.model.messages import Message
from cockpit.model.rehearsal import (
    NEWS,
    TOPIC,
    Begin,
    Entry,
    Progress,
    Rehearsal,
    RehearsalNews,
    Rehearsals,
    Report,
    Stage,
    Which,
)
from cockpit.model.rehearsal_sheet import span
from cockpit.model.wallasks import Nothing
from cockpit.ui.part import Part
from cockpit.wall.rehearsing import FOLDER, REPORTS, desk_command, desk_environment, write_report
from widgets.kit.actions import Action
from widgets.kit.banner import Banner, BannerText
from widgets.rehearsal.opening import RehearsalDialog

if TYPE_CHECKING:
    from cockpit.ui.shell import Shell

OPEN_KEY = "Ctrl+Alt+Y"
END_KEY = "Ctrl+Alt+E"
SLOT = "drill"
FRAME = 6


class DrillBanner(Banner):
    """The red banner of a desk that takes part."""

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.ctx.theme["red_fill"])

    def retheme(self) -> None:
        super().retheme()
        ink = self.ctx.theme["red_ink"]
        self.what.setFont(self.ctx.theme.font("row_title"))
        self.what.set_color(ink)
        self.doing.setFont(self.ctx.theme.font("row_title"))
        self.doing.set_color(ink)


class DrillFrame(QWidget):
    """The red frame around the window of a desk that takes part; takes no mouse."""

    def __init__(self, color: Callable[[], QColor], parent: QWidget) -> None:
        super().__init__(parent)
        self._color = color
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(QPen(self._color(), FRAME * 2))
        painter.drawRect(self.rect())


class DrillDesk(Part):
    """
    Attributes:
        inside: this desk is in a rehearsal, and not at the real hub.
        running: the rehearsal that the real hub runs, None none.
        dialog: None while it is closed. window: the process of the window that takes part, None none.
    """

    def __init__(self, desk: Shell) -> None:
        self._desk = desk
        self._ctx = desk.context
        self._seat = desk.seat
        self.inside = False
        self.running: Rehearsal | None = None
        self.progress: Progress | None = None
        self.dialog: RehearsalDialog | None = None
        self.window: subprocess.Popen[bytes] | None = None
        self.banner = DrillBanner(desk.context, desk)
        self.frame = DrillFrame(lambda: desk.context.theme["red_fill"], desk)
        self._seat.hear(NEWS, RehearsalNews, self._told)
        self._seat.hear(TOPIC, Progress, self._goes)

    def actions(self) -> Iterator[Action]:
        yield Action("desk.rehearse", "rehearseui.open", self.open, (OPEN_KEY,), self._outside, icon="screen")
        yield Action("desk.end_rehearsal", "rehearseui.end", self.end, (END_KEY,), self._runs)
        yield Action("desk.join_rehearsal", "rehearseui.join", self.join, (), self._runs)
        yield Action("desk.rehearsal_report", "rehearseui.report", self.report, (), self._outside)

    def of_walls(self) -> Iterator[Action]:
        """The same at the operator's desk of the walls."""
        yield Action("walldesk.rehearse", "rehearseui.open", self.open, (OPEN_KEY,), self._outside, icon="screen")
        yield Action("walldesk.end_rehearsal", "rehearseui.end", self.end, (END_KEY,), self._runs)

    def _outside(self) -> bool | Message:
        return not self.inside or Message("rehearseui.inside")

    def _runs(self) -> bool | Message:
        if self.inside:
            return Message("rehearseui.inside")
        return self.running is not None or Message("rehearsal.none_runs")

    # -- what a person does ------------------------------------------------------------------------------------------

    def open(self) -> None:
        """The dialog: what can be played, or what runs."""
        if self.dialog is not None:
            self.dialog.activateWindow()
            return
        self._seat.ask("rehearse.list", Nothing(), Rehearsals, self._open)

    def _open(self, known: Rehearsals | Message) -> None:
        if isinstance(known, Message):
            self._ctx.notify(known, 0)
            return
        if self.dialog is not None:
            return
        self.dialog = RehearsalDialog(self._ctx, known, self._desk)
        self.dialog.begun.connect(self.begin)
        self.dialog.joined.connect(self.join)
        self.dialog.ended.connect(self.end)
        self.dialog.reported.connect(self.report)
        self.dialog.finished.connect(self._closed)
        self.dialog.open()

    def _closed(self) -> None:
        dialog, self.dialog = self.dialog, None
        if dialog is not None:
            dialog.deleteLater()

    def begin(self, wanted: Begin) -> None:
        self._seat.ask("rehearse.start", wanted, Rehearsal, self._begun)

    def _begun(self, reply: Rehearsal | Message) -> None:
        said = reply if isinstance(reply, Message) else Message("rehearseui.begins", {"name": reply.name})
        self._ctx.notify(said, 0)

    def end(self) -> None:
        """Everything goes back to what is live."""
        self._seat.ask("rehearse.stop", Which(), Rehearsal, self._ended)

    def _ended(self, reply: Rehearsal | Message) -> None:
        said = reply if isinstance(reply, Message) else Message("rehearsal.ended", {"name": reply.name})
        self._ctx.notify(said, 0)

    def join(self) -> None:
        """Opens a window of its own that takes part: a process with a profile of its own."""
        if self.window is not None and self.window.poll() is None:
            self._ctx.notify(Message("rehearseui.joined"), 0)
            return
        self._seat.ask("rehearse.join", Which(), Entry, self._join)

    def _join(self, entry: Entry | Message) -> None:
        if isinstance(entry, Message):
            self._ctx.notify(entry, 0)
            return
        seat = self._seat
        try:
            command = desk_command(entry, seat.folder.parent, str(seat.pack.folder))
            nothing = subprocess.DEVNULL
            self.window = subprocess.Popen(
                command, stdin=nothing, stdout=nothing, stderr=nothing, env=desk_environment(os.environ)
            )
        except CockpitError as error:
            self._ctx.notify(error.message, 0)
        except OSError as error:
            self._ctx.notify(Message("rehearsal.no_child", {"why": os.strerror(error.errno or 0)}), 0)

    def report(self, id: str = "") -> None:
        """Writes the report of a rehearsal ("" the last) where this seat keeps its files."""
        self._seat.ask("rehearse.report", Which(id), Report, self._write)

    def _write(self, report: Report | Message) -> None:
        if isinstance(report, Message):
            self._ctx.notify(report, 0)
            return
        folder, t, seat = self._seat.folder.parent / FOLDER / REPORTS, self._ctx.t, self._seat

        def work() -> None:
            try:
                files = write_report(report, folder, t)
                said = Message("rehearsal.written", {"files": str(files[0])})
            except CockpitError as error:
                said = error.message
            seat.soon(partial(self._ctx.notify, said, 0))

        seat.aside(work)

    # -- what the hubs tell ------------------------------------------------------------------------------------------

    def _told(self, news: RehearsalNews) -> None:
        before, self.running = self.running, next(iter(news.running), None)
        if self.running is not None and self.running.stage is Stage.RUNNING:
            if before is None or before.stage is not Stage.RUNNING:
                self._ctx.notify(Message("rehearseui.runs", {"name": self.running.name, "key": END_KEY}), 0)
        elif before is not None and self.running is None:
            self._close_window()

    def _close_window(self) -> None:
        """The rehearsal is over: its window shows nothing any more."""
        if self.window is not None and self.window.poll() is None:
            self.window.terminate()
        self.window = None

    def _goes(self, progress: Progress) -> None:
        """Of the hub of a rehearsal: this desk takes part."""
        named = self.progress is not None and self.progress.name == progress.name
        self.progress = progress
        self._enter()
        if not named:
            self._title()
        self.banner.tell(self.words(progress))
        self.frame.raise_()

    def ticked(self) -> None:
        """A window that takes part says so from its beginning, another one once its hub has said which world is its."""
        if not self.inside and self._seat.rehearses:
            self._enter()
            self._title()
            self.banner.tell(self.words(None))

    def second(self) -> None:
        self.ticked()

    def _enter(self) -> None:
        if self.inside:
            return
        self.inside = True
        layout = self._desk.engine.layout_now  # one of the site's own may have no such place
        slot = SLOT if layout is None or SLOT in layout.slots() else "replay"
        self._desk.engine.show_slot(slot, self.banner)
        self.frame.show()
        self.place()

    def _title(self) -> None:
        t, progress = self._ctx.t, self.progress
        title = t("rehearseui.title", name=progress.name) if progress is not None else t("rehearseui.title_here")
        self._desk.setWindowTitle(title)

    def words(self, progress: Progress | None) -> BannerText:
        """What the banner says; None: nothing is known of how it goes."""
        if progress is None:
            return BannerText(Message("rehearseui.banner_here"))
        t = self._ctx.t
        at = span(round(progress.seconds * SECOND))
        kind = "rehearseui.banner_over" if progress.over else "rehearseui.banner"
        what = Message(kind, {"name": t.pack(progress.name), "at": at, "held": progress.held})
        doing = Message("rehearseui.cue", {"words": t.pack(progress.cue)}) if progress.cue else None
        return BannerText(what, doing)

    # -- how it looks ------------------------------------------------------------------------------------------------

    def place(self) -> None:
        self.frame.setGeometry(self._desk.rect())
        self.frame.raise_()

    def retheme(self) -> None:
        self.banner.retheme()
        self.frame.update()

    def retranslate(self) -> None:
        self.banner.retranslate()
        if self.inside:
            self.banner.tell(self.words(self.progress))
            self._title()

    def close(self) -> None:
        if self.dialog is not None:
            self.dialog.reject()
        self._close_window()
