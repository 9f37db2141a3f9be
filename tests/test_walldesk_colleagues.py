"""Two desks on the scenes of one hall: what a colleague published meanwhile is seen before it is overwritten."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from cockpit.model import wall_draft, wall_tree
from cockpit.model.messages import texts
from cockpit.model.wall import Scene
from cockpit.model.wall_write import write_scene
from tests.walldesk_kit import PATIENCE_MS, Operator, operator
from widgets.walldesk.publishing import PublishDialog
from widgets.walldesk.taking import TakeAwayDialog
from widgets.walldesk.versions import VersionsDialog

CTRL = Qt.KeyboardModifier.ControlModifier
zh = texts("zh")
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def op(qtbot: QtBot, tmp_path: Path) -> Iterator[Operator]:
    with operator(qtbot, tmp_path) as made:
        made.ctx.walling.tell(editing=True)
        yield made


def shown(op: Operator) -> Scene:
    scene = op.window.commands.edit.scene
    assert scene is not None
    return scene


def published(op: Operator, id: str = "overview") -> Scene:
    scene: Scene = op.walls.versions_.whole.site.scenes[id]
    return scene


def places(op: Operator, scene: Scene) -> set[str]:
    """Those of the arrangement for the wall that is looked at."""
    fit = op.window.commands.edit.fit
    assert fit is not None
    return {leaf.id for leaf in wall_tree.leaves(wall_tree.root_of(scene, fit))}


def take_out(op: Operator, *ids: str) -> None:
    for id in ids:
        op.ctx.walling.tell(places=(id,))
        op.do("remove")


def colleague(op: Operator, scene: Scene) -> int:
    return op.walls.published_by("王芳", {f"scenes/{scene.id}.toml": write_scene(scene)})


def renamed(op: Operator, name: str = "王芳的总览") -> Scene:
    """The published overview with another name."""
    return replace(published(op), name={"zh": name, "en": name})


def publishing(op: Operator) -> PublishDialog:
    op.do("publish")
    dialog = op.window.commands.dialog
    assert isinstance(dialog, PublishDialog)
    op.qtbot.waitUntil(lambda: QApplication.activeWindow() is dialog, timeout=PATIENCE_MS)
    return dialog


def words(dialog: PublishDialog) -> str:
    return "\n".join(made.text() for made in dialog.findChildren(QLabel))


# -- the same scene, published meanwhile -------------------------------------------------------------------------------


def test_a_scene_that_a_colleague_published_meanwhile_is_not_overwritten_by_two_presses_of_the_key(
    op: Operator,
) -> None:
    take_out(op, "events")
    n = colleague(op, renamed(op))
    dialog = publishing(op)
    assert f"王芳 发布了第 {n} 版" in words(dialog)
    op.key(Qt.Key.Key_Return, CTRL, at=dialog.note)
    op.key(Qt.Key.Key_Return, CTRL, at=dialog.note)
    assert published(op).name["zh"] == "王芳的总览"
    assert op.walls.versions_.number == n
    assert dialog.problem.text() == zh("walldesk.overtaken", scene=shown(op).name)
    assert set(op.ctx.walling.drafts) == {"overview"}


def test_it_is_overwritten_once_that_is_ticked_by_keys_alone(op: Operator) -> None:
    take_out(op, "events")
    colleague(op, renamed(op))
    dialog = publishing(op)
    op.key(Qt.Key.Key_Return, CTRL, at=dialog.note)
    tick = dialog.overwrites["overview"]
    assert dialog.focusWidget() is tick
    op.key(Qt.Key.Key_Space, at=tick)
    op.key(Qt.Key.Key_Return, CTRL, at=tick)
    assert "events" not in places(op, published(op))
    assert op.window.commands.edit.unpublished() == []


def test_what_they_changed_is_told_apart_from_what_i_change(op: Operator) -> None:
    take_out(op, "events")
    colleague(op, renamed(op))
    said = words(publishing(op))
    theirs, mine = said.index(zh("walldesk.theirs_changed")), said.index(zh("walldesk.mine_changes"))
    assert theirs < said.index("→ 王芳的总览") < mine < said.index("events")


def test_all_that_the_dialog_lists_is_read_by_keys(op: Operator) -> None:
    take_out(op, "events", "streets", "signs")
    colleague(op, renamed(op))
    dialog = publishing(op)
    bar = dialog._area.verticalScrollBar()
    assert bar.maximum() > 0
    op.key(Qt.Key.Key_PageDown, at=dialog.note)
    assert bar.value() == bar.maximum() or bar.value() >= bar.pageStep()
    op.key(Qt.Key.Key_PageUp, at=dialog.note)
    assert bar.value() == 0


def test_the_edit_begins_from_theirs_and_undo_leads_back_to_mine(op: Operator) -> None:
    take_out(op, "events")
    colleague(op, renamed(op))
    publishing(op).theirs["overview"].click()
    assert op.window.commands.dialog is None
    assert wall_draft.same(shown(op), published(op))
    op.do("undo")
    assert "events" not in places(op, shown(op))
    assert publishing(op).overwrites, "mine is still not made on theirs"


def test_an_edit_made_on_theirs_is_published_like_any_other(op: Operator) -> None:
    take_out(op, "events")
    colleague(op, renamed(op))
    publishing(op).theirs["overview"].click()
    take_out(op, "streets")
    dialog = publishing(op)
    assert not dialog.overwrites
    dialog.publish()
    assert published(op).name["zh"] == "王芳的总览"
    assert "streets" not in places(op, published(op))


def test_another_scene_that_a_colleague_published_asks_for_nothing(op: Operator) -> None:
    take_out(op, "events")
    colleague(op, replace(published(op, "flood"), name={"zh": "汛", "en": "Flood"}))
    dialog = publishing(op)
    assert not dialog.overwrites
    dialog.publish()
    assert "events" not in places(op, published(op))
    assert published(op, "flood").name["zh"] == "汛"


def test_what_is_published_while_the_dialog_is_open_is_in_it_at_once(op: Operator) -> None:
    take_out(op, "events")
    dialog = publishing(op)
    dialog.note.setText("汛期")
    assert not dialog.overwrites
    colleague(op, renamed(op))
    assert "王芳" in words(dialog)
    dialog.publish()
    assert published(op).name["zh"] == "王芳的总览"
    dialog.overwrites["overview"].setChecked(True)
    colleague(op, renamed(op, "又改了"))
    assert not dialog.overwrites["overview"].isChecked(), "what was ticked was the version before"
    assert dialog.note.text() == "汛期"


def test_a_scene_that_was_removed_meanwhile_is_made_again_only_where_that_is_ticked(op: Operator) -> None:
    own = replace(published(op), id="ours", key="", name={"zh": "自建", "en": "Ours"})
    colleague(op, own)
    op.window.commands.edit.hand.choose_scene("ours")
    take_out(op, "events")
    op.walls.published_by("王芳", {"scenes/ours.toml": ""})
    dialog = publishing(op)
    assert zh("walldesk.theirs_gone") in words(dialog)
    dialog.publish()
    assert "ours" not in op.walls.versions_.whole.site.scenes
    dialog.overwrites["ours"].setChecked(True)
    dialog.publish()
    assert "events" not in places(op, published(op, "ours"))


def test_a_draft_kept_over_a_restart_still_knows_what_it_was_made_on(op: Operator) -> None:
    take_out(op, "events")
    n = colleague(op, renamed(op))
    op.again()
    publishing(op).publish()
    assert op.walls.versions_.number == n


# -- the moment after publishing ---------------------------------------------------------------------------------------


def publish_late(op: Operator) -> None:
    """What is on the desk is published; the scenes as they are then come with `read_scenes`."""
    op.walls.late = True
    publishing(op).publish()
    assert op.window.commands.dialog is None


def test_the_plan_stays_as_it_was_published_until_the_hub_says_the_same(op: Operator) -> None:
    take_out(op, "events")
    publish_late(op)
    assert "events" not in places(op, shown(op))
    assert op.window.commands.edit.unpublished() == []
    op.walls.read_scenes()
    assert "events" not in places(op, shown(op))
    assert op.ctx.walling.drafts == {}


def test_an_edit_right_after_publishing_is_made_on_what_was_published(op: Operator) -> None:
    take_out(op, "events")
    publish_late(op)
    take_out(op, "streets")
    op.walls.read_scenes()
    dialog = publishing(op)
    assert not dialog.overwrites
    assert "events" not in words(dialog)
    dialog.publish()
    assert not {"events", "streets"} & places(op, published(op))


def test_a_new_scene_that_was_just_published_is_edited_on(op: Operator) -> None:
    mine = op.window.commands.edit.begin("春运", published(op))
    publish_late(op)
    take_out(op, "events")
    op.walls.read_scenes()
    dialog = publishing(op)
    assert not dialog.overwrites
    dialog.publish()
    assert "events" not in places(op, published(op, mine))


def test_what_a_colleague_publishes_right_after_is_seen_too(op: Operator) -> None:
    take_out(op, "events")
    publish_late(op)
    colleague(op, renamed(op))
    op.walls.read_scenes()
    assert shown(op).name["zh"] == "王芳的总览"
    assert op.ctx.walling.drafts == {}


# -- new scenes --------------------------------------------------------------------------------------------------------


def test_new_scenes_of_two_desks_are_two(op: Operator, qtbot: QtBot, tmp_path: Path) -> None:
    edit = op.window.commands.edit
    mine = edit.begin("春运", published(op))
    with operator(qtbot, tmp_path / "another") as other:
        theirs = other.window.commands.edit.begin("防汛专题", published(other))
        colleague(op, shown(other))
    assert {"防汛专题", "春运"} <= {name["zh"] for _, name, _ in edit.hand.scenes()}
    dialog = publishing(op)
    assert not dialog.overwrites
    dialog.publish()
    assert published(op, theirs).name["zh"] == "防汛专题"
    assert published(op, mine).name["zh"] == "春运"


def test_a_new_scene_whose_id_a_colleague_published_does_not_replace_theirs_unseen(op: Operator) -> None:
    edit = op.window.commands.edit
    mine = edit.begin("春运", published(op))
    colleague(op, replace(shown(op), name={"zh": "防汛专题", "en": "Flood"}))
    dialog = publishing(op)
    dialog.publish()
    assert published(op, mine).name["zh"] == "防汛专题"
    assert dialog.overwrites[mine].isVisible()


# -- going back, taking away -------------------------------------------------------------------------------------------


def test_a_version_is_not_brought_back_over_one_that_is_not_in_the_list(op: Operator) -> None:
    take_out(op, "events")
    publishing(op).publish()
    op.do("versions")
    dialog = op.window.commands.dialog
    assert isinstance(dialog, VersionsDialog)
    dialog.view.setCurrentRow(1)
    n = colleague(op, replace(published(op, "flood"), name={"zh": "汛", "en": "Flood"}))
    dialog.back.click()
    assert op.walls.versions_.number == n
    assert dialog.problem.text() == zh("walldesk.back_meanwhile", by="王芳", n=n)
    assert "王芳" in dialog.view.item(0).text()
    assert dialog.view.currentRow() == 2, "the version that was looked at is still looked at"
    dialog.back.click()
    assert op.walls.versions_.number == n + 1
    assert "events" in places(op, published(op))


def taking_away(op: Operator) -> TakeAwayDialog:
    op.do("take_away")
    dialog = op.window.commands.dialog
    assert isinstance(dialog, TakeAwayDialog)
    op.qtbot.waitUntil(lambda: QApplication.activeWindow() is dialog, timeout=PATIENCE_MS)
    return dialog


def test_a_scene_goes_by_keys_once_it_was_said_whose_it_is(op: Operator) -> None:
    n = colleague(op, renamed(op))
    dialog = taking_away(op)
    assert "王芳" in dialog.last.text()
    assert "王芳的总览" in dialog.words.text()
    op.key(Qt.Key.Key_Escape, at=dialog)
    assert op.walls.versions_.number == n
    dialog = taking_away(op)
    op.key(Qt.Key.Key_Return, CTRL, at=dialog)
    assert published(op).name["zh"] == "城市总览"


def test_a_scene_does_not_go_as_a_colleague_published_it_unseen(op: Operator) -> None:
    colleague(op, renamed(op))
    op.walls.late = True
    dialog = taking_away(op)
    n = colleague(op, renamed(op, "又改了"))
    dialog.take_away()
    assert op.walls.versions_.number == n
    assert dialog.problem.text()
    op.walls.late = False
    op.walls.read_scenes()
    assert "又改了" in dialog.words.text()
    dialog.take_away()
    assert published(op).name["zh"] == "城市总览"


# -- drafts with nothing of a hand in them -----------------------------------------------------------------------------


def test_a_draft_that_a_colleague_published_word_for_word_is_as_published(op: Operator) -> None:
    take_out(op, "events")
    colleague(op, shown(op))
    assert op.window.commands.edit.unpublished() == []
    assert not any(row.draft for row in op.scenes.model.lines)
    assert op.window.commands.edit.changed() == ()


def test_undoing_all_shows_the_scene_as_it_is_published_now_and_redo_is_still_there(op: Operator) -> None:
    take_out(op, "events")
    colleague(op, renamed(op))
    op.do("undo")
    assert shown(op).name["zh"] == "王芳的总览"
    assert op.window.commands.edit.unpublished() == []
    op.do("redo")
    assert "events" not in places(op, shown(op))
    assert publishing(op).overwrites


def test_a_draft_that_was_undone_goes_with_what_a_colleague_publishes(op: Operator) -> None:
    take_out(op, "events")
    op.do("undo")
    colleague(op, renamed(op))
    assert shown(op).name["zh"] == "王芳的总览"
    assert op.window.commands.edit.changed() == ()
    take_out(op, "streets")
    assert not publishing(op).overwrites
