"""City packs: a folder with pack.toml, and the files of kinds that it names, to one `Pack`."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from cockpit.model.bases import BaseSpec, check
from cockpit.model.city import (
    Channel,
    Finding,
    Kind,
    Pack,
    SensorKind,
    UnitKind,
)
from cockpit.model.errors import UserError
from cockpit.packs.checked import Checked, hint, named
from cockpit.packs.feeds import INSTALLED_FORMATS, INSTALLED_SOURCES, check_ties, feeds_of, systems_of
from cockpit.packs.forms import read_forms
from cockpit.packs.loop import read_loop
from cockpit.packs.schema import (
    FindingRow,
    GroupRow,
    KindRow,
    KindsFile,
    OperationsFile,
    PackFile,
    SensorRow,
    UnitRow,
    Words,
)
from cockpit.paths import assets_dir

FILE = "pack.toml"


def list_packs() -> list[str]:
    """Names of the packs that ship, sorted."""
    return sorted(path.parent.name for path in (assets_dir() / "cities").glob(f"*/{FILE}"))


def read_pack(
    name_or_dir: str | os.PathLike[str],
    sources: Collection[str] = INSTALLED_SOURCES,
    formats: Collection[str] = INSTALLED_FORMATS,
) -> Pack:
    """A shipped pack by its name, or any by its folder (a path with a slash, or an existing folder).

    Args:
        name_or_dir: name or folder.
        sources, formats: names of transports and formats that feeds may use.

    Raises:
        UserError: there is no such pack, or something in it is wrong: one sentence with file, line and column.
    """
    folder = _folder(name_or_dir)
    file = Checked(folder / FILE)
    pack = file.convert(PackFile)
    _check_place(file, pack)
    feeds, systems = feeds_of(file, pack.feeds, sources, formats), systems_of(file, pack.systems)
    check_ties(file, feeds, systems, {feed.id for feed in feeds})
    kinds, findings = _kinds(named(file, "kinds", pack.kinds))
    operations = named(file, "operations", pack.operations)
    operations.convert(OperationsFile)
    unit_kinds = {
        id: UnitKind(id, row.text(), row.shape, row.speed, row.on_foot)
        for id, row in operations.rows("units", UnitRow).items()
    }
    return Pack(
        id=pack.id,
        code=pack.code,
        name=pack.name.text(),
        bounds=pack.bounds,
        centre=pack.centre,
        zoom=pack.zoom,
        timezone=pack.timezone,
        credit=pack.credit.text(),
        notice=pack.notice.text(),
        tiers=tuple(tier.text() for tier in pack.tiers),
        feeds=feeds,
        systems=systems,
        kinds=kinds,
        unit_kinds=unit_kinds,
        sensor_kinds=_sensors(operations),
        channels={id: Channel(id, row.text()) for id, row in operations.rows("channels", Words).items()},
        findings=findings,
        folder=folder,
        loop=read_loop(named(file, "loop", pack.loop), folder, unit_kinds),
        approval=pack.approval.strip(),
        bases=_bases(file, pack),
        signs=pack.signs,
        forms=read_forms(folder, kinds),
    )


def _folder(name_or_dir: str | os.PathLike[str]) -> Path:
    given = os.fspath(name_or_dir)
    is_name = isinstance(name_or_dir, str) and os.sep not in given
    shipped = assets_dir() / "cities" / given
    if is_name and given not in {"", ".", ".."} and (shipped / FILE).is_file():
        return shipped
    folder = Path(given).expanduser()
    if (folder / FILE).is_file():
        return folder.absolute()
    if is_name and not folder.is_dir():
        raise UserError("packs.no_pack", name=given, hint=hint(given, list_packs()))
    raise UserError("packs.no_pack_here", folder=given, file=FILE)


def _check_place(file: Checked, pack: PackFile) -> None:
    west, south, east, north = pack.bounds
    # written so that NaN is refused too
    if not (-180 <= west < east <= 180 and -85 <= south < north <= 85):
        file.wrong(("bounds",), "packs.bad_bounds", given=list(pack.bounds))
    lon, lat = pack.centre
    if not (west <= lon <= east and south <= lat <= north):
        file.wrong(("centre",), "packs.bad_centre", given=list(pack.centre))
    try:
        ZoneInfo(pack.timezone)
    except (KeyError, OSError, ValueError):
        file.unknown(("timezone",), "packs.unknown_timezone", pack.timezone, available_timezones())


def _bases(file: Checked, pack: PackFile) -> tuple[BaseSpec, ...]:
    found: dict[str, BaseSpec] = {}
    for i in range(len(pack.base)):
        spec = file.convert(BaseSpec, ("base", i))
        try:
            check(spec)
        except UserError as error:
            file.wrong(("base", i), error.message.id, **error.message.params)
        if spec.id in found:
            file.wrong(("base", i, "id"), "tiles.twice", id=spec.id)
        found[spec.id] = spec
    return tuple(found.values())


def _kinds(file: Checked) -> tuple[dict[str, Kind], dict[str, Finding]]:
    whole = file.convert(KindsFile)
    groups = file.rows("groups", GroupRow)
    kinds: dict[str, Kind] = {}
    for code, row in file.rows("kinds", KindRow).items():
        own = max((name for name in groups if code.startswith(name)), key=len, default="")
        if not own:
            file.unknown(("kinds", code), "packs.no_group", code, groups)
        group = groups[own]
        kinds[code] = Kind(
            code=code,
            name=row.text(),
            group_code=own,
            group=group.text(),
            pattern=row.pattern or group.pattern,
            level=row.level or group.level,
            fact=row.fact.text() if row.fact else {},
            unit=row.unit if isinstance(row.unit, str) else row.unit.text(),
            basis=row.basis or group.basis,
            source=row.source or group.source or whole.source,
        )
    findings: dict[str, Finding] = {}
    for id, found in file.rows("findings", FindingRow).items():
        if found.kind not in kinds:
            file.unknown(("findings", id, "kind"), "packs.finding_kind", found.kind, kinds)
        findings[id] = Finding(id, found.text(), found.kind)
    return kinds, findings


def _sensors(file: Checked) -> dict[str, SensorKind]:
    sensors: dict[str, SensorKind] = {}
    for id, row in file.rows("sensors", SensorRow).items():
        if not row.low < row.high:
            file.wrong(("sensors", id, "low"), "packs.low_high", low=row.low, high=row.high)
        sensors[id] = SensorKind(id, row.text(), row.unit, row.decimals, row.low, row.high, row.warn, row.basis)
    return sensors
