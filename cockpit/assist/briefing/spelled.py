"""Numbers, changes and periods of a briefing in words of a language."""

from __future__ import annotations

from datetime import timedelta

from cockpit.assist.briefing.periods import Period
from cockpit.model.clock import DAY, MINUTE, SECOND, local
from cockpit.model.figures import figure as printed
from cockpit.model.insight import RATES, Figure
from cockpit.model.messages import Texts
from cockpit.model.scope import Span

_TENS = "一二三四五六七八九十"
SLOW = frozenset({"mean_hours", "median_hours", "mean_response"})
"""Of which less is quicker."""
COUNTS = frozenset({"count", "open", "closed", "overdue", "late", "urged", "returned", "reopened"})


def chinese(n: int) -> str:
    """一, 十二, 二十三; up to 99."""
    tens, ones = divmod(n, 10)
    if not tens:
        return _TENS[n - 1]
    return f"{_TENS[tens - 1] if tens > 1 else ''}十{_TENS[ones - 1] if ones else ''}"


def plain(value: float, decimals: int, lang: str) -> str:
    """A number as a document prints it; thousands are parted in English only."""
    text = printed(value, decimals)
    return text if lang == "en" else text.replace(",", "")


def decimals_of(figure: Figure) -> int:
    measure = figure.scope.measure
    if measure in COUNTS:
        return 0
    return max(figure.decimals, 1) if measure in RATES or measure in SLOW else figure.decimals


def number(figure: Figure, t: Texts, unit: bool = True) -> str:
    """The figure as printed. The unit stands with it where a template can not know it: % of rates, that of a sign."""
    if figure.value is None:
        return t("briefing.no_data")
    text = plain(figure.value, decimals_of(figure), t.lang)
    if not unit:
        return text
    if figure.scope.measure in RATES:
        return f"{text}%"
    if figure.scope.measure.startswith("sign:") and figure.unit:
        words = t.unit(figure.unit, figure.value)
        return f"{text}{'' if words in '%‰℃°' else ' '}{words}".rstrip()
    return text


def change(figure: Figure, t: Texts) -> str:
    """What became of it since the period before, in words: 增加 12（8.3%）, 下降 1.2 个百分点, 持平."""
    if figure.value is None or figure.before is None:
        return t("briefing.no_before")
    measure, decimals = figure.scope.measure, decimals_of(figure)
    gone = round(figure.value - figure.before, decimals)
    if not gone:
        return t("briefing.same")
    amount = plain(abs(gone), decimals, t.lang)
    if measure in RATES or (measure.startswith("sign:") and figure.unit == "%"):
        return t("briefing.up_rate" if gone > 0 else "briefing.down_rate", n=amount)
    if measure == "mean_response":
        return t("briefing.up_minutes" if gone > 0 else "briefing.down_minutes", n=amount)
    if measure in SLOW:
        return t("briefing.up_hours" if gone > 0 else "briefing.down_hours", n=amount)
    if not figure.before:
        return t("briefing.up_only" if gone > 0 else "briefing.down_only", n=amount)
    percent = plain(abs(gone) / abs(figure.before) * 100, 1, t.lang)
    return t("briefing.up" if gone > 0 else "briefing.down", n=amount, percent=percent)


def signed(value: float | None, before: float | None, decimals: int, lang: str) -> str:
    """A change in a table: +12, −3, 0; – where there is none to compare with."""
    if value is None or before is None:
        return "–"
    gone = round(value - before, decimals)
    return ("+" if gone > 0 else "") + plain(gone + 0.0, decimals, lang)


def day(us: int, t: Texts) -> str:
    when = local(us)
    return t("briefing.day", year=when.year, month=when.month, day=when.day)


def moment(us: int, t: Texts) -> str:
    """Date and time to the minute."""
    return f"{day(us, t)} {local(us):%H:%M}"


def period(of: Period, t: Texts) -> str:
    """The period in words; as far as it is over."""
    span, whole = of.span, of.whole
    first, last = local(whole.start), local(whole.end - SECOND)
    match of.kind:
        case "day":
            weekday = t(f"kit.weekday_{first.weekday()}")
            text = t("briefing.whole_day", day=day(whole.start, t), weekday=weekday)
        case "month":
            text = t("briefing.month", year=first.year, month=first.month)
        case "week":
            text = t("briefing.from_to", start=day(whole.start, t), end=day(whole.end - SECOND, t))
        case _:
            same = first.date() == last.date()
            # the end of a turn is said as people say it: 08:00 – 20:00
            end = f"{local(whole.end):%H:%M}" if same else moment(whole.end, t)
            text = t("briefing.from_to", start=moment(whole.start, t), end=end)
    if of.running:
        when = f"{local(span.end):%H:%M}" if of.kind in ("day", "shift") else moment(span.end, t)
        text = t("briefing.so_far", period=text, when=when)
    return text


def before(of: Period, t: Texts) -> str:
    """What it is compared with: 前一日, 上周同期."""
    return t(f"briefing.before_{of.kind}_{'part' if of.running else 'whole'}")


def lasted(us: int, t: Texts) -> str:
    """A span to the minute: 5 分钟, 3 小时 20 分钟, 2 天 4 小时."""
    minutes = max(us, 0) // MINUTE
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return t("briefing.days_hours", d=days, h=hours)
    return t("briefing.hours_minutes", h=hours, m=minutes) if hours else t("briefing.minutes", m=minutes)


def start(us: int, grain: str) -> str:
    """The beginning of a bucket, as short as an axis needs it."""
    when = local(us)
    match grain:
        case "hour":
            return f"{when.hour}"
        case "month":
            return f"{when.year}-{when.month:02d}"
        case _:
            return f"{when.month}-{when.day}"


def grain_of(span: Span) -> str:
    """The buckets in which a course of this length is read."""
    long = span.end - span.start
    return "hour" if long <= 2 * DAY else "day" if long <= 62 * DAY else "month"


def issue(of: Period) -> dict[str, int]:
    """Words for the number of the issue."""
    first = local(of.whole.start)
    year = (first + timedelta(days=3)).year if of.kind == "week" else first.year
    return {"year": year, "number": of.number}
