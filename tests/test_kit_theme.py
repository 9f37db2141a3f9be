"""Theme tokens: both themes have the same ones, and every text can be read on what it stands on."""

from __future__ import annotations

import itertools
import math
import tomllib

import pytest
from PySide6.QtGui import QColor, QFontDatabase, QFontInfo, QFontMetrics, QRawFont
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from cockpit.model.errors import UserError
from cockpit.model.wall_shipped import shipped_hall
from cockpit.paths import assets_dir
from widgets.kit import fonts
from widgets.kit.buttons import Segments
from widgets.kit.theme import THEMES, WALL, Theme, apply_theme

ROWS = (*range(0xA1, 0xAA), *range(0xB0, 0xF8))
GB_2312 = "".join(bytes((row, cell)).decode("gb2312", "ignore") for row in ROWS for cell in range(0xA1, 0xFF))
LEVELS = ("red", "orange", "yellow", "blue", "unknown")


def contrast(one: QColor, other: QColor) -> float:
    """WCAG 2.2 contrast ratio."""

    def luminance(color: QColor) -> float:
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color.getRgbF()[:3]]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_measured_as_wcag_says() -> None:
    assert contrast(QColor("#000000"), QColor("#ffffff")) == pytest.approx(21)
    assert contrast(QColor("#777777"), QColor("#ffffff")) == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("name", THEMES)
def test_every_text_stands_out_from_every_ground_it_is_drawn_on(name: str) -> None:
    theme = Theme.load(name)
    texts = ["t1", "t2", "t3", "acc", *(f"{level}_text" for level in LEVELS)]
    pairs = [(text, ground) for text in texts for ground in ("bg", "s1", "s2", "s3")]
    pairs += [(text, "field") for text in ("t1", "t2", "t3")]
    pairs += [(text, "button") for text in ("t1", "t2", "t3", "acc")]
    pairs += [(text, "acc_bg") for text in ("t1", "t2", "t3", "acc")]
    pairs += [("acc_ink", "acc")]
    pairs += [(text, "replay_tint") for text in ("t1", "t2")]
    for level in LEVELS:
        pairs += [(text, f"{level}_tint") for text in ("t1", "t2", f"{level}_text")]
        pairs += [(f"{level}_ink", f"{level}_fill")]
    low = {pair: round(contrast(theme[pair[0]], theme[pair[1]]), 2) for pair in pairs}
    assert {pair: ratio for pair, ratio in low.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("name", THEMES)
def test_map_labels_stand_out_from_their_halo(name: str) -> None:
    tokens = Theme.load(name).map
    for label in ("road_label", "area_label", "water_label"):
        assert contrast(tokens.color(label), tokens.color(label, "halo")) >= 4.5, label


def test_every_text_of_a_wall_stands_out_seven_to_one_from_a_panel() -> None:
    theme = Theme.load(WALL)
    texts = ["t1", "t2", "t3", "acc", *(f"{level}_text" for level in LEVELS)]
    low = {text: round(contrast(theme[text], theme[ground]), 2) for text in texts for ground in ("bg", "s1")}
    assert {text: ratio for text, ratio in low.items() if ratio < 7.0} == {}
    for label in ("road_label", "area_label", "water_label"):
        assert contrast(theme.map.color(label), theme.map.color(label, "halo")) >= 7.0, label


def test_words_of_a_wall_stand_out_as_much_when_it_is_dimmed_at_night_and_levels_stay_apart() -> None:
    theme, night = Theme.load(WALL), shipped_hall("one").night
    light = float(night[2])
    assert light < 1

    def dimmed(name: str) -> QColor:
        return QColor.fromRgbF(*(part * light for part in theme[name].getRgbF()[:3]))

    words = ["t1", "t2", "acc", *(f"{level}_text" for level in LEVELS)]
    low = {(word, ground): contrast(dimmed(word), dimmed(ground)) for word in words for ground in ("bg", "s1")}
    assert {pair: round(ratio, 2) for pair, ratio in low.items() if ratio < 7.0} == {}
    levels = [dimmed(f"{level}_text") for level in ("red", "orange", "yellow", "blue")]
    assert min(apart(one, other) for one, other in itertools.combinations(levels, 2)) > 30


def apart(one: QColor, other: QColor) -> float:
    """CIE 1976 colour difference; 2.3 is just seen."""

    def lab(color: QColor) -> tuple[float, float, float]:
        r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color.getRgbF()[:3])
        x, y, z = (
            (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505,
            0.2126 * r + 0.7152 * g + 0.0722 * b,
            (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.0888,
        )
        fx, fy, fz = (v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in (x, y, z))
        return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)

    return math.dist(lab(one), lab(other))


def test_both_themes_name_the_same_colours() -> None:
    dark, light = Theme.load("dark"), Theme.load("light")
    assert dark.colors() == light.colors()
    assert dark.map.names() == light.map.names()


def test_a_colour_is_read_by_attribute_by_key_and_by_level() -> None:
    theme = Theme.load("dark")
    assert theme.t1.name() == theme["t1"].name() == theme.hex("t1").lower() == "#e8eef3"
    assert theme.level(1, "fill") == theme.red_fill
    assert theme.level(9, "fill") == theme.unknown_fill
    with pytest.raises(AttributeError):
        _ = theme.no_such_colour


def test_a_caller_can_not_change_the_theme() -> None:
    theme = Theme.load("dark")
    theme.t1.setRed(0)
    theme["t1"].setRed(0)
    assert theme.t1.name() == "#e8eef3"


def test_what_the_light_map_does_not_name_is_as_in_the_dark_one() -> None:
    light = Theme.load("light").map
    assert light.color("road_main").name() == "#ffffff"
    assert light.width("road_main") == 2.6
    assert light.of("trail")["alpha"] == [0.3, 0.55, 0.85]


def test_an_unknown_theme_is_refused_in_a_sentence_that_names_the_known_ones() -> None:
    with pytest.raises(UserError, match="dark, light"):
        Theme.load("neon")


@pytest.mark.parametrize("name", THEMES)
def test_the_stylesheet_has_no_hole_and_is_accepted_by_qt(qapp: QApplication, name: str) -> None:
    sheet = Theme.load(name).qss()
    assert "$" not in sheet
    before = qapp.styleSheet()
    qapp.setStyleSheet(sheet)  # Qt says what it can not parse as a warning, which fails the test
    qapp.setStyleSheet(before)


def test_the_shipped_fonts_are_loaded_and_figures_are_all_one_width(qapp: QApplication) -> None:
    assert fonts.load_fonts() is None
    assert fonts.FAMILY in QFontDatabase.families()
    theme = Theme.load("dark")
    for style, weight in (("body", 400), ("title", 700)):
        font = theme.font(style)
        assert QFontInfo(font).family() == fonts.FAMILY
        assert font.weight() == weight
        raw = QRawFont.fromFont(font)
        digits = raw.advancesForGlyphIndexes(raw.glyphIndexesForString("0123456789"))
        assert len({round(d.x(), 3) for d in digits}) == 1
        assert 0 not in raw.glyphIndexesForString(GB_2312 + "ⅠⅡⅢⅣ×·²–“”…")


def test_a_missing_font_is_said_in_a_sentence(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "_loaded", [])
    monkeypatch.setattr(fonts, "FILES", ("Absent.ttf",))
    told = fonts.load_fonts()
    assert told is not None
    assert "Absent.ttf" in told.in_chinese()


def test_the_token_file_holds_what_the_look_was_measured_with() -> None:
    tokens = tomllib.loads((assets_dir() / "themes" / "themes.toml").read_text(encoding="utf-8"))
    assert {style["px"] for style in tokens["type"].values()} == {11, 12, 13, 14, 16, 18, 20, 34, 56}
    assert all(length % 4 == 0 for name, length in tokens["space"].items() if not name.startswith("radius"))


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_a_segment_has_room_for_its_words_when_it_is_on_and_bold(qtbot: QtBot) -> None:
    fonts.load_fonts()
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    before = app.palette(), app.font(), app.styleSheet()
    try:
        apply_theme(app, Theme.load("dark"))
        row = Segments([("regions", "Offline areas"), ("preview", "What is seen offline")], "preview")
        qtbot.addWidget(row)
        row.set_words("regions", "Offline areas of the city")
        row.resize(row.sizeHint())
        row.show()
        for id, words in (("regions", "Offline areas of the city"), ("preview", "What is seen offline")):
            row.set_current(id)
            made = next(one for one in row.findChildren(QPushButton) if one.text() == words)
            bold = made.font()
            bold.setBold(True)
            assert made.width() >= QFontMetrics(bold).horizontalAdvance(words) + 2 * 12
    finally:
        app.setPalette(before[0])
        app.setFont(before[1])
        app.setStyleSheet(before[2])
