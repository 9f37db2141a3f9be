"""What the map says about a thing in a word or two: callouts and tooltips. No Qt in here."""

from __future__ import annotations

import math
from typing import Any

from cockpit.model.ages import age, hour_minute
from cockpit.model.city import Pack
from cockpit.model.messages import Texts
from cockpit.model.tables import UnitState
from cockpit.picture import Picture
from widgets.map.scene import ALERT, CAMERA, EVENT, SENSOR, UNIT

DOT = " · "


def number(value: float, decimals: int) -> str:
    return f"{value:,.{decimals}f}"


class Titles:
    """Says things of the picture in the language of `t`."""

    def __init__(self, picture: Picture, pack: Pack) -> None:
        self._picture, self._pack = picture, pack

    def of(self, topic: str, key: str, t: Texts, now: int) -> tuple[str, str] | None:
        """Title and second line (what and how old); None for a thing that is not there.

        Args:
            now: city's clock, UTC us.
        """
        row = self._picture[topic].get(key) if topic in (EVENT, UNIT, SENSOR, CAMERA, ALERT) else None
        if row is None:
            return None
        said: tuple[str, str] = getattr(self, f"_{topic}")(row, t, now)
        return said

    def _event(self, row: dict[str, Any], t: Texts, now: int) -> tuple[str, str]:
        kind = self._pack.kind(row["kind"])
        title, amount = t.pack(kind.name), float(row["amount"])
        if kind.unit and amount and math.isfinite(amount):
            title += f" {number(amount, 0 if amount.is_integer() else 1)} {t.pack(kind.unit)}"
        return title, DOT.join(p for p in (row["place"], t(age(row["occurred"], now))) if p)

    def _unit(self, row: dict[str, Any], t: Texts, now: int) -> tuple[str, str]:
        state = ("free", "busy", "off")[min(int(row["state"]), UnitState.OFF_DUTY)]
        return row["name"], DOT.join((t(f"map.unit_{state}"), t("map.position_age", age=t(age(row["fixed"], now)))))

    def _sensor(self, row: dict[str, Any], t: Texts, now: int) -> tuple[str, str]:
        kind, value = self._pack.sensor_kind(row["kind"]), float(row["value"])
        said = t("map.no_value")
        if math.isfinite(value):
            said = f"{number(value, kind.decimals)} {row['unit'] or kind.unit}".strip()
        return row["name"] or t.pack(kind.name), DOT.join((f"{t.pack(kind.name)} {said}", t(age(row["measured"], now))))

    def _camera(self, row: dict[str, Any], t: Texts, now: int) -> tuple[str, str]:
        return row["name"], t("map.camera_offline" if row["state"] else "map.camera_online")

    def _alert(self, row: dict[str, Any], t: Texts, now: int) -> tuple[str, str]:
        until = t("map.alert_until", time=hour_minute(row["expires"])) if row["expires"] else ""
        return row["title"], DOT.join(p for p in (row["area_name"], row["sender"], until) if p)
