"""`cockpit tape state|export|import|verify|keep`: the tape of a hub, with the hub running or not."""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from pathlib import Path

from cockpit import __version__
from cockpit.model.clock import DAY, MINUTE, SystemClock, from_iso, local, midnight, to_iso
from cockpit.model.errors import OutsideError, UserError
from cockpit.model.messages import Texts, language, texts
from cockpit.model.verbs import OWNER_ONLY, add_verb
from cockpit.paths import profile_dir

TAPE, IMPORTED = "tape", "tapes"
_OF_DAY = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?")


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    t = texts(language())
    tape = commands.add_parser("tape", help=t("tape.cli"), description=t("tape.cli"))
    verbs = tape.add_subparsers(dest="tape_command", metavar="COMMAND", required=True)
    state = _verb(verbs, t, "state", "tape state --profile ~/desk-2/hub")
    state.add_argument("--json", action="store_true", help=t("tape.cli_json"))
    state.set_defaults(go=_state)
    export = _verb(verbs, t, "export", "tape export --from 14:30 --to 15:00 --out storm.tape")
    export.add_argument("--from", metavar="TIME", required=True, dest="start", help=t("tape.cli_from"))
    export.add_argument("--to", metavar="TIME", default="", dest="end", help=t("tape.cli_to"))
    export.add_argument("--feed", metavar="FEED", action="append", help=t("tape.cli_feed"))
    export.add_argument("--out", metavar="FILE", type=Path, required=True, help=t("tape.cli_out"))
    export.add_argument("--tape", metavar="NAME", default="", help=t("tape.cli_tape"))
    export.set_defaults(go=_export)
    import_ = _verb(verbs, t, "import", "tape import storm.tape --name 暴雨")
    import_.add_argument("file", metavar="FILE", type=Path, help=t("tape.cli_file"))
    import_.add_argument("--name", metavar="NAME", default="", help=t("tape.cli_name"))
    import_.set_defaults(go=_import)
    verify = _verb(verbs, t, "verify", "tape verify")
    verify.add_argument("--tape", metavar="NAME", default="", help=t("tape.cli_tape"))
    verify.add_argument("--json", action="store_true", help=t("tape.cli_json"))
    verify.set_defaults(go=_verify)
    keep = _verb(verbs, t, "keep", "tape keep --sensor-hours 48 --days 30 --most-gb 500")
    keep.add_argument("--sensor-hours", metavar="HOURS", type=float, help=t("tape.cli_sensor_hours"))
    keep.add_argument("--days", metavar="DAYS", type=float, help=t("tape.cli_days"))
    keep.add_argument("--most-gb", metavar="GB", type=float, help=t("tape.cli_most"))
    keep.set_defaults(go=_keep)


def _verb(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser], t: Texts, name: str, example: str
) -> argparse.ArgumentParser:
    parser = add_verb(verbs, t, name, t(f"tape.cli_{name}"), example)
    parser.add_argument("--profile", metavar="DIR", help=t("tape.cli_profile"))
    parser.add_argument("--city", metavar="CITY", default="", help=t("tape.cli_city"))
    return parser


def _folder(args: argparse.Namespace) -> Path:
    """What a hub keeps of a city.

    Raises:
        UserError: there is none, or several and none is named.
    """
    profile = _profile(args)
    found = sorted(path.parent for path in profile.glob(f"*/{TAPE}") if path.is_dir())
    if args.city:
        found = [folder for folder in found if folder.name == args.city]
    if not found:
        raise UserError("tape.none_here", folder=str(profile / args.city))
    if len(found) > 1:
        raise UserError("tape.which_city", cities=", ".join(folder.name for folder in found))
    return found[0]


def _profile(args: argparse.Namespace) -> Path:
    return profile_dir(args.profile) if args.profile else profile_dir() / "hub"


def _named(folder: Path, name: str) -> Path:
    """Folder of a tape.

    Raises:
        UserError: there is none of that name.
    """
    if not name:
        return folder / TAPE
    path = folder / IMPORTED / name
    if "/" in name or name.startswith(".") or not path.is_dir():
        raise UserError("tape.no_such_tape", name=name)
    return path


def instant(text: str, now: int) -> int:
    """What a person means by a time, UTC us: `14:30` (the last one), `2026-07-14 14:30`, ISO 8601; in Shanghai where
    nothing else is said.

    Raises:
        UserError: it is none.
    """
    of_day = _OF_DAY.fullmatch(text.strip())
    if of_day is not None:
        hour, minute, second = (int(part or 0) for part in of_day.groups())
        at = midnight(now) + (hour * 60 + minute) * MINUTE + second * MINUTE // 60
        return at if at <= now else at - DAY
    for tried in (text.strip(), f"{text.strip()}+08:00", f"{text.strip()}T00:00+08:00"):
        try:
            return from_iso(tried)
        except (ValueError, OverflowError):
            continue
    raise UserError("tape.no_time", text=text[:40])


def _state(args: argparse.Namespace) -> int:
    from cockpit.tape.keep import ENDLESS
    from cockpit.tape.settings import read_keep
    from cockpit.tape.state import TapeStatus

    folder, t = _folder(args), texts(language())
    keep, wrong = read_keep(_profile(args))
    try:
        state = TapeStatus(folder / TAPE, keep).look(SystemClock().now(), wrong)
    except OSError as error:
        raise OutsideError("tape.unreadable", folder=str(folder), why=error.strerror or str(error)) from error
    endless = state.days_left == ENDLESS
    if args.json:
        kinds = {kind: {"bytes": size, "days": days} for kind, (size, days) in state.kinds.items()}
        told = {"city": folder.name, "start": state.start, "end": state.end, "bytes": state.size, "free": state.free}
        more = {"a_day": round(state.a_day), "days_left": None if endless else round(state.days_left, 1)}
        gaps = [list(gap) for gap in state.gaps]
        print(json.dumps({**told, **more, "kinds": kinds, "gaps": gaps}, ensure_ascii=False))
        return 0
    if wrong is not None:
        print(t(wrong))
    if not state.end:
        print(t("tape.empty"))
        return 0
    print(t("tape.s_reach", city=folder.name, start=_when(state.start), end=_when(state.end)))
    print(t("tape.s_size", size=_size(state.size), day=_size(round(state.a_day)), free=_size(state.free)))
    print(t("tape.s_endless") if endless else t("tape.s_left", days=f"{state.days_left:.1f}"))
    for kind, (size, days) in state.kinds.items():
        print(t("tape.s_kind", kind=kind, size=_size(size), days=f"{days:g}"))
    for start, end in state.gaps:
        print(t("tape.s_gap", start=_when(start), end=_when(end)))
    return 0


def _export(args: argparse.Namespace) -> int:
    from cockpit.tape.bundle import export
    from cockpit.tape.reader import TapeReader

    os.umask(OWNER_ONLY)
    folder, t, clock = _folder(args), texts(language()), SystemClock()
    now = clock.now()
    start, end = instant(args.start, now), instant(args.end, now) if args.end else now
    if end <= start:
        raise UserError("tape.ends_before")
    reader = TapeReader(_named(folder, args.tape))
    manifest = export(reader, start, end, args.out, clock, __version__, args.feed)
    for path, why in reader.damaged.items():
        print(t("tape.v_damaged", file=path.name, why=why), file=sys.stderr)
    size = _size(args.out.stat().st_size)
    print(t("tape.exported", records=manifest.records, size=size, file=str(args.out)))
    return 1 if reader.damaged else 0


def _import(args: argparse.Namespace) -> int:
    from cockpit.tape.bundle import take

    os.umask(OWNER_ONLY)
    folder, t = _folder(args), texts(language())
    name = args.name or args.file.name.partition(".")[0]
    manifest = take(args.file, folder / IMPORTED, name)
    if manifest.city != folder.name:
        print(t("tape.other_city", city=manifest.city))
    print(t("tape.imported", records=manifest.records, name=name, start=_when(manifest.start), end=_when(manifest.end)))
    return 0


def _verify(args: argparse.Namespace) -> int:
    """0: all is as it was written; 1: something is not, a sentence each."""
    from cockpit.tape.verify import verify

    folder, t = _folder(args), texts(language())
    verdict = verify(_named(folder, args.tape))
    counts = {name: getattr(verdict, name) for name in ("segments", "records", "bytes", "open", "count")}
    if args.json:
        print(json.dumps({**counts, "problems": list(map(t, verdict.problems))}, ensure_ascii=False))
        return 1 if verdict.count else 0
    for problem in verdict.problems:
        print(t(problem))
    line = "tape.v_broken" if verdict.count else "tape.v_whole"
    print(t(line, **{**counts, "bytes": _size(verdict.bytes)}))
    return 1 if verdict.count else 0


def _keep(args: argparse.Namespace) -> int:
    """Says how long what is kept, and sets it where told to; a hub that runs goes by it from its next start on."""
    from cockpit.processes import writing_to
    from cockpit.tape.settings import keep_of, read_keep, write_keep

    os.umask(OWNER_ONLY)
    profile, t = _profile(args), texts(language())
    keep, wrong = read_keep(profile)
    given = (args.sensor_hours, args.days, args.most_gb)
    if any(value is not None for value in given):
        told = (keep.sensor * 24, keep.rest, keep.most / 1e9)
        keep = keep_of(*(new if new is not None else old for new, old in zip(given, told, strict=True)))
        with writing_to(profile):
            write_keep(profile, keep)
    elif wrong is not None:
        print(t(wrong))
    most = _size(keep.most) if keep.most else "-"
    print(t("tape.keeps", hours=f"{keep.sensor * 24:g}", days=f"{keep.rest:g}", most=most))
    return 0


def _when(us: int) -> str:
    return to_iso(us).replace("T", " ")[:19] if local(us).year > 1970 else "-"


def _size(n: float) -> str:
    for unit in ("B", "kB", "MB", "GB"):
        if n < 1000:
            return f"{n:.0f} {unit}" if unit == "B" else f"{n:.1f} {unit}"
        n /= 1000
    return f"{n:.1f} TB"
