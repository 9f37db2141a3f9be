"""The question box: reads a text, answers it, and says why where it can not."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date

import msgspec

from cockpit.assist.asking.answers import Ask, Computed, computed, is_short
from cockpit.assist.asking.chips import Chips
from cockpit.assist.asking.compose import CannotBeLeftOut, composed
from cockpit.assist.asking.exclude import leave_out
from cockpit.assist.asking.found import Found, gathered
from cockpit.assist.asking.lattice import Lattice
from cockpit.assist.asking.lexicon import Lexicon
from cockpit.assist.asking.periods import of_one_year, one_to_another
from cockpit.assist.asking.refuse import refused
from cockpit.assist.asking.say import Speaker
from cockpit.assist.asking.setting import CannotBeTold, Setting
from cockpit.assist.asking.suggest import follows, offers, starts
from cockpit.assist.asking.times import Times
from cockpit.assist.asking.tokens import is_chinese
from cockpit.geo.areas import Area
from cockpit.model.asking import Chip, Choice, Declined, Told, Understood
from cockpit.model.city import Pack, Text
from cockpit.model.errors import CockpitError
from cockpit.model.insight import AskSplit, Split
from cockpit.model.messages import Message, texts
from cockpit.model.scope import Scope, Span
from cockpit.model.scopewords import moment_words
from cockpit.model.signs import SignSet
from cockpit.model.spans import day_of

Storm = Callable[[], date | None]
STORM_KIND = "E0506"
"""道路积水: the day with the most of them is that of the rainstorm."""


INJURED = "E0591"
"""交通事故: the class whose number is of people who were hurt."""
_RAIN = ("雨", "下雨", "大雨")
_HURT = re.compile("伤|injur|hurt")


class Engine:
    """Knows the words of one city; made once, and again when its units or roads changed."""

    def __init__(
        self, pack: Pack, areas: Iterable[Area], signs: SignSet, units: Mapping[str, tuple[str, str]] = {},
        places: Iterable[str] = (),
    ) -> None:  # fmt: skip
        """
        Args:
            units: (name, kind) by key. places: of the records, whose roads are understood.
        """
        self.pack = pack
        self.lexicon = Lexicon(pack, areas, signs, units, places)
        self.lattice = Lattice(self.lexicon)
        self._areas = {area.code: (area.parent, area.tier) for area in self.lexicon.areas.values()}
        self._names = {area.code: area.name for area in self.lexicon.areas.values()}
        self._names |= {key: name for key, (name, _) in units.items()}

    def names(self, lang: str) -> Mapping[str, str]:
        """Of areas, units and signs as printed."""
        t = texts(lang)
        return self._names | {code: t.pack(sign.name) for code, sign in self.lexicon.signs.items()}

    def read(
        self, text: str, now: int, first: int, context: Understood | None = None, storm: Storm = lambda: None,
        lang: str = "",
    ) -> Understood | Declined:  # fmt: skip
        """How a text is understood.

        Args:
            now: the city's, UTC us. first: since when the archive is. context: the question before, that this one may
                lean on. storm: the day of the last great rain. lang: to answer in, "" that of the text.
        """
        divided = self.lattice.divide(text, Times(now, storm))
        lang = lang or ("zh" if any(map(is_chinese, divided.text)) or not divided.text else "en")
        found = gathered(divided)
        leave_out(found)
        resolved = of_one_year([one for one, _ in found.times], now, any(map(is_chinese, divided.text)))
        found.times = [(one, at) for one, (_, at) in zip(resolved, found.times, strict=True)]
        one_to_another(found, now)
        self._of_facts(found)
        refusal = refused(found, now, first)
        if refusal is not None:
            reason, why, words = refusal
            return Declined(text, lang, reason, why, words, offers(found, self.lexicon, self._names, lang))
        try:
            understood = composed(found, Setting(self.lexicon, now, first), lang, text, context)
        except CannotBeTold as said:
            why = Message("asking.declined_unread", {"words": str(said)})
            return Declined(text, lang, "unread", why, (str(said),), offers(found, self.lexicon, self._names, lang))
        except CannotBeLeftOut:
            why = Message("asking.declined_except")
            return Declined(text, lang, "except", why, (), offers(found, self.lexicon, self._names, lang))
        return self._chips(lang, now, first).of(understood)

    def _of_facts(self, found: Found) -> None:
        """积水深度 means the class whose number it is, where no class was named; 最热 the temperature."""
        if "HOT" in found.names and not found.signs and "N05" in self.lexicon.signs:
            found.signs.append(("N05", found.at("HOT")))
        rains = [at for at, token in enumerate(found.divided.tokens) if token.said in _RAIN]
        if rains and not found.signs and not found.kinds and "MOST" in found.names and "N01" in self.lexicon.signs:
            found.signs.append(("N01", rains[0]))
        for at, token in enumerate(found.divided.tokens):
            said = token.read or token.said
            codes = self.lexicon.facts.get(said, set()) or self.lexicon.facts.get(said.replace(" ", ""), set())
            if not found.kinds and _HURT.search(said) and INJURED in self.lexicon.pack.kinds:
                found.kinds.append(((INJURED,), at))
            if not found.kinds and not found.signs and len(codes) == 1:
                found.kinds.append((tuple(codes), at))

    def edit(self, asked: Understood, chip: Chip, choice: Choice | None, now: int, first: int) -> Understood:
        """With another choice in the place of a chip, None: without it.

        Raises:
            UserError: the choice says no period.
        """
        return self._chips(asked.lang, now, first).edited(asked, chip, choice)

    def tell(self, asked: Understood, ask: Ask, now: int, took: Callable[[], float] = lambda: 0.0, first: int = 0
    ) -> Told:  # fmt: skip
        """The answer.

        Args:
            ask: insight. took: ms since it was asked. first: since when the archive is, 0 it is not said.

        Raises:
            CockpitError: insight can not answer it.
        """
        found = computed(asked, ask, first)
        unit, decimals = _unit(asked, found)
        speaker = Speaker(self.pack, self.names(asked.lang), texts(asked.lang), now)
        named = tuple(
            msgspec.structs.replace(one, name=speaker.name(one, asked.beside, asked.by)) for one in found.standpoints
        )
        figure = found.figure
        return Told(
            asked, speaker.sentence(asked, found, unit, decimals), figure, found.value, unit, decimals, named,
            found.split, found.trend, found.rows, self._notes(asked, found, now, first),
            follows(asked, self.lexicon, asked.lang),
            figure.as_of, figure.origin, figure.source, took(),
        )  # fmt: skip

    def declined(self, asked: Understood, error: CockpitError) -> Declined:
        """What insight could not answer."""
        return Declined(asked.text, asked.lang, "failed", error.message)

    def suggestions(self, lang: str) -> tuple[str, ...]:
        return starts(self.lexicon, lang)

    def storm(self, ask: Ask, now: int, first: int) -> date | None:
        """The day with the most flooded roads of the last year."""
        scope = Scope(Span(max(first, now - 366 * 86_400_000_000), now), kinds=(STORM_KIND,))
        found = ask(AskSplit(scope, "day"))
        parts = found.parts if isinstance(found, Split) else ()
        most = max(parts, key=lambda part: part.n, default=None)
        return day_of(int(most.code)) if most is not None and most.n else None

    def _chips(self, lang: str, now: int, first: int) -> Chips:
        return Chips(self.pack, self.names(lang), self._areas, texts(lang), now, first)

    def _notes(self, asked: Understood, found: Computed, now: int, first: int) -> tuple[str, ...]:
        t = texts(asked.lang)
        notes = []
        if is_short(asked, first):
            notes.append(t("asking.note_first", when=moment_words(first, t, now).rpartition(" ")[0]))
        if found.none:
            notes.append(t("asking.note_none", n=found.none))
        if "span" in asked.assumed and not asked.scope.measure.startswith("sign:"):
            notes.append(t("asking.note_all_time"))
        if "measure" in asked.assumed:
            notes.append(t("asking.note_measure"))
        return tuple(notes)


def _unit(asked: Understood, found: Computed) -> tuple[Text | str, int]:
    if asked.of in ("share", "growth"):
        return "%", 1
    if asked.of == "mean":
        return found.figure.unit, 1
    return found.figure.unit, found.figure.decimals
