"""Encrypted profiles for tests: real SQLCipher files, and a keyring of this process that keeps what it is given."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.store import vault
from cockpit.store.cipher import installed

PHRASE = "松鼠过河 42 次"
needs_sqlcipher = pytest.mark.skipif(not installed(), reason="the extra [secure] is not installed: no SQLCipher")


class Ring:
    """A keyring that keeps what it is given; `forgetful` keeps nothing."""

    priority = 5.0

    def __init__(self, forgetful: bool = False) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.forgetful = forgetful

    def set_password(self, service: str, name: str, secret: str) -> None:
        if not self.forgetful:
            self.kept[service, name] = secret

    def get_password(self, service: str, name: str) -> str | None:
        return self.kept.get((service, name))

    def delete_password(self, service: str, name: str) -> None:
        del self.kept[service, name]


@pytest.fixture
def quick_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passphrases are stretched less: what is tested is not how long that takes."""
    monkeypatch.setattr(vault, "_N", 2**10)


@pytest.fixture
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vault, "keyring", lambda: None)
    return


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> Ring:
    made = Ring()
    monkeypatch.setattr(vault, "keyring", lambda: made)
    return made


def holds(folder: Path, words: str) -> list[Path]:
    """Files below a folder whose bytes hold these words, in UTF-8 or UTF-16."""
    wanted = (words.encode(), words.encode("utf-16-le"))
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path for path in files if any(piece in path.read_bytes() for piece in wanted)]
