"""How a desk calls: what may stand in `<profile>/calls.toml`, or in the `calls.toml` of a city pack."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Seconds = Annotated[float, Meta(gt=0, le=600)]
Text = Annotated[str, Meta(min_length=1, max_length=200)]
_Secret = Annotated[str, Meta(pattern=r"^secret:[A-Za-z0-9_\-]{1,40}$")]


class _Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table whose unknown keys are mistakes."""


class SipSettings(_Strict, frozen=True):
    """The account at the site's PBX.

    Attributes:
        server: host, or host:port, of registrar and proxy; user: the extension.
        account: address of record, "" `sip:<user>@<host of server>`; name: shown to who is called.
        auth_user: for digest where it is not `user`; password: `secret:<name>`, "" none.
        srtp: `off`, `sdes` (RFC 4568) or `dtls`; verify: with TLS, whether the server's certificate is checked against
            `ca`, a PEM file that must then be named (decision 0027).
        room: address of the PBX's conference room, "" none: then up to five legs are mixed here.
        codecs: in the order of preference; prefix: dialled before a number that is no SIP address.
        expires: seconds of a registration; 0 does not register: calls out only.
        port: local UDP/TCP port of SIP, 0 any.
    """

    server: Text
    user: Text
    account: str = ""
    name: str = ""
    auth_user: str = ""
    password: _Secret | Literal[""] = ""
    transport: Literal["udp", "tcp", "tls"] = "udp"
    srtp: Literal["off", "sdes", "dtls"] = "off"
    verify: bool = True
    ca: str = ""
    room: str = ""
    codecs: tuple[Literal["opus", "G722", "PCMA", "PCMU"], ...] = ("opus", "G722", "PCMA", "PCMU")
    prefix: str = ""
    expires: Annotated[int, Meta(ge=0, le=86_400)] = 300
    port: Annotated[int, Meta(ge=0, le=65_535)] = 0


class SoundSettings(_Strict, frozen=True):
    """Microphone and loudspeaker by the names of the sound system; "" the headset where there is one, else the
    system's."""

    input: str = ""
    output: str = ""
    echo: bool = True


class WaySettings(_Strict, frozen=True):
    """In which order ways are tried where a person's own book says none, and how long.

    Attributes:
        order: kinds of ways, those left out are not used.
        quiet: seconds after which a way on which nothing rings is given up; ring: one on which it rings.
    """

    order: tuple[Literal["webrtc", "sip", "handoff"], ...] = ("webrtc", "sip", "handoff")
    quiet: Seconds = 12.0
    ring: Seconds = 30.0


class WebRtcSettings(_Strict, frozen=True):
    """Servers that help phones behind NAT; none inside a site's own network.

    Attributes:
        stun: `stun:host:port`; turn: `turn:host:port`, user, password (`secret:<name>`).
    """

    stun: Annotated[str, Meta(pattern=r"^(stuns?:\S+)?$")] = ""
    turn: Annotated[str, Meta(pattern=r"^(turns?:\S+)?$")] = ""
    user: str = ""
    password: _Secret | Literal[""] = ""


class LdapSettings(_Strict, frozen=True):
    """A directory whose persons are in the address book (RFC 4511; needs the extra `ldap`).

    Attributes:
        url: `ldaps://host` or `ldap://host`; start_tls: with the second.
        base, filter: what is looked for; user, password: for the bind, "" anonymous.
        name, duty, org, phone, sip, area, unit: attributes of an entry; "" not used.
        page: entries at once; most: at most so many; seconds: for each answer; every: seconds between two readings.
    """

    url: Annotated[str, Meta(pattern=r"^ldaps?://[^\s/]+/?$")]
    base: Text
    filter: Text = "(objectClass=person)"
    user: str = ""
    password: _Secret | Literal[""] = ""
    start_tls: bool = False
    verify: bool = True
    ca: str = ""
    name: Text = "cn"
    duty: str = "title"
    org: str = "ou"
    phone: str = "telephoneNumber"
    sip: str = ""
    area: str = ""
    unit: str = ""
    page: Annotated[int, Meta(ge=1, le=1000)] = 500
    most: Annotated[int, Meta(ge=1, le=50_000)] = 5_000
    seconds: Seconds = 10.0
    every: Annotated[float, Meta(ge=60, le=604_800)] = 3_600.0


class HandoffSettings(_Strict, frozen=True):
    """The desk's own telephone.

    Attributes:
        scheme: of the address that the desktop opens for a number; on: whether it is offered at all.
    """

    scheme: Literal["tel", "sip", "callto"] = "tel"
    on: bool = True


class CallSettings(_Strict, frozen=True):
    """All of calls.toml. Without a file: WebRTC and the desk's own telephone.

    Attributes:
        adapters: names of further ones, by the entry point group `cockpit.calls`; it takes the place of the built-in
            one of its kind.
    """

    sip: SipSettings | None = None
    sound: SoundSettings = SoundSettings()
    ways: WaySettings = WaySettings()
    webrtc: WebRtcSettings = WebRtcSettings()
    ldap: LdapSettings | None = None
    handoff: HandoffSettings = HandoffSettings()
    adapters: tuple[str, ...] = ()


def in_rehearsal(settings: CallSettings) -> CallSettings:
    """What of it a seat in a rehearsal uses: phone pages, which reach the rehearsal's own gateway. A line, programs of
    the desktop, adapters of others and servers outside are of what is real."""
    order: tuple[Literal["webrtc"], ...] = ("webrtc",) if "webrtc" in settings.ways.order else ()
    ways = msgspec.structs.replace(settings.ways, order=order)
    return msgspec.structs.replace(settings, ways=ways, sip=None, adapters=(), webrtc=WebRtcSettings())
