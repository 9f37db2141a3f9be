"""What happened since somebody looked last: grave events, alerts, signs that passed a threshold, answers, questions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from cockpit.model.clock import DAY, HOUR
from cockpit.model.headline import headline_words
from cockpit.model.levels import Level
from cockpit.model.ports import Prefs
from widgets.kit.context import PanelContext
from widgets.lists.areas import AreaTree
from widgets.lists.words import EventWords, joined
from widgets.signs.asked import LEVELS
from widgets.signs.board import SignBoard
from widgets.signs.words import SignWords

MOST = 60
FIRST = HOUR
"""How far back a first look goes."""
FAR = 30 * DAY
_LOOKED = "leader.looked"
_MOST_PEOPLE = 20


class Happened(NamedTuple):
    """One thing: when (city, UTC us), what in words, of which kind (`event`, `alert`, `sign`, `instruction`, `ask`),
    how grave (0 not), and what to select for it."""

    at: int
    words: str
    kind: str
    level: int
    topic: str
    key: str


class Looked(NamedTuple):
    """A look: when it ended, and the level of each sign of the city then."""

    at: int
    levels: Mapping[str, int]


def last_look(prefs: Prefs, name: str, now: int) -> Looked | None:
    """When this person looked last; None: never, or by another clock."""
    kept = prefs.get(_LOOKED, {}).get(name)
    if not (isinstance(kept, list) and len(kept) == 2 and isinstance(kept[0], int) and isinstance(kept[1], dict)):
        return None
    at, levels = kept
    if not now - FAR <= at <= now:
        return None
    return Looked(at, {str(code): level for code, level in levels.items() if isinstance(level, int)})


def keep_look(prefs: Prefs, name: str, look: Looked) -> None:
    """This person has looked until now."""
    everybody: dict[str, Any] = {key: one for key, one in prefs.get(_LOOKED, {}).items() if key != name}
    while len(everybody) >= _MOST_PEOPLE:
        everybody.pop(next(iter(everybody)))
    prefs.set(_LOOKED, {**everybody, name: [look.at, dict(look.levels)]})


def levels_now(board: SignBoard) -> dict[str, int]:
    """Codes of the city's signs that are outside their bounds, with their level."""
    items = (board.item(f"sign/{sign.code}@{board.city}") for sign in board.told.signs if sign.thresholds)
    return {item.sign.code: item.level for item in items if item.known and item.level in LEVELS}


def happened(
    ctx: PanelContext, areas: AreaTree, board: SignBoard, since: int, levels: Mapping[str, int] | None
) -> list[Happened]:
    """Everything since then, the newest first.

    Args:
        levels: of the signs at that look, None not known.
    """
    found = [
        *_events(ctx, EventWords(ctx.t, ctx.pack, areas), since),
        *_alerts(ctx, since),
        *_signs(ctx, SignWords(ctx.t, ctx.pack, areas), board, since, levels),
        *_instructions(ctx, since),
    ]
    return sorted(found, key=lambda one: -one.at)[:MOST]


def _events(ctx: PanelContext, words: EventWords, since: int) -> Iterator[Happened]:
    table, now = ctx.picture["event"], ctx.clock.now()
    occurred, levels = table.numbers("occurred"), table.numbers("level")
    for row in np.flatnonzero((occurred > since) & (occurred <= now) & (levels <= Level.ORANGE)).tolist():
        event = table.row(row)
        level = Level(int(event["level"]))
        title = words.title(event["kind"], event["amount"])
        said = joined(title, event["place"])
        yield Happened(int(event["occurred"]), said, "event", int(level), "event", event["key"])


def _alerts(ctx: PanelContext, since: int) -> Iterator[Happened]:
    table, now = ctx.picture["alert"], ctx.clock.now()
    for i in range(len(table)):
        alert = table.row(i)
        sent = int(alert["sent"])
        if since < sent <= now:
            said = ctx.t("leader.new_alert", title=headline_words(alert["title"], ctx.t), sender=alert["sender"])
            yield Happened(sent, said, "alert", int(alert["level"]), "alert", alert["key"])


def _signs(
    ctx: PanelContext, words: SignWords, board: SignBoard, since: int, levels: Mapping[str, int] | None
) -> Iterator[Happened]:
    """Signs that are graver than they were, and those that are within their bounds again."""
    if levels is None:
        return
    now = levels_now(board)
    for code in sorted({*now, *levels}):
        level, was = now.get(code, 0), levels.get(code, 0)
        item = board.item(f"sign/{code}@{board.city}")
        if level == was or not item.known or item.measured <= since:
            continue
        value = words.with_unit(item.sign, item.value)
        name = words.name(item.sign)
        rises = level and (not was or level < was)
        said = ctx.t("leader.sign_rose", name=name, value=value, level=Level(level).sign) if rises else ctx.t(
            "leader.sign_eased" if level else "leader.sign_normal", name=name, value=value
        )  # fmt: skip
        yield Happened(item.measured, said, "sign", level if rises else 0, "sign", item.key)


def _instructions(ctx: PanelContext, since: int) -> Iterator[Happened]:
    """Answers to what was instructed, and decisions that are asked for."""
    port = ctx.instructions
    if port is None:
        return
    for one in port.every():
        for answer in one.answers:
            if answer.said.at > since:
                said = ctx.t(f"leader.answered_{answer.state}")
                yield Happened(answer.said.at, said, "instruction", 0, one.topic, one.key)
    for ask in port.asks():
        if ask.said.at > since:
            yield Happened(ask.said.at, ctx.t("leader.new_ask"), "ask", 0, "case", ask.case)


def counted(found: Sequence[Happened], seen: int) -> int:
    """How many of them are newer than what was marked as seen."""
    return sum(one.at > seen for one in found)
