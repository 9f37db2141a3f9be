"""What the map drew is on disk for the next start, which shows it before it has read the base map."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from cockpit.packs.read import read_pack
from tests.panel_desk import Desk, desk
from widgets.map import base
from widgets.map.panel import MapPanel
from widgets.map.raster.kept import MOST, KeptImages

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def picture(color: str, alpha: bool) -> QImage:
    form = QImage.Format.Format_ARGB32_Premultiplied if alpha else QImage.Format.Format_RGB32
    image = QImage(40, 30, form)
    image.fill(color)
    return image


def levels(image: QImage) -> NDArray[np.int64]:
    """The channels of the pixels, 0 to 255."""
    return np.frombuffer(image.constBits(), dtype=np.uint8).astype(np.int64)


def hangzhou_desk(drawings: Path) -> Desk:
    stage = desk()
    stage.ctx.reduced_motion = True
    stage.ctx.drawings = drawings
    stage.ports.kept["map.layers"] = ["area"]
    stage.ctx.pack = msgspec.structs.replace(stage.ctx.pack, folder=read_pack("hangzhou").folder)
    return stage


def opened(stage: Desk, qtbot: QtBot) -> MapPanel:
    made = MapPanel(stage.ctx)
    qtbot.addWidget(made)
    made.resize(700, 500)
    made.show()
    made.refresh(made.topics)
    return made


@pytest.mark.parametrize("alpha", [False, True])
def test_an_image_that_was_kept_is_found_as_it_was(tmp_path: Path, alpha: bool, qapp: object) -> None:
    image = picture("#80204060", alpha)
    KeptImages(tmp_path / "drawings", "map 1").keep("the lake", image)
    kept = KeptImages(tmp_path / "drawings", "map 1")
    assert kept.find("the lake", alpha) == image
    assert kept.find("the river", alpha) is None
    assert KeptImages(tmp_path / "drawings", "map 2").find("the lake", alpha) is None


def test_a_file_that_is_cut_or_of_something_else_is_not_shown(tmp_path: Path, qapp: object) -> None:
    kept = KeptImages(tmp_path, "map")
    kept.keep("view", picture("red", False))
    (file,) = tmp_path.iterdir()
    whole = file.read_bytes()
    for bad in (whole[:-1], whole[:20], b"", b"\xff" * len(whole)):
        file.write_bytes(bad)
        assert kept.find("view", False) is None
    file.write_bytes(whole)
    assert kept.find("view", False) == picture("red", False)


def test_only_the_newest_images_stay(tmp_path: Path, qapp: object) -> None:
    kept = KeptImages(tmp_path, "map")
    for number in range(MOST + 3):
        kept.keep(str(number), picture("red", False))
    assert len(list(tmp_path.iterdir())) == MOST
    assert kept.find(str(MOST + 2), False) is not None


def test_where_nothing_can_be_kept_nothing_is(tmp_path: Path, qapp: object) -> None:
    (tmp_path / "file").write_bytes(b"")
    for folder in (None, tmp_path / "file"):
        kept = KeptImages(folder, "map")
        kept.keep("view", picture("red", False))
        assert kept.find("view", False) is None


@pytest.mark.slow
def test_the_second_start_shows_the_city_before_it_has_read_it(
    tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = opened(hangzhou_desk(tmp_path), qtbot)
    assert not first.canvas.grab().isNull()
    assert not first.canvas.with_base  # nothing was kept yet
    qtbot.waitUntil(first.settled, timeout=30_000)
    first.canvas.grab()
    assert first.canvas.with_base
    drawn = first.canvas.grab().toImage()
    first.close()
    monkeypatch.setattr(base, "read_base", lambda folder: pytest.fail("was read"))
    second = opened(hangzhou_desk(tmp_path), qtbot)
    shown = second.canvas.grab().toImage()
    assert second.canvas.with_base
    second.close()
    assert np.abs(levels(shown) - levels(drawn)).max() <= 3  # layers laid together in another order are rounded so


@pytest.mark.slow
def test_another_theme_is_not_shown_in_the_colours_of_the_last_one(tmp_path: Path, qtbot: QtBot) -> None:
    first = opened(hangzhou_desk(tmp_path), qtbot)
    qtbot.waitUntil(first.settled, timeout=30_000)
    first.close()
    light = hangzhou_desk(tmp_path)
    light.ctx.theme = type(light.ctx.theme).load("light")
    second = opened(light, qtbot)
    second.canvas.grab()
    assert not second.canvas.with_base
    second.close()
