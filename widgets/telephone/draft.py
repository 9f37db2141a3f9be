"""A call as it is taken down: what, where, how grave, who called, what they said. No Qt."""

from __future__ import annotations

import math
from dataclasses import dataclass

from cockpit.model.city import Pack
from cockpit.model.entries import MAX_TEXT, NewCase
from cockpit.model.messages import Message

CHANNELS = ("phone", "hotline")
"""Channels of a pack that a call may come by, the first that it has."""


@dataclass
class CallDraft:
    """What the form holds; kept while the form is closed.

    Attributes:
        began: when the call was first taken down, city time; 0 while nothing is.
        kind: code of the class, "" for none yet; typed: what stands in its field.
        level: 1–4, 0 none yet; by_hand: a person chose it, a class does not set it any more.
        place: words for where it is; named: of these, the name from which its place on the map came, "" for none.
        lon, lat: WGS-84, NaN none yet; area: code of the smallest area.
        name, number: of the caller; words: what they said.
    """

    began: int = 0
    kind: str = ""
    typed: str = ""
    level: int = 0
    by_hand: bool = False
    place: str = ""
    named: str = ""
    lon: float = math.nan
    lat: float = math.nan
    area: str = ""
    name: str = ""
    number: str = ""
    words: str = ""

    @property
    def empty(self) -> bool:
        return not (self.kind or self.typed or self.place or self.placed or self.name or self.number or self.words)

    @property
    def placed(self) -> bool:
        """Whether its place is on the map."""
        return not (math.isnan(self.lon) or math.isnan(self.lat))

    def set_kind(self, code: str, pack: Pack) -> None:
        """Chooses a class; it sets the level unless a person did."""
        self.kind = code
        if code and not self.by_hand:
            level = pack.kind(code).level
            self.level = level if 1 <= level <= 4 else 4

    def missing(self) -> Message | None:
        """Why it can not be saved as it is; None when it can be."""
        if not self.kind:
            return Message("telephone.no_kind")
        if not self.placed:
            return Message("telephone.no_place")
        if not self.level:
            return Message("telephone.no_level")
        if len(self.words) > MAX_TEXT:
            return Message("telephone.too_long", {"most": MAX_TEXT, "now": len(self.words)})
        return None

    def new_case(self, pack: Pack, event: str = "") -> NewCase:
        """The facts of the case; `event` is the key of one that the call turned out to be about."""
        channel = next((one for one in CHANNELS if one in pack.channels), "")
        return NewCase(event, self.kind, self.level, self.lon, self.lat, self.area, channel)

    @property
    def caller(self) -> str:
        return " ".join(part.strip() for part in (self.name, self.number) if part.strip())

    def texts(self) -> dict[str, str]:
        """Free words of the case that is opened; those not given are left out."""
        told = {"place": self.place.strip(), "caller": self.caller, "words": self.words.strip()}
        return {name: words for name, words in told.items() if words}

    def note(self) -> str:
        """What a case that it is joined to is told, in one text."""
        return "\n".join(part for part in (self.words.strip(), self.caller) if part)
