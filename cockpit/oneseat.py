"""One seat a profile: who holds it, and how a second start asks the first to come forward. No Qt."""

from __future__ import annotations

import hashlib
import socket
import time
from pathlib import Path

import msgspec

from cockpit.model.clock import Clock
from cockpit.model.errors import OutsideError
from cockpit.model.messages import Message
from cockpit.model.typed import from_json
from cockpit.paths import runtime_dir
from cockpit.processes import Lock, take_lock

FORWARD = b"forward\n"
COMING = b"coming\n"
OPEN, SHOWN = b"open ", b"shown\n"
"""Before the link that a second start brings; what the seat answers when it is shown, else why not as JSON."""
MOST_LINE = 64_000
ANSWER_SECONDS = 1.5
SHOW_SECONDS = 15.0
START_SECONDS = 30.0
"""How long a seat that holds the profile may take until it answers; it may only be starting."""


def address_of_seat(profile: Path) -> str:
    """The socket of a profile's seat: in the runtime folder, which only this user can enter."""
    digest = hashlib.sha256(str(profile.resolve()).encode()).hexdigest()[:16]
    return str(runtime_dir() / f"seat-{digest}.sock")


def take_profile(profile: Path, clock: Clock) -> Lock | None:
    """The profile for this process; None when a seat has it, and that one has come forward.

    Raises:
        OutsideError: a process has it that does not answer.
    """
    end = clock.mono() + START_SECONDS
    while (lock := profile_if_free(profile, clock)) is None:
        if bring_forward(profile):
            return None
        if clock.mono() > end:
            raise OutsideError("cli.profile_busy", folder=str(profile))
        time.sleep(0.1)
    return lock


def profile_if_free(profile: Path, clock: Clock, patience: float = 0.0) -> Lock | None:
    """The profile for this process; None when a seat has it for `patience` seconds."""
    try:
        return take_lock(profile / "seat.lock", clock, patience)
    except OSError:  # a full disk: better two seats than none
        return Lock(-1)


def bring_forward(profile: Path) -> bool:
    """Asks the seat of this profile to come forward; False when none answers."""
    with socket.socket(socket.AF_UNIX) as caller:
        caller.settimeout(ANSWER_SECONDS)
        try:
            caller.connect(address_of_seat(profile))
            caller.sendall(FORWARD)
            return caller.recv(len(COMING)) == COMING
        except OSError:
            return False


def show_link(profile: Path, link: str) -> bool | Message:
    """Asks the seat of this profile to show a link and come forward; False when none answers, else why it can not.

    A seat that shows something large may take a while: it has answered that it is coming before.
    """
    with socket.socket(socket.AF_UNIX) as caller:
        caller.settimeout(ANSWER_SECONDS)
        try:
            caller.connect(address_of_seat(profile))
            caller.sendall(OPEN + link.encode() + b"\n")
            with caller.makefile("rb") as lines:
                if lines.readline(MOST_LINE) != COMING:
                    return False
                caller.settimeout(SHOW_SECONDS)
                said = lines.readline(MOST_LINE)
        except OSError:
            return False
    if said == SHOWN:
        return True
    try:
        return from_json(said, type=Message)
    except msgspec.MsgspecError:
        return Message("insight.no_links")
