"""Whether a hall's or a scene's file is sound, and what of it can not be read from the last row. No Qt."""

from __future__ import annotations

import contextlib
import difflib
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from cockpit.model.errors import CockpitError
from cockpit.model.messages import Message
from cockpit.model.wall import Scene, Wall
from cockpit.model.wall_legible import DRAWN, han_px, least_px
from cockpit.model.wall_panels import WALL_PANELS, room_of, withheld
from cockpit.model.wall_read import read_hall, read_scene, refuse_same_keys
from cockpit.model.wall_shipped import PLAIN, shipped_hall, shipped_halls, shipped_scenes
from cockpit.model.wall_solve import arrangement_of, empty_screens, fit_of, solve_scene
from cockpit.model.wall_toml import TomlFile, file_text
from cockpit.model.wall_tree import leaves

HALL = "hall.toml"
SCENES = "scenes"
NEARLY = 0.8
"""How like the name of a wall's own panel another is that was meant to be it."""


class Findings(msgspec.Struct, frozen=True):
    """What keeps a file from being shown, and what of it is badly seen."""

    wrong: tuple[Message, ...] = ()
    small: tuple[Message, ...] = ()


def check_file(path: Path) -> Findings:
    """Reads a hall's or a scene's file and looks whether its panels can be read from the last row.

    A hall is looked at with the scenes beside it (`scenes/*.toml`) and the shipped ones. A scene is looked at on the
    walls of the hall that it lies beside (`../hall.toml`), else on the presets of the kinds that it is made for.
    """
    try:
        text = file_text(path)
        if "walls" in TomlFile(text, str(path)).data:
            scenes = _scenes_beside(path.parent / SCENES)
            hall = read_hall(text, str(path), [scene.id for scene in scenes], shipped_hall(PLAIN))
            return Findings((), tuple(m for wall in hall.walls for m in _coarse(wall) + _all(scenes, wall)))
        scene, foreign = _scene(text, str(path))
        _keys_beside(path.parent, {str(path): text}, {str(path): scene})
        walls = _walls_beside(path.parent.parent / HALL, scene)
        return Findings((), (*foreign, *(message for wall in walls for message in small_on(scene, wall))))
    except CockpitError as error:
        return Findings((error.message,))


def _scene(text: str, file: str) -> tuple[Scene, list[Message]]:
    """A scene, and which of its panels are not a wall's own or not for its eyes; one that is nearly called as a wall's
    is a mistake."""
    named = {place.panel for a in read_scene(text, file).arrangements for place in leaves(a.root)}
    foreign = {one for one in named if not difflib.get_close_matches(one, WALL_PANELS, cutoff=NEARLY)}
    scene = read_scene(text, file, {*WALL_PANELS, *foreign})
    said = []
    for one in sorted(foreign):
        hidden = withheld(one, scene.privacy, cleared=False)
        said.append(hidden or Message("wallfile.foreign", {"scene": scene.name, "panel": one}))
    return scene, said


def small_on(scene: Scene, wall: Wall) -> list[Message]:
    """What of a scene can not be read from the last row of a wall, a sentence each; screens that it leaves empty."""
    found = []
    han = least_px(wall.pitch, wall.distance)
    placed = solve_scene(scene, wall)
    for item in placed:
        has = item.at.w / han, item.at.h / han
        needs = room_of(item.place, has[0])
        if has[0] < needs.wide or has[1] < needs.high:
            found.append(
                Message(
                    "wallfile.small",
                    {
                        "scene": scene.name,
                        "wall": wall.name,
                        "place": item.place.id,
                        "panel": item.place.panel,
                        "wide": f"{has[0]:.0f}",
                        "high": f"{has[1]:.1f}",
                        "needs_wide": f"{needs.wide:.0f}",
                        "needs_high": f"{needs.high:.1f}",
                        "px": han,
                        "distance": f"{wall.distance:g}",
                    },
                )
            )
    empty = empty_screens(placed, wall)
    if empty:
        numbers = ", ".join(str(id) for id in empty)
        found.append(Message("wallfile.empty", {"scene": scene.name, "wall": wall.name, "screens": numbers}))
    if arrangement_of(scene, wall).fit != fit_of(wall):
        fits = {"fit": fit_of(wall), "taken": arrangement_of(scene, wall).fit}
        found.append(Message("wallfile.other_fit", {"scene": scene.name, "wall": wall.name, **fits}))
    return found


def _all(scenes: Sequence[Scene], wall: Wall) -> list[Message]:
    return [message for scene in scenes for message in small_on(scene, wall)]


def _coarse(wall: Wall) -> list[Message]:
    """A wall of pixels so large that a 汉字 at the least size has too few of them."""
    han = han_px(wall.pitch, wall.distance)
    if han >= DRAWN:
        return []
    return [Message("wallfile.coarse", {"wall": wall.name, "px": han, "drawn": DRAWN, "pitch": f"{wall.pitch:g}"})]


def _scenes_beside(folder: Path) -> list[Scene]:
    """The shipped scenes with those of a folder over them."""
    scenes = {scene.id: scene for scene in shipped_scenes()}
    texts, own = {}, {}
    for path in sorted(folder.glob("*.toml")):
        texts[str(path)] = file_text(path)
        own[str(path)] = scene = _scene(texts[str(path)], str(path))[0]
        scenes[scene.id] = scene
    _keys_beside(None, texts, own)
    return list(scenes.values())


def _keys_beside(folder: Path | None, texts: Mapping[str, str], scenes: Mapping[str, Scene]) -> None:
    """Raises UserError: a scene has the key of another of them, of one in the folder, or of a shipped one."""
    all_ = dict(scenes)
    for path in sorted(folder.glob("*.toml")) if folder is not None and folder.name == SCENES else ():
        if str(path) not in all_:
            with contextlib.suppress(CockpitError):  # it is not the file that was asked about
                all_[str(path)] = read_scene(file_text(path), str(path))
    ids = {scene.id for scene in all_.values()}
    all_ |= {scene.id: scene for scene in shipped_scenes() if scene.id not in ids}
    refuse_same_keys(texts, all_, scenes.keys())


def _walls_beside(path: Path, scene: Scene) -> list[Wall]:
    if path.is_file():
        return list(read_hall(file_text(path), str(path), None, shipped_hall(PLAIN)).walls)
    fits = {arrangement.fit for arrangement in scene.arrangements}
    return [wall for hall in shipped_halls() for wall in hall.walls if fit_of(wall) in fits]
