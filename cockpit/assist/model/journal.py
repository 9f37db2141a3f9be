"""The record of every request to a model: `<profile>/model-log/`, one file each, bounded, sealed if the profile is."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import msgspec

from cockpit.model.askmodel import ModelRecord
from cockpit.model.errors import OutsideError, UserError
from cockpit.model.typed import from_json

FOLDER = "model-log"
MOST_RECORDS = 400
MOST_BYTES = 32_000_000
_NAME = re.compile(r"[0-9]{17,20}-[0-9a-f]{6}")


class Sealing(Protocol):
    """`cockpit.store.vault.Vault` is one."""

    def seal(self, data: bytes, name: str) -> bytes: ...
    def unseal(self, data: bytes, name: str) -> bytes | None: ...


class Journal:
    """The records of one profile; used by one thread at a time for each record."""

    def __init__(self, profile: Path, vault: Sealing | None = None) -> None:
        self.folder = profile / FOLDER
        self._vault = vault

    def new_id(self, at: int) -> str:
        return f"{at:017d}-{os.urandom(3).hex()}"

    def keep(self, record: ModelRecord) -> None:
        """Keeps a record, in the place of an earlier state of it.

        Raises:
            OutsideError: the disk refused: nothing may be sent that is not written down.
        """
        data = msgspec.json.encode(record)
        if self._vault is not None:
            data = self._vault.seal(data, f"{FOLDER}/{record.id}")
        path = self.folder / record.id
        beside = self.folder / f"{record.id}.new"
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(data)
            os.replace(beside, path)
            self._bound()
        except OSError as error:
            raise OutsideError("model.not_kept", why=error.strerror or type(error).__name__) from error

    def _bound(self) -> None:
        files = sorted((path for path in self.folder.iterdir() if _NAME.fullmatch(path.name)), reverse=True)
        size = 0
        for i, path in enumerate(files):
            size += path.stat().st_size
            if i and (i >= MOST_RECORDS or size > MOST_BYTES):
                path.unlink(missing_ok=True)

    def read(self, id: str) -> ModelRecord:
        """Raises UserError: there is no such record, or it can not be read with the key of this profile."""
        if not _NAME.fullmatch(id):
            raise UserError("model.no_record", id=id[:40])
        try:
            data: bytes | None = (self.folder / id).read_bytes()
            if self._vault is not None and data is not None:
                data = self._vault.unseal(data, f"{FOLDER}/{id}")
            if data is None:
                raise UserError("model.no_record", id=id)
            return from_json(data, type=ModelRecord)
        except (OSError, msgspec.MsgspecError) as error:
            raise UserError("model.no_record", id=id) from error

    def records(self) -> Iterator[ModelRecord]:
        """The newest first; what can not be read is left out."""
        with contextlib.suppress(OSError):
            for name in sorted((path.name for path in self.folder.iterdir()), reverse=True):
                if _NAME.fullmatch(name):
                    with contextlib.suppress(UserError):
                        yield self.read(name)

    def judge(self, id: str, accepted: bool, at: int) -> ModelRecord:
        """Keeps what a person made of an answer.

        Raises:
            CockpitError: there is no such record, or it can not be written.
        """
        judged = "accepted" if accepted else "refused"
        record = msgspec.structs.replace(self.read(id), judged=judged, judged_at=at)
        self.keep(record)
        return record
