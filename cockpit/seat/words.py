"""Words and photos of the ledger by id: from the hub, else what was read before; what was read once is kept here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from cockpit.bus import asks
from cockpit.model.clock import HOUR, Clock
from cockpit.model.entries import TextRef
from cockpit.model.messages import Message
from cockpit.store.cache import Cache
from cockpit.store.pictures import Pictures

FRESH = HOUR
"""So long a copy is good without asking whether the words were erased meanwhile."""
MOST_IDS = 200
"""Ids in one question."""

Ask = Callable[[str, object, type, Callable[[Any], None]], None]
"""Asks the hub: what, the question, the type of the reply, who gets it (on any thread)."""


class Words:
    """Answers come on any thread; reads the disk, so it is not asked on the thread of ticks."""

    def __init__(self, cache: Cache, pictures: Pictures, ask: Ask, clock: Clock) -> None:
        """
        Args:
            clock: the machine's.
        """
        self._cache = cache
        self._pictures = pictures
        self._ask = ask
        self._clock = clock

    def texts(self, refs: Sequence[TextRef], done: Callable[[dict[str, str] | Message], None]) -> None:
        """Words by id; "" those erased, missing those that can not be had now. A Message when none can."""
        now = self._clock.now()
        found: dict[str, str] = {}
        old: dict[str, str] = {}
        for ref in refs:
            kept = self._cache.body(_key(ref.id))
            if kept is not None:  # what was erased is asked for again: "" with no time is old
                (found if now - kept[1] < FRESH else old)[ref.id] = kept[0]
        wanted = dict.fromkeys(ref.id for ref in refs if ref.id not in found)
        self._fetch(list(wanted), found, old, done)

    def _fetch(
        self,
        wanted: list[str],
        found: dict[str, str],
        old: dict[str, str],
        done: Callable[[dict[str, str] | Message], None],
    ) -> None:
        if not wanted:
            done(found)
            return
        now, later = wanted[:MOST_IDS], wanted[MOST_IDS:]

        def answered(reply: asks.TextsReply | Message) -> None:
            problem = reply if isinstance(reply, Message) else reply.problem
            if problem is not None or not isinstance(reply, asks.TextsReply):
                had = found | {ident: old[ident] for ident in wanted if ident in old}
                done(had or problem or {})
                return
            at = self._clock.now()
            for ident, words in reply.texts.items():
                self._cache.put_body(_key(ident), words, at)
            erased = dict.fromkeys((i for i in now if i not in reply.texts and i not in reply.more), "")
            for ident in erased.keys() & old.keys():
                self._cache.put_body(_key(ident), "", 0)  # erased at the hub, so it is erased here
            more = reply.more if len(reply.more) < len(now) else []
            self._fetch([*more, *later], found | erased | reply.texts, old, done)

        self._ask("texts", asks.TextsWanted(now), asks.TextsReply, answered)

    def photo(self, sha256: str, thumb: bool, done: Callable[[bytes | Message], None]) -> None:
        """A re-encoded JPEG of a piece of evidence."""
        key = f"photo/{sha256}/{'thumb' if thumb else 'view'}"
        kept = self._pictures.get(key)
        if kept is not None:
            done(kept)
            return

        def answered(reply: asks.PictureReply | Message) -> None:
            problem = reply if isinstance(reply, Message) else reply.problem
            if problem is not None or not isinstance(reply, asks.PictureReply):
                done(problem or Message("hub.no_body"))
                return
            self._pictures.put(key, reply.data)
            done(reply.data)

        self._ask("photo", asks.PhotoWanted(sha256, thumb), asks.PictureReply, answered)


def _key(ident: str) -> str:
    return f"text/{ident}"
