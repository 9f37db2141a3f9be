"""`cockpit seats …`: leaders' laptops of a hall, and how a laptop joins."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from cockpit.model.clock import local
from cockpit.model.messages import Texts, language, texts
from cockpit.model.verbs import OWNER_ONLY, Go, Verbs, add_verb
from cockpit.paths import profile_dir
from cockpit.wall.verbs import add_hub_verb

if TYPE_CHECKING:
    from cockpit.model.seatasks import SeatKnown

MB = 1_000_000


def add_parser(commands: Verbs[argparse.ArgumentParser]) -> None:
    t = texts(language())
    seats = commands.add_parser("seats", help=t("seats.about"), description=t("seats.about"))
    verbs = seats.add_subparsers(dest="seats_command", metavar="COMMAND", required=True)
    listed = _of_hub(verbs, t, "list", "list --json", _list)
    listed.add_argument("--json", action="store_true", help=t("cli.json"))
    code = _of_hub(verbs, t, "code", "code chen", _code)
    code.add_argument("name", metavar="NAME", nargs="?", default="", help=t("seats.cli_code_name"))
    code.add_argument("--json", action="store_true", help=t("cli.json"))
    for name in ("revoke", "wipe"):
        verb = _of_hub(verbs, t, name, f"{name} chen", _order)
        verb.add_argument("name", metavar="NAME", help=t("seats.cli_name"))
    logged = _of_hub(verbs, t, "log", "log --json", _log)
    logged.add_argument("--json", action="store_true", help=t("cli.json"))
    join = _verb(verbs, t, "join", "join 10.0.0.5 7K2M-9QXD-4TWN", _join)
    join.add_argument("host", metavar="HOST", help=t("walljoin.cli_join_host"))
    join.add_argument("code", metavar="CODE", help=t("walljoin.cli_join_code"))
    join.add_argument("--name", metavar="NAME", default="", help=t("walljoin.cli_join_name"))
    join.add_argument("--profile", metavar="DIR", help=t("secure.cli_profile"))


def _verb(verbs: Verbs[argparse.ArgumentParser], t: Texts, name: str, example: str, go: Go) -> argparse.ArgumentParser:
    return add_verb(verbs, t, name, t(f"seats.cli_{name}"), f"seats {example}", go)


def _of_hub(
    verbs: Verbs[argparse.ArgumentParser], t: Texts, name: str, example: str, go: Go
) -> argparse.ArgumentParser:
    return add_hub_verb(verbs, t, name, t(f"seats.cli_{name}"), f"seats {example}", go)


def leader_profile(named: str | None) -> Path:
    """Folder of the leader's seat of this machine."""
    return profile_dir(named) if named else profile_dir().with_name("leader")


def _list(args: argparse.Namespace) -> int:
    from cockpit.model.seatasks import Nothing, SeatList
    from cockpit.wall.asking import ask, hub_of

    os.umask(OWNER_ONLY)
    found = ask(hub_of(args), "seats.list", Nothing(), SeatList)
    if args.json:
        print(msgspec.json.encode(found).decode())
        return 0
    t = texts(language())
    for seat in found.seats:
        print(_line(seat, t))
    print(t("seats.days", days=found.days) if found.seats else t("seats.none"))
    return 0


def _line(seat: SeatKnown, t: Texts) -> str:
    state = "seats.to_be_wiped" if seat.wiped else "seats.here" if seat.here else "seats.away"
    said = seat.said
    return t(
        "seats.line",
        name=seat.name,
        since=local(seat.since).strftime("%Y-%m-%d"),
        heard=local(seat.heard).strftime("%m-%d %H:%M") if seat.heard else "–",
        state=t(state),
        sealed=t("seats.encrypted" if said.encrypted else "seats.readable") if said is not None else "–",
        mb=round(said.size / MB) if said is not None else 0,
        waiting=said.waiting if said is not None else 0,
    )


def _code(args: argparse.Namespace) -> int:
    from cockpit.bus.users import LEADER
    from cockpit.model.walljoin import CodeMade, CodeWanted
    from cockpit.wall.asking import ask, hub_of

    os.umask(OWNER_ONLY)
    made = ask(hub_of(args), "wall.code", CodeWanted(args.name, LEADER), CodeMade)
    if args.json:
        print(msgspec.json.encode(made).decode())
        return 0
    t = texts(language())
    line = f"cockpit seats join {made.host} {made.code}"
    print(t("walljoin.code_line", code=made.code, until=local(made.until).strftime("%H:%M:%S")))
    print(t("seats.code_type", line=line))
    return 0


def _order(args: argparse.Namespace) -> int:
    from cockpit.model.seatasks import SeatDone, SeatNamed
    from cockpit.wall.asking import ask, hub_of

    os.umask(OWNER_ONLY)
    done = ask(hub_of(args), f"seats.{args.seats_command}", SeatNamed(args.name), SeatDone)
    wiped = "seats.wiped_here" if done.here else "seats.wiped_later"
    print(texts(language())(wiped if args.seats_command == "wipe" else "seats.revoked", name=done.name))
    return 0


def _log(args: argparse.Namespace) -> int:
    from cockpit.model.seatasks import Nothing, SeatLog
    from cockpit.wall.asking import ask, hub_of

    os.umask(OWNER_ONLY)
    found = ask(hub_of(args), "seats.log", Nothing(), SeatLog)
    if args.json:
        print(msgspec.json.encode(found.entries).decode())
        return 0
    t = texts(language())
    for one in found.entries:
        at = local(one.at).strftime("%Y-%m-%d %H:%M:%S")
        what = t(f"seats.did_{one.what}")
        print(t("seats.log_line", at=at, what=what, name=one.name or "–", by=one.by, note=one.note))
    return 0


def _join(args: argparse.Namespace) -> int:
    from cockpit.bus.joining import join
    from cockpit.bus.users import LEADER
    from cockpit.model.machine_names import plain_name
    from cockpit.store.vault import needs_installed
    from cockpit.wall.machine import own_name

    os.umask(OWNER_ONLY)
    needs_installed()
    profile = leader_profile(args.profile)
    joined = join(profile, args.host, args.code, plain_name(args.name) or own_name(), LEADER)
    print(texts(language())("seats.joined", name=joined.machine))
    return 0
