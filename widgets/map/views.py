"""Named views: stacks of layers under a name, and stacks of several of them at once (一图多景). No Qt in here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from widgets.map.layers.state import FIRST, LayerFilter, LayerStack, LayerState, stack_from, stack_of

MOST = 60
LONGEST = 40


class NamedView(msgspec.Struct, frozen=True):
    """A stack under a name.

    Attributes:
        name: as a person called it; unique.
        stack: how the layers are set.
        department: whose view it is, "" when nobody said.
    """

    name: str
    stack: LayerStack
    department: str = ""


def views_from(value: object) -> tuple[NamedView, ...]:
    """The views that were kept; what can not be read is left out."""
    views: dict[str, NamedView] = {}
    for one in value if isinstance(value, list) else ():
        name = one.get("name") if isinstance(one, dict) else None
        layers = one.get("layers") if isinstance(one, dict) else None
        if isinstance(name, str) and name.strip() and isinstance(layers, list) and len(views) < MOST:
            department = one.get("department")
            views[name] = NamedView(
                name[:LONGEST], _kept(layers), department[:LONGEST] if isinstance(department, str) else ""
            )
    return tuple(views.values())


def _kept(layers: list[Any]) -> LayerStack:
    """Imported layers that are not there now stay in a view: their file may come back."""
    keys = [one["key"] for one in layers if isinstance(one, dict) and isinstance(one.get("key"), str)]
    return stack_from(layers, keys)


def views_to(views: Sequence[NamedView]) -> list[dict[str, Any]]:
    """As JSON for the profile."""
    return [{"name": v.name, "department": v.department, "layers": v.stack.to_prefs()} for v in views]


def saved(views: Sequence[NamedView], view: NamedView) -> tuple[NamedView, ...]:
    """With a view; one of the same name is replaced, in its place."""
    if any(one.name == view.name for one in views):
        return tuple(view if one.name == view.name else one for one in views)
    return (*views, view)[-MOST:]


def applied(view: NamedView, users: Iterable[str]) -> LayerStack:
    """The stack of a view with the imported layers that there are now; those that it does not know are hidden."""
    users = list(users)
    known = view.stack.keys
    stack = view.stack.with_known(users)
    for key in users:
        if key not in known:
            stack = stack.with_layer(key, visible=False)
    return stack


def stacked(views: Sequence[NamedView], users: Iterable[str]) -> LayerStack:
    """Several views on one map: what any of them shows is shown, by its filter; where two filter alike, by both.

    Order, opacity and colours are those of the first view that shows the layer.
    """
    if not views:
        return FIRST.with_known(users)
    stacks = [applied(view, users) for view in views]
    first = stacks[0]
    layers: list[LayerState] = []
    for key in first.keys:
        shown = [stack.state(key) for stack in stacks if stack.state(key).visible]
        if not shown:
            layers.append(msgspec.structs.replace(first.state(key), visible=False))
            continue
        layers.append(msgspec.structs.replace(shown[0], filter=_either([one.filter for one in shown])))
    return stack_of(layers)


def _either(filters: Sequence[LayerFilter]) -> LayerFilter:
    """A filter that lets through all that any of these does, and as little more as can be said."""
    if any(not made for made in filters):
        return LayerFilter()
    columns = set.intersection(*({name for name, _ in made.only} for made in filters))
    found = LayerFilter()
    for name in sorted(columns):
        found = found.with_values(name, (value for made in filters for value in made.values(name)))
    if all(made.last for made in filters):
        return found.with_last(max(made.last for made in filters))
    if all(made.end for made in filters):
        return found.with_span(min(made.start for made in filters), max(made.end for made in filters))
    return found


def of_sources(stack: LayerStack, chosen: frozenset[str], sources: Mapping[str, Sequence[str]]) -> LayerStack:
    """A stack that shows what some sources or departments bring, and nothing else.

    Args:
        chosen: which of them.
        sources: by layer key, who brings it: ids of feeds, or the department of an imported layer.
    """
    for key in stack.keys:
        mine = [source for source in sources.get(key, ()) if source in chosen]
        others = len(mine) < len(sources.get(key, ()))
        state = stack.state(key)
        only = state.filter.with_values("feed", mine if mine and others else ())
        stack = stack.with_layer(key, visible=bool(mine), filter=only)
    return stack
