"""A machine joins a hall: it is told a host and a code, and knows by the code that it speaks to the right hub."""

from __future__ import annotations

import hmac
import os
import socket
import ssl
from pathlib import Path

import msgspec

import cockpit
from cockpit.bus.asks import PROTOCOL
from cockpit.bus.authority import CHECK_LETTERS, LETTERS, check_of, request_of
from cockpit.bus.joined import FILE, FOLDER, Joined, context_of
from cockpit.bus.users import WALL, User
from cockpit.model.errors import OutsideError, UserError
from cockpit.model.typed import from_json
from cockpit.model.walljoin import CODE_LETTERS, MOST_LINE, PORT, JoinReply, JoinWanted, plain_code
from cockpit.processes import write_private, writing_to

SECONDS = 15.0


def join(profile: Path, host: str, code: str, machine: str, role: str = WALL) -> Joined:
    """Joins the hall and keeps what it gives in the profile; what an earlier hall gave is replaced.

    Args:
        host: of the hub, `host` or `host:port`.
        code: as `cockpit wall code` says it.
        machine: how this machine calls itself.
        role: `wall`, or `leader` for a leader's laptop.

    Raises:
        UserError: host or code can not be right, or the hub refuses the code.
        OutsideError: the hub does not answer, it is another one, or the disk refuses.
    """
    name, port = _host(host)
    plain = plain_code(code)
    if len(plain) != CODE_LETTERS + CHECK_LETTERS or not set(plain) <= set(LETTERS):
        raise UserError("walljoin.bad_code", code=code[:40], n=CODE_LETTERS + CHECK_LETTERS)
    secret, check = plain[:CODE_LETTERS], plain[CODE_LETTERS:]
    key, request = request_of(machine)
    wanted = JoinWanted(PROTOCOL, cockpit.__version__, secret, machine, request, role)
    try:
        reply = _said(name, port, secret, check, wanted)
    except (ConnectionResetError, BrokenPipeError, ssl.SSLEOFError) as error:
        raise OutsideError("walljoin.hung_up", host=f"{name}:{port}") from error
    except (OSError, ssl.SSLError) as error:
        why = error.strerror or str(error)
        raise OutsideError("walljoin.hub_away", host=f"{name}:{port}", why=why) from error
    if reply.problem is not None:
        raise UserError(reply.problem.id, **reply.problem.params)
    url = f"wss://{f'[{name}]' if ':' in name else name}:{reply.port}"
    joined = Joined(reply.machine, url, reply.city, User(reply.user, reply.password, role))
    _keep(profile, joined, reply, key)
    return joined


def _said(name: str, port: int, secret: str, check: str, wanted: JoinWanted) -> JoinReply:
    """What the hub answers; it is asked only where its certificate is the one that the code was made for.

    Raises:
        OSError: there is no answer. OutsideError: it is another hub, or what it says is no answer.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # who it is the letters behind the code say
    with (
        socket.create_connection((name, port), SECONDS) as plain,
        context.wrap_socket(plain) as line,
    ):
        shown = line.getpeercert(binary_form=True) or b""
        if not hmac.compare_digest(check_of(shown, secret), check):
            raise OutsideError("walljoin.other_hub", host=f"{name}:{port}")
        line.sendall(msgspec.json.encode(wanted) + b"\n")
        said = b""
        while not said.endswith(b"\n") and len(said) <= MOST_LINE:
            piece = line.recv(MOST_LINE)
            if not piece:
                break
            said += piece
    if not said:
        raise OutsideError("walljoin.hung_up", host=f"{name}:{port}")
    try:
        return from_json(said, type=JoinReply)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise OutsideError("walljoin.no_answer", host=f"{name}:{port}") from error


def _keep(profile: Path, joined: Joined, reply: JoinReply, key: str) -> None:
    """Writes it all into a folder beside the one that is used, which then takes its place."""
    folder = profile / FOLDER
    fresh = profile / f"{FOLDER}.new"
    with writing_to(profile):
        write_private(fresh / "ca.crt", reply.ca)
        write_private(fresh / "machine.crt", reply.certificate)
        write_private(fresh / "machine.key", key)
        write_private(fresh / FILE, msgspec.json.encode(joined).decode())
        context_of(fresh)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for file in ("ca.crt", "machine.crt", "machine.key", FILE):
            os.replace(fresh / file, folder / file)
        fresh.rmdir()


def _host(text: str) -> tuple[str, int]:
    """Raises UserError: it is no host."""
    name, port = text.strip(), str(PORT + 1)
    if text.startswith("["):
        name, _, rest = text[1:].partition("]")
        port = rest.removeprefix(":") or port
    elif text.count(":") == 1:
        name, _, port = text.partition(":")
    if not name or not port.isdecimal() or not 0 < int(port) < 65536 or any(c.isspace() or c == "/" for c in name):
        raise UserError("walljoin.bad_host", host=text[:80])
    return name, int(port)
