"""Open311 GeoReport v2 (wiki.open311.org/GeoReport_v2): service requests as events, in XML or JSON.

A request is open until its status says closed. An answer that only pairs a token with a request's id is remembered, so
that a request that comes under its token is known by its id. The mapping may be empty:

    [feeds.mapping]
    kinds = { 006 = "E0101" }  # service_code to the city's class; without: the code itself
    level = 4                  # the specification knows none
    channel = "citizen"        # how they reach the city
    zone = "Asia/Shanghai"     # of times that do not say their own
    complete = true            # the list holds all that is open (the specification limits it to 90 days, 1000 requests)
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

from cockpit.feeds.formats import _json
from cockpit.feeds.formats._cells import BadCell, is_nothing, number_of, text_of, time_of
from cockpit.feeds.formats._keys import Keys
from cockpit.feeds.formats._refusing import Refusals
from cockpit.feeds.formats._texts import both
from cockpit.feeds.formats._xml import read_xml, source_of
from cockpit.feeds.formats.base import Context
from cockpit.feeds.formats.jsonl import piece_of
from cockpit.feeds.items import Everything, Item, Refused, Rows, SourceTime, refused
from cockpit.model.errors import UserError
from cockpit.model.levels import Level
from cockpit.model.tables import EventState

Request = dict[str, Any]
MOST_REQUESTS = 50_000
MOST_TOKENS = 10_000
_FACTS = ("status_notes", "agency_responsible", "service_notice", "expected_datetime", "zipcode", "media_url")
_STATES = {"open": EventState.OPEN, "closed": EventState.CLOSED}


class Open311:
    """Format `open311`; topic event."""

    def __init__(self) -> None:
        self._tokens: OrderedDict[str, str] = OrderedDict()

    def configure(self, mapping: dict[str, Any], topic: str) -> None:
        if topic != "event":
            raise UserError("formats.other_topic", detail=f"open311: event ({topic})")
        keys = Keys(mapping)
        self._kinds = keys.kinds("kinds")
        self._level = keys.whole("level", int(Level.UNKNOWN), 1, 5)
        self._channel = keys.text("channel")
        self._zone = keys.zone("zone")
        self._complete = keys.flag("complete")
        keys.done()

    def parse(self, data: bytes, context: Context) -> list[Item]:
        bad = Refusals()
        rows: list[dict[str, Any]] = []
        unread: list[str] = []
        sound = True
        for number, (request, piece) in enumerate(_requests(data)):
            if isinstance(request, Refused) or number >= MOST_REQUESTS:
                bad.add(request if isinstance(request, Refused) else refused("too_many_records", b"", most=number))
                sound = False
                break
            id_ = self._identify(request)
            if not id_ and _word(request, "token"):
                continue  # not given a number yet: there is no request so far
            if id_ and not _word(request, "status"):
                continue  # the answer to a token, without the request itself
            try:
                rows.append(self._row(request, id_))
            except BadCell as error:
                said = None if bad.full else refused(error.reason, source(piece), id_, id=id_ or "?", **error.params)
                bad.count() if said is None else bad.add(said)
                unread += [id_] if id_ else []
                sound = sound and bool(id_)
        items: list[Item] = [*bad.items()]
        newest = max((row["updated"] for row in rows), default=0)
        if newest:
            items.append(SourceTime(newest, sent=False))
        if context.whole and self._complete and sound and (rows or not bad):
            items.append(Everything("event", [row["id"] for row in rows] + unread))
        if rows:
            items.append(Rows("event", rows))
        return items

    def _identify(self, request: Request) -> str:
        id_, token = _word(request, "service_request_id"), _word(request, "token")
        if id_ and token:
            self._tokens[token] = id_
            while len(self._tokens) > MOST_TOKENS:
                self._tokens.popitem(last=False)
        return id_ or self._tokens.get(token, "")

    def _row(self, request: Request, id_: str) -> dict[str, Any]:
        if not id_:
            raise BadCell("no_id")
        status = _word(request, "status").lower()
        if status not in _STATES:
            raise BadCell("open311_status", value=status[:60])
        code, name = _word(request, "service_code"), _word(request, "service_name")
        if not (code or name):
            raise BadCell("missing", field="service_code")
        occurred = self._time(request, "requested_datetime")
        if not occurred:
            raise BadCell("missing", field="requested_datetime")
        facts = [
            {"name": both(f"formats.open311_{field}"), "value": told[:500], "unit": ""}
            for field in _FACTS
            if (told := _word(request, field))
        ]
        return {
            "id": id_,
            "kind": self._kinds.get(code) or code or name,
            "level": self._level,
            "state": int(_STATES[status]),
            "lon": _number(request, "long"),
            "lat": _number(request, "lat"),
            "place": _word(request, "address"),
            "channel": self._channel,
            "occurred": occurred,
            "updated": self._time(request, "updated_datetime") or occurred,
            "body": {"title": name or code, "text": _word(request, "description"), "facts": facts},
        }

    def _time(self, request: Request, field: str) -> int:
        value = request.get(field)
        return 0 if is_nothing(value) else time_of(value, field, "iso", self._zone)


def source(piece: Any) -> bytes:
    """A request as it came: an element, or a JSON object."""
    return piece_of(piece) if isinstance(piece, dict) else source_of(piece)


def _word(request: Request, field: str) -> str:
    value = request.get(field)
    try:
        return text_of(value, field)
    except BadCell:
        return ""


def _number(request: Request, field: str) -> float | None:
    value = request.get(field)
    return None if is_nothing(value) else number_of(value, field)


def _requests(data: bytes) -> Iterator[tuple[Request | Refused, Any]]:
    """Each request as names to values, with its piece; what can not be read ends it."""
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
        yield from _of_xml(data)
    else:
        yield from _of_json(data)


def _of_xml(data: bytes) -> Iterator[tuple[Request | Refused, Any]]:
    root = read_xml(data)
    if isinstance(root, Refused):
        yield root, None
        return
    if root.tag == "errors":
        yield refused("open311_error", data, detail=_error(root)), None
        return
    if root.tag not in ("service_requests", "request"):
        yield refused("not_open311", data, detail=str(root.tag)[:100]), None
        return
    for element in [root] if root.tag == "request" else root.findall("request"):
        yield {str(child.tag): child.text for child in element}, element


def _error(root: Any) -> str:
    described = [(error.findtext("description") or "").strip() for error in root.iter("error")]
    return "；".join(filter(None, described[:5]))[:200] or "?"


def _of_json(data: bytes) -> Iterator[tuple[Request | Refused, Any]]:
    found = _json.read(data)
    if isinstance(found, Refused):
        yield found, None
        return
    if isinstance(found, dict):
        found = found.get("service_requests", [found])
    if not isinstance(found, list):
        yield refused("not_open311", data, detail=type(found).__name__), None
        return
    for one in found:
        if not isinstance(one, dict):
            yield {}, {"?": one}
        elif "service_request_id" not in one and "token" not in one and "description" in one and "code" in one:
            yield refused("open311_error", data, detail=str(one["description"])[:200]), None
            return
        else:
            yield one, one


FORMAT = Open311
