"""What a scene may set of a panel, and what is said of a setting that can not be. No Qt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cockpit.model.messages import Message

_KINDS: tuple[tuple[type, str], ...] = ((bool, "yes"), (int, "number"), (float, "number"), (str, "words"),
                                        (list, "list"), (tuple, "list"), (dict, "table"))  # fmt: skip


def settled(known: Mapping[str, Any], given: Mapping[str, Any]) -> tuple[dict[str, Any], Message | None]:
    """The options that hold, and what is wrong with those of the scene."""
    chosen, wrong = dict(known), None
    for name, value in given.items():
        if name not in known:
            wrong = Message("wallkit.unknown_option", {"name": name, "names": ", ".join(sorted(known))})
        elif name == "title" and isinstance(value, dict) and isinstance(value.get("zh"), str):
            chosen[name] = value
        elif not _fits(known[name], value):
            wrong = Message("wallkit.wrong_option", {"name": name, "kind": Message(_kind(known[name]))})
        else:
            chosen[name] = list(value) if isinstance(known[name], (list, tuple)) else value
    return chosen, wrong


def _fits(like: Any, value: Any) -> bool:
    if like is None:
        return value is None or (isinstance(value, (int, float)) and not isinstance(value, bool))
    if isinstance(like, bool) or isinstance(value, bool):
        return isinstance(like, bool) and isinstance(value, bool)
    if isinstance(like, float):
        return isinstance(value, (int, float))
    if isinstance(like, (list, tuple)):
        return isinstance(value, (list, tuple))
    return isinstance(value, type(like))


def _kind(like: Any) -> str:
    if like is None:
        return "wallkit.kind_number"
    return "wallkit.kind_" + next(word for kind, word in _KINDS if isinstance(like, kind))
