"""What all surfaces of one share group have in common: programs, buffers by the columns they hold, palettes, atlas.

A surface draws between `begin` and `end`, with its context current. Commands go to GL by vispy's GLIR; only the draw
itself is given its range here, since gloo's `Program.draw` always draws all of its buffers.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from vispy import gloo
from vispy.gloo import gl
from vispy.gloo.buffer import Buffer
from vispy.gloo.context import FakeCanvas

from cockpit.model.graphics import LEAST_GL
from widgets.map.drawing import Rgba
from widgets.map.gloo import shaders
from widgets.map.gloo.entries import Driver, driver, extend

PROGRAMS = {
    "points": (shaders.POINTS_STILL, shaders.POINTS_FRAGMENT),
    "moving": (shaders.POINTS_MOVING, shaders.POINTS_FRAGMENT),
    "sprites": (shaders.SPRITES, shaders.SPRITES_FRAGMENT),
    "lines": (shaders.LINES, shaders.LINES_FRAGMENT),
    "polygons": (shaders.POLYGONS, shaders.POLYGONS_FRAGMENT),
    "walls": (shaders.WALLS, shaders.WALLS_FRAGMENT),
    "heat": (shaders.HEAT, shaders.HEAT_FRAGMENT),
    "most": (shaders.SCREEN, shaders.MOST_FRAGMENT),
    "ramp": (shaders.SCREEN, shaders.RAMP_FRAGMENT),
    "picture": (shaders.PICTURE, shaders.SPRITES_FRAGMENT),
}
FORGET = 1.5
"""Seconds after which a buffer that nobody drew is given back."""
FRESH, IDLE_BYTES = 0.1, 64 * 2**20
"""Seconds in which every surface has drawn its picture; what others may keep in the meantime."""
PALETTES = 64
T = TypeVar("T")


class TooOld(Exception):
    """The driver has not got what the programs need; says what it has."""


class Vertices(Buffer):  # type: ignore[misc]
    """Bytes on the GPU, float32 columns."""

    _GLIR_TYPE = "VertexBuffer"

    def __init__(self, data: NDArray[Any]) -> None:
        super().__init__(np.ascontiguousarray(data, dtype=np.float32))


class Device:
    """One share group of contexts.

    Attributes:
        driver: what it says of itself.
        frame: number of the picture being drawn.
    """

    def __init__(self) -> None:
        """With a context current.

        Raises:
            TooOld: OpenGL is older than 3.3.
        """
        self.driver: Driver = driver()
        if self.driver.numbers < LEAST_GL:
            raise TooOld(f"{self.driver.renderer}, OpenGL {self.driver.version}")
        extend()
        self.frame = 0
        self._canvas = FakeCanvas()
        self._queue = self._canvas.context.glir
        self._parser = self._canvas.context.shared.parser
        self._programs: dict[str, gloo.Program] = {}
        self._told: dict[tuple[int, str], object] = {}
        self._kept: dict[tuple[object, ...], list[Any]] = {}
        self._palettes: dict[object, gloo.Texture2D] = {}
        self._now = 0.0
        self.quad = Vertices(np.array([(0, 0), (1, 0), (0, 1), (1, 1)]))
        self.strip = Vertices(np.array([(0, -1), (0, 1), (1, -1), (1, 1)]))
        self.square = Vertices(np.array([(-1, -1), (1, -1), (-1, 1), (1, 1)]))
        for one in (self.quad, self.strip, self.square):
            self._queue.associate(one.glir)

    # A picture.

    def begin(self, target: int, now: float) -> None:
        """From here on things are drawn into framebuffer `target`; `now` is monotonic seconds."""
        self.frame += 1
        self._now = now
        self._parser.parse([("CURRENT", 0, target)])
        while gl.glGetError():  # what others left behind, and what a core profile has not got
            pass
        self.call("glEnable", gl.GL_BLEND)
        self.call("glBlendFunc", gl.GL_ONE, gl.GL_ONE_MINUS_SRC_ALPHA)
        for name in (gl.GL_DEPTH_TEST, gl.GL_CULL_FACE, gl.GL_SCISSOR_TEST, gl.GL_STENCIL_TEST):
            self.call("glDisable", name)

    def end(self) -> None:
        """All of it has been handed to the driver.

        Raises:
            RuntimeError: the driver refused something.
        """
        self._forget()
        self.call("glUseProgram", 0)
        self.call("glDisable", gl.GL_BLEND)
        self.flush()
        gl.check_error("end of a picture")

    def _forget(self) -> None:
        """Gives back what nobody draws: after a while, and at once where it is much."""
        idle = sorted((one[2], key) for key, one in self._kept.items() if self._now - one[2] > FRESH)
        much = sum(self._bytes(key) for _, key in idle)
        for at, key in idle:
            if self._now - at > FORGET or much > IDLE_BYTES:
                much -= self._bytes(key)
                del self._kept[key]

    def _bytes(self, key: tuple[object, ...]) -> int:
        made = self._kept[key][0]
        return made.nbytes if isinstance(made, Buffer) else 0

    def flush(self) -> None:
        self._queue.flush(self._parser)

    def call(self, name: str, *arguments: object) -> None:
        self._queue.command("FUNC", name, *arguments)

    def close(self) -> None:
        """Deletes all of it, with a context of the group current."""
        self._kept.clear()
        for one in (*self._programs.values(), *self._palettes.values(), self.quad, self.strip, self.square):
            one.delete()
        self._programs, self._palettes = {}, {}
        self.flush()
        self._parser.parse([])

    def own(self, *things: Any) -> None:
        """Commands of gloo objects made elsewhere go with the others."""
        for thing in things:
            self._queue.associate(thing.glir)

    def aim(self, target: int) -> None:
        """Draws into framebuffer `target` from here on."""
        self.call("glBindFramebuffer", gl.GL_FRAMEBUFFER, target)

    # Programs.

    def program(self, name: str) -> gloo.Program:
        made = self._programs.get(name)
        if made is None:
            made = self._programs[name] = gloo.Program(*PROGRAMS[name])
            self._queue.associate(made.glir)
        return made

    def tell(self, name: str, **values: Any) -> None:
        """Sets uniforms; what a program knows already is not told again."""
        program = self.program(name)
        for uniform, value in values.items():
            key = (program.id, uniform)
            if self._told.get(key) == value:
                continue
            self._told[key] = value
            numbers = np.asarray(value, dtype=np.float32).ravel()
            kind = ("float", "vec2", "vec3", "vec4")[len(numbers) - 1]
            self._queue.command("UNIFORM", program.id, uniform, kind, numbers)

    def sample(self, name: str, uniform: str, texture: gloo.Texture2D) -> None:
        program = self.program(name)
        key = (program.id, uniform)
        if self._told.get(key) is not texture:
            self._told[key] = texture
            self._queue.associate(texture.glir)
            self._queue.command("TEXTURE", program.id, uniform, texture.id)

    def feed(
        self, name: str, attribute: str, buffer: Vertices, size: int, stride: int = 0, offset: int = 0, each: int = 0
    ) -> None:
        """Sets an attribute of `size` floats. stride, offset: in floats. each: 1 for one of every instance."""
        program = self.program(name)
        kind = ("float", "vec2", "vec3", "vec4")[size - 1]
        value = (buffer.id, (stride or size) * 4, offset * 4)
        self._queue.command("ATTRIBUTE", program.id, attribute, kind, value, each or None)

    def draw(self, name: str, mode: str, first: int, count: int, instances: int = 1) -> None:
        if count > 0 and instances > 0:
            self._queue.command("DRAW", self.program(name).id, mode, (first, count), instances)

    # What is on the GPU.

    def kept(self, kind: str, sources: Sequence[object], make: Callable[[], T]) -> T:
        """What `make` gave for the very same things; made when first asked for, given back when no longer drawn."""
        key = (kind, *map(id, sources))
        one = self._kept.get(key)
        if one is None:
            one = self._kept[key] = [make(), sources, self._now]
        one[2] = self._now
        made: T = one[0]
        return made

    @property
    def holding(self) -> int:
        """How many buffers are kept."""
        return len(self._kept)

    def vertices(self, data: NDArray[Any]) -> Vertices:
        """A buffer with this content."""
        made = Vertices(data)
        self._queue.associate(made.glir)
        return made

    def column(self, data: NDArray[Any], fill: float = 0.0) -> Vertices:
        """The buffer of a column; a NaN becomes `fill`."""

        def make() -> Vertices:
            numbers = np.asarray(data, dtype=np.float32)
            bad = ~np.isfinite(numbers)
            return self.vertices(np.where(bad, np.float32(fill), numbers) if bad.any() else numbers)

        return self.kept("column", (data,), make)

    def palette(self, colors: tuple[Rgba, ...], hatch: frozenset[int] = frozenset()) -> gloo.Texture2D:
        key = (colors, hatch)
        known = self._palettes.pop(key, None)
        if known is None:
            rows = np.zeros((2, 256, 4), dtype=np.uint8)
            if colors:
                rows[0, : len(colors)] = np.array(colors, dtype=np.uint8)[:256]
            rows[1, [index for index in hatch if 0 <= index < 256], 0] = 255
            known = gloo.Texture2D(rows, format="rgba", interpolation="nearest")
            self._queue.associate(known.glir)
            if len(self._palettes) >= PALETTES:
                self._palettes.pop(next(iter(self._palettes)))
        self._palettes[key] = known  # the newest last
        return known

    def texture(self, pixels: NDArray[np.uint8], smooth: bool = True) -> gloo.Texture2D:
        """shape (height, width, 4)."""
        made = gloo.Texture2D(
            np.ascontiguousarray(pixels), format="rgba", interpolation="linear" if smooth else "nearest"
        )
        self._queue.associate(made.glir)
        return made


class Attributes:
    """A vertex array object of one context: what is set for drawing stays out of the way of others in that context."""

    def __init__(self) -> None:
        self._name = ctypes.c_uint()
        gl.glGenVertexArrays(1, ctypes.byref(self._name))

    def bind(self) -> None:
        gl.glBindVertexArray(self._name.value)
        for index in range(8):  # of programs drawn before, whose buffers may be gone
            gl.glDisableVertexAttribArray(index)

    def release(self) -> None:
        gl.glBindVertexArray(0)

    def close(self) -> None:
        if self._name.value:
            gl.glDeleteVertexArrays(1, ctypes.byref(self._name))
            self._name = ctypes.c_uint()
