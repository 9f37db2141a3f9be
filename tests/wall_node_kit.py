"""A hub with a hall of one machine, and that machine's node in this process, drawing flat panels."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cockpit.bus.where import OwnHub
from cockpit.model.messages import Message
from cockpit.model.wallasks import Publish, Published
from cockpit.model.wallstate import ActDone, WallAct
from cockpit.seat import Seat
from cockpit.ui.handed import panel_context
from cockpit.ui.prefs import FilePrefs
from cockpit.ui.wallnode import WallNode
from cockpit.ui.wallscreen import WallWindow
from cockpit.wall.node import WallSeat
from tests.living_hub import CLOCK, LivingHub, pack
from tests.wall_stage_kit import HERE, Flat
from widgets.kit.actions import Actions
from widgets.kit.context import log_report
from widgets.kit.fonts import load_fonts
from widgets.kit.theme import WALL

PATIENCE_MS = 40_000
HALL = """
id = "hall"
name = {{ zh = "大厅", en = "Hall" }}
shift = 0
night = {{ from = "22:30", to = "06:00", brightness = 1 }}

[rooms.hall]
name = {{ zh = "指挥大厅", en = "Command hall" }}

[walls.main]
name = {{ zh = "主屏", en = "Main wall" }}
room = "hall"
columns = {columns}
rows = {rows}
screen = [{width}, {height}]
pitch = 0.63
distance = 4.0
machines = {machines}

[modes.peace]
name = {{ zh = "平时", en = "Peace" }}
scene = "calm"
"""
SCENE = """
id = "{id}"
name = {{ zh = "{id}", en = "{id}" }}
key = "{key}"
[panels.all]
panel = "walltext"
spans = true
options = {{ words = {{ zh = "{id}", en = "{id}" }} }}
[one]
rows = ["all"]
"""
COLORS = {"calm": "#103a10", "storm": "#3a1010"}


class Worded(Flat):
    """The colour of its scene."""

    def __init__(self, ctx: object, parent: object = None, words: object = None, **_: object) -> None:
        name = words["zh"] if isinstance(words, Mapping) else ""
        super().__init__(ctx, parent, color=COLORS.get(name, "#202020"))  # type: ignore[arg-type]


class Anything(dict[str, type]):
    """Every panel is a flat one."""

    def __missing__(self, panel_id: str) -> type:
        return Worded


def site(hub: Path, columns: int = 1, rows: int = 1, size: tuple[int, int] = (800, 800), machines: str = "") -> None:
    """A hall of so many screens, and two scenes, as a site's own."""
    wall = hub / "wall"
    (wall / "scenes").mkdir(parents=True)
    width, height = size
    text = HALL.format(columns=columns, rows=rows, width=width, height=height, machines=machines or f'"{HERE}"')
    (wall / "hall.toml").write_text(text)
    for id, key in (("calm", "F1"), ("storm", "F2")):
        (wall / "scenes" / f"{id}.toml").write_text(SCENE.format(id=id, key=key))


class Node:
    """A node and the hands at its hub."""

    def __init__(self, qtbot: QtBot, folder: Path, hub: Path) -> None:
        load_fonts()
        self.qtbot = qtbot
        self.seat = Seat(folder, pack(), OwnHub(hub), CLOCK)
        self.seat.open_cache()
        prefs = FilePrefs(folder / "prefs.json")
        ctx = self.ctx = panel_context(self.seat, prefs, log_report, "zh", WALL, Actions(), None)
        self.line = WallSeat(self.seat, HERE)
        self.node = WallNode(self.seat, self.line, ctx, Anything(), folder / "screens")
        self.node.open_windows()
        self.node.begin()

    @property
    def window(self) -> WallWindow:
        return self.node.windows.all()[0]

    def color(self, window: WallWindow | None = None) -> str:
        """What is in the middle of the screen."""
        picture = (window or self.window).grab().toImage()
        return picture.pixelColor(picture.width() // 2, picture.height() // 3).name()

    def until(self, condition: Callable[[], object]) -> None:
        self.qtbot.waitUntil(lambda: bool(condition()), timeout=PATIENCE_MS)

    def act(self, what: str, value: str = "", **more: object) -> int:
        """The revision after an act, of a hub that may be starting: it answers before it has read its walls."""
        act = WallAct("main", what, value, **more)  # type: ignore[arg-type]
        while True:
            heard: list[ActDone | Message] = []
            self.seat.ask("wall.act", act, ActDone, heard.append)
            self.until(lambda: heard)  # noqa: B023 - it is waited for here
            if isinstance(heard[0], ActDone):
                return heard[0].revision
            assert "wall.starting" in str(heard[0]), heard

    def publish(self, texts: dict[str, str]) -> None:
        """Files of the site, as an operator publishes them."""
        heard: list[Published | Message] = []
        self.seat.ask("wall.publish", Publish(texts), Published, heard.append)
        self.until(lambda: heard)
        assert isinstance(heard[0], Published), heard

    def panel(self) -> Flat:
        """The first panel on the screen."""
        assert self.window.stage is not None
        found = self.window.stage.panels()[0]
        assert isinstance(found, Flat)
        return found

    def shown(self) -> str:
        """Id of the scene on the screens, "" none."""
        flipped = self.node.flipping.shown
        return flipped.scene.id if flipped is not None else ""

    def close(self) -> None:
        self.node.close()
        self.seat.close()
        self.node.deleteLater()
        QApplication.processEvents()


@contextlib.contextmanager
def a_node(qtbot: QtBot, folder: Path, hub: LivingHub | Path) -> Iterator[Node]:
    node = Node(qtbot, folder, hub if isinstance(hub, Path) else hub.profile)
    try:
        yield node
    finally:
        node.close()
