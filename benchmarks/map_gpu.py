"""The map with a GPU, without a window: EGL and the gloo backend's renderer.

    python -m benchmarks.map_gpu --write

On a machine with a GPU this measures both figures and writes them, with the driver's name, into gpu.md beside it. A
driver that computes on the processor is no GPU: nothing of it is recorded; `--try` says what it takes all the same.
Needs neither Qt nor a screen. A frame ends when the driver has drawn all of it (glFinish).
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.make_scene import city_scene
from benchmarks.map_drawings import Guangzhou, Million, flight, view
from benchmarks.registry import NotHere
from cockpit.geo.basemap import read_basemap
from cockpit.model.clock import SystemClock
from cockpit.model.graphics import is_gpu
from widgets.map.base import base_file
from widgets.map.camera import Camera, box_of
from widgets.map.drawing import F32, NO_F32, Drawing, Points
from widgets.map.gloo.base import Base
from widgets.map.gloo.egl import NoEgl
from widgets.map.gloo.headless import Headless
from widgets.map.gloo.view import View
from widgets.map.style import MapStyle, style_of

ROOT = Path(__file__).resolve().parent.parent
PACK = ROOT / "assets" / "cities" / "hangzhou"
TABLE = Path(__file__).resolve().parent / "gpu.md"
BEGIN, END = "<!-- figures -->\n", "<!-- end of figures -->\n"
FOUR_K, WALL = (3840, 2160), (11520, 3240)
WARM = 60
mono = SystemClock().mono
Work = Callable[[int], tuple[View, Drawing]]


def plain_style() -> MapStyle:
    """The dark style, read without Qt."""
    tokens = tomllib.loads((ROOT / "assets" / "themes" / "themes.toml").read_text(encoding="utf-8"))
    style = tomllib.loads((ROOT / "assets" / "mapstyles" / "dark.toml").read_text(encoding="utf-8"))
    return style_of(style["map"], tokens["dark"])


@contextmanager
def screen(side: int, any_driver: bool = False) -> Iterator[Headless]:
    """A renderer on the machine's GPU, with the base map.

    Raises:
        NotHere: there is none.
    """
    try:
        made = Headless(side=side)
    except NoEgl as error:
        raise NotHere(f"no EGL ({error})") from error
    try:
        if not any_driver and not is_gpu(made.driver.renderer):
            raise NotHere(f"{made.driver.renderer} computes on the processor and is no GPU")
        made.base = Base(base_file(PACK, box_of(read_basemap(PACK).bounds), view(16, 16), None))
        yield made
    finally:
        made.close()


def frames_a_second(one: Headless, work: Work, frames: int, warm: int = WARM) -> float:
    """The median of single frames, each waited for."""
    style = plain_style()
    for k in range(warm):
        one.frame(*work(k), style)
    times = []
    for k in range(warm, warm + frames):
        what = work(k)
        begin = mono()
        one.frame(*what, style)
        times.append(mono() - begin)
    return 1 / statistics.median(times)


def million(size: tuple[int, int], moving: bool) -> Work:
    """A million points over 5,000 polygons, the base map and 200 labels.

    Args:
        moving: their speeds are on the GPU (dead reckoning); else every frame brings new places for all of them.
    """
    work, camera = Million(), view(*size)
    if not moving:
        drawings = [_with_speed(work.frame(k), NO_F32, NO_F32) for k in range(8)]
        return lambda k: (View(camera, now=k / 30), drawings[k % 8])
    drawing = _with_speed(work.frame(0), work.speed[0], work.speed[1])
    return lambda k: (View(camera, now=k / 30), drawing)


def _with_speed(drawing: Drawing, vx: F32, vy: F32) -> Drawing:
    """The same with its points at these speeds from second 0 on."""
    layers = tuple(
        msgspec.structs.replace(layer, vx=vx, vy=vy, since=0.0) if isinstance(layer, Points) else layer
        for layer in drawing.layers
    )
    return msgspec.structs.replace(drawing, layers=layers)


def wall(share: float = 1.0) -> Work:
    """The scene of the largest city under a hand that pans and zooms all the time, its units moving."""
    work, camera = Guangzhou(city_scene(share=share)), view(*WALL)
    drawings = [work.frame(k) for k in range(90)]

    def frame(k: int) -> tuple[View, Drawing]:
        return View(_wide(flight(k, camera)), now=k / 30), drawings[k % len(drawings)]

    return frame


def _wide(camera: Camera) -> Camera:
    """A wall shows more of the city than a desk, not larger streets."""
    return msgspec.structs.replace(camera, scale=camera.scale / 1.5)


def one_million(any_driver: bool = False, frames: int = 200, moving: bool = True, warm: int = WARM) -> float:
    with screen(max(FOUR_K), any_driver) as one:
        return frames_a_second(one, million(FOUR_K, moving), frames, warm)


def guangzhou_wall(any_driver: bool = False, frames: int = 300, share: float = 1.0, warm: int = 220) -> float:
    with screen(max(WALL), any_driver) as one:
        return frames_a_second(one, wall(share), frames, warm)


FIGURES: tuple[tuple[str, str, Callable[..., float], dict[str, Any]], ...] = (
    ("map.gpu.1m.4k", "≥ 120", one_million, {}),
    ("map.gpu.1m.4k.rewritten", "–", one_million, {"moving": False}),
    ("map.gpu.guangzhou.wall", "≥ 60", guangzhou_wall, {}),
)


def table(any_driver: bool, quick: bool) -> str:
    """The figures as Markdown, with who drew them."""
    with screen(max(FOUR_K), any_driver) as one:
        driver = one.driver
    fewer = {"frames": 3, "warm": 2} if quick else {}
    rows = [
        f"GL_RENDERER: `{driver.renderer}` · GL_VENDOR: `{driver.vendor}` · GL_VERSION: `{driver.version}` ·"
        f" largest picture {driver.viewport[0]}×{driver.viewport[1]}",
        "",
        "| measurement | frames/s | aim |",
        "|---|---|---|",
    ]
    for name, aim, measure, options in FIGURES:
        runs = [measure(any_driver, **options, **fewer) for _ in range(1 if quick else 5)]
        rows.append(f"| `{name}` | {statistics.median(runs):.3g} | {aim} |")
        print(rows[-1], file=sys.stderr, flush=True)
    return "\n".join(rows) + "\n"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="put the figures into gpu.md")
    parser.add_argument("--try", dest="any_driver", action="store_true", help="take any driver; writes nothing")
    parser.add_argument("--quick", action="store_true", help="a few frames only, to see that it runs; writes nothing")
    given = parser.parse_args(arguments)
    try:
        found = table(given.any_driver, given.quick)
    except NotHere as why:
        print(f"not measured: {why}", file=sys.stderr)
        return 1
    print(found)
    if given.write and not given.any_driver and not given.quick:
        text = TABLE.read_text(encoding="utf-8")
        before, _, rest = text.partition(BEGIN)
        TABLE.write_text(before + BEGIN + found + END + rest.partition(END)[2], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
