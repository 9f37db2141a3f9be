"""What of calls.toml the media process is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cockpit.calls.settings import CallSettings
from cockpit.media.told import MediaSettings, Turn
from cockpit.model.messages import Message
from cockpit.secrets import secret


def media_settings(settings: CallSettings, profile: Path, notice: Callable[[Message], object]) -> MediaSettings:
    """A password that is not there is noticed in a sentence."""
    web, sound = settings.webrtc, settings.sound
    turn: tuple[Turn, ...] = ()
    if web.turn:
        name = web.password.removeprefix("secret:")
        password = secret(name, profile) if name else ""
        if name and not password:
            notice(Message("calls.no_secret", {"name": name}))
        turn = (Turn(web.turn, web.user, password),)
    return MediaSettings(stun=web.stun, turn=turn, input=sound.input, output=sound.output, echo=sound.echo)
