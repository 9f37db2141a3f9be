"""A living set of vital signs for tests of panels: definitions in themes, items of areas and parts, and a port that
answers when told to. Made from the seed alone; times lie before `NOW`."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from cockpit.model.clock import DAY, HOUR, MINUTE, SECOND
from cockpit.model.messages import Message
from cockpit.model.signs import Series, Sign, SignSet, Sparks, Theme, Thing, Threshold, key_of
from cockpit.picture.picture import Picture
from tests.living_picture import NOW, area_rows, put

CITY = "330100"
DISTRICT = "330102"


def _t(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}


_CENTRE = _t("市城运中心", "City operations centre")
_WATER = _t("市排水公司", "Drainage company")
_ECOLOGY = _t("市生态环境局", "Ecology bureau")
THEMES = (
    Theme("A", _t("案件运行", "Cases")),
    Theme("E", _t("防汛排水", "Flood control")),
    Theme("E1", _t("道路积水", "Road flooding"), "E"),
    Theme("G", _t("生态环境", "Environment")),
)
SIGNS = (
    Sign("A01", _t("今日上报案件", "Reported today"), "A", "件", input="events", parts="kind", owner=_CENTRE),
    Sign("A02", _t("在办案件", "Open cases"), "A", "件", direction="down", input="cases", parts="channel",
         thresholds=(Threshold(2, above=300), Threshold(3, above=200, hysteresis=5, delay=60)), owner=_CENTRE),
    Sign("A07", _t("按期结案率", "Closed in time"), "A", "%", 1, "up", 86400.0, formula="A06 / A02 * 100",
         by_area="mean", thresholds=(Threshold(3, below=90, source="CJ/T 214"),), target=95.0, owner=_CENTRE),
    Sign("A06", _t("结案率", "Closed"), "A", "%", 1, "up", 86400.0, input="cases", by_area="share", owner=_CENTRE),
    Sign("E03", _t("最大积水深度", "Deepest water"), "E1", "cm", 0, "down", input="sensors:water", by_area="max",
         thresholds=(Threshold(1, above=50), Threshold(2, above=30), Threshold(3, above=15)), owner=_WATER),
    Sign("E04", _t("积水点", "Flooded places"), "E1", "处", 0, "down", input="sensors:water", owner=_WATER),
    Sign("G01", _t("PM2.5 浓度", "PM2.5"), "G", "µg/m³", 0, "down", 3600.0, input="sensors:pm25", by_area="mean",
         thresholds=(Threshold(3, above=75, source="GB 3095-2012"),), owner=_ECOLOGY),
    Sign("G09", _t("生活垃圾回收利用率", "Waste recycled"), "G", "%", 1, "up", 2_592_000.0, origin="reported",
         source="市城管局月报", period="2026-06", input="import", by_area="none", owner=_ECOLOGY),
    Sign("G10", _t("人均公园绿地面积", "Green space per person"), "G", "m²", 1, "up", input="", owner=_ECOLOGY),
)  # fmt: skip
NOTHING = math.nan


def sign_set(version: int = 1) -> SignSet:
    return SignSet(THEMES, SIGNS, version)


def sign_row(code: str, area: str, value: float, part: str = "", **over: Any) -> dict[str, Any]:
    """One row of the table; `over` replaces columns."""
    known = math.isfinite(value)
    return {
        "key": key_of(code, area, part), "feed": "signs", "code": code, "area": area, "part": part, "value": value,
        "level": 0, "measured": NOW - 2 * SECOND if known else 0, "period": 60 * SECOND,
        "previous": value * 0.9 if known else NOTHING, "year": value * 1.25 if known else NOTHING,
        "forecast": NOTHING, "ahead": 0, "accuracy": NOTHING, "n": 12 if known else 0, "received": NOW,
        **over,
    }  # fmt: skip


def city_rows() -> list[dict[str, Any]]:
    """The city's own items: one is Ⅰ, one Ⅲ, one reported, one without a value, one absent altogether (G10)."""
    return [
        sign_row("A01", CITY, 1189),
        sign_row("A02", CITY, 223, level=3, previous=138.0),
        sign_row("A07", CITY, 91.6, level=0, previous=94.7, period=DAY),
        sign_row("A06", CITY, 96.0, period=DAY),
        sign_row("E03", CITY, 62, level=1, previous=54.0, forecast=70.0, ahead=2 * HOUR, accuracy=0.85),
        sign_row("E04", CITY, 146, previous=58.0),
        sign_row("G01", CITY, 18, period=HOUR, measured=NOW - 5 * HOUR),
        sign_row("G09", CITY, 41.2, period=30 * DAY, measured=NOW - 12 * DAY, previous=NOTHING, year=NOTHING),
        *(sign_row("A01", CITY, n, part=kind) for kind, n in (("E0506", 146), ("E0405", 611), ("P0137", 432))),
        *(sign_row("A02", CITY, n, part=channel) for channel, n in (("video", 120), ("hotline", 103))),
    ]


def area_items(seed: int = 7) -> list[dict[str, Any]]:
    """Items of districts and streets for three of the signs."""
    rng = random.Random(seed)
    rows = []
    for area in area_rows():
        if area["tier"] in (1, 2):
            depth = float(rng.randint(0, 62))
            level = 1 if depth > 50 else 2 if depth > 30 else 3 if depth > 15 else 0
            rows.append(sign_row("E03", area["code"], depth, level=level))
            rows.append(sign_row("A02", area["code"], float(rng.randint(1, 60))))
            rows.append(sign_row("G01", area["code"], float(rng.randint(8, 90))))
    return rows


def many_signs(count: int = 2641, signs: int = 211, themes: int = 8) -> tuple[SignSet, list[dict[str, Any]]]:
    """A set as large as cities have it, and its items: of the city, and of streets and cells in turn."""
    rng = random.Random(count)
    branches = tuple(Theme(f"T{i}", _t(f"第{i + 1}类", f"Class {i + 1}")) for i in range(themes))
    bounds = (Threshold(1, above=97), Threshold(2, above=94), Threshold(3, above=90))
    known = tuple(
        Sign(f"S{i:03d}", _t(f"指标{i:03d}", f"Sign {i:03d}"), f"T{i * themes // signs}", "件", thresholds=bounds)
        for i in range(signs)
    )
    codes = [area["code"] for area in area_rows()]
    pairs = [(sign.code, code) for code in codes for sign in known][:count]
    rows = []
    for code, area in pairs:
        value = rng.uniform(0, 100)
        rows.append(sign_row(code, area, value, level=1 if value > 97 else 2 if value > 94 else 3 if value > 90 else 0))
    return SignSet(branches, known, 1), rows


def put_signs(picture: Picture, rows: list[dict[str, Any]] | None = None) -> None:
    """The living items into a picture; `rows` instead of them."""
    put(picture, "sign", city_rows() + area_items() if rows is None else rows)


def series(key: str, start: int, end: int, buckets: int = 96, seed: int = 3, gap: bool = True) -> Series:
    """A day with a hump and, in the middle, two hours without a value."""
    rng = np.random.default_rng(seed)
    at = np.linspace(start, end, buckets, endpoint=False).astype("<i8")
    mean = 40 + 18 * np.sin(np.linspace(0, 5, buckets)) + rng.normal(0, 1.5, buckets)
    spread = np.abs(rng.normal(4, 1.5, buckets))
    n = np.full(buckets, 15, dtype="<i8")
    if gap:
        middle = slice(buckets // 2, buckets // 2 + max(buckets // 12, 1))
        mean[middle], n[middle] = np.nan, 0
    columns = (mean, mean - spread, mean + spread, mean)
    return Series(key, "minute", at.tobytes(), *(column.astype("<f8").tobytes() for column in columns), n.tobytes())


class LivingSigns:
    """`ports.Signs`, whose questions the test answers.

    Attributes:
        known: the definitions.
        asked: (key, grain, start, end, most, done) of each question for a series that is open.
        imports: (name, data, trial, done) of each file.
        told: (key, grain) of every series and sparkline that was ever asked for.
        lines: (keys, grain, count, done) of each open question for sparklines.
        behind: (key, done) of each open question for the things behind an item.
    """

    def __init__(self, known: SignSet | None = None) -> None:
        self.known = sign_set() if known is None else known
        self.asked: list[tuple[str, str, int, int, int, Callable[[Series | Message], None]]] = []
        self.imports: list[tuple[str, bytes, bool, Callable[[list[Message] | Message], None]]] = []
        self.told: list[tuple[str, str]] = []
        self.lines: list[tuple[tuple[str, ...], str, int, Callable[[Sparks | Message], None]]] = []
        self.behind: list[tuple[str, Callable[[list[Thing] | Message], None]]] = []

    def series(
        self, key: str, grain: str, start: int, end: int, done: Callable[[Series | Message], None], most: int = 2000
    ) -> None:
        self.told.append((key, grain))
        self.asked.append((key, grain, start, end, most, done))

    def sparks(self, keys: Sequence[str], grain: str, count: int, done: Callable[[Sparks | Message], None]) -> None:
        self.told += [(key, grain) for key in keys]
        self.lines.append((tuple(keys), grain, count, done))

    def things(self, key: str, done: Callable[[list[Thing] | Message], None]) -> None:
        self.behind.append((key, done))

    def import_file(self, name: str, data: bytes, trial: bool, done: Callable[[list[Message] | Message], None]) -> None:
        self.imports.append((name, data, trial, done))

    def answer(self, answer: Series | Message | None = None) -> int:
        """Answers every open question for a series with a day of its own, or with `answer`; how many there were.

        Answers bring further questions; they stay open.
        """
        questions, self.asked = self.asked, []
        for key, _, start, end, most, done in questions:
            done(series(key, start, end, min(most, 96), seed=len(key)) if answer is None else answer)
        return len(questions)

    def answer_lines(self, problem: Message | None = None) -> int:
        """Answers every open question for sparklines, with a hump or with `problem`; how many there were."""
        questions, self.lines = self.lines, []
        for keys, grain, count, done in questions:
            step = {"minute": MINUTE, "hour": HOUR, "day": DAY}[grain]
            rows = [30 + 20 * np.sin(np.linspace(0, 3 + i % 5, count)) for i in range(len(keys))]
            for row in rows:
                row[: count // 4] = np.nan
            values = np.concatenate(rows).astype("<f8").tobytes()
            done(problem or Sparks(keys, grain, NOW - count * step, step, count, values))
        return len(questions)

    def answer_things(self, things: Sequence[Thing] | Message) -> int:
        """Answers every open question for what is behind an item; how many there were."""
        questions, self.behind = self.behind, []
        for _, done in questions:
            done(things if isinstance(things, Message) else list(things))
        return len(questions)
