"""A picture full of seeded, believable things of Hangzhou, and the pack that names them, for tests of panels.

Everything is made from the seed alone: the same seed gives the same picture. Times lie before `NOW`.
"""

from __future__ import annotations

import json
import random
from functools import lru_cache
from pathlib import Path
from typing import Any

from cockpit.model.batch import Columns, columns_of_rows
from cockpit.model.city import Channel, FeedSpec, Kind, Pack, SensorKind, UnitKind
from cockpit.model.clock import MINUTE, SECOND, from_iso
from cockpit.model.tables import TABLES
from cockpit.picture.picture import Picture
from tests.living_loop import living_rules

NOW = from_iso("2026-07-14T17:42:36+08:00")
WEST, SOUTH, EAST, NORTH = 120.12, 30.22, 120.23, 30.31


def _t(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}


_SANITATION = ("E01", _t("市容环境", "City appearance"))
_BUILDING = ("E03", _t("施工管理", "Construction"))
_STREET = ("E04", _t("街面秩序", "Street order"))
_SUDDEN = ("E05", _t("突发事件", "Incidents"))
_PUBLIC = ("P01", _t("公用设施", "Public utilities"))
_ROADS = ("P02", _t("道路交通设施", "Road facilities"))
_GREEN = ("P04", _t("园林绿化设施", "Green spaces"))
_HOTLINE = ("H01", _t("12345 诉求", "12345 appeals"))


def _kind(
    code: str, group: tuple[str, dict[str, str]], name: dict[str, str], pattern: str, level: int,
    fact: dict[str, str] | None = None, unit: str = "",
) -> Kind:  # fmt: skip
    return Kind(code, name, group[0], group[1], pattern, level, fact or {}, unit)


_DEPTH, _TRAPPED = _t("积水深度", "Water depth"), _t("被困", "Trapped")
KINDS = (
    _kind("E0506", _SUDDEN, _t("道路积水", "Road flooding"), "water", 1, _DEPTH, "cm"),
    _kind("E0597", _SUDDEN, _t("电梯困人", "People trapped in a lift"), "lift", 1, _TRAPPED, "人"),
    _kind("E0505", _SUDDEN, _t("路面塌陷", "Road collapse"), "road", 2, _t("面积", "Area"), "m²"),
    _kind("E0501", _SUDDEN, _t("供水管道破裂", "Water main burst"), "pipe", 2),
    _kind("E0308", _BUILDING, _t("基坑渗漏", "Leak in a pit"), "pit", 2),
    _kind("P0402", _GREEN, _t("行道树倒伏", "Fallen street tree"), "tree", 2, _t("占道", "Lanes blocked"), "车道"),
    _kind("P0128", _PUBLIC, _t("片区停电", "Power cut"), "power", 2, _t("影响", "Affected"), "户"),
    _kind("P0214", _ROADS, _t("信号灯全灭", "Signals out"), "lamp_signal", 3),
    _kind("P0103", _PUBLIC, _t("雨水井盖移位", "Storm drain cover displaced"), "lid", 3),
    _kind("E0304", _BUILDING, _t("工地扬尘", "Dust from a site"), "smoke", 3),
    _kind("E0111", _SANITATION, _t("积存垃圾渣土", "Heaps of rubble"), "waste", 3, _t("体积", "Volume"), "m³"),
    _kind("E0206", _SANITATION, _t("店招松动", "Loose shop sign"), "board", 3),
    _kind("E0405", _STREET, _t("店外经营", "Trading outside the shop"), "stall", 4),
    _kind("E0410", _STREET, _t("非机动车乱停放", "Bikes in the way"), "bike", 4, _t("数量", "Count"), "辆"),
    _kind("P0137", _PUBLIC, _t("路灯不亮", "Street lamps out"), "street_lamp", 4, _t("数量", "Count"), "盏"),
    _kind("H0101", _HOTLINE, _t("噪声扰民", "Noise at night"), "speech", 4),
    _kind("E0120", _SANITATION, _t("焚烧垃圾", "Burning rubbish"), "fire", 3),
)
_WEIGHTS = (3, 1, 2, 2, 2, 3, 2, 4, 6, 5, 8, 5, 14, 16, 9, 16, 3)
UNIT_KINDS = (
    UnitKind("grid", _t("网格员", "Grid worker"), "circle", 1.4, True),
    UnitKind("chengguan", _t("城管", "City management"), "square", 8.0, False),
    UnitKind("police", _t("巡警", "Patrol"), "shield", 10.0, False),
    UnitKind("sanitation", _t("环卫", "Sanitation"), "triangle", 6.0, False),
    UnitKind("repair", _t("市政抢修", "Municipal repair"), "hexagon", 9.0, False),
    UnitKind("fire", _t("消防站", "Fire station"), "pentagon", 12.0, False),
)
SENSOR_KINDS = (
    SensorKind("water", _t("积水监测", "Water gauge"), "cm", 0, 0, 300, 15.0),
    SensorKind("pm25", _t("PM2.5", "PM2.5"), "µg/m³", 0, 0, 1000, 75.0),
    SensorKind("rain", _t("1 小时雨量", "Rain, 1 h"), "mm", 1, 0, 300, 16.0),
)
CHANNELS = (
    Channel("video", _t("AI 视频", "AI video")),
    Channel("hotline", _t("12345", "12345")),
    Channel("patrol", _t("巡查上报", "Patrol report")),
    Channel("sensor", _t("积水监测", "Water gauges")),
    Channel("grid", _t("网格员", "Grid worker")),
)
_FEEDS = (
    ("events", _t("城市平台", "City platform"), "sse", "city", 5.0, "event"),
    ("positions", _t("人员定位", "Positions"), "websocket", "city", 1.0, "unit"),
    ("cameras", _t("摄像头", "Cameras"), "http", "geojson", 60.0, "camera"),
    ("sensors", _t("传感器", "Sensors"), "http", "geojson", 30.0, "sensor"),
    ("areas", _t("区域", "Areas"), "http", "geojson", 300.0, "area"),
    ("weather", _t("气象预警", "Weather alerts"), "http", "cap", 60.0, "alert"),
)


def living_pack() -> Pack:
    feeds = tuple(
        FeedSpec(id, name, source, "{city}/" + id, form, "wgs84", beat, topic)
        for id, name, source, form, beat, topic in _FEEDS
    )
    return Pack(
        id="hangzhou", code="330100", name=_t("杭州", "Hangzhou"), bounds=(WEST, SOUTH, EAST, NORTH),
        centre=(120.178, 30.268), zoom=13.0, timezone="Asia/Shanghai",
        credit=_t("© OpenStreetMap 贡献者", "© OpenStreetMap contributors"),
        notice=_t("示范分区，非行政界线", "Demonstration areas, no administrative boundaries"),
        tiers=(
            _t("市", "City"), _t("区", "District"), _t("街道", "Street"), _t("社区", "Community"), _t("网格", "Cell"),
        ),
        feeds=feeds,
        kinds={kind.code: kind for kind in KINDS}, unit_kinds={kind.id: kind for kind in UNIT_KINDS},
        sensor_kinds={kind.id: kind for kind in SENSOR_KINDS}, channels={one.id: one for one in CHANNELS},
        loop=living_rules(),
        findings={}, folder=Path("absent"),
    )  # fmt: skip


_DISTRICTS = {
    "330102": ("上城区", ("闸弄口", "凯旋", "采荷", "望江", "湖滨", "清波")),
    "330105": ("拱墅区", ("潮鸣", "天水", "长庆", "朝晖", "米市巷")),
    "330106": ("西湖区", ("北山", "翠苑", "文新")),
}
_ROADS_ZH = (
    "天城路", "机场路", "建国北路", "凤起路", "钱江路", "庆春东路", "莫干山路", "密渡桥路", "秋涛路", "体育场路",
    "中山北路", "环城东路", "采荷路", "双菱路", "文晖路", "上塘路", "延安路", "平海路", "艮山西路", "凯旋路", "解放路",
    "南山路",
)  # fmt: skip


def area_rows() -> list[dict[str, Any]]:
    """One city, three districts, their streets, two communities a street, two cells a community, as squares."""
    rows = [_area("330100", "杭州", 0, "", (WEST, SOUTH, EAST, NORTH))]
    for column, (code, (name, streets)) in enumerate(_DISTRICTS.items()):
        west = WEST + (EAST - WEST) * column / 3
        rows.append(_area(code, name, 1, "330100", (west, SOUTH, west + (EAST - WEST) / 3, NORTH)))
        for i, street in enumerate(streets, 1):
            height = (NORTH - SOUTH) / len(streets)
            box = (west, SOUTH + (i - 1) * height, west + (EAST - WEST) / 3, SOUTH + i * height)
            street_code = f"{code}{i:03d}"
            rows.append(_area(street_code, street + "街道", 2, code, box))
            for k in (1, 2):
                community = f"{street_code}{k:03d}"
                rows.append(_area(community, f"{street}第{k}社区", 3, street_code, box))
                rows += [_area(f"{community}{n:03d}", f"网格 {n:03d}", 4, community, box) for n in (1, 2)]
    return rows


def _area(code: str, name: str, tier: int, parent: str, box: tuple[float, float, float, float]) -> dict[str, Any]:
    west, south, east, north = box
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {
        "key": f"areas/{code}", "feed": "areas", "code": code, "name": name, "tier": tier, "parent": parent,
        "rings": json.dumps([[ring]]), "received": NOW - 40 * SECOND,
    }  # fmt: skip


def event_row(rng: random.Random, number: int, cells: list[str], now: int = NOW, **over: Any) -> dict[str, Any]:
    """One event; `over` replaces columns."""
    kind = rng.choices(KINDS, _WEIGHTS)[0]
    occurred = now - round(rng.expovariate(1 / (55 * 60)) * SECOND) - 20 * SECOND
    amount = float("nan")
    if kind.fact:
        amount = float({"cm": rng.randint(8, 62), "户": rng.randint(40, 400)}.get(kind.unit, rng.randint(1, 9)))
    one, two = rng.sample(_ROADS_ZH, 2)
    row = {
        "key": f"events/0714-{number:04d}", "feed": "events", "kind": kind.code, "level": kind.level,
        "state": 1 if rng.random() < 0.12 else 0, "lon": rng.uniform(WEST, EAST), "lat": rng.uniform(SOUTH, NORTH),
        "area": rng.choice(cells), "place": f"{one} × {two}", "channel": rng.choice(CHANNELS).id, "amount": amount,
        "has_picture": int(rng.random() < 0.3), "occurred": occurred, "updated": min(now, occurred + 30 * SECOND),
        "received": min(now, occurred + 31 * SECOND),
    }  # fmt: skip
    return {**row, **over}


def _unit_row(rng: random.Random, number: int, cells: list[str], now: int) -> dict[str, Any]:
    kind = rng.choices(UNIT_KINDS, (9, 4, 4, 3, 3, 1))[0]
    moving = kind.id != "fire" and rng.random() < 0.7
    return {
        "key": f"positions/u{number:03d}", "feed": "positions", "kind": kind.id,
        "name": f"{kind.name['zh']} {number:02d}", "state": rng.choices((0, 1, 2), (6, 3, 1))[0],
        "lon": rng.uniform(WEST, EAST), "lat": rng.uniform(SOUTH, NORTH),
        "heading": rng.uniform(0, 360) if moving else float("nan"), "speed": kind.speed if moving else 0.0,
        "area": rng.choice(cells), "fixed": now - rng.randint(0, 3) * SECOND, "received": now,
    }  # fmt: skip


def _sensor_row(rng: random.Random, number: int, cells: list[str], now: int) -> dict[str, Any]:
    kind = rng.choice(SENSOR_KINDS)
    silent = rng.random() < 0.05
    return {
        "key": f"sensors/s{number:04d}", "feed": "sensors", "kind": kind.id,
        "name": f"{rng.choice(_ROADS_ZH)}{kind.name['zh']} {number}", "lon": rng.uniform(WEST, EAST),
        "lat": rng.uniform(SOUTH, NORTH), "area": rng.choice(cells),
        "value": float("nan") if silent else round(rng.uniform(0, 60), kind.decimals), "unit": kind.unit,
        "period": 60 * SECOND, "measured": 0 if silent else now - rng.randint(0, 50) * SECOND, "received": now,
    }  # fmt: skip


def _camera_row(rng: random.Random, number: int, cells: list[str], now: int) -> dict[str, Any]:
    one, two = rng.sample(_ROADS_ZH, 2)
    return {
        "key": f"cameras/c{number:04d}", "feed": "cameras", "kind": "fixed", "name": f"{one}{two}口 {number}",
        "lon": rng.uniform(WEST, EAST), "lat": rng.uniform(SOUTH, NORTH), "area": rng.choice(cells),
        "heading": rng.uniform(0, 360), "state": int(rng.random() < 0.04), "received": now - 20 * SECOND,
    }  # fmt: skip


def _alert_rows(now: int) -> list[dict[str, Any]]:
    ring = [[120.14, 30.24], [120.2, 30.24], [120.21, 30.29], [120.15, 30.3], [120.14, 30.24]]
    told = (
        ("暴雨橙色预警", "市气象台", 2, "主城区", 52, 308),
        ("地质灾害黄色预警", "市规划资源局", 3, "西湖山区", 95, 600),
    )
    return [
        {
            "key": f"weather/a{i}", "feed": "weather", "kind": "rain", "title": title, "sender": sender, "level": level,
            "area_name": area, "rings": json.dumps([[ring]]), "sent": now - ago * MINUTE,
            "effective": now - ago * MINUTE, "expires": now + ahead * MINUTE, "received": now - 40 * SECOND,
        }
        for i, (title, sender, level, area, ago, ahead) in enumerate(told)
    ]  # fmt: skip


FEED_AT_REST: dict[str, Any] = {
    "system": "", "topic": "event", "rate": 0.2, "expected": 0.2, "bytes": 80.0, "skew": 0, "doubled": 0,
    "disordered": 0, "dropped": 0, "unknown": 0, "waiting": 0,
}  # fmt: skip
"""What the feed board says of a feed that does what it should."""


def feed_rows(now: int = NOW, **received: int) -> list[dict[str, Any]]:
    """The feed table, all live; `received` says otherwise by feed id (wall clock, UTC us, 0 = never)."""
    return [
        {
            "key": f"hub/{id}", "feed": id, "name": name["zh"], "source": source, "format": form,
            "beat": round(beat * SECOND), "received": received.get(id, now - 2 * SECOND), "good": 1000, "bad": 0,
            "lag": 40_000, "problem": "", "detail": "", "retry": 0, **FEED_AT_REST, "topic": topic,
        }
        for id, name, source, form, beat, topic in _FEEDS
    ]  # fmt: skip


def put(picture: Picture, topic: str, rows: list[dict[str, Any]]) -> None:
    """Rows (every column of the table) into the picture."""
    if rows:
        picture.upsert(topic, columns_of_rows(TABLES[topic], rows))


def cell_codes() -> list[str]:
    return [row["code"] for row in area_rows() if row["tier"] == 4]


def living_picture(
    seed: int = 7, events: int = 200, units: int = 240, sensors: int = 300, cameras: int = 200, now: int = NOW
) -> Picture:
    """A picture with this many of each, as of `now`; two of its events tell the look's story.

    `events/0714-1187` is the road flooding of 62 cm, Ⅰ, four minutes old, with a picture; `events/0714-1179` the lift.
    """
    picture = Picture()
    for topic, columns in _told(seed, events, units, sensors, cameras, now).items():
        picture.upsert(topic, columns)
    picture.take_changes()
    return picture


@lru_cache(maxsize=8)
def _told(seed: int, events: int, units: int, sensors: int, cameras: int, now: int) -> dict[str, Columns]:
    """What a living picture is told: columns by topic. Dicing them takes longer than most tests that look at them."""
    rng = random.Random(seed)
    cells = cell_codes()
    rows = [event_row(rng, number, cells, now) for number in range(events) if number not in (1179, 1187)]
    told = [
        event_row(
            rng, 1187, cells, now, kind="E0506", level=1, state=0, amount=62.0, place="天城路 × 机场路",
            channel="video", lon=120.1878, lat=30.2868, area="330102001001001", has_picture=1,
            occurred=now - 4 * MINUTE - 24 * SECOND,
            updated=now - 12 * SECOND, received=now - 12 * SECOND,
        ),
        event_row(
            rng, 1179, cells, now, kind="E0597", level=1, state=0, amount=4.0, place="建国北路 × 凤起路",
            channel="hotline", area="330105001001001", occurred=now - 14 * MINUTE, updated=now - 13 * MINUTE,
            received=now - 13 * MINUTE,
        ),
    ]  # fmt: skip
    rows_of = {
        "area": area_rows(),
        "event": (told + rows)[:events],
        "unit": [_unit_row(rng, number, cells, now) for number in range(1, units + 1)],
        "sensor": [_sensor_row(rng, number, cells, now) for number in range(1, sensors + 1)],
        "camera": [_camera_row(rng, number, cells, now) for number in range(1, cameras + 1)],
        "alert": _alert_rows(now),
        "feed": feed_rows(now),
    }
    return {topic: columns_of_rows(TABLES[topic], rows) for topic, rows in rows_of.items() if rows}
