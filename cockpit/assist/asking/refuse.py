"""What is not answered, and why: what nobody recorded, what will be, whose fault it is, other places, persons."""

from __future__ import annotations

from cockpit.assist.asking.found import Found
from cockpit.assist.asking.several import two_numbers
from cockpit.model.clock import DAY
from cockpit.model.messages import Message
from cockpit.model.spans import ZONE


def refused(found: Found, now: int, first: int) -> tuple[str, Message, tuple[str, ...]] | None:
    """Reason, sentence and words, where a question is none for the archive; None where it may be answered."""
    names = found.names
    for reason, said in found.declines:
        if reason == "forecast" and "DUE" in names:
            continue
        if said.endswith("城区") and len(dict.fromkeys(code for code, _ in found.areas)) > 1:
            continue  # 三个老城区，上城、拱墅、西湖
        if reason == "order" and "ARRIVE" in names and names & {"DURATION", "MEAN", "MEDIAN", "FASTEST", "SLOWEST"}:
            continue  # 从派人到到场
        return reason, Message(f"asking.declined_{reason}", {"words": said}), (said,)
    if found.others:
        return "elsewhere", Message("asking.declined_elsewhere", {"words": found.others[0]}), tuple(found.others)
    if any(one.span.start >= now for one, _ in found.times) and "DUE" not in names:
        return "forecast", Message("asking.declined_forecast", {"words": found.said("time")}), ()
    spans = [one.span for one, _ in found.times]
    if spans and all(span.end <= first for span in spans):
        return "before", Message("asking.declined_before", {"words": found.said("time")}), ()
    if found.unread and not _may_overlook(found):
        words = tuple(found.unread)
        return "unread", Message("asking.declined_unread", {"words": "、".join(words[:4])}), words
    if found.without.get("atom"):
        return "except", Message("asking.declined_except"), ()
    if two := two_numbers(found):
        return "two", Message("asking.declined_two", {"words": "、".join(two)}), two
    if found.is_bare:
        return "empty", Message("asking.declined_empty"), ()
    return None


_SAYS = set(
    "超初末前后次第每各最首尾仅倒非半多少高低快慢好差旧内外上下早晚班同另未无没不零一二两三四五六七八九十百千万0123456789"
)
"""Characters that would change what is asked."""
_SHIFTS = ("夜班", "白班", "早班", "中班", "晚班")
"""Said beside the hours that they have."""


def _may_overlook(found: Found) -> bool:
    """One short word beside a class, a sign or a place that is understood takes nothing away."""
    clock = found.hours or any(one.hours or (one.span.start + ZONE) % DAY for one, _ in found.times)
    if clock and all(word in _SHIFTS for word in found.unread):
        return True
    known = found.kinds or found.signs or found.channels or found.units or found.stages
    return len(found.unread) == 1 and len(found.unread[0]) == 1 and found.unread[0] not in _SAYS and bool(known)
