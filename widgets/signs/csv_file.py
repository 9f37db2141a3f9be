"""Vital signs as CSV: what a list shows, what a chart shows. No Qt.

UTF-8 with a byte order mark, which Excel needs to read Chinese; numbers in full, times in the city's clock.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Sequence

from cockpit.model.ages import full_stamp
from widgets.charts.scale import Curve
from widgets.signs.board import Definitions, Item
from widgets.signs.words import SignWords

_ITEM = (
    "code", "theme", "name", "part", "area_code", "area", "value", "unit", "level", "measured", "previous", "year",
    "forecast", "forecast_for", "accuracy", "target", "origin", "source", "period", "owner", "n",
)  # fmt: skip
_BUCKET = ("start", "mean", "least", "most")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def items_csv(items: Iterable[Item], words: SignWords, told: Definitions) -> bytes:
    """A line an item, in the order of the list; what is not known is empty, never a zero."""
    lines = []
    for item in items:
        sign = item.sign
        lines.append(
            (
                sign.code, words.branch(told, sign), words.name(sign), words.part(item), item.area,
                words.area(item.area), _number(item.value if item.known else math.nan), words.unit(sign),
                words.level(item.level) if item.known else "", full_stamp(item.measured) if item.known else "",
                _number(item.previous), _number(item.year), _number(item.forecast),
                full_stamp(item.measured + item.ahead) if math.isfinite(item.forecast) and item.known else "",
                _number(item.accuracy), _number(math.nan if sign.target is None else sign.target),
                words.t("signsui.reported" if sign.origin == "reported" else "signsui.measured"),
                words.t.unit(sign.source), words.t.unit(sign.period), words.owner(sign), item.n if item.known else "",
            )
        )  # fmt: skip
    return _written([words.t(f"signsui.csv_{name}") for name in _ITEM], lines)


def curve_csv(curve: Curve, item: Item, words: SignWords) -> bytes:
    """A line a bucket that has a value."""
    columns = zip(curve.at.tolist(), curve.value.tolist(), curve.least.tolist(), curve.most.tolist(), strict=True)
    lines = [
        (full_stamp(at), _number(mean), _number(least), _number(most))
        for at, mean, least, most in columns
        if math.isfinite(mean)
    ]
    heads = [words.t(f"signsui.csv_{name}") for name in _BUCKET]
    unit = words.unit(item.sign)
    named = f"{words.title(item, area=True)} ({unit})" if unit else words.title(item, area=True)
    return _written([heads[0], *(f"{named} {head}" for head in heads[1:])], lines)


def _number(value: float) -> str:
    return f"{value:.12g}" if math.isfinite(value) else ""


def _written(heads: Sequence[str], lines: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(heads)
    writer.writerows([_plain(value) for value in line] for line in lines)
    return text.getvalue().encode("utf-8-sig")


def _plain(value: object) -> object:
    """Words as words: a table program would take those that begin so for a formula. Numbers are left as they are."""
    if not isinstance(value, str) or not value.startswith(_FORMULA):
        return value
    try:
        float(value)
    except ValueError:
        return "'" + value
    return value
