"""What a page is shown of the pack: classes that it may report, forms, the city. Made once."""

from __future__ import annotations

from cockpit.field.pagewire import CityOut, FormField, FormOut
from cockpit.field.wire import KindOut
from cockpit.model.city import Pack, Text, UnitKind
from cockpit.model.forms import FieldForms

MOST_KINDS = 40
_WALKER = UnitKind("", {"zh": ""}, "circle", 1.4, True)
_AROUND = 0.5
"""Degrees around the city from which a way is still looked for."""


class Shown:
    """The pack as the phone page has it.

    Attributes:
        kinds: classes for a report of its own; forms: for `done`.
    """

    def __init__(self, pack: Pack | None) -> None:
        """
        Args:
            pack: None: there is none.
        """
        self._pack = pack
        forms = pack.forms if pack is not None else FieldForms()
        self.kinds = _kinds(pack, forms)
        self.forms = [
            FormOut(
                kinds=list(form.kinds),
                photo=form.photo,
                fields=[
                    FormField(
                        field.id,
                        field.name["zh"],
                        _english(field.name),
                        field.type,
                        field.unit,
                        [choice["zh"] for choice in field.choices],
                        field.required,
                    )
                    for field in form.fields
                ],
            )
            for form in forms.forms
        ]

    def city(self, language: str) -> CityOut:
        if self._pack is None:
            return CityOut("", 0.0, 0.0)
        lon, lat = self._pack.centre
        name = self._pack.name
        return CityOut(name.get(language) or name["zh"], lon, lat)

    def unit_kind(self, ident: str, language: str) -> str:
        """Name of a kind of unit; "" unknown."""
        if self._pack is None or not ident:
            return ""
        name = self._pack.unit_kind(ident).name
        return name.get(language) or name["zh"]

    def mover(self, ident: str) -> UnitKind:
        """How a unit of that kind gets along."""
        return self._pack.unit_kind(ident) if self._pack is not None and ident else _WALKER

    def knows(self, code: str) -> bool:
        return self._pack is not None and code in self._pack.kinds

    def near(self, place: tuple[float, float]) -> bool:
        """Whether a place is in the city or not far from it."""
        if self._pack is None:
            return False
        west, south, east, north = self._pack.bounds
        return west - _AROUND < place[0] < east + _AROUND and south - _AROUND < place[1] < north + _AROUND


def _kinds(pack: Pack | None, forms: FieldForms) -> list[KindOut]:
    """Those that the forms name; else the first of each group."""
    if pack is None:
        return []
    first: dict[str, str] = {}
    for code, kind in pack.kinds.items():
        first.setdefault(kind.group_code, code)
    kinds = [pack.kinds[code] for code in forms.report or first.values()]
    return [KindOut(kind.code, kind.name["zh"], _english(kind.name)) for kind in kinds[:MOST_KINDS]]


def _english(text: Text) -> str:
    return text.get("en") or text["zh"]
