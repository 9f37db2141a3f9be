"""Symbols: level, kind and state can each be told from the picture alone."""

from __future__ import annotations

import threading
from itertools import combinations

import numpy as np
import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication

from cockpit.model.city import PATTERNS, SHAPES
from cockpit.model.tables import UnitState
from widgets.kit import symbols
from widgets.kit.drawings import drawings, parse
from widgets.kit.icons import icon, icon_names
from widgets.kit.shapes import event_shape
from widgets.kit.theme import Theme

pytestmark = pytest.mark.usefixtures("qapp")
DARK = Theme.load("dark")


def pixels(image: QImage) -> np.ndarray:
    """(height, width, 4) bytes."""
    raw = np.frombuffer(image.constBits(), np.uint8)
    return raw.reshape(image.height(), image.bytesPerLine() // 4, 4)[:, : image.width()].astype(int)


def differ(one: QImage, other: QImage) -> int:
    """Pixels that differ by more than a little."""
    assert one.size() == other.size()
    return int((np.abs(pixels(one) - pixels(other)).max(axis=2) > 48).sum())


def test_every_pattern_that_a_pack_may_name_is_drawn() -> None:
    assert set(PATTERNS) <= symbols.pattern_names()


@pytest.mark.parametrize("radius", [12.0, symbols.EVENT_RADIUS_FAR])
def test_any_two_kinds_look_different(radius: float) -> None:
    drawn = {name: symbols.event_symbol(3, name, radius, DARK, tab=False) for name in PATTERNS}
    alike = [(a, b) for a, b in combinations(PATTERNS, 2) if differ(drawn[a], drawn[b]) < 12]
    assert alike == []


def test_levels_are_told_by_shape_without_colour() -> None:
    areas = [event_shape(level, 14).toFillPolygon().boundingRect().getRect() for level in (1, 2, 3)]
    assert len(set(areas)) >= 2
    outlines = [event_shape(level, 14) for level in (1, 2, 3, 4)]
    for one, other in combinations(outlines, 2):
        assert one != other


def test_levels_are_told_by_the_sign_in_the_tab() -> None:
    badges = [symbols.badge(level, 28, DARK) for level in (1, 2, 3, 4, 5)]
    ink = [DARK.level(level, "ink").rgba() & 0xFFFFFF for level in (1, 2, 3, 4, 5)]
    bars = []
    for image, color in zip(badges, ink, strict=True):
        row = [image.pixel(x, 14) & 0xFFFFFF == color for x in range(28)]
        bars.append(sum(now and not before for before, now in zip([False, *row], row, strict=False)))
    assert bars[:3] == [1, 2, 3]


def test_an_unknown_pattern_and_level_are_drawn_as_other_and_unknown() -> None:
    assert differ(symbols.event_symbol(77, "no such", 12, DARK), symbols.event_symbol(5, "other", 12, DARK)) == 0


@pytest.mark.parametrize("level", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("radius", [9.0, 17.0, 46.0])
def test_a_symbol_is_whole_and_its_middle_is_its_place(level: int, radius: float) -> None:
    image = symbols.event_symbol(level, "water", radius, DARK)
    assert image.format() == QImage.Format.Format_ARGB32_Premultiplied
    alpha = pixels(image)[:, :, 3]
    assert alpha[0].max() == alpha[-1].max() == alpha[:, 0].max() == alpha[:, -1].max() == 0
    middle = pixels(symbols.event_symbol(level, "water", radius, DARK, tab=False))[:, :, 3] > 128
    rows, columns = np.nonzero(middle)
    half = image.width() / 2
    bare = symbols.event_symbol(level, "water", radius, DARK, tab=False)
    assert rows.mean() + 0.5 == pytest.approx(bare.height() / 2, abs=0.51)
    assert columns.mean() + 0.5 == pytest.approx(bare.width() / 2, abs=0.51)
    assert half == int(half)


def test_a_symbol_for_a_finer_screen_has_more_pixels_and_the_same_size() -> None:
    coarse = symbols.event_symbol(1, "water", 17, DARK)
    fine = symbols.event_symbol(1, "water", 17, DARK, dpr=2.0)
    assert fine.width() == 2 * coarse.width()
    assert fine.deviceIndependentSize() == coarse.deviceIndependentSize()


def test_every_shape_of_a_unit_is_told_from_the_others() -> None:
    drawn = [symbols.unit_symbol(shape, UnitState.BUSY, DARK) for shape in SHAPES]
    assert all(differ(one, other) > 8 for one, other in combinations(drawn, 2))


@pytest.mark.parametrize("shape", SHAPES)
def test_a_free_unit_is_hollow_and_a_busy_one_is_filled(shape: str) -> None:
    def middle(state: UnitState) -> int:
        image = symbols.unit_symbol(shape, state, DARK)
        return image.pixel(image.width() // 2, image.height() // 2) & 0xFFFFFF

    assert middle(UnitState.FREE) == DARK.map.color("land").rgb() & 0xFFFFFF
    assert middle(UnitState.BUSY) == DARK.map.color("unit").rgb() & 0xFFFFFF


def test_an_old_unit_is_grey_and_the_chosen_one_has_the_accent() -> None:
    def middle(**how: bool) -> int:
        image = symbols.unit_symbol("circle", UnitState.BUSY, DARK, **how)
        return image.pixel(image.width() // 2, image.height() // 2) & 0xFFFFFF

    assert middle(stale=True) == DARK.chart.rgb() & 0xFFFFFF
    assert middle(chosen=True) == DARK.acc.rgb() & 0xFFFFFF


def test_threads_may_draw_symbols_at_once() -> None:
    symbols.event_symbol.cache_clear()
    drawn: list[list[QImage]] = []

    def draw() -> None:
        drawn.append([symbols.event_symbol(level, name, 13.5, DARK) for level in (1, 2, 3, 4) for name in PATTERNS])

    threads = [threading.Thread(target=draw) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(drawn) == 4
    for others in drawn[1:]:
        assert all(differ(a, b) == 0 for a, b in zip(drawn[0], others, strict=True))


def test_drawings_stay_on_their_grid() -> None:
    grid = QRectF(0, 0, 24, 24)
    for sheet in ("patterns", "icons"):
        for name, drawing in drawings(sheet).items():
            both = drawing.strokes.boundingRect().united(drawing.fills.boundingRect())
            assert not both.isNull(), name
            assert grid.contains(both.topLeft()), name
            assert grid.contains(both.bottomRight()), name


@pytest.mark.parametrize("broken", ["M 1", "1 2", "M1 1 Z 3 4"])
def test_a_broken_stroke_is_refused(broken: str) -> None:
    with pytest.raises(ValueError, match=r"number|wants"):
        parse(broken)


def test_icons_of_the_screen_are_there(qapp: QApplication) -> None:
    wanted = (
        "search filter sort layers eye eye-off plus minus home ruler follow bell outbox user menu-dots phone camera "
        "check plug-broken sound-on sound-off sun moon language close warning clock keyboard"
    )
    assert set(wanted.split()) <= icon_names()
    made = icon("search", DARK)
    assert made.pixmap(16).size().width() == 16


def test_a_badge_drawn_into_a_rect_stays_in_it() -> None:
    image = QImage(40, 40, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    symbols.draw_badge(painter, QRectF(6, 6, 28, 28), 4, DARK)
    painter.end()
    rows, columns = np.nonzero(pixels(image)[:, :, 3])
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (6, 33, 6, 33)
