"""How much one address, one device and one photo may ask of the gateway."""

from __future__ import annotations

import ipaddress
from collections import OrderedDict

import msgspec

from cockpit.model.clock import Clock

KEPT = 10_000
"""Buckets that are remembered; the one longest unused is forgotten first, and begins full again."""


_ONE_HOLDER = 64
"""Bits of an IPv6 address of which the network is one subscriber's, who picks the rest as he likes."""


def holder_of(address: str) -> str:
    """Whose address it is, by which guests are counted: of IPv6 its network; what is none stands for itself."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        return str(found.ipv4_mapped or ipaddress.ip_network((int(found), _ONE_HOLDER), strict=False))
    return address


class Rate(msgspec.Struct, frozen=True):
    """So many a second in the long run, and `burst` at once."""

    per_second: float
    burst: float


class Limits(msgspec.Struct, frozen=True):
    """What the gateway takes.

    Attributes:
        address: requests of one address, before anything else is looked at.
        device: requests of one token.
        enrol: refused enrolments of one address.
        body: bytes of a JSON body.
        photo: bytes of a photo; voice: of a voice.
        code: wrong enrol codes of one address; late_code: further ones; codes: of all addresses together.
        way: ways that one token asks for; said: letters, reports and what else of its own is kept for the
            hub. live: messages of one phone page's WebSocket.
        remote: messages of one remote of the walls.
        message: bytes of such a message; sign_in_seconds: until it has said its token.
        at_address: open connections of one address over TLS; handshakes: unfinished ones of all addresses, a quarter
            of them of one, each for `handshake_seconds` at most.
        body_seconds: until a JSON body is there; photo_seconds: until the next piece of a photo is.
        idle_seconds: a connection without a whole request in this time is closed.
        uploads: photos that a unit may have begun and not finished; photos_a_day: that it may begin in a day.
        free_bytes: the disk keeps this much free of photos.
        connections: open ones, of all addresses; one more is hung up on.
        polls: waiting requests of one token; one more ends the oldest.
    """

    address: Rate = Rate(200.0, 2_000.0)
    device: Rate = Rate(10.0, 120.0)
    enrol: Rate = Rate(0.2, 20.0)
    body: int = 32 * 1024
    photo: int = 12_000_000
    voice: int = 2_000_000
    code: Rate = Rate(1 / 30, 10.0)
    late_code: Rate = Rate(1.0, 5.0)
    codes: Rate = Rate(100.0, 200.0)
    way: Rate = Rate(0.5, 20.0)
    said: Rate = Rate(0.2, 200.0)
    live: Rate = Rate(20.0, 40.0)
    remote: Rate = Rate(80.0, 160.0)
    message: int = 65_536
    sign_in_seconds: float = 5.0
    at_address: int = 2_000
    handshakes: int = 200
    handshake_seconds: float = 8.0
    body_seconds: float = 10.0
    photo_seconds: float = 20.0
    idle_seconds: float = 60.0
    uploads: int = 20
    photos_a_day: int = 300
    free_bytes: int = 200_000_000
    connections: int = 8_000
    polls: int = 2


class Buckets:
    """Token buckets by name."""

    def __init__(self, rate: Rate, clock: Clock) -> None:
        self._rate = rate
        self._clock = clock
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, name: str) -> float:
        """Takes one; 0.0 when there was one, else the seconds until there is."""
        level = self._level(name)
        if level < 1.0:
            return (1.0 - level) / self._rate.per_second
        self._put(name, level - 1.0)
        return 0.0

    def wait(self, name: str) -> float:
        """Seconds until `take` gets one; takes nothing."""
        return max(0.0, (1.0 - self._level(name)) / self._rate.per_second)

    def _level(self, name: str) -> float:
        level, at = self._levels.get(name, (self._rate.burst, 0.0))
        return min(self._rate.burst, level + (self._clock.mono() - at) * self._rate.per_second)

    def _put(self, name: str, level: float) -> None:
        self._levels[name] = (level, self._clock.mono())
        self._levels.move_to_end(name)
        if len(self._levels) > KEPT:
            self._levels.popitem(last=False)
