"""A wall that shows a rehearsal lives in its world, that of another hub, in the red frame; then no trace is left."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace
from pytestqt.qtbot import QtBot

from cockpit.bus.joined import FOLDER
from cockpit.bus.where import OwnHub
from cockpit.model.errors import UserError
from cockpit.model.messages import Message, texts
from cockpit.model.rehearsal import Entry
from cockpit.seat import Seat
from cockpit.ui.handed import panel_context
from cockpit.ui.prefs import FilePrefs
from cockpit.ui.walldrill import WallDrill
from cockpit.wall.drill import DrillHub
from tests.living_hub import LivingHub
from tests.wall_node_kit import COLORS, a_node, site
from widgets.kit.actions import Actions
from widgets.kit.context import PanelContext, log_report
from widgets.kit.theme import WALL


def entry(url: str, user: str = "seat-1", password: str = "p", port: int = 0) -> Entry:
    return Entry("d1", {"zh": "暴雨", "en": "Rain"}, url, port, user, password, "duty", "hangzhou")


def test_a_machine_of_the_hall_comes_in_by_the_host_that_it_joined(tmp_path: Path) -> None:
    alone = DrillHub(tmp_path, entry("", port=7443))
    with pytest.raises(UserError):
        alone.find()
    (tmp_path / FOLDER).mkdir()
    user = '{"name": "wall-left", "password": "x", "role": "wall", "since": 1}'
    joined = f'{{"machine": "left", "url": "wss://10.0.0.5:9443", "city": "hangzhou", "user": {user}}}'
    (tmp_path / FOLDER / "hub.json").write_text(joined)
    url, found = alone.find()
    assert (url, found.name) == ("wss://10.0.0.5:7443", "seat-1")
    local = DrillHub(tmp_path, entry("nats://127.0.0.1:4222"))
    assert local.find()[0] == "nats://127.0.0.1:4222"
    assert local.tls() is None


@pytest.mark.slow
def test_while_the_wall_shows_a_rehearsal_its_panels_live_in_that_world(qtbot: QtBot, tmp_path: Path) -> None:
    site(tmp_path / "hub")
    profile = tmp_path / "node"
    with (
        LivingHub(tmp_path / "hub") as hub,
        LivingHub(tmp_path / "drill") as of_drill,
        a_node(qtbot, profile, hub) as node,
    ):
        prefs = FilePrefs(profile / "prefs.json")

        def context(of: Seat) -> PanelContext:
            return panel_context(of, prefs, log_report, "zh", WALL, Actions(), None)

        drill = WallDrill(node.node, profile, context)
        node.until(lambda: node.shown() == "calm")
        where = OwnHub(of_drill.profile)
        url, user = where.find()
        flipping = node.node.flipping
        assert flipping.shown is not None
        real = flipping.shown
        assert node.line.state is not None
        assert node.line.wall is not None
        told = node.line.state.hall, node.line.wall
        node.line.on_state = lambda state: None  # from here on the test says what the wall shows
        flipping.told(replace(real, rehearsal="d1", revision=100, show_at=1), *told)
        node.until(lambda: flipping.revision_shown == 100)
        assert node.window.over.said.rehearsal
        assert node.window.over.said.notice, "what is real is covered"
        drill._asked = "d1"
        drill._joined(entry(url, user.name, user.password))
        assert node.node.world is not None
        node.until(lambda: node.node.world is not None and node.node.world.link.state == "live")
        assert node.panel().ctx.picture is node.node.world.picture
        assert node.window.over.said.notice == ()
        of_drill.stop()
        node.until(lambda: "与演练中断" in node.window.over.said.trouble)
        assert node.window.over.said.notice == ()
        flipping.told(replace(real, revision=101, show_at=1), *told)
        node.until(lambda: node.node.world is None)
        assert not (profile / "drills").exists()
        node.until(lambda: node.panel().ctx.picture is node.seat.picture)
        drill.close()
        where.release()


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_machine_that_is_not_let_into_the_rehearsal_covers_the_live_city_and_says_why(
    qtbot: QtBot, tmp_path: Path, lang: str
) -> None:
    site(tmp_path / "hub")
    with LivingHub(tmp_path / "hub") as hub, a_node(qtbot, tmp_path / "node", hub) as node:
        node.node.ctx.t = texts(lang)
        drill = WallDrill(node.node, tmp_path / "node", lambda seat: node.node.ctx)
        node.until(lambda: node.shown() == "calm" and node.color() == COLORS["calm"])
        flipping, line = node.node.flipping, node.line
        assert flipping.shown is not None
        assert line.state is not None
        assert line.wall is not None
        real, told = flipping.shown, (line.state.hall, line.wall)
        line.on_state = lambda state: None  # from here on the test says what the wall shows
        seen: list[str] = []
        flipping.dressed.connect(lambda shows: seen.append(node.color()))
        flipping.told(replace(real, rehearsal="d1", revision=100, show_at=1), *told)
        node.until(lambda: flipping.revision_shown == 100)
        why = texts(lang)(Message("rehearsal.none_runs"))
        node.until(lambda: why in node.window.over.said.notice)
        assert node.window.over.said.rehearsal
        node.window.grab().save(str(tmp_path / f"outside-{lang}.png"))
        assert COLORS["calm"] not in (*seen, node.color()), "not for a moment"
        drill._joined(Message("rehearsal.no_key"))
        node.window.grab().save(str(tmp_path / f"no-key-{lang}.png"))
        flipping.told(replace(real, revision=101, show_at=1), *told)
        node.until(lambda: node.color() == COLORS["calm"])
        assert node.window.over.said.notice == ()
        drill.close()
