"""`cockpit feeds`: tries the feeds of a site, lists what there is, keeps a secret."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import json
import sys
from pathlib import Path
from typing import Any

import msgspec

from cockpit.model.city import FeedSpec, Pack
from cockpit.model.clock import CityClock, SystemClock, to_iso
from cockpit.model.errors import OutsideError, UserError
from cockpit.model.messages import Message, Texts, language, texts
from cockpit.model.verbs import add_verb
from cockpit.paths import profile_dir

MOST_SECONDS = 3_600.0
SKEW_TOLD = 2_000_000
"""us; less is not worth a word."""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser], default_pack: str) -> None:
    """Adds `feeds` with its verbs to the commands."""
    t = texts(language())
    feeds = commands.add_parser("feeds", help=t("feedcheck.about"), description=t("feedcheck.about"))
    verbs = feeds.add_subparsers(dest="feeds_command", metavar="COMMAND", required=True)
    check = _verb(verbs, t, "check", "check feeds.toml --pack hangzhou --seconds 15")
    check.add_argument("what", metavar="FILE|PACK", help=t("feedcheck.what"))
    _common(check, t, default_pack)
    check.add_argument("--city", metavar="URL", default="", help=t("feedcheck.city"))
    check.add_argument("--seconds", metavar="N", type=float, default=10.0, help=t("feedcheck.seconds"))
    check.add_argument("--feed", metavar="ID", action="append", default=[], help=t("feedcheck.feed"))
    check.add_argument("--profile", metavar="DIR", help=t("feedcheck.profile"))
    check.set_defaults(go=_check)
    listing = _verb(verbs, t, "list", "list feeds.toml")
    listing.add_argument("what", metavar="FILE|PACK", nargs="?", default="", help=t("feedcheck.what"))
    _common(listing, t, default_pack)
    listing.set_defaults(go=_list)
    secret = _verb(verbs, t, "secret", "secret mqtt-pass")
    secret.add_argument("name", metavar="NAME", help=t("feedcheck.secret_name"))
    secret.add_argument("--remove", action="store_true", help=t("feedcheck.remove"))
    secret.add_argument("--profile", metavar="DIR", help=t("feedcheck.profile"))
    secret.set_defaults(go=_secret)


def _verb(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser], t: Texts, name: str, example: str
) -> argparse.ArgumentParser:
    return add_verb(verbs, t, name, t(f"feedcheck.{name}"), f"feeds {example}")


def _common(parser: argparse.ArgumentParser, t: Texts, default_pack: str) -> None:
    parser.add_argument("--pack", metavar="PACK", default=default_pack, help=t("feedcheck.pack"))
    parser.add_argument("--json", action="store_true", help=t("feedcheck.json"))


def read_what(what: str, pack: str, wrong: dict[str, Message] | None = None) -> tuple[Pack, tuple[FeedSpec, ...]]:
    """The pack with its feeds, and those that are meant: of a feeds.toml its own, of a pack all.

    Args:
        wrong: gets what is wrong with the options and mapping of each feed, by its id; None: the first is raised.

    Raises:
        UserError: there is no such file or pack, or something else in it is wrong.
    """
    from cockpit.feeds.toml import check_pack, with_feeds
    from cockpit.packs.read import FILE, read_pack

    path = Path(what).expanduser()
    if path.is_file() and path.name != FILE:
        city = read_pack(pack)
        whole = with_feeds(city, path, wrong=wrong)
        before = {id(spec) for spec in city.feeds}
        return whole, tuple(spec for spec in whole.feeds if id(spec) not in before)
    if what.endswith(".toml") and not path.exists():
        raise UserError("sources.no_such_file", detail=what)
    city = read_pack(str(path.absolute().parent) if path.name == FILE else what)
    check_pack(city, wrong)
    return city, city.feeds


# -- check ---------------------------------------------------------------------------------------------------------


def _check(args: argparse.Namespace) -> int:
    from cockpit.feeds.trial import Tried, not_tried, try_feeds
    from cockpit.secrets import secret_at_hub

    t = texts(language())
    if not 0 < args.seconds <= MOST_SECONDS:
        raise UserError("feedcheck.bad_seconds", most=f"{MOST_SECONDS:g}")
    wrong: dict[str, Message] = {}
    pack, specs = read_what(args.what, args.pack, wrong)
    missing = set(args.feed) - {spec.id for spec in specs}
    if missing:
        raise UserError("feedcheck.no_such_feed", id=sorted(missing)[0])
    chosen = tuple(spec for spec in specs if not args.feed or spec.id in args.feed)
    sound = tuple(spec for spec in chosen if spec.id not in wrong)
    profile = profile_dir(args.profile) if args.profile else profile_dir() / "hub"
    clock = CityClock(SystemClock())

    async def go() -> list[Tried]:
        await _set_clock(clock, args.city)
        return await try_feeds(pack, sound, args.city, clock, lambda n: secret_at_hub(n, profile), args.seconds)

    came = {one.feed: one for one in asyncio.run(go())}
    tried = [came.get(spec.id) or not_tried(spec.id, wrong[spec.id]) for spec in chosen]
    if args.json:
        print(json.dumps([_as_json(one, spec, t) for one, spec in zip(tried, chosen, strict=True)], ensure_ascii=False))
    else:
        for one, spec in zip(tried, chosen, strict=True):
            print(
                t("feedcheck.line", mark="✗" if one.problem else "✓", id=spec.id, name=spec.name, said=sentence(one, t))
            )
        print(t("feedcheck.sum", n=len(tried), wrong=sum(1 for one in tried if one.problem)))
    return 2 if any(one.problem for one in tried) else 0


async def _set_clock(clock: CityClock, url: str) -> None:
    """A demo city has a clock of its own; a platform that does not answer is told by its feeds."""
    from cockpit.feeds.city_time import fetch_clock

    if not url:
        return
    try:
        clock.city = await fetch_clock(url, clock.base)
    except OutsideError:
        return


def sentence(tried: Any, t: Texts) -> str:
    """What came of trying a feed, in one sentence."""
    if tried.problem is not None:
        return t(tried.problem)
    things = t("feedcheck.comma").join(
        t("feedcheck.things", n=n, topic=Message(f"feedcheck.topic_{topic}")) for topic, n in tried.things.items()
    )
    parts = [t("feedcheck.got", n=tried.messages, things=things or t("feedcheck.nothing"))]
    if tried.messages > 1:
        parts.append(t("feedcheck.rate", rate=f"{tried.rate:g}"))
    if tried.newest:
        parts.append(t("feedcheck.newest", when=to_iso(tried.newest)))
    if tried.unknown:
        parts.append(t("feedcheck.unknown", n=tried.unknown))
    if tried.refused:
        parts.append(t("feedcheck.refused", n=tried.refused, reason=tried.reason or ""))
    if abs(tried.skew) >= SKEW_TOLD:
        parts.append(t("feedcheck.ahead" if tried.skew > 0 else "feedcheck.behind", s=round(abs(tried.skew) / 1e6)))
    return t("feedcheck.semicolon").join(parts)


def _as_json(tried: Any, spec: FeedSpec, t: Texts) -> dict[str, Any]:
    facts = msgspec.to_builtins(tried)
    told = {"problem": tried.problem.id if tried.problem else "", "sentence": sentence(tried, t)}
    reason = t(tried.reason) if tried.reason else ""
    newest = to_iso(tried.newest) if tried.newest else ""
    return {**facts, "ok": tried.problem is None, **told, "reason": reason, "newest": newest, "source": spec.source}


# -- list ----------------------------------------------------------------------------------------------------------


def _list(args: argparse.Namespace) -> int:
    t = texts(language())
    facts = _listed(args.what, args.pack) if args.what else _there_are()
    if args.json:
        print(json.dumps(facts, ensure_ascii=False))
        return 0
    if args.what:
        for row in facts["feeds"]:
            system = facts["systems"].get(row["system"], {}).get("name") or {"zh": "-"}
            print(
                f"{row['id']}\t{t.pack(row['name'])}\t{t.pack(system)}\t{row['source']}\t{row['format']}\t{row['url']}"
            )
        return 0
    print(t("feedcheck.sources"))
    for name, options in facts["sources"].items():
        print(f"  {name}: {', '.join(options) or '-'}")
    print(t("feedcheck.formats"))
    print("  " + ", ".join(facts["formats"]))
    return 0


def _listed(what: str, pack: str) -> dict[str, Any]:
    city, specs = read_what(what, pack)
    return {
        "feeds": [msgspec.to_builtins(spec) for spec in specs],
        "systems": {id: msgspec.to_builtins(system) for id, system in city.systems.items()},
    }


def _there_are() -> dict[str, Any]:
    from cockpit.feeds.finding import find_source
    from cockpit.packs.feeds import INSTALLED_FORMATS, INSTALLED_SOURCES

    sources = {
        name: [field.name for field in msgspec.structs.fields(find_source(name).takes)] for name in INSTALLED_SOURCES
    }
    return {"sources": sources, "formats": list(INSTALLED_FORMATS)}


# -- secret --------------------------------------------------------------------------------------------------------


def _secret(args: argparse.Namespace) -> int:
    from cockpit.processes import writing_to
    from cockpit.secrets import keep_secret

    t = texts(language())
    profile = profile_dir(args.profile) if args.profile else profile_dir() / "hub"
    text = "" if args.remove else _typed(t("feedcheck.type_secret", name=args.name))
    if not text and not args.remove:
        raise UserError("feedcheck.empty_secret")
    try:
        with writing_to(profile):
            keep_secret(args.name, text, profile)
    except ValueError as error:
        raise UserError("feedcheck.bad_name", name=args.name) from error
    print(t("feedcheck.removed" if args.remove else "feedcheck.kept", name=args.name))
    return 0


def _typed(prompt: str) -> str:
    """One line: typed without being shown, or from what is piped in."""
    return (getpass.getpass(prompt) if sys.stdin.isatty() else sys.stdin.readline()).strip()
