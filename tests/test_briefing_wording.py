"""Better wording at a seat: with consent, paragraph by paragraph, the difference seen, figures as they were."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import shiboken6
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from cockpit.model.clock import CityClock
from cockpit.model.messages import Message
from cockpit.seat.briefings import SeatBriefings
from cockpit.seat.wording import SeatWording
from tests.ask_model_kit import SeatOfModel, model_port, set_up
from tests.briefing_kit import facts, pack
from tests.model_standin import StandIn
from tests.panel_desk import desk
from widgets.ask.modellog import ModelLogDialog
from widgets.briefing.dialog import BriefingDialog

pytestmark = [
    pytest.mark.slow,  # briefings of a year
    pytest.mark.qt_log_ignore("This plugin does not support"),
]
WAIT = 60_000
LEAD = "总的看，"


def rewords(body: dict[str, Any]) -> dict[str, Any]:
    """Begins the paragraph otherwise; its figures stay."""
    text = body["messages"][-1]["content"].removeprefix("<data>").removesuffix("</data>")
    return {"text": LEAD + text}


class Stage:
    """The dialog of a seat whose site has a model.

    Attributes:
        told: what the person was told.
    """

    def __init__(self, qtbot: QtBot, profile: Path, lang: str = "zh", theme: str = "dark") -> None:
        self.qtbot = qtbot
        self.seat = SeatOfModel(profile, facts())
        self.port = SeatBriefings(self.seat, facts)  # type: ignore[arg-type] # see SeatOfModel
        made = desk(theme, lang)
        self.told: list[Message] = []
        made.ctx.notify = lambda message, level: self.told.append(message)
        made.ctx.clock, made.ctx.pack = CityClock(self.seat.clock), pack()
        made.ctx.wording = SeatWording(self.seat, self.port)  # type: ignore[arg-type] # see SeatOfModel
        self.ctx = made.ctx
        self.dialog = BriefingDialog(made.ctx, self.port, self.port.templates(), None)  # type: ignore[arg-type]
        self.dialog.setStyleSheet(made.ctx.theme.qss())
        self.dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
        qtbot.addWidget(self.dialog)
        self.dialog.show()
        self.dialog._able()  # as each second
        self.dialog._able()

    def wait(self, what: Callable[[], Any]) -> None:
        def so() -> bool:
            self.seat.tick()
            return bool(what())

        self.qtbot.waitUntil(so, timeout=WAIT)

    def preview(self) -> None:
        self.dialog.see.click()
        self.wait(lambda: self.dialog.made)

    def agree(self) -> str:
        self.wait(lambda: self.dialog.bettering.consent)
        consent = self.dialog.bettering.consent
        assert consent is not None
        body = consent.whole.toPlainText()
        self.qtbot.keyClick(consent, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        return body

    def words(self, to: Path) -> str:
        """All words of it as DOCX."""
        self.dialog.save("docx")
        self.wait(lambda: self.dialog.saving)
        asked = self.dialog.saving
        assert asked is not None
        asked.fileSelected.emit(str(to))
        asked.close()
        return zipfile.ZipFile(io.BytesIO(to.read_bytes())).read("word/document.xml").decode()


@pytest.fixture
def make(qtbot: QtBot, tmp_path: Path) -> Iterator[Callable[..., Stage]]:
    made: list[Stage] = []

    def opened(model: StandIn | None, **given: str) -> Stage:
        if model is not None:
            set_up(tmp_path, model)
        made.append(Stage(qtbot, tmp_path, **given))
        return made[-1]

    yield opened
    for stage in made:
        if shiboken6.isValid(stage.dialog):
            stage.dialog.close()


def test_without_a_model_there_is_no_such_button(make: Callable[..., Stage]) -> None:
    stage = make(None)
    assert not stage.dialog.better.isVisible()


def test_what_is_taken_stands_in_the_file_and_what_is_left_does_not(make: Callable[..., Stage], tmp_path: Path) -> None:
    with StandIn(rewords) as model:
        stage = make(model)
        dialog = stage.dialog
        assert dialog.better.isVisible()
        assert not dialog.better.isEnabled(), "nothing is shown yet"
        stage.preview()
        before = stage.words(tmp_path / "before.docx")
        assert LEAD not in before
        dialog.better.click()
        body = stage.agree()
        stage.wait(lambda: dialog.wording.boxes)
        assert model.raw[0].decode() == body, "to the byte what was shown"
        assert "⟦1⟧" in body, "figures do not leave"
        page = dialog.wording
        assert not page.chosen, "nothing is taken by itself"
        assert not page.take.isEnabled()
        assert all(any(step.how == "new" for step in one.steps) for one in page.offers if one.refused is None)
        first = next(iter(page.boxes))
        stage.qtbot.keyClick(page.boxes[first], Qt.Key.Key_Space)
        assert page.chosen == (first,)
        stage.qtbot.keyClick(dialog, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        stage.wait(lambda: dialog.right.currentWidget() is dialog.pages and dialog._wish is None)
        assert dialog.pages.count >= 2
        after = stage.words(tmp_path / "after.docx")
        assert after.count(LEAD) == 1, "one was taken"
        assert dialog.taken == (first,)
        dialog.see.click()
        stage.wait(lambda: dialog._wish is None)
        assert dialog.taken == (), "a preview anew is in its own words"


def test_a_wording_with_another_figure_is_refused_and_says_why(make: Callable[..., Stage]) -> None:
    turns = iter(range(100))

    def lies(body: dict[str, Any]) -> dict[str, Any]:
        told = rewords(body)
        return {"text": told["text"] + "另有 999 件。"} if next(turns) == 0 else told

    with StandIn(lies) as model:
        stage = make(model)
        stage.preview()
        stage.dialog.better.click()
        stage.agree()
        stage.wait(lambda: stage.dialog.wording.offers)
        refused = [one for one in stage.dialog.wording.offers if one.refused is not None]
        assert [one.refused.id for one in refused if one.refused] == ["briefing.improve_number"]
        assert refused[0].block not in stage.dialog.wording.boxes
        assert "拒收 1 段" in stage.dialog.wording.words.text()


def test_escape_leaves_the_pages_as_they_were_and_the_window_open(make: Callable[..., Stage]) -> None:
    with StandIn({"wrong": "silent"}) as model:
        stage = make(model)
        stage.preview()
        made = stage.dialog.made
        stage.dialog.better.click()
        stage.agree()
        stage.wait(lambda: model.raw)
        stage.qtbot.keyClick(stage.dialog, Qt.Key.Key_Escape)
        assert stage.dialog.isVisible()
        assert stage.dialog.right.currentWidget() is stage.dialog.pages
        assert stage.dialog.made is made
        assert stage.dialog.better.isEnabled()


def test_consent_to_the_wording_is_withdrawn_at_the_log_too(make: Callable[..., Stage], tmp_path: Path) -> None:
    with StandIn(rewords) as model:
        stage = make(model)
        stage.preview()
        stage.dialog.better.click()
        stage.agree()
        stage.wait(lambda: stage.dialog.wording.offers)
        port = model_port(stage.seat)
        assert not port.state().consented, "to questions nobody agreed"
        port.state()
        log = ModelLogDialog(stage.ctx, port, port.state(), None)
        stage.qtbot.addWidget(log)
        assert "改写" in log.list.item(0).text()
        log.withdraw.click()
        wording = stage.ctx.wording
        assert wording is not None
        assert not wording.state().consented
        assert not log.withdraw.isEnabled()


def test_an_endpoint_that_is_away_is_one_sentence(make: Callable[..., Stage]) -> None:
    with StandIn({"wrong": "garbage"}) as model:
        stage = make(model)
        stage.preview()
        stage.dialog.better.click()
        stage.agree()
        stage.wait(lambda: stage.told)
    assert [one.id for one in stage.told] == ["model.garbage"]
    assert stage.dialog.right.currentWidget() is stage.dialog.pages


def test_without_consent_nothing_leaves(make: Callable[..., Stage]) -> None:
    with StandIn(rewords) as model:
        stage = make(model)
        stage.preview()
        stage.dialog.better.click()
        stage.wait(lambda: stage.dialog.bettering.consent)
        consent = stage.dialog.bettering.consent
        assert consent is not None
        stage.qtbot.keyClick(consent, Qt.Key.Key_Return)
        assert stage.dialog.right.currentWidget() is stage.dialog.pages
        assert not model.raw
