"""The duty desk as one window: what its commands do in every panel, what it announces, what it asks."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QKeySequence
from PySide6.QtWidgets import QApplication, QFileDialog, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from cockpit.bus.where import OwnHub
from cockpit.model.clock import DAY, MINUTE, SECOND, ManualClock
from cockpit.model.entries import MAX_TEXT, AddNote
from cockpit.model.layout_read import read_layout_file
from cockpit.model.levels import Level
from cockpit.model.messages import LANGUAGES, Message, texts
from cockpit.model.pinyin import pinyin
from cockpit.model.ports.link import Link, LinkState
from cockpit.model.replay import KNOWN, TapeState
from cockpit.packs.read import read_pack
from cockpit.seat import Seat
from cockpit.ui.desk import Desk
from cockpit.ui.prefs import FilePrefs
from cockpit.ui.sound import Player
from layouts.engine import shipped
from layouts.panels import Panels
from tests.living_picture import NOW, event_row, feed_rows, put
from tests.living_tape import TapeInHand
from widgets.bars.strip import Strip
from widgets.kit.dialog import NameDialog
from widgets.kit.fonts import load_fonts
from widgets.kit.icons import icon_names
from widgets.kit.panel import Pane, Panel

# what the offscreen platform says of windows with a least size
pytestmark = [pytest.mark.slow, pytest.mark.qt_log_ignore("This plugin does not support")]


class Duty:
    """A desk without a hub, and the hands behind it.

    Attributes:
        played: the file where the player on PATH notes what it plays.
    """

    def __init__(self, folder: Path, played: Path) -> None:
        load_fonts()
        self.clock = ManualClock(NOW)
        self.played = played
        self.prefs = FilePrefs(folder / "prefs.json")
        self.player = Player(self.clock)
        self.seat = Seat(folder, read_pack("hangzhou"), OwnHub(folder / "hub"), self.clock, lambda: None)
        layout = read_layout_file(shipped("duty"), Panels())
        self.reports: list[str] = []

        def report(error: BaseException, where: str) -> str:
            self.reports.append(f"{where}: {error!r}")
            return "E-0001"

        self.desk = Desk(self.seat, layout, self.prefs, self.player, report, "zh", "dark", lambda: None)
        self.desk.resize(1600, 900)

    def open(self, *events: dict[str, object]) -> None:
        put(self.seat.picture, "feed", feed_rows(NOW))
        self.bring(*events)
        self.desk.show()
        self.desk.activateWindow()
        self.desk.begin()
        self.desk.follow()

    def bring(self, *events: dict[str, object]) -> None:
        """Events arrive, as with a batch of the hub."""
        rng = random.Random(len(events))
        put(self.seat.picture, "event", [event_row(rng, 0, [""], **{"state": 0, **event}) for event in events])
        self.desk.wake()

    def said(self) -> list[str]:
        return [toast.words for toast in self.desk.toasts.toasts]

    def close(self) -> None:
        self.desk.close()
        self.seat.close()
        self.player.close()
        self.player.deleteLater()
        self.desk.deleteLater()


def event(number: int, level: int, ago: int = 40 * MINUTE, **over: object) -> dict[str, object]:
    then = NOW - ago
    return {
        "key": f"events/0714-{number:04d}", "kind": "E0506", "level": level, "occurred": then, "updated": then, **over,
    }  # fmt: skip


@pytest.fixture
def duty(qapp: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Duty]:
    played = tmp_path / "played.txt"
    player = tmp_path / "bin" / "paplay"
    player.parent.mkdir()
    player.write_text(f'#!/bin/sh\necho "$@" >> "{played}"\n', "utf-8")
    player.chmod(0o755)
    monkeypatch.setenv("PATH", str(player.parent))
    made = Duty(tmp_path, played)
    yield made
    made.close()
    assert made.reports == [], "no panel failed"


def lightness(image: QImage) -> float:
    """The mean of some points."""
    step = max(1, min(image.width(), image.height()) // 12)
    points = [(x, y) for x in range(step, image.width(), step) for y in range(step, image.height(), step)]
    return sum(image.pixelColor(x, y).lightness() for x, y in points) / max(1, len(points))


def test_every_command_has_words_in_both_languages_an_own_key_and_says_why_when_it_can_not_be_used(duty: Duty) -> None:
    actions = list(duty.desk.actions_)
    assert {"desk.palette", "desk.theme", "desk.quit", "queue.search", "map.home"} <= {action.id for action in actions}
    for lang in LANGUAGES:
        t = texts(lang)
        told = [t(action.title) for action in actions]
        assert len(set(told)) == len(told), "no two are called the same"
        assert not [action.title for action in actions if action.title not in t.ids()]
        for action in actions:
            if action.reason is not None:
                assert action.reason.id in t.ids()
    keys = [QKeySequence(key).toString() for action in actions for key in action.keys]
    assert len(set(keys)) == len(keys)
    assert {action.icon for action in actions} - {""} <= icon_names()


def test_what_the_mouse_can_do_on_the_strip_has_a_key_or_stands_in_the_palette(duty: Duty) -> None:
    strip = duty.desk.engine.panel("strip")
    assert isinstance(strip, Strip)
    listed = {action.id for action in duty.desk.actions_ if action.keys or action.shown}
    for id in ("desk.palette", "desk.sound", "desk.theme", "desk.language", "desk.name"):
        assert id in listed
    assert all(chip.focusPolicy() & Qt.FocusPolicy.TabFocus for chip in strip.feeds)


def test_a_key_that_does_nothing_now_says_why(duty: Duty, qtbot: QtBot) -> None:
    duty.open(event(1, 3))
    qtbot.waitUntil(duty.desk.isActiveWindow)
    qtbot.keyClick(duty.desk, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert duty.said() == ["前面没有选过别的"]


def test_the_keyboard_begins_in_the_list_and_a_slash_there_opens_the_palette(duty: Duty, qtbot: QtBot) -> None:
    duty.open(event(1, 3), event(2, 4))
    qtbot.waitUntil(duty.desk.isActiveWindow)
    focus = QApplication.focusWidget()
    assert focus is not None
    assert focus.accessibleName() == "事件队列"
    qtbot.keyClick(focus, Qt.Key.Key_Slash)
    assert duty.desk.palette_.isVisible()
    assert duty.desk.palette_.field.text() == ""
    qtbot.keyClick(duty.desk.palette_.field, Qt.Key.Key_Escape)
    assert QApplication.focusWidget() is focus
    qtbot.keyClick(focus, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    field = QApplication.focusWidget()
    assert field is not None
    qtbot.keyClicks(field, "/")
    assert not duty.desk.palette_.isVisible(), "in a field it is text"


def test_before_there_are_events_the_keyboard_waits_where_the_list_will_be(duty: Duty, qtbot: QtBot) -> None:
    duty.open()
    qtbot.waitUntil(duty.desk.isActiveWindow)
    duty.bring(event(1, 3))
    qtbot.waitUntil(lambda: (QApplication.focusWidget() or duty.desk).accessibleName() == "事件队列")


def test_theme_and_language_reach_every_panel_while_it_runs_and_are_kept(duty: Duty, qtbot: QtBot) -> None:
    duty.open(*(event(n, 1 + n % 4) for n in range(30)))
    duty.desk.toasts.show(Message("ui.nothing_before"), 0)
    panels = duty.desk.engine.panels()
    assert set(panels) == {"topbar", "queue", "map", "event", "strip"}
    dark = {name: lightness(panel.grab().toImage()) for name, panel in panels.items()}
    duty.desk.set_theme("light")
    for name, panel in panels.items():
        qtbot.waitUntil(lambda p=panel, n=name: lightness(p.grab().toImage()) > dark[n] + 90)  # type: ignore[misc]
    duty.desk.set_language("en")
    assert duty.desk.windowTitle() == "City cockpit · Hangzhou · duty desk"
    t = texts("en")
    for panel in panels.values():
        assert isinstance(panel, Pane)
        if isinstance(panel, Panel):
            # after a second nothing selected becomes the gravest event, whose page has its own title
            own = {t(panel.title_id), "Event 0714-0000"} if panel.panel_id == "event" else {t(panel.title_id)}
            assert panel.header.title.text() in own
    strip = panels["strip"]
    assert isinstance(strip, Strip)
    assert strip.feeds[0].name == duty.seat.pack.feeds[0].name["en"]
    assert duty.said() == ["nothing was selected before"]
    kept = FilePrefs(duty.prefs._path)
    assert (kept.get("theme", ""), kept.get("lang", "")) == ("light", "en")


def words_of_files(qtbot: QtBot) -> tuple[list[str], int]:
    """What Qt's dialog of files says, and how far the icon of its way up stands out from its button."""
    dialog = QFileDialog(None, "", str(Path.home()))
    qtbot.addWidget(dialog)
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    label = QFileDialog.DialogLabel
    said = [dialog.labelText(one) for one in (label.LookIn, label.FileName, label.FileType, label.Accept)]
    up = dialog.findChild(QToolButton, "toParentButton")
    assert isinstance(up, QToolButton)
    said.append(up.toolTip())
    sign = up.icon().pixmap(16, 16).toImage()
    inked = [sign.pixelColor(x, y) for x in range(16) for y in range(16) if sign.pixelColor(x, y).alpha() > 200]
    ground = dialog.palette().window().color().lightness()
    return said, min((abs(ink.lightness() - ground) for ink in inked), default=0)


def test_dialogs_of_files_speak_the_language_and_wear_the_theme_of_the_desk(duty: Duty, qtbot: QtBot) -> None:
    duty.open(event(1, 3))
    chinese = ["位置(&L)：", "文件名称(&N)：", "文件类型(&T)：", "打开(&O)", "父目录"]
    said, contrast = words_of_files(qtbot)
    assert said == chinese
    assert contrast > 120
    duty.desk.set_language("en")
    duty.desk.set_theme("light")
    said, contrast = words_of_files(qtbot)
    assert said == ["&Look in:", "File &name:", "Files of &type:", "&Open", "Parent Directory"]
    assert contrast > 120
    duty.desk.set_language("zh")
    assert words_of_files(qtbot)[0] == chinese


def test_a_grave_new_event_is_told_in_a_toast_and_by_one_sound(duty: Duty, qtbot: QtBot) -> None:
    duty.open(event(1, 1, ago=SECOND), event(2, 3))
    qtbot.waitUntil(lambda: duty.desk._first_look.settled, timeout=10_000)
    assert duty.said() == [], "what was there is no news"
    duty.bring(event(3, 1, ago=0, place="天城路 × 机场路"), event(4, 2, ago=0, place="凤起路"), event(5, 3, ago=0))
    qtbot.waitUntil(lambda: len(duty.said()) == 2)
    assert duty.said() == ["新事件：道路积水 · 天城路 × 机场路", "新事件：道路积水 · 凤起路"]
    assert [toast.level for toast in duty.desk.toasts.toasts] == [Level.RED, Level.ORANGE]
    qtbot.waitUntil(lambda: duty.played.exists() and duty.played.read_text("utf-8").endswith("\n"))
    assert duty.played.read_text("utf-8").splitlines()[0].endswith("alert_1.wav")
    assert len(duty.played.read_text("utf-8").splitlines()) == 1
    qtbot.waitUntil(lambda: not duty.player._playing)


def test_muted_it_tells_without_a_sound_and_stays_muted(duty: Duty, qtbot: QtBot) -> None:
    duty.open(event(2, 3))
    assert duty.desk.actions_.trigger("desk.sound") is None
    assert duty.player.muted
    assert FilePrefs(duty.prefs._path).get("muted", False) is True
    qtbot.waitUntil(lambda: duty.desk._first_look.settled, timeout=10_000)
    duty.bring(event(3, 1, ago=0))
    qtbot.waitUntil(lambda: len(duty.said()) == 1)
    assert not duty.player._playing
    assert not duty.played.exists()


def test_a_hub_that_is_gone_gets_a_banner_that_leaves_when_it_is_back(duty: Duty, qtbot: QtBot) -> None:
    duty.open(event(1, 3))
    panel = duty.desk.engine.panel("queue")
    assert panel is not None
    top = panel.y()
    assert not duty.desk.banner.isVisible()
    duty.clock.advance(6)
    qtbot.waitUntil(duty.desk.banner.isVisible, timeout=10_000)
    assert duty.desk.banner.what.text().startswith("中枢正在启动，已 6 秒：画面停在 17:42:34")
    assert panel.y() > top, "it takes its own room"
    assert [b.text() for b in duty.desk.banner.findChildren(QPushButton) if b.isVisible()] == ["立即重试"]
    duty.desk.set_language("en")
    assert duty.desk.banner.what.text().endswith("the picture stands at 17:42:34 and goes on by itself.")
    put(duty.seat.picture, "feed", feed_rows(duty.clock.now()))
    duty.seat.link = Link(LinkState.LIVE, duty.clock.now())
    duty.seat.on_link(duty.seat.link)
    assert not duty.desk.banner.isVisible()
    assert panel.y() == top


def test_the_name_is_asked_and_kept(duty: Duty, qtbot: QtBot) -> None:
    duty.open(event(1, 3))
    duty.desk.ask_name()
    dialog = duty.desk.findChild(NameDialog)
    assert dialog is not None
    qtbot.waitUntil(dialog.isVisible)
    qtbot.keyClicks(dialog.field, "Wang")
    qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
    assert FilePrefs(duty.prefs._path).get("name", "") == "Wang"
    qtbot.waitUntil(lambda: duty.desk.findChild(NameDialog) is None)
    duty.desk.ask_name()
    again = duty.desk.findChild(NameDialog)
    assert again is not None
    assert again.field.text() == "Wang", "it is changed, not typed anew"
    again.reject()
    assert duty.prefs.get("name", "") == "Wang"
    qtbot.waitUntil(lambda: duty.desk.findChild(NameDialog) is None)


def test_what_prefs_and_seat_have_to_say_is_said_once(duty: Duty, qtbot: QtBot) -> None:
    duty.prefs.notice = Message("ui.prefs_unreadable", {"file": "prefs.json"})
    duty.seat.notices.append(Message("ui.prefs_unwritable", {"why": "disk full"}))
    duty.open(event(1, 3))
    qtbot.waitUntil(lambda: len(duty.said()) == 2)
    assert {words[:4] for words in duty.said()} == {
        texts("zh")("ui.prefs_unreadable")[:4],
        texts("zh")("ui.prefs_unwritable")[:4],
    }
    assert duty.prefs.notice is None
    assert not duty.seat.notices


def test_a_desk_that_is_closed_before_it_joined_the_hub_leaves_nothing_behind(duty: Duty) -> None:
    duty.seat.body("events/0714-0001", lambda body: None)  # the page asks as soon as something is selected
    duty.seat.retry()


def test_what_fails_beside_the_screen_is_raised_where_it_is_reported_and_costs_nothing_else(duty: Duty) -> None:
    arrived = threading.Event()
    duty.seat.wake = arrived.set
    duty.seat.aside(lambda: {}["no such key"])
    assert arrived.wait(10)
    with pytest.raises(KeyError, match="no such key"):
        duty.seat.tick()
    heard: list[list[str]] = []
    arrived.clear()
    duty.seat.search("井盖", heard.append)
    assert arrived.wait(10)
    duty.seat.tick()
    assert heard == [[]]


def test_the_first_letter_in_the_palette_finds_the_pinyin_ready(duty: Duty, qtbot: QtBot) -> None:
    duty.open(event(1, 3))
    pinyin.cache_clear()
    qtbot.waitUntil(lambda: pinyin.cache_info().currsize > 0, timeout=20_000)


def test_a_step_of_the_closed_loop_is_shown_without_waiting_for_what_else_may_come(
    duty: Duty, qapp: QApplication, qtbot: QtBot
) -> None:
    duty.open()
    prompt: list[bool] = []
    tick = duty.seat.tick

    def noted() -> frozenset[str]:
        prompt.append(duty.seat.prompt)
        return tick()

    duty.desk.tick()
    duty.seat.tick = noted  # type: ignore[method-assign]
    duty.seat.cases.submit(AddNote(), "", {"words": "x" * (MAX_TEXT + 1)}, lambda problem: None)  # answered at once
    for _ in range(3):
        qapp.processEvents()
    assert True in prompt
    qtbot.waitUntil(lambda: not duty.seat.prompt, timeout=30_000)  # others, such as calling, tell in their own time


def test_a_replay_is_marked_over_the_whole_window_until_one_key_ends_it(duty: Duty, qtbot: QtBot) -> None:
    duty.open(event(1, 3))
    duty.desk.context.tape = tape = TapeInHand()
    duty.desk.actions_.trigger("replay.toggle")
    dialog = duty.desk.replay.dialog
    assert dialog is not None
    tape.asked[0](TapeState(NOW - DAY, NOW))
    dialog.confirm.click()
    duty.desk.tick()
    replay = duty.desk.replay
    assert replay.bar.isVisible()
    assert replay.frame.geometry() == duty.desk.rect()
    assert replay.frame.isVisible()
    assert any("回放" in said for said in duty.said())
    duty.desk.resize(1400, 800)
    assert replay.frame.geometry() == duty.desk.rect()
    duty.desk.actions_.trigger("replay.play")
    assert tape.steered[-1] == (None, 0.0, None)
    duty.desk.actions_.trigger("replay.toggle")
    assert not replay.bar.isVisible()
    assert not replay.frame.isVisible()
    assert "已回到实况" in duty.said()


def test_what_is_played_again_is_no_news(duty: Duty, qtbot: QtBot) -> None:
    duty.open(event(1, 3))
    duty.desk.context.tape = tape = TapeInHand()
    qtbot.waitUntil(lambda: duty.desk._first_look.settled, timeout=30_000)
    tape.start(NOW - MINUTE, 1.0, KNOWN, lambda problem: None)
    before = len(duty.said())
    duty.bring(event(2, 1, ago=0))
    duty.desk.tick()
    assert len(duty.said()) == before
    assert not duty.played.exists()


def test_without_a_replay_its_keys_say_so(duty: Duty) -> None:
    duty.open()
    for name in ("replay.play", "replay.back", "replay.faster"):
        assert duty.desk.actions_.trigger(name) == Message("replay.not_shown")
