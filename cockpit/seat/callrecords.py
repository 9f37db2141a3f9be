"""What a seat keeps of its calls until the hub has it: records, notes, voices; on the I/O thread."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from cockpit.model.calls import CallGone, CallRecord, Inbound
from cockpit.model.clock import Clock
from cockpit.model.entries import PhotoRef
from cockpit.model.errors import OutsideError
from cockpit.model.ids import new_id
from cockpit.paths import runtime_dir
from cockpit.store.deskcalls import ACT

if TYPE_CHECKING:
    from cockpit.calls.table import Table
    from cockpit.seat.callmail import CallMail

RECORDINGS = "recordings"


class Act(msgspec.Struct, frozen=True):
    """A record that is to be put on its case; `noted`: only its note, which was written when it was there already."""

    record: CallRecord
    sound: PhotoRef | None = None
    noted: bool = False


class CallRecords:
    """
    Attributes:
        sounds: recordings that are being kept, by their file.
        refs: of those that are kept, by their leg.
    """

    def __init__(self, mail: CallMail, folder: Path, clock: Clock, to_outbox: Callable[[], None]) -> None:
        """
        Args:
            folder: where voices lie until the hub has them (`recordings_of`).
            to_outbox: is called when an act waits for the outbox of the closed loop.
        """
        self._mail, self._folder, self._clock, self._to_outbox = mail, folder, clock, to_outbox
        self.sounds: dict[Path, asyncio.Task[PhotoRef | None]] = {}
        self.refs: dict[str, PhotoRef] = {}

    async def over(self, record: CallRecord, sound: Path | None) -> None:
        """A leg is over."""
        ref = await self._sound_of(sound) if sound is not None else None
        if ref is not None:
            self.refs[record.id] = ref
            record = msgspec.structs.replace(record, recording=ref.sha256)
        await self._mail.put(f"record/{record.id}", "calls.record", record)
        if record.case:
            await self._mail.put(f"act/{record.id}", ACT, Act(record, ref))
            self._to_outbox()

    def with_sound(self, record: CallRecord) -> CallRecord:
        """The record with the recording that its leg has by now."""
        ref = self.refs.get(record.id)
        return msgspec.structs.replace(record, recording=ref.sha256 if ref is not None else "")

    async def note(self, record: CallRecord, to_case: bool) -> None:
        await self._mail.put(f"record/{record.id}", "calls.record", record)
        if to_case and record.case and record.note:
            await self._mail.put(f"note/{new_id(self._clock)}", ACT, Act(record, noted=True))
            self._to_outbox()

    async def gone(self, inbound: Inbound | None, gone: CallGone) -> None:
        """Nobody took it."""
        if inbound is not None:
            await self._mail.put(f"inbound/{gone.id}", "calls.inbound", inbound)
        await self._mail.put(f"gone/{gone.id}", "calls.gone", gone)

    def forget(self, table: Table) -> None:
        """Recordings of calls that are not shown any more: no other leg of them ends, and no note follows."""
        self.refs = {leg: ref for leg, ref in self.refs.items() if table.run(leg) is not None}
        for path, task in list(self.sounds.items()):
            if task.done() and table.call(path.stem) is None:
                del self.sounds[path]

    async def keep_left(self, path: Path) -> None:
        """A recording whose seat was killed before it could say so goes to the hub all the same."""
        await self._mail.keep_sound(path)

    async def keep_sentence(self, sound: bytes) -> str:
        """Keeps a spoken sentence (WAV) on its way to the hub; its SHA-256.

        Raises:
            OutsideError: the disk does not take it.
        """
        path = self._folder / f"sentence-{new_id(self._clock)}.wav"

        def write() -> None:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            part = path.with_suffix(".part")
            part.write_bytes(sound)
            part.replace(path)

        try:
            await self._mail.aside(write)
        except OSError as error:
            raise OutsideError("store.disk_error", file=path.name, why=error.strerror or str(error)) from error
        ref = await self._mail.keep_sound(path)
        if ref is None:
            raise OutsideError("instruct.voice_empty")
        return ref.sha256

    async def settled(self) -> None:
        """No recording is being kept any more."""
        await asyncio.gather(*self.sounds.values(), return_exceptions=True)

    async def _sound_of(self, path: Path) -> PhotoRef | None:
        """Of a recording of several legs that is read once."""
        task = self.sounds.get(path)
        if task is None:
            task = self.sounds[path] = asyncio.ensure_future(self._mail.keep_sound(path))
        return await task


def recordings_of(folder: Path, encrypted: bool) -> Path:
    """Where voices lie until the hub has them. The media process writes them as they are: those of an encrypted profile
    go where nothing outlives the session, in memory on most systems; a machine that falls before the hub has one loses
    it."""
    if not encrypted:
        return folder / RECORDINGS
    return runtime_dir() / f"{RECORDINGS}-{hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]}"
