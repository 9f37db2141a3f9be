"""A leader's cockpit as one window: start, keys, Back and breadcrumbs, topics, restart, themes, languages, sizes."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cockpit.bus.where import OwnHub
from cockpit.model.clock import MINUTE, ManualClock
from cockpit.model.layout_read import read_layout_file
from cockpit.model.messages import LANGUAGES, Message, texts
from cockpit.model.ports.link import Link, LinkState
from cockpit.packs.read import read_pack
from cockpit.seat.leader import LeaderSeat
from cockpit.ui.app import FirstPicture
from cockpit.ui.leaderdesk import LeaderDesk
from cockpit.ui.prefs import FilePrefs
from cockpit.ui.sound import Player
from layouts.engine import shipped
from layouts.panels import Panels
from layouts.unbuilt import UnbuiltPanel
from tests.living_picture import NOW, event_row, feed_rows, put
from tests.living_signs import put_signs, sign_set
from widgets.kit.fonts import load_fonts
from widgets.kit.icons import icon_names
from widgets.kit.notes import SignNote, add_note, notes_of
from widgets.kit.panel import Pane
from widgets.leader.ground import open_topic
from widgets.leader.since import SincePanel
from widgets.leader.top import LeaderTop
from widgets.leader.topic import TopicPage
from widgets.leader.topiclist import TopicList

pytestmark = [pytest.mark.slow, pytest.mark.qt_log_ignore("This plugin does not support")]
SIZES = ((1366, 768), (1920, 1080), (2560, 1600))


class Leader:
    """A leader's window without a hub, and the hands behind it."""

    def __init__(self, folder: Path, at: int = NOW, lang: str = "zh", theme: str = "dark") -> None:
        load_fonts()
        self.clock = ManualClock(at)
        self.prefs = FilePrefs(folder / "prefs.json")
        self.player = Player(self.clock, muted=True)
        self.seat = LeaderSeat(folder, read_pack("hangzhou"), OwnHub(folder / "hub", role="leader"), self.clock)
        self.reports: list[str] = []

        def report(error: BaseException, where: str) -> str:
            self.reports.append(f"{where}: {error!r}")
            return "E-0001"

        layout = read_layout_file(shipped("leader"), Panels())
        self.desk = LeaderDesk(self.seat, layout, self.prefs, self.player, report, lang, theme, lambda: None)
        self.desk.resize(1920, 1080)

    def open(self, *events: dict[str, object]) -> None:
        picture = self.seat.picture
        put(picture, "feed", feed_rows(NOW))
        put_signs(picture)
        signs = self.desk.context.signs
        assert signs is not None
        signs._signs._known = sign_set()  # type: ignore[attr-defined]  # as the cache would have them
        put(picture, "event", [event_row(random.Random(5), 5, [""]), *events])
        self.desk.show()
        self.desk.activateWindow()
        self.desk.begin()
        QApplication.processEvents()

    def panel(self, id: str) -> Pane:
        found = self.desk.engine.panel(id)
        assert isinstance(found, Pane), id
        return found

    @property
    def crumbs(self) -> list[str]:
        top = self.panel("leadertop")
        assert isinstance(top, LeaderTop)
        return [crumb.words for crumb in top.way.steps]

    def close(self) -> None:
        self.desk.close()
        self.seat.close()
        self.player.close()
        self.player.deleteLater()
        self.desk.deleteLater()


@pytest.fixture
def leader(qapp: object, tmp_path: Path) -> Iterator[Callable[..., Leader]]:
    made: list[Leader] = []

    def make(*given: object, **more: object) -> Leader:
        made.append(Leader(tmp_path, *given, **more))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for one in made:
        if one.desk.isVisible() or one is made[-1]:
            one.close()
        assert one.reports == [], "no panel failed"


def pressed(qtbot: QtBot, window: Leader, key: Qt.Key, *modifiers: Qt.KeyboardModifier) -> None:
    all_of = Qt.KeyboardModifier.NoModifier
    for one in modifiers:
        all_of |= one
    focus = QApplication.focusWidget() or window.desk
    qtbot.keyClick(focus, key, all_of)


def test_every_command_has_words_in_both_languages_and_a_key_of_its_own(leader: Callable[..., Leader]) -> None:
    actions = list(leader().desk.actions_)
    ids = {action.id for action in actions}
    assert {
        "desk.palette",
        "desk.back",
        "desk.theme",
        "desk.language",
        "desk.quit",
        "leader.home",
        "leader.period",
    } <= ids
    assert {"leader.follow", "leader.note", "leader.seen", "desk.cast"} <= ids
    for lang in LANGUAGES:
        t = texts(lang)
        told = [t(action.title) for action in actions]
        assert len(set(told)) == len(told), "no two are called the same"
    keys = [QKeySequence(key).toString() for action in actions for key in action.keys]
    assert len(set(keys)) == len(keys)
    assert {action.icon for action in actions} - {""} <= icon_names()


def test_it_opens_on_what_it_knew_with_the_keyboard_in_the_topics(leader: Callable[..., Leader], qtbot: QtBot) -> None:
    at = leader()
    first = FirstPicture(at.desk)
    at.open()
    qtbot.waitUntil(lambda: first.ms is not None, timeout=30_000)
    assert at.desk.windowTitle() == "城市驾驶舱 · 领导驾驶舱 · 杭州"
    topics = at.panel("topics")
    assert isinstance(topics, TopicList)
    qtbot.waitUntil(lambda: topics.rows.hasFocus(), timeout=10_000)
    assert at.crumbs == ["全市"]
    assert at.desk.context.selection.item == ("", ""), "nothing is chosen for a leader"
    assert not [panel for panel in at.desk.engine.panels().values() if isinstance(panel, UnbuiltPanel)]
    shown = set(at.desk.engine.panels())
    assert {"topbar", "index", "topics", "topic", "changes", "scopemap", "decisions", "since"} <= shown


def test_back_and_breadcrumbs_walk_the_way_and_a_page_comes_back_with_its_step(
    leader: Callable[..., Leader], qtbot: QtBot
) -> None:
    at = leader()
    at.open()
    desk, drill = at.desk, at.desk.context.drill
    assert drill is not None
    pressed(qtbot, at, Qt.Key.Key_Down)
    pressed(qtbot, at, Qt.Key.Key_Return)
    assert at.crumbs == ["全市", "防汛"]
    page = at.panel("topic")
    assert isinstance(page, TopicPage)
    assert page.topic is not None
    assert page.topic.id == "flood"
    desk.engine.panel("index").go_into(desk.engine.panel("index").board.item("sign/E03@330102"))  # type: ignore[union-attr]
    assert len(at.crumbs) == 3
    QApplication.processEvents()
    assert desk.engine.panel("drill") is not None, "what was gone into is in the centre"
    assert desk.engine.panel("topic") is None
    desk.context.selection.select("event", "events/0714-0005")
    desk.actions_.trigger("desk.back")
    assert (desk.context.selection.item, len(at.crumbs)) == (("", ""), 3), "first what was selected in this step"
    desk.actions_.trigger("desk.back")
    assert at.crumbs == ["全市", "防汛"]
    assert desk.engine.panel("topic") is page, "the page of the topic is open again"
    top = at.panel("leadertop")
    assert isinstance(top, LeaderTop)
    top.way.setFocus()
    top.way.at = 0
    qtbot.keyClick(top.way, Qt.Key.Key_Return)
    assert at.crumbs == ["全市"]
    assert drill.depth == 0
    desk.actions_.trigger("desk.back")
    reason = desk.actions_.trigger("desk.back")
    assert reason is not None


def test_the_keyboard_goes_along_to_the_page_that_covers_the_one_it_was_on(
    leader: Callable[..., Leader], qtbot: QtBot
) -> None:
    at = leader()
    at.open()
    desk, drill = at.desk, at.desk.context.drill
    assert drill is not None
    desk.engine.focus_panel("topic")
    drill.push(drill.scope.with_(levels=(1,)))
    page = desk.engine.panel("drill")
    assert page is not None
    focus = QApplication.focusWidget()
    assert focus is not None
    assert page.isAncestorOf(focus)
    desk.engine.focus_panel("topics")
    desk.actions_.trigger("desk.back")
    topics = at.panel("topics")
    assert topics.isAncestorOf(QApplication.focusWidget()), "elsewhere it stays where it was"


def test_a_topic_of_the_same_records_is_left_by_one_back(leader: Callable[..., Leader], qtbot: QtBot) -> None:
    at = leader()
    at.open()
    pressed(qtbot, at, Qt.Key.Key_Return)  # 总览: all records, as at home
    assert at.desk.context.selection.item == ("topic", "overview")
    qtbot.wait(10)
    at.desk.actions_.trigger("desk.back")
    assert at.desk.context.selection.item == ("", "")
    assert at.crumbs == ["全市"]


def test_home_is_the_first_topic_s_page_whatever_was_open_before(leader: Callable[..., Leader], qtbot: QtBot) -> None:
    at = leader()
    at.open()
    page = at.panel("topic")
    assert isinstance(page, TopicPage)
    for wander in (lambda: None, lambda: at.desk.context.selection.select("event", "city/E1")):
        open_topic(at.desk.context, "hotline")
        wander()
        at.desk.actions_.trigger("leader.home")
        assert at.desk.context.drill is not None
        assert at.desk.context.drill.depth == 0
        assert page.topic is not None
        assert page.topic.id == "overview"


def test_alt_left_and_alt_home_are_keys_of_the_window(leader: Callable[..., Leader], qtbot: QtBot) -> None:
    at = leader()
    at.open()
    qtbot.waitUntil(at.desk.isActiveWindow, timeout=10_000)
    drill = at.desk.context.drill
    assert drill is not None
    drill.push(drill.scope.with_(area="330102"))
    drill.push(drill.scope.with_(levels=(1,)))
    pressed(qtbot, at, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert drill.depth == 1
    drill.push(drill.scope.with_(levels=(2,)))
    pressed(qtbot, at, Qt.Key.Key_Home, Qt.KeyboardModifier.AltModifier)
    assert drill.depth == 0


def test_the_period_is_chosen_from_the_chip_s_menu_and_is_a_step(leader: Callable[..., Leader]) -> None:
    at = leader()
    at.open()
    at.desk.actions_.trigger("leader.period")
    top = at.panel("leadertop")
    assert isinstance(top, LeaderTop)
    assert top.period.menu is not None
    entry = next(one for one in top.period.menu.actions() if one.text().startswith("昨天"))
    entry.trigger()
    top.period.menu.close()
    drill = at.desk.context.drill
    assert drill is not None
    assert (drill.scope.span.word, drill.depth) == ("yesterday", 1)


def test_a_period_that_goes_on_follows_the_clock_by_the_minute(leader: Callable[..., Leader]) -> None:
    at = leader()
    at.open()
    drill = at.desk.context.drill
    assert drill is not None
    at.clock.advance(30)
    at.desk._second()
    assert drill.scope.span.end == NOW
    at.clock.advance(31)
    at.desk._second()
    assert drill.scope.span.end == NOW + 61_000_000


def test_what_happened_since_the_last_look_is_counted_over_a_restart(leader: Callable[..., Leader]) -> None:
    first = leader()
    first.prefs.set("name", "李敏")
    first.open()
    first.close()
    later = NOW + 20 * MINUTE
    news = event_row(random.Random(9), 9, [""], level=1, state=0, occurred=NOW + 5 * MINUTE, updated=NOW + 5 * MINUTE)
    again = leader(later)
    again.open(news)
    panel = again.panel("since")
    assert isinstance(panel, SincePanel)
    panel.look_now()
    assert (panel.first, panel.since) == (False, NOW)
    assert [one.key for one in panel.found if one.kind == "event"] == [news["key"]]


def test_what_a_leader_wrote_lies_in_the_cache_and_not_in_plain_preferences(leader: Callable[..., Leader]) -> None:
    first = leader()
    first.open()
    note = SignNote("E03", "330100", NOW, "李敏", "王强家门口的泵")
    add_note(first.desk.context.prefs, note)
    assert notes_of(first.desk.context.prefs, "E03", "330100") == [note]
    first.close()
    again = leader()
    again.seat.open_cache()
    assert notes_of(again.desk.context.prefs, "E03", "330100") == [note]
    kept = [path for path in (again.seat.folder.parent).glob("*.json") if "泵" in path.read_text("utf-8")]
    assert kept == []


def test_a_hub_that_is_gone_is_said_over_the_desk_and_what_was_known_stays(leader: Callable[..., Leader]) -> None:
    at = leader()
    at.open()
    at.seat.link = Link(LinkState.LOST, at.clock.now() - MINUTE)
    at.seat.on_link(at.seat.link)
    assert at.desk.banner.isVisible()
    assert at.panel("topics").isVisible()


@pytest.mark.parametrize("size", [(1366, 768), (1920, 1080)])
def test_no_toast_lies_on_the_outbox_whichever_came_first(leader: Callable[..., Leader], size: tuple[int, int]) -> None:
    at = leader()
    at.desk.resize(*size)
    at.open()
    toast = at.desk.toasts.show(Message("leader.nothing_new"))
    before = toast.geometry()
    at.desk.loop.show_outbox()
    QApplication.processEvents()
    assert at.desk.engine.panel("outbox") is not None
    again = at.desk.toasts.show(Message("leader.role"))
    outbox = at.panel("outbox").geometry()
    assert not toast.geometry().intersects(outbox)
    assert not again.geometry().intersects(outbox)
    at.desk.toasts.close(again)
    at.desk.engine.show_region("outbox", shown=False)
    assert toast.geometry() == before


@pytest.mark.parametrize("size", SIZES)
def test_every_size_has_room_for_every_panel_in_both_themes_and_languages(
    leader: Callable[..., Leader], size: tuple[int, int], qtbot: QtBot
) -> None:
    at = leader()
    at.desk.resize(*size)
    at.open()
    hint = at.desk.engine.minimumSizeHint()
    assert (hint.width(), hint.height()) <= (1366, 768) or (hint.width() <= 1366 and hint.height() <= 768)
    for theme in ("light", "dark"):
        at.desk.set_theme(theme)
        for lang in ("en", "zh"):
            at.desk.set_language(lang)
            QApplication.processEvents()
            image = at.desk.grab().toImage()
            assert image.width() >= size[0]
            ground = image.pixelColor(2, image.height() - 3).lightness()
            assert (ground > 128) == (theme == "light")
            for name, rect in at.desk.engine.rects().items():
                assert rect.w >= 200 or name in ("banner", "calls"), name
                assert rect.h >= 38, name
