"""The operator's desk at a hub that runs, and from the duty desk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QBuffer, QIODevice, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cockpit.bus.where import OwnHub
from cockpit.model import wall_tree
from cockpit.model.messages import texts
from cockpit.model.wallasks import Nothing
from cockpit.model.wallstate import NodeReport, ScreenHealth, Thumb
from cockpit.seat import Seat
from cockpit.seat.walls import HubWalls
from cockpit.ui.prefs import FilePrefs
from cockpit.ui.walldeskapp import Operating
from tests.living_hub import CLOCK, LivingHub, pack
from tests.test_ui_desk import Duty, duty
from tests.test_walldesk_live import of_key
from tests.wall_node_kit import site
from widgets.kit.fonts import load_fonts
from widgets.walldesk.publishing import PublishDialog

__all__ = ["duty"]

PATIENCE_MS = 40_000
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def raised(error: BaseException, panel: str) -> str:
    raise error


def jpeg() -> bytes:
    image = QImage(64, 36, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.darkBlue)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "JPG")
    return bytes(buffer.data().data())


class AtHub:
    """An operator's window on a seat of a hub of two screens."""

    def __init__(self, qtbot: QtBot, folder: Path, hub: LivingHub) -> None:
        load_fonts()
        self.qtbot = qtbot
        folder.mkdir(exist_ok=True)
        self.seat = Seat(folder, pack(), OwnHub(hub.profile), CLOCK)
        self.seat.open_cache()
        self.operating = Operating(self.seat, FilePrefs(folder / "prefs.json"), raised, "zh", "dark", lambda: None)
        self.window = self.operating.window
        self.window.resize(1366, 768)
        self.window.show()
        self.operating.begin()

    @property
    def walls(self) -> HubWalls:
        walls = self.window.context.walls
        assert isinstance(walls, HubWalls)
        return walls

    def until(self, condition: Callable[[], object]) -> None:
        self.qtbot.waitUntil(lambda: bool(condition()), timeout=PATIENCE_MS)

    def scene(self) -> str:
        state = self.walls.state
        return state.shows[0].scene.id if state is not None else ""

    def ask(self, what: str, wanted: object) -> None:
        heard: list[object] = []
        self.seat.ask(what, wanted, Nothing, heard.append)
        self.until(lambda: heard)
        assert isinstance(heard[0], Nothing), heard

    def close(self) -> None:
        self.operating.close()
        self.seat.close()
        self.window.deleteLater()
        self.operating.deleteLater()
        QApplication.sendPostedEvents(None, 52)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[LivingHub]:
    profile = tmp_path / "hub"
    profile.mkdir(mode=0o700)
    site(profile, columns=2, machines='["a", "b"]')
    with LivingHub(profile) as living:
        yield living


@pytest.fixture
def at(qtbot: QtBot, tmp_path: Path, hub: LivingHub) -> Iterator[AtHub]:
    made = AtHub(qtbot, tmp_path / "seat", hub)
    made.until(lambda: made.walls.state is not None and made.walls.scenes is not None)
    yield made
    made.close()


@pytest.mark.slow
def test_a_key_at_the_desk_changes_what_the_hub_tells_all_machines(at: AtHub) -> None:
    assert at.scene() == "calm"
    at.operating._prefs.set("name", "周卫")
    at.window.context.actions.trigger("walldesk.key_f2")
    at.until(lambda: at.scene() in ("storm", of_key("F2")))
    shows = at.window.commands.edit.hand.shows
    assert shows is not None
    assert shows.scene_by == "周卫"


@pytest.mark.slow
def test_reports_and_small_pictures_of_machines_reach_the_desk(at: AtHub) -> None:
    at.ask("wall.report", NodeReport("a", "main", "1", 10.0, 900.0, (ScreenHealth(1, True, frame_ms=8.0),)))
    hand = at.window.commands.edit.hand
    wall = hand.wall
    assert wall is not None
    at.until(lambda: not hand.lost(wall.screens[0]))
    assert hand.lost(wall.screens[1])
    at.ask("wall.thumb", Thumb("main", 1, CLOCK.now(), jpeg()))
    at.until(lambda: 1 in at.walls.thumbs("main"))


@pytest.mark.slow
def test_an_edit_is_published_at_the_hub_and_the_desk_reads_the_new_version(at: AtHub) -> None:
    context, edit = at.window.context, at.window.commands.edit
    root = edit.root
    assert root is not None
    context.walling.tell(editing=True, places=(wall_tree.leaves(root)[0].id,), panel="wallclock")
    edit.split("columns")
    edit.put("wallclock")
    context.actions.trigger("walldesk.publish")
    dialog = at.window.commands.dialog
    assert isinstance(dialog, PublishDialog)
    dialog.publish()
    at.until(lambda: not context.walling.drafts)
    at.until(lambda: any(leaf.panel == "wallclock" for leaf in wall_tree.leaves(edit.root)))  # type: ignore[arg-type]
    assert at.window.commands.dialog is None


@pytest.mark.slow
def test_what_was_published_is_read_at_once_and_not_at_the_next_second(at: AtHub) -> None:
    at.operating._seconds.stop()
    scenes = at.walls.scenes
    assert scenes is not None
    answers: list[object] = []
    text = next(one.text for one in scenes.scenes if one.scene.id == "calm")
    at.walls.publish({"scenes/calm.toml": text + "# again\n"}, "", scenes.version, answers.append)
    at.until(lambda: answers)
    at.until(lambda: at.walls.scenes is not None and at.walls.scenes.version == answers[0])


@pytest.mark.slow
def test_a_desk_that_opens_while_the_hub_is_down_shows_the_wall_as_it_was_and_says_so(
    qtbot: QtBot, tmp_path: Path, hub: LivingHub
) -> None:
    first = AtHub(qtbot, tmp_path / "seat", hub)
    first.until(lambda: first.walls.state is not None)
    first.close()
    hub.stop()
    second = AtHub(qtbot, tmp_path / "seat", hub)
    assert second.scene() == "calm"
    second.until(lambda: second.seat.link.problem is not None or second.seat.link.tries > 0)
    second.window.context.actions.trigger("walldesk.key_f2")
    second.until(lambda: second.window.toasts.toasts)
    second.close()


@pytest.mark.slow
def test_the_duty_desk_opens_the_operators_window_and_the_same_key_closes_it(duty: Duty, qtbot: QtBot) -> None:
    duty.open()
    opens = duty.desk.actions_.by_key("Ctrl+Alt+O")
    assert opens is not None
    opens.run()
    window = duty.desk.operating.window
    assert window is not None
    assert window.isVisible()
    duty.desk.set_theme("light")
    assert window.context.theme.name == "light"
    duty.desk.set_language("en")
    assert window.windowTitle() == texts("en")("walldesk.title", city="Hangzhou")
    assert window.context.actions is not duty.desk.context.actions
    duty.desk.operating.toggle()
    assert duty.desk.operating.window is None
    QApplication.sendPostedEvents(None, 52)
