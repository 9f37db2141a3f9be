"""XML from outside: no DTD, no entities, no document that fills the memory."""

from __future__ import annotations

from typing import Any

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from cockpit.feeds.items import Refused, refused

MAX_BYTES = 8 * 1024 * 1024
MAX_ELEMENTS = 300_000


def read_xml(data: bytes) -> Any | Refused:
    """The root element, or why there is none."""
    if len(data) > MAX_BYTES:
        return refused("too_big_xml", data, detail=MAX_BYTES // 2**20)
    if data.count(b"<") - data.count(b"</") > MAX_ELEMENTS:
        return refused("too_many_elements", data, most=MAX_ELEMENTS)
    try:
        return ElementTree.fromstring(data, forbid_dtd=True)
    except DefusedXmlException:
        return refused("xml_bomb", data)
    except (ElementTree.ParseError, ValueError, LookupError) as error:  # LookupError: an encoding that there is not
        line, column = getattr(error, "position", (0, 0))
        return refused("not_xml", data, line=line, column=column + 1)


def source_of(element: Any) -> bytes:
    """The element as XML again, for the quarantine."""
    try:
        return bytes(ElementTree.tostring(element, "utf-8"))
    except (ValueError, TypeError, RecursionError):
        return str(element.tag).encode("utf-8", "replace")
