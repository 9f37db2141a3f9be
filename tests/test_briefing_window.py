"""简报 at a seat: chosen, seen as pages, checked, saved as PDF and DOCX, with the keyboard alone, without a network."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtPrintSupport import QPrinter
from pytestqt.qtbot import QtBot

from cockpit.model.briefings import FilePiece, FileWanted, Ready, Wanted, Written
from cockpit.model.clock import CityClock, ManualClock
from cockpit.model.messages import Message
from cockpit.seat.briefings import SeatBriefings
from tests.archive_kit import NOW
from tests.briefing_kit import facts, pack, storm_case
from tests.panel_desk import desk
from widgets.briefing.dialog import BriefingDialog

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


class Seat:
    """What the port needs of a seat; work beside is done at once, its answer comes in the next tick."""

    def __init__(self) -> None:
        self.pack, self.clock = pack(), ManualClock(NOW)
        self.waiting: list[Callable[[], None]] = []
        self.asked: list[tuple[str, object, Callable[[Any], None]]] = []

    def aside(self, work: Callable[[], object]) -> None:
        work()

    def later(self, what: Callable[[], None]) -> None:
        self.waiting.append(what)

    def ask(self, what: str, wanted: object, reply: type, done: Callable[[Any], None]) -> None:
        self.asked.append((what, wanted, done))

    def tick(self) -> None:
        waiting, self.waiting = self.waiting, []
        for what in waiting:
            what()


class Stage:
    def __init__(self, qtbot: QtBot, theme: str = "dark", lang: str = "zh", own: bool = True) -> None:
        self.seat = Seat()
        self.port = SeatBriefings(self.seat, facts if own else lambda: None)  # type: ignore[arg-type] # see Seat
        made = desk(theme, lang)
        self.told: list[Message] = []
        made.ctx.notify = lambda message, level: self.told.append(message)
        made.ctx.clock = CityClock(self.seat.clock)
        made.ctx.pack = pack()
        self.dialog = BriefingDialog(made.ctx, self.port, self.port.templates(), None)  # type: ignore[arg-type]
        self.dialog.setStyleSheet(made.ctx.theme.qss())
        self.dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
        qtbot.addWidget(self.dialog)
        self.dialog.show()

    def choose(self, template: str, when: str = "last") -> None:
        form = self.dialog.form
        form.template.setCurrentIndex(form.template.findData(template))
        form.when.setCurrentIndex(form.when.findData(when))

    def saved(self, to: Path, format: str) -> bytes:
        """Saves it and answers the question where to."""
        self.dialog.save(format)
        self.seat.tick()
        asked = self.dialog.saving
        assert asked is not None
        asked.fileSelected.emit(str(to))
        asked.close()
        return to.read_bytes()


@pytest.fixture
def stage(qtbot: QtBot) -> Iterator[Stage]:
    made = Stage(qtbot)
    yield made
    if shiboken6.isValid(made.dialog):
        made.dialog.close()


def test_the_kinds_of_the_pack_are_offered_in_the_order_of_their_use(stage) -> None:
    box = stage.dialog.form.template
    assert [box.itemData(n) for n in range(box.count())] == ["day", "week", "month", "shift", "event"]
    assert box.itemText(0) == "日报"


def test_the_pages_are_shown_once_it_is_made_and_what_was_found(stage) -> None:
    assert not stage.dialog.print.isEnabled()
    stage.dialog.see.click()
    assert not stage.dialog.see.isEnabled()
    stage.seat.tick()
    assert stage.dialog.pages.count >= 2
    assert stage.dialog.findings.text() == "检查通过，可以报送。"
    assert stage.dialog.print.isEnabled()


def test_another_choice_takes_the_pages_away(stage) -> None:
    stage.dialog.see.click()
    stage.seat.tick()
    stage.choose("week")
    assert stage.dialog.pages.count == 0
    stage.dialog.see.click()
    stage.choose("month")  # while it is being made
    stage.seat.tick()
    assert stage.dialog.pages.count == 0


def test_it_is_saved_as_pdf_and_as_docx(stage, tmp_path) -> None:
    stage.dialog.see.click()
    stage.seat.tick()
    assert stage.saved(tmp_path / "日报.pdf", "pdf").startswith(b"%PDF")
    docx = stage.saved(tmp_path / "日报.docx", "docx")
    assert "word/document.xml" in zipfile.ZipFile(io.BytesIO(docx)).namelist()
    assert stage.dialog.pages.count >= 2
    assert [message.id for message in stage.told] == ["briefing.saved", "briefing.saved"]


def test_a_disk_that_refuses_is_said_in_a_sentence(stage, tmp_path) -> None:
    assert not stage.dialog.write(tmp_path / "no" / "日报.pdf", b"%PDF")
    assert stage.told[-1].id == "briefing.not_saved"


def test_a_period_that_is_none_is_said_in_the_place_of_the_pages(stage) -> None:
    stage.choose("day", "other")
    stage.dialog.form.day.setText("昨天")
    stage.dialog.see.click()
    assert "昨天" in stage.dialog.pages.words.text()
    stage.dialog.form.day.setText("2027-01-01")
    stage.dialog.see.click()
    assert "还没有开始" in stage.dialog.pages.words.text()


def test_an_event_report_asks_for_the_number_of_its_event(stage) -> None:
    stage.choose("event")
    stage.dialog.form.event.setText("")
    stage.dialog.see.click()
    assert "编号" in stage.dialog.pages.words.text()
    stage.dialog.form.event.setText("no such")
    stage.dialog.see.click()
    stage.seat.tick()
    assert "no such" in stage.dialog.pages.words.text()
    stage.dialog.form.event.setText(storm_case())
    stage.dialog.see.click()
    stage.seat.tick()
    assert stage.dialog.pages.count >= 1


def test_all_of_it_is_done_with_the_keyboard(stage, qtbot) -> None:
    qtbot.keyClick(stage.dialog, Qt.Key.Key_Return)
    stage.seat.tick()
    assert stage.dialog.pages.count >= 2
    qtbot.keyClick(stage.dialog, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert stage.dialog.saving is not None
    stage.dialog.saving.close()
    qtbot.keyClick(stage.dialog, Qt.Key.Key_Escape)
    assert not shiboken6.isValid(stage.dialog) or not stage.dialog.isVisible()


def test_every_page_is_printed(stage, tmp_path) -> None:
    stage.dialog.see.click()
    stage.seat.tick()
    printer = QPrinter()
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "printed.pdf"))
    printer.setResolution(72)
    assert stage.dialog.pages.print_to(printer)
    assert (tmp_path / "printed.pdf").read_bytes().count(b"/Type /Page\n") == stage.dialog.pages.count


def test_a_seat_without_a_copy_of_its_own_gets_it_from_the_hub_piece_by_piece(qtbot) -> None:
    stage = Stage(qtbot, own=False)
    made: list[Any] = []
    wanted = Wanted("day", NOW)
    stage.port.make(wanted, made.append)
    what, asked, done = stage.seat.asked.pop()
    assert (what, asked) == ("brief.make", wanted)
    done(Ready(Written("hangzhou-day", "日报", True), "seat-1-x", 6))
    for piece in (b"%PD", b"F-1"):
        what, asked, done = stage.seat.asked.pop()
        assert what == "brief.file"
        assert isinstance(asked, FileWanted)
        done(FilePiece(piece, 6))
    assert made[0].data == b"%PDF-1"
    assert msgspec.to_builtins(made[0].written)["title"] == "日报"
    stage.dialog.close()
