"""`cockpit wall check`, `publish` and `versions`: the files of a hall."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import msgspec

from cockpit.model.clock import local
from cockpit.model.errors import UserError
from cockpit.model.messages import language, texts
from cockpit.model.wall_check import check_file
from cockpit.model.wallasks import HALL, Nothing, Publish, Published, Versions, VersionTexts, VersionWanted
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
    """Has the hub publish files; those of scenes are called as their file is."""
    from cockpit.model.wall_toml import file_text

    given = {_name_of(path, file_text(path)): file_text(path) for path in args.file}
    given |= dict.fromkeys(args.remove, "")
    if bool(given) == bool(args.back):
        raise UserError("wall.what_to_publish")
    for name, text in given.items():
        check_name(name, text)
    done = ask(hub_of(args), "wall.publish", Publish(given, note=args.note, back=args.back), Published)
    print(texts(language())("wall.published_n", n=done.version))
    return 0


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
