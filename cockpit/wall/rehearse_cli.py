"""`cockpit rehearse …`: rehearsals from a shell."""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from cockpit.model.errors import OutsideError, UserError
from cockpit.model.messages import Texts, language, texts
from cockpit.model.verbs import OWNER_ONLY, add_verb
from cockpit.wall.verbs import add_hub

if TYPE_CHECKING:
    from cockpit.model.rehearsal import Begin, Rehearsal

START_SECONDS = 120.0
POLL_SECONDS = 0.5


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser], pack: str) -> None:
    """
    Args:
        pack: in which a script is checked where none is named.
    """
    t = texts(language())
    top = commands.add_parser("rehearse", help=t("rehearsecli.about"), description=t("rehearsecli.about"))
    verbs = top.add_subparsers(dest="rehearse_command", metavar="COMMAND", required=True)
    listing = _verb(verbs, t, "list", "list", t("rehearsecli.list"))
    listing.add_argument("--json", action="store_true", help=t("cli.json"))
    listing.set_defaults(go=_list)
    check = _verb(verbs, t, "check", "check flood.toml --pack hangzhou", t("rehearsecli.check"), asks=False)
    check.add_argument("file", metavar="FILE", type=Path, help=t("rehearsecli.file"))
    check.add_argument("--pack", metavar="PACK", default=pack, help=t("rehearsecli.pack"))
    check.set_defaults(go=_check)
    start = _verb(verbs, t, "start", "start flood --wall main", t("rehearsecli.start"))
    start.add_argument("what", metavar="NAME|FILE", nargs="?", default="", help=t("rehearsecli.what"))
    start.add_argument("--from", metavar="ISO", dest="since", default="", help=t("rehearsecli.from"))
    start.add_argument("--until", metavar="ISO", default="", help=t("rehearsecli.until"))
    start.add_argument("--rate", metavar="X", type=float, default=1.0, help=t("rehearsecli.rate"))
    start.add_argument("--wall", metavar="WALL", action="append", default=[], help=t("rehearsecli.wall"))
    start.add_argument("--scene", metavar="SCENE", default="", help=t("rehearsecli.scene"))
    start.set_defaults(go=_start)
    _verb(verbs, t, "stop", "stop", t("rehearsecli.stop")).set_defaults(go=_stop)
    join = _verb(verbs, t, "join", "join", t("rehearsecli.join"))
    join.set_defaults(go=_join)
    report = _verb(verbs, t, "report", "report --out ~/drill", t("rehearsecli.report"))
    report.add_argument("id", metavar="ID", nargs="?", default="", help=t("rehearsecli.id"))
    report.add_argument("--out", metavar="DIR", type=Path, default=Path(), help=t("rehearsecli.out"))
    report.set_defaults(go=_report)


def _verb(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser],
    t: Texts,
    name: str,
    example: str,
    about: str,
    asks: bool = True,
) -> argparse.ArgumentParser:
    parser = add_verb(verbs, t, name, about, f"rehearse {example}")
    if asks:
        add_hub(parser, t)
    return parser


def _list(args: argparse.Namespace) -> int:
    import msgspec

    from cockpit.model.clock import local
    from cockpit.model.rehearsal import Rehearsals
    from cockpit.model.wallasks import Nothing
    from cockpit.wall.asking import ask, hub_of

    known = ask(hub_of(args), "rehearse.list", Nothing(), Rehearsals)
    if args.json:
        print(msgspec.json.encode(known).decode())
        return 0
    t = texts(language())
    for one in known.all:
        began = f"{local(one.began):%m-%d %H:%M:%S}"
        print(t("rehearsal.line", id=one.id, stage=_stage(one, t), began=began, name=t.pack(one.name)))
        if one.problem is not None:
            print(f"  {t(one.problem)}")
    for script in known.scenarios:
        if script.problem is not None:
            print(t("rehearsal.scenario_bad", id=script.id, why=script.problem))
            continue
        about = t.pack(script.about) if script.about else ""
        print(t("rehearsal.scenario_line", id=script.id, minutes=f"{script.minutes:g}", name=script.name, about=about))
    return 0


def _stage(one: Rehearsal, t: Texts) -> str:
    return t(f"rehearsal.stage_{one.stage}")


def _check(args: argparse.Namespace) -> int:
    from cockpit.packs.read import read_pack
    from cockpit.packs.rehearsals import read_script

    script = read_script(args.file, read_pack(args.pack))
    counts = {
        "events": len(script.event), "alerts": len(script.alert), "faults": len(script.fault), "cues": len(script.cue),
    }  # fmt: skip
    t = texts(language())
    name, minutes = t.pack(script.name.text()), f"{script.minutes:g}"
    print(t("rehearsal.fine", file=args.file, name=name, minutes=minutes, **counts))
    return 0


def wanted_of(args: argparse.Namespace) -> Begin:
    """What a command line wants to be rehearsed.

    Raises:
        UserError: it says nothing, or what it says can not be read.
    """
    from cockpit.model.rehearsal import Begin

    walls = tuple(args.wall)
    if args.since:
        until = _time(args.until) if args.until else 0
        return Begin(at=_time(args.since), until=until, rate=args.rate, walls=walls, scene=args.scene)
    if not args.what:
        raise UserError("rehearsal.what")
    if not args.what.endswith(".toml"):
        return Begin(args.what, walls=walls, scene=args.scene)
    try:
        text = Path(args.what).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError("packs.unreadable", file=args.what, why=str(error)) from error
    return Begin(text=text, walls=walls, scene=args.scene)


def _time(text: str) -> int:
    from cockpit.model.clock import from_iso

    try:
        return from_iso(text)
    except ValueError as error:
        raise UserError("rehearsal.bad_time", given=text[:40]) from error


def _start(args: argparse.Namespace) -> int:
    from cockpit.model.clock import SystemClock
    from cockpit.model.rehearsal import Rehearsal, Rehearsals, Stage
    from cockpit.model.wallasks import Nothing
    from cockpit.wall.asking import ask, hub_of

    os.umask(OWNER_ONLY)
    where, clock = hub_of(args), SystemClock()
    begun = ask(where, "rehearse.start", wanted_of(args), Rehearsal)
    end = clock.mono() + START_SECONDS
    while begun.stage is Stage.STARTING and clock.mono() < end:
        time.sleep(POLL_SECONDS)
        known = ask(where, "rehearse.list", Nothing(), Rehearsals)
        begun = next((one for one in known.all if one.id == begun.id), begun)
    t = texts(language())
    if begun.stage is not Stage.RUNNING:
        raise OutsideError("rehearsal.not_up", why=begun.problem if begun.problem is not None else _stage(begun, t))
    print(t("rehearsal.begun", name=begun.name, id=begun.id, walls=" ".join(begun.walls) or "–"))
    return 0


def _stop(args: argparse.Namespace) -> int:
    from cockpit.model.rehearsal import Rehearsal, Which
    from cockpit.wall.asking import ask, hub_of

    os.umask(OWNER_ONLY)
    ended = ask(hub_of(args), "rehearse.stop", Which(), Rehearsal)
    print(texts(language())("rehearsal.ended", name=ended.name))
    return 0


def _join(args: argparse.Namespace) -> int:
    from cockpit.model.rehearsal import Entry, Which
    from cockpit.wall.asking import ask, hub_of, profile_of
    from cockpit.wall.rehearsing import desk_command, desk_environment

    os.umask(OWNER_ONLY)
    entry = ask(hub_of(args), "rehearse.join", Which(), Entry)
    command = desk_command(entry, profile_of(args))
    os.execve(command[0], command, desk_environment(os.environ))


def _report(args: argparse.Namespace) -> int:
    from cockpit.model.rehearsal import Report, Which
    from cockpit.wall.asking import ask, hub_of
    from cockpit.wall.rehearsing import write_report

    report = ask(hub_of(args), "rehearse.report", Which(args.id), Report)
    t = texts(language())
    files = write_report(report, args.out, t)
    print(t("rehearsal.written", files=" ".join(map(str, files))))
    return 0
