"""Datum: published reference pairs over China, each with who published it; there and back is the same place."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.geo import datum
from cockpit.geo.metres import haversine
from cockpit.model.city import DATUMS
from cockpit.model.errors import UserError

FORWARD = {
    ("wgs84", "gcj02"): datum.wgs84_to_gcj02,
    ("gcj02", "bd09"): datum.gcj02_to_bd09,
    ("gcj02", "wgs84"): datum.gcj02_to_wgs84,
    ("bd09", "gcj02"): datum.bd09_to_gcj02,
    ("wgs84", "bd09"): datum.wgs84_to_bd09,
}
Place = tuple[float, float]
AMAP = "高德开放平台, 坐标转换: an answer of the service that many repositories quote"
BAIDU = "百度地图开放平台, geoconv/v1: the answer to the example of its page"
OLD_BAIDU = "百度地图, the convert service before geoconv, in its page"
ALIYUN = "阿里云, 地址标准化 TransferCoord, the request and answer that its page shows"
EVIL = "googollee/eviltransform, TESTS of its test suite"
COORDTRANSFORM = "wandergis/coordtransform, results that test/app.js lists"
# from, to, place, what was published, metres that are allowed, by whom it was published
PAIRS: list[tuple[str, str, Place, Place, float, str]] = [
    ("wgs84", "gcj02", (116.481499, 39.990475), (116.487585177952, 39.991754014757), 0.05, AMAP),
    ("wgs84", "gcj02", (116.481499, 39.990375), (116.487585177952, 39.991653917101), 0.06, AMAP),
    ("wgs84", "gcj02", (114.07, 22.62), (114.07513075, 22.61731092), 0.13, AMAP),
    ("wgs84", "bd09", (114.21892734521, 29.575429778924), (114.2307507, 29.5790836), 1.0, BAIDU),
    ("gcj02", "bd09", (116.254615, 29.814476), (116.2610991221, 29.820560874846), 0.01, OLD_BAIDU),
    ("gcj02", "bd09", (120.026268, 30.279164), (120.032768, 30.285238), 0.06, ALIYUN),
    ("wgs84", "gcj02", (121.5272106, 31.1774276), (121.531541859215, 31.17530398364597), 0.001, EVIL),
    ("wgs84", "gcj02", (113.912316, 22.543847), (113.9171764808363, 22.540796131694766), 0.001, EVIL),
    ("wgs84", "gcj02", (116.377817, 39.911954), (116.38404722455657, 39.91334545536069), 0.001, EVIL),
    ("wgs84", "gcj02", (116.404, 39.915), (116.41024449916938, 39.91640428150164), 0.001, COORDTRANSFORM),
    ("gcj02", "bd09", (116.404, 39.915), (116.41036949371029, 39.92133699351021), 0.001, COORDTRANSFORM),
    # their inverses are one-step ones, ours are exact
    ("gcj02", "wgs84", (116.404, 39.915), (116.39775550083061, 39.91359571849836), 0.1, COORDTRANSFORM),
    ("bd09", "gcj02", (116.404, 39.915), (116.39762729119315, 39.90865673957631), 0.6, COORDTRANSFORM),
]
# hujiulong/gcoord, test/fixtures/china-cities.json: cities from the west to the north-east, in WGS-84, GCJ-02 and BD-09
CITIES: dict[str, tuple[Place, Place, Place]] = {
    "那曲": ((92.0499619, 31.4784436), (92.0512438, 31.4762063), (92.0576832, 31.4824421)),
    "酒泉": ((98.4937175, 39.7319946), (98.4943595, 39.7328234), (98.5008441, 39.7388949)),
    "楚雄": ((101.5265949, 25.048566), (101.5280737, 25.0455363), (101.5344863, 25.0518094)),
    "西昌": ((102.2658401, 27.8850446), (102.2673386, 27.8816151), (102.2738428, 27.8876621)),
    "钦州": ((108.6503952, 21.9828281), (108.6541485, 21.9799392), (108.6607283, 21.9856319)),
    "郑州": ((113.6192856, 34.7478004), (113.6253334, 34.7466173), (113.6317519, 34.7528605)),
    "锡林浩特": ((116.0414035, 43.9312805), (116.0482308, 43.9334573), (116.0546232, 43.9397782)),
    "汕头": ((116.6775114, 23.3567569), (116.6819735, 23.3540964), (116.6885014, 23.3598884)),
    "泉州": ((118.6711365, 24.8770487), (118.6756787, 24.8741363), (118.6821251, 24.8804872)),
    "金华": ((119.6427465, 29.0820414), (119.6474509, 29.0790641), (119.6538875, 29.0854003)),
    "沈阳": ((123.4253306, 41.8032629), (123.4314787, 41.8057023), (123.438095, 41.8114013)),
}
in_china = st.tuples(st.floats(80.0, 130.0), st.floats(20.0, 50.0))


@pytest.mark.parametrize("pair", PAIRS, ids=lambda p: f"{p[0]}-{p[1]}-{p[2][0]}")
def test_published_pairs_agree(pair: tuple[str, str, Place, Place, float, str]) -> None:
    source, target, place, published, metres, by = pair
    assert metres <= 1.0
    assert haversine(*FORWARD[source, target](*place), *published) <= metres, by


@pytest.mark.parametrize("city", CITIES)
def test_cities_all_over_china_agree_within_a_metre_each_way(city: str) -> None:
    places = dict(zip(("wgs84", "gcj02", "bd09"), CITIES[city], strict=True))
    for name in ("gcj02", "bd09"):
        assert haversine(*datum.from_wgs84(name, *places["wgs84"]), *places[name]) <= 1.0
        assert haversine(*datum.to_wgs84(name, *places[name]), *places["wgs84"]) <= 1.0


def test_a_published_one_step_inverse_is_off_by_what_one_step_leaves() -> None:
    """阿里云 answers with six decimals and one step back: 1.8 m beside the place whose forward is the asked one."""
    asked, answered = (120.026268, 30.279164), (120.021519, 30.281543)
    ours = datum.gcj02_to_wgs84(*asked)
    assert haversine(*datum.wgs84_to_gcj02(*ours), *asked) < 0.001
    assert haversine(*ours, *answered) < 1.8


@settings(deadline=None)
@given(in_china)
def test_there_and_back_is_the_same_place_to_a_millimetre(place: tuple[float, float]) -> None:
    for name in DATUMS:
        assert haversine(*datum.to_wgs84(name, *datum.from_wgs84(name, *place)), *place) < 0.001
        assert haversine(*datum.from_wgs84(name, *datum.to_wgs84(name, *place)), *place) < 0.001


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
    with pytest.raises(UserError, match="ed50"):
        datum.from_wgs84("ed50", 120.0, 30.0)
