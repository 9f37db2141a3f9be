"""Units as the rules see them: of the picture, and only as certain as the feed that tells of them."""

from __future__ import annotations

from cockpit.model.batch import columns_of_rows
from cockpit.model.clock import MINUTE, SECOND, ManualClock
from cockpit.model.tables import FEEDS, UnitState
from cockpit.picture.picture import Picture
from cockpit.picture.units import PictureUnits
from tests.living_book import put_units


def test_a_unit_is_known_while_its_feed_speaks() -> None:
    clock, picture = ManualClock(), Picture()
    units = PictureUnits(picture, clock)
    assert units.unit("positions/U1") is None
    put_units(picture, "U1")
    feed = picture["feed"].get("positions")
    assert feed is not None
    picture.upsert("feed", columns_of_rows(FEEDS, [feed | {"received": clock.now(), "beat": SECOND}]))
    found = units.unit("positions/U1")
    assert found is not None
    assert (found.state, found.name, found.kind, found.area) == (UnitState.FREE, "U1", "grid", "330102")
    assert found.known
    clock.advance(15)  # stale, and still the best that is known
    assert units.unit("positions/U1").known
    clock.advance(MINUTE / SECOND)
    assert not units.unit("positions/U1").known
    picture.remove("feed", ["positions"])
    assert not units.unit("positions/U1").known
