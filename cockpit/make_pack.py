"""`cockpit pack make`: a city pack of one's own city from a map in OpenStreetMap's formats, for `--city`."""

from __future__ import annotations

import argparse
import json
import math
import re
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from cockpit.model.city import DATUMS
from cockpit.model.errors import UserError
from cockpit.model.messages import Texts, language, texts
from cockpit.model.pinyin import pinyin
from cockpit.paths import assets_dir

if TYPE_CHECKING:
    from cockpit.geo.make.source import Box, Source

FILE = "pack.toml"
LAYERS = ("roads.npz", "places.npz", "areas.npz", "basemap.npz")
OSM_CREDIT = {"zh": "© OpenStreetMap 贡献者", "en": "© OpenStreetMap contributors"}
OWN_AREAS = {"zh": "示范分区，非行政界线", "en": "Demonstration areas, not administrative boundaries"}
DRAWN_AREAS = {"zh": "分区界线来自导入的数据", "en": "Boundaries of areas as in the imported data"}
_FEEDS_OF = "hangzhou"
"""The shipped pack whose feeds a new one begins with: the city that comes with the cockpit, until others are named."""
_EARTH, _VIEW = 40_075_016.7, 1_100
"""Metres around the earth at the equator; pixels in which the whole pack is seen at first."""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds `pack` with `make` to the commands."""
    t = texts(language())
    raw = argparse.RawDescriptionHelpFormatter
    pack = commands.add_parser("pack", help=t("make.about"), description=t("make.about"), formatter_class=raw)
    verbs = pack.add_subparsers(dest="pack_command", metavar="COMMAND", required=True)
    line = "cockpit pack make nanjing.osm.pbf --name 南京 --code 320100 --box 118.70,32.00,118.85,32.12 --out nanjing"
    make = verbs.add_parser(
        "make",
        help=t("make.make"),
        description=t("make.make"),
        epilog=t("cli.example", line=line),
        formatter_class=raw,
    )
    make.add_argument("sources", metavar="FILE", type=Path, nargs="+", help=t("make.sources"))
    make.add_argument("--name", metavar="NAME", default="", help=t("make.name"))
    make.add_argument("--name-en", metavar="NAME", default="", help=t("make.name_en"))
    make.add_argument("--code", metavar="N", default="", help=t("make.code"))
    make.add_argument("--box", metavar="W,S,E,N", default="", help=t("make.box"))
    make.add_argument("--datum", choices=DATUMS, default="wgs84", help=t("make.datum"))
    make.add_argument("--areas", metavar="FILE", type=Path, help=t("make.areas_file"))
    make.add_argument("--credit", metavar="TEXT", default="", help=t("make.credit"))
    make.add_argument("--approval", metavar="TEXT", default="", help=t("make.approval"))
    make.add_argument("--out", metavar="DIR", type=Path, required=True, help=t("make.out"))
    make.add_argument("--update", action="store_true", help=t("make.update"))
    make.set_defaults(go=_make)


def _make(args: argparse.Namespace) -> int:
    try:
        return _made(args)
    except OSError as error:  # a full disk, a folder of somebody else
        why = error.strerror or str(error)
        raise UserError("make.no_file_work", file=str(error.filename or args.out), why=why) from error


def _made(args: argparse.Namespace) -> int:
    from cockpit.packs.read import read_pack

    t = texts(language())
    out: Path = args.out.expanduser()
    there = (out / FILE).exists()
    if args.update:
        if not there:
            raise UserError("packs.no_pack_here", folder=str(out), file=FILE)
        kept = read_pack(out.absolute())
        name, code = kept.name["zh"], kept.code
        box: Box | None = kept.bounds
    else:
        if there or (out.is_dir() and any(out.iterdir())):
            raise UserError("make.there", folder=str(out))
        name, code, box = args.name.strip(), args.code, _box(args.box) if args.box else None
        if not name:
            raise UserError("make.no_name")
        if not re.fullmatch(r"\d{6}", code):
            raise UserError("make.bad_code", code=code)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".pack-", dir=out.parent) as part:
        fresh = Path(part)
        source, bounds = _layers(args, fresh, name, code, box, t)
        if args.update:
            shutil.copy(out / FILE, fresh / FILE)
        else:
            (fresh / FILE).write_text(_settings(args, _id(out), bounds, bool(source.boundaries)), encoding="utf-8")
        read_pack(fresh)  # what does not open is not handed out
        out.mkdir(exist_ok=True)
        for file in (*LAYERS, FILE):
            (fresh / file).replace(out / file)
    print(t("make.done", folder=str(out)))
    return 0


def _layers(
    args: argparse.Namespace, folder: Path, name: str, code: str, box: Box | None, t: Texts
) -> tuple[Source, Box]:
    """Makes the layers and says what came of it."""
    from cockpit.geo.make import whole  # with shapely and SciPy, 0.5 s
    from cockpit.geo.make.geojson import GeoJson

    def tell(message: str) -> None:
        print(t(message), file=sys.stderr, flush=True)

    tell("make.doing_read")
    source, bounds = whole.read(args.sources, box, args.datum)
    if args.areas is not None:
        if not args.areas.is_file():
            raise UserError("make.no_file", file=str(args.areas))
        source.boundaries = GeoJson(args.areas, source, args.datum).boundaries()
    made = whole.make(source, bounds, source.boundaries, code, name, folder, tell)
    print(t("make.covers", box=", ".join(f"{side:.4f}" for side in bounds)))
    print("  ".join(t(key, n=n) for key, n in made.counts.items()))
    for why, n in sorted(source.left_out.items()):
        print(t(why, n=n))
    return source, bounds


def _box(text: str) -> Box:
    """west,south,east,north.

    Raises:
        UserError: these are not four numbers.
    """
    try:
        west, south, east, north = (float(side) for side in re.split(r"[,，\s]+", text.strip()))
    except ValueError as error:
        raise UserError("make.bad_box", box=text) from error
    return west, south, east, north


def _id(folder: Path) -> str:
    """A pack's id by its folder: 南京 is nanjing."""
    name = folder.absolute().name
    spelled = name if name.isascii() else "".join(pinyin(name))
    return re.sub(r"[^A-Za-z0-9_\-]+", "-", spelled).strip("-") or "city"


def _words(zh: str, en: str = "") -> str:
    said = json.dumps(zh, ensure_ascii=False)
    return f"{{ zh = {said}, en = {json.dumps(en, ensure_ascii=False)} }}" if en else f"{{ zh = {said} }}"


def _settings(args: argparse.Namespace, ident: str, bounds: Box, drawn: bool) -> str:
    """The text of pack.toml: what was given, and the feeds of the city that comes with the cockpit."""
    west, south, east, north = bounds
    metres = (east - west) / 360 * _EARTH * math.cos(math.radians((south + north) / 2))
    zoom = min(max(math.log2(_EARTH * math.cos(math.radians(south)) * _VIEW / 256 / metres), 8.0), 17.0)
    credit = {"zh": args.credit} if args.credit else OSM_CREDIT
    notice = DRAWN_AREAS if drawn else OWN_AREAS
    lines = [
        f"# {args.name}: made by `cockpit pack make`; its feeds are those of the city that comes with the cockpit,",
        "# until your own are named here.",
        f"id = {json.dumps(ident)}",
        f"code = {json.dumps(args.code)}",
        f"name = {_words(args.name.strip(), args.name_en)}",
        f"bounds = [{west}, {south}, {east}, {north}]",
        f"centre = [{(west + east) / 2:.5f}, {(south + north) / 2:.5f}]",
        f"zoom = {zoom:.1f}",
        'timezone = "Asia/Shanghai"',
        f"credit = {_words(**credit)}",
        f"notice = {_words(**notice)}",
    ]
    if args.approval:
        lines.append(f"approval = {json.dumps(args.approval, ensure_ascii=False)}")
    shipped = (assets_dir() / "cities" / _FEEDS_OF / FILE).read_text(encoding="utf-8")
    head, _, feeds = shipped.partition("[[feeds]]")
    common = head[head.index("kinds =") :]
    return "\n".join(lines) + f"\n{common}[[feeds]]{feeds}"
