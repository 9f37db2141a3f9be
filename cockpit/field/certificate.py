"""The certificate of the phone page: the site's own, or one of an authority of ours that may speak for this desk only.

Our authority lies in `<profile>/field/` (keys 0600). By its name constraints it can vouch for the desk's names and
addresses and nothing else, so that a phone that trusts it risks nothing beyond the desk.
"""

from __future__ import annotations

import contextlib
import datetime
import ipaddress
import os
import ssl
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from cockpit.field.config import PageConfig
from cockpit.field.names import own_addresses, own_names
from cockpit.model.clock import DAY, SECOND, Clock
from cockpit.model.errors import OutsideError
from cockpit.processes import write_private, writing_to
from cockpit.secrets import secret_at_hub

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

CA_DAYS = 3650
LEAF_DAYS = 397
"""As long as phones believe a certificate."""
RENEW_DAYS = 30
_CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


class Certificate:
    """What the page shows to phones.

    Attributes:
        names: names and addresses that it is for; () of the site's own: as it says.
        ca: certificate of our authority, PEM; None: it is the site's.
    """

    def __init__(self, config: PageConfig, profile: Path, clock: Clock) -> None:
        """
        Args:
            clock: the machine's.
        """
        self.names: tuple[str, ...] = ()
        self.ca: bytes | None = None
        self._config = config
        self._profile = profile
        self._folder = profile / "field"
        self._clock = clock
        self._loaded: tuple[object, ...] = ()
        self._context = _context()

    def renewed(self) -> ssl.SSLContext:
        """What lies on disk now, another context where it changed: one in use is never touched, since a handshake could
        meet half of a pair. Our own certificate is made anew before it ends. Slow, not for a loop.

        Raises:
            OutsideError: a file can not be read or written, or the two do not fit together.
        """
        if self._config.cert:
            self._load_site()
        else:
            self._load_own()
        return self._context

    # -- the site's --------------------------------------------------------------------------------------------------

    def _load_site(self) -> None:
        cert, key = self._config.cert, self._config.key
        if not key.startswith("secret:"):
            self._load(cert, key, cert)
            return
        name = key.removeprefix("secret:")
        text = secret_at_hub(name, self._profile)
        if not text:
            raise OutsideError("field.no_secret", name=name)
        with _on_disk(self._folder, text) as path:
            self._load(cert, path, cert, text)

    def _load(self, cert: str, key: str, said: str, *more: object) -> None:
        """Takes a pair in where it changed."""
        try:
            stamp = (os.stat(cert).st_mtime_ns, cert, *(more or (os.stat(key).st_mtime_ns, key)))
            if stamp != self._loaded:
                context = _context()
                context.load_cert_chain(cert, key)
                self._context = context
                self._loaded = stamp
        except ssl.SSLError as error:
            raise OutsideError("field.bad_certificate", file=said, why=error.reason or str(error)) from error
        except OSError as error:
            where = str(error.filename or said)
            raise OutsideError("field.unreadable_certificate", file=where, why=error.strerror or str(error)) from error

    # -- our own -----------------------------------------------------------------------------------------------------

    def _load_own(self) -> None:
        wanted = self._wanted()
        authority = self._authority(wanted)
        leaf = self._folder / "page.crt"
        if not self._is_good(leaf, wanted, authority[0]):
            self._make_leaf(wanted, *authority)
        self.names = tuple(wanted)
        self.ca = (self._folder / "ca.crt").read_bytes()
        try:
            self._load(str(leaf), str(self._folder / "page.key"), str(leaf))
        except OutsideError:  # killed between the two files, or the key was damaged
            self._make_leaf(wanted, *authority)
            self._load(str(leaf), str(self._folder / "page.key"), str(leaf))

    def _wanted(self) -> list[str]:
        """Names and addresses of the desk; of loopback only where nobody else can come."""
        local = ["localhost", "127.0.0.1"]
        config = self._config
        if config.name:
            return list(dict.fromkeys([config.name, *([] if config.everywhere else [config.address]), *local]))
        if not config.outside:
            return list(dict.fromkeys([config.address, *local]))
        addresses = own_addresses() if config.everywhere else [config.address]
        return list(dict.fromkeys([*addresses, *own_names(), *local]))

    def _authority(self, wanted: list[str]) -> tuple[x509.Certificate, EllipticCurvePrivateKey]:
        """Our authority; a new one where there is none, it ends, or may not speak for what is wanted now."""
        from cryptography import x509
        from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        with contextlib.suppress(OSError, ValueError, TypeError, x509.ExtensionNotFound):
            ca = x509.load_pem_x509_certificate((self._folder / "ca.crt").read_bytes())
            key = load_pem_private_key((self._folder / "ca.key").read_bytes(), None)
            same = isinstance(key, EllipticCurvePrivateKey) and key.public_key() == ca.public_key()
            permitted = ca.extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees or []
            fits = {_constraint(name) for name in wanted} <= set(permitted)
            if same and fits and self._days_left(ca) > LEAF_DAYS:
                assert isinstance(key, EllipticCurvePrivateKey)
                return ca, key
        return self._make_authority(wanted)

    def _make_authority(self, wanted: list[str]) -> tuple[x509.Certificate, EllipticCurvePrivateKey]:
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

        key = ec.generate_private_key(ec.SECP256R1())
        began = self._now() - datetime.timedelta(days=1)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"City Cockpit {wanted[0]} {began:%Y-%m-%d}"[:64])])
        usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        ca = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(began)
            .not_valid_after(began + datetime.timedelta(days=CA_DAYS))
            .add_extension(x509.BasicConstraints(True, 0), True)
            .add_extension(usage, True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)
            .add_extension(x509.NameConstraints([_constraint(name) for name in wanted], None), True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
            .sign(key, hashes.SHA256())
        )
        self._write("ca.key", _pem(key))
        self._write("ca.crt", _pem(ca))
        return ca, key

    def _make_leaf(self, wanted: list[str], ca: x509.Certificate, ca_key: EllipticCurvePrivateKey) -> None:
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

        key = ec.generate_private_key(ec.SECP256R1())
        began = self._now() - datetime.timedelta(days=1)
        usage = x509.KeyUsage(True, False, False, False, False, False, False, False, False)
        leaf = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, wanted[0][:64])]))
            .issuer_name(ca.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(began)
            .not_valid_after(began + datetime.timedelta(days=LEAF_DAYS))
            .add_extension(x509.BasicConstraints(False, None), True)
            .add_extension(usage, True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)
            .add_extension(x509.SubjectAlternativeName([_general(name) for name in wanted]), False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
            .sign(ca_key, hashes.SHA256())
        )
        self._write("page.key", _pem(key))
        self._write("page.crt", _pem(leaf) + _pem(ca))

    def _is_good(self, path: Path, wanted: list[str], ca: x509.Certificate) -> bool:
        from cryptography import x509

        with contextlib.suppress(OSError, ValueError, x509.ExtensionNotFound):
            leaf = x509.load_pem_x509_certificates(path.read_bytes())[0]
            names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
            signed = leaf.issuer == ca.subject and _signed_by(leaf, ca)
            return signed and list(names) == [_general(name) for name in wanted] and self._days_left(leaf) > RENEW_DAYS
        return False

    def _days_left(self, cert: x509.Certificate) -> float:
        if cert.not_valid_before_utc > self._now():
            return 0.0
        return (cert.not_valid_after_utc - self._now()).total_seconds() * SECOND / DAY

    def _now(self) -> datetime.datetime:
        return _EPOCH + datetime.timedelta(seconds=self._clock.now() // SECOND)

    def _write(self, name: str, text: str) -> None:
        with writing_to(self._folder):
            write_private(self._folder / name, text)


def _context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(_CIPHERS)
    context.set_alpn_protocols(["http/1.1"])
    context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION
    return context


def _general(name: str) -> x509.GeneralName:
    from cryptography import x509

    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _constraint(name: str) -> x509.GeneralName:
    from cryptography import x509

    try:
        return x509.IPAddress(ipaddress.ip_network(name))
    except ValueError:
        return x509.DNSName(name)


def _signed_by(leaf: x509.Certificate, ca: x509.Certificate) -> bool:
    from cryptography.exceptions import InvalidSignature

    try:
        leaf.verify_directly_issued_by(ca)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def _pem(thing: x509.Certificate | EllipticCurvePrivateKey) -> str:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    if isinstance(thing, x509.Certificate):
        return thing.public_bytes(Encoding.PEM).decode()
    return thing.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@contextlib.contextmanager
def _on_disk(folder: Path, text: str) -> Iterator[str]:
    """A file that only its owner reads, for as long as OpenSSL needs it: it takes keys from files only."""
    with writing_to(folder), tempfile.NamedTemporaryFile("w", dir=folder, prefix="key-") as file:
        file.write(text)
        file.flush()
        yield file.name
