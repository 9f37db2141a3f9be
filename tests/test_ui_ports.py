"""The ports of panels: an answer that comes late does not reach a panel that is gone."""

from __future__ import annotations

import gc
from types import SimpleNamespace
from typing import Any

import pytest
import shiboken6
from PySide6.QtCore import QObject

from cockpit.model.entries import AddNote
from cockpit.ui.ports import SeatCases, while_alive
from cockpit.ui.ports_alarms import SeatAlarms


class Asker(QObject):
    def __init__(self) -> None:
        super().__init__()
        self.heard: list[object] = []

    def told(self, *what: object) -> None:
        self.heard.extend(what)


def test_a_living_asker_is_told(qapp: object) -> None:
    asker = Asker()
    done = while_alive(asker.told)
    done("井盖")
    done([1], 2)
    assert asker.heard == ["井盖", [1], 2]


def test_an_asker_whose_widget_was_deleted_is_not_told(qapp: object) -> None:
    asker = Asker()
    done = while_alive(asker.told)
    shiboken6.delete(asker)
    done("late")
    assert asker.heard == []


def test_a_question_does_not_keep_its_asker_alive(qapp: object) -> None:
    gone: list[int] = []
    asker = Asker()
    asker.destroyed.connect(lambda: gone.append(1))
    done = while_alive(asker.told)
    del asker
    gc.collect()
    assert gone == [1]
    done("late")


def test_who_belongs_to_no_widget_is_always_told() -> None:
    heard: list[str] = []
    while_alive(heard.append)("yes")
    while_alive(lambda what: heard.append(what))("and this")
    assert heard == ["yes", "and this"]


@pytest.mark.parametrize(
    "ask",
    [
        lambda cases, done: cases.submit(AddNote(), "case", {}, done),
        lambda cases, done: cases.cancel("row", done),
        lambda cases, done: cases.texts([], done),
        lambda cases, done: cases.photo("sha", True, done),
    ],
)
def test_a_form_that_was_closed_is_not_told_what_became_of_its_command(qapp: object, ask: Any) -> None:
    asked: list[Any] = []

    class Loop:
        def __getattr__(self, name: str) -> Any:
            return lambda *args: asked.append(next(arg for arg in args if callable(arg)))

    asker, gone = Asker(), Asker()
    cases = SeatCases(SimpleNamespace(cases=Loop()))
    ask(cases, asker.told)
    ask(cases, gone.told)
    shiboken6.delete(gone)
    for done in asked:
        done("answer")
    assert asker.heard == ["answer"]
    assert gone.heard == []


def test_an_answer_about_an_alarm_does_not_reach_a_panel_that_is_gone(qapp: object) -> None:
    asked: list[Any] = []
    heard: list[str] = []
    seat: Any = SimpleNamespace(
        hear=lambda topic, *_: heard.append(topic), ask=lambda what, wanted, reply, done: asked.append((what, done))
    )
    port = SeatAlarms(seat)
    staying, going = Asker(), Asker()
    for asker in (staying, going):
        port.act("acknowledge", ["alarm/1"], asker.told)
    shiboken6.delete(going)
    for what, done in asked:
        assert what == "alarms.act"
        done(None)
    assert (staying.heard, going.heard) == ([None], [])
    assert heard == ["load", "trial"]
