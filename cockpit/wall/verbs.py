"""Verbs of the command line that a hub answers: `cockpit wall nodes`, `cockpit seats list`."""

from __future__ import annotations

import argparse
from pathlib import Path

from cockpit.model.messages import Texts
from cockpit.model.verbs import Go, Verbs, add_verb


def add_hub(parser: argparse.ArgumentParser, t: Texts) -> None:
    """By which options a verb is told its hub (`cockpit.wall.asking.hub_of`)."""
    parser.add_argument("--profile", metavar="DIR", help=t("wallcli.profile"))
    parser.add_argument("--hub", metavar="URL", help=t("cli.hub_url"))
    parser.add_argument("--key", metavar="FILE", type=Path, help=t("cli.key"))


def add_hub_verb(
    verbs: Verbs[argparse.ArgumentParser], t: Texts, name: str, about: str, example: str, go: Go
) -> argparse.ArgumentParser:
    """`add_verb` with the options of `add_hub`."""
    parser = add_verb(verbs, t, name, about, example, go)
    add_hub(parser, t)
    return parser
