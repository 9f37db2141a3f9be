"""Verbs of the command line: how each says what it does and shows a line of it."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from cockpit.model.messages import Texts

OWNER_ONLY = 0o077
"""The umask: a profile holds what people said and where they are, and may lie in a folder that others can enter."""
Verbs = argparse._SubParsersAction
Go = Callable[[argparse.Namespace], int]


def add_verb(
    verbs: Verbs[argparse.ArgumentParser], t: Texts, name: str, about: str, example: str, go: Go | None = None
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
    if go is not None:
        parser.set_defaults(go=go)
    return parser
