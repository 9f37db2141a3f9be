"""The word at a desk when the hub made a briefing."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from cockpit.model.briefings import Briefing
from cockpit.model.messages import Message, texts
from cockpit.ui import briefingdesk
from cockpit.ui.briefingdesk import BriefingDesk


def test_what_is_made_together_is_said_at_once(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(briefingdesk, "TOGETHER_MS", 50)
    told: list[Callable[[Briefing], None]] = []
    said: list[Message] = []
    seat = SimpleNamespace(hear=lambda topic, kind, call: told.append(call))
    ctx = SimpleNamespace(notify=lambda message, level: said.append(message))
    window = QWidget()
    qtbot.addWidget(window)
    desk = BriefingDesk(cast(Any, seat), cast(Any, ctx), window)

    def made(*titles: str, formats: tuple[str, ...] = ("docx",)) -> str:
        said.clear()
        for title in titles:
            told[0](cast(Briefing, SimpleNamespace(title=title, formats=formats)))
        qtbot.waitUntil(lambda: bool(said))
        return " | ".join(map(texts("zh"), said))

    assert made("日报") == "新的简报：日报"
    assert made("日报", "月报", "日报", "交接摘要") == "新的简报 3 份：日报、月报、交接摘要"
    assert "日报" in made("日报", formats=())
    desk.close()
