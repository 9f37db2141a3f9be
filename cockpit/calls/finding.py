"""The adapters of a desk: those of this folder, and the ones that calls.toml names by entry point."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Callable
from functools import partial
from importlib.metadata import entry_points
from typing import cast

from cockpit.calls.adapter import Adapter, Around, Factory
from cockpit.model.calls import WayKind
from cockpit.model.errors import CockpitError
from cockpit.model.messages import Message

log = logging.getLogger(__name__)
BUILT_IN = {WayKind.WEBRTC: "webrtc", WayKind.SIP: "baresip", WayKind.HANDOFF: "handoff"}
GROUP = "cockpit.calls"


def find_adapters(around: Around) -> tuple[dict[WayKind, Adapter], dict[WayKind, Message]]:
    """The adapters by kind, and of each kind that has none why. Only kinds that the settings use are looked for."""
    found: dict[WayKind, Adapter] = {}
    missing: dict[WayKind, Message] = {}
    for kind, name in BUILT_IN.items():
        if kind.value in around.settings.ways.order:
            _make(partial(_built_in, name), name, kind, around, found, missing)
        else:
            missing[kind] = Message("calls.way_off")
    for name in around.settings.adapters:
        _make(partial(_third, name), name, None, around, found, missing)
    return found, missing


def _make(
    load: Callable[[], Factory],
    name: str,
    kind: WayKind | None,
    around: Around,
    found: dict[WayKind, Adapter],
    missing: dict[WayKind, Message],
) -> None:
    """Makes one; a kind that has another one keeps that."""
    try:
        factory = load()
        kind = factory.KIND
        found[kind] = factory.make(around)
        missing.pop(kind, None)
        return
    except CockpitError as error:
        why = error.message
    except Exception as error:  # theirs or ours: the other ways go on
        log.exception("the adapter %s", name)
        why = Message("calls.adapter_broken", {"name": name, "why": type(error).__name__})
    if kind is None:
        log.warning("%s", why.in_chinese())
    elif kind not in found:
        missing[kind] = why


def _built_in(name: str) -> Factory:
    return cast("Factory", importlib.import_module(f"cockpit.calls.{name}"))


def _third(name: str) -> Factory:
    for point in entry_points(group=GROUP, name=name):
        return cast("Factory", point.load())
    raise CockpitError("calls.no_adapter", name=name)
