"""The life cycle of one alarm by ISA-18.2. Pure: an alarm is never changed, each step makes a new one or ends it."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from cockpit.model.messages import Message
from cockpit.model.tables import AlarmState

NAN = float("nan")
OPEN = (AlarmState.UNACKNOWLEDGED, AlarmState.ACKNOWLEDGED, AlarmState.RETURNED)
"""States in which an alarm is in the list of an operator."""


class Alarm(msgspec.Struct, frozen=True):
    """An alarm from when it was raised until it is quiet: back to normal, acknowledged, and not latched or shelved.

    Attributes:
        key: `alarm/<id>`.
        rule: id; subject: what it is about, as the rule names it; thing: key of the row, "" of an area.
        name: what the thing is called, see `text_of`; kind: class of event that its case gets, "" none.
        state: of `AlarmState`; active: the condition holds; latched: its rule latches.
        level, lon, lat, area, place, unit: as in the table.
        value, limit: at the last change, NaN none.
        raised, acked, cleared, updated: UTC us of the city, 0 never. count: times raised since it was last quiet.
        shelved: end of its shelf by the city's clock, shelf_wall: by the machine's, which decides.
        flood: name of the group that it is counted in, parent: key of the alarm that suppresses it; "" none.
        chatter: found chattering. run: of the city, see `CityTime`.
    """

    key: str
    rule: str
    subject: str
    thing: str = ""
    name: str = ""
    kind: str = ""
    state: AlarmState = AlarmState.UNACKNOWLEDGED
    active: bool = True
    latched: bool = False
    level: int = 3
    lon: float = NAN
    lat: float = NAN
    area: str = ""
    place: str = ""
    unit: str = ""
    value: float = NAN
    limit: float = NAN
    raised: int = 0
    acked: int = 0
    cleared: int = 0
    updated: int = 0
    count: int = 1
    shelved: int = 0
    shelf_wall: int = 0
    flood: str = ""
    parent: str = ""
    chatter: bool = False
    run: str = ""


def raised(alarm: Alarm, now: int, value: float, limit: float) -> Alarm:
    """It is raised again before it was quiet: it has to be acknowledged anew, but for one on its shelf."""
    state = alarm.state if alarm.state is AlarmState.SHELVED else AlarmState.UNACKNOWLEDGED
    acked = alarm.acked if state is AlarmState.SHELVED else 0
    return replace(
        alarm, state=state, active=True, acked=acked, raised=now, cleared=0, updated=now, value=value, limit=limit,
        count=alarm.count + 1,
    )  # fmt: skip


def cleared(alarm: Alarm, now: int, value: float, limit: float) -> Alarm | None:
    """Back to normal; None: it is quiet."""
    after = {
        AlarmState.UNACKNOWLEDGED: AlarmState.RETURNED,
        AlarmState.ACKNOWLEDGED: AlarmState.LATCHED if alarm.latched else None,
        AlarmState.SUPPRESSED: None,
    }.get(alarm.state, alarm.state)
    if after is None:
        return None
    return replace(alarm, state=after, active=False, cleared=now, updated=now, value=value, limit=limit)


def acknowledged(alarm: Alarm, now: int) -> Alarm | Message | None:
    """A person has seen it; None: it is quiet; a Message: why that has no effect."""
    match alarm.state:
        case AlarmState.UNACKNOWLEDGED:
            return replace(alarm, state=AlarmState.ACKNOWLEDGED, acked=now, updated=now)
        case AlarmState.RETURNED if alarm.latched:
            return replace(alarm, state=AlarmState.LATCHED, acked=now, updated=now)
        case AlarmState.RETURNED:
            return None
        case AlarmState.SHELVED:
            return Message("alarms.is_shelved")
        case AlarmState.SUPPRESSED:
            return Message("alarms.is_suppressed")
        case _:
            return Message("alarms.acked_already")


def shelved(alarm: Alarm, now: int, until: int, wall: int) -> Alarm | Message:
    """A person puts it aside until `until` (city) or `wall` (machine); one on a shelf gets another end."""
    if alarm.state is AlarmState.SUPPRESSED:
        return Message("alarms.is_suppressed")
    if not alarm.active and alarm.state is not AlarmState.SHELVED:
        return Message("alarms.shelve_returned")
    return replace(alarm, state=AlarmState.SHELVED, shelved=until, shelf_wall=wall, updated=now)


def unshelved(alarm: Alarm, now: int) -> Alarm | Message | None:
    """Its shelf ends: what holds has to be acknowledged anew, what is back to normal is quiet."""
    if alarm.state is not AlarmState.SHELVED:
        return Message("alarms.not_shelved")
    if not alarm.active:
        return None
    return replace(alarm, state=AlarmState.UNACKNOWLEDGED, acked=0, shelved=0, shelf_wall=0, updated=now)


def reset(alarm: Alarm) -> Message | None:
    """A person resets what latched; None: it is quiet; a Message: why that has no effect."""
    if alarm.state is AlarmState.LATCHED:
        return None
    if not alarm.latched:
        return Message("alarms.nothing_latched")
    return Message("alarms.still_active") if alarm.active else Message("alarms.ack_first")


def suppressed(alarm: Alarm, parent: str, now: int) -> Alarm:
    """By design, as long as its parent holds."""
    return replace(alarm, state=AlarmState.SUPPRESSED, parent=parent, updated=now)


def released(alarm: Alarm, now: int) -> Alarm:
    """Its parent holds no longer, but it does."""
    return replace(alarm, state=AlarmState.UNACKNOWLEDGED, parent="", updated=now)
