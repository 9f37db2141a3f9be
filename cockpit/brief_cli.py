"""`cockpit brief day|week|month|event|shift`: a briefing from the archive of this machine, offline, to PDF or DOCX."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from cockpit.model.briefings import Finding, Written
from cockpit.model.clock import SystemClock
from cockpit.model.errors import OutsideError, UserError
from cockpit.model.messages import Message, Texts, language, texts
from cockpit.model.typed import from_json
from cockpit.model.verbs import add_verb
from cockpit.paths import profile_dir

if TYPE_CHECKING:
    from cockpit.assist.briefing.asked import Logged
    from cockpit.insight.signs import Signs
    from cockpit.model.signs import Sign
    from cockpit.signs.history import History
    from cockpit.store.archive import Archive
    from cockpit.store.cipher import Connect
    from cockpit.store.vault import Vault

ARCHIVE, SIGNS = "archive.db", "signs.db"
REFUSED = 3
"""Exit code: the briefing did not pass its check."""
MOST_LOG = 4_000_000


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser], default_pack: str) -> None:
    """Args:
    default_pack: the city of an archive that does not say which it is of.
    """
    t = texts(language())
    brief = add_verb(commands, t, "brief", t("briefing.cli"), "brief day --at last --out 日报.docx")
    brief.add_argument("template", metavar="TEMPLATE", help=t("briefing.cli_kind"))
    brief.add_argument("--at", metavar="TIME", default="now", help=t("briefing.cli_at"))
    brief.add_argument("--area", metavar="CODE", default="", help=t("briefing.cli_area"))
    brief.add_argument("--event", metavar="NUMBER", default="", help=t("briefing.cli_event"))
    brief.add_argument("--out", metavar="FILE", type=Path, action="append", help=t("briefing.cli_out"))
    brief.add_argument("--check", action="store_true", help=t("briefing.cli_check"))
    brief.add_argument("--lang", choices=("zh", "en"), default="zh", help=t("cli.lang"))
    brief.add_argument("--profile", metavar="DIR", help=t("briefing.cli_profile"))
    brief.add_argument("--city", metavar="PACK", default="", help=t("briefing.cli_city"))
    brief.add_argument("--now", metavar="TIME", default="", help=t("briefing.cli_now"))
    brief.add_argument("--pack", metavar="DIR", default="", help=t("briefing.cli_pack"))
    brief.add_argument("--json", action="store_true", help=t("cli.json"))
    brief.add_argument("--log", metavar="FILE", type=Path, help=t("briefing.cli_log"))
    brief.set_defaults(go=_brief, default_pack=default_pack)


def archive_file(profile: Path, city: str) -> tuple[Path, str]:
    """Where the archive of a profile lies, and which city's it is ("" it does not say).

    Raises:
        UserError: there is none, or several and none is named.
    """
    found = [(path, path.parent.name) for path in sorted(profile.glob(f"*/{ARCHIVE}"))]
    if not found and (profile / ARCHIVE).is_file():
        found = [(profile / ARCHIVE, city)]
    if city:
        found = [one for one in found if one[1] == city]
    if not found:
        raise UserError("briefing.no_archive", folder=str(profile))
    if len(found) > 1:
        raise UserError("briefing.which_city", cities=", ".join(name for _, name in found))
    return found[0]


def vault_of(profile: Path) -> Vault | None:
    """The key of a profile; None where it has none.

    Raises:
        UserError: it is encrypted and can not be opened.
    """
    from cockpit.store import vault as keys
    from cockpit.store.unlock import Unlock

    if not keys.is_encrypted(profile):
        return None
    vault = Unlock(profile, False, keys.passphrase_from(None)).vault
    if vault is None:
        raise UserError("briefing.locked", variable=keys.ENVIRONMENT)
    return vault


def connect_of(profile: Path) -> Connect | None:
    """How files of a profile are opened: with its key where it has one, None where it has none.

    Raises:
        UserError: it is encrypted and can not be opened.
    """
    vault = vault_of(profile)
    return vault.connect if vault is not None else None


def opened_archive(path: Path, connect: Connect | None) -> Archive:
    """The archive, which the caller closes; the hub or the seat that writes it is waited for."""
    import sqlite3

    from cockpit.store.archive import Archive

    return Archive.open(path, SystemClock(), connect or sqlite3.connect, wait=10)


def with_signs(definitions: dict[str, Sign], path: Path, connect: Connect | None) -> tuple[Signs, History | None]:
    """The signs with their history, which the caller closes; None where there is no file of it."""
    from cockpit.insight.signs import Signs
    from cockpit.signs.history import History

    if not path.is_file():
        return Signs(definitions), None
    clock = SystemClock()
    past = History(path, clock, connect, only_read=True) if connect else History(path, clock, only_read=True)
    return Signs(definitions, {}, past), past


def _brief(args: argparse.Namespace) -> int:
    from cockpit.assist.briefing import office
    from cockpit.assist.briefing.compose import Order
    from cockpit.assist.briefing.periods import said
    from cockpit.assist.briefing.template import template_of
    from cockpit.insight.facts import Facts
    from cockpit.insight.ground import Ground
    from cockpit.packs.read import read_pack
    from cockpit.signs.definitions import read_signs

    t = texts(args.lang)
    wanted: list[Path] = args.out or []
    for path in wanted:
        office.format_of(path)
    profile = profile_dir(args.profile) if args.profile else profile_dir() / "hub"
    path, city = archive_file(profile, args.city)
    pack = read_pack(args.pack or city or args.default_pack)
    template = template_of(pack, args.template)
    connect = connect_of(profile)
    archive = opened_archive(path, connect)
    try:
        loaded, units = archive.load(), units_of(archive)
    finally:
        archive.close()
    areas = office.areas_of(pack)
    facts = Facts(loaded.records, Ground.of(pack, areas or (), units), loaded.as_of)
    now = said(args.now, template.kind, 0) if args.now else loaded.as_of or SystemClock().now()
    case = office.case_of(facts, args.event)
    order = Order(template, said(args.at, template.kind, now, template.turns), args.area, case)
    definitions = {sign.code: sign for sign in read_signs(pack.signs, pack.folder).signs}
    signs, past = with_signs(definitions, path.with_name(SIGNS), connect)
    try:
        names = {code: t.pack(sign.name) for code, sign in definitions.items()}
        made = office.make(order, pack, areas, office.asker(facts, now, signs), t, now, names, read_log(args.log))
    finally:
        if past is not None:
            past.close()
    released = made.released and not args.check
    files = (wanted or [Path(f"{made.document.name}.pdf")]) if released else []
    for out in files:
        office.keep(office.written(made.document, office.format_of(out)), out)
    if args.json:
        told = Written(made.document.name, made.document.title, made.released, made.findings)
        print(msgspec.json.encode(told).decode())
        return 0 if made.released else REFUSED
    spoken = texts(language())
    for line in lines_of(made.findings, spoken):
        print(line, file=sys.stderr)
    if not made.released:
        print(spoken("briefing.not_released"), file=sys.stderr)
        return REFUSED
    if args.check:
        print(spoken("briefing.cli_passes"))
    for out in files:
        print(spoken("briefing.cli_written", file=str(out)))
    return 0


def units_of(archive: Archive) -> dict[str, str]:
    """Names of the units that an archive knows, by key."""
    from cockpit.archive_export import units_of as known

    return {key: name for key, (name, _) in known(archive).items()}


def lines_of(findings: tuple[Finding, ...], t: Texts) -> list[str]:
    """Findings in sentences, what stops it first."""
    return [
        t(Message("briefing.finding_stops" if one.stops else "briefing.finding_warns",
                  {"message": one.message, "where": one.where})).rstrip()
        for one in findings
    ]  # fmt: skip


def read_log(path: Path | None) -> tuple[Logged, ...] | None:
    """What was said and ordered, as the hub wrote it down.

    Raises:
        OutsideError: it can not be read.
    """
    if path is None:
        return None
    from cockpit.assist.briefing.asked import Logged

    try:
        if path.stat().st_size > MOST_LOG:
            raise OutsideError("briefing.bad_log", file=str(path))
        return from_json(path.read_bytes(), type=tuple[Logged, ...])
    except (OSError, msgspec.MsgspecError) as error:
        raise OutsideError("briefing.bad_log", file=str(path)) from error
