"""Session descriptions (RFC 8866) from outside, read before aiortc does: what we do not want is refused or left out."""

from __future__ import annotations

import ipaddress
import re

from cockpit.media.told import MAX_SDP
from cockpit.model.errors import OutsideError

MOST_LINES = 1500
MOST_CANDIDATES = 40
_TELEPHONE = re.compile(r"^a=rtpmap:(\d{1,3}) telephone-event/48000\b", re.IGNORECASE)
_OPUS = re.compile(r"^a=rtpmap:(\d{1,3}) opus/48000", re.IGNORECASE)
_STRANGE = re.compile(r"[^\t\r\n\x20-\x7e]")
"""aiortc ends a line at each character that Python takes for one; we and RFC 8866 at CR and LF only."""
_TELEPHONE_TYPE = 126
"""The payload type that we offer for keys; aiortc's own are below it."""


def cleaned(text: str) -> str:
    """What aiortc may read: at most one audio and one video section, candidates of addresses over UDP.

    A name as a candidate (`….local`) would be asked for in the network: it is left out, ICE finds the phone by what
    the phone sends. So are addresses that only this machine or its cable has: no phone is there, but what listens
    here for this machine alone would be sent packets.

    Raises:
        OutsideError: too long, a character that no description has, no sound, or a section of another kind.
    """
    if len(text) > MAX_SDP or _STRANGE.search(text):
        raise OutsideError("media.sdp_bad")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").strip().split("\n")
    if len(lines) > MOST_LINES:
        raise OutsideError("media.sdp_bad")
    kinds = [line[2:].split(" ")[0] for line in lines if line.startswith("m=")]
    if kinds not in (["audio"], ["audio", "video"], ["video", "audio"]):
        raise OutsideError("media.sdp_bad")
    kept: list[str] = []
    candidates = 0
    for line in lines:
        if line.startswith("a=candidate:"):
            candidates += 1
            parts = line.split()
            if candidates > MOST_CANDIDATES or len(parts) < 6 or parts[2].lower() != "udp" or not _elsewhere(parts[4]):
                continue
        kept.append(line)
    return "\r\n".join(kept) + "\r\n"


def _elsewhere(name: str) -> bool:
    """Whether it is an address, and one that another machine can have."""
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        if address.scope_id is not None:
            return False
        address = address.ipv4_mapped or address
    return not (address.is_loopback or address.is_link_local or address.is_multicast or address.is_unspecified)


def payload_types(text: str) -> tuple[int, int]:
    """Payload types of Opus and of keys (RFC 4733) that a description names; -1 where there is none."""
    opus = telephone = -1
    for line in text.splitlines():
        if (found := _OPUS.match(line)) and opus < 0:
            opus = int(found[1])
        elif (found := _TELEPHONE.match(line)) and telephone < 0:
            telephone = int(found[1])
    return opus, telephone


def with_keys(ours: str) -> str:
    """Our offer with the keys of a telephone in its audio section, which aiortc knows nothing of."""
    lines: list[str] = []
    audio = False
    for line in ours.splitlines():
        if line.startswith("m="):
            audio = line.startswith("m=audio")
            if audio:
                line = f"{line} {_TELEPHONE_TYPE}"
        lines.append(line)
        if audio and _OPUS.match(line):
            lines += [f"a=rtpmap:{_TELEPHONE_TYPE} telephone-event/48000", f"a=fmtp:{_TELEPHONE_TYPE} 0-15"]
    return "\r\n".join(lines) + "\r\n"
