"""Editing at the operator's desk: with the hand and with keys alone, tried, published, compared and taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from cockpit.model import wall_tree
from cockpit.model.messages import Message, texts
from cockpit.model.wall import Place
from cockpit.model.wall_boxes import Divider
from cockpit.model.wall_panels import WALL_PANELS
from cockpit.model.wall_solve import empty_screens
from cockpit.model.wall_words import option_name
from layouts.panels import Panels
from tests.walldesk_kit import PATIENCE_MS, Operator, operator
from widgets.kit.lineedit import LineEdit
from widgets.wall import bars, cases, counting, curve, hotline, picture, text
from widgets.walldesk import kinds
from widgets.walldesk.describing import SceneDialog
from widgets.walldesk.dragged import carried
from widgets.walldesk.options import options_of, typed, written
from widgets.walldesk.publishing import PublishDialog
from widgets.walldesk.setting_words import choices
from widgets.walldesk.taking import TakeAwayDialog
from widgets.walldesk.versions import VersionsDialog

CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)
zh = texts("zh")
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def op(qtbot: QtBot, tmp_path: Path) -> Iterator[Operator]:
    with operator(qtbot, tmp_path) as made:
        made.ctx.walling.tell(editing=True)
        yield made


def ids(op: Operator) -> list[str]:
    root = op.window.commands.edit.root
    assert root is not None
    return [leaf.id for leaf in wall_tree.leaves(root)]


def place(op: Operator, id: str) -> Place:
    root = op.window.commands.edit.root
    assert root is not None
    return wall_tree.find(root, id)


def publish(op: Operator) -> PublishDialog:
    op.do("publish")
    dialog = op.window.commands.dialog
    assert isinstance(dialog, PublishDialog)
    return dialog


def test_enter_after_the_note_neither_publishes_nor_gives_up(op: Operator) -> None:
    op.ctx.walling.tell(places=("events",))
    op.do("remove")
    dialog = publish(op)
    op.qtbot.waitUntil(lambda: QApplication.activeWindow() is dialog, timeout=PATIENCE_MS)
    dialog.note.setText("汛期")
    op.key(Qt.Key.Key_Return, at=dialog.note)
    assert op.window.commands.dialog is dialog
    op.key(Qt.Key.Key_Return, CTRL, at=dialog.note)
    assert op.walls.versions_.versions()[0].note == "汛期"


def test_enter_on_cancel_gives_up(op: Operator) -> None:
    op.ctx.walling.tell(places=("events",))
    op.do("remove")
    dialog = publish(op)
    op.qtbot.waitUntil(lambda: QApplication.activeWindow() is dialog, timeout=PATIENCE_MS)
    cancel = next(made for made in dialog.findChildren(QPushButton) if made.text() == op.ctx.t("walldesk.cancel"))
    cancel.setFocus()
    op.key(Qt.Key.Key_Return, at=cancel)
    assert op.window.commands.dialog is None
    assert len(op.ctx.walling.drafts) == 1


# -- by keys -----------------------------------------------------------------------------------------------------------


def test_a_panel_is_put_on_the_wall_by_keys_alone(op: Operator) -> None:
    board = op.wall.board
    board.setFocus()
    op.ctx.walling.tell(places=("events",))
    op.key(Qt.Key.Key_D, CTRL)
    op.ctx.walling.tell(panel="wallring")
    op.key(Qt.Key.Key_Return, at=op.catalogue.grid)
    assert place(op, "ring").panel == "wallring"
    op.key(Qt.Key.Key_Return, CTRL)
    dialog = op.window.commands.dialog
    assert isinstance(dialog, PublishDialog)
    op.qtbot.waitUntil(lambda: QApplication.activeWindow() is dialog, timeout=PATIENCE_MS)
    op.key(Qt.Key.Key_Return, CTRL, at=dialog.note)
    assert "ring" in {leaf.id for one in op.shows.scene.arrangements for leaf in wall_tree.leaves(one.root)}
    assert op.ctx.walling.drafts == {}
    assert op.walls.versions_.number == 3


def test_arrows_walk_the_places_and_shift_chooses_those_that_are_merged(op: Operator) -> None:
    board = op.wall.board
    op.ctx.walling.tell(places=("events",))
    op.key(Qt.Key.Key_Down, SHIFT, at=board)
    assert set(op.ctx.walling.places) == {"events", "streets"}
    op.key(Qt.Key.Key_M, CTRL)
    assert "streets" in ids(op) or "events" in ids(op)
    assert not {"streets", "events"} <= set(ids(op))


def test_an_edge_moves_by_ctrl_and_an_arrow_and_back_by_undo(op: Operator) -> None:
    board, edit = op.wall.board, op.window.commands.edit
    op.ctx.walling.tell(places=("map",))
    before = edit.boxes()["map"]
    op.key(Qt.Key.Key_Right, CTRL, at=board)
    op.key(Qt.Key.Key_Right, CTRL, at=board)
    assert edit.boxes()["map"] != before or len(edit.draft.past) == 2  # type: ignore[union-attr]
    op.key(Qt.Key.Key_Z, CTRL)
    op.key(Qt.Key.Key_Z, CTRL)
    assert edit.boxes()["map"] == before
    assert not edit.unpublished()


def test_two_places_swap_by_alt_and_an_arrow(op: Operator) -> None:
    edit = op.window.commands.edit
    op.ctx.walling.tell(places=("events",))
    before = edit.boxes()
    op.key(Qt.Key.Key_Down, ALT, at=op.wall.board)
    assert edit.boxes()["events"] == before["streets"]


def test_delete_empties_a_place_and_with_ctrl_takes_it_away(op: Operator) -> None:
    op.ctx.walling.tell(places=("events",))
    op.key(Qt.Key.Key_Delete, at=op.wall.board)
    assert place(op, "events").panel == ""
    op.key(Qt.Key.Key_Delete, CTRL, at=op.wall.board)
    assert "events" not in ids(op)


def test_what_can_not_be_done_is_said_and_changes_nothing(op: Operator) -> None:
    op.ctx.walling.tell(places=())
    op.do("merge")
    op.do("undo")
    assert op.said() == [zh("walldesk.choose_place"), zh("walledit.nothing_to_undo")]
    assert op.ctx.walling.drafts == {}


# -- by the hand -------------------------------------------------------------------------------------------------------


def test_a_divider_that_is_dragged_is_one_step(op: Operator) -> None:
    board, edit = op.wall.board, op.window.commands.edit
    divider = next(one for one in edit.dividers() if one.along == "rows" and board.divider_at(_middle(op, one)) == one)
    before = edit.boxes()
    start = _middle(op, divider)
    op.drag(board, start, start + QPointF(0, 24))
    assert edit.draft is not None
    assert len(edit.draft.past) == 1
    assert edit.boxes() != before


def _middle(op: Operator, divider: Divider) -> QPointF:
    box, scale = op.wall.board.box()
    at = divider.at
    return QPointF(box.left() + (at.x + at.w / 2) * scale, box.top() + (at.y + at.h / 2) * scale)


def test_a_place_dragged_to_the_side_of_another_lies_there(op: Operator) -> None:
    board, edit = op.wall.board, op.window.commands.edit
    places = board.places()
    target = places["index"]
    op.drag(board, places["streets"].center(), QPointF(target.center().x(), target.bottom() - 4))
    now = edit.boxes()
    assert now["streets"].x == now["index"].x
    assert now["streets"].y > now["index"].y


def test_escape_ends_a_drag_without_a_change(op: Operator) -> None:
    board = op.wall.board
    start = board.places()["streets"].center()
    op.qtbot.mousePress(board, Qt.MouseButton.LeftButton, pos=start.toPoint())
    op.qtbot.mouseMove(board, (start + QPointF(-300, 0)).toPoint())
    op.key(Qt.Key.Key_Escape, at=board)
    op.qtbot.mouseRelease(board, Qt.MouseButton.LeftButton, pos=(start + QPointF(-300, 0)).toPoint())
    assert op.ctx.walling.drafts == {}


def test_a_panel_of_the_catalogue_dropped_at_the_edge_of_a_place_lies_beside_it(op: Operator) -> None:
    rect = op.wall.board.places()["events"]
    op.drop(op.wall.board, carried("wallring"), QPointF(rect.right() - 3, rect.center().y()))
    now = op.window.commands.edit.boxes()
    assert now["ring"].x > now["events"].x
    assert now["ring"].y == now["events"].y


def test_a_panel_of_the_catalogue_dropped_in_the_middle_takes_the_place(op: Operator) -> None:
    op.drop(op.wall.board, carried("wallring"), op.wall.board.places()["events"].center())
    assert "events" not in ids(op)
    assert "ring" in ids(op)


# -- settings ----------------------------------------------------------------------------------------------------------


def test_settings_of_a_place_are_those_of_its_panel_and_are_taken_when_they_are_typed(op: Operator) -> None:
    op.ctx.walling.tell(places=("signs",))
    field = op.screen.form.fields["signs"]
    assert isinstance(field, LineEdit)
    field.setText("A02, N01")
    field.editingFinished.emit()
    assert place(op, "signs").options["signs"] == ["A02", "N01"]
    field.setText("")
    field.editingFinished.emit()
    assert "signs" not in place(op, "signs").options


def test_a_setting_of_the_wrong_kind_is_said_and_not_taken(op: Operator) -> None:
    op.ctx.walling.tell(places=("signs",))
    before = place(op, "signs").options
    field = op.screen.form.fields["columns"]
    assert isinstance(field, LineEdit)
    field.setText("viele")
    field.editingFinished.emit()
    assert place(op, "signs").options == before
    assert len(op.said()) == 1
    assert field.property("wrong")


def test_what_a_place_follows_is_chosen_from_a_list(op: Operator) -> None:
    op.ctx.walling.tell(places=("signs",))
    box = op.screen.form.fields["follows"]
    assert isinstance(box, QComboBox)
    box.setCurrentIndex(2)
    box.activated.emit(2)
    assert place(op, "signs").follows == "area"


@pytest.mark.parametrize(
    ("value", "like"), [(["A02", 3], []), ({"zh": "雨\"量", "en": "Rain"}, ""), (4, 1), (2.5, 1.0), ("words", "")]
)  # fmt: skip
def test_a_setting_is_typed_as_it_is_written(value: object, like: object) -> None:
    assert typed(written(value), like) == value


def test_every_setting_of_a_walls_own_panel_has_words_in_both_languages() -> None:
    panels = Panels()
    for panel in WALL_PANELS:
        for name in {**options_of(panels[panel]), "area": "", "frame": True}:
            named = option_name(panel, name)
            said = choices(panel, name)
            for lang in ("zh", "en"):
                assert isinstance(named, Message)
                assert texts(lang)(named) not in (named.id, name), (panel, name)
                assert all(texts(lang)(words) != words.id for _, words in said), (panel, name)


def test_what_may_be_chosen_is_what_the_panels_take() -> None:
    def given(panel: str, name: str) -> set[object]:
        return {one for one, _ in choices(panel, name)}

    assert given("wallrank", "of") == set(counting.OF)
    assert given("wallrank", "by") == set(counting.BY)
    assert given("wallhotline", "by") == set(hotline.BY)
    assert given("wallcases", "shows") == set(cases.SHOWS)
    assert given("wallpicture", "fit") == set(picture.FITS)
    assert given("walltext", "side") == set(text.SIDES)
    assert given("wallcurve", "compare") == set(curve._BACK)
    assert given("wallbars", "grain") == set(bars._GRAINS)


def test_a_setting_that_is_one_of_a_few_is_chosen_from_words(op: Operator) -> None:
    op.ctx.walling.tell(places=("streets",))
    by = op.screen.form.fields["by"]
    assert isinstance(by, QComboBox)
    words = [by.itemText(i) for i in range(by.count())]
    assert "等级" in words
    before = by.currentText()
    by.setCurrentIndex(words.index("等级"))
    by.activated.emit(words.index("等级"))
    assert place(op, "streets").options["by"] == "level"
    op.do("undo")
    assert by.currentText() == before


def test_settings_of_a_third_partys_panel_are_read_off_its_constructor() -> None:
    class Theirs:
        def __init__(self, ctx: object, parent: object = None, *, colour: str = "red", rows: int = 3) -> None: ...

    assert options_of(Theirs) == {"colour": "red", "rows": 3}


# -- trying, publishing, going back ------------------------------------------------------------------------------------


def test_a_scene_is_tried_on_the_chosen_screen_and_ends_by_the_same_key(op: Operator) -> None:
    op.ctx.walling.tell(places=("events",), screens=(2,))
    op.do("split_columns")
    op.do("try")
    assert op.shows.trial_on == (2,)
    assert op.shows.trial == op.window.commands.edit.scene
    op.do("try")
    assert (op.shows.trial, op.shows.trial_on) == (None, ())


def test_a_trial_ends_by_its_button_whatever_is_chosen_edited_or_looked_at_since(op: Operator) -> None:
    op.ctx.walling.tell(places=("events",), screens=(4,))
    op.do("split_columns")
    since: list[Callable[[], object]] = [
        lambda: op.ctx.walling.tell(screens=(5,)),
        lambda: op.do("undo"),
        lambda: op.window.commands.edit.hand.choose_scene("hotline"),
    ]
    for other in since:
        op.do("try")
        assert op.shows.trial is not None
        other()
        op.window.second()
        assert op.top.try_.text() == zh("walldesk.end_try")
        op.top.try_.click()
        assert (op.shows.trial, op.shows.trial_on) == (None, ())
        assert op.top.try_.text() == zh("walldesk.try")


def test_a_scene_with_an_empty_place_is_not_published_and_the_dialog_says_which(op: Operator) -> None:
    op.ctx.walling.tell(places=("events",))
    op.do("split_columns")
    dialog = publish(op)
    dialog.publish()
    assert "place" in dialog.problem.text()
    assert op.walls.versions_.number == 2


def test_what_was_published_meanwhile_is_not_overwritten_unseen(op: Operator) -> None:
    op.ctx.walling.tell(places=("events",))
    op.do("remove")
    dialog = publish(op)
    other = op.window.commands.edit.hand.text("overview")
    assert other is not None
    op.walls.published_by("王芳", {"scenes/overview.toml": other.text.replace("F1", "Ctrl+9")})
    dialog.publish()
    assert dialog.isVisible()
    assert dialog.problem.text()
    dialog.reject()
    dialog = publish(op)
    dialog.overwrites["overview"].setChecked(True)
    dialog.publish()
    assert op.walls.versions_.number == 4


def test_the_dialog_says_in_words_what_becomes_another_and_keeps_the_note(op: Operator) -> None:
    op.ctx.walling.tell(places=("events",))
    op.do("remove")
    dialog = publish(op)
    dialog.note.setText("汛期")
    dialog.publish()
    assert op.walls.versions_.versions()[0].note == "汛期"
    assert op.walls.versions_.versions()[0].changed == ("scenes/overview.toml",)


def test_only_scenes_that_are_ticked_are_published(op: Operator) -> None:
    op.ctx.walling.tell(places=("events",))
    op.do("remove")
    op.window.commands.edit.hand.choose_scene("flood")
    op.ctx.walling.tell(places=(ids(op)[0],))
    op.do("remove")
    dialog = publish(op)
    assert {id: pick.isChecked() for id, pick in dialog.picks.items()} == {"overview": False, "flood": True}
    dialog.publish()
    assert set(op.ctx.walling.drafts) == {"overview"}


def test_a_version_is_brought_back_with_all_that_was_in_it(op: Operator) -> None:
    op.ctx.walling.tell(places=("events",))
    op.do("remove")
    publish(op).publish()
    assert "events" not in ids(op)
    op.do("versions")
    dialog = op.window.commands.dialog
    assert isinstance(dialog, VersionsDialog)
    assert dialog.view.count() == 2
    dialog.view.setCurrentRow(1)
    assert "新增" in dialog.words.toPlainText() or "拿掉" in dialog.words.toPlainText()
    dialog.back.click()
    assert op.walls.versions_.number == 4
    dialog.accept()
    assert "events" in ids(op)


def test_an_older_version_of_one_scene_is_where_the_edit_goes_on_from(op: Operator) -> None:
    op.ctx.walling.tell(places=("events",))
    op.do("remove")
    publish(op).publish()
    op.do("versions")
    dialog = op.window.commands.dialog
    assert isinstance(dialog, VersionsDialog)
    dialog.view.setCurrentRow(1)
    dialog.edit.click()
    assert "events" in ids(op)
    assert op.window.commands.edit.unpublished() == ["overview"]


def test_a_new_scene_is_named_filled_published_and_shown(op: Operator) -> None:
    op.do("new")
    dialog = op.window.commands.dialog
    assert isinstance(dialog, SceneDialog)
    assert not dialog.confirm.isEnabled()
    dialog.zh.setText("亚运 保障")
    dialog.confirm.click()
    op.ctx.walling.tell(places=tuple(ids(op)), panel="wallmap")
    op.do("put")
    confirm = publish(op)
    assert not confirm.bring.isHidden()
    confirm.publish()
    assert op.shows.scene.name == {"zh": "亚运 保障", "en": "亚运 保障"}


def test_a_copy_begins_with_what_the_scene_shows(op: Operator) -> None:
    before = ids(op)
    op.do("copy")
    dialog = op.window.commands.dialog
    assert isinstance(dialog, SceneDialog)
    dialog.zh.setText("总览 2")
    dialog.confirm.click()
    assert ids(op) == before
    assert op.window.commands.edit.hand.looked not in op.walls.versions_.whole.site.scenes


def test_name_key_and_privacy_of_a_scene_are_edited_with_a_way_back(op: Operator) -> None:
    op.do("describe")
    dialog = op.window.commands.dialog
    assert isinstance(dialog, SceneDialog)
    dialog.zh.setText("全市")
    dialog.privacy.setCurrentIndex(1)
    dialog.confirm.click()
    scene = op.window.commands.edit.scene
    assert scene is not None
    assert (scene.name["zh"], scene.privacy) == ("全市", "visitor")
    op.do("undo")
    assert op.window.commands.edit.unpublished() == []


def test_a_key_of_another_scene_is_refused_where_it_is_chosen(op: Operator) -> None:
    op.do("describe")
    dialog = op.window.commands.dialog
    assert isinstance(dialog, SceneDialog)
    dialog.key.setCurrentIndex(dialog.key.findData("F3"))
    assert dialog.problem.text() == zh("walldesk.key_taken", key="F3", other={"zh": "防汛", "en": "Flood"})
    assert dialog.problem.isVisible()
    assert not dialog.confirm.isEnabled()
    dialog.key.setCurrentIndex(dialog.key.findData("F1"))
    assert not dialog.problem.isVisible()
    assert dialog.confirm.isEnabled()


def test_two_scenes_with_one_key_are_not_published_and_the_dialog_says_which(op: Operator) -> None:
    edit = op.window.commands.edit
    edit.describe("flood", key="F4")
    dialog = publish(op)
    dialog.confirm.click()
    names = {"scene": {"zh": "防汛", "en": "Flood"}, "other": {"zh": "消防", "en": "Fire and rescue"}}
    assert dialog.problem.text() == zh("walldesk.same_key", key="F4", **names)
    dialog.reject()
    edit.describe("fire", key="F3")
    dialog = publish(op)
    for pick in dialog.picks.values():
        pick.setChecked(True)
    dialog.confirm.click()
    published = op.walls.versions_.whole.site.scenes
    assert (published["flood"].key, published["fire"].key) == ("F4", "F3")


def test_what_was_not_published_is_there_again_when_the_desk_is_opened_anew(op: Operator) -> None:
    op.ctx.walling.tell(places=("events",))
    op.do("remove")
    op.again()
    assert op.window.commands.edit.unpublished() == ["overview"]
    assert "events" not in ids(op)


def test_dropping_what_is_not_published_needs_no_hub(op: Operator) -> None:
    op.ctx.walling.tell(places=("events",))
    op.do("remove")
    op.walls.away = True
    op.do("drop")
    assert op.window.commands.edit.unpublished() == []
    assert "events" in ids(op)


def test_a_shipped_scene_that_the_site_changed_comes_back_as_shipped(op: Operator) -> None:
    op.ctx.walling.tell(places=("events",))
    op.do("remove")
    publish(op).publish()
    op.do("take_away")
    assert "events" not in ids(op), "it is asked first"
    dialog = op.window.commands.dialog
    assert isinstance(dialog, TakeAwayDialog)
    dialog.take_away()
    assert "events" in ids(op)
    assert op.window.commands.dialog is None


def test_the_desk_says_which_panels_can_not_be_read_from_the_last_row(op: Operator) -> None:
    op.ctx.walling.tell(places=("weather",))
    op.do("split_columns")
    op.do("split_columns")
    op.window.second()
    assert "天气" in op.screen._readable.text() or "太小" in op.screen._readable.text()


def empties_screen_five(op: Operator) -> None:
    """A list in place of the map, which alone lay on the screen in the middle below."""
    op.window.commands.edit.put("wallrank", "map")
    wall = op.window.commands.edit.hand.wall
    assert wall is not None
    assert empty_screens(op.window.commands.edit.placed(), wall) == (5,)


def test_a_screen_that_is_left_empty_is_told_at_the_desk(op: Operator) -> None:
    op.window.commands.edit.hand.choose_scene("flood")
    empties_screen_five(op)
    assert op.screen._readable.text().startswith(zh("walldesk.empty_screens", screens="5"))


def test_the_dialog_says_which_screens_stay_empty_and_what_is_too_small_before_it_is_published(op: Operator) -> None:
    op.window.commands.edit.hand.choose_scene("flood")
    empties_screen_five(op)
    op.ctx.walling.tell(places=("rank",))
    op.do("split_columns")
    op.window.commands.edit.put("wallclock")
    for _ in range(4):
        op.do("split_columns")
        op.window.commands.edit.put("wallclock")
    dialog = publish(op)
    said = "\n".join(made.text() for made in dialog.findChildren(QLabel))
    wall = op.window.commands.edit.hand.wall
    assert wall is not None
    assert zh("walldesk.leaves_empty", wall=wall.name, screens="5") in said
    assert "从末排看不清" in said
    assert zh("walldesk.plan_now") in said
    assert zh("walldesk.plan_after") in said


def test_a_change_is_told_by_the_title_that_the_plan_shows(op: Operator) -> None:
    edit = op.window.commands.edit
    edit.set_options("overview", "events", {"title": "今晚的事"})
    publish(op).publish()
    op.ctx.walling.tell(places=("events",))
    op.do("remove")
    words = [zh(change.words) for change in edit.changed()]
    assert "拿掉今晚的事（events）" in words


def test_a_place_that_is_too_small_says_how_large_it_must_be_however_narrow_it_is(op: Operator) -> None:
    op.ctx.walling.tell(places=("weather",))
    op.do("split_columns")
    edit, painter = op.window.commands.edit, op.wall.board._painter
    small = next(one for one in edit.placed() if one.place.id == "weather")
    (sizes, colour), *_ = painter._notes(small)
    assert colour == "yellow_text"
    assert all(str(kinds.least(small.place, edit.hand.wall, small.at.w)[0]) in one for one in sizes)  # type: ignore[arg-type]
    assert sizes[-1].startswith("≥")
    assert "至少" in op.screen._readable.text()


@pytest.mark.parametrize("name", ["split_columns", "clear", "remove", "merge"])
def test_without_a_chosen_place_one_sentence_says_what_to_do(op: Operator, name: str) -> None:
    op.do(name)
    assert op.said() == [zh("walldesk.choose_place")]


def test_words_of_the_undone_steps_are_in_both_languages(op: Operator) -> None:
    op.ctx.walling.tell(places=("events",))
    op.do("remove")
    draft = op.window.commands.edit.draft
    assert draft is not None
    assert draft.past[-1].what == Message("walldesk.did_remove")
    assert QApplication.instance() is not None
