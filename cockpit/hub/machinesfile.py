"""`machines.toml` of the hub's profile: where machines of the hall reach it. Without the file none does."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from cockpit.model.walljoin import PORT
from cockpit.packs.checked import Checked
from cockpit.packs.schema import Strict

FILE = "machines.toml"
_LISTEN = re.compile(r"(?P<address>\[[0-9A-Fa-f:.]+\]|[0-9.]+)(:(?P<port>[0-9]{1,5}))?")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9.\-]{0,252}")
Port = Annotated[int, Meta(ge=0, le=65535)]


class ListenRow(Strict, frozen=True):
    listen: str
    join: Port = 0
    name: str = ""


class LaptopsRow(Strict, frozen=True):
    """[laptops]: what leaders' laptops may keep."""

    days: Annotated[int, Meta(ge=1, le=366)] = 14
    most_mb: Annotated[int, Meta(ge=50, le=100_000)] = 400


class MachinesFile(Strict, frozen=True):
    machines: Any = msgspec.field(default_factory=dict)
    laptops: Any = msgspec.field(default_factory=dict)


class MachinesConfig(msgspec.Struct, frozen=True):
    """Where machines reach the hub.

    Attributes:
        address: on which it listens. port: of the bus, join: of joining. name: as machines are told, "" its addresses.
        laptop_days: so long a laptop keeps what it has without hearing of the hub. laptop_bytes: it keeps at most.
    """

    address: str
    port: int = PORT
    join: int = PORT + 1
    name: str = ""
    laptop_days: int = 14
    laptop_bytes: int = 400_000_000

    @property
    def host(self) -> str:
        """By which a machine reaches it."""
        from cockpit.field.names import own_addresses

        everywhere = self.address in ("0.0.0.0", "::")
        address = self.name or (own_addresses()[0] if everywhere else self.address)
        return f"[{address}]" if ":" in address else address


def read_machines_file(profile: Path) -> MachinesConfig | None:
    """What the file says; None: there is none, or nothing in it.

    Raises:
        UserError: something in it is wrong: one sentence with file, line and column.
    """
    path = profile / FILE
    if not path.exists():
        return None
    file = Checked(path)
    whole = file.convert(MachinesFile)
    if not whole.machines:
        return None
    row = file.convert(ListenRow, ("machines",))
    found = _LISTEN.fullmatch(row.listen)
    address = found["address"].strip("[]") if found else ""
    port = int(found["port"] or PORT) if found else PORT
    if not found or not _is_address(address) or not 0 < port < 65535:
        file.wrong(("machines", "listen"), "walljoin.bad_listen", given=row.listen[:60])
    if row.name and not _NAME.fullmatch(row.name):
        file.wrong(("machines", "name"), "walljoin.bad_name", given=row.name[:60])
    if row.join == port:
        file.wrong(("machines", "join"), "walljoin.same_port", port=port)
    laptops = file.convert(LaptopsRow, ("laptops",)) if whole.laptops else LaptopsRow()
    return MachinesConfig(address, port, row.join or port + 1, row.name, laptops.days, laptops.most_mb * 1_000_000)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
