"""What machines, desks and remotes ask the hub about walls, what it answers beside `wallstate.py`, topics it tells on.

| ask | question | answer |
|---|---|---|
| `wall.state` | `Nothing` | `WallState` |
| `wall.act` | `WallAct` | `ActDone` |
| `wall.report` | `NodeReport` | `Nothing` |
| `wall.ready` | `Ready` | `Nothing` |
| `wall.clock` | `Nothing` | `WallClock` |
| `wall.adopt` | `Adopt` | `Adopted` |
| `wall.thumb` | `Thumb` | `Nothing` |
| `wall.thumbs` | `ThumbsWanted` | `Thumbs` |
| `wall.hand` | `Pointer` | `Nothing` |
| `wall.scene` | `SceneWanted` | `SceneText` |
| `wall.scenes` | `Nothing` | `SceneTexts` |
| `wall.publish` | `Publish` | `Published` |
| `wall.versions` | `Nothing` | `Versions` |
| `wall.version` | `VersionWanted` | `VersionTexts` |
| `wall.events` | `EventsWanted` | `Events` |
| `wall.pair` | `Pair` | `Paired` |
| `wall.remotes` | `Nothing` | `RemotesKnown` |
| `wall.unpair` | `Unpair` | `Nothing` |
| `wall.remote` | `RemoteAct` | `ActDone` (of the gateway alone) |
"""

from __future__ import annotations

import msgspec

from cockpit.model.wall import Scene
from cockpit.model.wallstate import Pointer, Thumb, WallAct

HAND = "wallhand"
"""Topic of `Pointer`s, as they come; a topic has no dots."""
THUMB = "wallthumb"
"""Topic of `Thumb`s, told while some desk has asked for `wall.thumbs` in the last `THUMB_SECONDS`."""
ORDER = "wallorder"
"""Topic of `WallOrder`s."""
THUMB_SECONDS = 15.0
MOST_THUMB = 32_000
"""Bytes of a thumbnail."""
HALL = "hall.toml"
"""What the hall file is called among the texts of a version; scenes are `scenes/<id>.toml`."""


class Nothing(msgspec.Struct, frozen=True):
    """A question that needs no words, and the answer that it came."""


class Ready(msgspec.Struct, frozen=True):
    """A machine has prepared this revision of a wall: it can be shown in one frame."""

    wall: str
    machine: str
    revision: int


class WallClock(msgspec.Struct, frozen=True):
    """The hub's wall clock at the answer, UTC us: what `WallShows.show_at` is told in."""

    at: int


class Adopt(msgspec.Struct, frozen=True):
    """A machine says which screens it has, in reading order; asked at its start.

    Attributes:
        screens: width and height, px; and x and y on the machine's desktop, where it knows them.
    """

    machine: str
    screens: tuple[tuple[int, ...], ...]


class Adopted(msgspec.Struct, frozen=True):
    """Which wall the machine draws: as the hall file says, or a wall of its own where there is no hall file yet."""

    wall: str


class WallOrder(msgspec.Struct, frozen=True):
    """What one machine is to do at once, once: `restart` its window."""

    machine: str
    what: str


class ThumbsWanted(msgspec.Struct, frozen=True):
    """The newest thumbnails, of one wall or of all (""), taken after a time (UTC us). A desk asks each few seconds as
    long as it shows them; in between they come on topic `THUMB`."""

    wall: str = ""
    after: int = 0


class Thumbs(msgspec.Struct, frozen=True):
    thumbs: tuple[Thumb, ...] = ()


class SceneWanted(msgspec.Struct, frozen=True):
    id: str


class SceneText(msgspec.Struct, frozen=True):
    """A scene as it is published, and the TOML that it was read from; shipped: the site did not change it."""

    scene: Scene
    text: str
    shipped: bool


class SceneTexts(msgspec.Struct, frozen=True):
    """All scenes in order; the hall file, and whether it is the site's own; version that this is."""

    scenes: tuple[SceneText, ...]
    hall: str
    own_hall: bool
    version: int


class Publish(msgspec.Struct, frozen=True):
    """Texts to be published, by name (`hall.toml`, `scenes/<id>.toml`); "" takes the site's own away again: a shipped
    scene comes back as shipped, another is no more. `seen`: version that they were made from; 0 does not care.
    `back`: instead, a version whose texts come back, as a new version."""

    texts: dict[str, str] = {}
    seen: int = 0
    note: str = ""
    back: int = 0


class Published(msgspec.Struct, frozen=True):
    version: int


class Version(msgspec.Struct, frozen=True):
    """A published version: when (UTC us), by whom, in whose words; names of the texts that it changed."""

    number: int
    at: int
    by: str
    note: str
    changed: tuple[str, ...] = ()


class Versions(msgspec.Struct, frozen=True):
    """The newest first."""

    versions: tuple[Version, ...] = ()


class VersionWanted(msgspec.Struct, frozen=True):
    """A version and what is another in it than in `against`; 0: than in the one before it."""

    number: int
    against: int = 0


class VersionTexts(msgspec.Struct, frozen=True):
    """The site's own texts in a version, and the difference as unified diff, "" none."""

    version: Version
    texts: dict[str, str]
    diff: str = ""


class EventHere(msgspec.Struct, frozen=True):
    """An open event that can be put on a wall: its key, class, level, place in words, WGS-84, when it happened."""

    key: str
    kind: dict[str, str]
    level: int
    place: str
    lon: float
    lat: float
    occurred: int


class EventsWanted(msgspec.Struct, frozen=True):
    """Of the city, or of the rehearsal of this id, which must run."""

    rehearsal: str = ""


class Events(msgspec.Struct, frozen=True):
    """The gravest first, then the newest."""

    events: tuple[EventHere, ...] = ()


class Pair(msgspec.Struct, frozen=True):
    """A code for a remote: `presenter` or `operator`, for so many days once it is used."""

    role: str = "presenter"
    days: int = 1


class Paired(msgspec.Struct, frozen=True):
    """The code, what its QR code says, and until when it is good (UTC us of the city)."""

    code: str
    url: str
    until: int


class RemoteHere(msgspec.Struct, frozen=True):
    """A remote that is paired: id of its token, its name, role, until when (UTC us), whether it is on now."""

    id: str
    name: str
    role: str
    until: int
    on: bool


class RemotesKnown(msgspec.Struct, frozen=True):
    remotes: tuple[RemoteHere, ...] = ()


class Unpair(msgspec.Struct, frozen=True):
    id: str


class RemoteAct(msgspec.Struct, frozen=True):
    """What a remote does, as its gateway tells the hub.

    Attributes:
        name: of the remote, for the desk. role: `operator` acts as an operator, `presenter` shows: scenes, carousel,
            map, events, pointer, sound.
        act, pointer: one of them.
        rehearsal: id of the one that the event is of which the act names, "" of none: worlds number theirs alike.
    """

    name: str
    role: str
    act: WallAct | None = None
    pointer: Pointer | None = None
    rehearsal: str = ""
