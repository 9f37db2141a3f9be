"""Users of the bus: hub, gateway and each seat have a key from the first start, in the hub's profile, 0600.

A seat on the hub's machine claims the first key that no other seat holds (an advisory lock that dies with its holder).
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
from pathlib import Path

import msgspec

from cockpit.bus import subjects
from cockpit.model.errors import OutsideError, UserError
from cockpit.model.typed import from_json
from cockpit.processes import write_private

GATEWAY = "gateway"
REPLAY = "replay"
"""Who publishes what was: a child of the hub for each seat that looks back."""
ROLES = {"hub": "hub", GATEWAY: "device", REPLAY: "replay"}
"""Roles of users that are no seats."""
DEVICE_ASKS = (
    *("hello", "ledger", "texts", "letters", "voice"),
    *("wall.state", "wall.thumbs", "wall.events", "wall.remote"),
)
"""What a gateway may ask the hub."""
WALL = "wall"
"""Role of a machine that draws a wall."""
WALL_ASKS = (
    *("hello", "snapshot", "ledger", "body", "picture", "photo", "texts"),
    *("signs", "signs.series", "signs.sparks", "signs.things", "alarms.rules", "alarms.entries"),
    *("videos", "roster", "feeds.systems", "retry"),
    "rehearse.join",
    *("wall.state", "wall.act", "wall.report", "wall.ready", "wall.clock", "wall.adopt", "wall.thumb", "wall.scene"),
)
"""What a machine of a wall may ask the hub: what it draws, how it fares, and what keys
at it do: the hub knows its role. It commands nothing in the city; what is a person's it is answered
while its wall shows a scene for it (`cockpit.hub.answers`)."""
NOT_FOR_WALLS = ("letters", "calls", "briefing", "trial", "archive", "seat", "wallthumb")
"""Topics told to all seats that a wall has no panel for: who rings, letters of units, pictures of other walls."""
SEATS = 12
"""Seats that one machine can have on its hub; far more than it has screens."""
LEADER = "leader"
"""Role of a leader's seat."""
LEADERS = 4
"""Leaders' seats of a hub's own machine; others join by a code."""
LAPTOP = "laptop"
"""With which the name of a leader's seat begins that joined by a code."""
LEADER_ASKS = (
    *("hello", "snapshot", "ledger", "body", "picture", "photo", "texts", "letters", "letters.send", "letters.seen"),
    *("voice", "retry", "signs", "signs.series", "signs.sparks", "signs.things"),
    *("alarms.rules", "alarms.history", "alarms.entries", "videos", "roster", "feeds.systems"),
    *("calls.board", "calls.claim", "calls.inbound", "calls.gone", "calls.record", "calls.records", "calls.settle"),
    *("calls.enrol", "calls.devices", "calls.recording.put", "calls.recording", "calls.listened"),
    *("wall.state", "wall.act", "wall.clock", "wall.scene", "wall.scenes", "wall.thumbs", "wall.events"),
    *("rehearse.list", "rehearse.join", "rehearse.report"),
    *("archive.state", "archive.days", "archive.signs", "seat.here", "seat.wiped"),
    *("brief.list", "brief.make", "brief.file"),
)
"""What a leader's laptop may ask the hub: what it shows and keeps, its calls, and what a wall shows. No feed, rule,
published wall, key of another machine."""
WIPED = "wiped"
"""Role of a laptop that is to be empty: it is let in only to be told so, and to say that it is."""
WIPED_ASKS = ("hello", "seat.wiped")


class User(msgspec.Struct, frozen=True):
    """Who signs in at the bus.

    Attributes:
        name: the name in subjects.
        password: 256 random bits; lives in the profile only.
        role: `duty`, `leader`, `wall`, `device` or `hub`; what rights are by. The hub believes its own file only.
        since: when it was made, UTC us; of machines.
    """

    name: str
    password: str
    role: str = "duty"
    since: int = 0


class Keys:
    """The keys in `<hub profile>/keys/`.

    Attributes:
        folder: where they lie.
    """

    def __init__(self, profile: Path) -> None:
        self.folder = profile / "keys"

    def ensure(self) -> list[User]:
        """Makes what is missing or damaged; the hub's key first, then those of its children and of the seats.

        Raises:
            OutsideError: the folder can not be read or written.
        """
        return [self._ensure(name) for name in ("hub", GATEWAY, REPLAY, *seat_names(), *leader_names())]

    def all(self) -> list[User]:
        """As `ensure`, with those of all that joined: who may sign in."""
        return [*self.ensure(), *self.joined()]

    def joined(self) -> list[User]:
        """Keys of all that joined by a code: machines of walls, leaders' laptops."""
        return [*self.machines(), *self.laptops()]

    def machines(self) -> list[User]:
        """Keys of the machines of walls that joined, by name."""
        return self._joined(WALL)

    def laptops(self) -> list[User]:
        """Keys of the leaders' laptops that joined, by name; those among them that are to be wiped."""
        return self._joined(LEADER)

    def _joined(self, role: str) -> list[User]:
        found = []
        for path in sorted(self.folder.glob(f"{machine_user('*', role)}.json")):
            with contextlib.suppress(OSError, UserError):  # damaged: it joins again
                user = read_key(path)
                if is_machine(user) and user.name == path.stem:
                    found.append(user)
        return found

    def add_machine(self, machine: str, now: int, role: str = WALL) -> User:
        """A new key for a machine; one that it had before opens nothing any more.

        Args:
            role: `wall` or `leader`.

        Raises:
            OutsideError: the folder can not be written.
        """
        user = User(machine_user(machine, role), secrets.token_urlsafe(32), role, now)
        self._write(user)
        return user

    def mark_wiped(self, machine: str) -> User | None:
        """A laptop is to be empty: its key lets it in for nothing else from now on; None: there is no such laptop.

        Raises:
            OutsideError: the folder can not be written.
        """
        found = next((user for user in self.laptops() if machine_of(user) == machine), None)
        if found is None:
            return None
        user = msgspec.structs.replace(found, role=WIPED)
        self._write(user)
        return user

    def _write(self, user: User) -> None:
        try:
            write_private(self.folder / f"{user.name}.json", msgspec.json.encode(user).decode())
        except OSError as error:
            raise OutsideError("bus.keys_unwritable", folder=str(self.folder), why=error.strerror or "") from error

    def remove_machine(self, machine: str, role: str = WALL) -> bool:
        """Takes a machine's key away; False: it has none.

        Raises:
            OutsideError: the folder can not be written.
        """
        try:
            (self.folder / f"{machine_user(machine, role)}.json").unlink()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise OutsideError("bus.keys_unwritable", folder=str(self.folder), why=error.strerror or "") from error
        return True

    def hub(self) -> User:
        return self._ensure("hub")

    def gateway(self) -> User:
        return self._ensure(GATEWAY)

    def replay(self) -> User:
        return self._ensure(REPLAY)

    def _ensure(self, name: str) -> User:
        path = self.folder / f"{name}.json"
        try:
            with contextlib.suppress(FileNotFoundError, UserError):  # half of a file is no key: a new one
                return read_key(path)
            user = User(name, secrets.token_urlsafe(32), _role_of(name))
            write_private(path, msgspec.json.encode(user).decode())
        except OSError as error:
            raise OutsideError("bus.keys_unwritable", folder=str(self.folder), why=error.strerror or "") from error
        return user


def machine_user(machine: str, role: str = WALL) -> str:
    """Name at the bus of a machine of the hall: of a wall, or a leader's laptop."""
    return f"{WALL if role == WALL else LAPTOP}-{machine}"


def machine_of(user: User) -> str:
    """Name in the hall of a machine's user."""
    return user.name.partition("-")[2]


def is_machine(user: User) -> bool:
    """Whether it is a machine's, which comes by TLS and not by loopback."""
    if user.role == WALL:
        return user.name.startswith(f"{WALL}-")
    return user.role in (LEADER, WIPED) and user.name.startswith(f"{LAPTOP}-")


def seat_names() -> list[str]:
    return [f"seat-{n}" for n in range(1, SEATS + 1)]


def leader_names() -> list[str]:
    """Keys of leaders' seats on the hub's own machine."""
    return [f"{LEADER}-{n}" for n in range(1, LEADERS + 1)]


def _role_of(name: str) -> str:
    return LEADER if name in leader_names() else ROLES.get(name, "duty")


def read_key(path: Path) -> User:
    """A key file.

    Raises:
        FileNotFoundError: there is none.
        UserError: it is not a key file.
    """
    try:
        return from_json(path.read_bytes(), type=User)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise UserError("bus.not_a_key", file=str(path)) from error


class Claim:
    """A seat's hold on a key, until `release` or the end of the process."""

    def __init__(self, user: User, fd: int) -> None:
        self.user = user
        self._fd = fd

    def release(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def claim_seat(profile: Path, desk: str = "", role: str = "duty") -> Claim:
    """The seat key of the hub's profile that this desk had last, else one that no desk had, else any that is free.

    Args:
        desk: what the asker is known by from one start to the next; the ledger says who did what by the key.
        role: `leader` for one of the leaders' keys.

    Raises:
        UserError: there are no keys, or every one is held.
    """
    folder = Keys(profile).folder
    names = leader_names() if role == LEADER else seat_names()
    paths = [path for name in names if (path := folder / f"{name}.json").is_file()]
    if not paths:
        raise UserError("bus.no_keys", folder=str(folder))
    had = {path: _desk_of(path) for path in paths}
    for path in sorted(paths, key=lambda path: (had[path] != desk, had[path] != "")):
        fd = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(fd)
            continue
        with contextlib.suppress(OSError):  # a full disk: the next start may get another key
            if desk != had[path]:
                os.ftruncate(fd, 0)
                os.pwrite(fd, desk.encode(), 0)
        return Claim(read_key(path), fd)
    raise UserError("bus.all_seats_taken", n=len(paths))


def _desk_of(path: Path) -> str:
    """Which desk had a key last, "" none."""
    try:
        return path.with_suffix(".lock").read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def permissions(user: User) -> dict[str, dict[str, list[str]]]:
    """What a user may publish and read: least rights, by subject. Only the hub writes into the ledger's stream, and
    not even the hub may delete or purge it."""
    own_inbox = f"{subjects.inbox(user.name)}.>"
    if user.name == "hub":
        return {
            "publish": {"allow": ["pic.>", "_INBOX.>", "led.>", "sig.*.*.hub.*", "ask.hub.hello", *_STREAM_API]},
            "subscribe": {
                "allow": [subjects.ALL_ASKS, "cmd.*.*.*", "fact.*.*.*", "said.*.*.*", "sig.*.*.*.hub", own_inbox]
            },
        }
    if user.name == GATEWAY:
        return {
            "publish": {
                "allow": [
                    f"fact.*.*.{GATEWAY}",
                    f"said.*.*.{GATEWAY}",
                    f"sig.*.*.{GATEWAY}.*",
                    *(subjects.ask(GATEWAY, what) for what in DEVICE_ASKS),
                ]
            },
            "subscribe": {"allow": ["log.>", f"sig.*.*.*.{GATEWAY}", own_inbox]},
        }
    if user.name == REPLAY:
        worlds = [subjects.replay(seat) for seat in (*seat_names(), *leader_names())]
        return {
            "publish": {"allow": [f"pic.*.{world}.>" for world in worlds]},
            "subscribe": {"allow": [own_inbox]},
        }
    if user.role == WALL:
        return {
            "publish": {"allow": [subjects.ask(user.name, what) for what in WALL_ASKS]},
            "subscribe": {
                "allow": ["pic.>", "log.>", own_inbox],
                "deny": [subjects.picture("*", "*", "*", topic) for topic in NOT_FOR_WALLS],
            },
        }
    if user.role == WIPED:
        return {
            "publish": {"allow": [subjects.ask(user.name, what) for what in WIPED_ASKS]},
            "subscribe": {"allow": [own_inbox]},
        }
    asks = [subjects.ask(user.name, what) for what in LEADER_ASKS] if is_machine(user) else [f"ask.{user.name}.>"]
    return {
        "publish": {"allow": [f"cmd.*.*.{user.name}", *asks, f"sig.*.*.{user.name}.*"]},
        "subscribe": {"allow": ["pic.>", "log.>", f"sig.*.*.*.{user.name}", own_inbox]},
    }


_STREAM_API = [f"$JS.API.STREAM.{what}.{subjects.STREAM}" for what in ("CREATE", "UPDATE", "INFO", "MSG.GET")] + [
    f"$JS.API.DIRECT.GET.{subjects.STREAM}"
]
