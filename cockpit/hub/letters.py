"""The hub's letters: keeps what desks and units write to each other, tells seats the news, has phones fetch theirs."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
from collections.abc import Sequence

import msgspec

from cockpit.hub.ownfile import OwnFile
from cockpit.hub.service import Setting
from cockpit.ledger.codes import is_key, is_uuid
from cockpit.model.calls import Signal, SoundPart, SoundWanted
from cockpit.model.clock import SECOND
from cockpit.model.entries import MAX_TEXT, PhotoRef, Receipt
from cockpit.model.errors import OutsideError, UserError
from cockpit.model.letters import (
    Letter,
    LetterKind,
    Letters,
    LetterState,
    LettersWanted,
    ReadHere,
    Seen,
    Send,
    Taken,
    Wrote,
)
from cockpit.model.messages import Message
from cockpit.store.letters import LetterStore
from cockpit.store.recordings import MOST_VOICE, VOICES, Sounds
from cockpit.store.sounds import HEAD, type_of

log = logging.getLogger(__name__)

FILE = "letters.db"
TOPIC = "letters"
MOST_SENT = 500
"""Letters of one sending."""
MOST_ASKED = 500
AT_ONCE = 30
"""Letters of one message to the seats: of 4,000 characters each it has still room."""
MOST_VOICE_SENT = 900_000
"""Bytes of a voice in one message of the bus."""
MOST_NAME = 100
MOST_SECONDS = 600.0
TRIM_SECONDS = 3600.0


class LettersService:
    """Answers `letters`, `letters.send`, `letters.seen` and `voice`; hears what units write and have read."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._clock = setting.clock
        self._rules = setting.pack.loop
        self._store = LetterStore(setting.folder / FILE, setting.clock.base)
        self._voices = Sounds(setting.folder / VOICES, MOST_VOICE)
        self._received = Sounds(setting.profile / "blobs", MOST_VOICE)
        self._file = OwnFile(self._store, "letters-disk", log)
        add = setting.answers.add
        add("letters", LettersWanted, self._letters)
        add("letters.send", Send, self._send)
        add("letters.seen", ReadHere, self._read_here)
        add("voice", SoundWanted, self._voice)
        setting.hearing.said.update({Wrote: self._wrote, Seen: self._seen})
        setting.between.send = self.send
        setting.between.letter = self.letter

    async def run(self) -> None:
        await self._file.until_open(lambda: None)
        while True:
            await asyncio.sleep(TRIM_SECONDS)
            with contextlib.suppress(OutsideError):  # what can not be forgotten now is forgotten another time
                await self._file.aside(self._trim)

    async def close(self) -> None:
        await self._file.close()

    # -- from the hub itself ---------------------------------------------------------------------------------------

    async def send(self, letters: Sequence[Letter]) -> None:
        """Takes letters on, each once for ever, and has them fetched.

        Raises:
            OutsideError: they can not be kept now.
        """
        now = self._clock.now()
        await self._take([msgspec.structs.replace(letter, taken=now) for letter in letters])

    async def letter(self, ident: str) -> Letter | None:
        """A letter as it is now.

        Raises:
            OutsideError: it can not be read now.
        """
        return await self._file.aside(lambda: self._store.get(ident))

    # -- from seats and the gateway --------------------------------------------------------------------------------

    async def _letters(self, user: str, wanted: LettersWanted) -> Letters:
        if self._role(user) == "device" and not wanted.unit:
            raise UserError("letters.whose")
        most = min(max(wanted.most, 1), MOST_ASKED)
        return await self._file.aside(lambda: self._store.after(max(wanted.after, 0), wanted.unit, most))

    async def _send(self, seat: str, wanted: Send) -> Taken:
        """Raises:
        UserError: one of them can not be sent as it is.
        OutsideError: they can not be kept now.
        """
        if not self._rules.of_role(self._role(seat)).may("case.call"):
            raise UserError("letters.no_right")
        if not 0 < len(wanted.letters) <= MOST_SENT:
            raise UserError("letters.how_many", most=MOST_SENT)
        voice = await self._keep_voice(wanted.voice) if wanted.voice else None
        now = self._clock.now()
        letters = [self._from_seat(letter, seat, now, voice) for letter in wanted.letters]
        await self._take(letters)
        return Taken(tuple(letter.id for letter in letters))

    def _from_seat(self, letter: Letter, seat: str, now: int, voice: PhotoRef | None) -> Letter:
        """A letter as it is kept: who wrote it and when it came is the hub's word."""
        if letter.kind is LetterKind.URGE or not _sound(letter):
            raise UserError("letters.unfit")
        if letter.voice is not None and (voice is None or voice.sha256 != letter.voice.sha256):
            raise UserError("letters.no_voice")
        empty = not letter.words.strip() and letter.voice is None
        if empty and letter.kind is not LetterKind.ROLL:
            raise UserError("letters.empty")
        fresh = {"delivered": 0, "read": 0, "answered": 0, "answer": ""}
        return msgspec.structs.replace(
            letter, seat=seat, from_unit=False, taken=now, voice=voice if letter.voice else None, **fresh
        )

    async def _keep_voice(self, data: bytes) -> PhotoRef:
        if len(data) > MOST_VOICE_SENT:
            raise UserError("letters.voice_long")
        sha = hashlib.sha256(data).hexdigest()
        await self._file.aside(lambda: self._voices.put(sha, len(data), 0, data))
        return PhotoRef(sha, len(data), type_of(data[:HEAD]))

    async def _read_here(self, seat: str, wanted: ReadHere) -> Taken:
        """A person at a seat read what units wrote: those learn of it."""
        if not self._rules.of_role(self._role(seat)).may("case.call"):
            return Taken()
        now, done = self._clock.now(), []
        for ident in wanted.ids[:MOST_SENT]:
            letter = await self.letter(ident)
            if letter is not None and letter.from_unit:
                done.append(ident)
                await self._mark(ident, LetterState.READ, now)
        return Taken(tuple(done))

    async def _voice(self, user: str, wanted: SoundWanted) -> SoundPart:
        """Raises OutsideError: no letter names it, or it is not there."""

        def read() -> SoundPart:
            if not self._store.has_voice(wanted.sha256):
                raise OutsideError("store.no_sound")
            sounds = self._voices if self._voices.has(wanted.sha256) else self._received
            data, size, kind = sounds.read(wanted.sha256, wanted.at)
            if not kind:
                raise OutsideError("store.no_sound")
            return SoundPart(data, size, kind)

        return await self._file.aside(read)

    # -- from units ------------------------------------------------------------------------------------------------

    async def _wrote(self, gateway: str, wrote: Wrote) -> Receipt:
        letter = wrote.letter
        if not _sound(letter) or letter.kind not in (LetterKind.TEXT, LetterKind.VOICE):
            return Receipt(letter.id, refused=Message("letters.unfit"))
        now = self._clock.now()
        fresh = {"delivered": 0, "read": 0, "answered": 0, "answer": "", "group": ""}
        await self._take([msgspec.structs.replace(letter, from_unit=True, taken=now, **fresh)])
        return Receipt(letter.id, seq=1)

    async def _seen(self, gateway: str, seen: Seen) -> Receipt:
        """A clock that is ahead does not say that it was read tomorrow."""
        at = min(seen.at or self._clock.now(), self._clock.now() + SECOND)
        await self._mark(seen.letter, seen.state, at, seen.answer[:MAX_TEXT], seen.unit)
        return Receipt(seen.id, seq=1)

    # -- within ----------------------------------------------------------------------------------------------------

    async def _take(self, letters: list[Letter]) -> None:
        await self._tell(await self._file.aside(lambda: self._store.put(letters)))

    async def _mark(self, ident: str, state: LetterState, at: int, answer: str = "", unit: str = "") -> None:
        await self._tell(await self._file.aside(lambda: self._store.mark(ident, state, at, answer, unit)))

    async def _tell(self, news: Letters) -> None:
        """The news to all seats, as many at once as a message holds; a knock at each phone."""
        letters, first = news.letters, news.seq - len(news.letters)
        for start in range(0, len(letters), AT_ONCE):
            some = letters[start : start + AT_ONCE]
            told = Letters(first + start + len(some), some)
            await self._setting.publish(TOPIC, msgspec.msgpack.encode(told))
        for unit in dict.fromkeys(letter.unit for letter in letters):
            await self._setting.signal("gateway", Signal("knock", unit=unit))

    def _trim(self) -> None:
        gone = self._store.trim(self._clock.now() - self._rules.keep.letters)
        for sha in gone:
            for sounds in (self._voices, self._received):
                with contextlib.suppress(OutsideError):
                    sounds.remove(sha)

    def _role(self, user: str) -> str:
        return self._setting.roles.get(user, "")


def _sound(letter: Letter) -> bool:
    """Whether ids are ids and nothing is longer than it may be."""
    idents = [letter.id, *(one for one in (letter.group, letter.case, letter.order) if one)]
    sizes = len(letter.words) <= MAX_TEXT and len(letter.name) <= MOST_NAME and 0 <= letter.seconds <= MOST_SECONDS
    return all(map(is_uuid, idents)) and is_key(letter.unit) and sizes
