"""Figures of feeds in words."""

from __future__ import annotations

from cockpit.model.ages import span
from cockpit.model.clock import MINUTE, SECOND
from cockpit.model.messages import Texts

CLASSIFICATIONS = ("public", "internal", "sensitive")
"""That have a word in the catalogue; another one is shown as it is written."""


def class_words(name: str, t: Texts) -> str:
    return t(f"feedboard.class_{name}") if name in CLASSIFICATIONS else name


def rate_words(per_second: float, t: Texts, like: float = 0.0) -> str:
    """500 条/秒, 12.5 条/秒, 6 条/分, 2 条/小时; in the unit that the rate `like` would be told in, 0: in its own."""
    for seconds, unit in ((1, "second"), (60, "minute"), (3600, "hour")):
        if (like or per_second) * seconds >= 1 or unit == "hour":
            return t(f"feedboard.per_{unit}_n", n=_figure(per_second * seconds))
    raise AssertionError


def _figure(n: float) -> str:
    if n >= 100 or n == int(n):
        return f"{n:,.0f}"
    return f"{n:,.1f}" if n >= 1 else f"{n:.2f}"


def bytes_words(n: float) -> str:
    """320 B, 1.4 kB, 2.1 MB."""
    for unit, size in (("MB", 1e6), ("kB", 1e3)):
        if n >= size:
            return f"{n / size:,.1f} {unit}"
    return f"{n:,.0f} B"


def lag_words(lag: int, t: Texts) -> str:
    """250 毫秒, 3 分钟; a source whose clock is ahead says so."""
    if lag <= -SECOND:
        return t("bars.lag_ahead", span=span(-lag))
    return t(span(lag)) if lag >= 10 * SECOND else t("bars.lag_ms", n=f"{max(lag, 0) / 1000:,.0f}")


def skew_words(skew: int, t: Texts) -> str:
    """对方快 3 分钟, 对方慢 2 秒, 一致 within half a second."""
    if abs(skew) < SECOND // 2:
        return t("feedboard.skew_none")
    words = t(span(abs(skew))) if abs(skew) >= MINUTE else t("feedboard.seconds", n=f"{abs(skew) / SECOND:.1f}")
    return t("feedboard.skew_ahead" if skew > 0 else "feedboard.skew_behind", span=words)
