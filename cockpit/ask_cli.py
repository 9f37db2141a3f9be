"""`cockpit ask "…"`: a question to the archive of this machine, offline; with `--model` to the model of the site."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from cockpit.model.asking import Declined, Told
from cockpit.model.clock import SystemClock, from_iso, to_iso
from cockpit.model.errors import CockpitError, UserError
from cockpit.model.messages import Texts, language, texts
from cockpit.model.verbs import add_verb
from cockpit.paths import profile_dir

if TYPE_CHECKING:
    from collections.abc import Callable

    from cockpit.assist.asking.engine import Engine
    from cockpit.assist.model.vocabulary import Vocabulary
    from cockpit.assist.model.way import ModelWay
    from cockpit.model.insight import Answer, Query

DECLINED = 3
"""Exit code: there is no answer."""
MOST_SHOWN = 20


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser], default_pack: str) -> None:
    """Args:
    default_pack: the city of an archive that does not say which it is of.
    """
    t = texts(language())
    ask = add_verb(commands, t, "ask", t("model.cli"), "ask 昨天哪个区积水最多")
    ask.add_argument("text", metavar="TEXT", nargs="?", default="", help=t("model.cli_text"))
    ask.add_argument("--model", action="store_true", help=t("model.cli_model"))
    ask.add_argument("--yes", action="store_true", help=t("model.cli_yes"))
    ask.add_argument("--log", action="store_true", help=t("model.cli_log"))
    ask.add_argument("--measure", metavar="FILE", type=Path, help=t("model.cli_measure"))
    ask.add_argument("--json", action="store_true", help=t("cli.json"))
    ask.add_argument("--lang", choices=("zh", "en"), default="", help=t("cli.lang"))
    ask.add_argument("--now", metavar="TIME", default="", help=t("model.cli_now"))
    ask.add_argument("--profile", metavar="DIR", help=t("briefing.cli_profile"))
    ask.add_argument("--city", metavar="PACK", default="", help=t("briefing.cli_city"))
    ask.add_argument("--pack", metavar="DIR", default="", help=t("briefing.cli_pack"))
    ask.set_defaults(go=_ask, default_pack=default_pack)


class _Data(msgspec.Struct):
    """What questions are answered over."""

    engine: Engine
    words: Vocabulary
    ask: Callable[[Query], Answer]
    now: int
    first: int


def _ask(args: argparse.Namespace) -> int:
    from cockpit.assist.model.way import ModelWay
    from cockpit.brief_cli import vault_of

    spoken = texts(language())
    home = profile_dir(args.profile) if args.profile else profile_dir()
    way = ModelWay(home, SystemClock(), vault_of(home))
    if args.log:
        return _log(way, spoken, args.json)
    if not (args.text or args.measure):
        raise UserError("model.cli_needs_text")
    with _Opened(args, home) as data:
        if args.measure:
            return _measure(args.measure, way, data, spoken, args)
        found = _answered(args, way, data, spoken)
    if args.json:
        print(msgspec.json.encode(found).decode())
    else:
        _say(found, spoken)
    return 0 if isinstance(found, Told) else DECLINED


class _Opened:
    """The archive and the signs of a profile, open for questions."""

    def __init__(self, args: argparse.Namespace, home: Path) -> None:
        self._args, self._home = args, home

    def __enter__(self) -> _Data:
        from cockpit.archive_export import units_of
        from cockpit.assist.asking.engine import Engine
        from cockpit.assist.model.vocabulary import Vocabulary
        from cockpit.brief_cli import SIGNS, archive_file, connect_of, opened_archive, with_signs
        from cockpit.geo.areas import Areas
        from cockpit.insight.asked import answer
        from cockpit.insight.facts import Facts
        from cockpit.insight.ground import Ground
        from cockpit.packs.read import read_pack
        from cockpit.signs.definitions import read_signs

        args, home = self._args, self._home
        if not args.profile and (home / "hub").is_dir():
            home = home / "hub"
        path, city = archive_file(home, args.city)
        pack = read_pack(args.pack or city or args.default_pack)
        connect = connect_of(home)
        archive = opened_archive(path, connect)
        try:
            loaded, units, horizon = archive.load(), units_of(archive), archive.horizon
        finally:
            archive.close()
        areas = list(Areas.load(pack.folder))
        signs = read_signs(pack.signs, pack.folder)
        ground = Ground.of(pack, areas, {key: name for key, (name, _) in units.items()})
        facts = Facts(loaded.records, ground, loaded.as_of, horizon)
        now = from_iso(args.now) if args.now else loaded.as_of or SystemClock().now()
        known, self._past = with_signs({sign.code: sign for sign in signs.signs}, path.with_name(SIGNS), connect)
        engine = Engine(pack, areas, signs, units, facts.text["place"].words)
        words = Vocabulary(pack, ground, known.of, texts(args.lang or "zh"))
        return _Data(engine, words, lambda query: answer(facts, known, query, now), now, facts.first)

    def __exit__(self, *why: object) -> None:
        if self._past is not None:
            self._past.close()


# -- answers -------------------------------------------------------------------------------------------------------


def _answered(args: argparse.Namespace, way: ModelWay, data: _Data, t: Texts) -> Told | Declined:
    if not args.model:
        return offline(data, args.text, args.lang)
    from cockpit.assist.model.way import Stop

    lang = data.words.t.lang
    try:
        state = way.state()
        if not state.consented:
            body = way.preview(args.text, lang, data.words, data.now)
            print(t("model.cli_ask_consent", model=state.model, host=state.host), file=sys.stderr)
            print(body, file=sys.stderr)
            if not (args.yes or _agrees(t)):
                raise UserError("model.no_consent", host=state.host)
            way.consent(True)
        return way.ask(args.text, lang, data.words, data.ask, data.now, lambda step: None, Stop())
    except CockpitError as error:
        print(t("model.instead", why=error.message), file=sys.stderr)
        return offline(data, args.text, args.lang)


def _agrees(t: Texts) -> bool:
    if not sys.stdin.isatty():
        return False
    print(t("model.cli_agree"), end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() == "yes"


def offline(data: _Data, text: str, lang: str = "") -> Told | Declined:
    """The answer of the grammar."""
    engine = data.engine
    read = engine.read(text, data.now, data.first, None, lambda: engine.storm(data.ask, data.now, data.first), lang)
    if isinstance(read, Declined):
        return read
    try:
        return engine.tell(read, data.ask, data.now, first=data.first)
    except CockpitError as error:
        return engine.declined(read, error)


def _say(found: Told | Declined, t: Texts) -> None:
    if isinstance(found, Declined):
        print(t(found.why))
        for offer in found.offers:
            print(f"  {offer}")
        return
    print(found.words)
    chips = " · ".join(chip.words for chip in found.understood.chips)
    if chips:
        print(t("model.cli_chips", chips=chips))
    for note in found.notes:
        print(note)
    for one in found.standpoints[:MOST_SHOWN]:
        value = "–" if one.value is None else f"{one.value:,.{found.decimals}f}"
        print(f"  {one.name or one.code}  {value}")
    print(t("model.cli_source", as_of=to_iso(found.as_of)[:16] if found.as_of else "–", n=found.figure.n))
    if (mark := found.model) is not None:
        print(t("model.cli_mark", model=mark.model, version=mark.version, host=mark.host, took=round(mark.took),
                log=mark.log))  # fmt: skip
        for called in mark.tools:
            print(t("model.cli_tool", words=f"{called.tool} {called.handle} {called.words}"))


def _log(way: ModelWay, t: Texts, as_json: bool) -> int:
    records = list(way.journal.records())
    if as_json:
        print(msgspec.json.encode(records).decode())
        return 0
    if not records:
        print(t("model.cli_nothing"))
    for one in records:
        judged = t(f"model.judged_{one.judged}") if one.judged else ""
        print(t("model.cli_record", at=to_iso(one.at), use=one.use, model=one.model, host=one.host,
                outcome=t(f"model.outcome_{one.outcome}"), judged=judged).rstrip())  # fmt: skip
        for sent in one.sent:
            print(t("model.cli_sent", url=sent.url, size=len(sent.body.encode())))
            print(f"      {sent.body}")
        for why in one.blocked:
            print(f"    {t(why)}")
    return 0


# -- measuring -----------------------------------------------------------------------------------------------------


class Expected(msgspec.Struct, forbid_unknown_fields=True):
    """One question of a file to measure with.

    Attributes:
        value: the number that is right. ranking: codes of the first parts, in order. declined: no answer is right.
        within: relative difference that is allowed.
    """

    text: str
    value: float | None = None
    ranking: tuple[str, ...] = ()
    declined: bool = False
    within: float = 0.005


class Questions(msgspec.Struct, forbid_unknown_fields=True):
    question: list[Expected]


def is_right(found: Told | None, expected: Expected) -> bool:
    """Whether an answer, None there was none, is what was expected."""
    if expected.declined or found is None:
        return expected.declined and found is None
    if expected.ranking:
        codes = tuple(one.code for one in found.standpoints[: len(expected.ranking)])
        return codes == expected.ranking
    values = [piece.value for piece in found.sentence if piece.value is not None]
    if expected.value is None:
        return found.value is None
    return bool(values) and abs(values[0] - expected.value) <= expected.within * max(1.0, abs(expected.value))


def _measure(path: Path, way: ModelWay, data: _Data, t: Texts, args: argparse.Namespace) -> int:
    from cockpit.assist.model.way import Stop

    try:
        wanted = msgspec.toml.decode(path.read_bytes(), type=Questions).question
    except (OSError, msgspec.MsgspecError, ValueError) as error:
        raise UserError("model.cli_bad_questions", file=str(path), why=str(error)[:200]) from error
    state = way.state()
    if not state.consented:
        if not args.yes and state.on:
            raise UserError("model.no_consent", host=state.host)
        way.consent(True)
    right = failed = 0
    for one in wanted:
        found = None
        try:
            found = way.ask(one.text, data.words.t.lang, data.words, data.ask, data.now, lambda step: None, Stop())
        except CockpitError as error:
            if not one.declined:
                failed += 1
                print(f"{one.text}: {t(error.message)}", file=sys.stderr)
        right += is_right(found, one)
    share = f"{100.0 * right / len(wanted):.1f}" if wanted else "–"
    print(t("model.cli_measured", right=right, all=len(wanted), share=share, failed=failed))
    return 0
