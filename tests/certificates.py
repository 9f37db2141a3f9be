"""Certificates for the tests of TLS: an authority of their own, a server `localhost`, a client."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Certificates:
    """Files in PEM."""

    ca: Path
    server: Path
    server_key: Path
    client: Path
    client_key: Path


def certificates(folder: Path) -> Certificates:
    """Makes them with openssl, for a day."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed, which packaging/system-deps.sh --tests does")
    folder.mkdir(parents=True)

    def run(*args: str) -> None:
        subprocess.run(["openssl", *args], cwd=folder, check=True, capture_output=True)

    ec = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    ca_use = ("-addext", "keyUsage=critical,keyCertSign,cRLSign")
    run(
        "req", "-x509", *ec, "-days", "1", "-subj", "/CN=test authority", *ca_use, "-keyout", "ca.key", "-out", "ca.pem"
    )
    for name in ("server", "client"):
        (folder / f"{name}.ext").write_text(
            "subjectAltName=DNS:localhost,IP:127.0.0.1\nauthorityKeyIdentifier=keyid\nsubjectKeyIdentifier=hash\n"
        )
        run("req", *ec, "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
        run(
            "x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "1",
            "-extfile", f"{name}.ext", "-out", f"{name}.pem",
        )  # fmt: skip
    at = folder.absolute()
    return Certificates(at / "ca.pem", at / "server.pem", at / "server.key", at / "client.pem", at / "client.key")
