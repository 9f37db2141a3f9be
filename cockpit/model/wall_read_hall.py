"""Hall files (TOML) to `Hall`. docs/hall-file.md says what may stand in one. No Qt."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from msgspec.structs import replace

from cockpit.model.layout import Rect
from cockpit.model.machine_names import plain_name
from cockpit.model.toml_text import Path as KeyPath
from cockpit.model.wall import Carousel, Hall, Mode, Room, Screen, Trigger, Wall
from cockpit.model.wall_toml import TomlFile

ROLES = ("duty", "leader", "wall")
MOST_SCREENS = 96
PX = (160, 16384)
"""Width and height of one screen."""
BEZEL_MM, GAP_MM = (0, 500), (0, 10_000)
"""Between two lit parts: everywhere alike, and where each gap has a number of its own (a pillar, a door)."""
SQUARE = 0.05
"""How much a pixel's width and height may differ, as a share: a wall is drawn with square ones."""

_TOP = ("id", "name", "shift", "night", "rooms", "walls", "modes", "carousels")
_WALL = (
    "name",
    "room",
    "rows",
    "columns",
    "screen",
    "widths",
    "heights",
    "screen_mm",
    "pitch",
    "bezel_mm",
    "distance",
    "machines",
    "outputs",
)
_MODE = ("name", "scene", "layers", "sounds", "rights", "accent")
_CAROUSEL = ("name", "between", "steps", "triggers")


class HallReader:
    """Reads one hall; `scenes` are the ids that it may name, None any; `base` gives what it leaves out."""

    def __init__(self, file: TomlFile, scenes: Collection[str] | None, base: Hall | None) -> None:
        self._file, self._scenes, self._base = file, scenes, base

    def hall(self, id: str) -> Hall:
        """The hall; `id` where the file has none.

        Raises:
            UserError: it says what can not be.
        """
        file, data = self._file, self._file.data
        file.keys(data, _TOP, ())
        base = self._base or Hall("", {}, (), (), ())
        hall = Hall(file.id(file.text(data, "id", (), id), ("id",)), file.name(data, ()), (), (), ())
        rooms = self._rooms() if "rooms" in data else base.rooms
        walls = file.tables(data, "walls", ())
        if not walls:
            file.wrong(("walls",), "wallfile.no_wall")
        modes = tuple(self._mode(i, m, ("modes", i)) for i, m in file.tables(data, "modes", ()).items())
        carousels = tuple(self._carousel(i, c, ("carousels", i)) for i, c in file.tables(data, "carousels", ()).items())
        hall = replace(
            hall,
            rooms=rooms,
            walls=self._walls(walls, rooms),
            modes=modes or base.modes,
            carousels=carousels if "carousels" in data else base.carousels,
            night=self._night() if "night" in data else base.night,
            shift=file.whole(data, "shift", (), 0, 16, base.shift if self._base else 2),
        )
        if not hall.rooms:
            file.wrong(("rooms",), "wallfile.no_room")
        if not hall.modes:
            file.wrong(("modes",), "wallfile.no_mode")
        return hall

    def _rooms(self) -> tuple[Room, ...]:
        file = self._file
        data = file.tables(file.data, "rooms", ())
        rooms = []
        for id, room in data.items():
            path = ("rooms", id)
            file.keys(room, ("name", "shares"), path)
            shares = file.text(room, "shares", path)
            if shares and (shares not in data or shares == id):
                file.unknown((*path, "shares"), "wallfile.no_room_named", shares, data.keys() - {id})
            if shares and data[shares].get("shares"):
                file.wrong((*path, "shares"), "wallfile.shares_shared", name=shares)
            rooms.append(Room(id, file.name(room, path), shares))
        return tuple(rooms)

    def _night(self) -> tuple[int, int, float] | tuple[()]:
        file = self._file
        data = file.table(file.data, "night", ())
        path = ("night",)
        if not data:
            return ()
        file.keys(data, ("from", "to", "brightness"), path)
        times = [file.minutes(data.get(key), key, (*path, key)) for key in ("from", "to")]
        return times[0], times[1], file.number(data, "brightness", path, 0.05, 1, 0.5)

    # -- walls

    def _walls(self, data: dict[str, dict[str, Any]], rooms: tuple[Room, ...]) -> tuple[Wall, ...]:
        """All walls; a machine draws one of them, and has a name that a machine can join by."""
        file = self._file
        found: list[Wall] = []
        wall_of: dict[str, str] = {}
        for id, given in data.items():
            wall = self._wall(id, given, rooms, ("walls", id))
            for i, screen in enumerate(wall.screens):
                name = screen.machine
                path: KeyPath = ("walls", id, "machines", *((i,) if isinstance(given["machines"], list) else ()))
                if plain_name(name) != name:
                    file.wrong(path, "wallfile.machine_name", given=name, meant=plain_name(name) or "wall-1")
                if wall_of.setdefault(name, id) != id:
                    file.wrong(path, "wallfile.machine_of_two", given=name, wall=wall_of[name])
            found.append(wall)
        return tuple(found)

    def _wall(self, id: str, data: dict[str, Any], rooms: tuple[Room, ...], path: KeyPath) -> Wall:
        file = self._file
        file.keys(data, _WALL, path)
        room = data.get("room", rooms[0].id if len(rooms) == 1 else None)
        if not isinstance(room, str) or room not in {room.id for room in rooms}:
            file.unknown((*path, "room"), "wallfile.no_room_named", room or "", [room.id for room in rooms])
        rows = file.whole(data, "rows", path, 1, 24, 1)
        columns = file.whole(data, "columns", path, 1, 24, 1)
        if rows * columns > MOST_SCREENS:
            file.wrong((*path, "columns"), "wallfile.too_many_screens", most=MOST_SCREENS)
        widths, heights = self._sizes(data, rows, columns, path)
        pitch = self._pitch(data, widths, heights, path)
        across, down = self._gaps(data, (columns - 1, rows - 1), pitch, path)
        machines = self._names(data, "machines", rows * columns, path)
        outputs = self._names(data, "outputs", rows * columns, path)
        screens: list[Screen] = []
        y = 0
        for height, below in zip(heights, (*down, 0), strict=True):
            x = 0
            for width, beside in zip(widths, (*across, 0), strict=True):
                i = len(screens)
                screens.append(Screen(i + 1, machines[i], Rect(x, y, width, height), outputs[i]))
                x += width + beside
            y += height + below
        seen: set[tuple[str, str]] = set()
        for i, screen in enumerate(screens):
            if screen.output and (screen.machine, screen.output) in seen:
                file.wrong((*path, "outputs", i), "wallfile.output_twice", given=screen.output, machine=screen.machine)
            seen.add((screen.machine, screen.output))
        return Wall(
            id,
            file.name(data, path),
            room,
            tuple(screens),
            (sum(widths) + sum(across), sum(heights) + sum(down)),
            pitch,
            file.number(data, "distance", path, 0.5, 200, 0),
            rows,
            columns,
            (min(across, default=0), min(down, default=0)),
        )

    def _sizes(self, data: dict[str, Any], rows: int, columns: int, path: KeyPath) -> tuple[list[int], list[int]]:
        """Width of each column and height of each row, px."""
        file = self._file
        if "screen" in data:
            for key in ("widths", "heights"):
                if key in data:
                    file.wrong((*path, key), "wallfile.screen_or_widths", key=key)
            file.pair(data, "screen", path, *PX)
            width, height = (file.a_whole(v, "screen", (*path, "screen", i), *PX) for i, v in enumerate(data["screen"]))
            return [width] * columns, [height] * rows
        found = []
        for key, count in (("widths", columns), ("heights", rows)):
            values = data.get(key)
            if not isinstance(values, list) or len(values) != count:
                file.wrong((*path, key), "wallfile.screen_missing", key=key, count=count)
            found.append([file.a_whole(v, key, (*path, key, i), *PX) for i, v in enumerate(values)])
        return found[0], found[1]

    def _gaps(
        self, data: dict[str, Any], counts: tuple[int, int], pitch: float, path: KeyPath
    ) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Px that lie between two screens, across and down: one number for all, or a list with one for each gap."""
        file, key = self._file, "bezel_mm"
        if key not in data:
            return (0,) * counts[0], (0,) * counts[1]
        value = data[key]
        if not isinstance(value, list) or len(value) != 2:
            file.wrong((*path, key), "wallfile.pair", key=key)
        found = []
        for i, (given, count) in enumerate(zip(value, counts, strict=True)):
            at = (*path, key, i)
            if not isinstance(given, list):
                found.append((round(file.a_number(given, key, at, *BEZEL_MM) / pitch),) * count)
                continue
            if len(given) != count:
                file.wrong(at, "wallfile.as_many_gaps", key=key, count=count)
            found.append(tuple(round(file.a_number(v, key, (*at, n), *GAP_MM) / pitch) for n, v in enumerate(given)))
        return found[0], found[1]

    def _pitch(self, data: dict[str, Any], widths: list[int], heights: list[int], path: KeyPath) -> float:
        """Millimetres a pixel."""
        file = self._file
        if "pitch" in data:
            if "screen_mm" in data:
                file.wrong((*path, "screen_mm"), "wallfile.pitch_or_mm")
            return file.number(data, "pitch", path, 0.05, 40, 0)
        if "screen_mm" not in data:
            file.wrong(path, "wallfile.pitch_missing")
        across, down = file.pair(data, "screen_mm", path, 20, 100_000)
        pitch, other = across / widths[0], down / heights[0]
        if abs(pitch - other) > SQUARE * max(pitch, other):
            file.wrong((*path, "screen_mm"), "wallfile.not_square", across=f"{pitch:.3g}", down=f"{other:.3g}")
        if not 0.05 <= pitch <= 40:
            file.wrong((*path, "screen_mm"), "wallfile.number", key="pitch", low="0.05", high="40")
        return pitch

    def _names(self, data: dict[str, Any], key: str, count: int, path: KeyPath) -> tuple[str, ...]:
        """A word for each screen, in order of their numbers; one text is for all of them."""
        file = self._file
        if key not in data and key == "outputs":
            return ("",) * count
        value = data.get(key)
        if isinstance(value, str) and value and (key == "machines" or count == 1):
            return (value,) * count
        if not isinstance(value, list) or len(value) != count or not all(isinstance(v, str) for v in value):
            file.wrong((*path, key), "wallfile.a_name_each", key=key, count=count)
        if key == "machines" and not all(value):
            file.wrong((*path, key), "wallfile.a_name_each", key=key, count=count)
        return tuple(value)

    # -- modes and carousels

    def _scene(self, data: dict[str, Any], path: KeyPath, needed: bool) -> str:
        file = self._file
        scene = file.text(data, "scene", path)
        if needed and not scene:
            file.wrong((*path, "scene"), "wallfile.scene_missing")
        if scene and self._scenes is not None and scene not in self._scenes:
            file.unknown((*path, "scene"), "wallfile.no_scene", scene, self._scenes)
        return scene

    def _mode(self, id: str, data: dict[str, Any], path: KeyPath) -> Mode:
        file = self._file
        file.keys(data, _MODE, path)
        rights = file.texts(data, "rights", path) if "rights" in data else ROLES
        for i, role in enumerate(rights):
            if role not in ROLES:
                file.unknown((*path, "rights", i), "wallfile.no_role", role, ROLES)
        return Mode(
            id,
            file.name(data, path),
            self._scene(data, path, needed=False),
            file.texts(data, "layers", path),
            file.texts(data, "sounds", path),
            rights,
            file.whole(data, "accent", path, 0, 4, 0),
        )

    def _carousel(self, id: str, data: dict[str, Any], path: KeyPath) -> Carousel:
        file = self._file
        file.keys(data, _CAROUSEL, path)
        steps, triggers = [], []
        for i, step in enumerate(file.rows(data, "steps", path)):
            where = (*path, "steps", i)
            file.keys(step, ("scene", "seconds"), where)
            seconds = file.whole(step, "seconds", where, 5, 86_400, 40)
            steps.append((self._scene(step, where, needed=True), seconds))
        if not steps:
            file.wrong((*path, "steps"), "wallfile.no_steps", name=id)
        for i, trigger in enumerate(file.rows(data, "triggers", path)):
            where = (*path, "triggers", i)
            file.keys(trigger, ("alert", "scene", "seconds"), where)
            alert = file.whole(trigger, "alert", where, 1, 4, 1)
            seconds = file.whole(trigger, "seconds", where, 0, 86_400, 0)
            triggers.append(Trigger(alert, self._scene(trigger, where, needed=True), seconds))
        between: tuple[int, int] | tuple[()] = ()
        if "between" in data:
            times = data["between"]
            if not isinstance(times, list) or len(times) != 2:
                file.wrong((*path, "between"), "wallfile.between")
            first, last = (file.minutes(t, "between", (*path, "between", n)) for n, t in enumerate(times))
            if first == last:
                file.wrong((*path, "between", 1), "wallfile.between_same")
            between = (first, last)
        return Carousel(id, file.name(data, path), tuple(steps), between, tuple(triggers))
