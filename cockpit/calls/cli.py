"""`cockpit calls check` and `cockpit calls book`: whether this desk can call, and whom."""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from cockpit.model.errors import CockpitError
from cockpit.model.messages import Message, Texts, language, texts
from cockpit.model.verbs import add_verb
from cockpit.paths import profile_dir

if TYPE_CHECKING:  # what is read is loaded by the command that reads it: every start of ours comes by here
    from cockpit.calls.settings import CallSettings
    from cockpit.model.calls import Contact, WayKind


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser], pack: str) -> None:
    """
    Args:
        pack: the city whose pack is read where none is named.
    """
    t = texts(language())
    calls = commands.add_parser("calls", help=t("calls.command"), description=t("calls.command"))
    verbs = calls.add_subparsers(dest="calls_command", metavar="COMMAND", required=True)
    check = _verb(verbs, t, "check", "calls check --profile ~/desk-2", pack)
    check.set_defaults(go=_check)
    book = _verb(verbs, t, "book", "calls book zbz", pack)
    book.add_argument("words", nargs="*", metavar="WORD", help=t("calls.command_words"))
    book.add_argument("--most", type=int, default=50, metavar="N", help=t("calls.command_most"))
    book.add_argument("--json", action="store_true", help=t("cli.json"))
    book.set_defaults(go=_book)


def _verb(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser], t: Texts, name: str, example: str, pack: str
) -> argparse.ArgumentParser:
    parser = add_verb(verbs, t, name, t(f"calls.command_{name}"), example)
    parser.add_argument("--profile", metavar="DIR", help=t("cli.profile"))
    parser.add_argument("--pack", metavar="PACK", default=pack, help=t("cli.pack"))
    return parser


def _check(args: argparse.Namespace) -> int:
    from cockpit.calls.books import Books
    from cockpit.calls.config import read_settings, settings_file
    from cockpit.calls.settings import CallSettings
    from cockpit.model.calls import WayKind
    from cockpit.packs.read import read_pack

    t, profile, pack = texts(language()), profile_dir(args.profile), read_pack(args.pack)
    wrong = False
    settings = CallSettings()
    try:
        file = settings_file(profile, pack.folder)
        print(t("calls.file_used", file=str(file)) if file is not None else t("calls.file_none"))
        settings = read_settings(profile, pack.folder)
    except CockpitError as error:
        wrong = True
        print(t(error.message))
    for kind in WayKind:
        line = _line(kind, settings, profile)
        wrong = wrong or (line.id == "calls.line_not" and kind.value in settings.ways.order)
        print(t(line))
    books = Books(profile, pack.folder)
    print(t("calls.people", n=len(books.read(settings.ldap))))
    for problem in books.problems:
        wrong = True
        print(t(problem))
    return 1 if wrong else 0


def _line(kind: WayKind, settings: CallSettings, profile: Path) -> Message:
    """Whether a way can be used, as far as that can be said without calling."""
    from cockpit.calls.finding import BUILT_IN
    from cockpit.model.calls import WayKind

    way = Message(f"calls.kind_{kind.value}")
    why: Message | None = None
    name = ""
    if kind.value not in settings.ways.order or (kind is WayKind.HANDOFF and not settings.handoff.on):
        why = Message("calls.way_off")
    else:
        try:
            module = importlib.import_module(f"cockpit.calls.{BUILT_IN[kind]}")
            missing = getattr(module, "missing", None)
            why = missing() if missing is not None else None
        except ImportError as error:
            why = Message("calls.adapter_broken", {"name": BUILT_IN[kind], "why": str(error)})
    if kind is WayKind.HANDOFF:
        name = settings.handoff.scheme
    if kind is WayKind.SIP and why is None:
        why, name = _account(settings, profile)
    if why is not None:
        return Message("calls.line_not", {"way": way, "why": why})
    return Message("calls.line_ready", {"way": way, "name": name or BUILT_IN[kind]})


def _account(settings: CallSettings, profile: Path) -> tuple[Message | None, str]:
    """What is missing for the account at the PBX, and its name."""
    from cockpit.secrets import secret

    sip = settings.sip
    if sip is None:
        return Message("calls.no_account"), ""
    named = sip.password.removeprefix("secret:")
    if named and not secret(named, profile):
        return Message("calls.no_secret", {"name": named}), ""
    return None, sip.account or f"{sip.user}@{sip.server}"


def _book(args: argparse.Namespace) -> int:
    from cockpit.calls.books import Books
    from cockpit.calls.config import read_settings
    from cockpit.packs.read import read_pack

    t, profile, pack = texts(language()), profile_dir(args.profile), read_pack(args.pack)
    books = Books(profile, pack.folder)
    book = books.read(read_settings(profile, pack.folder).ldap)
    for problem in books.problems:
        print(t(problem), file=sys.stderr)
    words = " ".join(args.words)
    found = book.find(words, max(args.most, 1))
    for contact in found:
        print(json.dumps(_facts(contact), ensure_ascii=False) if args.json else _told(contact, t))
    if not found and words:
        print(t("calls.none_found", words=words), file=sys.stderr)
    return 0 if found or not words else 1


def _facts(contact: Contact) -> dict[str, object]:
    return {
        "id": contact.id,
        "name": contact.name,
        "duty": contact.duty,
        "org": list(contact.org),
        "unit": contact.unit,
        "area": contact.area,
        "ways": [{"kind": way.kind.value, "address": way.address, "label": way.label} for way in contact.ways],
    }


def _told(contact: Contact, t: Texts) -> str:
    ways = "  ".join(f"{way.label or t(f'calls.kind_{way.kind.value}')} {way.address}" for way in contact.ways)
    return "\t".join((contact.name, contact.duty, "/".join(contact.org), ways))
