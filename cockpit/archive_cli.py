"""`cockpit archive export|import|make`: the archive of a hub as plain SQL, cases from files, an archive to try with."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from cockpit.model.clock import SystemClock, from_iso
from cockpit.model.errors import UserError
from cockpit.model.messages import Message, language, texts
from cockpit.model.verbs import add_verb
from cockpit.paths import profile_dir

SHOWN = 20
"""Wrong rows that are said; all of them are in the file beside."""
MOST_DAYS = 4_000
MOST_PER_DAY = 100_000


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    t = texts(language())
    archive = commands.add_parser("archive", help=t("archive.cli"), description=t("archive.cli"))
    verbs = archive.add_subparsers(dest="archive_command", metavar="COMMAND", required=True)
    export = _verb(verbs, "export", "archive export year.db --city hangzhou")
    export.add_argument("file", metavar="FILE.db", type=Path, help=t("archive.cli_out"))
    _add_where(export)
    export.set_defaults(go=_export)
    import_ = _verb(verbs, "import", "archive import 2025.xlsx --column kind=问题类型 --trial")
    import_.add_argument("file", metavar="FILE", type=Path, help=t("archive.cli_file"))
    import_.add_argument("--column", metavar="COLUMN=HEAD", action="append", default=[], help=t("archive.cli_column"))
    import_.add_argument("--trial", action="store_true", help=t("archive.cli_trial"))
    _add_where(import_)
    import_.set_defaults(go=_import)
    make = _verb(verbs, "make", "archive make /tmp/year --days 400 --per-day 60 --seed 1")
    make.add_argument("folder", metavar="FOLDER", type=Path, help=t("archive.cli_make_folder"))
    make.add_argument("--city", metavar="PACK", default="hangzhou", help=t("archive.cli_pack"))
    make.add_argument("--days", metavar="N", type=int, default=400, help=t("archive.cli_days"))
    make.add_argument("--per-day", metavar="N", type=float, default=60.0, help=t("archive.cli_per_day"))
    make.add_argument("--seed", metavar="N", type=int, default=1, help=t("archive.cli_seed"))
    make.add_argument("--items", metavar="N", type=int, default=0, help=t("archive.cli_items"))
    make.add_argument("--until", metavar="ISO", default="", help=t("archive.cli_until"))
    make.set_defaults(go=_make)


def _verb(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser], name: str, example: str
) -> argparse.ArgumentParser:
    t = texts(language())
    return add_verb(verbs, t, name, t(f"archive.cli_{name}"), example)


def _add_where(parser: argparse.ArgumentParser) -> None:
    t = texts(language())
    parser.add_argument("--profile", metavar="DIR", help=t("archive.cli_profile"))
    parser.add_argument("--city", metavar="PACK", default="", help=t("archive.cli_city"))
    parser.add_argument("--folder", metavar="DIR", type=Path, help=t("archive.cli_folder"))


def _where(args: argparse.Namespace) -> tuple[Path, str]:
    """Folder of an archive, and the pack of its city.

    Raises:
        UserError: there is none, or several and none is named.
    """
    if args.folder is not None:
        if not (args.folder / "archive.db").is_file():
            raise UserError("archive.none_here", folder=str(args.folder))
        return args.folder, args.city or "hangzhou"
    profile = profile_dir(args.profile) if args.profile else profile_dir() / "hub"
    found = sorted(path.parent for path in profile.glob("*/archive.db"))
    if args.city:
        found = [folder for folder in found if folder.name == args.city]
    if not found:
        raise UserError("archive.none_here", folder=str(profile / args.city))
    if len(found) > 1:
        raise UserError("archive.which_city", cities=", ".join(folder.name for folder in found))
    return found[0], found[0].name


def _export(args: argparse.Namespace) -> int:
    from cockpit.archive_export import export
    from cockpit.packs.read import read_pack
    from cockpit.signs.history import History
    from cockpit.store.archive import Archive

    folder, city = _where(args)
    pack, clock = read_pack(city), SystemClock()
    archive = Archive.open(folder / "archive.db", clock)
    history = History(folder / "signs.db", clock, only_read=True) if (folder / "signs.db").is_file() else None
    try:
        count = export(archive, pack, args.file, history)
    finally:
        archive.close()
        if history is not None:
            history.close()
    _say(Message("archive.exported", {"n": count, "file": str(args.file)}))
    return 0


def _import(args: argparse.Namespace) -> int:
    from cockpit.archive_export import units_of
    from cockpit.archive_import import put_wrong, read_file, take
    from cockpit.packs.read import read_pack
    from cockpit.store.archive import Archive

    folder, city = _where(args)
    clock = SystemClock()
    archive = Archive.open(folder / "archive.db", clock)
    try:
        read = read_file(args.file, read_pack(city), units_of(archive), clock.now(), _columns(args.column))
        changed = 0 if args.trial else take(archive, read)
    finally:
        archive.close()
    for wrong in read.wrong[:SHOWN]:
        _say(Message("archive.row_wrong", {"row": wrong.row, "what": wrong.why}), sys.stderr)
    params: dict[str, object] = {"rows": len(read.rows), "changed": changed, "wrong": len(read.wrong)}
    _say(Message("archive.would_import" if args.trial else "archive.imported", params))
    if read.wrong and not args.trial:
        beside = args.file.with_name(f"{args.file.stem}.rejected.csv")
        put_wrong(read, beside, texts(language()))
        _say(Message("archive.rejected", {"n": len(read.wrong), "file": str(beside)}), sys.stderr)
    return 1 if read.wrong else 0


def _columns(given: list[str]) -> dict[str, str]:
    """Raises UserError: one that names no column."""
    found = {}
    for one in given:
        name, sign, head = one.partition("=")
        if not (name.strip() and sign and head.strip()):
            raise UserError("archive.bad_column", given=one[:60])
        found[name.strip()] = head.strip()
    return found


def _make(args: argparse.Namespace) -> int:
    from cockpit.archive_make import make
    from cockpit.packs.read import read_pack

    clock = SystemClock()
    for value, least, most, name in (
        (args.days, 1, MOST_DAYS, "--days"), (args.per_day, 0, MOST_PER_DAY, "--per-day"),
        (args.seed, 0, 2**31, "--seed"), (args.items, 0, 20_000, "--items"),
    ):  # fmt: skip
        if not least <= value <= most:
            raise UserError("archive.bad_number", name=name, least=least, most=most)
    try:
        start = from_iso(args.until) if args.until else clock.now()
    except (ValueError, OverflowError) as error:
        raise UserError("archive.bad_time", given=args.until[:40]) from error
    if (args.folder / "archive.db").exists():
        raise UserError("archive.export_there", file=str(args.folder / "archive.db"))
    archive, history = make(
        args.folder, read_pack(args.city), clock,
        seed=args.seed, start=start, per_day=args.per_day, days=args.days, items=args.items, say=_progress,
    )  # fmt: skip
    count = archive.count()
    archive.close()
    history.close()
    _say(Message("archive.made", {"n": count, "folder": str(args.folder)}))
    return 0


def _progress(done: int, of: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{done}/{of}", end="\n" if done == of else "", file=sys.stderr, flush=True)


def _say(message: Message, file: object = None) -> None:
    print(texts(language())(message), file=file or sys.stdout)  # type: ignore[arg-type]
