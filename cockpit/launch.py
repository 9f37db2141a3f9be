"""How `cockpit run` gets under way: children first, since they need a second; Qt after."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
from pathlib import Path

from cockpit.bus.where import NamedHub, OwnHub, WhereHub
from cockpit.children import Children
from cockpit.cli import DEFAULT_PACK, resolve_city
from cockpit.display import require_display
from cockpit.model.clock import SystemClock
from cockpit.model.errors import OutsideError, UserError
from cockpit.packs.read import read_pack
from cockpit.paths import profile_dir


def launch(args: argparse.Namespace) -> int:
    """Runs a duty seat until its window is closed (or its picture is taken).

    Raises:
        UserError: a pack, a size, an address that can not be used.
        OutsideError: the profile can not be written.
    """
    size = _size(args.size)
    profile = _profile(args)
    # set before Qt is loaded: the wheel has ibus' plugin and none of fcitx', whose ibus front end answers it
    if os.environ.get("QT_IM_MODULE", "") in ("fcitx", "fcitx5"):
        os.environ["QT_IM_MODULE"] = "ibus"
    require_display()
    if not args.shot:
        from cockpit.ui.single import bring_forward

        if bring_forward(profile):
            return 0
    clock = SystemClock()
    children: Children | None = None
    where: WhereHub
    if args.hub:
        where = NamedHub(args.hub, args.key)
        pack_name = args.pack or args.city or _remembered(profile) or DEFAULT_PACK
        pack = read_pack(pack_name)
    else:
        pack_name, base_url = resolve_city(args.city or _remembered(profile), args.pack)
        pack = read_pack(pack_name)
        children = Children(profile, pack_name, base_url, _city_options(args), clock)
        children.poll()
        where = OwnHub(children.hub_profile)
    if args.city or args.pack:
        with contextlib.suppress(OSError):
            (profile / "city.json").write_text(json.dumps({"pack": pack_name}), "utf-8")
    from cockpit.ui.app import run_seat

    try:
        code: int = run_seat(args, profile, pack, where, children, clock, size)
        return code
    finally:
        if children is not None:
            children.stop()


def _profile(args: argparse.Namespace) -> Path:
    """The profile, made if need be; a shot without one takes a fresh one that it leaves behind nowhere."""
    profile = profile_dir(args.profile)
    try:
        profile.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = profile / ".probe"
        probe.write_bytes(b"1")
        probe.unlink()
    except OSError as error:
        raise OutsideError("cli.profile_unwritable", folder=str(profile), why=error.strerror or str(error)) from error
    return profile


def _remembered(profile: Path) -> str:
    """The city that was last named in this profile."""
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        return str(json.loads((profile / "city.json").read_bytes())["pack"])
    return ""


def _size(text: str) -> tuple[int, int] | None:
    if not text:
        return None
    width, _, height = text.lower().partition("x")
    if not (width.isdecimal() and height.isdecimal() and 320 <= int(width) <= 16384 and 240 <= int(height) <= 16384):
        raise UserError("cli.bad_size", size=text)
    return int(width), int(height)


def _city_options(args: argparse.Namespace) -> list[str]:
    names = ("seed", "speed", "start", "units", "events_per_day", "story")
    given = ((name, getattr(args, name)) for name in names)
    return [part for name, value in given if value is not None for part in (f"--{name.replace('_', '-')}", str(value))]
