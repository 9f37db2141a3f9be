"""How `cockpit run` gets under way: the cache is read while Qt is loaded; children first only where it is empty."""

from __future__ import annotations

import argparse
import contextlib
import errno
import gc
import os
import signal
import sys
from pathlib import Path
from typing import NamedTuple

import msgspec

from cockpit.bus.joined import JoinedHub, read_joined
from cockpit.bus.where import NamedHub, OwnHub, WhereHub
from cockpit.children import Children, StandbyChildren, hub_profile
from cockpit.city.cli import check_options
from cockpit.cli import DEFAULT_PACK, resolve_city
from cockpit.display import require_display
from cockpit.heartbeat import ANEW
from cockpit.model.city import Pack
from cockpit.model.clock import Clock, SystemClock
from cockpit.model.errors import OutsideError, UserError
from cockpit.model.messages import language, texts
from cockpit.model.typed import from_json
from cockpit.oneseat import profile_if_free, take_profile
from cockpit.opening import SeatOpening
from cockpit.packs.feeds import site_feeds
from cockpit.packs.read import read_pack
from cockpit.paths import assets_dir, profile_dir
from cockpit.processes import die_with_parent, start_anew, write_private, writing_to

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

WALL_SECONDS = 3.0
"""How long the wall that ran before may take until it is gone."""
BESIDE = ("leader", "wall")
"""Seats that go by the duty seat's hub where one runs on this machine, or by one that their profile joined."""
PAST_DAYS = 400
"""Days before its start that the embedded city tells of: a year can be compared with the one before."""
MOST_SECONDS = 86_400
"""A picture is taken within a day."""


def launch(args: argparse.Namespace) -> int:
    """Runs the window of a duty, leader's or wall operator's seat until it is closed (or its picture is taken).

    Raises:
        UserError: a pack, a size, an address that can not be used.
        OutsideError: the profile or the picture can not be written, or the profile is held by a seat that hangs.
    """
    # until the window takes it over: what Python raises in a call from Qt or from an import is lost
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    size = _size(args.size)
    if not 0 <= args.after <= MOST_SECONDS:
        raise UserError("cli.bad_after", seconds=args.after, most=MOST_SECONDS)
    if args.hub:
        NamedHub(args.hub, args.key).check()
    check_options(args)
    if args.shot:
        _probe_shot(args.shot)
    _name_profile(args)
    profile = _profile(args)
    # set before Qt is loaded: the wheel has ibus' plugin and none of fcitx', whose ibus front end answers it
    if os.environ.get("QT_IM_MODULE", "") in ("fcitx", "fcitx5"):
        os.environ["QT_IM_MODULE"] = "ibus"
    clock = SystemClock()
    held = profile_if_free(profile, clock) if args.shot else take_profile(profile, clock)
    if held is None and not args.shot:
        print(texts(args.lang or language())("cli.came_forward"))
        return 0
    try:
        return _open(args, profile, clock, size, alone=held is not None)
    finally:
        if held is not None:
            held.release()


def launch_wall(args: argparse.Namespace) -> int:
    """Draws this machine's part of a wall until it is ended: of the hall that its profile joined, of a hub that is
    named, else with a hub of its own, or that of this user's duty seat where one runs. Where it is to be started anew
    and nobody watches it who would, it does so itself.

    Raises:
        UserError: a pack or an address that can not be used, or this profile's wall is drawn already.
        OutsideError: the profile can not be written, or it can not be started anew.
    """
    die_with_parent()  # a watchdog's: another one could not start its own beside it
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if args.hub:
        NamedHub(args.hub, args.key).check()
    check_options(args)
    _name_profile(args)
    profile = _profile(args)
    clock = SystemClock()
    held = profile_if_free(profile, clock, WALL_SECONDS)
    if held is None:
        raise UserError("walljoin.wall_runs", folder=str(profile))
    try:
        code = _open(args, profile, clock, None)
    finally:
        held.release()
    if code == ANEW:
        start_anew(sys.argv[1:])
    return code


def _name_profile(args: argparse.Namespace) -> None:
    """A leader's seat and a wall have profiles of their own beside the duty seat's."""
    if args.seat in BESIDE and not args.profile:
        args.profile = str(profile_dir().with_name(args.seat))


class Found(NamedTuple):
    """Which city a seat shows, and by which hub.

    Attributes:
        name: of its pack, as it is remembered; url: of its platform, "" the embedded one.
        children: that are to be watched, None where somebody else's hub is named.
    """

    pack: Pack
    name: str
    url: str
    where: WhereHub
    children: Children | None = None


def _find(args: argparse.Namespace, profile: Path, clock: Clock, alone: bool) -> Found:
    """The hub that is named, else that which the profile joined, else one of this machine: of the seat itself, or of
    the duty seat's profile for those beside it."""
    before = RememberedCity.of(profile)
    feeds = site_feeds(args.feeds, profile)
    joined = read_joined(profile) if args.seat in BESIDE else None
    if args.hub or joined is not None:
        named = joined.city if joined is not None and not args.hub else DEFAULT_PACK
        name = args.pack or args.city or before.pack or named
        where = NamedHub(args.hub, args.key, args.seat) if args.hub else JoinedHub(profile)
        return Found(_with_feeds(read_pack(name), feeds), name, "", where)
    city = args.city or ("" if args.pack else before.url or before.pack)
    name, url = resolve_city(city, args.pack, before.pack if city == before.url else "")
    pack = _with_feeds(read_pack(name), feeds)
    at_home = args.seat in BESIDE and profile == profile_dir().with_name(args.seat)
    home = profile.with_name("default") if at_home else profile
    children: Children | None = None
    if alone:
        make = StandbyChildren if args.seat in BESIDE else Children
        children = make(home, name, url, _city_options(args), clock, feeds)
    why_not = children.failure_of_hub if children is not None else str
    return Found(pack, name, url, OwnHub(hub_profile(home), why_not, args.seat), children)


def _open(
    args: argparse.Namespace, profile: Path, clock: Clock, size: tuple[int, int] | None, alone: bool = True
) -> int:
    """Opens the seat; one that is not alone on its profile only draws, by the hub of the seat that is open there."""
    require_display()
    found = _find(args, profile, clock, alone)
    children = found.children
    gc.disable()  # what a start makes stays; the window enables it
    opening: SeatOpening
    if args.seat == "leader":
        from cockpit.leaderopening import LeaderOpening

        opening = LeaderOpening(profile, found.pack, found.where, clock, getattr(args, "passphrase_file", None))
    else:
        rehearses = getattr(args, "rehearsal", False)
        opening = SeatOpening(profile, found.pack, found.where, clock, rehearses=rehearses)
    try:
        if args.city or args.pack:
            RememberedCity(lasting_name(found.name, found.pack), found.url).keep(profile)
        if children is not None and not opening.was_here:
            children.poll()  # there is nothing to show but what they bring; else they follow the first picture
        from cockpit.ui.lean import load_qt

        load_qt()
        if args.seat == "wall":
            from cockpit.ui.wallapp import run_wall_seat as run
        elif args.seat == "walldesk":
            from cockpit.ui.walldeskapp import run_wall_desk as run
        else:
            from cockpit.ui.app import run_seat as run

        code: int = run(args, profile, opening, children, clock, size)
        return code
    finally:
        opening.close()
        if children is not None:
            children.stop()


def _with_feeds(pack: Pack, feeds: Path | None) -> Pack:
    """The pack with the feeds of the site; what only those who run them can tell is left to the hub."""
    if feeds is None:
        return pack
    from cockpit.feeds.toml import with_feeds

    return with_feeds(pack, feeds, check=False)


def _profile(args: argparse.Namespace) -> Path:
    """The profile, made if need be and tried. A full disk is let pass: what was kept can be shown all the same."""
    profile = profile_dir(args.profile)
    with writing_to(profile):
        profile.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = profile / ".probe"
        try:
            probe.write_bytes(b"1")
        except OSError as error:
            if error.errno not in FULL:
                raise
        finally:
            with contextlib.suppress(OSError):
                probe.unlink()
    return profile


def _probe_shot(file: Path) -> None:
    """Raises OutsideError when the picture could not be saved, before anyone has waited for it."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        there = file.exists()
        with open(file, "ab"):
            pass
        if not there:
            file.unlink()
    except OSError as error:
        raise OutsideError("cli.shot_unwritable", file=str(file), why=error.strerror or str(error)) from error


def lasting_name(name: str, pack: Pack) -> str:
    """A pack's name for later: a folder is found from wherever the next start is made."""
    return name if pack.folder.parent == assets_dir() / "cities" else str(pack.folder)


class RememberedCity(msgspec.Struct, frozen=True):
    """The city that was last named in a profile.

    Attributes:
        pack: name or folder; "" when none was.
        url: address of its platform; "" for the embedded city.
    """

    pack: str = ""
    url: str = ""

    @classmethod
    def of(cls, profile: Path) -> RememberedCity:
        with contextlib.suppress(OSError, msgspec.MsgspecError, UnicodeDecodeError):
            return from_json((profile / "city.json").read_bytes(), type=cls)
        return cls()

    def keep(self, profile: Path) -> None:
        with contextlib.suppress(OSError):
            write_private(profile / "city.json", msgspec.json.encode(self).decode())


def _size(text: str) -> tuple[int, int] | None:
    if not text:
        return None
    width, _, height = text.lower().partition("x")
    if not (width.isdecimal() and height.isdecimal() and 320 <= int(width) <= 16384 and 240 <= int(height) <= 16384):
        raise UserError("cli.bad_size", size=text)
    return int(width), int(height)


def _city_options(args: argparse.Namespace) -> list[str]:
    names = ("seed", "speed", "start", "units", "events_per_day", "story", "past")
    # a city that a leader can look back on
    past = PAST_DAYS if getattr(args, "past", None) is None else args.past
    given = ((name, past if name == "past" else getattr(args, name)) for name in names)
    return [part for name, value in given if value is not None for part in (f"--{name.replace('_', '-')}", str(value))]
