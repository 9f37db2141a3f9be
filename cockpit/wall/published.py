"""What is published for a hall: the shipped files with the site's own over them, read and checked as a whole."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import msgspec

from cockpit.model.errors import OutsideError, UserError
from cockpit.model.wall import Scene
from cockpit.model.wall_read import read_hall, read_scene
from cockpit.model.wall_shipped import FOLDER, ORDER, PLAIN
from cockpit.model.wall_solve import solve_scene
from cockpit.model.wall_toml import file_text
from cockpit.model.wallasks import HALL
from cockpit.wall.bounds import check_site
from cockpit.wall.state import Site

MOST_TEXT = 200_000
"""Bytes of a file."""
MOST_SCENES = 120
_NAME = re.compile(r"scenes/([a-z0-9][a-z0-9_-]{0,39})\.toml")


class Whole(msgspec.Struct, frozen=True):
    """A hall with its scenes as it is published.

    Attributes:
        site: what was read. texts: by name, shipped ones among them. own: the site's, which lie over those.
    """

    site: Site
    texts: Mapping[str, str]
    own: Mapping[str, str]

    @property
    def own_hall(self) -> bool:
        return HALL in self.own


def shipped_texts(folder: Path = FOLDER) -> dict[str, str]:
    """The shipped files by name.

    Raises:
        OutsideError: they can not be read.
    """
    try:
        texts = {HALL: (folder / "halls" / f"{PLAIN}.toml").read_text("utf-8")}
        for path in sorted((folder / "scenes").glob("*.toml"), key=lambda path: _order(path.stem)):
            texts[f"scenes/{path.name}"] = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise OutsideError("wall.shipped_unreadable", folder=str(folder), why=str(error)) from error
    return texts


def site_texts(folder: Path) -> dict[str, str]:
    """The files that a site keeps itself in its profile, by name; {} where there are none.

    Raises:
        OutsideError: the folder can not be read.
        UserError: a file can not be read, or is too large.
    """
    try:
        paths = [path for path in (folder / HALL, *sorted((folder / "scenes").glob("*.toml"))) if path.is_file()]
    except OSError as error:
        raise OutsideError("wall.site_unreadable", folder=str(folder), why=str(error)) from error
    return {str(path.relative_to(folder)): file_text(path) for path in paths}


def read_whole(shipped: Mapping[str, str], own: Mapping[str, str], versions: Mapping[str, int]) -> Whole:
    """Reads and checks all of it together.

    Args:
        versions: in which version a text of the site was last changed, by name.

    Raises:
        UserError: a file says what can not be, names what is not there, or does not fit a wall of the hall.
    """
    texts = {**shipped, **own}
    scenes: dict[str, Scene] = {}
    for name, text in texts.items():
        if name == HALL:
            continue
        id = scene_of(name)
        scene = read_scene(text, name)
        if scene.id != id:
            raise UserError("wall.scene_named", file=name, id=scene.id)
        scenes[id] = msgspec.structs.replace(scene, version=versions.get(name, 1))
    if not 0 < len(scenes) <= MOST_SCENES:
        raise UserError("wall.how_many_scenes", n=len(scenes), most=MOST_SCENES)
    plain = read_hall(shipped[HALL], HALL, scenes)
    hall = read_hall(own[HALL], HALL, scenes, plain) if HALL in own else plain
    for wall in hall.walls:
        for scene in scenes.values() if HALL in own else [scenes[scene_of(name)] for name in own]:
            solve_scene(scene, wall)
    site = Site(hall, scenes)
    check_site(site)
    return Whole(site, texts, dict(own))


def check_name(name: str, text: str) -> None:
    """Raises UserError: it is no name of a file of a hall, or the file is too large."""
    if name != HALL and not _NAME.fullmatch(name):
        raise UserError("wall.file_name", file=name[:60])
    if len(text.encode()) > MOST_TEXT:
        raise UserError("wall.file_too_large", file=name, most=MOST_TEXT // 1000)


def scene_of(name: str) -> str:
    """Id of the scene whose file is called so."""
    found = _NAME.fullmatch(name)
    if found is None:
        raise UserError("wall.file_name", file=name[:60])
    return found[1]


def _order(id: str) -> tuple[int, str]:
    return (ORDER.index(id) if id in ORDER else len(ORDER), id)
