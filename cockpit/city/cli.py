"""`cockpit city serve` and `cockpit city fault`."""

from __future__ import annotations

import argparse
import contextlib
import json
import logging
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cockpit.city.faults import DEFAULT_SECONDS, FAULTS
from cockpit.model.clock import SystemClock, from_iso
from cockpit.model.errors import CockpitError, OutsideError, UserError
from cockpit.model.messages import language, texts
from cockpit.processes import die_with_parent

PORT = 8300
SLOWEST, FASTEST = 1.0, 240.0
TEMPERS = ("usual", "willing")
"""Workers as people are; or such that every one answers, and none refuses, is late or slow."""
STORIES = ("storm", "calm")
"""A rainstorm that begins before the city does and comes again; an ordinary day without one."""
MOST_UNITS = 20_000
MOST_EVENTS = 5_000_000
MOST_PAST = 1_000
"""Days before its start that a city tells of."""
MOST_SECONDS = 86_400
"""How long a fault may last."""


def add_parsers(subparsers: Any) -> None:
    """Adds `city` with `serve` and `fault` to the commands of an argparse parser; each sets `go`."""
    t = texts(language())
    raw = argparse.RawDescriptionHelpFormatter
    city = subparsers.add_parser(
        "city",
        help=t("city.about"),
        description=t("city.about"),
        epilog=t("cli.example", line="cockpit city serve --speed 10"),
        formatter_class=raw,
    )
    commands = city.add_subparsers(dest="city_command", metavar="COMMAND", required=True)
    serve = commands.add_parser(
        "serve",
        help=t("city.serve"),
        description=t("city.serve"),
        epilog=t(
            "cli.example", line="cockpit city serve --city hangzhou --port 8300 --start 2026-07-14T17:42:00+08:00"
        ),
        formatter_class=raw,
    )
    serve.add_argument("--city", metavar="PACK", default="hangzhou", help=t("city.pack"))
    serve.add_argument("--port", metavar="N", type=int, default=PORT, help=t("city.port", port=PORT))
    serve.add_argument("--seed", metavar="N", type=int, default=7, help=t("city.seed"))
    serve.add_argument("--speed", metavar="X", type=float, default=1.0, help=t("city.speed"))
    serve.add_argument("--start", metavar="ISO", default="", help=t("city.start"))
    serve.add_argument("--units", metavar="N", type=int, default=240, help=t("city.units"))
    serve.add_argument("--events-per-day", metavar="N", type=float, default=1200.0, help=t("city.events_per_day"))
    serve.add_argument("--story", choices=STORIES, default=STORIES[0], help=t("city.story"))
    serve.add_argument("--field", metavar="FILE", type=Path, help=t("city.field"))
    serve.add_argument("--workers", choices=TEMPERS, default=TEMPERS[0], help=t("city.workers"))
    serve.add_argument("--rtsp", metavar="N", type=int, default=-1, help=t("city.rtsp"))
    serve.add_argument("--script", metavar="FILE", type=Path, help=t("city.script"))
    serve.add_argument("--past", metavar="DAYS", type=int, default=0, help=t("city.past"))
    serve.set_defaults(go=_serve)
    fault = commands.add_parser(
        "fault",
        help=t("city.fault"),
        description=t("city.fault"),
        epilog=t("cli.example", line="cockpit city fault down --seconds 60"),
        formatter_class=raw,
    )
    fault.add_argument("name", metavar="NAME", choices=FAULTS, help=t("city.fault_name", names=", ".join(FAULTS)))
    fault.add_argument("--seconds", metavar="N", type=float, default=DEFAULT_SECONDS, help=t("city.fault_seconds"))
    fault.add_argument("--url", metavar="URL", default=f"http://127.0.0.1:{PORT}", help=t("city.fault_url"))
    fault.set_defaults(go=_fault)


def _serve(args: argparse.Namespace) -> int:
    import asyncio  # what `cockpit run` needs of this module is its options

    from cockpit.city.server import serve
    from cockpit.packs.read import read_pack
    from cockpit.packs.rehearsals import read_script

    die_with_parent()
    clock = SystemClock()
    if not 0 <= args.port <= 65535:
        raise UserError("city.bad_port", port=args.port)
    if not -1 <= args.rtsp <= 65535:
        raise UserError("city.bad_port", port=args.rtsp)
    check_options(args)
    _check_note(args.field)
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("cockpit").setLevel(logging.INFO)
    start = from_iso(args.start) if args.start else clock.now()
    pack = read_pack(args.city)
    script = read_script(args.script, pack) if args.script is not None else None

    def ready(port: int) -> None:
        print(json.dumps({"url": f"http://127.0.0.1:{port}"}), flush=True)

    async def main() -> None:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None
        for signum in (signal.SIGTERM, signal.SIGINT):
            with contextlib.suppress(NotImplementedError):  # Windows
                loop.add_signal_handler(signum, task.cancel)
        with contextlib.suppress(asyncio.CancelledError):
            options = (args.seed, args.speed, start, args.units, args.events_per_day, args.story)
            willing = args.workers == TEMPERS[1]
            await serve(pack, args.port, *options, clock, ready, args.field, willing, args.rtsp, script, args.past)

    asyncio.run(main())
    return 0


def _check_note(file: Path | None) -> None:
    """Raises UserError: where the gateway's note should be is something that can never be one."""
    try:
        if file is not None and (file.is_dir() or (file.exists() and not file.is_file())):
            raise UserError("city.bad_field", file=str(file))
    except OSError as error:  # a name too long, a folder that one may not look into
        raise UserError("city.bad_field", file=str(file)) from error


def check_options(args: argparse.Namespace) -> None:
    """Tries the options that a city is made by; one that is None is not given.

    Raises:
        UserError: one that no city can be made by.
    """
    if args.speed is not None and not SLOWEST <= args.speed <= FASTEST:
        raise UserError("city.bad_speed", speed=args.speed)
    if args.units is not None and not 0 <= args.units <= MOST_UNITS:
        raise UserError("city.bad_units", most=MOST_UNITS)
    if args.events_per_day is not None and not 0 <= args.events_per_day <= MOST_EVENTS:
        raise UserError("city.bad_events_per_day", most=MOST_EVENTS)
    past = getattr(args, "past", None)
    if past is not None and not 0 <= past <= MOST_PAST:
        raise UserError("city.bad_past", most=MOST_PAST)
    if args.seed is not None and args.seed < 0:
        raise UserError("city.bad_seed")
    try:
        from_iso(args.start) if args.start else None
    except (ValueError, OverflowError) as error:
        raise UserError("city.bad_start", start=args.start) from error


def _fault(args: argparse.Namespace) -> int:
    import httpx

    if not 0 < args.seconds <= MOST_SECONDS:
        raise UserError("city.bad_seconds", seconds=args.seconds, most=MOST_SECONDS)
    try:
        wish = {"fault": args.name, "seconds": args.seconds}
        answer = httpx.post(args.url.rstrip("/") + "/fault", json=wish, timeout=10.0, trust_env=False)
        said = answer.json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise OutsideError("city.no_answer", url=args.url) from error
    if answer.status_code != httpx.codes.OK:
        raise UserError("city.fault_refused", why=str(said.get("error", answer.status_code)))
    print(json.dumps(said))
    return 0


def main(argv: Sequence[str] | None = None) -> int:
    """`python -m cockpit.city.cli serve …`: the same commands without the rest of the cockpit."""
    top = argparse.ArgumentParser(prog="cockpit")
    add_parsers(top.add_subparsers(required=True))
    args = top.parse_args(["city", *(sys.argv[1:] if argv is None else argv)])
    try:
        return int(args.go(args))
    except CockpitError as error:
        print(texts(language())(error.message), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
