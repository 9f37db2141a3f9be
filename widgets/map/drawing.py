"""What is to be drawn, for any renderer: layers in drawing order, as columns. No Qt and no city in here.

A drawing is made from the city's scene (`widgets.map.compose`) or by whoever has things to draw (benchmarks, imports,
the shared page). Renderers (`widgets.map.raster`, `widgets.map.gloo`) draw the same drawing alike; a test compares
them.

Places are float32 metres of Web-Mercator (EPSG:3857) east and north of `Drawing.origin`: exact to a few millimetres
within 40 km. A column is never written to after it was handed over: the very same array means the very same content,
so that a renderer uploads or draws anew only what is another object.
"""

from __future__ import annotations

from typing import ClassVar

import msgspec
import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]
Ints = NDArray[np.int64]
Codes = NDArray[np.uint8]
Pixels = NDArray[np.uint8]
Rgba = tuple[int, int, int, int]
"""Red, green, blue, alpha, 0 to 255; alpha is not multiplied in."""

NO_F32 = np.empty(0, dtype=np.float32)
NO_CODES = np.empty(0, dtype=np.uint8)
NO_INTS = np.zeros(1, dtype=np.int64)
NO_PLACES = np.empty((0, 2), dtype=np.float32)


class Layer(msgspec.Struct, frozen=True, kw_only=True):
    """What all layers have.

    Attributes:
        key: tells it from the others of a drawing; stays the same from one drawing to the next.
        opacity: 0 to 1, of all of it.
        zoom: first and last zoom level (256 px scheme) at which it is drawn.
        moving: drawn every frame; a layer that is not may be drawn into a picture that is moved and scaled until the
            view rests.
    """

    moving: ClassVar[bool] = False
    key: str
    opacity: float = 1.0
    zoom: tuple[float, float] = (0.0, 99.0)


class Points(Layer, frozen=True, kw_only=True):
    """Many small dots, a million and more.

    Attributes:
        x, y: shape (N,); a NaN has no place.
        color: shape (N,), index into `palette` (at most 255 colours).
        size: diameter in logical pixels.
        vx, vy: shape (N,), metres a second from `since` on (dead reckoning); empty where all stand.
        since: monotonic seconds at which x and y hold.
    """

    moving: ClassVar[bool] = True
    x: F32 = NO_F32
    y: F32 = NO_F32
    color: Codes = NO_CODES
    palette: tuple[Rgba, ...] = ()
    size: float = 2.0
    vx: F32 = NO_F32
    vy: F32 = NO_F32
    since: float = 0.0


class Sprite(msgspec.Struct, frozen=True):
    """A small picture. eq by identity is enough: sprites are kept by those who make them.

    Attributes:
        pixels: shape (height, width, 4), red, green, blue, alpha, alpha multiplied in, device pixels.
        dpr: device pixels per logical pixel.
        ax, ay: the point of it that stands on the place, logical pixels from its upper left corner.
    """

    pixels: Pixels
    dpr: float = 1.0
    ax: float = 0.0
    ay: float = 0.0

    @property
    def width(self) -> float:
        """Logical pixels."""
        return float(self.pixels.shape[1] / self.dpr)

    @property
    def height(self) -> float:
        """Logical pixels."""
        return float(self.pixels.shape[0] / self.dpr)


class Sprites(Layer, frozen=True, kw_only=True):
    """Symbols: events, units, clusters. The last one lies on top.

    Attributes:
        x, y: shape (N,).
        image: shape (N,), index into `images`.
        turn: shape (N,), degrees clockwise; empty for none. A renderer may round to whole pixels where it is 0.
        sharp: never drawn between device pixels (symbols with fine lines).
    """

    moving: ClassVar[bool] = True
    x: F32 = NO_F32
    y: F32 = NO_F32
    image: NDArray[np.int32] = np.empty(0, dtype=np.int32)
    images: tuple[Sprite, ...] = ()
    turn: F32 = NO_F32
    sharp: bool = True


class Words(Sprites, frozen=True, kw_only=True):
    """Labels as pictures: drawn where they cover no other, the first of the columns first.

    Attributes:
        keep: how many of the first are drawn wherever they are.
        blocked_by: keys of `Sprites` layers whose symbols they keep clear of.
    """

    keep: int = 0
    blocked_by: tuple[str, ...] = ()


class Lines(Layer, frozen=True, kw_only=True):
    """Polylines: routes, trails, flows.

    Attributes:
        xy: shape (V, 2).
        starts: shape (L + 1,): line i is xy[starts[i]:starts[i + 1]].
        color: shape (L,), index into `palette`.
        width: logical pixels. widths: shape (L,), logical pixels, in its stead where lines differ; empty for none.
        case, case_width: colour and width of a casing beneath; width 0 for none.
        dash: lengths on, off, … in logical pixels; () for a whole line.
        flow: logical pixels a second that the dashes run from start to end, below 0 the other way; only where something
            flows.
        live: its places are others with every frame: no picture of it is kept.
    """

    xy: F32 = NO_PLACES
    starts: Ints = NO_INTS
    color: Codes = NO_CODES
    palette: tuple[Rgba, ...] = ()
    width: float = 2.0
    widths: F32 = NO_F32
    case: Rgba = (0, 0, 0, 0)
    case_width: float = 0.0
    dash: tuple[float, ...] = ()
    flow: float = 0.0
    live: bool = False


class Polygons(Layer, frozen=True, kw_only=True):
    """Areas, footprints, grid cells.

    Attributes:
        xy: shape (V, 2); a ring is closed, its last point repeats its first.
        rings: shape (R + 1,): ring i is xy[rings[i]:rings[i + 1]].
        polys: shape (P + 1,): polygon i has the rings polys[i] to polys[i + 1], its outer ring first, then holes.
        fill: shape (P,), index into `palette`.
        edge, edge_width: outline, logical pixels; width 0 for none. edge_dash as in `Lines`.
        hatch: indices of `palette` whose polygons are hatched in that colour, not filled: no data.
        height: shape (P,), metres over ground for views that extrude (NaN: not known); empty for flat things.
    """

    xy: F32 = NO_PLACES
    rings: Ints = NO_INTS
    polys: Ints = NO_INTS
    fill: Codes = NO_CODES
    palette: tuple[Rgba, ...] = ()
    edge: Rgba = (0, 0, 0, 0)
    edge_width: float = 0.0
    edge_dash: tuple[float, ...] = ()
    hatch: frozenset[int] = frozenset()
    height: F32 = NO_F32


class Heat(Layer, frozen=True, kw_only=True):
    """Density of weighted points as colour.

    Attributes:
        x, y, weight: shape (N,).
        radius: logical pixels of a point's reach (a Gaussian of a third of it), the same at every zoom.
        ramp: colours from nothing to the most, evenly spaced; the first has alpha 0.
        full: weight within one reach that has the last colour; 0: the most in view has.
    """

    x: F32 = NO_F32
    y: F32 = NO_F32
    weight: F32 = NO_F32
    radius: float = 24.0
    ramp: tuple[Rgba, ...] = ()
    full: float = 0.0


class Ground(Layer, frozen=True, kw_only=True):
    """Where the base map lies among the layers; what it is has been handed to the renderer by `load`.

    Attributes:
        part: `land` (fills, waters), `lines` (roads, rails, buildings), `names`, or `all`: coloured areas lie
            between land and lines.
        clear_of: keys of `Sprites` layers whose symbols the names keep clear of.
    """

    part: str = "all"
    clear_of: tuple[str, ...] = ()


class Drawing(msgspec.Struct, frozen=True):
    """All that is drawn, the first layer lowest.

    Attributes:
        origin: Mercator metres that places are counted from.
        back: colour where nothing is.
        layers: in drawing order; keys are different.
    """

    origin: tuple[float, float] = (0.0, 0.0)
    back: Rgba = (16, 23, 30, 255)
    layers: tuple[Layer, ...] = ()

    def layer(self, key: str) -> Layer | None:
        return next((layer for layer in self.layers if layer.key == key), None)
