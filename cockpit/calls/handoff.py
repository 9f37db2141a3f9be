"""The desk's own telephone: the desktop opens `tel:` or `sip:`, and whatever answers that dials.

RFC 3966 (`tel:`) and RFC 3261 section 19 (`sip:`). What becomes of the call is not known here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import quote

from cockpit.calls.adapter import Around
from cockpit.calls.dialled import packed
from cockpit.model.calls import Line, Outcome, Signal, Way, WayKind
from cockpit.model.errors import OutsideError
from cockpit.model.messages import Message

KIND = WayKind.HANDOFF
_NUMBER = re.compile(r"\+?[0-9*#]{2,32}")
_ADDRESS = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=%\-]{1,64}@[A-Za-z0-9.\-]{1,128}(:\d{1,5})?")


def url_of(address: str, scheme: str) -> str:
    """The address that the desktop opens; "" for what is no number and no SIP address.

    Args:
        address: a number with or without spaces and signs, or a SIP address.
        scheme: for a number: `tel`, `sip` or `callto`.
    """
    plain = address.strip()
    for prefix in ("sip:", "sips:", "tel:"):
        if plain.lower().startswith(prefix):
            plain = plain[len(prefix) :]
    if _ADDRESS.fullmatch(plain):
        return f"sip:{plain}"
    number = packed(plain)
    return f"{scheme}:{quote(number, safe='+*')}" if _NUMBER.fullmatch(number) else ""


class HandOff:
    """`Adapter`."""

    kind = KIND

    def __init__(self, around: Around) -> None:
        self._around = around

    async def start(self) -> None:
        pass

    async def stop(self) -> None:
        pass

    def lines(self) -> Sequence[Line]:
        return (Line(self.kind, self._around.settings.handoff.scheme, ready=True),)

    async def place(self, leg: str, way: Way, *, video: bool, into_mix: str = "") -> None:
        url = url_of(way.address, self._around.settings.handoff.scheme)
        if not url:
            raise OutsideError("calls.no_number", given=way.address[:80])
        if not await self._around.open_url(url):
            raise OutsideError("calls.no_telephone", url=url)
        self._around.events.ended(leg, Outcome.HANDED_OFF, Message("calls.handed_off"))

    async def answer(self, leg: str, *, video: bool, into_mix: str = "") -> None:
        pass

    async def decline(self, leg: str, *, busy: bool = False) -> None:
        pass

    async def hang_up(self, leg: str) -> None:
        pass

    async def hold(self, leg: str, on: bool) -> None:
        pass

    async def mute(self, leg: str, on: bool) -> None:
        pass

    async def camera(self, leg: str, on: bool) -> None:
        pass

    async def move(self, leg: str, into_mix: str) -> None:
        pass

    async def digits(self, leg: str, digits: str) -> None:
        pass

    async def transfer(self, leg: str, to: Way) -> None:
        pass

    async def text(self, way: Way, words: str) -> None:
        raise OutsideError("calls.no_text_way")

    async def signal(self, signal: Signal) -> None:
        pass


def make(around: Around) -> HandOff:
    """Raises OutsideError where the configuration turns it off."""
    if not around.settings.handoff.on:
        raise OutsideError("calls.way_off")
    return HandOff(around)
