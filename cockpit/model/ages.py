"""Ages and spans in words, one function everywhere: “2 秒前”, “数据已停 6 分钟”, “余 02:36”."""

from __future__ import annotations

from cockpit.model.clock import DAY, HOUR, MINUTE, SECOND, local
from cockpit.model.freshness import Freshness, freshness
from cockpit.model.messages import Message


def span(us: int) -> Message:
    """A span of time in its largest whole unit: 42 秒, 6 分钟, 3 小时, 2 天. Never negative."""
    us = max(us, 0)
    for unit, name in ((DAY, "days"), (HOUR, "hours"), (MINUTE, "minutes")):
        if us >= unit:
            return Message(f"kit.span_{name}", {"n": us // unit})
    return Message("kit.span_seconds", {"n": us // SECOND})


def exactly(us: int) -> Message:
    """A span to the second: 42 秒, 5 分 40 秒; from an hour on to the minute. Never negative."""
    seconds = max(us, 0) // SECOND
    hours, minutes, rest = seconds // 3600, seconds // 60 % 60, seconds % 60
    if hours:
        return Message("kit.span_hm", {"h": hours, "m": minutes})
    return Message("kit.span_ms", {"m": minutes, "s": rest}) if minutes else Message("kit.span_seconds", {"n": rest})


def age(then_us: int, now_us: int) -> Message:
    """How long ago `then_us` was: 刚刚, 2 秒前, 1 分钟前, 3 小时前; past a day its date.

    A time that is never (0) is 尚无数据; one that is up to a minute ahead is 刚刚 (clocks differ), later ones say so.
    """
    if then_us <= 0:
        return Message("kit.age_never")
    gone = now_us - then_us
    if gone < -MINUTE:
        return Message("kit.age_ahead", {"span": span(-gone)})
    if gone < SECOND:
        return Message("kit.age_now")
    if gone < DAY:
        return Message("kit.age_ago", {"span": span(gone)})
    return Message("kit.age_date", {"when": stamp(then_us)})


def data_age(last_us: int, beat_us: int, now_us: int) -> Message:
    """The age of what a feed or an item last said, by its beat: the age while live, then that it stopped or is cut off.

    Args:
        last_us: when it last spoke, UTC microseconds; 0 if it never did.
        beat_us: how often it is meant to speak.
        now_us: now, in the clock of `last_us`.
    """
    match freshness(last_us, beat_us, now_us):
        case Freshness.STALE:
            return Message("kit.age_stopped", {"span": span(now_us - last_us)})
        case Freshness.DEAD:
            return Message("kit.age_dead", {"span": span(now_us - last_us)})
        case _:
            return age(last_us, now_us)


def clock_time(us: int) -> str:
    """Time of day of the city, 17:42:36."""
    return local(us).strftime("%H:%M:%S")


def hour_minute(us: int) -> str:
    """Time of day of the city, 17:42."""
    return local(us).strftime("%H:%M")


def moment(us: int, now_us: int) -> str:
    """Time of day of the city, with its day where that is not the day of now: 17:42, 07-17 13:42."""
    return hour_minute(us) if local(us).date() == local(now_us).date() else stamp(us)


def instant(us: int, now_us: int) -> str:
    """As `moment`, to the second where it is today's: 17:42:36, 07-17 13:42."""
    return clock_time(us) if local(us).date() == local(now_us).date() else stamp(us)


def stamp(us: int) -> str:
    """Day and time of the city, 07-14 17:42."""
    return local(us).strftime("%m-%d %H:%M")


def full_stamp(us: int) -> str:
    """Date and time of the city in full, 2026-07-14 17:42:36, for a tooltip."""
    return local(us).strftime("%Y-%m-%d %H:%M:%S")


def date_words(us: int) -> Message:
    """The city's day as the strip shows it: 7月14日 周二."""
    day = local(us)
    return Message("kit.date", {"month": day.month, "day": day.day, "weekday": Message(f"kit.weekday_{day.weekday()}")})


def countdown(us: int) -> str:
    """A span as a clock: 02:36, or 2:11:40 from an hour on. The sign is not shown, the word before it tells it."""
    seconds = abs(us) // SECOND
    hours, minutes, rest = seconds // 3600, seconds // 60 % 60, seconds % 60
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes:02}:{rest:02}"
