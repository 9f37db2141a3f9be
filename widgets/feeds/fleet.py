"""All feeds as systems with their interfaces: grouped, counted, filtered, those in trouble first. No Qt in here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from cockpit.model.city import System, Text
from widgets.kit.feedstate import FeedState, Health
from widgets.kit.fuzzy import score

FITS = 40.0
"""How well words have to fit (`widgets.kit.fuzzy`): as written or spelled, not by letters that merely follow."""
ALONE = "feed:"
"""Begins the id of the system that stands for a feed that belongs to none."""


@dataclass(frozen=True)
class Asked:
    """What a person wants to see.

    Attributes:
        text: words, as written, in pinyin or by initials.
        healths: () for all of them.
        owner: department in the pack's words, "" any; classification: "" any.
    """

    text: str = ""
    healths: frozenset[Health] = frozenset()
    owner: str = ""
    classification: str = ""

    @property
    def narrowed(self) -> bool:
        return self != Asked()


@dataclass(frozen=True)
class Group:
    """A system with those of its interfaces that are asked for.

    Attributes:
        id: of the system. name, owner: in the pack's words. feeds: the worst first.
        total: how many interfaces it has, asked for or not.
    """

    id: str
    name: Text | str
    owner: Text
    classification: str
    feeds: tuple[FeedState, ...]
    total: int

    @property
    def worst(self) -> Health:
        return min(feed.health for feed in self.feeds)

    def count(self, health: Health) -> int:
        return sum(feed.health is health for feed in self.feeds)


@dataclass(frozen=True)
class Fleet:
    """What is shown.

    Attributes:
        groups: in the order in which they stand.
        counts: interfaces by health that fit what is asked, but for the healths asked for.
        systems, interfaces: how many there are at all.
        owners, classifications: that there are.
    """

    groups: tuple[Group, ...] = ()
    counts: Mapping[Health, int] = field(default_factory=dict)
    systems: int = 0
    interfaces: int = 0
    owners: tuple[str, ...] = ()
    classifications: tuple[str, ...] = ()


class Finder:
    """Which feeds fit typed words; of the same words over the same names only once."""

    def __init__(self) -> None:
        self._known: tuple[str, frozenset[tuple[str, ...]]] = ("", frozenset())
        self._fits: dict[tuple[str, ...], bool] = {}

    def fits(self, text: str, names: tuple[str, ...]) -> bool:
        if text != self._known[0]:
            self._known, self._fits = (text, frozenset()), {}
        found = self._fits.get(names)
        if found is None:
            found = self._fits[names] = score(text, *names) >= FITS
        return found


def fleet(states: Iterable[FeedState], systems: Mapping[str, System], asked: Asked, finder: Finder) -> Fleet:
    """Groups what is asked for, in trouble first: by the worst of a system, then by how many of it, then by name."""
    by_system: dict[str, list[FeedState]] = {}
    for state in states:
        by_system.setdefault(state.system or ALONE + state.id, []).append(state)
    counts = dict.fromkeys(Health, 0)
    groups: list[Group] = []
    owners: set[str] = set()
    classes: set[str] = set()
    interfaces = 0
    for id, feeds in by_system.items():
        interfaces += len(feeds)
        system = systems.get(id)
        owner = system.owner if system else {}
        classification = system.classification if system else ""
        owners |= {owner["zh"]} if owner else set()
        classes |= {classification} if classification else set()
        if (asked.owner and owner.get("zh") != asked.owner) or asked.classification not in ("", classification):
            continue
        name: Text | str = system.name if system else feeds[0].name if id.startswith(ALONE) else id
        found = _named(feeds, (id, *_words(name), *_words(owner)), asked.text, finder)
        for feed in found:
            counts[feed.health] += 1
        shown = [feed for feed in found if not asked.healths or feed.health in asked.healths]
        if shown:
            shown.sort(key=lambda feed: feed.health)
            groups.append(Group(id, name, owner, classification, tuple(shown), len(feeds)))
    groups.sort(key=_trouble)
    return Fleet(tuple(groups), counts, len(by_system), interfaces, tuple(sorted(owners)), tuple(sorted(classes)))


def held(fresh: Sequence[Group], before: Sequence[str]) -> tuple[Group, ...]:
    """The groups in the order that they had; those that are new come last."""
    places = {id: i for i, id in enumerate(before)}
    return tuple(sorted(fresh, key=lambda group: places.get(group.id, len(places))))


def _named(feeds: list[FeedState], names: tuple[str, ...], text: str, finder: Finder) -> list[FeedState]:
    if not text or finder.fits(text, names):
        return list(feeds)
    return [feed for feed in feeds if finder.fits(text, (feed.id, *_words(feed.name), *names))]


def _words(text: Text | str) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text.values())


def _trouble(group: Group) -> tuple[int, ...]:
    worst = group.worst
    return (int(worst), *(-group.count(health) for health in Health if health is not Health.LIVE))
