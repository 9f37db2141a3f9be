"""The engine in a real window: a layout file decides what stands where, and one broken panel costs no other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from cockpit.model.layout import Layout
from cockpit.model.layout_read import read_layout, read_layout_file
from layouts.engine import LayoutEngine
from layouts.panels import Panels
from layouts.unbuilt import ComingPanel, UnbuiltPanel
from tests.panel_desk import desk
from widgets.kit.panel import Panel, PanelContext

DUTY = Path(__file__).parent.parent / "layouts" / "duty.toml"


class Told(Panel):
    """A panel that notes what it is told."""

    topics = frozenset({"event", "unit"})

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None, compact: bool = False) -> None:
        super().__init__(ctx, parent)
        self.compact = compact
        self.heard: list[frozenset[str]] = []
        self.ticks = 0
        self.field = QLineEdit(self.content)

    def refresh(self, topics: frozenset[str]) -> None:
        self.heard.append(topics)

    def age_tick(self) -> None:
        self.ticks += 1


class Broken(Told):
    tries = 0

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None, **options: Any) -> None:
        super().__init__(ctx, parent)
        type(self).tries += 1
        if self.tries < 2:
            raise ValueError("a bug of ours")


class Panelled(LayoutEngine):
    """An engine over panels that note what they are told."""

    def __init__(self, ctx: PanelContext, classes: dict[str, type]) -> None:
        super().__init__(ctx, classes)
        self.resize(1920, 1080)

    def place(self, region: str) -> tuple[int, int, int, int]:
        at: QRect = self.panels()[region].geometry()
        return at.x(), at.y(), at.width(), at.height()


CLASSES: dict[str, type] = dict.fromkeys(Panels(), Told)


@pytest.fixture
def engine(qtbot: QtBot) -> Panelled:
    made = Panelled(desk().ctx, CLASSES)
    qtbot.addWidget(made)
    made.show()
    return made


def duty() -> Layout:
    return read_layout_file(DUTY, CLASSES)


def two(text: str = "") -> Layout:
    return read_layout(
        f"""
        name.zh = "两栏"
        [regions.window]
        columns = ["map", "queue"]
        [regions.map]
        panel = "map"
        [regions.queue]
        panel = "queue"
        size = 600
        {text}
        """,
        "two.toml",
        CLASSES,
    )


def test_the_shipped_duty_layout_stands_as_drawn(engine: Panelled) -> None:
    engine.show_layout(duty())
    assert engine.place("map") == (412, 56, 1044, 972)
    assert engine.place("strip") == (0, 1036, 1920, 44)
    assert all(panel.isVisible() for panel in engine.panels().values())


def test_another_file_gives_another_arrangement_of_the_same_panels(engine: Panelled) -> None:
    engine.show_layout(duty())
    before = engine.panels()
    engine.show_layout(two())
    after = engine.panels()
    assert list(after) == ["map", "queue"]
    assert after["map"] is before["map"]
    assert after["queue"] is before["queue"]
    assert engine.place("map") == (0, 0, 1312, 1080)
    assert engine.place("queue") == (1320, 0, 600, 1080)
    assert not before["event"].isVisible()
    engine.show_layout(duty())
    assert engine.panels() == before
    assert engine.place("queue") == (8, 56, 396, 972)


def test_panels_follow_the_window(engine: Panelled) -> None:
    engine.show_layout(duty())
    engine.resize(1366, 768)
    assert engine.place("map") == (336, 56, 614, 660)


def test_the_slot_takes_room_only_while_something_is_in_it(engine: Panelled) -> None:
    engine.show_layout(duty())
    banner = QLabel("断开")
    engine.show_slot("banner", banner)
    assert banner.geometry() == QRect(8, 56, 1904, 44)
    assert banner.isVisible()
    assert engine.place("map") == (412, 108, 1044, 920)
    engine.show_slot("banner", None)
    assert not banner.isVisible()
    assert engine.place("map") == (412, 56, 1044, 972)


def test_what_is_in_a_slot_hides_where_the_layout_has_no_such_slot(engine: Panelled) -> None:
    engine.show_layout(duty())
    banner = QLabel("断开")
    engine.show_slot("banner", banner)
    engine.show_layout(two())
    assert not banner.isVisible()
    engine.show_layout(duty())
    assert banner.isVisible()


def test_an_optional_overlay_floats_over_its_region(engine: Panelled) -> None:
    overlay = '[overlays.page]\npanel = "event"\nover = "map"\nanchor = "right"\nsize = [448, 400]\noptional = true'
    engine.show_layout(two(overlay))
    assert "page" not in engine.panels()
    engine.show_region("page")
    assert engine.place("page") == (1312 - 8 - 448, 340, 448, 400)
    engine.show_region("page", False)
    assert "page" not in engine.panels()


def test_a_panel_hears_of_its_own_topics_only(engine: Panelled) -> None:
    engine.show_layout(duty())
    engine.refresh(frozenset({"event", "camera"}))
    engine.refresh(frozenset({"camera"}))
    queue = engine.panel("queue")
    assert isinstance(queue, Told)
    assert queue.heard == [frozenset({"event"})]


def test_a_panel_put_aside_hears_of_what_it_missed_when_it_is_shown_again(engine: Panelled) -> None:
    engine.show_layout(duty())
    engine.refresh(frozenset({"event"}))
    event = engine.panel("event")
    assert isinstance(event, Told)
    engine.show_layout(two())
    engine.refresh(frozenset({"unit"}))
    assert event.heard == [frozenset({"event"})]
    engine.show_layout(duty())
    assert event.heard == [frozenset({"event"}), frozenset({"unit"})]


def test_a_panel_that_comes_while_running_shows_the_picture_at_once(engine: Panelled) -> None:
    engine.show_layout(two())
    engine.refresh(frozenset({"event"}))
    engine.show_layout(duty())
    event = engine.panel("event")
    assert isinstance(event, Told)
    assert event.heard == [frozenset({"event", "unit"})]
    assert event.ticks == 1


def test_options_of_the_region_reach_the_panel(engine: Panelled) -> None:
    layout = read_layout(
        'name.zh = "x"\n[regions.window]\nrows = ["q"]\n[regions.q]\npanel = "queue"\noptions = { compact = true }',
        "x.toml",
        CLASSES,
    )
    engine.show_layout(layout)
    queue = engine.panel("queue")
    assert isinstance(queue, Told)
    assert queue.compact


def test_the_keyboard_goes_from_panel_to_panel_in_reading_order(engine: Panelled, qtbot: QtBot) -> None:
    engine.show_layout(two())
    engine.activateWindow()
    qtbot.waitUntil(engine.isActiveWindow)
    fields = {panel.field: name for name, panel in engine.panels().items() if isinstance(panel, Told)}
    order = []
    for step in (1, 1, 1, -1):
        engine.focus_next(step)
        focus = engine.focusWidget()
        assert isinstance(focus, QLineEdit)
        order.append(fields[focus])
    assert order == ["map", "queue", "map", "queue"]


@pytest.mark.logs("panel map failed")
def test_a_panel_that_can_not_be_built_shows_its_error_and_the_others_go_on(qtbot: QtBot) -> None:
    Broken.tries = 0
    engine = Panelled(desk().ctx, {**CLASSES, "map": Broken})
    qtbot.addWidget(engine)
    engine.show()
    engine.show_layout(duty())
    assert isinstance(engine.panel("map"), UnbuiltPanel)
    assert engine.place("map") == (412, 56, 1044, 972)
    engine.refresh(frozenset({"event"}))
    queue = engine.panel("queue")
    assert isinstance(queue, Told)
    assert queue.heard
    unbuilt = engine.panel("map")
    assert isinstance(unbuilt, UnbuiltPanel)
    unbuilt.reopen()
    again = engine.panel("map")
    assert isinstance(again, Broken)
    assert again.heard == [frozenset({"event", "unit"})]


@pytest.mark.logs("panel queue failed")
def test_an_option_that_a_panel_does_not_know_ends_in_its_own_frame(engine: Panelled) -> None:
    layout = read_layout(
        'name.zh = "x"\n[regions.window]\nrows = ["q"]\n[regions.q]\npanel = "queue"\noptions = { colour = 1 }',
        "x.toml",
        CLASSES,
    )
    engine.show_layout(layout)
    assert isinstance(engine.panel("queue"), UnbuiltPanel)


def test_panels_are_found_by_listing_the_folders_of_widgets() -> None:
    found = Panels()
    assert "queue" in found
    assert issubclass(found["queue"], Panel)


def test_every_panel_of_the_shipped_layout_is_there() -> None:
    read_layout_file(DUTY, Panels())


def test_a_panel_no_layout_names_is_not_imported(tmp_path: Path) -> None:
    folder = tmp_path / "gadgets" / "charts"
    folder.mkdir(parents=True)
    (folder / "heavy.py").write_text("raise RuntimeError\nPANELS: dict[str, type] = {'heavy': int}\n", "utf-8")
    assert "heavy" in Panels(tmp_path / "gadgets")


def test_a_panel_for_later_has_its_frame_at_once_and_hears_all_when_it_is_built(qtbot: QtBot) -> None:
    engine = LayoutEngine(desk().ctx, CLASSES, later=frozenset({"map"}))
    qtbot.addWidget(engine)
    engine.resize(1920, 1080)
    engine.show_layout(two())
    engine.show()
    engine.refresh(frozenset({"event"}))
    frame = engine.panels()["map"]
    assert isinstance(frame, ComingPanel)
    assert isinstance(engine.panels()["queue"], Told)
    place = frame.geometry()
    assert place.width() > 1000
    engine.build_rest()
    built = engine.panels()["map"]
    assert isinstance(built, Told)
    assert built.isVisible()
    assert built.geometry() == place
    assert built.heard == [Told.topics]
    engine.build_rest()
    assert engine.panels()["map"] is built


def test_what_was_left_for_later_is_not_built_in_a_window_that_closes(qtbot: QtBot) -> None:
    engine = LayoutEngine(desk().ctx, CLASSES, later=frozenset({"map"}))
    qtbot.addWidget(engine)
    engine.show_layout(two())
    engine.close_panels()
    engine.build_rest()
    assert isinstance(engine.panels()["map"], ComingPanel)


@pytest.mark.parametrize("panel", sorted(Panels()))
def test_the_words_over_a_panel_are_known_without_importing_it(panel: str) -> None:
    found = Panels()
    written = found.read_title(panel)
    assert written in (None, getattr(found[panel], "title_id", ""))
    assert found.title_id(panel) == getattr(found[panel], "title_id", "")
