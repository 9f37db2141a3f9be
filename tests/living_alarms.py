"""Alarms for tests and pictures: rows of the table, rules, a load, and a port whose acts the test answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from cockpit.model.alarms import Entry, Load, Offender, Rule, Tried
from cockpit.model.clock import HOUR, MINUTE
from cockpit.model.messages import Message
from cockpit.model.tables import AlarmState
from tests.living_picture import NOW

RULES = (
    Rule("ponding", {"zh": "道路积水", "en": "Water on the road"}, "threshold", "sensor", level=2, case_kind="E0501"),
    Rule("gas", {"zh": "相邻空间甲烷", "en": "Methane next door"}, "threshold", "sensor", level=1),
    Rule("silent", {"zh": "数据源中断", "en": "A feed is silent"}, "absence", "feed", level=3),
)


def alarm_row(n: int, **over: Any) -> dict[str, Any]:
    """A row of the table `alarm`: the n-th."""
    row: dict[str, Any] = {
        "key": f"alarm/{n}", "feed": "alarms", "rule": "ponding", "kind": "", "thing": f"sensors/W{n}",
        "name": f"积水点 {n}", "state": int(AlarmState.UNACKNOWLEDGED), "level": 2, "lon": 120.18, "lat": 30.28,
        "area": "", "place": f"天城路 {n} 号", "value": 62.0, "limit": 50.0, "unit": "cm", "raised": NOW - n * MINUTE,
        "acked": 0, "cleared": 0, "shelved": 0, "updated": NOW - n * MINUTE, "count": 1, "flood": "", "parent": "",
        "chatter": 0, "received": NOW - n * MINUTE,
    }  # fmt: skip
    return row | over


class LivingAlarms:
    """`ports.Alarms` whose questions the test answers.

    Attributes:
        acts: (act, keys, reason, until) wanted, with who is to be told.
        saved, removed, tried, histories, logs: likewise.
    """

    def __init__(self, load: Load | None = None, rules: Sequence[Rule] = RULES) -> None:
        self.load = load or Load(
            ten_minutes=1.4,
            operators=2,
            hours=tuple(3 + i % 5 for i in range(24)),
            offenders=(
                Offender("ponding", "sensors/W3", 41, 0.37, chatter=True, delay=30.0, name="天城路积水点"),
                Offender("silent", "", 12, 0.11, standing=50 * HOUR),
            ),
            today=48.0,
        )
        self.rules = tuple(rules)
        self.acts: list[tuple[str, list[str], str, int, Callable[[Message | None], None]]] = []
        self.saved: list[tuple[Rule, Callable[[Message | None], None]]] = []
        self.removed: list[tuple[str, int, Callable[[Message | None], None]]] = []
        self.tried: list[tuple[Rule, int, int, Callable[[Tried | Message], None]]] = []
        self.histories: list[tuple[str, Callable[[list[Rule] | Message], None]]] = []
        self.logs: list[tuple[str, str, Callable[[list[Entry] | Message], None]]] = []

    def act(
        self, act: str, keys: Sequence[str], done: Callable[[Message | None], None], reason: str = "", until: int = 0
    ) -> None:
        self.acts.append((act, list(keys), reason, until, done))

    def save(self, rule: Rule, done: Callable[[Message | None], None]) -> None:
        self.saved.append((rule, done))

    def remove(self, rule: str, version: int, done: Callable[[Message | None], None]) -> None:
        self.removed.append((rule, version, done))

    def try_out(self, rule: Rule, start: int, end: int, done: Callable[[Tried | Message], None]) -> None:
        self.tried.append((rule, start, end, done))

    def history(self, rule: str, done: Callable[[list[Rule] | Message], None]) -> None:
        self.histories.append((rule, done))

    def entries(
        self,
        done: Callable[[list[Entry] | Message], None],
        alarm: str = "",
        rule: str = "",
        before: int = 0,
        most: int = 200,
    ) -> None:
        self.logs.append((alarm, rule, done))
