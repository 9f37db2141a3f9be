"""What a panel of a wall leaves out, and what it never does, where it has less room than words."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter, QPen
from pytestqt.qtbot import QtBot

from cockpit.model.ages import stamp
from cockpit.model.layout import Rect
from cockpit.model.signs import Threshold
from cockpit.model.wall import Mode
from tests.living_signs import area_items, city_rows, put_signs
from tests.test_wall_map import DISTANCE, PANEL, PITCH, Wall, cuts
from tests.wall_panels import Hall, painted
from widgets.kit.states import PanelState
from widgets.kit.wallsight import Part
from widgets.map.coloring import Coloring, ends_of
from widgets.signs.board import Item
from widgets.video.tile import shortened
from widgets.wall import curve, mapfloats
from widgets.wall import rows as rows_of
from widgets.wall.kit import wall_theme
from widgets.wall.mapmarks import FAR, Mark, crowd_image
from widgets.wall.mapwords import placed
from widgets.wall.paint import before, beyond, broken, draw_words
from widgets.wall.rows import Row, draw_rows
from widgets.wall.signed import nearest
from widgets.wall.sizes import SEAM, sizes_at, wide

NAN = float("nan")
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def test_a_list_with_room_for_one_row_says_how_many_more_there_are(qtbot: QtBot) -> None:
    image = QImage(800, 400, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    kind, told = sizes_at(1.27, 8.0), []

    def rest(n: int) -> str:
        told.append(n)
        return f"{n} more"

    for under in ("", "who says so"):
        rows = [Row(f"row {i}", "until 22:52", under=under) for i in range(3)]
        for high in (1.4 * kind.row, 2.7 * kind.row):
            draw_rows(painter, QRectF(0, 0, 800, high), rows, kind, wall_theme(), rest, columns=1)
    painter.end()
    assert told == [2, 2, 2, 2]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_rail_of_stages_names_the_stage_of_now_and_all_others_as_far_as_there_is_room(
    qtbot: QtBot, lang: str
) -> None:
    hall = Hall(qtbot, lang)
    hall.orders(6)
    case = next(one for one in hall.at.cases.all_open() if any(o.state == "on_scene" for o in one.orders.values()))
    hall.sight.tell(event=case.facts.event)
    hall.sight.pitch_mm, hall.sight.distance_m = 0.63, 6.0
    shown: Any = hall.hang("wallfocus", (1508, 1050))
    now = next(mark.label for mark in shown.focus.rail if mark.where == "now")
    said = painted(shown)
    assert now in said
    assert all(any(word[:2] == mark.label[:2] for word in said) for mark in shown.focus.rail)


def test_the_age_of_a_unit_s_order_is_said_in_short_before_it_is_cut(qtbot: QtBot) -> None:
    hall = Hall(qtbot, "en")
    hall.orders(6)
    case = next(one for one in hall.at.cases.all_open() if any(o.state == "on_scene" for o in one.orders.values()))
    hall.sight.tell(event=case.facts.event)
    hall.sight.pitch_mm, hall.sight.distance_m = 0.63, 6.0
    shown: Any = hall.hang("wallfocus", (1508, 1050))
    order = shown.focus.orders[0]
    assert {order.beside, order.less} & {*painted(shown)}


def test_a_title_of_the_head_is_whole_or_the_mode_is_not_there(qtbot: QtBot) -> None:
    hall = Hall(qtbot, "en")
    hall.sight.tell(
        scene_name={"zh": "热线", "en": "Hotline"}, mode=Mode("war", {"zh": "战时", "en": "Emergency"}, accent=2)
    )
    hall.sight.pitch_mm, hall.sight.distance_m = 0.63, 6.0
    shown: Any = hall.hang("wallhead", (1400, 250))
    for width in (*range(900, 1600, 50), 1173, 1182, 1203, 1212):
        shown.resize(width, 250)
        said = painted(shown)
        if "Emergency" in said:
            assert not any("…" in word for word in said), (width, said)


def test_the_end_of_an_alert_stays_where_even_its_shortest_words_have_no_room(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    wall = Wall(qtbot, "en")
    made = wall.hang(cuts()[1])
    base = sizes_at(PITCH, DISTANCE)
    alert = min(made.scene.alerts, key=lambda one: one.level)
    expires = made.ctx.clock.now() + 86_400_000_000
    tomorrow = msgspec.structs.replace(alert, title="杭州市气象台发布地质灾害黄色预警信号", expires=expires)
    least = wide(f"until {stamp(expires)}", base.min)
    for width in range(1200, round(least + 4 * base.row), -20):
        one = made._floats._alert(tomorrow, QRectF(0, 0, width, 500), 0, base, 0)
        assert said_whole(monkeypatch, made._floats, one, f"until {stamp(expires)}"), width


def said_whole(monkeypatch: pytest.MonkeyPatch, floats: Any, one: Any, words: str) -> bool:
    """Whether the words of an alert are painted within its box without a cut."""
    drawn: list[tuple[QRectF, str, float]] = []

    def noted(painter: QPainter, box: QRectF, said: str, px: float, *rest: Any, **more: Any) -> float:
        drawn.append((QRectF(box), said, wide(said, px)))
        return draw_words(painter, box, said, px, *rest, **more)

    monkeypatch.setattr(mapfloats, "draw_words", noted)
    image = QImage(1400, 200, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    floats._paint_alert(painter, one, sizes_at(PITCH, DISTANCE))
    painter.end()
    return any(
        words in said and took <= box.width() + 1 and box.right() <= one.box.right() for box, said, took in drawn
    )


def test_a_camera_s_name_that_has_no_room_keeps_the_end_that_tells_it_from_its_neighbour() -> None:
    names = [f"之江东路近运河之江隧道{end}" for end in ("北口", "南口")]
    said = [shortened(name, wide(names[0], 48) * 0.7, 48) for name in names]
    assert [one[-2:] for one in said] == ["北口", "南口"]
    assert all("…" in one for one in said)
    for width in range(240, 600, 20):
        two = shortened(names[0], width, 48, 2)
        assert two.endswith("北口"), width
        assert len(broken(two, 48, width)) <= 2, width


def test_steps_of_counts_are_whole_numbers() -> None:
    assert ends_of([0.0, 1.0, 2.0]) == (0.0, 1.0, 2.0, 3.0, 4.0)
    assert ends_of([0.0, 0.5, 2.0])[1] == 0.5


def test_a_value_is_held_against_the_bound_that_is_nearest_to_it(qtbot: QtBot) -> None:
    bounds = (Threshold(2, above=40.0), Threshold(3, above=37.0), Threshold(4, below=-5.0))
    sign = msgspec.structs.replace(Hall(qtbot).port.known.signs[0], thresholds=bounds)
    near = {value: nearest(Item("x", sign, "", value=value, measured=1)) for value in (32.2, 41.0, -2.0)}
    assert [(one.above, one.below) for one in near.values() if one is not None] == [
        (37.0, None),
        (40.0, None),
        (None, -5.0),
    ]


def test_bars_of_values_that_are_printed_alike_are_as_long(qtbot: QtBot) -> None:
    hall = Hall(qtbot)
    sign = next(one for one in hall.port.known.signs if one.code == "E03")
    put_signs(hall.at.picture, [row | {"value": 12.0 + i * 0.4 * 10.0**-sign.decimals} if row["code"] == "E03" else row
                                for i, row in enumerate(area_items())][:40])  # fmt: skip
    shown: Any = hall.hang("wallrank", sign="E03", by="district")
    by_words: dict[str, set[float]] = {}
    for row in shown.rows:
        by_words.setdefault(row.words, set()).add(row.value)
    assert shown.rows
    assert all(len(values) == 1 for values in by_words.values())


def test_a_ranking_of_noughts_says_that_all_are_nought(qtbot: QtBot) -> None:
    hall = Hall(qtbot)
    put_signs(hall.at.picture, [row | {"value": 0.0, "level": 0} for row in area_items()])
    shown = hall.hang("wallrank", sign="E03", by="district")
    assert shown.state is PanelState.EMPTY
    assert "都是 0" in shown.said


def test_areas_compared_say_which_columns_are_not_there(qtbot: QtBot) -> None:
    hall = Hall(qtbot)
    put_signs(hall.at.picture, [row | {"value": NAN} if row["code"] == "G01" else row for row in area_items()])
    roomy: Any = hall.hang("wallareas", (1900, 900), signs=["E03", "A02", "G01"])
    assert [sign.code for sign in roomy.columns] == ["E03", "A02"]
    assert hall.at.ctx.t(roomy._facts) == "1 项尚无数据"
    put_signs(hall.at.picture)
    roomy.resize(420, 900)
    hall.answer()
    roomy.look_now()
    assert "没有位置" in hall.at.ctx.t(roomy._facts)


def test_a_tile_without_a_value_says_why(qtbot: QtBot) -> None:
    hall = Hall(qtbot)
    put_signs(hall.at.picture, [row | {"value": NAN} for row in city_rows()])
    shown: Any = hall.hang("wallsigns", (900, 400), signs=["E03"])
    assert shown.tiles[0].why
    assert any(shown.tiles[0].why.startswith(word[:4]) for word in painted_tile(shown))


def painted_tile(shown: Any) -> list[str]:
    shown.exposed = QRectF(shown.rect())
    return painted(shown)


def test_facts_of_a_title_line_are_not_written_on_a_bezel(qtbot: QtBot) -> None:
    hall = Hall(qtbot, "en")
    hall.sight.tell(part=Part((3852, 1080), Rect(960, 0, 1932, 500), Rect(960, 0, 1932, 500),
                              (Rect(0, 0, 1920, 1080), Rect(1932, 0, 1920, 1080))))  # fmt: skip
    shown: Any = hall.hang("wallevents", (1932, 500))
    assert shown.bezels(shown.head()) == [(960 - SEAM, 972 + SEAM)]
    seams = [(946.0, 986.0)]
    assert before(1100, 300, seams) == 946
    assert before(1900, 300, seams) == 1900
    assert beyond(900, 100, seams) == 986
    assert beyond(100, 100, seams) == 100


def test_cameras_stand_on_no_map_of_a_whole_city_and_their_groups_look_like_cameras(qtbot: QtBot) -> None:
    wall = Wall(qtbot)
    far = wall.hang(PANEL, view="city", layers=["camera"])
    assert far.pane.zoom < FAR
    assert not far._face.dots
    theme = wall_theme()
    sensors, cameras = (crowd_image(topic, 12, theme, 1.0) for topic in ("sensor", "camera"))
    assert cameras.width() > sensors.width()


def test_who_made_the_map_is_said_on_more_lines_where_one_is_too_narrow(qtbot: QtBot) -> None:
    wall = Wall(qtbot, "en")
    made = wall.hang(cuts()[1])
    base = sizes_at(PITCH, DISTANCE)
    pack = made.ctx.pack
    whole = " ".join(part for part in (made.ctx.t.pack(pack.credit), made.ctx.t.pack(pack.notice)) if part)
    for width in (2000, 900, 420):
        boxes = made._floats._bottom(QRectF(0, 0, width, 500), base, base.min * 1.5, made.scene)
        said = [one for one in boxes if one.kind == "credit"]
        assert all(wide(one.title, base.min) <= one.box.width() for one in said), width
        words = " ".join(one.title for one in reversed(said)).replace(" · ", " ")
        assert words.split() == whole.replace(" · ", " ").split(), width


def test_words_beside_a_title_go_to_the_second_line_before_they_are_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []
    monkeypatch.setattr(rows_of, "draw_words", lambda painter, box, words, *rest, **more: drawn.append(words) or 0.0)
    image = QImage(800, 400, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    kind = sizes_at(1.27, 8.0)
    row = Row("Traffic guard rail", "27:19 left", "To be assigned by somebody", under="0714-0012")
    for width in (1800, 500):
        draw_rows(painter, QRectF(0, 0, width, 3 * kind.row), [row], kind, wall_theme(), str)
    painter.end()
    assert "To be assigned by somebody" in drawn
    assert "To be assigned by somebody · 0714-0012" in drawn


def test_a_title_that_no_line_of_a_screen_holds_stands_on_two_beside_its_place_on_the_map() -> None:
    base = sizes_at(PITCH, DISTANCE)
    mark = Mark(100, 200, QImage(40, 40, QImage.Format.Format_ARGB32), 20, 1)
    title = "Water too deep to drive through"
    room = QRectF(0, 0, round(wide(title, base.row, True) * 0.8), 400)
    none = np.empty((0, 4))
    (made,) = placed([(mark, (title, "Unacknowledged"))], (0, 0), room, base, none, none)
    assert " ".join(made.lines) == title
    assert room.contains(made.box)


def test_a_legend_says_a_unit_once() -> None:
    named = {"zh": "在办案件", "en": "Open cases"}
    said = Coloring("sign:A02", {"zh": "件", "en": "case|cases"}, name=named).legend("Street")
    assert said.params["name"] == named
    rain = Coloring("sign:N01", "mm", name={"zh": "1 h 雨量", "en": "Rain in 1 h"}).legend("Street")
    assert rain.params["name"] == {"zh": "1 h 雨量 mm", "en": "Rain in 1 h mm"}


@pytest.mark.parametrize(("above", "dashed"), [(50.0, True), (5000.0, False)])
def test_the_legend_of_a_curve_has_a_dash_only_for_a_bound_that_is_drawn(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, above: float, dashed: bool
) -> None:
    hall = Hall(qtbot)
    known = [
        msgspec.structs.replace(one, thresholds=(Threshold(3, above=above),), target=None) if one.code == "E03" else one
        for one in hall.port.known.signs
    ]
    hall.port.known = msgspec.structs.replace(hall.port.known, signs=tuple(known))
    made: list[object] = []
    monkeypatch.setattr(
        curve, "dashed", lambda color, width, pattern=(4, 3): made.append(pattern) or QPen(color, width)
    )
    shown: Any = hall.hang("wallcurve", (1200, 700), sign="E03", compare="")
    shown.grab()
    assert shown.history.curve.known
    assert any(f"> {above:,.0f}" in word for word in painted(shown))
    assert bool(made) == dashed
