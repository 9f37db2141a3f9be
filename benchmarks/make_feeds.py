"""115 systems with 800 interfaces of a city, as a feeds.toml and a server that they come from: for looking and load.

python -m benchmarks.make_feeds --toml build/feeds.toml --port 8790 [--systems 115] [--interfaces 800] [--seed 7]
python -m benchmarks.make_feeds --serve --port 8790 [--faults 0.03]     serves until it is interrupted

Every interface is polled as GeoJSON with three things of its own. With faults a share of them is silent, slow, brings
garbage, or names things without an id, each for some minutes and then another one: always the same of the same seed.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from cockpit.model.clock import Clock, SystemClock, to_iso

OWNERS = (
    ("公安局", "Police"), ("应急管理局", "Emergency Management"), ("城市管理局", "City Management"),
    ("交通运输局", "Transport"), ("水务局", "Water"), ("生态环境局", "Ecology and Environment"),
    ("住房和城乡建设局", "Housing and Construction"), ("气象局", "Meteorology"), ("卫生健康委", "Health"),
    ("民政局", "Civil Affairs"), ("市场监督管理局", "Market Regulation"), ("消防救援支队", "Fire and Rescue"),
    ("政务服务和数据管理局", "Government Services and Data"), ("文化广电旅游局", "Culture and Tourism"),
    ("教育局", "Education"), ("人力资源和社会保障局", "Human Resources"), ("自然资源局", "Natural Resources"),
    ("园林绿化局", "Parks"), ("供电公司", "Power Supply"), ("燃气集团", "Gas"), ("自来水集团", "Waterworks"),
    ("地铁集团", "Metro"), ("公交集团", "Bus"),
)  # fmt: skip
KINDS = (
    ("监测平台", "monitoring platform"), ("业务系统", "business system"), ("物联网平台", "IoT platform"),
    ("视频平台", "video platform"), ("指挥调度系统", "dispatch system"), ("投诉举报系统", "complaints"),
    ("移动执法系统", "mobile enforcement"), ("数据共享接口", "data sharing"),
)  # fmt: skip
PARTS = (
    ("设备状态", "device states"), ("实时数据", "live values"), ("告警", "alarms"), ("位置", "positions"),
    ("案件", "cases"), ("点位目录", "catalogue of sites"), ("统计日报", "daily figures"), ("值班表", "duty roster"),
    ("巡检记录", "inspections"), ("水位", "water levels"), ("流量", "flows"), ("压力", "pressures"),
)  # fmt: skip
CLASSES = ("public", "internal", "internal", "sensitive")
BEATS = (10.0, 20.0, 30.0, 60.0)
THINGS = 3
MIDDLE = (120.178, 30.268)
SPREAD = 0.08
FAULTS = ("silent", "slow", "garbage", "nameless")
FAULT_SECONDS = 240
SLOW_SECONDS = 8.0


class MadeInterface(NamedTuple):
    """One interface: its id, names in Chinese and English, and how often it is polled, seconds."""

    id: str
    zh: str
    en: str
    beat: float


class MadeSystem(NamedTuple):
    """One system with its interfaces."""

    id: str
    zh: str
    en: str
    owner: tuple[str, str]
    classification: str
    interfaces: tuple[MadeInterface, ...]


def make_systems(systems: int = 115, interfaces: int = 800, seed: int = 7) -> tuple[MadeSystem, ...]:
    """So many systems with so many interfaces together: few have many, as in cities."""
    dice = random.Random(seed)
    weights = [dice.paretovariate(1.4) for _ in range(systems)]
    sizes = [1] * systems
    for i in dice.choices(range(systems), weights, k=max(0, interfaces - systems)):
        sizes[i] += 1
    pairs = [(owner, kind) for kind in KINDS for owner in OWNERS]
    made = []
    for i, size in enumerate(sizes):
        owner, kind = pairs[i % len(pairs)]
        again = i // len(pairs)
        mark = f" {again + 1}" if again else ""
        id = f"sys{i + 1:03d}"
        parts = [PARTS[n % len(PARTS)] for n in range(size)]
        many = [n // len(PARTS) for n in range(size)]
        made.append(
            MadeSystem(
                id,
                f"{owner[0]}{kind[0]}{mark}",
                f"{owner[1]} {kind[1]}{mark}",
                owner,
                dice.choice(CLASSES),
                tuple(
                    MadeInterface(
                        f"{id}-{n + 1:02d}",
                        part[0] + (f" {more + 1}" if more else ""),
                        part[1].capitalize() + (f" {more + 1}" if more else ""),
                        dice.choice(BEATS),
                    )
                    for n, (part, more) in enumerate(zip(parts, many, strict=True))
                ),
            )
        )
    return tuple(made)


def feeds_toml(systems: Sequence[MadeSystem], base: str) -> str:
    """The feeds.toml that connects a hub to the server at `base`."""

    def lines() -> Iterator[str]:
        yield "# Made by benchmarks/make_feeds.py: no real city is like this one."
        for one in systems:
            yield "\n[[systems]]"
            yield f"id = {json.dumps(one.id)}"
            yield f"name = {_text(one.zh, one.en)}"
            yield f"owner = {_text(*one.owner)}"
            yield f'classification = "{one.classification}"'
        for one in systems:
            for interface in one.interfaces:
                yield "\n[[feeds]]"
                yield f"id = {json.dumps(interface.id)}"
                yield f"name = {_text(interface.zh, interface.en)}"
                yield f"system = {json.dumps(one.id)}"
                yield 'source = "http"'
                yield f"url = {json.dumps(f'{base}/f/{interface.id}')}"
                yield 'format = "geojson"'
                yield 'datum = "wgs84"'
                yield f"beat = {interface.beat:g}"
                yield 'topic = "sensor"'

    return "\n".join(lines()) + "\n"


def _text(zh: str, en: str) -> str:
    return f"{{ zh = {json.dumps(zh, ensure_ascii=False)}, en = {json.dumps(en, ensure_ascii=False)} }}"


def fault_of(id: str, seconds: float, share: float, seed: int = 7) -> str:
    """What is wrong with an interface at a time, "" nothing."""
    dice = random.Random(f"{seed} {id} {int(seconds) // FAULT_SECONDS}")
    return dice.choice(FAULTS) if dice.random() < share else ""


def answer_of(id: str, now_us: int, fault: str, seed: int = 7) -> bytes:
    """What an interface answers."""
    if fault == "garbage":
        return b"<html><body>502 Bad Gateway</body></html>"
    at = to_iso(now_us)
    place = random.Random(f"{seed} {id}")
    features: list[dict[str, Any]] = []
    for n in range(THINGS):
        lon, lat = (middle + place.uniform(-SPREAD, SPREAD) for middle in MIDDLE)
        thing: dict[str, Any] = {
            "type": "Feature",
            "id": f"{id}-{n}",
            "geometry": {"type": "Point", "coordinates": [round(lon, 6), round(lat, 6)]},
            "properties": {
                "kind": "water",
                "name": f"{id}-{n}",
                "value": round(10 + 8 * random.Random(f"{id} {n} {now_us // 10_000_000}").random(), 1),
                "unit": "cm",
                "period": 60,
                "measured": at,
            },
        }
        if fault == "nameless" and n == 0:
            del thing["id"]
        features.append(thing)
    return json.dumps({"type": "FeatureCollection", "at": at, "features": features}).encode()


def serve(port: int, share: float, seed: int, clock: Clock) -> None:
    """Answers every interface until it is interrupted."""
    import asyncio

    from aiohttp import web

    began = clock.mono()

    async def answer(request: web.Request) -> web.StreamResponse:
        id = request.match_info["id"]
        fault = fault_of(id, clock.mono() - began, share, seed)
        if fault == "silent":
            raise web.HTTPServiceUnavailable
        if fault == "slow":
            await asyncio.sleep(SLOW_SECONDS)
        return web.Response(body=answer_of(id, clock.now(), fault, seed), content_type="application/geo+json")

    app = web.Application()
    app.router.add_get("/f/{id}", answer)
    print(f"http://127.0.0.1:{port}", flush=True)
    web.run_app(app, host="127.0.0.1", port=port, print=None, access_log=None)


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--toml", type=Path)
    parser.add_argument("--serve", action="store_true")
    parser.add_argument("--port", type=int, default=8790)
    parser.add_argument("--systems", type=int, default=115)
    parser.add_argument("--interfaces", type=int, default=800)
    parser.add_argument("--faults", type=float, default=0.0)
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args(argv)
    if args.toml is not None:
        made = make_systems(args.systems, args.interfaces, args.seed)
        args.toml.parent.mkdir(parents=True, exist_ok=True)
        args.toml.write_text(feeds_toml(made, f"http://127.0.0.1:{args.port}"), encoding="utf-8")
    if args.serve:
        serve(args.port, args.faults, args.seed, SystemClock())
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
