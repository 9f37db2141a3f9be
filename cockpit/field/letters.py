"""Letters of one unit: asked of the hub for its phone page, and what the page may ask for because it was shown it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator

import msgspec

from cockpit.field.pagewire import LetterOut, LettersOut, VoiceOut
from cockpit.field.register import Register
from cockpit.field.wire import iso, iso_or_none
from cockpit.model.calls import SoundPart, SoundWanted
from cockpit.model.clock import DAY, CityClock
from cockpit.model.errors import OutsideError
from cockpit.model.letters import Letter, Letters, LettersWanted

MOST = 50
KNOWN_FOR = 60 * DAY
"""How long a unit may ask for what it was shown."""
_MOST_VOICE = 2_500_000

Ask = Callable[[str, msgspec.Struct, type], Awaitable[object]]
"""Asks the hub: what, the question, struct of the answer."""


class LetterBox:
    """Letters of all units. Lives on the event loop."""

    def __init__(self, register: Register, ask: Ask, clock: CityClock) -> None:
        """
        Args:
            clock: the city's.
        """
        self._register = register
        self._ask = ask
        self._clock = clock
        self._waiting: dict[str, set[asyncio.Future[None]]] = {}

    async def after(self, unit: str, seq: int) -> LettersOut:
        """Letters of a unit behind a sequence, those that changed since among them.

        Raises:
            OutsideError: the hub is away, or the disk refused.
        """
        said = await self._ask("letters", LettersWanted(seq, unit, MOST), Letters)
        assert isinstance(said, Letters)
        mine = [letter for letter in said.letters if letter.unit == unit]
        if mine:
            await asyncio.to_thread(self._note, unit, mine)
        return LettersOut(iso(self._clock.now()), said.seq, said.more, [_out(letter) for letter in mine])

    def _note(self, unit: str, letters: list[Letter]) -> None:
        now = self._clock.base.now()
        what = [f"letter/{letter.id}" for letter in letters]
        what += [f"voice/{letter.voice.sha256}/{letter.voice.type}" for letter in letters if letter.voice is not None]
        insert = "INSERT OR IGNORE INTO shown (unit, what, at) VALUES (?, ?, ?)"
        self._register.write(
            ("DELETE FROM shown WHERE at < ?", (now - KNOWN_FOR,)), *((insert, (unit, name, now)) for name in what)
        )

    def was_shown(self, unit: str, letter: str) -> bool:
        """Raises OutsideError: the file can not be read."""
        return bool(self._register.read("SELECT 1 FROM shown WHERE unit = ? AND what = ?", (unit, f"letter/{letter}")))

    def voice_type(self, unit: str, sha: str) -> str:
        """Type of a voice that this unit was sent, "" none was.

        Raises:
            OutsideError: the file can not be read.
        """
        found = self._register.read(
            "SELECT what FROM shown WHERE unit = ? AND what > ? AND what < ?", (unit, f"voice/{sha}/", f"voice/{sha}0")
        )
        return str(found[0][0]).split("/", 2)[2] if found else ""

    async def voice(self, sha: str) -> bytes:
        """The sound of a voice letter.

        Raises:
            OutsideError: the hub is away, or does not have it.
        """
        data = b""
        while True:
            part = await self._ask("voice", SoundWanted(sha, len(data)), SoundPart)
            assert isinstance(part, SoundPart)
            data += part.data
            if len(data) >= part.size:
                return data
            if not part.data or len(data) > _MOST_VOICE:
                raise OutsideError("seat.hub_nonsense")

    # -- waiting -----------------------------------------------------------------------------------------------------

    def knock(self, unit: str) -> None:
        """There are letters for a unit."""
        for future in self._waiting.get(unit, ()):
            if not future.done():
                future.set_result(None)

    @contextlib.contextmanager
    def news(self, unit: str) -> Iterator[asyncio.Future[None]]:
        """A future that is done when there are letters for the unit."""
        future = asyncio.get_running_loop().create_future()
        waiting = self._waiting.setdefault(unit, set())
        waiting.add(future)
        try:
            yield future
        finally:
            waiting.discard(future)
            if not waiting:
                self._waiting.pop(unit, None)


def _out(letter: Letter) -> LetterOut:
    voice = letter.voice
    return LetterOut(
        id=letter.id,
        kind=letter.kind,
        group=letter.group,
        from_unit=letter.from_unit,
        name=letter.name,
        words=letter.words,
        voice=VoiceOut(voice.sha256, letter.seconds, voice.type) if voice is not None else None,
        order=letter.order or None,
        state=letter.state,
        written=iso(letter.written),
        delivered=iso_or_none(letter.delivered),
        read=iso_or_none(letter.read),
        answered=iso_or_none(letter.answered),
        answer=letter.answer,
    )
