"""`cockpit wall check`, `publish` and `versions`: the files of a hall."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from cockpit.model.clock import local
from cockpit.model.errors import UserError
from cockpit.model.messages import Message, language, texts
from cockpit.model.wall_check import check_file
from cockpit.model.wallasks import HALL, Nothing, Publish, Published, Version, Versions, VersionTexts, VersionWanted
from cockpit.model.wallstate import WallState
from cockpit.wall.asking import ask, hub_of
from cockpit.wall.published import check_name


def check(args: argparse.Namespace) -> int:
    """0: the files are sound; 1: something is wrong, a sentence each. Asks no hub."""
    t = texts(language())
    wrong = 0
    for path in args.file:
        found = check_file(path)
        wrong += bool(found.wrong)
        for message in (*found.wrong, *found.small):
            print(t(message))
        if not found.wrong:
            print(t("wall.file_sound", file=str(path)))
    return 1 if wrong else 0


def publish(args: argparse.Namespace) -> int:
    """Has the hub publish files; those of scenes are called as their file is. What was published since the version that
    they were made from is gone over only where that is said.

    Raises:
        UserError: a file, or what is asked, can not be; or it would go over what somebody published.
    """
    from cockpit.model.wall_toml import file_text

    given = {_name_of(path, file_text(path)): file_text(path) for path in args.file}
    given |= dict.fromkeys(args.remove, "")
    if bool(given) == bool(args.back):
        raise UserError("wall.what_to_publish")
    for name, text in given.items():
        check_name(name, text)
    where = hub_of(args)
    seen = 0
    if not args.over:
        seen = ask(where, "wall.state", Nothing(), WallState).published
        listed = ask(where, "wall.versions", Nothing(), Versions).versions
        _refuse_unseen(listed, tuple(given), args.back, args.base)
    done = ask(where, "wall.publish", Publish(given, seen, args.note, args.back), Published)
    print(texts(language())("wall.published_n", n=done.version))
    return 0


def _refuse_unseen(listed: Sequence[Version], names: Sequence[str], back: int, base: int | None) -> None:
    """
    Args:
        listed: the newest first. names: of the files that are published or taken away; back: or a version, whose texts
            come in the place of all. base: version that it is made from, None not said: then of each file the shipped
            one; and who goes back to a version has seen the one after it.

    Raises:
        UserError: something of it was published since, or there is no such version.
    """
    if base is not None and base not in {1, *(one.number for one in listed)}:
        raise UserError("wall.no_version", n=base)
    known = base if base is not None else back + 1 if back else 1
    unseen: dict[int, list[str]] = {}
    for name in names:
        last = next((one.number for one in listed if name in one.changed), 1)
        if last > known:
            unseen.setdefault(last, []).append(name)
    if back and listed[0].number > known:
        unseen[listed[0].number] = list(listed[0].changed)
    if unseen:
        t = texts(language())
        found = [one for one in listed if one.number in unseen]
        which = t("wall.and").join(t(_who(one, unseen[one.number])) for one in found)
        raise UserError("wall.back_unseen" if back else "wall.publish_unseen", which=which, n=found[0].number)


def _who(one: Version, names: Sequence[str]) -> Message:
    """Who published some files, when, as which version."""
    params = {"n": one.number, "at": local(one.at).strftime("%Y-%m-%d %H:%M"), "files": " ".join(names)}
    return Message("wall.unseen_by", {**params, "by": one.by}) if one.by else Message("wall.unseen_of_hub", params)


def _name_of(path: Path, text: str) -> str:
    from cockpit.model.wall_toml import TomlFile

    return HALL if "walls" in TomlFile(text, str(path)).data else f"scenes/{path.stem}.toml"


def versions(args: argparse.Namespace) -> int:
    t = texts(language())
    if args.diff:
        found = ask(hub_of(args), "wall.version", VersionWanted(args.diff), VersionTexts)
        print(found.diff or t("wall.no_difference"))
        return 0
    listed = ask(hub_of(args), "wall.versions", Nothing(), Versions).versions
    if args.json:
        sys.stdout.write(msgspec.json.encode(listed).decode() + "\n")
        return 0
    for one in listed:
        at = local(one.at).strftime("%Y-%m-%d %H:%M") if one.at else "–"
        changed = " ".join(one.changed) or t("wall.as_shipped")
        print(t("wall.version_line", n=one.number, at=at, by=one.by or "–", changed=changed, note=one.note))
    return 0
