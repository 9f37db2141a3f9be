"""The process `cockpit video`: a child of a seat, told on stdin which streams are wanted; a thread each."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from contextlib import suppress

import av
import av.logging
import msgspec

from cockpit.media.video.fence import raise_fence
from cockpit.media.video.limits import bound_memory
from cockpit.media.video.memory import Memory
from cockpit.media.video.stream import StreamThread, same_source
from cockpit.media.video.told import MAX_LINE, Told, Wanted
from cockpit.model.clock import Clock, SystemClock
from cockpit.model.errors import UserError
from cockpit.model.videos import VideoSeen
from cockpit.processes import die_with_parent

log = logging.getLogger(__name__)
NICE = 5
"""Pictures are late before anything else is."""


class Streams:
    """The streams that run.

    Attributes:
        running: by id; one that was ended says that it is gone once it is, and nobody waits for it.
    """

    def __init__(self, memory: Memory, clock: Clock) -> None:
        self.running: dict[str, StreamThread] = {}
        self._memory, self._clock = memory, clock
        self._out = threading.Lock()

    def want(self, wanted: Wanted) -> None:
        """Starts what is new, ends what is not wanted any more, and tells the rest what is another."""
        now = {stream.id: stream for stream in wanted.streams}
        for ident in [ident for ident in self.running if ident not in now]:
            self.running.pop(ident).end()
        for ident, stream in now.items():
            runs = self.running.get(ident)
            if runs is not None and same_source(runs.wanted, stream):
                runs.wanted = stream
                continue
            if runs is not None:  # ended and begun again in between, in another slot
                runs.end()
            self.running[ident] = made = StreamThread(stream, self._memory, self._tell, self._gone, self._clock)
            try:
                made.start()
            except RuntimeError:  # no more threads: it is wanted again with the next word of the parent
                log.warning("no thread for one more stream")
                del self.running[ident]
                self._gone(ident, stream.slot)

    def _tell(self, ident: str, seen: VideoSeen) -> None:
        self._write(Told(ident, seen))

    def _gone(self, ident: str, slot: int) -> None:
        self._write(Told(ident, gone=slot))

    def _write(self, told: Told) -> None:
        line = msgspec.json.encode(told) + b"\n"
        with self._out, suppress(OSError, ValueError):  # the parent is gone: so are we in a moment
            sys.stdout.buffer.write(line)
            sys.stdout.buffer.flush()


def main(pictures: int) -> int:
    """Until the parent closes our stdin, or ends.

    Args:
        pictures: file descriptor of the memory for pictures.
    """
    os.umask(0o077)
    if "COCKPIT_PARENT" not in os.environ:
        raise UserError("videos.by_seat")
    die_with_parent()
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        os.environ.pop(name, None)  # nothing goes where the configuration does not say
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    logging.getLogger("cockpit").setLevel(logging.INFO)
    av.logging.set_level(None)  # its lines have addresses in them
    with suppress(OSError):
        os.nice(NICE)
    bound_memory()
    raise_fence()
    memory = Memory(pictures)
    os.close(pictures)
    streams = Streams(memory, SystemClock())
    decoder = msgspec.json.Decoder(Wanted)
    while line := sys.stdin.buffer.readline(MAX_LINE):
        try:
            streams.want(decoder.decode(line))
        except msgspec.DecodeError:
            log.info("what the parent wants is not understood")  # it has addresses in it
    sys.stderr.flush()
    os._exit(0)  # a thread may hang in a read: nobody waits for it
