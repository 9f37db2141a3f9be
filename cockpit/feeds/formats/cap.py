"""Alerts by the Common Alerting Protocol (OASIS CAP 1.1, 1.2; China's GB/T 35965.1 words in its fields).

Only status Actual is live. Update and Cancel end what they reference; expired ones and AllClear are not shown. An alert
in several languages is read in Chinese, else English, else the first. Its row has the level of its worst info block; a
level in the headline (`暴雨红色预警`) wins over the code, since feeds contradict their own text.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from typing import Any

from cockpit.feeds.formats import _cap_12379 as national
from cockpit.feeds.formats import _cap_shape as shape
from cockpit.feeds.formats._cap_document import CODES_12379, Alert, Info, identity, read
from cockpit.feeds.formats._refusing import Refusals
from cockpit.feeds.formats._texts import both
from cockpit.feeds.formats.base import Context
from cockpit.feeds.items import Everything, Gone, Item, Rows, refused
from cockpit.feeds.places import Misplaced, place_rings
from cockpit.model.clock import DAY
from cockpit.model.levels import CAP_SEVERITY, Level

TOPIC = "alert"
UNLIMITED = 3 * DAY
"""How long an alert counts that names no end; the specification leaves that to the recipient."""
REMEMBERED = 2_000
MOST_SHAPES = 1_000
"""Of an alert."""

_COLOURS = {"红": Level.RED, "橙": Level.ORANGE, "黄": Level.YELLOW, "蓝": Level.BLUE}
_SEVERITY = {
    **CAP_SEVERITY,
    "Red": Level.RED, "Orange": Level.ORANGE, "Yellow": Level.YELLOW, "Blue": Level.BLUE,
}  # fmt: skip
_CODE_WORDS = {
    "category": (
        "Geo", "Met", "Safety", "Security", "Rescue", "Fire", "Health", "Env", "Transport", "Infra", "CBRNE", "Other",
    ),
    "urgency": ("Immediate", "Expected", "Future", "Past", "Unknown"),
    "certainty": ("Observed", "Likely", "Possible", "Unlikely", "Unknown"),
}  # fmt: skip
"""Words of CAP 1.2, section 3.2.2."""
_COLOUR_IN_TEXT = re.compile("([红橙黄蓝])色?(?:预警|警报|警告)")


class Cap:
    """Format `cap`. Remembers what was superseded, so that an old alert that comes late stays away."""

    def __init__(self) -> None:
        self._ended: OrderedDict[str, int] = OrderedDict()

    def parse(self, data: bytes, context: Context) -> list[Item]:
        document = read(data)
        bad = Refusals()
        for piece in document.refused:
            bad.add(piece)
        items: list[Item] = []
        live: list[Alert] = []
        gone: list[str] = []
        for alert in document.alerts:
            if alert.status != "Actual":
                bad.add(refused("not_live", alert.source, alert.id, id=alert.identifier, detail=alert.status))
            elif alert.type in ("Alert", "Update", "Cancel"):
                live.append(alert)
        for alert in live:
            if alert.type != "Alert":
                if not alert.references:
                    reason = "cap_cancels_nothing" if alert.type == "Cancel" else "cap_updates_nothing"
                    bad.add(refused(reason, alert.source, alert.id, id=alert.identifier))
                gone += self._end(alert)
        rows = []
        for alert in sorted(live, key=lambda a: a.sent):
            if alert.type == "Cancel":
                continue
            row = None if self._ended.get(alert.id, -1) >= alert.sent else self._row(alert, context, bad)
            if row is None:
                gone.append(alert.id)
            else:
                rows.append(row)
        shown = {row["id"] for row in rows}
        # a document of which a part was not read does not say what is gone: better an alert too many, with its age
        if context.whole and (document.sound or (rows and not document.single)):
            unread = [item.id for item in document.refused if item.id]
            items.append(Everything(TOPIC, [*sorted(shown), *unread]))
        gone = [id_ for id_ in dict.fromkeys(gone) if id_ not in shown]
        if gone:
            items.append(Gone(TOPIC, gone))
        if rows:
            items.append(Rows(TOPIC, rows))
        return [*bad.items(), *items]

    def _end(self, by: Alert) -> list[str]:
        """Remember what an Update or Cancel ends; returns the ids."""
        ended = []
        for sender, identifier, _ in by.references:
            id_ = identity(sender, identifier)
            if id_ == by.id:  # an update under its own name replaces its row
                continue
            self._ended[id_] = max(by.sent, self._ended.pop(id_, 0))
            ended.append(id_)
        while len(self._ended) > REMEMBERED:
            self._ended.popitem(last=False)
        return ended

    def _row(self, alert: Alert, context: Context, bad: Refusals) -> dict[str, Any] | None:
        """The alert's row, or None when it is not in force."""
        infos = [info for info in in_one_language(alert.infos) if in_force(info, alert, context.now)]
        if not infos:
            return None
        main = min(infos, key=level_of)
        rings = self._rings(alert, infos, context, bad)
        if rings is None:
            return None
        codes = dict(reversed(main.codes))
        return {
            "id": alert.id,
            "kind": codes.get(CODES_12379) or main.text("event")[:100],
            "title": main.text("headline") or main.text("event"),
            "sender": main.text("senderName") or alert.sender,
            "level": int(level_of(main)),
            "area_name": area_names(infos),
            "rings": rings,
            "sent": alert.sent,
            "effective": main.effective or alert.sent,
            "expires": 0 if any(i.expires == 0 for i in infos) else max(i.expires for i in infos),
            "body": self._body(alert, main, infos, bad),
        }

    def _rings(self, alert: Alert, infos: list[Info], context: Context, bad: Refusals) -> list[Any] | None:
        """All shapes of the alert; [] for none, None when all are elsewhere. A broken shape costs the shape only."""
        rings: list[Any] = []
        seen: set[str] = set()
        elsewhere: Misplaced | None = None
        for info in infos:
            for area in info.areas:
                drawn = [(t, shape.polygon(t)) for t in area.polygons] + [(t, shape.circle(t)) for t in area.circles]
                for text, ring in drawn:
                    if text in seen:
                        continue
                    seen.add(text)
                    if len(seen) > MOST_SHAPES:
                        continue
                    if ring is None:
                        bad.add(refused("cap_bad_shape", text, alert.id, id=alert.identifier))
                        continue
                    try:
                        place_rings([[ring]], context)
                    except Misplaced as misplaced:
                        if misplaced.reason == "outside":
                            elsewhere = misplaced
                        else:
                            params = {"id": alert.identifier, **misplaced.params}
                            bad.add(refused(misplaced.reason, text, alert.id, **params))
                    else:
                        rings.append([ring])
        if len(seen) > MOST_SHAPES:
            bad.add(refused("cap_too_many_shapes", alert.source, alert.id, id=alert.identifier, most=MOST_SHAPES))
        if elsewhere is not None and not rings:
            bad.add(refused("elsewhere", alert.source, alert.id, id=alert.identifier, **elsewhere.params))
            return None
        return rings

    def _body(self, alert: Alert, info: Info, infos: list[Info], bad: Refusals) -> dict[str, Any]:
        facts = [
            {"name": both("feeds.cap_" + name.lower()), "value": in_words(name, value), "unit": ""}
            for name in ("event", "category", "urgency", "certainty", "contact", "web")
            if (value := info.text(name))
        ]
        facts += [{"name": code_name(n), "value": v, "unit": ""} for n, v in info.codes[:20]]
        if level_of(info) != severity_of(info):
            facts.append({"name": both("feeds.cap_severity"), "value": info.text("severity"), "unit": ""})
        facts += [
            {"name": both(f"formats.cap_{name}"), "value": value, "unit": ""} for name, value in issued(alert, infos)
        ]
        facts += self._resources(alert, infos, bad)
        return {
            "title": info.text("headline") or info.text("event"),
            "text": info.text("description"),
            "instruction": info.text("instruction"),
            "identifier": alert.identifier,
            "facts": facts,
        }

    def _resources(self, alert: Alert, infos: list[Info], bad: Refusals) -> list[dict[str, Any]]:
        """What comes with the alert; what is not what its digest says is not passed on."""
        facts = []
        for resource in (resource for info in infos for resource in info.resources):
            if resource.sound:
                told = resource.uri or resource.mime
                facts.append({"name": resource.description or both("formats.cap_resource"), "value": told, "unit": ""})
            else:
                bad.add(
                    refused(
                        "cap_bad_resource", alert.source, alert.id, id=alert.identifier, detail=resource.description
                    )
                )
        return facts[:20]


def area_names(infos: list[Info]) -> str:
    """Descriptions of the areas, else their codes."""
    areas = [area for info in infos for area in info.areas]
    described = dict.fromkeys(a.description for a in areas if a.description)
    return "、".join(described or geocodes(infos))[:5000]


def geocodes(infos: list[Info]) -> list[str]:
    """Values of the areas' geocodes (12379: 6 to 12 digits of 行政区划)."""
    return list(dict.fromkeys(value for i in infos for a in i.areas for _, value in a.geocodes if value))[:100]


def issued(alert: Alert, infos: list[Info]) -> list[tuple[str, str]]:
    """Whom and what area the codes of an alert name: its identifier (GB/T 35965.1) and its geocodes."""
    facts = [("geocodes", "、".join(geocodes(infos)))] if geocodes(infos) else []
    own = national.parse(alert.identifier)
    return facts if own is None else [*facts, ("issuer_area", own.area), ("issuer_agency", own.agency)]


def in_one_language(infos: tuple[Info, ...]) -> list[Info]:
    """The blocks in Chinese, else in English (the default of the specification), else in the first one's language."""
    for wanted in (("zh", "cmn"), ("en", "")):
        found = [info for info in infos if info.language.lower().replace("_", "-").split("-")[0] in wanted]
        if found:
            return found
    return [info for info in infos if info.language == infos[0].language]


def in_force(info: Info, alert: Alert, now: int) -> bool:
    """Whether a block is neither over nor an all-clear."""
    if info.responses == ("AllClear",):
        return False
    end = info.expires or (info.effective or alert.sent) + UNLIMITED
    return now < end


def severity_of(info: Info) -> Level:
    word = info.text("severity")
    return _SEVERITY.get(word) or _COLOURS.get(word[:1]) or Level.UNKNOWN


def level_of(info: Info) -> Level:
    """The level in the headline, else the severity."""
    said = _COLOUR_IN_TEXT.search(info.text("headline"))
    return _COLOURS[said.group(1)] if said else severity_of(info)


def in_words(name: str, value: str) -> str | dict[str, str]:
    """A code word of the specification (Immediate) in words of both languages; what is none as it is."""
    return both(f"feeds.cap_{name}_{value.lower()}") if value in _CODE_WORDS.get(name, ()) else value


def code_name(name: str) -> dict[str, str]:
    return both("feeds.cap_12379") if name == CODES_12379 else {"zh": name or "?", "en": name or "?"}


FORMAT = Cap
