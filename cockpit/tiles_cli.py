"""`cockpit tiles`: cut a pack's base map into tiles, look at an archive; and the worker process of a seat."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from cockpit.model.messages import language, texts
from cockpit.model.verbs import add_verb

ZOOMS = "8-14"


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    t = texts(language())
    tiles = add_verb(commands, t, "tiles", t("tiles.cli"), "tiles make hangzhou hangzhou.pmtiles")
    subs = tiles.add_subparsers(dest="tiles", metavar="COMMAND", required=True)
    make = subs.add_parser(
        "make",
        help=t("tiles.cli_make"),
        description=t("tiles.cli_make"),
        epilog=t("cli.example", line="cockpit tiles make hangzhou hangzhou.pmtiles --zooms 8-14"),
    )
    make.add_argument("pack", metavar="PACK", help=t("tiles.cli_pack"))
    make.add_argument("file", metavar="FILE", type=Path, help=t("tiles.cli_file"))
    make.add_argument("--zooms", metavar="A-B", default=ZOOMS, help=t("tiles.cli_zooms"))
    make.set_defaults(go=_make)
    look = subs.add_parser(
        "look",
        help=t("tiles.cli_look"),
        description=t("tiles.cli_look"),
        epilog=t("cli.example", line="cockpit tiles look hangzhou.pmtiles"),
    )
    look.add_argument("file", metavar="FILE", type=Path, help=t("tiles.cli_file"))
    look.set_defaults(go=_look)
    subs.add_parser("worker", description=t("tiles.cli_worker")).set_defaults(go=_worker)


def _make(args: argparse.Namespace) -> int:
    from cockpit.geo.basemap import read_basemap
    from cockpit.geo.tiles.cut import cut
    from cockpit.model.bases import MAX_ZOOM
    from cockpit.model.errors import UserError
    from cockpit.packs.read import read_pack

    first, _, last = args.zooms.partition("-")
    if not (first.isdecimal() and (last or first).isdecimal() and int(first) <= int(last or first) <= MAX_ZOOM):
        raise UserError("tiles.bad_zoom_option", given=args.zooms)
    pack = read_pack(args.pack)
    base = read_basemap(pack.folder)
    shows = sys.stderr.isatty()

    def progress(done: int, total: int) -> None:
        if shows and (done % 20 == 0 or done == total):
            print(f"\r{done} / {total}", end="" if done < total else "\n", file=sys.stderr, flush=True)

    zooms = (int(first), int(last or first))
    count = cut(base, args.file, pack.name["zh"], pack.credit["zh"], zooms, progress)
    t = texts(language())
    print(t("tiles.cli_made", file=str(args.file), count=count, mb=f"{args.file.stat().st_size / 1e6:.1f}"))
    return 0


def _look(args: argparse.Namespace) -> int:
    import msgspec

    from cockpit.geo.tiles.archive import open_archive
    from cockpit.geo.tiles.schema import found_by
    from cockpit.model.errors import UserError

    kind = args.file.suffix.lstrip(".")
    if kind not in ("pmtiles", "mbtiles"):
        raise UserError("tiles.which_archive", file=str(args.file))
    archive = open_archive(args.file, kind)
    facts = msgspec.to_builtins(archive.facts)
    archive.close()
    print(json.dumps({**facts, "schema": found_by(facts["layers"])}, ensure_ascii=False, indent=1))
    return 0


def _worker(args: argparse.Namespace) -> int:
    from cockpit.geo.tiles.worker import main

    return main()
