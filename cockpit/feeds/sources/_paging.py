"""Pages of an answer over HTTP: where the next one is, and all of them joined to one document."""

from __future__ import annotations

import re
from typing import Any

import httpx
import msgspec

from cockpit.feeds.decoding import BAD_JSON
from cockpit.model.errors import OutsideError

ARRAYS = ("features", "value", "items", "data", "results", "records", "rows", "list", "service_requests")
"""Members that hold the things of a page, where the options name none."""
_LINK = re.compile(r"<([^>]*)>\s*((?:;\s*[^,;]+)*)")
_raw = msgspec.json.Decoder(dict[str, msgspec.Raw])
_raws = msgspec.json.Decoder(list[msgspec.Raw])


class Page:
    """One page.

    Attributes:
        data: as it came.
        things: its things, raw; None where it is no JSON or none are found in it.
    """

    def __init__(self, data: bytes, path: str = "") -> None:
        """
        Args:
            path: member, or JSON pointer (RFC 6901), of the array of things.
        """
        self.data = data
        self._document: dict[str, msgspec.Raw] | None = None
        self._path: list[str] = []
        self.things: list[msgspec.Raw] | None = None
        try:
            if data.lstrip()[:1] == b"[":
                self.things = _raws.decode(data)
                return
            self._document = _raw.decode(data)
            self._path, self.things = self._find(pointer(path))
        except BAD_JSON:
            return

    def _find(self, path: list[str]) -> tuple[list[str], list[msgspec.Raw] | None]:
        assert self._document is not None
        for steps in [path] if path else [[name] for name in ARRAYS]:
            inside: dict[str, msgspec.Raw] = self._document
            for step in steps[:-1]:
                inside = _raw.decode(inside.get(step, msgspec.Raw(b"{}")))
            found = inside.get(steps[-1])
            if found is not None and bytes(found).lstrip()[:1] == b"[":
                return steps, _raws.decode(found)
        return [], None

    def member(self, path: str) -> Any:
        """What stands at a member or JSON pointer; None where nothing does."""
        try:
            value: Any = msgspec.json.decode(self.data)
        except BAD_JSON:
            return None
        for step in pointer(path):
            value = value.get(step) if isinstance(value, dict) else None
        return value

    def joined(self, things: list[msgspec.Raw]) -> bytes:
        """This page with the things of all pages in the place of its own."""
        if self._document is None:
            return msgspec.json.encode(things)
        return msgspec.json.encode(_put(self._document, self._path, things))


def pointer(path: str) -> list[str]:
    """The steps of a JSON pointer; of a plain member, itself."""
    if not path.startswith("/"):
        return [path] if path else []
    return [step.replace("~1", "/").replace("~0", "~") for step in path[1:].split("/")]


def linked(header: str) -> str:
    """The address with `rel="next"` of a Link header (RFC 8288); "" where there is none."""
    for address, params in _LINK.findall(header):
        if re.search(r';\s*rel\s*=\s*"?[^";]*\bnext\b', params, re.IGNORECASE):
            return str(address)
    return ""


def follow(page: httpx.URL, link: str) -> httpx.URL:
    """The address of the next page, at the host of this one: nothing goes where the configuration did not name.

    Raises:
        OutsideError: it is elsewhere, or no address.
    """
    try:
        there = page.join(link)
    except httpx.InvalidURL as error:
        raise OutsideError("sources.bad_link", detail=link[:100]) from error
    if (there.scheme, there.host, there.port) != (page.scheme, page.host, page.port):
        raise OutsideError("sources.foreign_link", detail=there.host[:100])
    return there


def _put(document: dict[str, msgspec.Raw], path: list[str], things: list[msgspec.Raw]) -> dict[str, Any]:
    step, rest = path[0], path[1:]
    inner: Any = _put(_raw.decode(document[step]), rest, things) if rest else things
    return {**document, step: inner}
