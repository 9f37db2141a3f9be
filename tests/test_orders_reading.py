"""Words that could not be had are asked for again by themselves."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from cockpit.model.clock import CityClock, SystemClock
from cockpit.model.entries import TextRef
from cockpit.model.messages import Message
from widgets.orders import reading
from widgets.orders.reading import Reading


def test_words_that_a_hub_refused_come_though_nothing_else_happens(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "AGAIN_AFTER", 50_000)
    answers: list[Any] = [Message("seat.hub_lost"), {"t1": "到场后报告水深"}]
    ctx: Any = SimpleNamespace(
        clock=CityClock(SystemClock()), cases=SimpleNamespace(texts=lambda refs, done: done(answers.pop(0)))
    )
    wanted = [TextRef("t1", "")]
    owner = QObject()
    read = Reading(ctx, owner, lambda: read.want(wanted))
    read.want(wanted)
    assert read("t1") is None
    qtbot.waitUntil(lambda: read("t1") == "到场后报告水深", timeout=20_000)
    assert answers == []
    owner.deleteLater()
