"""The files of a hub's ledger beside its stream: who the hub is, its copy of the decisions, the texts."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path

import msgspec

from cockpit.ledger.chain import BrokenChain
from cockpit.ledger.fold import State
from cockpit.model.clock import Clock
from cockpit.model.entries import read_decision
from cockpit.model.errors import OutsideError
from cockpit.model.ids import new_id
from cockpit.model.messages import Message
from cockpit.processes import write_private
from cockpit.store.files import set_aside
from cockpit.store.ledger import LedgerCopy
from cockpit.store.texts import Texts

COPY = "ledger.db"
TEXTS = "texts.db"
STREAM = "stream"
"""Folder of the server's store."""
_TOKEN = re.compile(r"[0-9A-Za-z_-]{1,64}")


class Stopped(OutsideError):
    """The ledger must not be written to by this run of the hub; a person has to look."""


class Identity:
    """The id of a hub, in a file that lives as long as its profile.

    Attributes:
        hub: the id.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        """
        Raises:
            OSError: the file can not be read or made.
        """
        self._path = path
        self.hub = ""
        with contextlib.suppress(FileNotFoundError, UnicodeDecodeError):
            self.hub = path.read_text("utf-8").strip()
        self._new = not _TOKEN.fullmatch(self.hub)
        if self._new:
            self.hub = new_id(clock)
            write_private(path, self.hub)

    def adopt(self, hub: str) -> bool:
        """Takes the id that an older ledger names, where the file was lost; False where there is one that differs."""
        if hub != self.hub and self._new and _TOKEN.fullmatch(hub):
            write_private(self._path, hub)
            self.hub, self._new = hub, False
        return hub == self.hub


class Files:
    """What of the ledger is open.

    Attributes:
        notices: sentences about the state in which it was found.
    """

    def __init__(self, copy: LedgerCopy, texts: Texts, identity: Identity, notices: list[Message]) -> None:
        self.copy = copy
        self.texts = texts
        self.identity = identity
        self.notices = notices

    def close(self) -> None:
        self.copy.close()
        self.texts.close()


def open_files(folder: Path, identity: Path, clock: Clock) -> tuple[Files, State]:
    """Opens the files of the ledger in `folder`, and folds what the copy has.

    A copy that is broken in itself is set aside: the stream has the truth.

    Raises:
        OutsideError: the disk does not let it.
        Stopped: the copy is of another hub.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        known = Identity(identity, clock)
        texts = Texts.open(folder / TEXTS)
        try:
            copy, state, notices = _folded(folder / COPY, clock)
        except BaseException:
            texts.close()
            raise
        try:
            if copy.last[0]:
                said = read_decision(copy.read(copy.last[0] - 1)[0][1])
                if not known.adopt(said.hub):
                    raise Stopped("ledger.other_hub", seq=said.seq)
        except BaseException:
            texts.close()
            copy.close()
            raise
    except OSError as error:
        raise OutsideError("ledger.no_folder", folder=str(folder), why=error.strerror or str(error)) from error
    return Files(copy, texts, known, notices), state


def _folded(path: Path, clock: Clock) -> tuple[LedgerCopy, State, list[Message]]:
    copy = LedgerCopy.open(path, clock, full=True)
    notices = list(copy.notices)
    while True:
        state = State()
        try:
            state.fold(data for _, data in copy.all())
        except (BrokenChain, msgspec.MsgspecError) as error:
            copy.close()
            aside = set_aside(path, clock).params["aside"]
            why = error.message if isinstance(error, BrokenChain) else str(error)
            notices.append(Message("ledger.copy_broken", {"file": str(path), "aside": aside, "why": why}))
            copy = LedgerCopy.open(path, clock, full=True)
        except BaseException:
            copy.close()
            raise
        else:
            return copy, state, notices
