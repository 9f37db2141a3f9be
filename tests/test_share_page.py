"""A situation as one page: all of it in one file, nothing of the outside in it, and no citizen's words."""

from __future__ import annotations

import math
from pathlib import Path

import msgspec
import pytest

from cockpit.model.clock import SECOND
from cockpit.model.messages import texts
from cockpit.picture.picture import Picture
from cockpit.share.deckgl import addresses, library, without_addresses
from cockpit.share.ground import read_ground
from cockpit.share.page import page_of
from cockpit.share.situation import Asked, Happening, Situation, rings_of, situation_of
from cockpit.share.symbols import atlas
from cockpit.share.tokens import tokens
from tests.chromium import browser, refusing_proxy
from tests.living_picture import NOW, living_pack, living_picture

HANGZHOU = Path(__file__).parent.parent / "assets" / "cities" / "hangzhou"
CENTRE, ZOOM = (120.178, 30.268), 14.0
BOUNDS = (120.15, 30.25, 120.21, 30.29)


def _told(picture: Picture | None = None, lang: str = "zh", units: bool = False) -> Situation:
    asked = Asked(CENTRE, ZOOM, BOUNDS, units, "王建国")
    picture = living_picture() if picture is None else picture
    return situation_of(picture, living_pack(), [], texts(lang), NOW, NOW, True, asked)


def _page(told: Situation, look: str = "dark", lang: str = "zh") -> str:
    return page_of(told, read_ground(HANGZHOU, told.bounds), tokens(look), texts(lang))


def _event(level: int, lon: float, lat: float, place: str = "天城路 × 机场路") -> Happening:
    return Happening("道路积水 62 cm", level, "water", place, lon, lat, NOW, "2026-07-14 17:42:36")


FOUR = (
    _event(1, 120.170, 30.275), _event(2, 120.186, 30.275), _event(3, 120.170, 30.261), _event(4, 120.186, 30.261),
)  # fmt: skip


def test_a_page_has_no_address_of_the_outside_world_in_it() -> None:
    page = _page(_told(units=True))
    assert addresses(page) == []
    assert "unpkg.com" not in page.replace("nowhere:unpkg.com", "")
    ours = page.replace(library(), "")
    assert len(ours) < len(page)
    assert "default-src 'none'" in ours
    assert "src=" not in ours
    assert "<link" not in ours


def test_addresses_are_found_where_there_are_some() -> None:
    bad = 'fetch("https://unpkg.com/x"); new WebSocket("wss://a.b"); "http://www.w3.org/2000/svg"'
    assert len(addresses(bad)) == 2
    assert addresses(without_addresses(bad)) == []
    assert "www.w3.org/2000/svg" in without_addresses(bad)
    assert len(library()) > 3_000_000


def test_a_page_stays_small_enough_to_be_sent() -> None:
    assert len(_page(_told(units=True)).encode("utf-8")) < 8_000_000


def test_the_page_tells_time_source_ages_and_who_shared_it() -> None:
    page = _page(_told())
    for words in ("2026-07-14 17:42:36", "北京时间", "演示数据", "导出人 王建国", "© OpenStreetMap 贡献者", "城市平台"):
        assert words in page
    english = _page(_told(lang="en"), "light", "en")
    assert 'lang="en"' in english
    assert "Beijing time" in english


def test_the_approval_number_of_the_map_stands_on_the_page_where_the_pack_has_one() -> None:
    pack = msgspec.structs.replace(living_pack(), approval="GS(2024)0650号")
    asked = Asked(CENTRE, ZOOM, BOUNDS)
    told = situation_of(living_picture(), pack, [], texts("zh"), NOW, NOW, False, asked)
    assert "审图号：GS(2024)0650号" in told.credit
    assert "审图号：GS(2024)0650号" in _page(told)
    assert "演示数据" not in _page(told)
    assert "审图号" not in _page(_told())


def test_every_open_event_is_on_the_page_with_its_level_sign_and_nothing_of_a_closed_one() -> None:
    picture = living_picture()
    told = _told(picture)
    table = picture["event"]
    seen = sum(s == 0 for s in table.numbers("state").tolist())
    assert len(told.events) == seen
    assert [one.level for one in told.events] == sorted(one.level for one in told.events)
    page = _page(told)
    assert f"未结事件 {seen} 件" in page
    assert all(sign in page for sign in ("Ⅰ 级", "Ⅱ 级", "Ⅲ 级", "Ⅳ 级"))


def test_units_are_left_out_unless_they_are_asked_for_and_never_have_a_name() -> None:
    picture = living_picture()
    assert _told(picture).units == ()
    told = _told(picture, units=True)
    assert told.units
    page = _page(told)
    names = [name for name in picture["unit"].text("name") if name]
    assert names
    assert [name for name in names if name in page] == []


def test_words_of_feeds_stay_words_whatever_they_hold() -> None:
    evil = '</script><script>alert(1)</script>"><img src=x onerror=alert(1)>{{library}}'
    told = msgspec.structs.replace(_told(), events=(_event(1, 120.17, 30.275, evil),), by=evil)
    page = _page(told)
    assert "<script>alert(1)" not in page
    assert "<img src=x" not in page
    assert page.count("<script") == _page(_told()).count("<script")


def test_places_that_are_none_are_left_out() -> None:
    picture = living_picture()
    rows = picture["event"].columns()
    rows["lon"][:] = math.nan
    picture["event"].upsert(rows)
    assert _told(picture).events == ()
    assert "此刻没有未结事件" in _page(_told(picture))
    assert rings_of("[[[[120, 30], [121, 30]]]]") == []
    assert rings_of("no json") == []


def test_a_pack_without_a_base_map_gives_a_page_that_says_so(tmp_path: Path) -> None:
    told = _told()
    page = page_of(told, read_ground(tmp_path, told.bounds), tokens("dark"), texts("zh"))
    assert "没有底图" in page


def test_symbols_lie_side_by_side_in_one_picture() -> None:
    svg, where = atlas([(level, "water") for level in (1, 2, 3, 4, 5)] + [(1, "no such")], tokens("dark"))
    boxes = {(w["x"], w["y"]) for w in where.values()}
    assert len(boxes) == len(where) == 6
    assert svg.count("<polygon") == 2 * 3  # diamonds and hexagons, halo and shape


def _pixel(event: Happening) -> tuple[float, float]:
    """Where an event is on a page of 1200 x 700: the map lies in x 9 to 847, y 57 to 691."""
    scale = 256 * 2**ZOOM / 360

    def y_of(lat: float) -> float:
        return math.degrees(math.log(math.tan(math.pi / 4 + math.radians(lat) / 2)))

    return (9 + 847) / 2 + (event.lon - CENTRE[0]) * scale, (57 + 691) / 2 - (y_of(event.lat) - y_of(CENTRE[1])) * scale


@pytest.mark.system
def test_a_page_opens_with_the_network_refused_and_draws_its_events_where_they_are(tmp_path: Path) -> None:
    told = msgspec.structs.replace(_told(), events=FOUR, zones=(), alerts=())
    look = tokens("dark")
    page, empty = tmp_path / "page.html", tmp_path / "empty.html"
    page.write_text(_page(told), encoding="utf-8")
    outside = _page(msgspec.structs.replace(told, events=())).replace("default-src 'none'; img-src", "img-src * ")
    empty.write_text(outside.replace("<main>", '<main><img src="http://outside.example/x.png">'), encoding="utf-8")
    with refusing_proxy() as proxy, browser(tmp_path, proxy) as looking:
        drawn = looking.picture(page)
        asked = list(proxy.asked)
        assert looking.says("document.getElementById('gone').textContent") != "–", (
            "it tells its age by the viewer's clock"
        )
        control = looking.picture(empty)
        assert any("outside.example" in line for line in proxy.asked), "the proxy would have seen a question"
    assert asked == []
    for event in FOUR:
        x, y = _pixel(event)
        wanted = tuple(bytes.fromhex(look.level(event.level)[1:]))
        near = [(round(x) + dx, round(y) + dy) for dx in (-10, 0, 10) for dy in (-10, 0, 10)]
        assert any(_close(drawn.getpixel(at), wanted) for at in near), event
        assert not any(_close(control.getpixel(at), wanted) for at in near), event


def _close(color: object, wanted: tuple[int, ...]) -> bool:
    assert isinstance(color, tuple)
    return all(abs(a - b) <= 10 for a, b in zip(color, wanted, strict=True))


def test_how_old_the_sources_were_is_told_by_the_machines_clock() -> None:
    picture = living_picture()
    asked = Asked(CENTRE, ZOOM, BOUNDS)
    late = situation_of(picture, living_pack(), [], texts("zh"), NOW, NOW + 3600 * SECOND, False, asked)
    assert {one.words for one in late.ages} != {one.words for one in _told(picture).ages}
