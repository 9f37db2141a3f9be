"""`cockpit doctor`: what this machine has and lacks for a seat, a line each, and what to do. No Qt in here."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec

from cockpit.display import require_display
from cockpit.model.messages import Message, Texts, language, texts
from cockpit.paths import profile_dir


class State(StrEnum):
    """ok: as it should be; warn: runs, with something missing; bad: a seat can not run."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"


SIGNS = {State.OK: "✓", State.WARN: "!", State.BAD: "✗"}


class Finding(msgspec.Struct, frozen=True):
    """One line of the doctor.

    Attributes:
        name: what was looked at (`fonts`); its title is `doctor.<name>`.
        state: how it is.
        found: what is there.
        todo: what to do about it; None where nothing need be done.
        facts: numbers and names for `--json`.
    """

    name: str
    state: State
    found: Message
    todo: Message | None = None
    facts: dict[str, Any] = {}


Check = Callable[[], Iterator[Finding]]


def examine(profile: Path) -> Iterator[Finding]:
    """All findings for a seat of this profile, in the order of reading. A check that breaks is a finding itself."""
    from cockpit import doctor_checks as checks
    from cockpit.doctor_screen import screen

    every: list[tuple[str, Check]] = [
        ("display", screen),
        ("python", checks.python),
        ("sqlite", checks.sqlite),
        ("nats", checks.nats_server),
        ("fonts", checks.fonts),
        ("input", checks.input_method),
        ("audio", checks.audio),
        ("disk", lambda: checks.disk(profile)),
        ("clock", checks.clock_sync),
        ("ports", checks.ports),
    ]
    for name, check in every:
        try:
            yield from check()
        except Exception as error:  # the doctor looks at broken machines: one odd answer must not hide the others
            yield Finding(name, State.WARN, Message("doctor.check_failed", {"why": f"{type(error).__name__}: {error}"}))


def line_of(finding: Finding, t: Texts) -> str:
    """`✓ 字体：… — what to do`."""
    line = t(
        "doctor.line",
        sign=SIGNS[finding.state],
        name=Message(f"doctor.{finding.name}"),
        found=finding.found,
    )
    return t("doctor.and_do", line=line, todo=finding.todo) if finding.todo else line


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds `doctor` to the command line."""

    t = texts(language())
    doctor = commands.add_parser(
        "doctor",
        help=t("doctor.about"),
        description=t("doctor.about"),
        epilog=t("doctor.example", line="cockpit doctor --json"),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    doctor.add_argument("--profile", metavar="DIR", help=t("doctor.profile"))
    doctor.add_argument("--json", action="store_true", help=t("doctor.json"))
    doctor.add_argument("--screen-child", action="store_true", help=argparse.SUPPRESS)
    doctor.set_defaults(go=_go)


def _go(args: argparse.Namespace) -> int:
    if args.screen_child:
        require_display()
        from cockpit.ui.doctor_display import main

        return int(main())
    t = texts(language())
    findings = []
    for finding in examine(profile_dir(args.profile)):
        findings.append(finding)
        if not args.json:
            print(line_of(finding, t), flush=True)
    if args.json:
        rows = [
            {
                "name": finding.name,
                "state": finding.state.value,
                "found": t(finding.found),
                "todo": t(finding.todo) if finding.todo else None,
                "facts": finding.facts,
            }
            for finding in findings
        ]
        json.dump(rows, sys.stdout, ensure_ascii=False)
        print()
    return 1 if any(finding.state is State.BAD for finding in findings) else 0
