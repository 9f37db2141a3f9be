"""Datum: the reference pairs of the research notes (TAXONOMY 6.2), and that there and back is the same place."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.geo import datum
from cockpit.geo.metres import haversine
from cockpit.model.errors import UserError

FORWARD = {
    ("wgs84", "gcj02"): datum.wgs84_to_gcj02,
    ("gcj02", "bd09"): datum.gcj02_to_bd09,
    ("gcj02", "wgs84"): datum.gcj02_to_wgs84,
    ("bd09", "gcj02"): datum.bd09_to_gcj02,
}
# from, to, lon, lat, lon, lat, metres that the notes allow; the first six come from the providers' own services
PAIRS = [
    ("wgs84", "gcj02", 116.481499, 39.990475, 116.487585177952, 39.991754014757, 0.05),
    ("wgs84", "gcj02", 116.481499, 39.990375, 116.487585177952, 39.991653917101, 0.06),
    ("wgs84", "gcj02", 114.07, 22.62, 114.07513075, 22.61731092, 0.13),
    # six decimals and a one-step inverse on their side
    ("gcj02", "wgs84", 120.026268, 30.279164, 120.021519, 30.281543, 1.8),
    ("gcj02", "bd09", 116.254615, 29.814476, 116.2610991221, 29.820560874846, 0.01),
    ("wgs84", "gcj02", 121.5272106, 31.1774276, 121.531541859215, 31.17530398364597, 0.001),
    ("wgs84", "gcj02", 113.912316, 22.543847, 113.9171764808363, 22.540796131694766, 0.001),
    ("wgs84", "gcj02", 116.377817, 39.911954, 116.38404722455657, 39.91334545536069, 0.001),
    ("gcj02", "bd09", 116.404, 39.915, 116.41036949371029, 39.92133699351021, 0.001),
    # their inverse of BD-09 is the one-step one, ours is exact
    ("bd09", "gcj02", 116.404, 39.915, 116.39762729119315, 39.90865673957631, 0.6),
]
in_china = st.tuples(st.floats(80.0, 130.0), st.floats(20.0, 50.0))


@pytest.mark.parametrize("pair", PAIRS, ids=lambda p: f"{p[0]}-{p[1]}-{p[2]}")
def test_reference_pairs_agree_within_what_the_notes_say(
    pair: tuple[str, str, float, float, float, float, float],
) -> None:
    source, target, lon, lat, want_lon, want_lat, metres = pair
    got = FORWARD[source, target](lon, lat)
    assert haversine(*got, want_lon, want_lat) <= metres


def test_wgs84_to_bd09_is_within_a_metre_of_the_providers_answers() -> None:
    got = datum.wgs84_to_bd09(114.21892734521, 29.575429778924)
    assert haversine(*got, 114.2307507, 29.5790836) <= 1.0


@given(in_china)
def test_there_and_back_is_the_same_place_to_a_millimetre(place: tuple[float, float]) -> None:
    for name, forward in (("gcj02", datum.wgs84_to_gcj02), ("bd09", datum.wgs84_to_bd09)):
        assert haversine(*datum.to_wgs84(name, *forward(*place)), *place) < 0.001


def test_wgs84_and_cgcs2000_are_left_alone_and_nan_stays_nan() -> None:
    lon, lat = np.array([120.1, np.nan]), np.array([30.2, np.nan])
    for name in ("wgs84", "cgcs2000"):
        got = datum.to_wgs84(name, lon, lat)
        assert np.array_equal(got[0], lon, equal_nan=True)
        assert np.array_equal(got[1], lat, equal_nan=True)
    assert np.isnan(datum.to_wgs84("bd09", lon, lat)[0][1])


def test_outside_of_china_nothing_is_shifted() -> None:
    assert np.allclose(datum.to_wgs84("gcj02", 2.35, 48.85), (2.35, 48.85), atol=0)


def test_an_unknown_datum_is_refused_by_name() -> None:
    with pytest.raises(UserError, match="ed50"):
        datum.to_wgs84("ed50", 120.0, 30.0)
