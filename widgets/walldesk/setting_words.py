"""What the settings of a panel may be that are one of a few, and what is said of each at the desk. No Qt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cockpit.model.messages import Message
from widgets.kit.context import PanelContext

BY = ("area", "district", "kind", "group", "channel", "level", "stage")
_CHOICES: dict[str, tuple[str | int, ...]] = {
    "of": ("events", "today", "cases"),
    "by": BY,
    "compare": ("day", "week", ""),
    "grain": ("hour", "day"),
    "side": ("left", "middle", "right"),
    "fit": ("contain", "cover"),
    "shows": ("all", "overdue", "grave"),
    "view": ("centre", "city"),
    "level": (0, 1, 2, 3, 4),
}
_OWN_CHOICES: dict[tuple[str, str], tuple[str, ...]] = {
    ("wallareas", "by"): ("district", "street"),
    ("wallhotline", "by"): ("kind", "group", "area"),
}
_LISTS: dict[tuple[str, str], tuple[str, ...]] = {
    ("wallsankey", "columns"): BY,
    ("wallweather", "kinds"): ("temperature", "rain", "wind", "pm25", "humidity"),
}


def choices(panel: str, name: str) -> tuple[tuple[str | int, Message], ...]:
    """What it may be, with words for each; () where it is not one of a few."""
    return tuple((one, _said(name, one)) for one in _OWN_CHOICES.get((panel, name), _CHOICES.get(name, ())))


def _said(name: str, value: object) -> Message:
    return Message(f"walloption.{name}_is_{value if value != '' else 'none'}")


def tip(ctx: PanelContext, panel: str, name: str, value: Any, default: str) -> str:
    """How it is called in a file, what it is where nothing is written, what may stand in it; names of codes."""
    t = ctx.t
    lines = [t("walloption.in_file", name=name)]
    if default:
        lines.append(t("walloption.default", default=default))
    lines += _listed(ctx, panel, name)
    if name in ("sign", "signs") and ctx.signs is not None:
        codes = [value] if isinstance(value, str) else value if isinstance(value, Sequence) else ()
        names = {sign.code: sign.name for sign in ctx.signs.known.signs}
        lines += [f"{code} {t.pack(names[code])}" for code in codes if code in names]
    return "\n".join(lines)


def _listed(ctx: PanelContext, panel: str, name: str) -> list[str]:
    t = ctx.t
    words: Mapping[str, str] = {}
    if (panel, name) in _LISTS:
        named = "by" if name == "columns" else name
        words = {one: t(_said(named, one)) for one in _LISTS[panel, name]}
    elif name == "channels":
        words = {id: t.pack(one.name) for id, one in ctx.pack.channels.items()}
    if not words:
        return []
    return [t("walloption.may_be", words=", ".join(f"{id} {said}" for id, said in words.items()))]
