"""Feeds and systems as pack.toml and a site's feeds.toml name them, checked as far as a file can say."""

from __future__ import annotations

import math
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from importlib.metadata import entry_points
from pathlib import Path

from cockpit.model.city import DATUMS, FORMATS, SOURCES, FeedSpec, System
from cockpit.model.tables import HUBS_OWN, TABLES
from cockpit.packs.checked import Checked
from cockpit.packs.schema import FeedRow, SystemRow

TOPICS = tuple(topic for topic in TABLES if topic not in HUBS_OWN)
"""Tables that a feed can fill."""
NAME = "feeds.toml"
SITE = Path("/etc/cockpit") / NAME
VARIABLE = "COCKPIT_FEEDS"


class Installed(Collection[str]):
    """Built-in names, and those of an entry point's group; that is asked only for a name that is not built in."""

    def __init__(self, built_in: Sequence[str], group: str) -> None:
        self._built_in = built_in
        self._group = group

    def __contains__(self, name: object) -> bool:
        return name in self._built_in or name in entry_points(group=self._group).names

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys((*self._built_in, *sorted(entry_points(group=self._group).names))))

    def __len__(self) -> int:
        return len(list(iter(self)))


INSTALLED_SOURCES = Installed(SOURCES, "cockpit.sources")
INSTALLED_FORMATS = Installed(FORMATS, "cockpit.formats")


def site_feeds(named: str | os.PathLike[str] | None, *profiles: Path) -> Path | None:
    """The feeds.toml that holds: the one named, else that of the environment, a profile's, the machine's; or None."""
    if named:
        return Path(named).expanduser().absolute()
    told = os.environ.get(VARIABLE, "")
    if told:
        return Path(told).expanduser().absolute()
    return next((file for file in (*(profile / NAME for profile in profiles), SITE) if file.is_file()), None)


def feeds_of(
    file: Checked, rows: Sequence[FeedRow], sources: Collection[str], formats: Collection[str]
) -> tuple[FeedSpec, ...]:
    """The feeds of a file.

    Raises:
        UserError: a word that is none, or an id that is there twice.
    """
    seen: set[str] = set()
    for i, row in enumerate(rows):
        for key, given, known in (
            ("source", row.source, sources),
            ("format", row.format, formats),
            ("datum", row.datum, DATUMS),
            ("topic", row.topic, TOPICS),
        ):
            if given not in known:
                file.unknown(("feeds", i, key), f"packs.feed_{key}", given, known)
        if not math.isfinite(row.beat):
            file.wrong(("feeds", i, "beat"), "packs.wrong_value", key="beat", given=str(row.beat))
        if row.id in seen:
            file.wrong(("feeds", i, "id"), "packs.feed_twice", given=row.id)
        seen.add(row.id)
    return tuple(_spec(row) for row in rows)


def systems_of(file: Checked, rows: Sequence[SystemRow]) -> dict[str, System]:
    """The systems of a file, by id.

    Raises:
        UserError: an id is there twice.
    """
    systems: dict[str, System] = {}
    for i, row in enumerate(rows):
        if row.id in systems:
            file.wrong(("systems", i, "id"), "packs.system_twice", given=row.id)
        owner = row.owner.text() if row.owner else {}
        systems[row.id] = System(row.id, row.name.text(), owner, row.classification)
    return systems


def check_ties(
    file: Checked, feeds: Sequence[FeedSpec], systems: Mapping[str, System], known_feeds: Collection[str]
) -> None:
    """Raises UserError for a system or a feed that one of the file's feeds names and that is nowhere."""
    for i, feed in enumerate(feeds):
        if feed.system and feed.system not in systems:
            file.unknown(("feeds", i, "system"), "packs.feed_system", feed.system, systems)
        if feed.of and feed.of not in known_feeds:
            file.unknown(("feeds", i, "of"), "packs.feed_of", feed.of, known_feeds)


def _spec(row: FeedRow) -> FeedSpec:
    return FeedSpec(
        id=row.id,
        name=row.name.text(),
        source=row.source,
        url=row.url,
        format=row.format,
        datum=row.datum,
        beat=row.beat,
        topic=row.topic,
        system=row.system,
        of=row.of,
        expected=row.expected,
        queue=row.queue,
        room=row.room,
        options=row.options,
        mapping=row.mapping,
    )
