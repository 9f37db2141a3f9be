"""Texts by SIP (MESSAGE, RFC 3428): sent by a baresip of their own, read in what the registered one prints."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from cockpit.calls.baresip.child import Baresip
from cockpit.calls.baresip.config import Wanted
from cockpit.calls.baresip.numbers import back, by_code
from cockpit.calls.baresip.trace import Seen, Trace
from cockpit.model.calls import Way, WayKind
from cockpit.model.errors import OutsideError
from cockpit.model.time_limit import time_limit

MOST_BYTES = 1200
"""RFC 3428 section 8: a request that fits into one datagram."""
ANSWER_SECONDS = 10.0
_CHALLENGES = (401, 407)


async def send_text(wanted: Wanted, aor: str, words: str) -> None:
    """Sends words to `wanted.to`; returns when the other side, or the PBX for it, has taken them.

    Raises:
        OutsideError: it was not taken, and why.
    """
    text = "".join(letter for letter in words.strip() if letter.isprintable() or letter == "\n")
    if not text:
        return
    if len(text.encode()) > MOST_BYTES:
        raise OutsideError("sip.text_long", most=MOST_BYTES // 3)
    loop = asyncio.get_running_loop()
    answered: asyncio.Future[tuple[int, str]] = loop.create_future()
    trace, challenges = Trace(), 0

    def read(data: bytes) -> None:
        nonlocal challenges
        for seen in trace.feed(data):
            if seen.code < 200 or not seen.headers.get("cseq", "").endswith("MESSAGE") or answered.done():
                continue
            challenges += seen.code in _CHALLENGES
            if seen.code not in _CHALLENGES or challenges > 2:
                answered.set_result((seen.code, seen.first.split(" ", 2)[-1]))

    def gone() -> None:
        if not answered.done():
            answered.set_exception(OutsideError("sip.gone"))

    child = Baresip(lambda _: None, gone)
    child.on_output = read
    try:
        await child.start(wanted, {0: ("", "")}, traced=True)
        await child.ask(("uafind", aor), ("contact_next", ""), ("message", text))
        async with time_limit(ANSWER_SECONDS):
            code, reason = await answered
    except TimeoutError as error:
        raise OutsideError("sip.silence") from error
    finally:
        if answered.done() and not answered.cancelled():
            answered.exception()
        answered.cancel()
        await child.kill()
    if code >= 300:
        _, why = by_code(code, reason)
        raise OutsideError(why.id, **why.params)


class Inbox:
    """Texts that come in, each once: what is sent again has the Call-ID and CSeq of the first."""

    def __init__(self, told: Callable[[Way, str], None]) -> None:
        self._told = told
        self._had: deque[tuple[str, str]] = deque(maxlen=64)

    def take(self, seen: Seen) -> None:
        headers = seen.headers
        this = headers.get("call-id", ""), headers.get("cseq", "")
        kind = headers.get("content-type", "text/plain").partition(";")[0].strip().lower()
        if this in self._had or kind != "text/plain":
            return
        self._had.append(this)
        sender = headers.get("from", "")
        inner = sender.partition("<")[2].partition(">")[0] if "<" in sender else sender.partition(";")[0]
        text = seen.body.decode("utf-8", "replace")
        words = "".join(letter for letter in text if letter.isprintable() or letter == "\n").strip()[:2000]
        address = back(inner)
        if words and address:
            self._told(Way(WayKind.SIP, address), words)
