"""`cockpit layer read`: reads a file as the map does, in a process of its own, and says what came of it."""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
from pathlib import Path
from typing import Any

import msgspec

from cockpit.geo.imports.model import Wishes
from cockpit.geo.imports.words import bad_places, sentences
from cockpit.model.city import DATUMS
from cockpit.model.clock import SystemClock
from cockpit.model.errors import CockpitError, OutsideError, UserError
from cockpit.model.messages import Message, language, texts
from cockpit.processes import die_with_parent

_EXAMPLE = "--datum cgcs2000 --bounds 120.05,30.12,120.32,30.36"
MOST_MEMORY = 4 * 2**30
"""Bytes; a file that needs more is refused in a sentence, and the seat that asked goes on."""


def add_parser(subparsers: Any) -> None:
    """Adds `layer` with `read` to the commands of an argparse parser."""
    t = texts(language())
    raw = argparse.RawDescriptionHelpFormatter
    layer = subparsers.add_parser(
        "layer",
        help=t("imports.about"),
        description=t("imports.about"),
        epilog=t("cli.example", line=f"cockpit layer read shelters.csv {_EXAMPLE}"),
        formatter_class=raw,
    )
    commands = layer.add_subparsers(dest="layer_command", metavar="COMMAND", required=True)
    read = commands.add_parser(
        "read",
        help=t("imports.about_read"),
        description=t("imports.about_read"),
        epilog=t("cli.example", line=f"cockpit layer read risk.geojson {_EXAMPLE}"),
        formatter_class=raw,
    )
    read.add_argument("file", metavar="FILE", type=Path, help=t("imports.option_file"))
    read.add_argument("--datum", choices=DATUMS, required=True, help=t("imports.option_datum"))
    read.add_argument("--bounds", metavar="W,S,E,N", required=True, help=t("imports.option_bounds"))
    read.add_argument("--name", default="", help=t("imports.option_name"))
    read.add_argument("--department", default="", help=t("imports.option_department"))
    read.add_argument("--out", metavar="FILE", type=Path, help=t("imports.option_out"))
    read.add_argument("--json", action="store_true", help=t("cli.json"))
    read.set_defaults(go=_read)


def _read(args: argparse.Namespace) -> int:
    die_with_parent()
    _limit_memory()
    try:
        facts = _facts(args)
    except (CockpitError, MemoryError) as error:
        told = error if isinstance(error, CockpitError) else OutsideError("imports.no_memory")
        if not args.json:
            raise told from error
        print(json.dumps({"problem": msgspec.to_builtins(told.message)}))
        return 2
    if args.json:
        print(json.dumps({"report": msgspec.to_builtins(facts)}))
    else:
        t = texts(language())
        for message in (*sentences(facts), *bad_places(facts)):
            print(t(message))
    return 0


def _facts(args: argparse.Namespace) -> Any:
    from cockpit.geo.imports.files import read, save

    layer = read(args.file, Wishes(args.datum, bounds_of(args.bounds), args.name, args.department), SystemClock().now())
    if args.out is not None:
        save(layer, args.out)
    return layer.report


def bounds_of(text: str) -> tuple[float, float, float, float]:
    """West, south, east, north of `120.05,30.12,120.32,30.36`.

    Raises:
        UserError: it is none.
    """
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError as error:
        raise UserError("imports.bad_bounds", text=text) from error
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise UserError("imports.bad_bounds", text=text)
    return west, south, east, north


def problem_of(line: bytes) -> Message | None:
    """The sentence in a line of `--json`; None where it says no problem."""
    try:
        said = json.loads(line)["problem"]
        return Message(str(said["id"]), dict(said["params"]))
    except (ValueError, KeyError, TypeError):
        return None


def _limit_memory() -> None:
    if sys.platform == "linux":
        import resource

        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, resource.getrlimit(resource.RLIMIT_DATA)[1]))
