"""What a wall's remote says and is told: JSON, decoded as strictly as a phone's."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from cockpit.model.wallasks import RemoteAct, RemoteHere
from cockpit.model.wallstate import MapView, Pointer, WallAct

OF_REMOTES = "wall:"
"""What the unit of a remote's token begins with; units of phones are `<feed>/<id>`."""
MOST_DAYS = 30
Degrees = Annotated[float, Meta(ge=-360, le=360)]
Share = Annotated[float, Meta(ge=-1, le=1)]
Role = Literal["presenter", "operator"]


class RemoteCodeWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A code for a remote; `days` that it is good for once it is used."""

    role: Role = "presenter"
    days: Annotated[int, Meta(ge=1, le=MOST_DAYS)] = 1


class RemoteListed(msgspec.Struct, frozen=True):
    """Remotes with a good token, for the hub."""

    remotes: tuple[RemoteHere, ...]


class RemoteGone(msgspec.Struct, frozen=True):
    """How many tokens ended."""

    revoked: int


class RemoteEnrolled(msgspec.Struct, frozen=True):
    token: str
    role: str
    name: str
    until: str


class ViewIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the map shall look, see `MapView`."""

    lon: Degrees
    lat: Degrees
    scale: Annotated[float, Meta(gt=0, le=1_000_000)]
    bearing: Degrees = 0.0


class RemoteIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A message of a remote; the first one is a `SignIn`.

    Attributes:
        kind: `act` (of `WallAct`), `hand` (a `Pointer`), `look` (`value` "1": send pictures of `wall`), `events`.
        n: its number, which the answer has.
        rehearsal: that the event is of which is put on a wall: `RemoteOut.rehearsal` of the list that it is from.
    """

    kind: Literal["act", "hand", "look", "events"]
    n: Annotated[int, Meta(ge=0, le=2**53)] = 0
    wall: Annotated[str, Meta(max_length=64)] = ""
    what: Annotated[str, Meta(max_length=20)] = ""
    value: Annotated[str, Meta(max_length=200)] = ""
    screens: Annotated[list[Annotated[int, Meta(ge=1, le=10_000)]], Meta(max_length=128)] = []
    view: ViewIn | None = None
    x: Share = -1.0
    y: Share = -1.0
    strokes: Annotated[list[Annotated[list[tuple[Share, Share]], Meta(max_length=512)]], Meta(max_length=64)] = []
    rehearsal: Annotated[str, Meta(max_length=64)] = ""


class RemoteSignIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    token: Annotated[str, Meta(max_length=200)]
    lang: Literal["zh", "en"] = "zh"


class WallOut(msgspec.Struct, frozen=True):
    """A wall as a remote needs it: canvas in px, screens as (number, x, y, w, h), what it shows, by whom (zh, en),
    id of the rehearsal that it is, "" none; wiped: as of `WallState`."""

    id: str
    name: dict[str, str]
    size: tuple[int, int]
    screens: list[tuple[int, int, int, int, int]]
    scene: str
    mode: str
    carousel: str
    paused: bool
    event: str
    view: MapView | None
    blank: tuple[int, ...]
    frozen: tuple[int, ...]
    identify: tuple[int, ...]
    volume: int
    muted: bool
    by: dict[str, str]
    rehearsal: str
    wiped: int = 0


class Home(msgspec.Struct, frozen=True):
    """Where a map looks that nobody has moved: its centre, and how many metres it is wide."""

    lon: float
    lat: float
    metres: float


class RemoteOut(msgspec.Struct, frozen=True, omit_defaults=True):
    """A message to a remote.

    Attributes:
        kind: `welcome`, `state`, `away` (the hub is), `done` and `refused` (of message `n`), `thumb`, `events`,
            `signed_out`.
        rehearsal: that these events are of, "" of none.
    """

    kind: str
    n: int = 0
    words: str = ""
    role: str = ""
    name: str = ""
    home: Home | None = None
    walls: list[WallOut] = []
    scenes: list[dict[str, Any]] = []
    modes: list[dict[str, Any]] = []
    carousels: list[dict[str, Any]] = []
    events: list[dict[str, Any]] = []
    wall: str = ""
    screen: int = 0
    jpeg: str = ""
    rehearsal: str = ""


def act_of(said: RemoteIn, name: str, role: str, hand: str) -> RemoteAct:
    """What the hub is told of a message; hand: as of `Pointer.by`."""
    if said.kind == "hand":
        strokes = tuple(tuple(stroke) for stroke in said.strokes)
        return RemoteAct(name, role, pointer=Pointer(said.wall, said.x, said.y, strokes, by=hand))
    view = MapView(said.view.lon, said.view.lat, said.view.scale, said.view.bearing) if said.view else None
    act = WallAct(said.wall, said.what, said.value, tuple(said.screens), view=view)
    return RemoteAct(name, role, act, rehearsal=said.rehearsal)


class Remote(msgspec.Struct, frozen=True):
    """Who a token of a remote is."""

    role: str
    days: int


def unit_of(wanted: RemoteCodeWanted) -> str:
    """What stands in the place of a unit for a remote of this role."""
    return f"{OF_REMOTES}{wanted.role}:{wanted.days}"


def remote_of(unit: str) -> Remote | None:
    """Role and days of a remote's token; None: it is a phone's."""
    if not unit.startswith(OF_REMOTES):
        return None
    role, _, days = unit.removeprefix(OF_REMOTES).partition(":")
    return Remote(role, int(days) if days.isdecimal() else 1)
