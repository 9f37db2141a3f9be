"""A scene that is being edited: what it was when that began, and what another step back or forth brings. No Qt."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from cockpit.model.errors import UserError
from cockpit.model.messages import Message
from cockpit.model.wall import Scene

MOST_STEPS = 200
"""Steps back that are kept."""


class Step(msgspec.Struct, frozen=True):
    """One edit: what it was, in words, and the scene before it (in `past`) or after it (in `ahead`)."""

    what: Message
    scene: Scene


class Draft(msgspec.Struct, frozen=True):
    """A scene that is being edited.

    Attributes:
        base: as it was published when the edit began, of a `new` one as it began; scene: as it is now.
        past, ahead: what undo and redo bring, the nearest last.
        seen: version that `base` is of.
        new: nobody published it yet.
    """

    base: Scene
    scene: Scene
    past: tuple[Step, ...] = ()
    ahead: tuple[Step, ...] = ()
    seen: int = 0
    new: bool = False

    @property
    def changed(self) -> bool:
        """Whether it is another than when the edit began."""
        return not same(self.scene, self.base)

    def overtaken(self, published: Scene | None) -> bool:
        """Whether somebody else published this scene, or took it away, since the edit began."""
        return published is not None if self.new else not same(self.base, published)

    def settled(self, published: Scene | None) -> Draft | None:
        """What is left of it now that this is published: nothing where no change of a hand is in it.

        Where all of it is undone, and what is published now is another than then, it goes on from that; redo still
        leads to what the hand did.
        """
        if (self.new or self.changed) and not same(self.scene, published):
            return self
        if published is None or not (self.past or self.ahead):
            return None
        return replace(self, scene=published)

    def to(self, scene: Scene, what: Message) -> Draft:
        """The next step; one that changes nothing is none."""
        if scene == self.scene:
            return self
        return replace(self, scene=scene, past=(*self.past, Step(what, self.scene))[-MOST_STEPS:], ahead=())

    def undo(self) -> Draft:
        if not self.past:
            raise UserError("walledit.nothing_to_undo")
        step = self.past[-1]
        return replace(self, scene=step.scene, past=self.past[:-1], ahead=(*self.ahead, Step(step.what, self.scene)))

    def redo(self) -> Draft:
        if not self.ahead:
            raise UserError("walledit.nothing_to_redo")
        step = self.ahead[-1]
        return replace(self, scene=step.scene, ahead=self.ahead[:-1], past=(*self.past, Step(step.what, self.scene)))


def same(one: Scene | None, other: Scene | None) -> bool:
    """Whether two scenes show the same, whatever version they are of."""
    if one is None or other is None:
        return one is other
    return replace(one, version=other.version) == other
