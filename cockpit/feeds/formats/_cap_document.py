"""CAP documents as structs: OASIS CAP 1.1 and 1.2, alone, several in one document, or embedded in Atom (RFC 4287).

Reads the XML and holds each alert to what the specification requires of it; what it means is in `cap`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

import msgspec

from cockpit.feeds.decoding import BadTime, refuse_time, when
from cockpit.feeds.formats._refusing import MOST
from cockpit.feeds.formats._xml import read_xml, source_of
from cockpit.feeds.items import Refused, refused

NAMESPACES = tuple(f"urn:oasis:names:tc:emergency:cap:{v}" for v in ("1.1", "1.2"))
ATOM = "http://www.w3.org/2005/Atom"
MAX_ALERTS = 5_000
MAX_TEXT = 10_000

MAX_RESOURCES = 50
CODES_12379 = "12379"
"""valueName of China's national codes of warnings (11B03 暴雨)."""
_EVENT_TYPE = re.compile(r"1[1-4][A-Z]\d{2}")
_BASIC = re.compile(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)")
_REFERENCE = re.compile(r"(?<![^,\s])([^,\s]+),([^,\s]+),([^,\s]+(?: \d\d:\d\d:\d\d\S*)?)")

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


class Resource(msgspec.Struct, frozen=True):
    """What comes with an info block: texts as written; `content` None where only its address is told.

    Attributes:
        sound: whether content, size and digest (SHA-1, FIPS 180-2) agree as far as they are told.
    """

    description: str
    mime: str
    uri: str
    digest: str
    content: int | None
    sound: bool


class Info(msgspec.Struct, frozen=True):
    """One info block; texts as written, times UTC us (0: not said)."""

    language: str
    texts: dict[str, str]
    responses: tuple[str, ...]
    codes: tuple[tuple[str, str], ...]
    effective: int
    expires: int
    areas: tuple[Area, ...]
    resources: tuple[Resource, ...] = ()

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
    root = read_xml(data)
    if isinstance(root, Refused):
        return _nothing(root)
    found: list[Alert] = []
    bad: list[Refused] = []
    elements = _alerts(root)
    if len(elements) > MAX_ALERTS:
        return _nothing(refused("too_many_alerts", data, count=len(elements), most=MAX_ALERTS))
    for element in elements:
        alert = _alert(element)
        (found if isinstance(alert, Alert) else bad).append(alert)  # type: ignore[arg-type]
    bare = [] if elements and _is_alert(root) else list(islice(_entries_without_alert(root), MOST))
    bad += bare
    if not elements and not bare and root.tag != f"{{{ATOM}}}feed":
        return _nothing(refused("not_cap", data, detail=str(root.tag)[:100]))
    return Document(found, bad, single=_is_alert(root), sound=not bad)


def _nothing(reason: Refused) -> Document:
    return Document([], [reason], single=False, sound=False)


def _is_alert(element: Any) -> bool:
    return isinstance(element.tag, str) and element.tag in (f"{{{n}}}alert" for n in NAMESPACES)


def _alerts(root: Any) -> list[Any]:
    """The alerts in a document, in its order; what stands within an alert is not looked at for others."""
    found: list[Any] = []
    waiting = [root]
    while waiting and len(found) <= MAX_ALERTS:
        element = waiting.pop()
        if _is_alert(element):
            found.append(element)
        else:
            waiting.extend(reversed(element))
    return found


def _entries_without_alert(root: Any) -> Iterator[Refused]:
    """Atom entries that only point at an alert: the address is not in the configuration, so it is not fetched."""
    for entry in root.findall(f"{{{ATOM}}}entry"):
        if any(_is_alert(element) for element in entry.iter()):
            continue
        title = (entry.findtext(f"{{{ATOM}}}title") or "").strip()
        yield refused("cap_not_embedded", source_of(entry), detail=title[:100] or "?")


def _alert(element: Any) -> Alert | Refused:
    namespace = element.tag[: element.tag.index("}") + 1]
    source = source_of(element)
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
        sent = time_of(words["sent"], "sent")
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
        codes=_codes(element, namespace, words),
        effective=time_of(words.get("effective"), "effective"),
        expires=time_of(words.get("expires"), "expires"),
        areas=tuple(areas),
        resources=tuple(_resource(r, namespace) for r in element.findall(namespace + "resource")[:MAX_RESOURCES]),
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
    for sender, identifier, sent in islice(_REFERENCE.findall(text), 1000):
        try:
            yield sender, identifier, time_of(sent, "references")
        except BadTime:
            continue


def time_of(text: str | None, field: str) -> int:
    """A time of CAP, or of GB/T 35965.1: a space for the T, or the basic form in Beijing time. UTC us, 0 for none.

    Raises:
        BadTime: anything else.
    """
    if text and (basic := _BASIC.fullmatch(text.strip())):
        text = "{}-{}-{}T{}:{}:{}+08:00".format(*basic.groups())
    return when(text, field)


def _codes(element: Any, namespace: str, words: dict[str, str]) -> tuple[tuple[str, str], ...]:
    """Event codes; China's own element for them counts as one."""
    codes = _pairs(element, namespace, "eventCode")
    own = words.get("eventType", "")
    return (*codes, (CODES_12379, own)) if _EVENT_TYPE.fullmatch(own) else codes


def _resource(element: Any, namespace: str) -> Resource:
    words = _texts(element, namespace)
    content: bytes | None = None
    sound = True
    if "derefUri" in words:
        try:
            content = base64.b64decode("".join(words["derefUri"].split()), validate=True)
        except (binascii.Error, ValueError):
            sound = False
    digest = words.get("digest", "").lower()
    if content is not None:
        size = words.get("size", "")
        sound = not size.isdecimal() or int(size[:20]) == len(content)
        if digest:
            sound = sound and hashlib.sha1(content, usedforsecurity=False).hexdigest() == digest
    return Resource(
        description=words.get("resourceDesc", "")[:500],
        mime=words.get("mimeType", "")[:100],
        uri=words.get("uri", "")[:1000],
        digest=digest[:100],
        content=None if content is None else len(content),
        sound=sound,
    )
