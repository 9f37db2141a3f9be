"""`cockpit ledger verify` and `cockpit ledger export`: what the ledger of a hub says, with the hub running or not."""

from __future__ import annotations

import argparse
import asyncio
import base64
import contextlib
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import msgspec

from cockpit.model.clock import SystemClock
from cockpit.model.entries import digest, read_decision
from cockpit.model.errors import OutsideError, UserError
from cockpit.model.messages import Texts, language, texts
from cockpit.model.verbs import OWNER_ONLY, add_verb
from cockpit.paths import profile_dir


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    t = texts(language())
    ledger = commands.add_parser("ledger", help=t("cli.ledger"), description=t("cli.ledger"))
    verbs = ledger.add_subparsers(dest="ledger_command", metavar="COMMAND", required=True)
    verify = _verb(verbs, t, "verify", "ledger verify --profile ~/desk-2/hub")
    verify.add_argument("--json", action="store_true", help=t("cli.ledger_json"))
    verify.set_defaults(go=_verify)
    export = _verb(verbs, t, "export", "ledger export --texts --out ledger.jsonl")
    export.add_argument("--texts", action="store_true", help=t("cli.ledger_texts"))
    export.add_argument("--out", metavar="FILE", type=Path, help=t("cli.ledger_out"))
    export.set_defaults(go=_export)


def _verb(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser], t: Texts, name: str, example: str
) -> argparse.ArgumentParser:
    parser = add_verb(verbs, t, name, t(f"cli.ledger_{name}"), example)
    parser.add_argument("--profile", metavar="DIR", help=t("cli.ledger_profile"))
    parser.add_argument("--city", metavar="CITY", default="", help=t("cli.ledger_city"))
    return parser


def _where(args: argparse.Namespace) -> tuple[Path, str]:
    from cockpit.ledger.source import city_of

    profile = profile_dir(args.profile) if args.profile else profile_dir() / "hub"
    return profile, city_of(profile, args.city)


def _verify(args: argparse.Namespace) -> int:
    """0: all is as it must be; 1: something is wrong, a sentence each."""
    from cockpit.ledger.files import COPY, TEXTS
    from cockpit.ledger.source import reading
    from cockpit.ledger.verify import Verdict, rows_of_copy, verify
    from cockpit.store.blobs import Blobs
    from cockpit.store.recordings import RECORDINGS, Sounds
    from cockpit.store.texts import Texts as Words

    os.umask(OWNER_ONLY)
    profile, city = _where(args)
    t = texts(language())
    live = False

    async def go() -> Verdict:
        nonlocal live
        folder = profile / city
        with contextlib.ExitStack() as opened:
            words = None
            if (folder / TEXTS).is_file():
                words = Words.open_to_read(folder / TEXTS)
                opened.callback(words.close)
            copy = rows_of_copy(folder / COPY) if (folder / COPY).is_file() else None
            if copy is not None:
                opened.callback(copy.close)
            async with reading(profile, city, SystemClock()) as source:
                live = source.live
                return await verify(source, copy, words, Blobs(profile / "blobs"), Sounds(folder / RECORDINGS))

    try:
        verdict = asyncio.run(go())
    except OutsideError as error:
        verdict = Verdict(count=1, problems=[error.message])
    if args.json:
        found = {name: getattr(verdict, name) for name in verdict.__struct_fields__ if name != "problems"}
        print(json.dumps({**found, "live": live, "problems": list(map(t, verdict.problems))}, ensure_ascii=False))
        return 1 if verdict.count else 0
    for problem in verdict.problems:
        print(t(problem))
    if verdict.count > len(verdict.problems):
        print(t("ledger.v_more", n=verdict.count - len(verdict.problems)))
    counts = {name: getattr(verdict, name) for name in ("decisions", "texts", "erased", "photos", "behind")}
    where = t("ledger.v_live" if live else "ledger.v_still")
    print(t("ledger.v_broken" if verdict.count else "ledger.v_whole", where=where, **counts))
    return 1 if verdict.count else 0


def _export(args: argparse.Namespace) -> int:
    """A line of JSON a decision: `seq`, `sha256` and `data` (its bytes, base64), and `texts` where asked for."""
    from cockpit.ledger.files import TEXTS
    from cockpit.ledger.source import reading
    from cockpit.store.texts import Texts as Words

    os.umask(OWNER_ONLY)
    profile, city = _where(args)

    async def go(out: IO[str]) -> None:
        with contextlib.ExitStack() as opened:
            words = None
            if args.texts:
                words = Words.open_to_read(profile / city / TEXTS)
                opened.callback(words.close)
            async with reading(profile, city, SystemClock()) as source:
                last = (await source.stream.ends()).last
                async for piece in source.stream.read(0, last):
                    for seq, data in piece:
                        out.write(_line(seq, data, words) + "\n")

    with _output(args.out) as out:
        asyncio.run(go(out))
    return 0


def _line(seq: int, data: bytes, words: object) -> str:
    from cockpit.store.texts import Texts as Words

    line: dict[str, object] = {"seq": seq, "sha256": digest(data), "data": base64.b64encode(data).decode()}
    if isinstance(words, Words):
        with contextlib.suppress(msgspec.MsgspecError):  # no decision: its bytes say what it is
            refs = read_decision(data).texts
            found = words.read([ref.id for ref in refs.values()])
            line["texts"] = {name: found.get(ref.id) for name, ref in refs.items()}
    return json.dumps(line, ensure_ascii=False)


@contextlib.contextmanager
def _output(path: Path | None) -> Iterator[IO[str]]:
    """The file, whole or as it was before; standard output where none is named.

    Raises:
        UserError: it is a folder.
        OutsideError: it can not be written.
    """
    if path is None:
        yield sys.stdout
        return
    try:
        if path.is_dir():
            raise UserError("ledger.out_is_folder", file=str(path))
        if path.exists() and not path.is_file():
            with open(path, "w", encoding="utf-8") as file:  # a device or a pipe is never replaced by a file
                yield file
            return
        with _beside(Path(os.path.realpath(path))) as file:
            yield file
    except OSError as error:
        raise OutsideError("ledger.out_unwritable", file=str(path), why=error.strerror or str(error)) from error


@contextlib.contextmanager
def _beside(path: Path) -> Iterator[IO[str]]:
    """A temporary file that takes the place of `path` when everything has been written."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name[:40]}.", suffix=".part", dir=path.parent)
    try:
        with open(descriptor, "w", encoding="utf-8") as file:
            yield file
        os.replace(name, path)
    finally:
        with contextlib.suppress(OSError):
            os.unlink(name)
