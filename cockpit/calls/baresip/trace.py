"""Reads SIP messages in what a traced baresip prints: texts (MESSAGE) that it tells nobody else, and who answers."""

from __future__ import annotations

import re
from dataclasses import dataclass

_BEGIN = re.compile(rb"#\r?\n(?:UDP|TCP|TLS) [^\s]{3,80} -> [^\s]{3,80}\r?\n")
_HEADER_END = b"\r\n\r\n"
MOST_HEADERS = 16_384
MOST_BODY = 32_768
_LONG = {b"f": b"from", b"i": b"call-id", b"l": b"content-length", b"c": b"content-type", b"t": b"to"}


@dataclass(frozen=True)
class Seen:
    """A SIP message.

    Attributes:
        first: its first line; headers: by name in lower case, the first of each name; body: its bytes.
    """

    first: str
    headers: dict[str, str]
    body: bytes

    @property
    def method(self) -> str:
        """Of a request; "" for an answer."""
        return "" if self.first.startswith("SIP/2.0") else self.first.partition(" ")[0]

    @property
    def code(self) -> int:
        """Of an answer; 0 for a request."""
        found = re.match(r"SIP/2\.0 (\d{3})", self.first)
        return int(found[1]) if found else 0


class Trace:
    """Fed with what is printed; gives the messages in it. What is none is passed over, whatever it is."""

    def __init__(self) -> None:
        self._buffer = b""

    def feed(self, data: bytes) -> list[Seen]:
        self._buffer += data
        found: list[Seen] = []
        while True:
            begin = _BEGIN.search(self._buffer)
            if begin is None:
                self._buffer = self._buffer[-200:]  # the beginning of a beginning
                return found
            end = self._buffer.find(_HEADER_END, begin.end())
            if end < 0 or end - begin.end() > MOST_HEADERS:
                if len(self._buffer) - begin.end() > MOST_HEADERS:
                    self._buffer = self._buffer[begin.end() :]
                    continue
                self._buffer = self._buffer[begin.start() :]
                return found
            first, headers = _headers(self._buffer[begin.end() : end])
            size = headers.get("content-length", "0").strip()
            length = int(size) if size.isascii() and size.isdigit() and len(size) < 7 else MOST_BODY + 1
            body = end + len(_HEADER_END)
            if length <= MOST_BODY and len(self._buffer) < body + length:
                self._buffer = self._buffer[begin.start() :]
                return found
            if length > MOST_BODY:
                length = 0
            found.append(Seen(first, headers, self._buffer[body : body + length]))
            self._buffer = self._buffer[body + length :]


def _headers(text: bytes) -> tuple[str, dict[str, str]]:
    unfolded = re.sub(rb"\r\n[ \t]+", b" ", text)
    first, *lines = unfolded.split(b"\r\n")
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(b":")
        key = name.strip().lower()
        if colon:
            headers.setdefault(_LONG.get(key, key).decode("utf-8", "replace"), value.strip().decode("utf-8", "replace"))
    return first.decode("utf-8", "replace"), headers
