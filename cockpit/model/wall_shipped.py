"""The halls and scenes that ship: `layouts/halls/*.toml` and `layouts/scenes/*.toml`. No Qt."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from cockpit.model.wall import Hall, Scene
from cockpit.model.wall_read import read_hall_file, read_scene_file

FOLDER = Path(__file__).resolve().parents[2] / "layouts"
PLAIN = "one"
"""The preset that a hall file's rooms, modes and carousels come from where it says nothing of them."""
ORDER = (
    "overview",
    "event",
    "flood",
    "fire",
    "traffic",
    "environment",
    "grid",
    "hotline",
    "duty",
    "command",
    "drill",
    "visit",
)
"""Scenes as a desk lists them."""


def hall_text(id: str) -> str:
    """The TOML text of a preset, for the site that begins with it."""
    return (FOLDER / "halls" / f"{id}.toml").read_text(encoding="utf-8")


def scene_text(id: str) -> str:
    """The TOML text of a shipped scene."""
    return (FOLDER / "scenes" / f"{id}.toml").read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def shipped_scenes() -> tuple[Scene, ...]:
    """The scenes that ship, in the order of a desk's list."""
    there = {path.stem: read_scene_file(path) for path in sorted((FOLDER / "scenes").glob("*.toml"))}
    return tuple(there[id] for id in sorted(there, key=lambda id: (ORDER.index(id) if id in ORDER else len(ORDER), id)))


@lru_cache(maxsize=32)
def shipped_hall(id: str) -> Hall:
    """A preset: `one`, `2x2`, `2x3`, `3x6`, `1x12`, `ribbon`."""
    base = None if id == PLAIN else shipped_hall(PLAIN)
    return read_hall_file(FOLDER / "halls" / f"{id}.toml", base=base)


def shipped_halls() -> tuple[Hall, ...]:
    """The presets, the smallest wall first."""
    halls = [shipped_hall(path.stem) for path in (FOLDER / "halls").glob("*.toml")]
    return tuple(sorted(halls, key=lambda hall: (len(hall.walls[0].screens), hall.id)))
