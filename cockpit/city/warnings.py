"""Alerts of the weather service: an Atom feed (RFC 4287) whose entries embed CAP 1.2 alerts (OASIS, July 2010).

Identifiers have the form of 12379 (`ZZZZZZDDDUUUXX_YYYYMMDDhhmmss_N`), event codes are its event types, colours map to
severities 红橙黄蓝 = Extreme Severe Moderate Minor. Polygons are `lat,lon` pairs, closed, WGS-84.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from xml.sax.saxutils import escape

import msgspec

from cockpit.city.story import Warning
from cockpit.city.weather import EVERY, Storms
from cockpit.model.city import Pack
from cockpit.model.clock import HOUR, MINUTE, SECOND, local, to_iso

CAP = "urn:oasis:names:tc:emergency:cap:1.2"
SEVERITY = {"red": "Extreme", "orange": "Severe", "yellow": "Moderate", "blue": "Minor"}
SERVICE = "41600000"
"""Second part of a 12379 identifier: weather service (416), no second-level unit (000), no extension (00)."""
SHAPES = {
    "core": (
        (0.34, 0.97), (0.50, 0.99), (0.66, 0.94), (0.74, 0.80), (0.71, 0.62), (0.62, 0.53), (0.45, 0.54), (0.36, 0.68),
    ),
    "hills": ((0.12, 0.62), (0.24, 0.66), (0.33, 0.58), (0.36, 0.45), (0.31, 0.33), (0.20, 0.30), (0.10, 0.42)),
}  # fmt: skip
"""Corners as shares of the pack's bounds, from west and from south."""
MUNICIPALITIES = {"11": "北京", "12": "天津", "31": "上海", "50": "重庆"}
"""By the first two digits of GB/T 2260: there a part of the city has no weather service of its own."""
AFTER_CANCEL = 20 * MINUTE
"""A cancellation stays in the feed as long."""


class _Issue(msgspec.Struct, frozen=True):
    """One message about one alert."""

    warning: Warning
    kind: str
    sent: int
    expires: int
    first_sent: int


def _issued(begin: int, warning: Warning, now: int) -> Iterator[_Issue]:
    """What is said now of an alert whose minutes count from `begin`."""
    sent = (begin + round(warning.at * MINUTE)) // SECOND * SECOND
    cancelled = begin + round(warning.cancel * MINUTE)
    expires = sent + round(warning.lasts * MINUTE)
    if sent <= now < min(cancelled, expires):
        yield _Issue(warning, "Alert", sent, expires, sent)
    elif cancelled <= now < cancelled + AFTER_CANCEL:
        yield _Issue(warning, "Cancel", cancelled // SECOND * SECOND, cancelled + AFTER_CANCEL, sent)


class Warnings:
    """What the weather service of a city says.

    Args:
        warnings: alerts of the story, times in minutes relative to the beginning of a storm.
    """

    def __init__(self, warnings: Sequence[Warning], pack: Pack, storms: Storms) -> None:
        self._warnings, self._pack, self._storms = list(warnings), pack, storms
        self._played: list[tuple[int, Warning]] = []
        self._city = MUNICIPALITIES.get(pack.code[:2], pack.name["zh"])

    def play(self, begin: int, warning: Warning) -> None:
        """One of a script, in minutes after `begin`."""
        self._warnings.append(warning)
        self._played.append((begin, warning))

    def feed(self, now: int, skew: int = 0) -> bytes:
        """The feed at that time; the same bytes as long as nothing is issued or ends.

        Args:
            skew: microseconds that all its times are ahead by (a fault).
        """

        def stamp(us: int) -> str:
            return to_iso(us + skew)

        issues = sorted(self._issues(now), key=lambda issue: issue.sent)
        updated = stamp(max((issue.sent for issue in issues), default=self._storms.before - HOUR))
        entries = "".join(self._entry(issue, stamp) for issue in issues)
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            '<feed xmlns="http://www.w3.org/2005/Atom">\n'
            f"<id>urn:city:{escape(self._pack.id)}:alerts</id>\n"
            f"<title>{escape(self._city)}预警信息</title>\n<updated>{updated}</updated>\n"
            f"<author><name>{self._sender_name()}</name></author>\n{entries}</feed>\n"
        ).encode()

    def _issues(self, now: int) -> Iterator[_Issue]:
        for number in range(max(0, (now - self._storms.first) // EVERY - 2), self._storms.number(now) + 2):
            begin = self._storms.begin(number)
            for warning in self._warnings[: len(self._warnings) - len(self._played)]:
                yield from _issued(begin, warning, now)
        for begin, warning in self._played:
            yield from _issued(begin, warning, now)

    def _sender_name(self) -> str:
        return f"{escape(self._city)}市气象台（演示）"

    def _sender(self) -> str:
        return f"weather@{self._pack.id}.demo"

    def _identifier(self, warning: Warning, sent: int) -> str:
        return f"{self._pack.code}{SERVICE}_{local(sent):%Y%m%d%H%M%S}_{self._warnings.index(warning)}"

    def _polygon(self, shape: str) -> str:
        west, south, east, north = self._pack.bounds
        corners = [(south + (north - south) * y, west + (east - west) * x) for x, y in SHAPES[shape]]
        return " ".join(f"{lat:.4f},{lon:.4f}" for lat, lon in [*corners, corners[0]])

    def _entry(self, issue: _Issue, stamp: Callable[[int], str]) -> str:
        warning, ends = issue.warning, issue.kind == "Cancel"
        words = {"city": f"{self._city}市", "time": f"{local(issue.first_sent):%Y年%m月%d日%H时%M分}"}
        headline = escape(warning.headline.format(**words) + ("（解除）" if ends else ""))
        identifier = self._identifier(warning, issue.sent)
        first = f"{self._sender()},{self._identifier(warning, issue.first_sent)},{stamp(issue.first_sent)}"
        references = f"<references>{first}</references>" if ends else ""
        # CAP 1.2 orders the elements; `references` comes after `scope` and the codes
        return (
            f"<entry><id>urn:oid:{identifier}</id><title>{headline}</title><updated>{stamp(issue.sent)}</updated>\n"
            f'<content type="text/xml"><alert xmlns="{CAP}">\n'
            f"<identifier>{identifier}</identifier><sender>{self._sender()}</sender><sent>{stamp(issue.sent)}</sent>\n"
            f"<status>Actual</status><msgType>{issue.kind}</msgType><scope>Public</scope>{references}\n"
            f"<info><language>zh-CN</language><category>{'Geo' if warning.code == '11B37' else 'Met'}</category>"
            f"<event>{escape(warning.event)}</event><urgency>{'Past' if ends else 'Immediate'}</urgency>"
            f"<severity>{SEVERITY[warning.colour]}</severity>"
            f"<certainty>{'Observed' if ends else 'Likely'}</certainty>\n"
            f"<eventCode><valueName>12379</valueName><value>{warning.code}</value></eventCode>\n"
            f"<effective>{stamp(issue.sent)}</effective><expires>{stamp(issue.expires)}</expires>"
            f"<senderName>{self._sender_name()}</senderName>\n<headline>{headline}</headline>\n"
            f"<description>{escape(warning.description.format(**words))}</description>\n"
            f"<instruction>{escape(warning.instruction)}</instruction>\n"
            f"<area><areaDesc>{escape(self._city)}市部分区域</areaDesc><polygon>{self._polygon(warning.shape)}</polygon>"
            f"<geocode><valueName>GB/T 2260</valueName><value>{self._pack.code}</value></geocode></area>\n"
            "</info></alert></content></entry>\n"
        )
