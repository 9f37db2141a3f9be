"""The command line. Every command's help has an example; every refusal is one sentence and exit code 2."""

from __future__ import annotations

import argparse
import contextlib
import json
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from cockpit import __version__
from cockpit.model.clock import SystemClock
from cockpit.model.errors import CockpitError, UserError
from cockpit.model.messages import Message, Texts, language, texts
from cockpit.model.verbs import OWNER_ONLY, add_verb
from cockpit.paths import profile_dir

DEFAULT_PACK = "hangzhou"


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence, in the reader's language, and where help is."""

    def error(self, message: str) -> NoReturn:
        t = texts(language())
        print(t("cli.bad_arguments", why=message, prog=self.prog), file=sys.stderr)
        raise SystemExit(2)


def parser(only: str = "") -> argparse.ArgumentParser:
    """The whole command line.

    Args:
        only: the command that was named: those that a seat starts with do not wait until all others are read.
    """
    t = texts(language())
    top: argparse.ArgumentParser = _Parser(
        prog="cockpit",
        description=t("cli.about"),
        epilog=t("cli.example", line="cockpit run"),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"cockpit {__version__}")
    commands = top.add_subparsers(
        dest="command",
        metavar="COMMAND",
        required=True,
    )
    _add_run(commands, t)
    _add_open(commands, t)
    _add_hub(commands, t)
    if only in commands.choices:
        return top
    from cockpit.archive_cli import add_parser as add_archive
    from cockpit.ask_cli import add_parser as add_ask
    from cockpit.brief_cli import add_parser as add_brief
    from cockpit.calls.cli import add_parser as add_calls
    from cockpit.city.cli import add_parsers as add_city
    from cockpit.doctor import add_parser as add_doctor
    from cockpit.feeds.cli import add_parser as add_feeds
    from cockpit.field.cli import add_parser as add_gateway
    from cockpit.field.remote_cli import add_verbs as add_remote
    from cockpit.geo.imports.cli import add_parser as add_layer
    from cockpit.ledger.cli import add_parser as add_ledger
    from cockpit.make_pack import add_parser as add_pack
    from cockpit.seats_cli import add_parser as add_seats
    from cockpit.secure_cli import add_parser as add_secure
    from cockpit.tape.cli import add_parser as add_tape
    from cockpit.tiles_cli import add_parser as add_tiles
    from cockpit.wall.cli import add_parser as add_wall
    from cockpit.wall.rehearse_cli import add_parser as add_rehearse

    add_city(commands)
    add_archive(commands)
    add_calls(commands, DEFAULT_PACK)
    add_ask(commands, DEFAULT_PACK)
    add_brief(commands, DEFAULT_PACK)
    add_feeds(commands, DEFAULT_PACK)
    add_gateway(commands)
    add_ledger(commands)
    add_pack(commands)
    add_tape(commands)
    add_tiles(commands)
    walls = add_wall(commands)
    add_remote(walls)
    _add_wall_desk(walls, t)
    add_rehearse(commands, DEFAULT_PACK)
    add_seats(commands)
    add_secure(commands)
    add_layer(commands)
    add_doctor(commands)
    commands.add_parser("replay").set_defaults(go=_replay)  # only a hub calls it: it is in no list of commands
    commands.add_parser("drill").set_defaults(go=_drill)  # and this one
    commands.add_parser("trial").set_defaults(go=_trial)  # this one too
    media = commands.add_parser("media")  # a seat calls it, or a hub
    media.add_argument("--pictures", type=int, default=-1)
    media.set_defaults(go=_media)
    video = commands.add_parser("video")  # as above
    video.add_argument("--pictures", type=int, required=True)
    video.set_defaults(go=_video)
    backdrop = commands.add_parser("backdrop")  # a wall's watchdog calls it
    backdrop.add_argument("--profile", metavar="DIR", type=Path, required=True)
    backdrop.set_defaults(go=_backdrop)
    return top


def _add_run(commands: argparse._SubParsersAction[argparse.ArgumentParser], t: Texts) -> None:
    run = add_verb(commands, t, "run", t("cli.run"), "run --city lujiazui --profile ~/desk-2")
    run.add_argument("--seat", choices=("duty", "leader", "wall"), default="duty", help=t("cli.seat"))
    run.add_argument("--layout", metavar="FILE", type=Path, help=t("cli.layout"))
    run.add_argument("--map", choices=("auto", "raster", "gloo"), help=t("mapgpu.option"))
    run.add_argument("--json", action="store_true", help=t("cli.json_shot"))
    run.add_argument("--passphrase-file", metavar="FILE", type=Path, help=t("secure.cli_file"))
    _add_seat(run, t)
    run.set_defaults(go=_run)


def _add_open(commands: argparse._SubParsersAction[argparse.ArgumentParser], t: Texts) -> None:
    link = add_verb(commands, t, "open", t("insight.cli_open"), 'open "cockpit://hangzhou/drill?from=…"')
    link.add_argument("link", metavar="LINK", help=t("insight.cli_link"))
    link.add_argument("--seat", choices=("leader", "duty"), default="", help=t("insight.cli_link_seat"))
    link.add_argument("--profile", metavar="DIR", help=t("cli.profile"))
    link.set_defaults(go=_open_link)


def _add_seat(run: argparse.ArgumentParser, t: Texts) -> None:
    """What every window of a seat is told on the command line."""
    from cockpit.city.cli import STORIES

    run.add_argument("--hub", metavar="URL", help=t("cli.hub_url"))
    run.add_argument("--key", metavar="FILE", type=Path, help=t("cli.key"))
    run.add_argument("--city", metavar="PACK|URL", default="", help=t("cli.city"))
    run.add_argument("--pack", metavar="PACK", default="", help=t("cli.pack"))
    run.add_argument("--feeds", metavar="FILE", type=Path, help=t("feedcheck.feeds_file"))
    run.add_argument("--rehearsal", action="store_true", help=argparse.SUPPRESS)  # said by a desk that opens it
    run.add_argument("--profile", metavar="DIR", help=t("cli.profile"))
    run.add_argument("--theme", choices=("dark", "light"), help=t("cli.theme"))
    run.add_argument("--lang", choices=("zh", "en"), help=t("cli.lang"))
    run.add_argument("--shot", metavar="FILE", type=Path, help=t("cli.shot"))
    run.add_argument("--after", metavar="SECONDS", type=float, default=10.0, help=t("cli.after"))
    run.add_argument("--size", metavar="WxH", default="", help=t("cli.size"))
    for name, kind in (("seed", int), ("speed", float), ("start", str), ("units", int), ("events-per-day", int)):
        run.add_argument(f"--{name}", metavar="VALUE", type=kind, help=t("cli.to_city"))
    run.add_argument("--story", choices=STORIES, help=t("cli.to_city"))
    run.add_argument("--past", metavar="DAYS", type=int, help=t("city.past"))


def _add_wall_desk(walls: argparse._SubParsersAction[argparse.ArgumentParser], t: Texts) -> None:
    desk = add_verb(walls, t, "desk", t("cli.wall_desk"), "wall desk --hub nats://10.0.0.8:4222")
    _add_seat(desk, t)
    desk.set_defaults(go=_wall_desk, seat="walldesk")


def _add_hub(commands: argparse._SubParsersAction[argparse.ArgumentParser], t: Texts) -> None:
    hub = add_verb(commands, t, "hub", t("cli.hub"), "hub --city http://127.0.0.1:8300 --port 4222")
    hub.add_argument("--city", metavar="PACK|URL", default="", help=t("cli.city"))
    hub.add_argument("--pack", metavar="PACK", default="", help=t("cli.pack"))
    hub.add_argument("--feeds", metavar="FILE", type=Path, help=t("feedcheck.feeds_file"))
    hub.add_argument("--port", type=int, default=4222, help=t("cli.port"))
    hub.add_argument("--profile", metavar="DIR", help=t("cli.profile"))
    hub.set_defaults(go=_hub)


def resolve_city(city: str, pack: str, known: str = "") -> tuple[str, str]:
    """Name of the pack and address of the platform ("" for the embedded city) from `--city` and `--pack`.

    Args:
        known: pack of this address as it was last told, for when the platform does not answer now.

    Raises:
        UserError: an address whose platform does not say which city it is, and no pack named.
    """
    if "://" not in city:
        return city or pack or DEFAULT_PACK, ""
    if not pack:
        import httpx

        try:
            pack = _pack_named(httpx.get(city, timeout=3.0, trust_env=False).json()["city"])
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError) as error:
            if not known:
                raise UserError("cli.which_pack", url=city) from error
            pack = known
    return pack, city


def _pack_named(said: object) -> str:
    """The pack that a platform names: one that ships, never a folder of the platform's choice.

    Raises:
        ValueError: it names none.
    """
    from cockpit.packs.read import list_packs

    if said not in list_packs():
        raise ValueError(said)
    return str(said)


def _hub(args: argparse.Namespace) -> int:
    from cockpit.bus.where import forget_hub, hub_note
    from cockpit.hub import Hub, serve
    from cockpit.packs.feeds import site_feeds
    from cockpit.packs.read import read_pack
    from cockpit.processes import die_with_parent, free_port, tell_where_it_hangs, write_private

    os.umask(OWNER_ONLY)
    die_with_parent()
    tell_where_it_hangs()
    if not 0 <= args.port <= 65535:
        raise UserError("bus.bad_port", port=args.port)
    name, base_url = resolve_city(args.city, args.pack)
    profile = profile_dir(args.profile) if args.profile else profile_dir() / "hub"
    pack = read_pack(name)
    # a hub that is the child of a seat has its seat's
    if feeds := site_feeds(args.feeds, profile, *([profile.parent] if profile.name == "hub" else [])):
        from cockpit.feeds.toml import with_feeds

        pack = with_feeds(pack, feeds)
    if not base_url and any("{city}" in feed.url for feed in pack.feeds):
        raise UserError("cli.hub_needs_city", pack=pack.id)

    notes: list[Path] = []

    def ready(hub: Hub) -> None:
        facts = json.dumps({"url": hub.server.url, "profile": str(profile)})
        with contextlib.suppress(OSError):  # without the note a seat of another profile needs its key named
            forget_hub(profile)
            notes.append(hub_note(hub.server.url))
            write_private(notes[0], facts)
        with contextlib.suppress(OSError):  # a log on a full disk
            print(facts, flush=True)

    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("cockpit").setLevel(logging.INFO)
    try:
        serve(profile, pack, base_url, args.port or free_port(), SystemClock(), ready)
    finally:
        for note in notes:
            note.unlink(missing_ok=True)
    return 0


def _replay(args: argparse.Namespace) -> int:
    from cockpit.hub.replaying import main as play

    return play()


def _drill(args: argparse.Namespace) -> int:
    from cockpit.hub.drilling import main as rehearse

    return rehearse()


def _trial(args: argparse.Namespace) -> int:
    from cockpit.hub.trial import main as try_out

    return try_out()


def _media(args: argparse.Namespace) -> int:
    from cockpit.media.process import main as mix

    return mix(args.pictures)


def _video(args: argparse.Namespace) -> int:
    from cockpit.media.video.process import main as show

    return show(args.pictures)


def _backdrop(args: argparse.Namespace) -> int:
    from cockpit.display import require_display
    from cockpit.processes import die_with_parent

    die_with_parent()
    os.environ.setdefault("QT_ENABLE_HIGHDPI_SCALING", "0")
    require_display()
    from cockpit.ui.wallbackdrop import hold

    code: int = hold(args.profile)
    return code


def _run(args: argparse.Namespace) -> int:
    os.umask(OWNER_ONLY)
    from cockpit.launch import launch, launch_wall

    return launch_wall(args) if args.seat == "wall" else launch(args)


def _open_link(args: argparse.Namespace) -> int:
    from cockpit.model.links import read_link
    from cockpit.oneseat import show_link

    read_link(args.link)  # a broken one starts nothing
    seats = {"leader": profile_dir().with_name("leader"), "duty": profile_dir()}
    asked = [profile_dir(args.profile)] if args.profile else [seats[args.seat]] if args.seat else list(seats.values())
    for profile in asked:
        answer = show_link(profile, args.link)
        if isinstance(answer, Message):
            raise UserError(answer.id, **answer.params)
        if answer:
            return 0
    named = ["--profile", args.profile] if args.profile else []
    run = parser("run").parse_args(["run", "--seat", args.seat or "leader", *named])
    run.link = args.link
    return _run(run)


def _wall_desk(args: argparse.Namespace) -> int:
    os.umask(OWNER_ONLY)
    from cockpit.launch import launch

    return launch(args)


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point; the exit code."""
    # NumPy's linear algebra would start a thread a core in every process of ours; nothing here multiplies matrices
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    given = sys.argv[1:] if argv is None else argv
    args = parser(next(iter(given), "")).parse_args(given)
    try:
        return int(args.go(args))
    except CockpitError as error:
        print(texts(getattr(args, "lang", None) or language())(error.message), file=sys.stderr)
        return 2
    except BrokenPipeError:  # who read our lines has enough, e.g. `head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except KeyboardInterrupt:
        return 130
