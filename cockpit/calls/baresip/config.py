"""The private folder of one baresip: configuration, account, sound devices. Its owner's only, gone at its end."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cockpit.calls.settings import SipSettings
from cockpit.model.errors import OutsideError
from cockpit.paths import runtime_dir
from cockpit.processes import lives, write_private

MODULES = (
    "/usr/lib/baresip/modules",
    "/usr/local/lib/baresip/modules",
    "/usr/lib/x86_64-linux-gnu/baresip/modules",
    "/usr/lib/aarch64-linux-gnu/baresip/modules",
    "/usr/lib64/baresip/modules",
)
CUT_SECONDS = 8
"""Without a packet for so long (and not on hold) a call is cut."""
_RING_SECONDS = 180
_PREFIX = "sip-"
_CODECS = {"opus": "opus/48000/2", "G722": "G722/16000/1", "PCMA": "PCMA/8000/1", "PCMU": "PCMU/8000/1"}
_OF_CODEC = {"opus": "opus.so", "G722": "g722.so", "PCMA": "g711.so", "PCMU": "g711.so"}
_PARAMETER = re.compile(r'[^\s;,"<>\\]{1,200}')
_DEVICE = re.compile(r"[A-Za-z0-9_.:@+\-/ ]{1,200}")


def program() -> str:
    """Where baresip is, "" where it is not installed."""
    return shutil.which("baresip") or ""


def modules() -> str:
    """Folder of its modules, "" where there is none."""
    return next((folder for folder in MODULES if os.path.isdir(folder)), "")


@dataclass(frozen=True)
class Server:
    """Where registrar and proxy are.

    Attributes:
        host: as in calls.toml; route: the same, or its address where only this machine knows the name.
        port: of it; ours: address of this machine from which it is reached.
    """

    host: str
    route: str
    port: int
    ours: str


def ours_towards(host: str, port: int) -> str:
    """Address of this machine from which `host` (an address) is reached.

    Raises:
        OSError: there is no way there.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        probe.connect((host.strip("[]"), port))
        return str(probe.getsockname()[0])


def in_hosts_file(name: str) -> bool:
    """Whether /etc/hosts knows a name: baresip asks the DNS only."""
    with contextlib.suppress(OSError):
        lines = Path("/etc/hosts").read_text("utf-8", "replace").splitlines()
        return any(name.lower() in line.partition("#")[0].lower().split()[1:] for line in lines)
    return False


@dataclass(frozen=True)
class Wanted:
    """What one baresip is for.

    Attributes:
        server, settings, password: the account.
        control: TCP port of 127.0.0.1 for commands; port: of SIP, 0 any.
        registers: it is the one that is registered; to: the address that it writes a MESSAGE to, "" none.
        name: shown to who is called; uuid: of this desk (RFC 5626's instance).
    """

    server: Server
    settings: SipSettings
    password: str
    control: int
    registers: bool
    name: str
    uuid: str
    port: int = 0
    to: str = ""


Devices = Mapping[int, tuple[str, str]]
"""PulseAudio sink to play to and source to capture from, by the number of a sound device; "" the server's default."""


def checked(settings: SipSettings, password: str) -> None:
    """
    Raises:
        OutsideError: something in calls.toml can not be said to baresip, or it would pretend safety.
    """
    for value in (settings.user, settings.auth_user or settings.user, password or "-"):
        if not _PARAMETER.fullmatch(value):
            raise OutsideError("sip.bad_secret" if value == password else "sip.bad_user")
    if settings.account and not re.fullmatch(r"sips?:[^\s;,\"<>@]{1,100}@[^\s;,\"<>@]{1,200}", settings.account):
        raise OutsideError("sip.bad_account", account=settings.account[:80])
    if settings.transport == "tls" and settings.verify and not settings.ca:
        raise OutsideError("sip.needs_ca")
    if settings.ca and (not Path(settings.ca).expanduser().is_file() or not _plain(settings.ca)):
        raise OutsideError("sip.no_ca", file=settings.ca[:200])


def _plain(path: str) -> bool:
    return not re.search(r"[\s#;$\"'\\]", path)


def account_of(wanted: Wanted) -> str:
    """The line of `accounts`."""
    settings, server = wanted.settings, wanted.server
    aor = settings.account or f"sip:{settings.user}@{server.host}"
    name = re.sub(r"[^\w .\-]", "", wanted.name or settings.name)[:60].strip()
    encryption = {"off": "", "sdes": "srtp-mand", "dtls": "dtls_srtp"}[settings.srtp]
    return "".join(
        (
            f'"{name}" ' if name else "",
            f"<{aor};transport={settings.transport}>",
            f";auth_user={settings.auth_user or settings.user}",
            f";auth_pass={wanted.password or '-'}",
            f';outbound="sip:{server.route}:{server.port};transport={settings.transport}"',
            ";answermode=manual;call_transfer=no",  # else whoever sends a REFER has this desk call where he likes
            f";audio_codecs={','.join(_CODECS[one] for one in settings.codecs)}",
            f";mediaenc={encryption}" if encryption else "",
            f";regint={settings.expires if wanted.registers else 0}",
        )
    )


SILENT = "sip:none@none.invalid"
"""A second account without calls: sound devices set while it is the current one are those of calls yet to come."""


def config_of(wanted: Wanted, folder: Path) -> str:
    """The file `config`."""
    settings, ours = wanted.settings, wanted.server.ours
    host = f"[{ours}]" if ":" in ours else ours
    used = [*dict.fromkeys(_OF_CODEC[one] for one in settings.codecs), "alsa.so", "vumeter.so"]
    used += {"off": [], "sdes": ["srtp.so"], "dtls": ["dtls_srtp.so"]}[settings.srtp]
    lines = [
        "poll_method epoll",
        f"sip_listen {host}:{wanted.port}",
        f"net_interface {ours}",
        f"call_local_timeout {_RING_SECONDS}",
        "call_max_calls 16",
        f"audio_path {folder / 'silence'}",
        f"audio_player alsa,{player(0)}",
        f"audio_source alsa,{source(0)}",
        f"audio_alert alsa,{player(0)}",
        f"rtp_timeout {CUT_SECONDS}",
        "rtcp_mux no",
        "ringback_disabled yes",
        "menu_bell no",
        "statmode_default off",
        f"module_path {modules()}",
        "module uuid.so",
        *(f"module {one}" for one in used),
        "module_tmp account.so",
        *(["module_app contact.so"] if wanted.to else []),
        "module_app menu.so",
        "module_app ctrl_tcp.so",
        f"ctrl_tcp_listen 127.0.0.1:{wanted.control}",
        "opus_bitrate 28000",
        "opus_inbandfec yes",
        "opus_packet_loss 5",
    ]
    if settings.transport == "tls" and settings.ca:
        lines.append(f"sip_cafile {Path(settings.ca).expanduser()}")
    return "\n".join(lines) + "\n"


def player(number: int) -> str:
    """Name of the sound device of that number to play to; `source` to capture from."""
    return f"play_{number}"


def source(number: int) -> str:
    return f"cap_{number}"


def sound_of(devices: Devices) -> str:
    """The file asound.conf: sound devices of ALSA that are the sound server's."""
    lines = ["# made by the cockpit"]
    for number, (playback, capture) in sorted(devices.items()):
        for name, device in ((player(number), playback), (source(number), capture)):
            known = f' device "{device}"' if _DEVICE.fullmatch(device) else ""
            lines.append(f"pcm.{name} {{ type pulse{known} }}")
    return "\n".join(lines) + "\n"


def _openssl_of(settings: SipSettings) -> str:
    """Has OpenSSL check certificates, which libre does not ask for (decision 0027)."""
    lines = ["openssl_conf = cockpit", "[cockpit]", "ssl_conf = ssl", "[ssl]", "system_default = tls", "[tls]"]
    lines.append("MinProtocol = TLSv1.2")
    if settings.verify:
        lines += [f"VerifyCAFile = {Path(settings.ca).expanduser()}", "VerifyMode = Peer"]
    return "\n".join(lines) + "\n"


def make_folder(wanted: Wanted, devices: Devices) -> Path:
    """Writes the folder of a baresip that is about to start.

    Raises:
        OSError: it can not be written; OutsideError: somebody else holds the place for it.
    """
    folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=runtime_dir()))
    try:
        write_private(folder / "config", config_of(wanted, folder))
        silent = f"<{SILENT}>;auth_pass=-;regint=0"
        write_private(folder / "accounts", f"{account_of(wanted)}\n{silent}\n")
        write_private(folder / "contacts", f'"to" <{wanted.to}>\n' if wanted.to else "")
        write_private(folder / "uuid", wanted.uuid)
        write_private(folder / "openssl.cnf", _openssl_of(wanted.settings))
        write_private(folder / "asound.conf", sound_of(devices))
    except BaseException:
        remove_folder(folder)
        raise
    return folder


def forget_password(folder: Path) -> None:
    """Once baresip runs it has read it."""
    with contextlib.suppress(OSError):
        (folder / "accounts").unlink()


def remove_folder(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


def remove_left_behind() -> None:
    """Folders of desks that ended without doing so themselves."""
    with contextlib.suppress(OSError, OutsideError):
        for folder in runtime_dir().glob(f"{_PREFIX}*-*"):
            owner = folder.name.removeprefix(_PREFIX).partition("-")[0]
            if owner.isdigit() and not lives(int(owner)):
                remove_folder(folder)
