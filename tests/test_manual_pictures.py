"""The manual's pictures are made by the program itself: all there, none forgotten, each showing what it is about."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QImage

from benchmarks.leader_shots import FOLDER, RUNS
from benchmarks.png import squeeze
from benchmarks.shots import MANUAL, PICTURES, take
from cockpit.model.layout import Rect, solve
from cockpit.model.layout_read import read_layout_file
from layouts.engine import shipped
from layouts.panels import Panels

ROOT = Path(__file__).resolve().parents[1]
PAGES = [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md", ROOT / "README.zh.md"]
LARGEST = 1_000_000
"""Bytes of a picture in the repository."""
NO_MAP = {"signs", "feeds", "rules"}
"""States in which a list or a form stands where the map stands else."""
LEAST_COLOURS = {"topbar": 60, "queue": 200, "map": 1500, "event": 200, "strip": 60}
"""Colours that a panel with something in it has at least; one that is blank has two or three."""
WITHOUT_EVENTS = frozenset({"queue", "event"})
WITH_BANNER = frozenset({"offline", "empty", "offline_outbox"})


def pixels(file: Path) -> np.ndarray:
    """Shape (height, width): colours as numbers."""
    image = QImage(str(file)).convertToFormat(QImage.Format.Format_RGB32)
    assert not image.isNull(), file
    flat = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), image.bytesPerLine() // 4)
    return flat[:, : image.width()] & 0xFFFFFF


def panels(width: int, height: int, banner: bool) -> dict[str, Rect]:
    duty = read_layout_file(shipped("duty"), Panels())
    return solve(duty, width, height, frozenset({"banner"}) if banner else frozenset())


def colours(seen: np.ndarray, box: Rect) -> int:
    return len(np.unique(seen[box.y + 1 : box.y + box.h - 1, box.x + 1 : box.x + box.w - 1]))


def test_every_picture_that_a_page_shows_is_there_and_none_lies_about() -> None:
    shown = set()
    for page in PAGES:
        for link in re.findall(r"!\[[^\]]+\]\(([^)]+)\)", page.read_text("utf-8")):
            assert (page.parent / link).is_file(), f"{page.name} shows {link}"
            shown.add((page.parent / link).resolve())
    assert shown == {*PICTURES.rglob("*.png"), *PICTURES.glob("*.svg")}
    # those of the phone page: benchmarks/phone_shots.py; of the walls: benchmarks/wall_shots.py; of a leader: see below
    of_windows = {file for file in shown if file.parent == PICTURES and file.suffix == ".png"}
    of_the_desk = {file.stem for file in of_windows if not file.stem.startswith("phone-")}
    assert of_the_desk == set(MANUAL)


def test_pictures_of_the_leaders_cockpit_are_those_of_its_script() -> None:
    made = {name for _, names in RUNS.values() for name in names}
    kept = sorted(FOLDER.glob("*.png"))
    assert {file.stem for file in kept} <= made
    assert all(file.stat().st_size <= LARGEST for file in kept)
    assert [file.name for file in kept if len(np.unique(pixels(file))) < 60] == [], "each shows something"


@pytest.mark.parametrize("name", MANUAL)
def test_a_picture_of_the_manual_has_its_size_and_something_in_every_panel(name: str) -> None:
    state, size = MANUAL[name]
    file = PICTURES / f"{name}.png"
    assert file.stat().st_size <= LARGEST
    seen = pixels(file)
    assert f"{seen.shape[1]}x{seen.shape[0]}" == size
    for panel, box in panels(seen.shape[1], seen.shape[0], state.__name__ in WITH_BANNER).items():
        if panel in LEAST_COLOURS:
            least = LEAST_COLOURS[panel] // (4 if state.__name__ == "empty" and panel in WITHOUT_EVENTS else 1)
            if panel == "map" and state.__name__ in NO_MAP:
                least //= 5
            assert colours(seen, box) >= least, panel


def test_making_a_picture_smaller_changes_no_pixel(tmp_path: Path) -> None:
    file = tmp_path / "a.png"
    image = QImage(61, 40, QImage.Format.Format_RGB32)
    rng = np.random.default_rng(7)
    image.fill(0x121A22)
    for x, y in rng.integers(0, 40, (200, 2)).tolist():
        image.setPixel(x, y, int(rng.integers(0, 1 << 24)) | 0xFF000000)
    image.save(str(file), "PNG", 100)  # as large as it gets
    before, size = pixels(file), file.stat().st_size
    squeeze(file)
    assert file.stat().st_size < size
    assert np.array_equal(pixels(file), before)


@pytest.mark.system
@pytest.mark.slow
def test_the_program_of_today_draws_what_the_manual_shows(tmp_path: Path) -> None:
    state, size = MANUAL["duty"]
    manual = pixels(PICTURES / "duty.png")
    for tried in range(3):  # a busy machine may not have brought the photo of the event by then
        out = tmp_path / str(tried)
        out.mkdir()
        today = pixels(take(state, size, out))
        assert today.shape == manual.shape
        boxes = panels(today.shape[1], today.shape[0], banner=False)
        seen = {panel: colours(today, box) for panel, box in boxes.items() if panel in LEAST_COLOURS}
        least = {panel: max(LEAST_COLOURS[panel], colours(manual, boxes[panel]) // 3) for panel in seen}
        poor = [panel for panel in seen if seen[panel] < least[panel]]
        if not poor:
            break
    assert not poor, f"they show much less than in the manual: {seen}, {least}"
