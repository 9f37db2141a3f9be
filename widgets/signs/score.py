"""运行指数: how a city stands, 0 to 100, from its vital signs by rules that can be said in two sentences. No Qt.

A sign within its bounds is worth 100, at level Ⅳ 80, Ⅲ 60, Ⅱ 35, Ⅰ 0; one with a target and no bounds, the share of the
target that is reached. A dimension is the mean of its signs, the index the mean of its dimensions; what has no value
counts nowhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cockpit.model.city import Text
from widgets.signs.asked import LEVELS
from widgets.signs.board import Definitions, Item

WORTH = {0: 100.0, 4: 80.0, 3: 60.0, 2: 35.0, 1: 0.0}


@dataclass(frozen=True)
class Dimension:
    """A dimension: its name, and codes of the themes (with all below them) or signs that it is made from."""

    name: Text
    codes: tuple[str, ...]


@dataclass(frozen=True)
class Scored:
    """What a dimension is worth.

    Attributes:
        score: 0 to 100. items: what it was made from. worst: the gravest level of them, 0 none.
        old: how many of them are old.
    """

    name: Text
    score: float
    items: tuple[Item, ...]
    worst: int
    old: int


_SHIPPED = (
    Dimension({"zh": "公共安全", "en": "Safety"}, ("M", "E")),
    Dimension({"zh": "城市交通", "en": "Traffic"}, ("H",)),
    Dimension({"zh": "市政设施", "en": "Utilities"}, ("C", "D", "F", "G")),
    Dimension({"zh": "生态环境", "en": "Environment"}, ("I", "K")),
    Dimension({"zh": "公共服务", "en": "Services"}, ("A", "B", "O")),
    Dimension({"zh": "气象防灾", "en": "Weather"}, ("N",)),
)
MOST = 8


def worth(item: Item) -> float | None:
    """What a sign is worth, None where it is held against nothing or has no value."""
    sign = item.sign
    if not item.known:
        return None
    if sign.thresholds:
        return WORTH[item.level if item.level in LEVELS else 0]
    if sign.target is None or sign.target <= 0 or sign.direction not in ("up", "down"):
        return None
    share = item.value / sign.target if sign.direction == "up" else sign.target / max(item.value, 1e-9)
    return 100.0 * min(max(share, 0.0), 1.0)


def dimensions_of(told: Definitions, wanted: Sequence[Any]) -> list[Dimension]:
    """The dimensions that a scene names (tables with `name` and `of`), else the shipped ones, else a theme each.

    Raises:
        ValueError: one that is none.
    """
    if wanted:
        return [_read(one) for one in wanted][:MOST]
    known = set(told.above)
    shipped = [one for one in _SHIPPED if known & set(one.codes)]
    if len(shipped) >= 3:
        return shipped
    return [Dimension(theme.name, (theme.code,)) for theme, depth in told.themes if depth == 0]


def _read(one: Any) -> Dimension:
    if not isinstance(one, Mapping) or not isinstance(one.get("of"), list):
        raise ValueError(str(one))
    name = one.get("name")
    text = {"zh": name} if isinstance(name, str) else name
    if not isinstance(text, Mapping) or not isinstance(text.get("zh"), str):
        raise ValueError(str(one))
    return Dimension(dict(text), tuple(str(code) for code in one["of"]))


def scored(told: Definitions, dimensions: Sequence[Dimension], item: Callable[[str], Item], now: int) -> list[Scored]:
    """Those of the dimensions that something is known of, in their order."""
    found = []
    for dimension in dimensions[:MOST]:
        codes = set(dimension.codes)
        signs = [one for one in told.signs if one.code in codes or codes & set(told.above.get(one.theme, ()))]
        items = [item(sign.code) for sign in signs if sign.thresholds or sign.target is not None]
        pairs = [(one, value) for one in items if (value := worth(one)) is not None]
        if pairs:
            levels = [one.level for one, _ in pairs if one.level in LEVELS]
            score = sum(value for _, value in pairs) / len(pairs)
            old = sum(one.old(now) for one, _ in pairs)
            made = tuple(one for one, _ in pairs)
            found.append(Scored(dimension.name, score, made, min(levels, default=0), old))
    return found


def index_of(dimensions: Sequence[Scored]) -> float:
    """The index of a city; there is at least one dimension."""
    return sum(one.score for one in dimensions) / len(dimensions)
