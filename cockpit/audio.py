"""Which programs of this machine can play a sound file. No Qt: the doctor asks too."""

from __future__ import annotations

import shutil

PLAYERS: dict[str, tuple[str, ...]] = {"pw-play": (), "paplay": (), "aplay": ("-q",)}
"""Players by preference (PipeWire, PulseAudio, ALSA), each with the options before the file."""


def found_players() -> dict[str, list[str]]:
    """Command lines, without the file, of the players on PATH, best first, by name."""
    found: dict[str, list[str]] = {}
    for name, options in PLAYERS.items():
        path = shutil.which(name)
        if path:
            found[name] = [path, *options]
    return found
