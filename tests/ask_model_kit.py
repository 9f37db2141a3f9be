"""The question box with a model of the site: the real way to a stand-in endpoint, over the year of the archive."""

from __future__ import annotations

import queue
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from cockpit.insight.signs import Signs
from cockpit.model.clock import ManualClock
from cockpit.model.messages import texts
from cockpit.packs.read import read_pack
from cockpit.ui.ports_asking import AskModelOfSeat
from tests.archive_kit import NOW
from tests.drill_kit import signs
from tests.model_standin import StandIn


class SeatOfModel:
    """What the port needs of a seat; what comes from threads beside is done by `tick`.

    Attributes:
        folder: of the seat, within its profile.
    """

    def __init__(self, profile: Path, facts: Any) -> None:
        self.folder = profile / "seat"
        self.vault, self.pack, self.clock = None, read_pack("hangzhou"), ManualClock(NOW)
        known: Signs = signs()
        self.insight = SimpleNamespace(facts=facts, all_facts=lambda: facts, signs_now=lambda: known)
        self._later: queue.SimpleQueue[Callable[[], object]] = queue.SimpleQueue()

    def aside(self, work: Callable[[], object]) -> None:
        work()

    def later(self, what: Callable[[], object]) -> None:
        self._later.put(what)

    def tick(self) -> None:
        while not self._later.empty():
            self._later.get()()


def model_port(seat: SeatOfModel, lang: str = "zh") -> AskModelOfSeat:
    return AskModelOfSeat(seat, texts(lang))  # type: ignore[arg-type] # see SeatOfModel


def set_up(profile: Path, model: StandIn, head: str = "timeout = 60") -> None:
    """The site sets up its model."""
    uses = "[ask]\non = true\n[wording]\non = true\n"
    (profile / "model.toml").write_text(f'url = "{model.url}"\nmodel = "qwen3-32b"\n{head}\n{uses}', "utf-8")
