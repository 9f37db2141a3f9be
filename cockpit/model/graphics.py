"""What a driver of OpenGL says of itself, and whether the map is drawn by it."""

from __future__ import annotations

ANSWER = "doctor-screen:"
"""What the one line of a process that asked the driver begins with; a driver may write lines of its own."""
SOFTWARE = ("llvmpipe", "softpipe", "swiftshader", "software rasterizer")
"""GL_RENDERER of a driver that computes on the CPU: no GPU."""
LEAST_GL = (3, 3)
"""OpenGL that the programs of the map need."""


def is_gpu(renderer: str) -> bool:
    """Whether a GL_RENDERER is a graphics processor."""
    return bool(renderer) and not any(name in renderer.lower() for name in SOFTWARE)


def gl_version(version: str) -> tuple[int, int]:
    """The first two numbers of a GL_VERSION; (0, 0) where there are none, and for OpenGL ES."""
    first = version.split()[0] if version.split() else ""
    numbers = [int(part) for part in first.split(".")[:2] if part.isdigit()]
    return (numbers[0], numbers[1]) if len(numbers) == 2 else (0, 0)


def way_of_drawing(renderer: str, version: str) -> str:
    """`gloo` where there is a graphics processor whose driver is new enough, else `raster`."""
    return "gloo" if is_gpu(renderer) and gl_version(version) >= LEAST_GL else "raster"
