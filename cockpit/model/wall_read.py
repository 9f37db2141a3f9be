"""Hall and scene files (TOML) to `Hall` and `Scene`; what is wrong is said with line and column. No Qt."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from cockpit.model.wall import Hall, Scene
from cockpit.model.wall_read_hall import HallReader
from cockpit.model.wall_read_scene import SceneReader
from cockpit.model.wall_toml import TomlFile, file_text


def read_hall(text: str, file: str, scenes: Collection[str] | None = None, base: Hall | None = None) -> Hall:
    """The hall of a TOML text.

    Args:
        file: how an error names it; its stem is the id where the text has none.
        scenes: ids that modes and carousels may name, None any.
        base: gives rooms, modes, carousels and night where the text has none, as `shipped_hall("one")`.

    Raises:
        UserError: it says what can not be.
    """
    return HallReader(TomlFile(text, file), scenes, base).hall(Path(file).stem)


def read_hall_file(path: Path, scenes: Collection[str] | None = None, base: Hall | None = None) -> Hall:
    """As `read_hall`, of a file; raises UserError also when it can not be read."""
    return read_hall(file_text(path), str(path), scenes, base)


def read_scene(text: str, file: str, panels: Collection[str] | None = None) -> Scene:
    """The scene of a TOML text.

    Args:
        file: how an error names it; its stem is the id where the text has none.
        panels: ids that a place may name, None any (a machine without Qt does not know all of them).

    Raises:
        UserError: it says what can not be.
    """
    return SceneReader(TomlFile(text, file), panels).scene(Path(file).stem)


def read_scene_file(path: Path, panels: Collection[str] | None = None) -> Scene:
    """As `read_scene`, of a file; raises UserError also when it can not be read."""
    return read_scene(file_text(path), str(path), panels)


def refuse_same_keys(texts: Mapping[str, str], scenes: Mapping[str, Scene], named: Collection[str]) -> None:
    """Two scenes have one key: at a desk it would bring the same one of them for ever.

    Args:
        texts, scenes: of a hall, by the names of their files.
        named: names of those that must not have another's key; what was let through earlier stays.

    Raises:
        UserError: one of them has, with its place.
    """
    for name in sorted(scenes.keys() & named):
        key = scenes[name].key
        other = next((one for its, one in scenes.items() if key and its != name and one.key == key), None)
        if other is not None:
            TomlFile(texts[name], name).wrong(("key",), "wallfile.same_key", key=key, other=other.name)
