"""The published versions on disk: a folder each with the site's texts, never changed again; history, diff, going back.

A version is written beside and renamed: half of one is none. The newest that can be read is what the walls show; where
there is none, the shipped files are. What the site changes in `<profile>/wall/` by hand is published at the next start.
"""

from __future__ import annotations

import contextlib
import difflib
import hashlib
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import msgspec

from cockpit.model.errors import CockpitError, OutsideError, UserError
from cockpit.model.messages import Message
from cockpit.model.typed import from_json
from cockpit.model.wall_read import refuse_same_keys
from cockpit.model.wall_shipped import FOLDER
from cockpit.model.wallasks import Publish, Version, VersionTexts
from cockpit.wall.published import Whole, check_name, read_whole, shipped_texts, site_texts

FACTS = "version.json"
MOST_NOTE = 400


class _Facts(msgspec.Struct, frozen=True):
    """What is kept of a version beside its texts: in which version each text was last changed; digest of the site's
    files at that time."""

    version: Version
    since: dict[str, int] = {}
    site: str = ""


class PublishedVersions:
    """The versions of one hall; all of it blocks and belongs on a thread of the service.

    Attributes:
        whole: what is published now. number: of its version; 1 while the site has published nothing.
    """

    def __init__(self, folder: Path, site: Path, shipped: Path = FOLDER) -> None:
        """
        Args:
            folder: where the versions are kept. site: the profile's `wall/`. shipped: folder of `halls/` and `scenes/`.
        """
        self._folder = folder
        self._site = site
        self._shipped_folder = shipped
        self._shipped: dict[str, str] = {}
        self._facts = _Facts(Version(1, 0, "", ""))
        self.whole: Whole

    @property
    def number(self) -> int:
        return self._facts.version.number

    def open(self, now: int) -> list[Message]:
        """Reads the newest version; publishes the site's files where they were changed. What can not be used is said.

        Raises:
            CockpitError: not even the shipped files can be read.
        """
        self._shipped = shipped_texts(self._shipped_folder)
        said: list[Message] = []
        self._recall(said)
        try:
            texts = site_texts(self._site)
            digest = _digest(texts)
            if texts and digest != self._facts.site:
                self._write({**self.whole.own, **texts}, "", "", now, digest, False)
        except CockpitError as error:
            said.append(Message("wall.site_left_out", {"why": error.message}))
        return said

    def _refuse_same_keys(self, whole: Whole) -> None:
        """Raises UserError: a scene has another key than so far, and that is another scene's."""
        before = {id: scene.key for id, scene in self.whole.site.scenes.items()}
        scenes = {f"scenes/{id}.toml": scene for id, scene in whole.site.scenes.items()}
        given = [name for name, scene in scenes.items() if scene.key != before.get(scene.id)]
        refuse_same_keys(whole.texts, scenes, given)

    def _recall(self, said: list[Message]) -> None:
        self.whole = read_whole(self._shipped, {}, {})
        for number in self._numbers():
            try:
                facts, texts = self._read(number)
                self.whole = read_whole(self._shipped, texts, facts.since)
            except CockpitError as error:
                said.append(Message("wall.version_left_out", {"n": number, "why": error.message}))
                continue
            self._facts = facts
            return

    def publish(self, wanted: Publish, by: str, now: int) -> int:
        """Makes a version of new texts, or of an earlier version's; its number.

        Raises:
            UserError: a text says what can not be, or another version was published meanwhile.
            OutsideError: the disk does not take it.
        """
        if wanted.seen and wanted.seen != self.number:
            raise UserError("wall.published_meanwhile", n=self.number, by=self._facts.version.by or "–")
        if wanted.back:
            texts = {} if wanted.back == 1 and 1 not in self._numbers() else self._read(wanted.back)[1]
            note = wanted.note or f"← {wanted.back}"
        else:
            for name, text in wanted.texts.items():
                check_name(name, text)
            texts = {**self.whole.own, **wanted.texts}
            texts = {name: text for name, text in texts.items() if text}
            note = wanted.note
        if texts == self.whole.own:
            raise UserError("wall.nothing_new")
        self._write(texts, by, note[:MOST_NOTE], now, self._facts.site, not wanted.back)
        return self.number

    def versions(self) -> tuple[Version, ...]:
        """The newest first; those that can not be read are left out."""
        found = []
        for number in self._numbers():
            with contextlib.suppress(CockpitError):
                found.append(self._read(number)[0].version)
        return tuple(found) or (self._facts.version,)

    def version(self, number: int, against: int = 0) -> VersionTexts:
        """A version with its difference to another one, or to the one before it.

        Raises:
            UserError: there is none of this number.
        """
        facts, texts = self._of(number)
        before = [one for one in self._numbers() if one < number]
        other = against or (before[0] if before else 1)
        older = self._of(other)[1] if other != number else texts
        return VersionTexts(facts.version, texts, difference(self._seen(older), self._seen(texts)))

    # -- the disk --------------------------------------------------------------------------------------------------

    def _seen(self, own: Mapping[str, str]) -> dict[str, str]:
        """Texts as they hold, of those that any version of the site has: the shipped one where the site has none."""
        return {**self._shipped, **own}

    def _of(self, number: int) -> tuple[_Facts, dict[str, str]]:
        if number == 1 and 1 not in self._numbers():
            return _Facts(Version(1, 0, "", "")), {}
        return self._read(number)

    def _numbers(self) -> list[int]:
        """Of the versions that lie there, the newest first."""
        try:
            names = [path.name for path in self._folder.iterdir()]
        except OSError:
            return []
        return sorted((int(name) for name in names if name.isdecimal() and name.isascii()), reverse=True)

    def _read(self, number: int) -> tuple[_Facts, dict[str, str]]:
        folder = self._folder / f"{number:06d}"
        try:
            facts = from_json((folder / FACTS).read_bytes(), type=_Facts)
            return facts, site_texts(folder)
        except FileNotFoundError as error:
            raise UserError("wall.no_version", n=number) from error
        except (OSError, msgspec.MsgspecError) as error:
            raise OutsideError("wall.version_unreadable", n=number, why=str(error)) from error

    def _write(self, texts: dict[str, str], by: str, note: str, now: int, site: str, own_keys: bool) -> None:
        """Makes the next version, where `own_keys` only if no scene of it gets a key that another has."""
        number = max([self.number, *self._numbers()]) + 1
        changed = tuple(
            sorted(name for name in {*texts, *self.whole.own} if texts.get(name) != self.whole.own.get(name))
        )
        kept = {name: since for name, since in self._facts.since.items() if name in texts}
        facts = _Facts(Version(number, now, by, note, changed), {**kept, **dict.fromkeys(changed, number)}, site)
        whole = read_whole(self._shipped, texts, facts.since)
        if own_keys:
            self._refuse_same_keys(whole)
        beside = self._folder / f".{number:06d}.part"
        try:
            shutil.rmtree(beside, ignore_errors=True)
            (beside / "scenes").mkdir(mode=0o700, parents=True)
            for name, text in texts.items():
                _write_down(beside / name, text.encode())
            _write_down(beside / FACTS, msgspec.json.encode(facts))
            os.replace(beside, self._folder / f"{number:06d}")
        except OSError as error:
            shutil.rmtree(beside, ignore_errors=True)
            raise OutsideError("wall.not_published", why=error.strerror or str(error)) from error
        self._facts, self.whole = facts, whole


def difference(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """What is another in some texts, as unified diff by name; "" nothing."""
    lines: list[str] = []
    for name in sorted({*before, *after}):
        old, new = before.get(name, ""), after.get(name, "")
        if old != new:
            lines += difflib.unified_diff(old.splitlines(), new.splitlines(), name, name, lineterm="")
    return "\n".join(lines)


def _write_down(path: Path, data: bytes) -> None:
    with open(path, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _digest(texts: Mapping[str, str]) -> str:
    return hashlib.sha256(msgspec.json.encode(dict(sorted(texts.items())))).hexdigest() if texts else ""
