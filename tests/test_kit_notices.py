"""Toasts, banner, dialogs and buttons: they tell, and they do not get in the way."""

from __future__ import annotations

import re

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QEnterEvent, QInputMethodEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from cockpit.model.messages import LANGUAGES, Message, texts
from cockpit.paths import assets_dir
from tests.panel_desk import Desk, desk
from widgets.kit.banner import Banner, BannerText
from widgets.kit.buttons import KeyButton, Segments, disable
from widgets.kit.dialog import name_dialog
from widgets.kit.icons import icon_names
from widgets.kit.toast import MOST, STAY_MS, Toasts

# what the offscreen platform says of windows with a least size
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
NEW = Message("kit.group_event")


@pytest.fixture
def hands(qapp: object) -> Desk:
    return desk()


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    made.resize(1000, 700)
    made.field = QLineEdit(made)  # type: ignore[attr-defined]
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    made.field.setFocus()  # type: ignore[attr-defined]
    return made


def test_toasts_stand_at_the_lower_right_above_the_strip_the_newest_lowest(hands: Desk, window: QWidget) -> None:
    toasts = Toasts(window, hands.ctx)
    one, two = toasts.show(NEW, 1), toasts.show(Message("kit.group_unit"), 0)
    assert one.geometry().right() == two.geometry().right() == 1000 - 8 - 1
    assert two.geometry().bottom() == 700 - 44 - 8 - 1
    assert one.geometry().bottom() < two.geometry().top()
    window.resize(1200, 800)
    assert two.geometry().bottom() == 800 - 44 - 8 - 1


def test_a_toast_never_takes_the_focus(hands: Desk, window: QWidget) -> None:
    toast = Toasts(window, hands.ctx).show(NEW, 1)
    assert QApplication.focusWidget() is window.field  # type: ignore[attr-defined]
    assert toast.focusPolicy() == Qt.FocusPolicy.NoFocus


def test_a_toast_leaves_by_itself(hands: Desk, window: QWidget, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(STAY_MS, 0, 1)
    toasts = Toasts(window, hands.ctx)
    toasts.show(NEW)
    qtbot.waitUntil(lambda: toasts.toasts == ())


def test_a_toast_stays_while_the_pointer_is_on_it(
    hands: Desk, window: QWidget, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(STAY_MS, 0, 30)
    toasts = Toasts(window, hands.ctx)
    held, other = toasts.show(NEW), toasts.show(Message("kit.group_unit"))
    QApplication.sendEvent(held, QEnterEvent(QPointF(1, 1), QPointF(1, 1), QPointF(1, 1)))
    qtbot.waitUntil(lambda: other not in toasts.toasts)
    assert toasts.toasts == (held,)
    QApplication.sendEvent(held, QEvent(QEvent.Type.Leave))
    qtbot.waitUntil(lambda: toasts.toasts == ())


def test_escape_closes_the_newest_toast_first(hands: Desk, window: QWidget, qtbot: QtBot) -> None:
    toasts = Toasts(window, hands.ctx)
    first = toasts.show(NEW, 1)
    toasts.show(Message("kit.group_unit"))
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert toasts.toasts == (first,)
    assert toasts.close_newest()
    assert not toasts.close_newest()


def test_a_click_closes_a_toast(hands: Desk, window: QWidget, qtbot: QtBot) -> None:
    toasts = Toasts(window, hands.ctx)
    qtbot.mouseClick(toasts.show(NEW, 2), Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    assert toasts.toasts == ()


def test_the_same_words_do_not_pile_up_and_a_flood_is_held_down(hands: Desk, window: QWidget) -> None:
    toasts = Toasts(window, hands.ctx)
    toasts.show(NEW, 1)
    toasts.show(NEW, 1)
    assert len(toasts.toasts) == 1
    for n in range(MOST + 3):
        toasts.show(Message("kit.age_date", {"when": n}))
    assert len(toasts.toasts) == MOST
    assert toasts.toasts[-1].words == str(MOST + 2)


def test_the_banner_says_one_sentence_and_offers_its_buttons(hands: Desk, window: QWidget) -> None:
    pressed: list[str] = []
    banner = Banner(hands.ctx, window)
    assert banner.isHidden()
    again = ((Message("bars.retry_now"), lambda: pressed.append("again")),)
    banner.tell(BannerText(Message("bars.state_dead"), Message("bars.retry_now"), again))
    assert (banner.isVisible(), banner.what.text(), banner.doing.text()) == (True, "断开", "正在重连")
    button = next(b for b in banner.findChildren(QPushButton) if b.isVisible())
    banner.tell(BannerText(Message("bars.state_dead"), Message("kit.age_now"), again))
    button.click()
    assert pressed == ["again"], "a button outlives the second in which its banner is told anew"
    banner.tell(None)
    assert banner.isHidden()


def test_the_name_is_asked_until_there_is_one(hands: Desk, qtbot: QtBot) -> None:
    dialog = name_dialog(hands.ctx.t)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
    assert dialog.isVisible()
    QApplication.sendEvent(dialog.field, QInputMethodEvent("wangqiang", []))
    qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
    assert dialog.isVisible(), "Enter while composing confirms nothing"
    commit = QInputMethodEvent("", [])
    commit.setCommitString(" 王  强 ")
    QApplication.sendEvent(dialog.field, commit)
    qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
    assert (dialog.result(), dialog.name) == (1, "王 强")


def test_a_disabled_button_says_why(qtbot: QtBot, hands: Desk) -> None:
    button = KeyButton("改派", "Alt+T", hands.ctx.theme)
    qtbot.addWidget(button)
    disable(button, "不可派：正在处置")
    assert (button.isEnabled(), button.toolTip()) == (False, "不可派：正在处置")
    plain = QPushButton("改派")
    qtbot.addWidget(plain)
    assert button.sizeHint().width() > plain.sizeHint().width(), "there is room for the key"
    disable(button, "")
    assert button.isEnabled()


def test_of_segments_one_is_on(qtbot: QtBot) -> None:
    segments = Segments([("calm", "平时"), ("war", "战时")], "calm")
    qtbot.addWidget(segments)
    with qtbot.waitSignal(segments.chosen) as heard:
        segments.findChildren(QPushButton)[1].click()
    on = [button.text() for button in segments.findChildren(QPushButton) if button.isChecked()]
    assert (heard.args, on) == (["war"], ["战时"])
    segments.set_current("calm")
    assert segments.findChildren(QPushButton)[0].isChecked()


def test_every_text_and_icon_that_kit_and_bars_name_is_there() -> None:
    folder = assets_dir().parent / "widgets"
    paths = [path for room in ("kit", "bars") for path in (folder / room).glob("*.py")]
    code = "\n".join(path.read_text(encoding="utf-8") for path in paths)
    code += (assets_dir().parent / "cockpit/model/ages.py").read_text(encoding="utf-8")
    ids = set(re.findall(r'"((?:kit|bars)\.[a-z_0-9]+[a-z0-9])"', code))
    assert len(ids) > 60
    for lang in LANGUAGES:
        told = {entry for path in ("kit", "bars") for entry in _ids(lang, path)}
        assert ids - told == set(), lang
    assert _ids("zh", "kit") == _ids("en", "kit")
    assert _ids("zh", "bars") == _ids("en", "bars")
    icons = set(re.findall(r'draw_icon\([^"]*"([a-z-]+)"', code))
    assert icons <= icon_names()
    assert texts("en")("kit.reopen") != texts("zh")("kit.reopen")


def _ids(lang: str, room: str) -> set[str]:
    text = (assets_dir() / "translations" / lang / f"{room}.po").read_text(encoding="utf-8")
    return set(re.findall(r'^msgid "(.+)"$', text, re.MULTILINE))
