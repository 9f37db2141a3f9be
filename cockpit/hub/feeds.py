"""What the hub tells the seats of its feeds beside their rows: systems, last samples, what was refused, and again."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import msgspec

from cockpit.bus import asks
from cockpit.feeds.again import Outcome, try_again
from cockpit.feeds.items import Change, Readings, Refused, Rows
from cockpit.feeds.quarantine import MOST, Kept
from cockpit.feeds.sources.base import Received
from cockpit.hub.service import Asked, Setting
from cockpit.model.errors import UserError
from cockpit.model.messages import Message, language, texts
from cockpit.model.ports import Interface, Sample, Systems, Tried
from cockpit.model.typed import from_json
from cockpit.store.refused import Piece, RefusedStore, Whole

log = logging.getLogger(__name__)
FILE = "refused.db"
MOST_TOLD = 120
"""Refused pieces that are told at once: with their samples they have to fit a message."""
SAMPLE_TEXT = 64 * 1024
"""Bytes of a sample that are told."""
_TIMES: dict[str, tuple[str, ...]] = {
    "event": ("updated", "occurred"), "unit": ("fixed",), "sensor": ("measured",), "alert": ("sent",),
}  # fmt: skip


class FeedsService(Asked):
    """Answers `feeds.systems`, `feeds.sample`, `quarantine` and `feeds.again`, and keeps what was refused."""

    def __init__(self, setting: Setting) -> None:
        self._pack, self._intake = setting.pack, setting.intake
        self._clock = setting.clock
        self._quarantine = setting.intake.quarantine
        setting.folder.mkdir(parents=True, exist_ok=True)
        self._store = RefusedStore(setting.folder / FILE, setting.clock.base, _say)
        self._recall()
        self._quarantine.persist_by(self._write_down)
        self._trying = asyncio.Lock()
        add = setting.answers.add
        add("feeds.systems", asks.Nothing, self._systems)
        add("feeds.sample", asks.KeyWanted, self._sample)
        add("quarantine", asks.KeyWanted, self._refused)
        add("feeds.again", asks.AgainWanted, self._again)

    async def close(self) -> None:
        await asyncio.to_thread(self._store.close)

    # -- what was refused --------------------------------------------------------------------------------------------

    def _write_down(self, kept: Kept) -> None:
        whole = kept.whole
        reason = msgspec.json.encode(kept.refused.reason, enc_hook=str).decode()
        piece = Piece(kept.id, kept.feed, kept.received, reason, kept.refused.sample, kept.refused.id, kept.message)
        self._store.put(
            piece, Whole(whole.data, whole.event_type, whole.id, whole.address) if whole is not None else None
        )

    def _recall(self) -> None:
        """What the last run refused."""
        for piece in reversed(self._store.last(MOST)):
            with contextlib.suppress(msgspec.MsgspecError):  # one of a version that wrote it otherwise
                refused = Refused(from_json(piece.reason, type=Message), piece.sample, piece.source_id)
                self._quarantine.recall(Kept(piece.feed, piece.received, refused, piece.id, piece.message))

    async def _refused(self, seat: str, wanted: asks.KeyWanted) -> asks.QuarantineReply:
        """The newest of each reason, as many as fit a message."""
        kept = self._quarantine.last(wanted.key)
        shown: list[Kept] = []
        by_group: dict[tuple[str, str], int] = {}
        most = max(1, MOST_TOLD // max(1, len({(one.feed, one.group) for one in kept})))
        for one in kept:
            at = (one.feed, one.group)
            by_group[at] = by_group.get(at, 0) + 1
            if by_group[at] <= most:
                shown.append(one)
        return asks.QuarantineReply([self._refusal(one) for one in shown[:MOST_TOLD]])

    def _refusal(self, kept: Kept) -> asks.Refusal:
        return asks.Refusal(
            kept.feed,
            kept.refused.reason,
            _readable(kept.refused.sample),
            kept.received,
            kept.id if kept.message else 0,
            kept.group,
            self._quarantine.reasons[kept.feed, kept.group],
        )

    # -- again -------------------------------------------------------------------------------------------------------

    async def _again(self, seat: str, wanted: asks.AgainWanted) -> Tried:
        """Reads refused pieces again. What is in the picture already and newer stays.

        Raises:
            UserError: none of them is there any more.
        """
        async with self._trying:
            pieces = self._quarantine.by_id(wanted.ids)
            if wanted.feed:
                pieces += self._quarantine.group(wanted.feed, wanted.group)
            if not pieces:
                raise UserError("feedboard.no_longer_there")
            tried = Tried()
            for kept in pieces:
                tried = await self._try(kept, tried)
            log.info("%s had %d refused pieces read again: %s", seat, len(pieces), tried)
            return tried

    async def _try(self, kept: Kept, tried: Tried) -> Tried:
        replace = msgspec.structs.replace
        runner = self._intake.runner(kept.feed)
        whole = await asyncio.to_thread(self._store.whole, kept.message) if kept.message else None
        if runner is None or whole is None:
            return replace(tried, lost=tried.lost + 1)
        message = Received(whole.data, kept.received, whole.event_type, whole.source_id, address=whole.address)
        items = await asyncio.to_thread(runner.read_again, message)
        outcome, changes, reason = try_again(items, kept.refused.id)
        if outcome is Outcome.REFUSED:
            return replace(tried, refused=tried.refused + 1, reason=reason or kept.refused.reason)
        newer = [change for change in (self._newer(kept, change) for change in changes) if change is not None]
        self._quarantine.release([kept])
        self._store.forget([kept.id])
        if not newer:
            return replace(tried, older=tried.older + 1)
        self._intake.take(kept.feed, newer, kept.received)
        return replace(tried, taken=tried.taken + 1)

    def _newer(self, kept: Kept, change: Change) -> Change | None:
        """Of a change what is not known already, and newer; a list of what is there is old by now."""
        if isinstance(change, Readings):
            return change  # the picture itself takes no older reading
        if not isinstance(change, Rows):
            return None
        self._intake.take_in()
        live = self._intake.picture[change.topic]
        rows = [
            row for row in change.rows if not _is_older(change.topic, row, live.get(f"{kept.feed}/{row['id']}"), kept)
        ]
        return Rows(change.topic, rows) if rows else None

    # -- what there is -----------------------------------------------------------------------------------------------

    async def _systems(self, seat: str, wanted: asks.Nothing) -> Systems:
        feeds = (
            Interface(s.id, address(self._intake.address(s)), s.datum, s.queue, s.room, s.of) for s in self._pack.feeds
        )
        return Systems(tuple(self._pack.systems.values()), tuple(feeds))

    async def _sample(self, seat: str, wanted: asks.KeyWanted) -> Sample:
        """The last message that could be used.

        Raises:
            UserError: there was none since the hub's start.
        """
        runner = self._intake.runner(wanted.key)
        last = runner.last_good if runner is not None else None
        if last is None:
            raise UserError("feedboard.no_sample")
        return Sample(_readable(last.head[:SAMPLE_TEXT]), last.size, last.received_us)


def address(url: str) -> str:
    """An address as it may be shown: without user, password, query and fragment, in which keys are handed over."""
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
    except ValueError:
        return ""
    return urlunsplit((parts.scheme, host, parts.path, "", ""))


def _is_older(topic: str, row: dict[str, Any], live: dict[str, Any] | None, kept: Kept) -> bool:
    """Whether the picture knows the thing as of later than a row."""
    if live is None:
        return False
    for name in _TIMES.get(topic, ()):
        if row[name] and live[name]:
            return bool(live[name] > row[name])
    return bool(live["received"] > kept.received)


def _readable(data: bytes) -> str:
    """Bytes as text, with whatever does not print as spaces."""
    return "".join(c if c.isprintable() or c == "\n" else " " for c in data.decode("utf-8", "replace"))


def _say(problem: Message) -> None:
    """A sentence about the file, for whoever reads the hub's log."""
    log.warning("%s", texts(language())(problem))
