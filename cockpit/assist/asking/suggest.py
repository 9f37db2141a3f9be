"""Questions that can be answered: offered where one could not be, after an answer, and at the start."""

from __future__ import annotations

from collections.abc import Mapping

from cockpit.assist.asking.found import Found
from cockpit.assist.asking.lexicon import Lexicon
from cockpit.model.asking import Understood
from cockpit.model.messages import texts
from cockpit.model.scopewords import kind_words

MOST = 4


def offers(found: Found, lexicon: Lexicon, names: Mapping[str, str], lang: str) -> tuple[str, ...]:
    """What is near to a question that is not answered: with the area and the class that were understood of it."""
    t = texts(lang)
    area = next((names[code] for code, _ in found.areas if code in names), t.pack(lexicon.pack.name))
    kind = next((kind_words(codes[0], lexicon.pack, t) for codes, _ in found.kinds), t("asking.word_cases"))
    return (
        t("asking.offer_count", area=area, kind=kind),
        t("asking.offer_rank", kind=kind),
        t("asking.offer_rate", area=area),
        t("asking.offer_trend", area=area, kind=kind),
    )


def starts(lexicon: Lexicon, lang: str) -> tuple[str, ...]:
    """Worth asking at any time."""
    t = texts(lang)
    district = next((area.name for area in lexicon.areas.values() if area.tier == 1), t.pack(lexicon.pack.name))
    return (
        t("asking.start_overdue"),
        t("asking.start_rank"),
        t("asking.start_change"),
        t("asking.start_rate", area=district),
        t("asking.start_trend"),
        t("asking.start_slow"),
    )


def follows(asked: Understood, lexicon: Lexicon, lang: str) -> tuple[str, ...]:
    """What may come next, put so that it leans on the question before."""
    t = texts(lang)
    scope = asked.scope
    found = []
    if asked.form != "trend":
        found.append(t("asking.follow_trend"))
    if asked.form != "ranking" and not scope.measure.startswith("sign:"):
        found.append(t("asking.follow_street" if scope.area else "asking.follow_district"))
        if not scope.kinds:
            found.append(t("asking.follow_kind"))
    if asked.form != "comparison" and asked.scope.when != "due":
        found.append(t("asking.follow_year"))
    if asked.form not in ("list",) and scope.measure == "count":
        found.append(t("asking.follow_list"))
    return tuple(found[:MOST])
