"""会商: who belongs into a call about a case: the units on its orders, who is on duty for its area, and leaders."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject

from cockpit.model.calls import Contact
from cockpit.model.cases import Case
from widgets.calls import acts as calls
from widgets.kit.context import PanelContext
from widgets.lists.question import Question

MOST = 10
"""People whom one call takes."""


def people_of(ctx: PanelContext, asker: QObject, case: str, area: str, told: Callable[[list[Contact]], object]) -> None:
    """Finds the people of a case, or who answers for an area where there is none; `told` gets them, the units first."""
    found = ctx.cases.case(case) if case else None
    units = units_of(found)
    on_it = [calls.contact(ctx, unit) for unit in units]
    if ctx.calls is None:
        told(on_it)
        return
    where = (found.facts.area if found is not None else area) or city_code(ctx)

    def chosen(book: list[Contact]) -> None:
        told(among(on_it, book, units, where))

    ctx.calls.contacts("", Question(asker, chosen).answer, most=500)


def city_code(ctx: PanelContext) -> str:
    """Code of the whole city, "" while no areas are known."""
    areas = ctx.picture["area"]
    codes = zip(areas.text("code"), areas.numbers("tier").tolist(), strict=True)
    return next((code for code, tier in codes if tier == 0), "")


def units_of(case: Case | None) -> tuple[str, ...]:
    """Units that work on a case, the lead first."""
    if case is None:
        return ()
    orders = sorted((order for order in case.orders.values() if not order.ended), key=lambda order: not order.lead)
    return tuple(dict.fromkeys(order.unit for order in orders))


def among(on_it: Sequence[Contact], book: Sequence[Contact], units: Sequence[str], area: str) -> list[Contact]:
    """Those on it, then who leads them or the area of the case, the nearest area first; each once, `MOST` at most."""

    def rank(one: Contact) -> int:
        """0 leads one of the units; else by how much of the area they answer for; -1 is nobody of the case."""
        if any(unit in one.leads for unit in units):
            return 0
        fits = [code for code in one.leads if area and area.startswith(code)]
        return 1 + 20 - max(map(len, fits)) if fits else -1

    known = {one.id for one in on_it}
    ranked = sorted(((rank(one), i, one) for i, one in enumerate(book) if one.id not in known), key=lambda row: row[:2])
    leaders = [one for place, _, one in ranked if place >= 0 and one.ways]
    return [*on_it, *leaders][:MOST]
