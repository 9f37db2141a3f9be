"""A real OpenLDAP server for the tests of the address book, with TLS and a few hundred people."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from cockpit.processes import free_port
from tests.brokers import Broker
from tests.certificates import Certificates

SLAPD = "/usr/sbin/slapd"
BASE = "dc=city,dc=local"
ADMIN = f"cn=admin,{BASE}"
PASSWORD = "directory-password"
_SCHEMAS = Path("/etc/ldap/schema")
_MODULES = Path("/usr/lib/ldap")


class Slapd(Broker):
    """The server; `ldap://` at `port`, `ldaps://` at `tls_port`."""

    def __init__(self, folder: Path, keys: Certificates, people: int, limit: int = 0) -> None:
        """
        Args:
            limit: entries that it gives to one question at the most, 0 all.
        """
        if not Path(SLAPD).exists() or shutil.which("slapadd", path="/usr/sbin:/usr/bin") is None:
            pytest.skip("slapd is not installed, which packaging/system-deps.sh --tests does")
        super().__init__(folder)
        self.tls_port = free_port()
        (folder / "db").mkdir()
        sizes = (
            f"sizelimit size.soft={limit} size.hard={limit} size.pr=noEstimate size.prtotal={limit}\n" if limit else ""
        )
        includes = "\n".join(f"include {_SCHEMAS / name}.schema" for name in ("core", "cosine", "inetorgperson"))
        (folder / "slapd.conf").write_text(
            f"{includes}\nmodulepath {_MODULES}\nmoduleload back_mdb\n"
            f"TLSCACertificateFile {keys.ca}\nTLSCertificateFile {keys.server}\n"
            f"TLSCertificateKeyFile {keys.server_key}\n"
            f"database mdb\nmaxsize 50000000\nsuffix {BASE}\nrootdn {ADMIN}\nrootpw {PASSWORD}\n"
            f"directory {folder / 'db'}\n{sizes}access to * by users read by anonymous auth\n"
        )
        (folder / "people.ldif").write_text(_people(people), encoding="utf-8")
        command = ["/usr/sbin/slapadd", "-q", "-f", str(folder / "slapd.conf"), "-l", str(folder / "people.ldif")]
        subprocess.run(command, check=True, capture_output=True)

    def command(self) -> list[str]:
        urls = f"ldap://127.0.0.1:{self.port}/ ldaps://127.0.0.1:{self.tls_port}/"
        return [SLAPD, "-d", "0", "-h", urls, "-f", str(self.folder / "slapd.conf")]


def _people(count: int) -> str:
    out = [f"dn: {BASE}\nobjectClass: dcObject\nobjectClass: organization\no: city\ndc: city\n"]
    out.append(f"dn: cn=reader,{BASE}\nobjectClass: person\ncn: reader\nsn: reader\nuserPassword: reader-password\n")
    for i in range(count):
        out.append(
            f"dn: cn=员工{i:04d},{BASE}\nobjectClass: inetOrgPerson\ncn: 员工{i:04d}\nsn: 员工\ntitle: 值班员\n"
            f"ou: 城管局\ntelephoneNumber: 6{i:04d}\n"
        )
    out.append(f"dn: cn=无号码,{BASE}\nobjectClass: inetOrgPerson\ncn: 无号码\nsn: 无\n")
    out.append(f"dn: cn=坏号码,{BASE}\nobjectClass: inetOrgPerson\ncn: 坏号码\nsn: 坏\ntelephoneNumber: ask the desk\n")
    return "\n".join(out)
