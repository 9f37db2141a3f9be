"""How loud a machine of the wall is: the system's own setting, by whichever of its programs is there."""

from __future__ import annotations

import contextlib
import shutil
import subprocess

SECONDS = 3.0


def set_volume(percent: int, muted: bool) -> bool:
    """Sets the loudness (0–100) of the output that the system plays on. Slow, not for the thread that paints.

    Returns:
        Whether a program took it.
    """
    loud = min(100, max(0, percent))
    off, wire, pulse = str(int(muted)), "@DEFAULT_AUDIO_SINK@", "@DEFAULT_SINK@"
    for program, *commands in (
        ("wpctl", ("set-volume", wire, f"{loud / 100:.2f}"), ("set-mute", wire, off)),
        ("pactl", ("set-sink-volume", pulse, f"{loud}%"), ("set-sink-mute", pulse, off)),
        ("amixer", ("-q", "set", "Master", f"{loud}%", "mute" if muted else "unmute")),
    ):
        path = shutil.which(program)
        if path is not None and all(_done(path, *command) for command in commands):
            return True
    return False


def _done(*command: str) -> bool:
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS, check=False)
        return done.returncode == 0
    return False
