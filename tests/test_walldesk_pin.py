"""What is edited at the operator's desk stays the scene on which that began, whatever the wall shows meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, Qt
from pytestqt.qtbot import QtBot

from cockpit.model import wall_tree
from cockpit.model.messages import texts
from cockpit.model.wallstate import WallAct
from tests.walldesk_kit import Operator, operator
from widgets.kit.lineedit import LineEdit
from widgets.walldesk.describing import SceneDialog
from widgets.walldesk.versions import VersionsDialog

CTRL = Qt.KeyboardModifier.ControlModifier
zh = texts("zh")
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def op(qtbot: QtBot, tmp_path: Path) -> Iterator[Operator]:
    with operator(qtbot, tmp_path) as made:
        yield made


def colleague_shows(op: Operator, scene: str) -> None:
    """Somebody else, a carousel or an alert brings a scene to the wall."""
    op.walls.act(WallAct("main", "scene", scene), lambda problem: None)
    assert op.shows.scene.id == scene


def looked(op: Operator) -> str:
    return op.window.commands.edit.hand.looked


def leaf_ids(op: Operator) -> set[str]:
    root = op.window.commands.edit.root
    assert root is not None
    return {leaf.id for leaf in wall_tree.leaves(root)}


def test_the_name_goes_to_the_scene_that_the_dialog_was_opened_on(op: Operator) -> None:
    first = op.shows.scene.id
    op.do("describe")
    dialog = op.window.commands.dialog
    assert isinstance(dialog, SceneDialog)
    colleague_shows(op, "hotline")
    dialog.zh.setText("值守总览")
    dialog.confirm.click()
    assert set(op.ctx.walling.drafts) == {first}
    assert op.ctx.walling.drafts[first].scene.name["zh"] == "值守总览"
    assert looked(op) == first


def test_a_version_goes_into_the_scene_whose_versions_were_opened(op: Operator) -> None:
    first = op.shows.scene.id
    op.do("edit")
    op.ctx.walling.tell(places=("events",))
    op.do("remove")
    op.do("publish")
    op.window.commands.dialog.confirm.click()
    op.do("edit")
    op.do("versions")
    dialog = op.window.commands.dialog
    assert isinstance(dialog, VersionsDialog)
    colleague_shows(op, "hotline")
    dialog.view.setCurrentRow(1)
    dialog.edit.click()
    assert set(op.ctx.walling.drafts) == {first}
    assert looked(op) == first
    assert "events" in leaf_ids(op)


def test_the_plan_stays_with_its_scene_and_the_headers_name_both(op: Operator) -> None:
    first = op.shows.scene
    op.do("edit")
    op.ctx.walling.tell(places=("events",))
    assert op.wall.header.title.text() == zh("walldesk.edits_shown", scene=first.name)
    colleague_shows(op, "hotline")
    other = op.shows.scene
    assert looked(op) == first.id
    assert op.wall.header.title.text() == zh("walldesk.edits", scene=first.name, other=other.name)
    assert op.screen._plan_title.text() == zh("walldesk.plan_besides", scene=first.name, other=other.name)
    op.do("remove")
    assert set(op.ctx.walling.drafts) == {first.id}


def test_words_that_are_typed_stay_when_the_wall_changes(op: Operator) -> None:
    first = op.shows.scene.id
    op.do("edit")
    op.ctx.walling.tell(places=("events",))
    title = op.screen.form.fields["title"]
    assert isinstance(title, LineEdit)
    title.setFocus()
    op.qtbot.keyClicks(title, "Tonight")
    colleague_shows(op, "hotline")
    assert op.screen.form.fields["title"] is title
    op.key(Qt.Key.Key_Return, at=title)
    root = op.ctx.walling.drafts[first].scene.arrangements
    assert any(leaf.options.get("title") == "Tonight" for one in root for leaf in wall_tree.leaves(one.root))


def test_words_that_are_typed_are_taken_when_another_place_is_chosen(op: Operator) -> None:
    first = op.shows.scene.id
    op.do("edit")
    op.ctx.walling.tell(places=("events",))
    title = op.screen.form.fields["title"]
    assert isinstance(title, LineEdit)
    title.setFocus()
    op.qtbot.keyClicks(title, "Tonight")
    op.window.commands.edit.hand.choose_scene("hotline")
    leaves = [leaf for one in op.ctx.walling.drafts[first].scene.arrangements for leaf in wall_tree.leaves(one.root)]
    assert [leaf.id for leaf in leaves if leaf.options.get("title") == "Tonight"] == ["events"]
    assert "hotline" not in op.ctx.walling.drafts


def test_a_place_that_is_chosen_beside_the_living_wall_is_of_the_scene_of_that_moment(op: Operator) -> None:
    first, board = op.shows.scene.id, op.screen.board
    at = board.places()["events"].center()
    op.qtbot.mouseClick(board, Qt.MouseButton.LeftButton, pos=QPointF(at).toPoint())
    assert op.ctx.walling.places == ("events",)
    colleague_shows(op, "hotline")
    op.key(Qt.Key.Key_Delete, CTRL, at=board)
    assert set(op.ctx.walling.drafts) == {first}


def test_an_own_key_changes_the_wall_and_leaves_what_is_edited(op: Operator) -> None:
    first = op.shows.scene.id
    op.do("edit")
    op.do("key_f3")
    assert op.shows.scene.id == "flood"
    assert looked(op) == first


def test_a_click_on_the_row_of_the_scene_that_is_on_the_wall_holds_it(op: Operator) -> None:
    first, view = op.shows.scene.id, op.scenes.view
    row = next(i for i, one in enumerate(op.scenes.model.lines) if one.id == first)
    at = view.visualRect(op.scenes.model.index(row, 0)).center()
    op.qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    colleague_shows(op, "hotline")
    assert looked(op) == first


def test_a_desk_that_only_watches_follows_the_wall_also_after_the_plan_was_looked_at(op: Operator) -> None:
    op.do("edit")
    op.do("edit")
    colleague_shows(op, "hotline")
    assert looked(op) == "hotline"
