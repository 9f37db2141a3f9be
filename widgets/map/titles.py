"""What the map says about a thing in a word or two: callouts and tooltips. No Qt in here."""

from __future__ import annotations

import math
from typing import Any

from cockpit.model.ages import age, moment
from cockpit.model.alarms import text_of
from cockpit.model.cases import Case
from cockpit.model.city import Pack
from cockpit.model.figures import figure
from cockpit.model.headline import headline_words
from cockpit.model.messages import Texts
from cockpit.model.places import PLACE, place_of
from cockpit.model.ports.cases import Cases
from cockpit.model.tables import AlarmState, UnitState
from cockpit.picture import Picture
from widgets.kit.loopwords import left_of, number_of, stage_of
from widgets.map.scene import ALARM, ALERT, CAMERA, CASE, EVENT, SENSOR, UNIT

DOT = " · "


class Titles:
    """Says things of the picture in the language of `t`."""

    def __init__(self, picture: Picture, pack: Pack, cases: Cases) -> None:
        self._picture, self._pack, self._cases = picture, pack, cases

    def of(self, topic: str, key: str, t: Texts, now: int) -> tuple[str, str] | None:
        """Title and second line (what and how old); None for a thing that is not there.

        Args:
            now: city's clock, UTC us.
        """
        if topic == CASE:
            return self._case(key, t, now)
        if topic == PLACE:
            place = place_of(key)
            return (place[2] or t("places.place"), f"{place[0]:.5f}, {place[1]:.5f}") if place is not None else None
        row = self._picture[topic].get(key) if topic in (EVENT, UNIT, SENSOR, CAMERA, ALERT, ALARM) else None
        if row is None:
            return None
        said: tuple[str, str] = getattr(self, f"_{topic}")(row, t, now)
        return said

    def _event(self, row: dict[str, Any], t: Texts, now: int) -> tuple[str, str]:
        kind = self._pack.kind(row["kind"])
        title, amount = t.pack(kind.name), float(row["amount"])
        if kind.unit and amount and math.isfinite(amount):
            title += f" {figure(amount, 0 if amount.is_integer() else 1)} {t.pack(kind.unit)}"
        case = self._cases.of_event(row["key"])
        if case is not None and case.open:
            return title, self._stage(case, t, now)
        return title, DOT.join(p for p in (row["place"], t(age(row["occurred"], now))) if p)

    @staticmethod
    def _alarm(row: dict[str, Any], t: Texts, now: int) -> tuple[str, str]:
        value = float(row["value"])
        unit = t.unit(text_of(row["unit"]))
        said = f"{figure(value, 0 if value.is_integer() else 1)} {unit}".strip() if math.isfinite(value) else ""
        state = (
            t("alarmlist.shelved_now") if row["state"] == AlarmState.SHELVED else t(f"alarmlist.state_{row['state']}")
        )
        title = t.pack(text_of(row["name"])) or row["place"] or row["rule"]
        return DOT.join(p for p in (title, said) if p), DOT.join((state, t(age(row["raised"], now))))

    def _case(self, key: str, t: Texts, now: int) -> tuple[str, str] | None:
        case = self._cases.case(key)
        if case is None:
            return None
        number = number_of(case)
        said = number if isinstance(number, str) else t(number)
        return f"{t.pack(self._pack.kind(case.facts.kind).name)} {said}", self._stage(case, t, now)

    @staticmethod
    def _stage(case: Case, t: Texts, now: int) -> str:
        """待派遣 · 余 02:36."""
        left = left_of(case.due, case.stage_at, now)
        return DOT.join((t(stage_of(case).words), t(left.words))) if left is not None else t(stage_of(case).words)

    def _unit(self, row: dict[str, Any], t: Texts, now: int) -> tuple[str, str]:
        state = ("free", "busy", "off")[min(int(row["state"]), UnitState.OFF_DUTY)]
        said = [
            self._order(row["key"], t) or t(f"map.unit_{state}"),
            t("map.position_age", age=t(age(row["fixed"], now))),
        ]
        return row["name"], DOT.join(said)

    def _order(self, unit: str, t: Texts) -> str:
        """The order that a unit works on: 工单 G-0714-0642 道路积水, 前往中."""
        order = self._cases.order_of(unit)
        case = self._cases.case(order.case) if order is not None else None
        if order is None or case is None:
            return ""
        kind = t.pack(self._pack.kind(case.facts.kind).name)
        number = order.number or t("cases.no_number")
        return t("map.unit_order", number=number, kind=kind, state=t(f"map.order_{order.state}"))

    def _sensor(self, row: dict[str, Any], t: Texts, now: int) -> tuple[str, str]:
        kind, value = self._pack.sensor_kind(row["kind"]), float(row["value"])
        said = t("map.no_value")
        if math.isfinite(value):
            said = f"{figure(value, kind.decimals)} {row['unit'] or kind.unit}".strip()
        return row["name"] or t.pack(kind.name), DOT.join((f"{t.pack(kind.name)} {said}", t(age(row["measured"], now))))

    def _camera(self, row: dict[str, Any], t: Texts, now: int) -> tuple[str, str]:
        return row["name"], t("map.camera_offline" if row["state"] else "map.camera_online")

    def _alert(self, row: dict[str, Any], t: Texts, now: int) -> tuple[str, str]:
        until = t("map.alert_until", time=moment(row["expires"], now)) if row["expires"] else ""
        said = DOT.join(p for p in (row["area_name"], row["sender"], until) if p)
        return headline_words(row["title"], t, whole=True), said
