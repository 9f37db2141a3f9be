"""`cockpit wall …`: what the walls show and what they shall show, from a shell."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from cockpit.model.ages import instant
from cockpit.model.clock import SystemClock, local
from cockpit.model.errors import UserError
from cockpit.model.messages import Texts, language, texts
from cockpit.model.verbs import OWNER_ONLY
from cockpit.wall.verbs import add_hub_verb

if TYPE_CHECKING:  # each start of the program makes the command line: what a command needs is fetched when it runs
    from cockpit.model.wallstate import NodeSeen, WallAct, WallShows, WallState

Verbs = argparse._SubParsersAction
Go = Callable[[argparse.Namespace], int]


def add_parser(commands: Verbs[argparse.ArgumentParser]) -> Verbs[argparse.ArgumentParser]:
    """Adds `wall`; other rooms add what they do of walls to what is answered."""
    from cockpit.wall.joining_cli import add_verbs as add_joining

    t = texts(language())
    wall = commands.add_parser("wall", help=t("wallcli.about"), description=t("wallcli.about"))
    verbs = wall.add_subparsers(dest="wall_command", metavar="COMMAND", required=True)
    _add_shown(verbs, t)
    _add_files(verbs, t)
    add_joining(verbs, t)
    return verbs


def verb(verbs: Verbs[argparse.ArgumentParser], t: Texts, name: str, example: str, go: Go) -> argparse.ArgumentParser:
    """A command below `cockpit wall` that asks a hub."""
    return add_hub_verb(verbs, t, name, t(f"wallcli.{name}"), f"wall {example}", go)


def _add_shown(verbs: Verbs[argparse.ArgumentParser], t: Texts) -> None:
    status = verb(verbs, t, "status", "status --json", _status)
    status.add_argument("--json", action="store_true", help=t("cli.json"))
    for name, metavar, example in (
        ("show", "SCENE", "show flood"),
        ("mode", "MODE", "mode emergency"),
        ("carousel", "CAROUSEL|off|pause|go|next", "carousel day"),
        ("event", "KEY|off", "event incident/0714-1187"),
        ("area", "AREA|off", "area 330105"),
        ("volume", "0-100|off|on", "volume 40"),
        ("brightness", "0-1", "brightness 0.6"),
    ):
        parser = verb(verbs, t, name, example, _act)
        parser.add_argument("value", metavar=metavar, help=t(f"wallcli.{name}_value"))
        _whose(parser, t)
    for name, example in (
        ("blank", "blank --screen 2 --screen 3"),
        ("freeze", "freeze --off"),
        ("identify", "identify"),
    ):
        parser = verb(verbs, t, name, example, _act)
        parser.add_argument("--off", action="store_true", help=t("wallcli.off"))
        _screens(parser, t)
    for name, example in (("live", "live"), ("restart", "restart --screen 4")):
        _screens(verb(verbs, t, name, example, _act), t)


def _add_files(verbs: Verbs[argparse.ArgumentParser], t: Texts) -> None:
    check = verb(verbs, t, "check", "check hall.toml", _check)
    check.add_argument("file", metavar="FILE", type=Path, nargs="+", help=t("wallcli.files"))
    publish = verb(verbs, t, "publish", "publish hall.toml scenes/flood.toml --note 汛期", _publish)
    publish.add_argument("file", metavar="FILE", type=Path, nargs="*", help=t("wallcli.files"))
    publish.add_argument("--note", default="", help=t("wallcli.note"))
    publish.add_argument("--back", metavar="VERSION", type=int, default=0, help=t("wallcli.back"))
    publish.add_argument("--remove", metavar="NAME", action="append", default=[], help=t("wallcli.remove"))
    seen = publish.add_mutually_exclusive_group()
    seen.add_argument("--base", metavar="VERSION", type=int, help=t("wallcli.base"))
    seen.add_argument("--over", action="store_true", help=t("wallcli.over"))
    versions = verb(verbs, t, "versions", "versions --diff 3", _versions)
    versions.add_argument("--diff", metavar="VERSION", type=int, default=0, help=t("wallcli.diff"))
    versions.add_argument("--json", action="store_true", help=t("cli.json"))


def _check(args: argparse.Namespace) -> int:
    from cockpit.wall.files_cli import check

    return check(args)


def _publish(args: argparse.Namespace) -> int:
    from cockpit.wall.files_cli import publish

    return publish(args)


def _versions(args: argparse.Namespace) -> int:
    from cockpit.wall.files_cli import versions

    return versions(args)


def _whose(parser: argparse.ArgumentParser, t: Texts) -> None:
    parser.add_argument("--wall", metavar="WALL", default="", help=t("wallcli.which"))


def _screens(parser: argparse.ArgumentParser, t: Texts) -> None:
    _whose(parser, t)
    parser.add_argument("--screen", metavar="N", type=int, action="append", default=[], help=t("wallcli.screen"))


def _status(args: argparse.Namespace) -> int:
    import msgspec

    from cockpit.model.wallasks import Nothing
    from cockpit.model.wallstate import WallState
    from cockpit.wall.asking import ask, hub_of

    state = ask(hub_of(args), "wall.state", Nothing(), WallState)
    if args.json:
        print(msgspec.json.encode(state).decode())
        return 0
    t = texts(language())
    for shows in state.shows:
        print(_wall_line(state, shows, t))
        for seen in state.nodes:
            if seen.report.wall == shows.wall:
                print("  " + _machine_line(seen, t))
    return 0


def _wall_line(state: WallState, shows: WallShows, t: Texts) -> str:
    wall = state.hall.wall(shows.wall)
    mode = next((t.pack(one.name) for one in state.hall.modes if one.id == shows.mode), shows.mode)
    carousel = next((t.pack(one.name) for one in state.hall.carousels if one.id == shows.carousel), "–")
    return t(
        "wall.line",
        wall=shows.wall,
        name=t.pack(wall.name) if wall is not None else "",
        n=len(wall.screens) if wall is not None else 0,
        scene=t.pack(shows.scene.name),
        mode=mode,
        carousel=f"{carousel} ‖" if shows.paused else carousel,
        revision=shows.revision,
        at=local(shows.since).strftime("%m-%d %H:%M:%S"),
        by=shows.by or "–",
    )


def _machine_line(seen: NodeSeen, t: Texts) -> str:
    report = seen.report
    at = instant(seen.heard, SystemClock().now())
    if not seen.joined:
        return t("wall.machine_gone", machine=report.machine, at=at)
    there = sum(screen.there for screen in report.screens)
    worst = max((screen.worst_ms for screen in report.screens), default=0.0)
    parts = {"n": there, "of": len(report.screens), "ms": f"{worst:.0f}", "mb": f"{report.rss_mb:.0f}"}
    return t("wall.machine_line", machine=report.machine, at=at, version=report.version, **parts)


def _act(args: argparse.Namespace) -> int:
    from cockpit.model.wallasks import Nothing
    from cockpit.model.wallstate import ActDone, WallState
    from cockpit.wall.asking import ask, hub_of

    os.umask(OWNER_ONLY)
    act, t = act_of(args), texts(language())
    done = ask(hub_of(args), "wall.act", act, ActDone)
    print(t("wall.done", revision=done.revision))
    if act.what == "brightness":
        state = ask(hub_of(args), "wall.state", Nothing(), WallState)
        night = state.hall.night_light(SystemClock().now())
        if night is not None and night < float(act.value):
            hour, minute = divmod(int(state.hall.night[1]), 60)
            print(t("wall.night_light", percent=f"{night:.0%}", until=f"{hour:02d}:{minute:02d}"))
    return 0


def act_of(args: argparse.Namespace) -> WallAct:
    """The act that a command line means.

    Raises:
        UserError: a word that it does not know.
    """
    from cockpit.model.wallstate import WallAct

    name, wall, screens = args.wall_command, args.wall, tuple(getattr(args, "screen", ()))
    value = getattr(args, "value", "")
    if name == "show":
        return WallAct(wall, "scene", value)
    if name == "carousel" and value in ("pause", "go", "next"):
        return WallAct(wall, "next") if value == "next" else WallAct(wall, "pause", "1" if value == "pause" else "")
    if name in ("carousel", "event", "area") and value == "off":
        return WallAct(wall, name)
    if name == "volume" and value in ("on", "off"):
        return WallAct(wall, "mute", "1" if value == "off" else "")
    if name in ("blank", "freeze", "identify"):
        return WallAct(wall, name, "" if args.off else "1", screens)
    if any(number < 1 for number in screens):
        raise UserError("wall.no_screen", screen=min(screens), n="–")
    return WallAct(wall, name, value, screens)
