"""What is another between two scenes, or between two versions of all of them, place by place, in words. No Qt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from cockpit.model.messages import Message
from cockpit.model.wall import Arrangement, Place, Scene
from cockpit.model.wall_panels import WALL_PANELS
from cockpit.model.wall_tree import leaves, parent_of, walk
from cockpit.model.wall_words import option_name

Kind = Literal["added", "removed", "changed", "moved", "resized", "scene"]
SAME = 0.004
"""Shares of a split that differ by less are the same: they are one pixel of a screen at most."""


class Change(msgspec.Struct, frozen=True):
    """One difference: what kind, where (id of the place, "" the scene), in words."""

    kind: Kind
    place: str
    words: Message


def changes(old: Scene | None, new: Scene | None) -> tuple[Change, ...]:
    """From `old` to `new`, the scene's own fields first; None is a scene that is not there."""
    if old is None or new is None:
        if old is new:
            return ()
        there = new or old
        assert there is not None
        words = Message("walledit.diff_scene_new" if old is None else "walledit.diff_scene_gone", {"name": there.name})
        return (Change("added" if old is None else "removed", "", words),)
    found = [*_of_scene(old, new)]
    before, after = ({one.fit: one for one in scene.arrangements} for scene in (old, new))
    for fit in dict.fromkeys((*before, *after)):
        found += _of_fit(before.get(fit), after.get(fit))
    return tuple(found)


def _of_scene(old: Scene, new: Scene) -> list[Change]:
    found = []
    if old.name != new.name:
        found.append(Message("walledit.diff_name", {"old": old.name, "new": new.name}))
    if old.key != new.key:
        found.append(Message("walledit.diff_key", {"old": old.key or "–", "new": new.key or "–"}))
    if old.privacy != new.privacy:
        found.append(Message("walledit.diff_privacy", {"old": _privacy(old), "new": _privacy(new)}))
    if old.layers != new.layers:
        found.append(Message("walledit.diff_layers", {"layers": ", ".join(new.layers) or "–"}))
    return [Change("scene", "", words) for words in found]


def _privacy(scene: Scene) -> Message:
    return Message(f"walledit.privacy_{scene.privacy}")


def _of_fit(old: Arrangement | None, new: Arrangement | None) -> list[Change]:
    if old is None or new is None:
        there = new or old
        assert there is not None
        id = "walledit.diff_fit_new" if old is None else "walledit.diff_fit_gone"
        words = Message(id, {"fit": Message(f"walledit.fit_{there.fit}")})
        return [Change("added" if old is None else "removed", "", words)]
    before, after = ({leaf.id: leaf for leaf in leaves(one.root)} for one in (old, new))
    found = [
        Change("removed", id, Message("walledit.diff_removed", {"place": id, "panel": _called(place)}))
        for id, place in before.items()
        if id not in after
    ]
    for id, place in after.items():
        named: dict[str, object] = {"place": id, "panel": _called(place)}
        if id not in before:
            found.append(Change("added", id, Message("walledit.diff_added", named)))
            continue
        found += _of_place(before[id], place)
        if _path(old.root, id) != _path(new.root, id):
            found.append(Change("moved", id, Message("walledit.diff_moved", named)))
        elif _differ(was := _shares(old.root, id), now := _shares(new.root, id)):
            sizes = {**named, "old": _percent(was), "new": _percent(now)}
            found.append(Change("resized", id, Message("walledit.diff_resized", sizes)))
    return found


def _of_place(old: Place, new: Place) -> list[Change]:
    found = []
    if old.panel != new.panel:
        words = {"place": new.id, "old": _panel(old), "new": _panel(new)}
        found.append(Message("walledit.diff_panel", words))
    elif old.options != new.options:
        names = sorted({*old.options, *new.options} - {k for k in old.options if old.options[k] == new.options.get(k)})
        called = [option_name(new.panel, name) for name in names]
        words = {"place": new.id, "panel": _called(new), "options": called}
        found.append(Message("walledit.diff_options", words))
    if old.follows != new.follows:
        words = {"place": new.id, "panel": _called(new), "what": Message(f"walledit.follows_{new.follows or 'none'}")}
        found.append(Message("walledit.diff_follows", words))
    if old.spans != new.spans:
        found.append(
            Message(
                "walledit.diff_spans" if new.spans else "walledit.diff_spans_not",
                {"place": new.id, "panel": _called(new)},
            )
        )
    return [Change("changed", new.id, words) for words in found]


def _called(place: Place) -> object:
    """What a place is called on the plan: the title that it has, else its panel."""
    title = place.options.get("title")
    named = "zh" in title if isinstance(title, dict) else isinstance(title, str) and title
    return title if named else _panel(place)


def _panel(place: Place) -> object:
    """What its panel is called in the catalogue; a third party's has its id."""
    return Message(f"walldesk.kind_{place.panel}") if place.panel in WALL_PANELS else place.panel or "–"


def _path(root: Place, id: str) -> tuple[tuple[str, int], ...]:
    """Where a place is in the tree: direction and position at each level, whatever the splits are called."""
    found = []
    while (above := parent_of(root, id)) is not None:
        parent, index = above
        found.append((parent.split, index))
        id = parent.id
    return tuple(found)


def _shares(root: Place, id: str) -> tuple[float, ...]:
    """Its share, and that of what it lies in, of the next one up."""
    found = []
    while (above := parent_of(root, id)) is not None:
        parent, index = above
        child = parent.children[index]
        if child.screens:
            found.append(-float(child.screens))
        else:
            found.append(child.weight / sum(one.weight for one in parent.children if not one.screens))
        id = parent.id
    return tuple(found)


def _differ(one: Sequence[float], two: Sequence[float]) -> bool:
    return any(abs(a - b) > SAME for a, b in zip(one, two, strict=True))


def _percent(shares: Sequence[float]) -> str:
    """Its share of the whole as people say it; of what is told in screens only the first is told."""
    if any(share < 0 for share in shares):
        return " × ".join(f"{-share:.0f} ▣" if share < 0 else f"{share:.0%}" for share in shares)
    product = 1.0
    for share in shares:
        product *= share
    return f"{product:.0%}"


def marked(old: Scene | None, new: Scene) -> frozenset[str]:
    """Ids of the places of `new` that are another than in `old`."""
    if old is None:
        return frozenset(place.id for one in new.arrangements for place in walk(one.root))
    return frozenset(one.place for one in changes(old, new) if one.place)
