"""The authority of a hall: it signs the hub's listener for machines, and each machine that joins. Keys 0600.

Machines hold to it and to nobody else, and it holds for machines only: no browser ever trusts it. Neither a name nor a
date of a certificate decides: the hub may move, a machine without a battery wakes up in 1970, and who left is said by
the hub's list of keys.
"""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import ssl
from pathlib import Path
from typing import TYPE_CHECKING

from cockpit.model.errors import UserError
from cockpit.processes import write_private, writing_to

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

FOLDER = "hall"
"""In the hub's profile."""
_FROM = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
_UNTIL = datetime.datetime(2100, 1, 1, tzinfo=datetime.UTC)
MOST_REQUEST = 4_000
"""Bytes of a machine's request."""


class Authority:
    """The authority and the hub's own certificate, in `<hub profile>/hall/`.

    Attributes:
        folder: where they lie.
    """

    def __init__(self, profile: Path) -> None:
        self.folder = profile / FOLDER

    @property
    def ca(self) -> Path:
        return self.folder / "ca.crt"

    @property
    def server(self) -> tuple[Path, Path]:
        """Certificate and key of the hub's listener."""
        return self.folder / "hub.crt", self.folder / "hub.key"

    def ensure(self) -> None:
        """Makes what is missing or damaged. With a new authority every machine has to join again.

        Raises:
            OutsideError: the folder can not be written.
        """
        pair = self._read()
        if pair is None:
            pair = self._make()
        cert, key = self.server
        with contextlib.suppress(OSError, ValueError, ssl.SSLError):
            if _signed_by(_load(cert), pair[0]):
                ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(cert, key)
                return
        own = _new_key()
        self._write("hub.key", _pem_of_key(own))
        self._write("hub.crt", _pem(_signed("cockpit-hub", own, *pair, server=True)))

    def sign(self, request: str, machine: str) -> str:
        """The certificate of a machine that made this request (PEM); what the request calls itself is of no concern.

        Raises:
            UserError: it is no request with a key of a kind that we take.
            OutsideError: there is no authority.
        """
        from cryptography import x509
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.asymmetric import ec

        try:
            asked = x509.load_pem_x509_csr(request[:MOST_REQUEST].encode())
            key = asked.public_key()
            good = asked.is_signature_valid and isinstance(key, ec.EllipticCurvePublicKey)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise UserError("walljoin.no_request") from error
        if not good or not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
            raise UserError("walljoin.no_request")
        pair = self._read() or self._make()
        return _pem(_signed(machine, key, *pair, server=False))

    def check(self, code: str) -> str:
        """What proves to who types it that it speaks to this hub, see `check_of`.

        Raises:
            OSError: there is no certificate.
        """
        return check_of(ssl.PEM_cert_to_DER_cert(self.server[0].read_text("ascii")), code)

    def _read(self) -> tuple[x509.Certificate, EllipticCurvePrivateKey] | None:
        from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        with contextlib.suppress(OSError, ValueError, TypeError):
            ca = _load(self.ca)
            key = load_pem_private_key((self.folder / "ca.key").read_bytes(), None)
            if isinstance(key, EllipticCurvePrivateKey) and key.public_key() == ca.public_key():
                return ca, key
        return None

    def _make(self) -> tuple[x509.Certificate, EllipticCurvePrivateKey]:
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes
        from cryptography.x509.oid import NameOID

        key = _new_key()
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "City Cockpit hall")])
        usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        ca = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(_FROM)
            .not_valid_after(_UNTIL)
            .add_extension(x509.BasicConstraints(True, 0), True)
            .add_extension(usage, True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
            .sign(key, hashes.SHA256())
        )
        self._write("ca.key", _pem_of_key(key))
        self._write("ca.crt", _pem(ca))
        return ca, key

    def _write(self, name: str, text: str) -> None:
        with writing_to(self.folder):
            write_private(self.folder / name, text)


CHECK_LETTERS = 4
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: without I, L, O, U, which are misread."""


def check_of(certificate: bytes, code: str) -> str:
    """Four letters that say whose certificate (DER) goes with a code.

    Who pretends to be the hub has one try in a million: the letters hang on the code, which is not sent before they
    agree, so no other certificate can be looked for that has them.
    """
    digest = hashlib.scrypt(certificate, salt=code.encode(), n=2**14, r=8, p=1, dklen=4)
    number = int.from_bytes(digest)
    return "".join(LETTERS[(number >> (5 * place)) & 31] for place in range(CHECK_LETTERS))


def request_of(machine: str) -> tuple[str, str]:
    """A new private key (PEM), which never leaves the machine, and the request to have it signed."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.x509.oid import NameOID

    key = _new_key()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, machine)])
    made = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256())
    return _pem_of_key(key), made.public_bytes(Encoding.PEM).decode()


def _signed(
    name: str, key: object, ca: x509.Certificate, ca_key: EllipticCurvePrivateKey, server: bool
) -> x509.Certificate:
    """A certificate for the hub or for a machine, which none can use in the place of the other."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    public = key.public_key() if isinstance(key, ec.EllipticCurvePrivateKey) else key
    assert isinstance(public, ec.EllipticCurvePublicKey)
    use = ExtendedKeyUsageOID.SERVER_AUTH if server else ExtendedKeyUsageOID.CLIENT_AUTH
    usage = x509.KeyUsage(True, False, False, False, False, False, False, False, False)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(ca.subject)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(_FROM)
        .not_valid_after(_UNTIL)
        .add_extension(x509.BasicConstraints(False, None), True)
        .add_extension(usage, True)
        .add_extension(x509.ExtendedKeyUsage([use]), True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), False)
        .sign(ca_key, hashes.SHA256())
    )


def _new_key() -> EllipticCurvePrivateKey:
    from cryptography.hazmat.primitives.asymmetric import ec

    return ec.generate_private_key(ec.SECP256R1())


def _load(path: Path) -> x509.Certificate:
    from cryptography import x509

    return x509.load_pem_x509_certificate(path.read_bytes())


def _signed_by(leaf: x509.Certificate, ca: x509.Certificate) -> bool:
    from cryptography.exceptions import InvalidSignature

    try:
        leaf.verify_directly_issued_by(ca)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def _pem(cert: x509.Certificate) -> str:
    from cryptography.hazmat.primitives.serialization import Encoding

    return cert.public_bytes(Encoding.PEM).decode()


def _pem_of_key(key: EllipticCurvePrivateKey) -> str:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
