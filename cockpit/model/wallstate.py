"""What a wall shows now, as the hub tells it and machines report it: structs of topic `wall` and of the asks."""

from __future__ import annotations

from typing import Any

import msgspec

from cockpit.model.messages import Message
from cockpit.model.wall import Hall, Scene
from cockpit.model.wallabout import About

TOPIC = "wall"
"""The hub publishes `WallState` on it, whole, at every change and every `BEAT` seconds."""
BEAT = 2.0
PROBE_SECONDS = 1.0
"""A machine reports so often."""


class Cast(msgspec.Struct, frozen=True):
    """A panel put on a screen by hand: over whatever the scene has there, until taken back.

    Attributes:
        id: of the cast. by: user of the bus, "" an operator. screen: number on the wall; 0 the place that was named.
        place: id in the scene, "" none. panel, options: what is shown. event: selection that it follows, "" none.
    """

    id: str
    by: str
    screen: int
    panel: str
    options: dict[str, Any] = {}
    place: str = ""
    event: str = ""


class Frozen(msgspec.Struct, frozen=True):
    """What a screen that is frozen showed when it was: number on the wall, when (UTC us), name of the scene, and id of
    the panel that was cast over that, "" none."""

    screen: int
    at: int
    scene: dict[str, str]
    panel: str = ""


class MapView(msgspec.Struct, frozen=True):
    """Where the wall's map looks: WGS-84 centre, metres a canvas pixel at it, degrees clockwise from north."""

    lon: float
    lat: float
    scale: float
    bearing: float = 0.0


class Pointer(msgspec.Struct, frozen=True):
    """A light spot on the canvas (0–1 of width and height) and all strokes of a hand; published on `wall.hand`, unkept.

    Attributes:
        by: whose hand it is, as the hub or the gateway names it: it changes nobody else's. "" with neither spot nor
            strokes: everybody's strokes are wiped off.
    """

    wall: str
    x: float = -1.0
    y: float = -1.0
    strokes: tuple[tuple[tuple[float, float], ...], ...] = ()
    at: int = 0
    by: str = ""


class WallShows(msgspec.Struct, frozen=True):
    """What one wall shows.

    Attributes:
        wall: its id. scene: its definition, whole, as it is to be drawn (machines need no file).
        revision: counts every change of this wall. show_at: hub's wall clock, UTC us, at which all machines flip to
            this revision; 0: prepare only, the flip will be told.
        mode: id. view: of the map, None as the scene has it. event: that scenes follow, "" none; area, about
            (kinds and time) likewise.
        casts: by hand. blank, frozen, identify: ids of screens; identified: when the last of these was, UTC us.
        stills: what stands on those that are frozen.
        carousel: that runs, "" none; step: its step, next_at: when the next comes (UTC us); paused.
        rehearsal: id of the drill shown, "" none. volume 0–100, muted. brightness 0–1.
        trial, trial_on: a scene that is tried before it is published, and the screens that draw it in place of `scene`,
            as large as it will be there; None: none is tried.
        by: who changed it last (a name, or what an alert is called: `model.headline.by_words`), since: when, UTC us;
            did: by which act (`WallAct.what`), "" by none.
        scene_at, scene_by, mode_at, mode_by: when scene and mode became others than before, and by whom ("" nobody: a
            carousel turned, a time was over); 0: since before anybody knows.
    """

    wall: str
    scene: Scene
    revision: int
    show_at: int
    mode: str
    since: int
    by: str = ""
    view: MapView | None = None
    event: str = ""
    area: str = ""
    about: About | None = None
    casts: tuple[Cast, ...] = ()
    blank: tuple[int, ...] = ()
    frozen: tuple[int, ...] = ()
    identify: tuple[int, ...] = ()
    identified: int = 0
    carousel: str = ""
    step: int = 0
    next_at: int = 0
    paused: bool = False
    rehearsal: str = ""
    volume: int = 60
    muted: bool = False
    brightness: float = 1.0
    trial: Scene | None = None
    trial_on: tuple[int, ...] = ()
    stills: tuple[Frozen, ...] = ()
    did: str = ""
    scene_at: int = 0
    scene_by: str = ""
    mode_at: int = 0
    mode_by: str = ""

    def drawn_on(self, screen: int) -> Scene:
        """The scene that a screen draws: that of the wall, or the one that is tried there."""
        return self.trial if self.trial is not None and screen in self.trial_on else self.scene


class ScreenHealth(msgspec.Struct, frozen=True):
    """One screen as its machine reports it.

    Attributes:
        screen: number on the wall. there: whether it is plugged in. shown: revision that is drawn, and ready: that is
            prepared. frame_ms, worst_ms: median and longest of the last minute. slow: frames over 50 ms in the last
            ten minutes, longest_ms: the longest of them all in these.
        skew_us: flip against `show_at`, last change; switch_ms: from command to drawn, last change.
    """

    screen: int
    there: bool
    shown: int = 0
    ready: int = 0
    frame_ms: float = 0.0
    worst_ms: float = 0.0
    slow: int = 0
    skew_us: int = 0
    switch_ms: float = 0.0
    longest_ms: float = 0.0


class NodeReport(msgspec.Struct, frozen=True):
    """A machine's beat: ask `wall.report`.

    Attributes:
        machine, wall: which. version: of the program. up: seconds it runs. rss_mb: memory of its processes, 10⁶ bytes.
        temperature: °C, None where there is no sensor. feed_age: seconds since the last word of the hub's picture.
        clock_error_us: half the round trip of the best probe, offset_us: its clock against the hub's.
    """

    machine: str
    wall: str
    version: str
    up: float
    rss_mb: float
    screens: tuple[ScreenHealth, ...]
    temperature: float | None = None
    feed_age: float | None = None
    clock_error_us: int = 0
    offset_us: int = 0
    problem: Message | None = None


class NodeSeen(msgspec.Struct, frozen=True):
    """A machine as the hub knows it: its last report, when it came (UTC us), whether it is joined now."""

    report: NodeReport
    heard: int
    joined: bool


class Hold(msgspec.Struct, frozen=True):
    """An alert that brought a scene and holds the wall: what it is called (`model.headline.by_words`), its level (1 is
    Ⅰ), until when (UTC us, 0 until somebody releases it), and id of the scene that was there before."""

    by: str
    level: int
    until: int
    scene: str


class WallState(msgspec.Struct, frozen=True):
    """Everything, for machines, desks and remotes.

    Attributes:
        hall: the published hall file. scenes: ids and names in order (the definitions are asked for: `wall.scene`).
        published: version of hall and scenes.
        wiped: of each wall how often what was drawn on it has been wiped off by the hub, since that began: whoever drew
            forgets it then.
        holds: what holds a wall, by its id; as long as it does, no carousel turns there.
    """

    hall: Hall
    shows: tuple[WallShows, ...]
    scenes: tuple[tuple[str, dict[str, str], str], ...]
    nodes: tuple[NodeSeen, ...] = ()
    published: int = 1
    wiped: dict[str, int] = {}
    holds: dict[str, Hold] = {}


class Thumb(msgspec.Struct, frozen=True):
    """A screen's small picture: JPEG ≤ 30 kB, taken at (UTC us); topic `wall.thumb`, and ask `wall.thumbs`.

    Attributes:
        of: when what stands on the screen was drawn, UTC us, where that is an older picture which stands in for its
            panels; 0: it was drawn when the picture was taken.
    """

    wall: str
    screen: int
    taken: int
    jpeg: bytes
    of: int = 0

    @property
    def drawn(self) -> int:
        """When what is to be seen in it was drawn, UTC us."""
        return self.of or self.taken


class WallAct(msgspec.Struct, frozen=True):
    """One act on a wall: ask `wall.act`.

    Attributes:
        what: `scene` `mode` `carousel` `pause` `next` `live` `blank` `freeze` `identify` `restart` `cast` `uncast`
            `view` `event` `area` `about` `volume` `mute` `brightness` `try` (`trial` on `screens`; None ends it).
        value: of it: id of the scene, mode, carousel, cast; numbers as text; "" for off.
        screens: that it is for, () all.
        cast, view, trial, about: for `cast`, `view`, `try` and `about` (None: about nothing).
        who: name of the person at the desk, "" unknown: then it is the desk's user who did it.
    """

    wall: str
    what: str
    value: str = ""
    screens: tuple[int, ...] = ()
    cast: Cast | None = None
    view: MapView | None = None
    trial: Scene | None = None
    about: About | None = None
    who: str = ""


class ActDone(msgspec.Struct, frozen=True):
    """What came of an act: the wall's revision after it."""

    revision: int
