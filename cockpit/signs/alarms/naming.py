"""What an alarm's thing is called, where it is, in which unit it is measured, and of which class its case is."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from cockpit.model.alarms import Rule
from cockpit.model.city import Pack, Text
from cockpit.signs.definitions import read_signs
from cockpit.signs.rules.areas import AreaIndex
from cockpit.signs.rules.look import Subject

MINUTES = "min"


class Naming:
    """Names by a city's pack, its areas and its signs."""

    def __init__(self, pack: Pack, areas: AreaIndex, sign: Callable[[str], tuple[Text, Text | str]]) -> None:
        """
        Args:
            sign: name and unit of a sign by its code.
        """
        self._pack = pack
        self._areas = areas
        self._sign = sign

    def __call__(self, rule: Rule, subject: Subject) -> tuple[str, str, str, str]:
        """Name (a word, or JSON of `{zh, en}`), place in words, unit (as the name), class of event ("" none)."""
        row = subject.row
        place = self._areas.words(subject.area)
        if row is None:
            return place or _text(self._pack.name), place, "", rule.case_kind
        name, unit, kind = self._of_row(rule.topic, row)
        if rule.topic == "event":
            place = row["place"] or place
        if rule.kind == "absence":
            unit = MINUTES
        elif (rule.kind != "rate" and rule.measure != "value") or rule.kind == "geofence":
            unit = ""
        return name, place, unit, rule.case_kind or kind

    def _of_row(self, topic: str, row: Mapping[str, Any]) -> tuple[str, str, str]:
        pack = self._pack
        match topic:
            case "sensor":
                return row["name"] or _text(pack.sensor_kind(row["kind"]).name), row["unit"], ""
            case "event":
                return _text(pack.kind(row["kind"]).name), "", row["kind"]
            case "sign":
                name, unit = self._sign(row["code"])
                part = {lang: f"{words} · {row['part']}" for lang, words in name.items()} if row["part"] else name
                return _text(part), unit if isinstance(unit, str) else _text(unit), ""
            case _:
                return row["name"] or row["key"], "", ""


def sign_names(pack: Pack) -> dict[str, tuple[Text, Text | str]]:
    """Name and unit of each sign that the pack names, by its code.

    Raises:
        UserError: the file of signs can not be read.
    """
    return {sign.code: (sign.name, sign.unit) for sign in read_signs(pack.signs, pack.folder).signs}


def _text(text: Text) -> str:
    """A pack's text in a column of text."""
    return json.dumps(text, ensure_ascii=False) if len(text) > 1 else text["zh"]
