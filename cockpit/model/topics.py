"""Topics 专题 of a leader's cockpit: what a page shows, as data of the pack (`topics.toml`), else the shipped.

[[topics]]
id = "flood"
name = { zh = "防汛", en = "Flood" }
icon = "rain"
kinds = ["E0506", "E0503"]      # whose records it is about; channels = ["hotline"]
figures = [{ sign = "N01" }, { measure = "open" }]   # the first is said in the list of topics
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import msgspec

from cockpit.model.city import Text
from cockpit.model.clock import DAY
from cockpit.model.errors import UserError
from cockpit.model.insight import MEASURES
from cockpit.model.scope import Scope
from cockpit.model.spans import span_of
from cockpit.model.typed import converted
from cockpit.paths import assets_dir

FILE = "topics.toml"
MOST = 24
YEAR = 365 * DAY


class Figure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One number of a page: a sign, or a measure of the topic's records.

    Attributes:
        sign: code, else measure: of `insight.MEASURES`.
        kinds, stages: fewer records than the topic's.
        name: how it is called, {} as the sign or the measure is.
        span: period of a measure while today is looked at ("last7"), where a day has too few; "" that of the way.
    """

    sign: str = ""
    measure: str = ""
    kinds: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    name: Text = {}
    span: str = ""


class Topic(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One topic.

    Attributes:
        figures: in order; the first is its headline.
        kinds, channels: of its records, () all.
        by_area: sign that is shown district by district, "" the headline's.
    """

    id: str
    name: Text
    figures: tuple[Figure, ...]
    icon: str = "list"
    kinds: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    by_area: str = ""

    def scope(self, of: Scope) -> Scope:
        """The topic's records, in the period of another scope."""
        return Scope(of.span, kinds=self.kinds, channels=self.channels, against=of.against)


class Topics(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a pack has.

    Attributes:
        target: of the city's index, 0 none.
    """

    topics: tuple[Topic, ...] = ()
    target: float = 0.0

    def topic(self, id: str) -> Topic | None:
        return next((topic for topic in self.topics if topic.id == id), None)


def read_topics(pack: Path) -> Topics:
    """The topics of a pack's folder, the shipped ones where it has none.

    Raises:
        UserError: the file can not be read, or says what can not be.
    """
    own = pack / FILE
    file = own if own.is_file() else assets_dir() / "topics" / "cityops.toml"
    try:
        topics = converted(tomllib.loads(file.read_text("utf-8")), Topics)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise UserError("leader.topics_wrong", file=str(file), why=str(error)) from error
    ids = [topic.id for topic in topics.topics]
    for topic in topics.topics:
        why = _wrong(topic)
        if why:
            raise UserError("leader.topics_wrong", file=str(file), why=f"{topic.id}: {why}")
    if len(set(ids)) != len(ids) or len(ids) > MOST:
        raise UserError("leader.topics_wrong", file=str(file), why="id")
    return topics


def _wrong(topic: Topic) -> str:
    """The word that can not be, "" none."""
    if not topic.id.isidentifier():
        return "id"
    if not topic.name.get("zh"):
        return "name"
    if not topic.figures:
        return "figures"
    bad = [one for one in topic.figures if bool(one.sign) == bool(one.measure)]
    bad += [one for one in topic.figures if one.measure and one.measure not in MEASURES]
    if bad:
        return f"{bad[0].sign} {bad[0].measure}".strip() or "figures"
    return next((f"span {one.span}" for one in topic.figures if one.span and not _is_span(one.span)), "")


def _is_span(word: str) -> bool:
    try:
        span_of(word, YEAR)
    except UserError:
        return False
    return True
