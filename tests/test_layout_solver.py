"""The solver: a layout fills its window exactly, whatever the size."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cockpit
from cockpit.model.errors import UserError
from cockpit.model.layout import GRID, Breakpoint, Layout, Overlay, Rect, Region, least_size, solve
from cockpit.model.layout_read import read_layout, read_layout_file
from layouts.panels import Panels

DUTY = Path(cockpit.__file__).parent.parent / "layouts" / "duty.toml"
DUTY_PANELS = tuple(Panels())
MULTIPLES = st.integers(0, 40).map(lambda n: n * GRID)


def test_the_duty_desk_has_the_measures_of_the_drawing() -> None:
    duty = read_layout_file(DUTY, DUTY_PANELS)
    assert solve(duty, 1920, 1080) == {
        "topbar": Rect(0, 0, 1920, 48),
        "queue": Rect(8, 56, 396, 972),
        "map": Rect(412, 56, 1044, 972),
        "event": Rect(1464, 56, 448, 972),
        "strip": Rect(0, 1036, 1920, 44),
    }


def test_the_banner_takes_52_pixels_from_the_three_panels_only_while_it_is_shown() -> None:
    duty = read_layout_file(DUTY, DUTY_PANELS)
    shown = solve(duty, 1920, 1080, frozenset({"banner"}))
    assert shown["banner"] == Rect(8, 56, 1904, 44)
    assert shown["queue"] == Rect(8, 108, 396, 920)
    assert shown["strip"] == solve(duty, 1920, 1080)["strip"]


def test_a_small_screen_keeps_320_for_the_queue_and_400_for_the_event() -> None:
    duty = read_layout_file(DUTY, DUTY_PANELS)
    small = solve(duty, 1366, 768)
    assert (small["queue"].w, small["event"].w, small["map"].w) == (320, 400, 614)
    assert solve(duty, 1367, 768)["queue"].w == 396


def test_above_1920_only_the_map_grows_in_width() -> None:
    duty = read_layout_file(DUTY, DUTY_PANELS)
    wide = solve(duty, 2560, 1440)
    assert (wide["queue"].w, wide["event"].w) == (396, 448)
    assert wide["map"].w == 1044 + 640


def test_an_overlay_stays_in_its_region() -> None:
    regions = {"window": Region("window", "columns", ("map",)), "map": Region("map", panel="map")}
    overlay = Overlay("outbox", "outbox", over="map", anchor="bottom-right", size=(616, 164))
    layout = Layout("x", {"zh": "x"}, regions, {"outbox": overlay})
    assert solve(layout, 1000, 800)["outbox"] == Rect(1000 - 8 - 616, 800 - 8 - 164, 616, 164)
    assert solve(layout, 300, 100)["outbox"] == Rect(8, 8, 284, 84)


def test_of_several_breakpoints_that_hold_the_last_wins() -> None:
    regions = {
        "window": Region("window", "columns", ("side", "map"), gap=0),
        "side": Region("side", panel="side", size=400),
        "map": Region("map", panel="map"),
    }
    points = (Breakpoint(1400, None, {"side": {"size": 300}}), Breakpoint(1000, None, {"side": {"size": 200}}))
    layout = Layout("x", {"zh": "x"}, regions, breakpoints=points)
    assert [solve(layout, w, 500)["side"].w for w in (1500, 1400, 1000)] == [400, 300, 200]


@st.composite
def layouts(draw: st.DrawFn) -> Layout:
    """Any layout that a file may hold: two levels of rows and columns, each with something that grows."""
    regions: dict[str, Region] = {}

    def region(depth: int, fixed: bool) -> str:
        name = "window" if not regions else f"r{len(regions)}"
        regions[name] = Region(name)
        size = draw(MULTIPLES) if fixed else None
        least = 0 if fixed else draw(MULTIPLES)
        weight = draw(st.sampled_from([0.5, 1.0, 3.0]))
        if depth and not fixed and draw(st.booleans()):
            grows = draw(st.integers(0, 2))
            children = tuple(region(depth - 1, i != grows and draw(st.booleans())) for i in range(3))
            pad = (draw(MULTIPLES), draw(MULTIPLES), draw(MULTIPLES), draw(MULTIPLES))
            regions[name] = Region(
                name,
                draw(st.sampled_from(["rows", "columns"])),
                children,
                size=size,
                min=least,
                weight=weight,
                gap=draw(MULTIPLES),
                pad=pad,
            )
        else:
            regions[name] = Region(name, panel="p", size=size, min=least, weight=weight)
        return name

    region(3, False)
    return Layout("any", {"zh": "x"}, regions)


def overlap(a: Rect, b: Rect) -> bool:
    return a.x < b.x + b.w and b.x < a.x + a.w and a.y < b.y + b.h and b.y < a.y + a.h and a.w * a.h * b.w * b.h > 0


@given(layout=layouts(), width=st.integers(0, 4000), height=st.integers(0, 2400))
def test_no_panel_lies_over_another_or_out_of_the_window_at_any_size(layout: Layout, width: int, height: int) -> None:
    rects = list(solve(layout, width, height).values())
    for i, rect in enumerate(rects):
        assert rect.w >= 0
        assert rect.h >= 0
        assert 0 <= rect.x <= rect.x + rect.w <= width
        assert 0 <= rect.y <= rect.y + rect.h <= height
        assert not any(overlap(rect, other) for other in rects[i + 1 :])


@pytest.mark.slow
@given(layout=layouts(), extra=st.tuples(st.integers(0, 900), st.integers(0, 900)))
def test_where_there_is_room_every_line_is_filled_and_every_size_is_kept(
    layout: Layout, extra: tuple[int, int]
) -> None:
    least = least_size(layout)
    width, height = least[0] + extra[0], least[1] + extra[1]
    rects = solve(layout, width, height)

    def spans(name: str) -> Rect:
        """The rectangle that a region's panels span, with its own pads."""
        region = layout.regions[name]
        if not region.children:
            return rects[name]
        parts = [spans(child) for child in region.children]
        left, top, right, bottom = region.pad
        along = "x" if region.direction == "columns" else "y"
        for before, after in pairwise(parts):
            edge = before.x + before.w if along == "x" else before.y + before.h
            assert getattr(after, along) - edge == region.gap
        x, y = parts[0].x - left, parts[0].y - top
        return Rect(x, y, parts[-1].x + parts[-1].w + right - x, parts[-1].y + parts[-1].h + bottom - y)

    assert spans("window") == Rect(0, 0, width, height)
    for name, region in layout.regions.items():
        for child in region.children:
            rect, wanted = spans(child), layout.regions[child]
            length = rect.w if region.direction == "columns" else rect.h
            assert length == wanted.size if wanted.size is not None else length >= wanted.min, name


STACKED = """
name = { zh = "叠" }
[regions.window]
columns = ["left", "map"]
[regions.left]
stack = ["queue", "cases"]
size = 400
[regions.queue]
panel = "queue"
[regions.cases]
panel = "cases"
[regions.map]
panel = "map"
[overlays.outbox]
panel = "outbox"
over = "map"
anchor = "bottom-right"
size = [616, 164]
inset = [8, 8, 8, 80]
[[at]]
max_width = 1000
[at.overlays.outbox]
over = "window"
size = [480, 164]
"""


def test_of_a_stack_the_first_is_shown_until_another_is_put_on_top_and_both_have_the_same_place() -> None:
    layout = read_layout(STACKED, "stacked.toml", {"queue", "cases", "map", "outbox"})
    at_first, other = solve(layout, 1600, 900), solve(layout, 1600, 900, frozenset({"cases"}))
    assert at_first["queue"] == Rect(0, 0, 400, 900)
    assert "cases" not in at_first
    assert other["cases"] == Rect(0, 0, 400, 900)
    assert "queue" not in other


def test_an_overlay_leaves_each_edge_what_the_file_says_and_may_float_elsewhere_in_a_small_window() -> None:
    layout = read_layout(STACKED, "stacked.toml", {"queue", "cases", "map", "outbox"})
    assert solve(layout, 1600, 900)["outbox"] == Rect(1600 - 8 - 616, 900 - 80 - 164, 616, 164)
    assert solve(layout, 960, 600)["outbox"] == Rect(960 - 8 - 480, 600 - 80 - 164, 480, 164)


def test_a_stack_of_anything_but_growing_panels_is_refused_with_its_place() -> None:
    with pytest.raises(UserError) as refused:
        read_layout(
            STACKED.replace("[regions.cases]", "[regions.cases]\nsize = 40"),
            "s.toml",
            {"queue", "cases", "map", "outbox"},
        )
    assert "cases" in str(refused.value)
