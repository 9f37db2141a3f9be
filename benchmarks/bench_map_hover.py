"""What is under the mouse, asked among a million things on the map, half of which move."""

from __future__ import annotations

import time
from collections.abc import Callable

import msgspec
import numpy as np
import shapely
from numpy.typing import NDArray

from benchmarks.registry import Measured, bench
from widgets.map.camera import Camera
from widgets.map.compose.dots import crowds, scale_at
from widgets.map.marks import REACH, MarkMaker
from widgets.map.scene import CAMERA, SENSOR, UNIT, Dots, Scene, Units

MOVING, CAMERAS, SENSORS = 500_000, 350_000, 150_000
ASKED = 200
"""Places of the mouse: half of them on a thing, half anywhere."""
SIDE = 60_000.0
"""Metres of the city's side."""
ZOOMS = (12.0, 14.5, 16.5)
Floats = NDArray[np.float64]
Ask = Callable[[Camera, float, float], object]


class City(msgspec.Struct, frozen=True):
    """A million things. moved: shape (2, MOVING, 2), where the moving ones are in two frames that follow each other."""

    scene: Scene
    moved: Floats


def city(seed: int = 7) -> City:
    rng = np.random.default_rng(seed)

    def dots(n: int, prefix: str) -> Dots:
        keys = [f"{prefix}{i}" for i in range(n)]
        return Dots(keys, *rng.normal(0, SIDE / 5, (2, n)), np.zeros(n, dtype=bool))

    at = rng.normal(0, SIDE / 5, (MOVING, 2))
    units = Units([f"u{i}" for i in range(MOVING)], x=at[:, 0], y=at[:, 1])
    scene = Scene(
        units=units,
        cameras=dots(CAMERAS, "c"),
        sensors=dots(SENSORS, "s"),
        visible=frozenset((UNIT, CAMERA, SENSOR)),
    )
    return City(scene, np.stack([at, at + rng.normal(0, 0.5, (MOVING, 2))]))


def asked(town: City, camera: Camera, seed: int = 11) -> list[tuple[float, float]]:
    """Places of the mouse in a view, pixels."""
    rng = np.random.default_rng(seed)
    anywhere = rng.uniform((0, 0), (camera.width, camera.height), (ASKED, 2))
    sx, sy = camera.to_screen(town.scene.cameras.x, town.scene.cameras.y)
    seen = np.flatnonzero((sx > 0) & (sy > 0) & (sx < camera.width) & (sy < camera.height))
    on = rng.choice(seen, ASKED // 2)
    anywhere[::2, 0], anywhere[::2, 1] = sx[on], sy[on]
    return [(float(x), float(y)) for x, y in anywhere]


def worst(town: City, ask: Callable[[int], Ask], most: int = ASKED) -> float:
    """Milliseconds that the slowest but one in twenty of the questions took; every other one is asked in a new frame,
    in which the moving half is elsewhere.

    Args:
        ask: makes what answers in a frame; what it takes to get ready for one counts for the question it is asked for.
        most: questions a view; a slow one is asked fewer.
    """
    took = []
    for zoom in ZOOMS:
        camera = Camera(0.0, 0.0, scale_at(zoom), 1920, 1080)
        ready: Ask | None = None
        for n, (px, py) in enumerate(asked(town, camera)[:most]):
            start = time.perf_counter()
            if ready is None or n % 2 == 0:
                ready = ask(n // 2 % 2)
            ready(camera, px, py)
            took.append((time.perf_counter() - start) * 1000)
    return float(np.percentile(took, 95))


def by_marks(town: City) -> Callable[[int], Ask]:
    """Ours, as the canvas asks it. What stands for the still half is grouped by the thread of the map, once a half step
    of the zoom; a frame costs nothing."""
    maker = MarkMaker()
    grouped = {
        zoom: {
            topic: (dots, crowds(dots.x, dots.y, zoom))
            for topic, dots in ((CAMERA, town.scene.cameras), (SENSOR, town.scene.sensors))
        }
        for zoom in ZOOMS
    }

    def frame(n: int) -> Ask:
        at = town.moved[n]

        def ask(camera: Camera, px: float, py: float) -> object:
            maker.dots = grouped[round(camera.zoom * 2) / 2]
            return maker.hit(town.scene, at, camera, px, py, "")

        return ask

    return frame


def by_distance(town: City) -> Callable[[int], Ask]:
    """NumPy alone: the distances of all, the least of each kind."""
    still = [np.stack([dots.x, dots.y], axis=1) for dots in (town.scene.sensors, town.scene.cameras)]

    def frame(n: int) -> Ask:
        kinds = ((UNIT, town.moved[n]), (SENSOR, still[0]), (CAMERA, still[1]))

        def ask(camera: Camera, px: float, py: float) -> object:
            x, y = camera.to_world(px, py)
            for topic, at in kinds:
                far = np.hypot(at[:, 0] - x, at[:, 1] - y)
                nearest = int(np.argmin(far))
                if far[nearest] <= REACH[topic] / camera.scale:
                    return topic, nearest
            return None

        return ask

    return frame


def by_tree(town: City) -> Callable[[int], Ask]:
    """shapely's STRtree: the still half built once, the moving one in every frame."""
    still = [shapely.STRtree(shapely.points(dots.x, dots.y)) for dots in (town.scene.sensors, town.scene.cameras)]

    def frame(n: int) -> Ask:
        moving = shapely.STRtree(shapely.points(town.moved[n]))
        kinds = ((UNIT, moving), (SENSOR, still[0]), (CAMERA, still[1]))

        def ask(camera: Camera, px: float, py: float) -> object:
            place = shapely.Point(*camera.to_world(px, py))
            for topic, tree in kinds:
                found = tree.query_nearest(place, max_distance=REACH[topic] / camera.scale)
                if len(found):
                    return topic, int(found[0])
            return None

        return ask

    return frame


@bench("map.hover.1m", unit="ms", better="lower", runs=1)
def hover() -> Measured:
    """The 95th percentile of what is under the mouse among a million things of which half move: to be below 16 ms."""
    town = city()
    ours = worst(town, by_marks(town))
    tree = worst(town, by_tree(town), 20)
    return Measured(ours, "numpy", worst(town, by_distance(town)), {"shapely": tree})
