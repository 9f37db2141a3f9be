"""What a seat's machine does about a rehearsal: the command of a window that takes part, and the report's files."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import msgspec

from cockpit.bus.users import User
from cockpit.model.errors import OutsideError
from cockpit.model.messages import Texts
from cockpit.model.rehearsal import Entry, Report
from cockpit.model.rehearsal_sheet import as_csv, sheet, tables
from cockpit.processes import cockpit_command, write_private
from cockpit.secrets import VARIABLES

FOLDER = "rehearsing"
"""Of a seat's profile: a profile of its own for each rehearsal, so that nothing of it mixes with what is live."""
REPORTS = "reports"
"""In it: the reports, which stay."""


def desk_command(entry: Entry, profile: Path, pack: str = "") -> list[str]:
    """The command line of a duty seat in a rehearsal; its key is kept where only this user reads it. What this seat
    kept of earlier ones, keys and copies, goes: only one runs at a time.

    Raises:
        OutsideError: the key can not be kept.
    """
    folder = profile / FOLDER / entry.id
    for old in (profile / FOLDER).glob("*"):
        if old.is_dir() and old.name not in (entry.id, REPORTS):
            shutil.rmtree(old, ignore_errors=True)
    key = folder / "drill.key"
    user = User(entry.user, entry.password, entry.role)
    try:
        write_private(key, msgspec.json.encode(user).decode())
    except OSError as error:
        raise OutsideError("rehearsal.unwritable", file=str(key), why=error.strerror or str(error)) from error
    options = ("--hub", entry.url, "--key", str(key), "--profile", str(folder), "--pack", pack or entry.city)
    return cockpit_command("run", "--rehearsal", *options)


def desk_environment(mine: Mapping[str, str]) -> dict[str, str]:
    """What that window is handed of this one's environment: no secret, it has nothing to do with real services."""
    return {name: text for name, text in mine.items() if not name.startswith(VARIABLES)}


def write_report(report: Report, folder: Path, t: Texts) -> list[Path]:
    """Writes the sheet (HTML) and a CSV a table; the files, the sheet first.

    Raises:
        OutsideError: one can not be written.
    """
    files = [folder / f"{report.id}.html"]
    contents = [sheet(report, t)]
    for name, (_, heads, rows) in tables(report, t).items():
        files.append(folder / f"{report.id}-{name}.csv")
        contents.append("\ufeff" + as_csv(heads, rows))
    for file, text in zip(files, contents, strict=True):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text.encode())
        except OSError as error:
            raise OutsideError("rehearsal.unwritable", file=str(file), why=error.strerror or str(error)) from error
    return files
