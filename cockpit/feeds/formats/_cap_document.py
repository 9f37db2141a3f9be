"""CAP documents as structs: OASIS CAP 1.1 and 1.2, alone, several in one document, or embedded in Atom (RFC 4287).

Reads the XML and holds each alert to what the specification requires of it; what it means is in `cap`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from cockpit.feeds.decoding import BadTime, refuse_time, when
from cockpit.feeds.items import Refused, refused

NAMESPACES = tuple(f"urn:oasis:names:tc:emergency:cap:{v}" for v in ("1.1", "1.2"))
ATOM = "http://www.w3.org/2005/Atom"
MAX_BYTES = 8 * 1024 * 1024
MAX_ALERTS = 5_000
MAX_TEXT = 10_000

STATUS = ("Actual", "Exercise", "System", "Test", "Draft")
TYPES = ("Alert", "Update", "Cancel", "Ack", "Error")
SCOPES = ("Public", "Restricted", "Private")
_REQUIRED = ("identifier", "sender", "sent", "status", "msgType", "scope")
_REQUIRED_INFO = ("category", "event", "urgency", "severity", "certainty")


class Area(msgspec.Struct, frozen=True):
    """areaDesc, polygons and circles as written, geocodes (name, value)."""

    description: str
    polygons: tuple[str, ...]
    circles: tuple[str, ...]
    geocodes: tuple[tuple[str, str], ...]


class Info(msgspec.Struct, frozen=True):
    """One info block; texts as written, times UTC us (0: not said)."""

    language: str
    texts: dict[str, str]
    responses: tuple[str, ...]
    codes: tuple[tuple[str, str], ...]
    effective: int
    expires: int
    areas: tuple[Area, ...]

    def text(self, name: str) -> str:
        return self.texts.get(name, "")


class Alert(msgspec.Struct, frozen=True):
    """One alert.

    Attributes:
        sent: UTC us.
        references: (sender, identifier, sent) of the messages it updates or cancels; unreadable ones are left out.
        source: its head as it came, for the quarantine.
    """

    identifier: str
    sender: str
    sent: int
    status: str
    type: str
    scope: str
    references: tuple[tuple[str, str, int], ...]
    infos: tuple[Info, ...]
    source: bytes

    @property
    def id(self) -> str:
        """The specification makes an identifier unique per sender only."""
        return identity(self.sender, self.identifier)


def identity(sender: str, identifier: str) -> str:
    return f"{sender},{identifier}"


class Document(msgspec.Struct, frozen=True):
    """What a document holds.

    Attributes:
        single: the root itself is the one alert.
        sound: nothing in it was left unread, so that what it lacks is gone.
    """

    alerts: list[Alert]
    refused: list[Refused]
    single: bool
    sound: bool


def read(data: bytes) -> Document:
    """Bytes to alerts; never raises for what came from outside."""
    if len(data) > MAX_BYTES:
        return _nothing(refused("too_big_xml", data, detail=MAX_BYTES // 2**20))
    try:
        root = ElementTree.fromstring(data, forbid_dtd=True)
    except DefusedXmlException:
        return _nothing(refused("xml_bomb", data))
    except (ElementTree.ParseError, ValueError, LookupError) as error:  # LookupError: an encoding that there is not
        line, column = getattr(error, "position", (0, 0))
        return _nothing(refused("not_xml", data, line=line, column=column + 1))
    found: list[Alert] = []
    bad: list[Refused] = []
    elements = [element for element in root.iter() if _is_alert(element)]
    if len(elements) > MAX_ALERTS:
        return _nothing(refused("too_many_alerts", data, count=len(elements), most=MAX_ALERTS))
    for element in elements:
        alert = _alert(element)
        (found if isinstance(alert, Alert) else bad).append(alert)  # type: ignore[arg-type]
    bare = list(_entries_without_alert(root))
    bad += bare
    if not elements and not bare and root.tag != f"{{{ATOM}}}feed":
        return _nothing(refused("not_cap", data, detail=str(root.tag)[:100]))
    return Document(found, bad, single=_is_alert(root), sound=not bad)


def _nothing(reason: Refused) -> Document:
    return Document([], [reason], single=False, sound=False)


def _is_alert(element: Any) -> bool:
    return isinstance(element.tag, str) and element.tag in (f"{{{n}}}alert" for n in NAMESPACES)


def _entries_without_alert(root: Any) -> Iterator[Refused]:
    """Atom entries that only point at an alert: the address is not in the configuration, so it is not fetched."""
    for entry in root.iter(f"{{{ATOM}}}entry"):
        if any(_is_alert(element) for element in entry.iter()):
            continue
        title = (entry.findtext(f"{{{ATOM}}}title") or "").strip()
        yield refused("cap_not_embedded", _source(entry), detail=title[:100] or "?")


def _alert(element: Any) -> Alert | Refused:
    namespace = element.tag[: element.tag.index("}") + 1]
    source = _source(element)
    words = _texts(element, namespace)
    identifier = words.get("identifier", "")
    shown = identifier[:100] or "?"
    for name in _REQUIRED:
        if not words.get(name):
            reason = "no_id" if name == "identifier" else "missing"
            return refused(reason, source, identifier[:200], id=shown, field=name)
    long = _too_long(element)
    if long:
        return refused("too_long", source, identifier[:200], id=shown, field=long[0], length=long[1], most=MAX_TEXT)
    if any(c.isspace() or c in ",<&" for c in identifier + words["sender"]):
        return refused("cap_bad_identifier", source, id=shown)
    kind = "Cancel" if words["msgType"] == "Cancle" else words["msgType"]  # a client of the trade writes it so
    for name, value, allowed in (
        ("status", words["status"], STATUS),
        ("msgType", kind, TYPES),
        ("scope", words["scope"], SCOPES),
    ):
        if value not in allowed:
            return refused("cap_bad_word", source, identifier[:200], id=shown, field=name, value=value[:60])
    try:
        sent = when(words["sent"], "sent")
        infos = []
        for info in element.findall(namespace + "info"):
            read_info = _info(info, namespace)
            if isinstance(read_info, str):
                return refused("missing", source, identifier[:200], id=shown, field=read_info)
            infos.append(read_info)
    except BadTime as error:
        return refuse_time(error, source, identifier[:200])
    return Alert(
        identifier=identifier,
        sender=words["sender"],
        sent=sent,
        status=words["status"],
        type=kind,
        scope=words["scope"],
        references=tuple(_references(words.get("references", ""))),
        infos=tuple(infos),
        source=source,
    )


def _info(element: Any, namespace: str) -> Info | str:
    """An info block, or the name of the element that it lacks."""
    words = _texts(element, namespace)
    for name in _REQUIRED_INFO:
        if not words.get(name):
            return "info/" + name
    areas = []
    for area in element.findall(namespace + "area"):
        description = (area.findtext(namespace + "areaDesc") or "").strip()
        polygons = tuple((p.text or "").strip() for p in area.findall(namespace + "polygon"))
        circles = tuple((c.text or "").strip() for c in area.findall(namespace + "circle"))
        areas.append(Area(description, polygons, circles, _pairs(area, namespace, "geocode")))
    return Info(
        language=words.get("language", ""),
        texts=words,
        responses=tuple((r.text or "").strip() for r in element.findall(namespace + "responseType")),
        codes=_pairs(element, namespace, "eventCode"),
        effective=when(words.get("effective"), "effective"),
        expires=when(words.get("expires"), "expires"),
        areas=tuple(areas),
    )


def _pairs(element: Any, namespace: str, name: str) -> tuple[tuple[str, str], ...]:
    return tuple(
        ((p.findtext(namespace + "valueName") or "").strip(), (p.findtext(namespace + "value") or "").strip())
        for p in element.findall(namespace + name)
    )


def _texts(element: Any, namespace: str) -> dict[str, str]:
    """Children without children by their names; of several of one name the first."""
    words: dict[str, str] = {}
    for child in element:
        if isinstance(child.tag, str) and child.tag.startswith(namespace) and not len(child):
            words.setdefault(child.tag[len(namespace) :], (child.text or "").strip())
    return words


def _too_long(element: Any) -> tuple[str, int] | None:
    """The first text over the limit, shapes excepted (their vertices are counted elsewhere)."""
    for child in element.iter():
        if child.text and len(child.text) > MAX_TEXT and isinstance(child.tag, str):
            name = child.tag.rpartition("}")[2]
            if name not in ("polygon", "references", "derefUri"):
                return name, len(child.text)
    return None


def _references(text: str) -> Iterator[tuple[str, str, int]]:
    for triple in text.split()[:1000]:
        parts = triple.split(",")
        if len(parts) != 3:
            continue
        try:
            yield parts[0], parts[1], when(parts[2], "references")
        except BadTime:
            continue


def _source(element: Any) -> bytes:
    """The head of an element as XML. Only the start is written: an element may be megabytes."""
    try:
        return bytes(ElementTree.tostring(element, "utf-8"))
    except (ValueError, TypeError, RecursionError):
        return str(element.tag).encode("utf-8", "replace")
