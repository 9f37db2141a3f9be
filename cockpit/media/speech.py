"""Sentences spoken by espeak-ng, a child process for each; what was spoken before is kept for a while."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections import OrderedDict

from cockpit.media.opus import Samples
from cockpit.media.told import MAX_WORDS
from cockpit.media.waves import read_wave
from cockpit.model.errors import OutsideError
from cockpit.processes import preexec_die_with_parent, said_by

PROGRAM = "espeak-ng"
VOICES = {"zh": "cmn", "en": "en"}
SECONDS = 20.0
KEPT = 32
_UNSPOKEN = re.compile(r"[\x00-\x1f\x7f\[\]<>&{}|\\]+")
"""Control characters, and what espeak-ng would read as phonemes or markup."""


class Speech:
    """Speaks; asks nobody outside the machine."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str], Samples] = OrderedDict()

    async def of(self, words: str, lang: str) -> Samples:
        """A sentence as sound.

        Raises:
            OutsideError: espeak-ng is not there, or can not.
        """
        plain = _UNSPOKEN.sub(" ", words[:MAX_WORDS]).strip()
        key = (plain, lang)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        if not plain:
            raise OutsideError("media.nothing_to_say")
        sound = read_wave(await self._spoken(plain, VOICES.get(lang, VOICES["zh"])))
        self._kept[key] = sound
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return sound

    async def _spoken(self, words: str, voice: str) -> bytes:
        program = shutil.which(PROGRAM)
        if program is None:
            raise OutsideError("media.no_espeak")
        try:
            process = await asyncio.create_subprocess_exec(
                program, "-v", voice, "-b", "1", "--stdin", "--stdout",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                preexec_fn=preexec_die_with_parent,
            )  # fmt: skip
        except OSError as error:
            raise OutsideError("media.no_speech", why=error.strerror or str(error)) from error
        try:
            wave, _ = await said_by(process, SECONDS, words.encode() + b"\n")
        except TimeoutError as error:
            raise OutsideError("media.no_speech", why=f"> {SECONDS:g} s") from error
        if process.returncode != 0 or not wave:
            raise OutsideError("media.no_speech", why=str(process.returncode))
        return wave
