"""The books of a desk, read where it blocks nothing: the pack's, the site's CSV, its directory, with its last copy."""

from __future__ import annotations

import contextlib
from pathlib import Path

import msgspec

from cockpit.calls import book_csv, book_toml
from cockpit.calls.book import Book, Row, contacts_of
from cockpit.calls.settings import LdapSettings
from cockpit.model.calls import Contact
from cockpit.model.errors import CockpitError
from cockpit.model.messages import Message
from cockpit.model.typed import from_json
from cockpit.processes import write_private

COPY = "ldap.copy"
"""What the directory said last, in the profile: it is read while the directory is away."""


class Books:
    """Reads the books. Blocking: for a worker thread, one at a time.

    Attributes:
        problems: what was wrong when they were last read.
    """

    def __init__(self, profile: Path, pack: Path, keep: bool = True) -> None:
        """
        Args:
            keep: whether a copy of the directory may lie in the profile, readable; in an encrypted one it may not.
        """
        self._profile = profile
        self._keep = keep
        self._pack = pack
        self.problems: list[Message] = []

    def stamps(self) -> tuple[tuple[int, int], ...]:
        """Time and size of each file, (0, 0) where there is none: others when one was changed."""
        files = (self._profile / book_csv.NAME, self._profile / book_toml.NAME, self._pack / book_toml.NAME)
        return tuple(map(_stamp, files))

    def read(self, ldap: LdapSettings | None, *, ask: bool = True) -> Book:
        """All of them as one; what can not be read is in `problems`, the rest is there.

        Args:
            ask: whether the directory is asked; else its copy is taken.
        """
        self.problems = []
        contacts: list[Contact] = []
        contacts += contacts_of(self._csv(), "csv")
        contacts += contacts_of(self._toml(self._profile), "own")
        contacts += contacts_of(self._toml(self._pack), "pack")
        if ldap is not None:
            contacts += contacts_of(self._ldap(ldap, ask), "ldap")
        return Book(contacts)

    def _toml(self, folder: Path) -> list[Row]:
        path = folder / book_toml.NAME
        if not path.is_file():
            return []
        try:
            return book_toml.read_people(path)
        except CockpitError as error:
            self.problems.append(error.message)
            return []

    def _csv(self) -> list[Row]:
        path = self._profile / book_csv.NAME
        if not path.is_file():
            return []
        try:
            rows, problems = book_csv.read_people(path)
        except CockpitError as error:
            self.problems.append(error.message)
            return []
        self.problems += problems[:1]
        if len(problems) > 1:
            self.problems.append(Message("calls.csv_more", {"file": path.name, "n": len(problems) - 1}))
        return rows

    def _ldap(self, settings: LdapSettings, ask: bool) -> list[Row]:
        copy = self._profile / COPY
        if ask:
            from cockpit.calls.book_ldap import read_people

            try:
                rows = read_people(settings, self._profile)
                if self._keep:
                    with contextlib.suppress(OSError):  # a full disk: it is asked again at the next start
                        write_private(copy, msgspec.json.encode(rows).decode())
                return rows
            except CockpitError as error:
                self.problems.append(error.message)
        try:
            return from_json(copy.read_bytes(), type=list[Row])
        except (OSError, msgspec.MsgspecError):
            return []


def _stamp(file: Path) -> tuple[int, int]:
    try:
        facts = file.stat()
    except OSError:
        return 0, 0
    return facts.st_mtime_ns, facts.st_size
