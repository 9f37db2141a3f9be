"""What the settings of a panel of a wall are called, wherever a person reads of them.

A setting of a third party's panel, and one that a file has and no panel knows, is called as it is written.
"""

from __future__ import annotations

from cockpit.model.messages import Message

NAMED = frozenset((
    "title", "area", "frame", "sign", "signs", "hours", "curve", "of", "by", "most", "lowest", "compare",
    "forecast", "grain", "count", "columns", "levels", "kinds", "channels", "since", "until", "to", "words",
    "live", "passed", "people", "org", "forces", "cameras", "near", "group", "fps", "text", "side", "level",
    "bold", "url", "hosts", "zoom", "refresh", "seconds", "mode", "date", "dimensions", "event", "auto",
    "shows", "low", "high", "weeks", "file", "fit", "caption", "dated", "troubled", "topics", "systems",
    "view", "coloring", "layers",
))  # fmt: skip
OWN = frozenset((("wallmap", "words"), ("wallsankey", "columns"), ("wallweather", "kinds"), ("wallvideo", "count")))
"""Panel and setting whose words are another's than elsewhere."""


def option_name(panel: str, name: str) -> str | Message:
    """What a setting is called."""
    if (panel, name) in OWN:
        return Message(f"walloption.{name}_{panel}")
    return Message(f"walloption.{name}") if name in NAMED else name
