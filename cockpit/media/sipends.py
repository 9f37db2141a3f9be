"""The ends of a baresip leg that joins a mix: two null sinks, one that it plays to, one that it captures from."""

from __future__ import annotations

from cockpit.media.mix import Heard
from cockpit.media.opus import Samples
from cockpit.media.pulse import Capture, Modules, Playback


def _nothing() -> None:
    """The server took a stream away: from there on the leg is silent, and baresip notices by itself."""


class SipEnds:
    """Both ends of one leg."""

    def __init__(self, modules: Modules) -> None:
        self._modules = modules
        self._numbers: list[str] = []
        self._capture: Capture | None = None
        self._playback: Playback | None = None

    async def open(self) -> tuple[str, str]:
        """Names of the sink that baresip plays to and of the source that it captures from.

        Raises:
            OutsideError: there is no sound server, or it will not.
        """
        from_them, to_them = self._modules.name(), self._modules.name()
        try:
            for name in (from_them, to_them):
                about = (f"sink_name={name}", "rate=48000", "channels=1", f"sink_properties=device.description={name}")
                self._numbers.append(await self._modules.load("module-null-sink", *about))
            self._capture = Capture(f"{from_them}.monitor", _nothing)
            self._playback = Playback(to_them, _nothing)
            await self._capture.start()
            await self._playback.start()
        except BaseException:
            await self.close()
            raise
        return from_them, f"{to_them}.monitor"

    def pull(self, now: float) -> Samples | None:
        return self._capture.pull() if self._capture is not None else None

    def push(self, heard: Heard) -> None:
        if self._playback is not None:
            self._playback.push(heard.pcm)

    async def close(self) -> None:
        for stream in (self._capture, self._playback):
            if stream is not None:
                await stream.close()
        for number in reversed(self._numbers):
            await self._modules.unload(number)
        self._numbers.clear()
