"""Briefings of the year that tests share, of a small city, and of one where nothing ever happened."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from cockpit.archive_export import units_of
from cockpit.assist.briefing.compose import Order
from cockpit.assist.briefing.office import Made, areas_of, asker, case_of, make
from cockpit.assist.briefing.template import Template, read_template, template_of
from cockpit.insight.facts import Facts
from cockpit.insight.ground import Ground
from cockpit.insight.signs import Signs
from cockpit.model.city import Pack
from cockpit.model.clock import ManualClock, from_iso
from cockpit.model.messages import texts
from cockpit.model.signs import Sign
from cockpit.packs.read import read_pack
from cockpit.signs.definitions import read_signs
from cockpit.signs.history import History
from cockpit.store.archive import Archive
from tests.archive_kit import NOW, year

DAY = from_iso("2026-06-20T12:00:00+08:00")
"""Of the great storm."""
KINDS = ("day", "week", "month", "shift", "event")


@cache
def facts() -> Facts:
    """Of the year."""
    made = year()
    archive = Archive.open(made.folder / "archive.db", ManualClock())
    loaded, units = archive.load(), units_of(archive)
    archive.close()
    names = {key: name for key, (name, _) in units.items()}
    return Facts(loaded.records, Ground.of(made.pack, areas_of(made.pack) or (), names), loaded.as_of)


@cache
def pack() -> Pack:
    return read_pack("hangzhou")


def brief(
    kind: str,
    lang: str = "zh",
    at: int = DAY,
    area: str = "",
    of: Facts | None = None,
    template: Template | None = None,
) -> Made:
    """A briefing of the year (or of `of`), of the storm's day where nothing else is said."""
    of = of if of is not None else facts()
    template = template or template_of(pack(), kind)
    case = case_of(of, storm_case()) if template.kind == "event" else None
    order, t = Order(template, at, area, case), texts(lang)
    names = {code: t.pack(sign.name) for code, sign in definitions().items()}
    return make(order, pack(), areas_of(pack()), asker(of, NOW, signs()), t, NOW, names)


@cache
def definitions() -> dict[str, Sign]:
    return {sign.code: sign for sign in read_signs(pack().signs, pack().folder).signs}


@cache
def signs() -> Signs:
    """With their year."""
    return Signs(definitions(), {}, History(year().folder / "signs.db", ManualClock()))


@cache
def storm_case() -> str:
    """Printed number of a grave case of the storm that is closed."""
    of = facts()
    rows = ((of.reported[:] >= DAY) & (of.number["level"][:] == 2) & (of.number["closed"][:] > 0)).nonzero()[0]
    return of.text["number"][int(rows[0])]


def nothing() -> Facts:
    """Of a city where nothing ever happened."""
    return Facts.of_rows([], Ground.of(pack(), areas_of(pack()) or ()), NOW, NOW - 400 * 86_400_000_000)


def template(folder: Path, text: str) -> Template:
    """A template that is written so.

    Raises:
        UserError: something in it is wrong.
    """
    path = folder / "own.toml"
    path.write_text(text, encoding="utf-8")
    return read_template(path, pack())
