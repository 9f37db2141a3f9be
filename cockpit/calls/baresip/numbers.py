"""Addresses as baresip may be given them, and what SIP's answers mean for the desk."""

from __future__ import annotations

import re

from cockpit.calls.dialled import packed
from cockpit.model.calls import Outcome
from cockpit.model.errors import OutsideError
from cockpit.model.messages import Message

_HOST = r"(?:[A-Za-z0-9](?:[A-Za-z0-9.\-]{0,250}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{2,45}\])"
_URI = re.compile(
    rf"(?P<scheme>sips?):(?:(?P<user>[A-Za-z0-9\-_.!~*'()&=+$,%#]{{1,128}})@)?(?P<host>{_HOST})(?P<port>:\d{{1,5}})?"
    r"(?P<params>(?:;(?:transport=(?:udp|tcp|tls)|user=phone|lr))*)",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\+?[0-9*#]{1,40}")
_NAME = re.compile(r"[A-Za-z0-9_.\-+]{1,64}")


def uri_of(address: str, host: str, prefix: str = "") -> str:
    """What baresip dials for an address of a way: a SIP address as it is, a number or name at `host`.

    Raises:
        OutsideError: it is neither.
    """
    text = address.strip()
    if text.lower().startswith("tel:"):
        text = text[4:].partition(";")[0]
    if text.lower().startswith(("sip:", "sips:")):
        return _whole(text, address)
    number = packed(text)
    if _NUMBER.fullmatch(number):
        return f"sip:{(prefix + number).replace('#', '%23')}@{host}"
    if "@" in text:
        return _whole(f"sip:{text}", address)
    if _NAME.fullmatch(text):
        return f"sip:{text}@{host}"
    raise OutsideError("sip.bad_address", address=address[:80])


def _whole(text: str, address: str) -> str:
    found = _URI.fullmatch(text)
    if found is None or found["user"] is None:
        raise OutsideError("sip.bad_address", address=address[:80])
    user = found["user"].replace("#", "%23")
    return f"{found['scheme'].lower()}:{user}@{found['host']}{found['port'] or ''}{found['params'].lower()}"


def back(peer: str) -> str:
    """The address by which a caller can be called back, without what belongs to this one call; "" none."""
    text = peer.strip().strip("<>")[:400]
    found = _URI.match(text)
    if found is None or found["user"] is None:
        return ""
    return f"{found['scheme'].lower()}:{found['user']}@{found['host']}{found['port'] or ''}"


def host_and_port(server: str, transport: str) -> tuple[str, int]:
    """Of calls.toml's `server`.

    Raises:
        OutsideError: it is no `host` or `host:port`.
    """
    found = re.fullmatch(rf"(?:sips?:)?({_HOST})(?::(\d{{1,5}}))?", server.strip())
    port = int(found[2] or (5061 if transport == "tls" else 5060)) if found else 0
    if found is None or not 0 < port < 65_536:
        raise OutsideError("sip.bad_server", server=server[:80])
    return found[1], port


_BY_CODE = {
    401: (Outcome.REFUSED, "sip.password"),
    403: (Outcome.REFUSED, "sip.forbidden"),
    404: (Outcome.REFUSED, "sip.unknown_number"),
    407: (Outcome.REFUSED, "sip.password"),
    408: (Outcome.NO_ANSWER, "sip.no_answer"),
    410: (Outcome.REFUSED, "sip.unknown_number"),
    415: (Outcome.REFUSED, "sip.no_codec"),
    480: (Outcome.UNREACHABLE, "sip.unregistered"),
    484: (Outcome.REFUSED, "sip.unknown_number"),
    486: (Outcome.BUSY, "sip.busy"),
    487: (Outcome.CANCELLED, "sip.cancelled"),
    488: (Outcome.REFUSED, "sip.no_codec"),
    600: (Outcome.BUSY, "sip.busy"),
    603: (Outcome.DECLINED, "sip.declined"),
    604: (Outcome.REFUSED, "sip.unknown_number"),
    606: (Outcome.REFUSED, "sip.no_codec"),
    701: (Outcome.REFUSED, "sip.no_codec"),
}
_CODE = re.compile(r"(\d{3})(?:\s|$)(.*)", re.DOTALL)


def ending(param: str, *, up: bool, rang: bool, ours: bool) -> tuple[Outcome, Message]:
    """How a leg ended, by what baresip says of it (`param` of CALL_CLOSED): "486 Busy Here", "Connection timed out".

    Args:
        up: it was up; rang: it rang; ours: we hung up.
    """
    if ours:
        return (Outcome.ANSWERED, Message("sip.we_ended")) if up else (Outcome.CANCELLED, Message("sip.cancelled"))
    text = param.strip()[:200]
    lower = text.lower()
    if up:
        if "rtp stream error" in lower or "timed out" in lower:
            return Outcome.CUT, Message("sip.cut")
        return Outcome.ANSWERED, Message("sip.they_ended")
    found = _CODE.match(text)
    if found is not None:
        return by_code(int(found[1]), found[2].strip())
    if (
        "timed out" in lower
    ):  # of INVITE's transaction: nobody answered it at all; of a local timer: it rang all the time
        return (Outcome.NO_ANSWER, Message("sip.no_answer")) if rang else (Outcome.UNREACHABLE, Message("sip.silence"))
    if "authentication" in lower:
        return Outcome.REFUSED, Message("sip.password")
    if "reset by peer" in lower or "reset by user" in lower:
        return Outcome.CANCELLED, Message("sip.cancelled")
    return Outcome.UNREACHABLE, Message("sip.failed", {"why": text or "?"})


def by_code(code: int, reason: str) -> tuple[Outcome, Message]:
    """Of a final answer that is no success (RFC 3261 section 21)."""
    if code in _BY_CODE:
        outcome, words = _BY_CODE[code]
        return outcome, Message(words)
    said = {"code": code, "reason": reason[:80]}
    if code in (500, 501, 502, 503, 504):
        return Outcome.UNREACHABLE, Message("sip.server_failed", said)
    return Outcome.REFUSED if code < 700 else Outcome.UNREACHABLE, Message("sip.answer_code", said)
