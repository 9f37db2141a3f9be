"""`field.toml` of the hub's profile: where the phone page is served, by which name and certificate."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from cockpit.packs.checked import Checked
from cockpit.packs.schema import Strict

FILE = "field.toml"
_LABEL = r"[A-Za-z0-9]([A-Za-z0-9\-]{0,61}[A-Za-z0-9])?"
_NAME = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(\.{_LABEL})*")
_LISTEN = re.compile(r"(?P<address>\[[0-9A-Fa-f:.]+\]|[0-9.]+):(?P<port>[0-9]{1,5})")
_SECRET = re.compile(r"secret:[A-Za-z0-9_\-]{1,40}")
_STUN = re.compile(r"stuns?:[A-Za-z0-9.\-]{1,253}(:[0-9]{1,5})?")


class PageRow(Strict, frozen=True):
    listen: str = "127.0.0.1:0"
    name: str = ""
    cert: str = ""
    key: str = ""
    url: Annotated[str, Meta(max_length=300)] = ""
    stun: Annotated[list[str], Meta(max_length=4)] = msgspec.field(default_factory=list)


class FieldFile(Strict, frozen=True):
    page: Any = msgspec.field(default_factory=dict)


class PageConfig(msgspec.Struct, frozen=True):
    """Where the phone page is.

    Attributes:
        address, port: where it listens, port 0 any.
        name: by which phones know it, "" by its addresses.
        cert: path of the site's certificate with its chain, "" our own authority makes one.
        key: its private key: a path, or `secret:<name>`.
        url: its address where something stands before it, "" as it listens.
        stun: servers of which phones learn their own addresses.
    """

    address: str = "127.0.0.1"
    port: int = 0
    name: str = ""
    cert: str = ""
    key: str = ""
    url: str = ""
    stun: tuple[str, ...] = ()

    @property
    def everywhere(self) -> bool:
        """It listens on all addresses of the machine."""
        return self.address in ("0.0.0.0", "::")

    @property
    def host(self) -> str:
        """By which phones reach it."""
        from cockpit.field.names import own_addresses

        if self.name:
            return self.name
        address = own_addresses()[0] if self.everywhere else self.address
        return f"[{address}]" if ":" in address else address

    @property
    def outside(self) -> bool:
        """Whether others than this machine can reach it."""
        return not ipaddress.ip_address(self.address).is_loopback


def read_config(profile: Path) -> PageConfig:
    """What field.toml says; loopback and a certificate of our own where there is none.

    Raises:
        UserError: something in it is wrong: one sentence with file, line and column.
    """
    path = profile / FILE
    if not path.exists():
        return PageConfig()
    file = Checked(path)
    if not file.convert(FieldFile).page:
        return PageConfig()
    row = file.convert(PageRow, ("page",))
    found = _LISTEN.fullmatch(row.listen)
    address = found["address"].strip("[]") if found else ""
    if not found or not _is_address(address) or int(found["port"]) > 65535:
        file.wrong(("page", "listen"), "field.bad_listen", given=row.listen)
    if row.name and not _NAME.fullmatch(row.name):
        file.wrong(("page", "name"), "field.bad_name", given=row.name)
    if bool(row.cert) is not bool(row.key):
        file.wrong(("page", "cert" if row.cert else "key"), "field.cert_and_key")
    if row.key.startswith("secret:") and not _SECRET.fullmatch(row.key):
        file.wrong(("page", "key"), "packs.wrong_value", key="key", given=row.key[:60])
    if row.url and not _is_page(row.url):
        file.wrong(("page", "url"), "field.bad_url", given=row.url[:60])
    for i, server in enumerate(row.stun):
        if not _STUN.fullmatch(server):
            file.wrong(("page", "stun", i), "field.bad_stun", given=server[:60])
    return PageConfig(
        address,
        int(found["port"]),
        row.name,
        str(profile / row.cert) if row.cert else "",
        row.key if not row.key or row.key.startswith("secret:") else str(profile / row.key),
        row.url.rstrip("/"),
        tuple(row.stun),
    )


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _is_page(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme == "https" and bool(parts.hostname) and parts.path in ("", "/") and parts.port != 0
    except ValueError:
        return False
