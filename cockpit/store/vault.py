"""The key of an encrypted profile: 256 random bits, which lie on the disk only wrapped by the keyring or a passphrase.

`<profile>/vault.json` (0600) holds the wrapped copies; with it gone, or with the keyring's entry of a profile that has
no passphrase, nothing of the files can be read again by anybody.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import unicodedata
from pathlib import Path
from typing import Any

import msgspec

from cockpit.model.errors import OutsideError, UserError
from cockpit.model.typed import from_json
from cockpit.processes import write_private, writing_to
from cockpit.store.cipher import KEY_BYTES, Connect, installed, keyed
from cockpit.store.shred import shred

FILE = "vault.json"
SERVICE = "city-cockpit"
"""What the keyring knows our keys by; beside it the vault's id."""
LEAST = 8
"""Letters of a passphrase."""
MOST_FILE = 4096
ENVIRONMENT = "COCKPIT_PASSPHRASE_FILE"
SEALED = b"\x00cockpit sealed 1\n"
"""With which a small file begins that is sealed."""
_NONCE = 12
_N, _R, _P = 2**16, 8, 2
"""Of scrypt, as is recommended for what a person types: about 64 MB and a third of a second for each guess."""
_MOST_N = 2**20


class Wrap(msgspec.Struct, frozen=True, omit_defaults=True):
    """The key, wrapped by AES-256-GCM.

    Attributes:
        how: `passphrase` or `keyring`. sealed: nonce and wrapped key. salt, n, r, p: of scrypt, of a passphrase.
    """

    how: str
    sealed: bytes
    salt: bytes = b""
    n: int = 0
    r: int = 0
    p: int = 0


class Kept(msgspec.Struct, frozen=True):
    """What lies in the file.

    Attributes:
        version: of this form. id: random, of this key. wraps: each opens it.
    """

    version: int
    id: str
    wraps: tuple[Wrap, ...]

    def wrap(self, how: str) -> Wrap | None:
        return next((wrap for wrap in self.wraps if wrap.how == how), None)


class Vault:
    """The key of a profile, open.

    Attributes:
        profile: whose. connect: as `sqlite3.connect`, to files with this key.
    """

    def __init__(self, profile: Path, ident: str, key: bytes) -> None:
        self.profile = profile
        self.id = ident
        self._key = key
        self.connect: Connect = keyed(key)

    def __repr__(self) -> str:
        return f"Vault({self.id})"

    @property
    def key(self) -> bytes:
        return self._key

    def seal(self, data: bytes, name: str) -> bytes:
        """A small file that is no SQLite file; `name` says which, so that none can be put in the place of another."""
        nonce = secrets.token_bytes(_NONCE)
        sealed: bytes = _aes(_of(self._key)).encrypt(nonce, data, name.encode())
        return SEALED + nonce + sealed

    def unseal(self, data: bytes, name: str) -> bytes | None:
        """None: it was not sealed by this key under this name, or changed since."""
        if not data.startswith(SEALED):
            return None
        return _opened(_of(self._key), data[len(SEALED) :], name.encode())


def is_sealed(path: Path) -> bool:
    """Whether a small file says that it is sealed.

    Raises:
        OSError: it can not be read.
    """
    with open(path, "rb") as file:
        return file.read(len(SEALED)) == SEALED


def is_encrypted(profile: Path) -> bool:
    """Whether a profile has a key."""
    return (profile / FILE).exists()


def read(profile: Path) -> Kept | None:
    """What is kept of the key; None: the profile has none.

    Raises:
        OutsideError: it can not be read, or what is there is none.
    """
    path = profile / FILE
    try:
        kept = from_json(path.read_bytes(), type=Kept)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise OutsideError("secure.unreadable", file=str(path), why=error.strerror or "") from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise OutsideError("secure.damaged", file=str(path)) from error
    if kept.version != 1 or any(not 2 <= wrap.n <= _MOST_N for wrap in kept.wraps if wrap.how == "passphrase"):
        raise OutsideError("secure.damaged", file=str(path))
    return kept


def create(profile: Path, passphrase: str | None) -> Vault:
    """A key for a profile that has none.

    Args:
        passphrase: None: the keyring of the system keeps it.

    Raises:
        UserError: `[secure]` is not installed, the passphrase is too short, the profile has a key.
        OutsideError: the keyring or the disk does not take it.
    """
    needs_installed()
    if is_encrypted(profile):
        raise UserError("secure.has_key", folder=str(profile))
    vault = Vault(profile, secrets.token_hex(8), secrets.token_bytes(KEY_BYTES))
    rewrap(vault, passphrase)
    return vault


def rewrap(vault: Vault, passphrase: str | None, beside: bool = False) -> None:
    """Has a passphrase (None: the keyring) open the key from now on, in the place of what opened it before.

    Args:
        beside: what opens it now goes on to.

    Raises:
        UserError: the passphrase is too short. OutsideError: the keyring or the disk does not take it.
    """
    before = read(vault.profile)
    wraps: tuple[Wrap, ...] = (_by_passphrase(vault, passphrase) if passphrase is not None else _by_keyring(vault),)
    if beside and before is not None:
        wraps = tuple(wrap for wrap in before.wraps if wrap.how != wraps[0].how) + wraps
    with writing_to(vault.profile):
        vault.profile.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(vault.profile / FILE, msgspec.json.encode(Kept(1, vault.id, wraps)).decode())
        _sync(vault.profile / FILE)
    if not any(wrap.how == "keyring" for wrap in wraps):
        _forget(vault.id)


def by_passphrase(profile: Path, passphrase: str) -> Vault:
    """Opens it.

    Raises:
        UserError: this is not the passphrase, or the key has none. OutsideError: it can not be read.
    """
    kept = _kept(profile)
    wrap = kept.wrap("passphrase")
    if wrap is None:
        raise UserError("secure.no_passphrase", folder=str(profile))
    key = _opened(_stretched(passphrase, wrap), wrap.sealed, kept.id.encode())
    if key is None:
        raise UserError("secure.wrong_passphrase")
    return Vault(profile, kept.id, key)


def by_keyring(profile: Path) -> Vault | None:
    """Opens it by the keyring of the system; None where that does not have it, or there is none.

    Raises:
        OutsideError: what is kept of the key can not be read.
    """
    kept = _kept(profile)
    wrap = kept.wrap("keyring")
    if wrap is None:
        return None
    ring = keyring()
    if ring is None:
        return None
    try:
        found = ring.get_password(SERVICE, kept.id)
        key = _opened(bytes.fromhex(found), wrap.sealed, kept.id.encode()) if found else None
    except Exception:  # each keyring has errors of its own: it does not give the key, whatever they say
        return None
    return Vault(profile, kept.id, key) if key is not None else None


def destroy(profile: Path) -> None:
    """Ends the key: nothing that it encrypted can be read from now on.

    Raises:
        OutsideError: the disk refused.
    """
    with contextlib.suppress(OutsideError):
        kept = read(profile)
        if kept is not None:
            _forget(kept.id)
    with writing_to(profile):
        for name in (FILE, FILE + ".new"):
            shred(profile / name)


def needs_installed() -> None:
    """Raises UserError: `[secure]` is not there."""
    if not installed():
        raise UserError("secure.not_installed")


def passphrase_from(file: Path | None) -> str | None:
    """The first line of the file that is named, or that `COCKPIT_PASSPHRASE_FILE` names; None: neither does.

    Raises:
        UserError: it can not be read, or others can read it.
    """
    named = file or (Path(os.environ[ENVIRONMENT]) if os.environ.get(ENVIRONMENT) else None)
    if named is None:
        return None
    try:
        with open(named, "rb") as opened:
            if os.fstat(opened.fileno()).st_mode & 0o077:
                raise UserError("secure.file_open_to_others", file=str(named))
            text = opened.read(MOST_FILE).decode("utf-8").split("\n", 1)[0].removesuffix("\r")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise UserError("secure.file_unreadable", file=str(named), why=why) from error
    return text


def keyring() -> Any | None:
    """The keyring of this session; None where there is none that keeps a secret from other users and from the disk."""
    try:
        import keyring as ours
        from keyring.backends.chainer import ChainerBackend

        ring = ours.get_keyring()
        for one in ring.backends if isinstance(ring, ChainerBackend) else [ring]:
            if one.priority >= 1:  # those that write a file of their own are below
                return one
    except Exception:  # not installed, no session, no D-Bus: each says so in its own way
        return None
    return None


def _kept(profile: Path) -> Kept:
    needs_installed()
    kept = read(profile)
    if kept is None:
        raise UserError("secure.no_key", folder=str(profile))
    return kept


def _by_passphrase(vault: Vault, passphrase: str) -> Wrap:
    if len(passphrase.strip()) < LEAST:
        raise UserError("secure.short_passphrase", n=LEAST)
    fresh = Wrap("passphrase", b"", secrets.token_bytes(16), _N, _R, _P)
    return msgspec.structs.replace(fresh, sealed=_wrapped(_stretched(passphrase, fresh), vault))


def _by_keyring(vault: Vault) -> Wrap:
    ring = keyring()
    if ring is None:
        raise OutsideError("secure.no_keyring")
    secret = secrets.token_bytes(KEY_BYTES)
    try:
        ring.set_password(SERVICE, vault.id, secret.hex())
        kept = ring.get_password(SERVICE, vault.id)
    except Exception as error:  # as above
        raise OutsideError("secure.no_keyring") from error
    if kept != secret.hex():  # one that throws away what it is given
        raise OutsideError("secure.no_keyring")
    return Wrap("keyring", _wrapped(secret, vault))


def _forget(ident: str) -> None:
    ring = keyring()
    if ring is not None:
        with contextlib.suppress(Exception):  # it has none
            ring.delete_password(SERVICE, ident)


def _wrapped(by: bytes, vault: Vault) -> bytes:
    nonce = secrets.token_bytes(_NONCE)
    sealed: bytes = _aes(by).encrypt(nonce, vault.key, vault.id.encode())
    return nonce + sealed


def _opened(by: bytes, sealed: bytes, about: bytes) -> bytes | None:
    from cryptography.exceptions import InvalidTag

    try:
        found: bytes = _aes(by).decrypt(sealed[:_NONCE], sealed[_NONCE:], about)
    except (InvalidTag, ValueError):
        return None
    return found


def _stretched(passphrase: str, wrap: Wrap) -> bytes:
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    text = unicodedata.normalize("NFKC", passphrase)  # the same letters however a keyboard composes them
    return Scrypt(wrap.salt, KEY_BYTES, wrap.n, wrap.r, wrap.p).derive(text.encode("utf-8", "surrogatepass"))


def _of(key: bytes) -> bytes:
    """The key for small files: another than that of SQLite files."""
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), KEY_BYTES, None, b"city-cockpit files").derive(key)


def _aes(key: bytes) -> Any:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(key)


def _sync(path: Path) -> None:
    from cockpit.store.disk import sync

    sync(path)
    sync(path.parent)
