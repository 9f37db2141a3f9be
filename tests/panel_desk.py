"""What panels are handed in tests: a living picture, a clock moved by hand, and ports that answer when told to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from cockpit.model.clock import CityClock, ManualClock
from cockpit.model.messages import Message, texts
from cockpit.model.ports import Body, Here, NamedPlace, Near, Refusal, Resource, Sample, Systems, Tried, Way
from cockpit.picture.picture import Picture
from cockpit.picture.selection import Selection
from cockpit.seat.instructions import LedgerInstructions
from tests.living_cases import LivingCases
from tests.living_loop import living_rules
from tests.living_picture import NOW, living_pack, living_picture
from widgets.kit.actions import Actions
from widgets.kit.context import PanelContext
from widgets.kit.fonts import load_fonts
from widgets.kit.theme import Theme


@dataclass
class Asked:
    """Questions to a port that are not answered yet: [(question, done)]."""

    open: list[tuple[Any, Callable[[Any], None]]] = field(default_factory=list)

    def answer(self, answer: Any) -> None:
        """Answers every open question, the oldest first; a callable answer is given the question."""
        questions, self.open = self.open, []
        for question, done in questions:
            done(answer(question) if callable(answer) else answer)


class DeskPorts:
    """Bodies, Nearby, Search and Prefs in one, whose questions the test answers.

    Attributes:
        bodies, pictures, nears, searches, quarantines, named, heres, ways, unit_names, stands, samples, agains,
            all_systems: questions asked.
        retried: feeds that were to be tried at once; looks_back: a replay is shown, so they are not.
        kept: what prefs hold.
    """

    def __init__(self) -> None:
        self.bodies, self.pictures, self.nears, self.searches = Asked(), Asked(), Asked(), Asked()
        self.quarantines, self.named, self.heres, self.ways = Asked(), Asked(), Asked(), Asked()
        self.unit_names, self.stands = Asked(), Asked()
        self.samples, self.agains, self.all_systems = Asked(), Asked(), Asked()
        self.retried: list[str] = []
        self.looks_back = False
        self.kept: dict[str, Any] = {}

    def body(self, key: str, done: Callable[[Body | Message], None]) -> None:
        self.bodies.open.append((key, done))

    def picture(self, url: str, done: Callable[[bytes | Message], None]) -> None:
        self.pictures.open.append((url, done))

    def near(self, lon: float, lat: float, kind: str, done: Callable[[list[Near] | Message], None]) -> None:
        self.nears.open.append(((lon, lat, kind), done))

    def resources(
        self, lon: float, lat: float, topic: str, done: Callable[[list[Resource] | Message], None], spots: Any = None
    ) -> None:
        self.stands.open.append(((lon, lat, topic), done))

    def way(self, unit: str, lon: float, lat: float, done: Callable[[Way | Message], None]) -> None:
        self.ways.open.append(((unit, lon, lat), done))

    def search(self, text: str, done: Callable[[list[str]], None]) -> None:
        self.searches.open.append((text, done))

    def quarantine(self, feed: str, done: Callable[[list[Refusal] | Message], None]) -> None:
        self.quarantines.open.append((feed, done))

    def places(
        self, text: str, done: Callable[[list[NamedPlace]], None], near: tuple[float, float] | None = None
    ) -> None:
        self.named.open.append((text, done))

    def units(self, text: str, done: Callable[[list[tuple[str, float]]], None]) -> None:
        self.unit_names.open.append((text, done))

    def here(self, lon: float, lat: float, done: Callable[[Here], None]) -> None:
        self.heres.open.append(((lon, lat), done))

    def retry(self, feed: str) -> Message | None:
        if self.looks_back:
            return Message("tape.no_acts")
        self.retried.append(feed)
        return None

    def sample(self, feed: str, done: Callable[[Sample | Message], None]) -> None:
        self.samples.open.append((feed, done))

    def again(self, refusals: Sequence[int], done: Callable[[Tried | Message], None]) -> None:
        self.agains.open.append((tuple(refusals), done))

    def again_all(self, feed: str, group: str, done: Callable[[Tried | Message], None]) -> None:
        self.agains.open.append(((feed, group), done))

    def systems(self, done: Callable[[Systems | Message], None]) -> None:
        self.all_systems.open.append(((), done))

    def get(self, name: str, default: Any) -> Any:
        return self.kept.get(name, default)

    def set(self, name: str, value: Any) -> None:
        self.kept[name] = value


@dataclass
class Desk:
    """A context and the hands behind it; `cases` is what `ctx.cases` is."""

    ctx: PanelContext
    ports: DeskPorts
    clock: ManualClock
    picture: Picture
    toasts: list[tuple[Message, int]]
    cases: LivingCases


def desk(theme: str = "dark", lang: str = "zh", picture: Picture | None = None) -> Desk:
    """A desk at `NOW` with a living picture; needs a QGuiApplication for the fonts."""
    load_fonts()
    clock, ports = ManualClock(NOW), DeskPorts()
    picture = living_picture() if picture is None else picture
    toasts: list[tuple[Message, int]] = []
    city = CityClock(clock)
    city.city = type(city.city)(wall_us=NOW, city_us=NOW)
    cases = LivingCases(city, picture)
    ctx = PanelContext(
        picture=picture,
        selection=Selection(),
        theme=Theme.load(theme),
        t=texts(lang),
        clock=city,
        pack=living_pack(),
        bodies=ports,
        nearby=ports,
        search=ports,
        gazetteer=ports,
        feeds=ports,
        prefs=ports,
        actions=Actions(),
        notify=lambda message, level: toasts.append((message, level)),
        cases=cases,
        instructions=LedgerInstructions(cases, living_rules()),  # type: ignore[arg-type]
    )
    return Desk(ctx, ports, clock, picture, toasts, cases)


def story_body(key: str = "events/0714-1187", **over: Any) -> Body:
    """The body of the look's road flooding."""
    fields = {
        "title": "下穿通道积水 62 cm，3 人被困",
        "text": "天城路下穿机场路通道积水约 62 厘米且仍在上涨，一辆轿车熄火，3 人被困车顶，请求排水和救援。",
        "facts": [
            {"name": {"zh": "1 小时雨量", "en": "Rain, 1 h"}, "value": 58.4, "unit": "mm", "note": "文晖雨量站"},
            {"name": {"zh": "被困", "en": "Trapped"}, "value": 3, "unit": "人", "note": "AI 与来电一致"},
        ],
        "picture": "http://127.0.0.1/pictures/0714-1187.png",
        "drawn": True,
        "timeline": [
            {"at": "2026-07-14T17:38:12+08:00", "what": {"zh": "AI 视频识别上报", "en": "Reported by AI video"}},
            {"at": "2026-07-14T17:39:05+08:00", "what": {"zh": "12345 来电，同一地点", "en": "12345 call, same place"}},
            {"at": "2026-07-14T17:42:24+08:00", "what": {"zh": "水位升至 62 厘米", "en": "Water at 62 cm"}},
        ],
    }
    return Body(key, {**fields, **over}, fetched=NOW)


def near_units(picture: Picture) -> list[Near]:
    """Five units of the picture, near and not so near, one of them busy."""
    table = picture["unit"]
    told = ((310, 180, True), (720, 110, True), (1510, 170, False), (1530, 200, True), (2310, 260, True))
    return [
        Near(
            key=table.key_at(i),
            metres=metres,
            seconds=seconds,
            path=((table.value(i, "lon"), table.value(i, "lat")), (120.1878, 30.2868)),
            fits=(Message("lists.by_air"),),
            free=free,
        )
        for i, (metres, seconds, free) in enumerate(told)
    ]


def scene_png(width: int = 640, height: int = 480) -> bytes:
    """A picture as a source sends it."""
    from PySide6.QtCore import QBuffer, QIODevice
    from PySide6.QtGui import QColor, QImage, QPainter

    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor("#3A4650"))
    painter = QPainter(image)
    painter.fillRect(0, height // 2, width, height // 2, QColor("#59656E"))
    painter.fillRect(width // 3, height // 3, width // 4, height // 4, QColor("#20272C"))
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return bytes(buffer.data().data())
