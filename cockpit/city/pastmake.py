"""A city's past without the city: from a pack and a seed, for archives that are made and not lived."""

from __future__ import annotations

from cockpit.city.build import Place
from cockpit.city.past import DAYS, Past
from cockpit.city.pastplaces import posted
from cockpit.city.units import muster, read_people
from cockpit.model.city import Pack
from cockpit.paths import assets_dir

UNITS = 240
"""As many as the demo city has, so that its units are the same."""


def past_of(pack: Pack, seed: int, start: int, per_day: float, days: int = DAYS, units: int = UNITS) -> Past:
    """The past of the city that `cockpit city serve` with these would be.

    Args:
        start: until when it goes, UTC us.

    Raises:
        UserError: a layer of the pack is not there or is damaged.
    """
    place = Place(pack)
    people = read_people(assets_dir() / "city" / "people.toml")
    there = muster(people, pack.unit_kinds, place.ground, seed, units, place.station)
    keys = posted(there, feed_of(pack, "unit"))
    return Past(pack, place.ground, place.areas, keys, seed, start, per_day, days, feed_of(pack, "event"))


def feed_of(pack: Pack, topic: str) -> str:
    """Id of the first feed that fills a table; the table's name where there is none."""
    return next((spec.id for spec in pack.feeds if spec.topic == topic), topic)
