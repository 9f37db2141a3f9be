"""Identifiers of China's national warning system (GB/T 35965.1): `ZZZZZZDDDUUUXX_YYYYMMDDhhmmss_N`, 31 characters."""

from __future__ import annotations

import re

import msgspec

from cockpit.feeds.decoding import BadTime, when

_IDENTIFIER = re.compile(r"(\d{6})(\w{3})(\w{3})(\w{2})_(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)_(\d)", re.ASCII)


class Identifier(msgspec.Struct, frozen=True):
    """What an identifier says.

    Attributes:
        area: code of the issuing authority's area (GB/T 2260).
        agency: its kind (GB/T 4657), with unit and extension: eight characters.
        issued: UTC us.
        number: of the message within its second.
    """

    area: str
    agency: str
    issued: int
    number: int


def parse(text: str) -> Identifier | None:
    """None for an identifier of another kind."""
    found = _IDENTIFIER.fullmatch(text)
    if found is None:
        return None
    area, agency, unit, extension, *time, number = found.groups()
    try:
        issued = when("{}-{}-{}T{}:{}:{}+08:00".format(*time), "identifier")
    except BadTime:
        return None
    return Identifier(area, agency + unit + extension, issued, int(number))
