"""Verbs of the command line that a hall answers: `cockpit wall nodes`, `cockpit seats list`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from cockpit.model.messages import Texts

OWNER_ONLY = 0o077
Verbs = argparse._SubParsersAction
Go = Callable[[argparse.Namespace], int]


def add_verb(
    verbs: Verbs[argparse.ArgumentParser], t: Texts, name: str, about: str, example: str, go: Go
) -> argparse.ArgumentParser:
    """Args:
    example: a line, without the program's name.
    go: what it does; its answer is the exit code.
    """
    parser = verbs.add_parser(
        name,
        help=about,
        description=about,
        epilog=t("cli.example", line=f"cockpit {example}"),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(go=go)
    return parser


def add_hub(parser: argparse.ArgumentParser, t: Texts) -> None:
    """By which options a verb is told its hub (`cockpit.wall.asking.hub_of`)."""
    parser.add_argument("--profile", metavar="DIR", help=t("wallcli.profile"))
    parser.add_argument("--hub", metavar="URL", help=t("cli.hub_url"))
    parser.add_argument("--key", metavar="FILE", type=Path, help=t("cli.key"))
