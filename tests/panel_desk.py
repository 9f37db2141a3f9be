"""What panels are handed in tests: a living picture, a clock moved by hand, and ports that answer when told to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from cockpit.model.clock import CityClock, ManualClock
from cockpit.model.messages import Message, texts
from cockpit.model.ports import Body, Near
from cockpit.picture.picture import Picture
from cockpit.picture.selection import Selection
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
        bodies, pictures, nears, searches: questions asked.
        kept: what prefs hold.
    """

    def __init__(self) -> None:
        self.bodies, self.pictures, self.nears, self.searches = Asked(), Asked(), Asked(), Asked()
        self.kept: dict[str, Any] = {}

    def body(self, key: str, done: Callable[[Body | Message], None]) -> None:
        self.bodies.open.append((key, done))

    def picture(self, url: str, done: Callable[[bytes | Message], None]) -> None:
        self.pictures.open.append((url, done))

    def near(self, lon: float, lat: float, kind: str, done: Callable[[list[Near] | Message], None]) -> None:
        self.nears.open.append(((lon, lat, kind), done))

    def search(self, text: str, done: Callable[[list[str]], None]) -> None:
        self.searches.open.append((text, done))

    def get(self, name: str, default: Any) -> Any:
        return self.kept.get(name, default)

    def set(self, name: str, value: Any) -> None:
        self.kept[name] = value


@dataclass
class Desk:
    """A context and the hands behind it."""

    ctx: PanelContext
    ports: DeskPorts
    clock: ManualClock
    picture: Picture
    toasts: list[tuple[Message, int]]


def desk(theme: str = "dark", lang: str = "zh", picture: Picture | None = None) -> Desk:
    """A desk at `NOW` with a living picture; needs a QGuiApplication for the fonts."""
    load_fonts()
    clock, ports = ManualClock(NOW), DeskPorts()
    picture = living_picture() if picture is None else picture
    toasts: list[tuple[Message, int]] = []
    city = CityClock(clock)
    city.city = type(city.city)(wall_us=NOW, city_us=NOW)
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
        prefs=ports,
        actions=Actions(),
        notify=lambda message, level: toasts.append((message, level)),
    )
    return Desk(ctx, ports, clock, picture, toasts)
