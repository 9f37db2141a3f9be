"""Editing the scene that is looked at: every way of a hand to change it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from cockpit.model import wall_boxes, wall_edit, wall_tree
from cockpit.model.layout import Rect
from cockpit.model.messages import Message
from cockpit.model.wall import Fit, Place, Placed, Scene
from cockpit.model.wall_boxes import Divider
from cockpit.model.wall_edit import Side
from cockpit.model.wall_solve import arrangement_of
from widgets.walldesk.drafts import Drafts
from widgets.walldesk.kinds import spans_by_itself


class Editing(Drafts):
    """The drafts and what a hand does to the one that is looked at."""

    # -- where it lies -----------------------------------------------------------------------------------------------

    @property
    def root(self) -> Place | None:
        """The tree that is shown on the wall that is looked at."""
        scene, wall = self.scene, self.hand.wall
        if scene is None or wall is None or not scene.arrangements:
            return None
        return arrangement_of(scene, wall).root

    def placed(self) -> tuple[Placed, ...]:
        return self.hand.placed(self.scene)

    def boxes(self) -> dict[str, Rect]:
        root = self.root
        return wall_boxes.boxes(root, self.placed()) if root is not None else {}

    def dividers(self) -> tuple[Divider, ...]:
        root = self.root
        return wall_boxes.dividers(root, self.boxes()) if root is not None else ()

    def place(self) -> Place | None:
        """The place that was chosen last."""
        root, places = self.root, self._ctx.walling.places
        if root is None or not places:
            return None
        return next((one for one in wall_tree.leaves(root) if one.id == places[0]), None)

    # -- edits -----------------------------------------------------------------------------------------------------

    def split(self, direction: wall_edit.Split) -> None:
        place = self._chosen()
        if not place:
            return
        new: list[str] = []

        def edit(scene: Scene, fit: Fit) -> Scene:
            scene, id = wall_edit.split(scene, fit, place, direction)
            new.append(id)
            return scene

        if self.do(Message("walldesk.did_split"), edit):
            self._ctx.walling.tell(places=tuple(new))

    def merge(self) -> None:
        places = self._ctx.walling.places
        if not places:
            self._ctx.notify(Message("walldesk.choose_place"), 0)
            return
        self.do(Message("walldesk.did_merge"), lambda scene, fit: wall_edit.merge(scene, fit, places), places[:1])

    def remove(self) -> None:
        place = self._chosen()
        if place:
            self.do(Message("walldesk.did_remove"), lambda scene, fit: wall_edit.remove(scene, fit, place), ())

    def clear(self) -> None:
        place = self._chosen()
        if place:
            self.do(Message("walldesk.did_clear"), lambda scene, fit: wall_edit.clear(scene, fit, place))

    def put(self, panel: str, place: str = "", options: Mapping[str, Any] | None = None) -> None:
        """A panel into a place, else into the chosen one."""
        id = place or self._chosen()
        if not id or not panel:
            if not panel:
                self._ctx.notify(Message("walldesk.choose_panel"), 0)
            return
        named: list[str] = []

        def edit(scene: Scene, fit: Fit) -> Scene:
            scene, name = wall_edit.put(scene, fit, id, panel, options, spans=spans_by_itself(panel))
            named.append(name)
            return scene

        if self.do(Message("walldesk.did_put"), edit):
            self._ctx.walling.tell(places=tuple(named))

    def put_beside(self, panel: str, target: str, side: Side) -> None:
        """A panel of the catalogue to a side of a place, which gives it half its room; on its middle into it."""
        if side == "middle":
            self.put(panel, target)
            return
        named: list[str] = []

        def edit(scene: Scene, fit: Fit) -> Scene:
            direction: wall_edit.Split = "columns" if side in ("left", "right") else "rows"
            scene, new = wall_edit.split(scene, fit, target, direction, side in ("left", "top"))
            scene, new = wall_edit.put(scene, fit, new, panel, spans=spans_by_itself(panel))
            named.append(new)
            return scene

        if self.do(Message("walldesk.did_put"), edit):
            self._ctx.walling.tell(places=tuple(named))

    def move(self, id: str, target: str, side: Side) -> None:
        self.do(Message("walldesk.did_move"), lambda scene, fit: wall_edit.move(scene, fit, id, target, side), (id,))

    def swap_towards(self, side: Side) -> None:
        """The chosen place changes with the one beside it."""
        place, root = self._chosen(), self.root
        if not place or root is None:
            return
        boxes = self.boxes()
        other = wall_boxes.beside(boxes, [leaf.id for leaf in wall_tree.leaves(root)], place, side)
        if other != place:
            self.do(Message("walldesk.did_move"), lambda scene, fit: wall_edit.swap(scene, fit, place, other))

    def drag(self, divider: Divider, px: int) -> None:
        """A divider so many px of the canvas further; one drag is one step."""
        self.do(Message("walldesk.did_resize"), lambda scene, fit: wall_edit.resize(scene, fit, divider, px))

    def dragged(self, divider: Divider, px: int) -> tuple[Placed, ...]:
        """Where the panels would lie after that."""
        scene, wall, fit = self.scene, self.hand.wall, self.fit
        if scene is None or wall is None or fit is None:
            return ()
        scene = wall_tree.own(scene, arrangement_of(scene, wall), fit)
        return self.hand.placed(wall_edit.resize(scene, fit, divider, px))

    def nudge(self, side: Side, px: int) -> None:
        """The chosen place's edge at a side goes outwards; where it is the wall's, the opposite one inwards."""
        place, root = self._chosen(), self.root
        if not place or root is None:
            return
        along: wall_edit.Split = "columns" if side in ("left", "right") else "rows"
        forth = side in ("right", "bottom")
        id = place
        while (above := wall_tree.parent_of(root, id)) is not None:
            parent, index = above
            if parent.split == along:
                at = index if forth and index + 1 < len(parent.children) else index - 1 if index else 0
                found = next(one for one in self.dividers() if one.parent == parent.id and one.index == at)
                self.drag(found, px if forth else -px)
                return
            id = parent.id
        self._ctx.notify(Message("walldesk.no_edge"), 0)

    def set_options(self, scene: str, id: str, options: Mapping[str, Any]) -> None:
        """Settings of a place of a scene, whichever one is looked at meanwhile."""
        taken = dict(options)
        self.do(
            Message("walldesk.did_options"),
            lambda had, fit: wall_edit.change(had, fit, id, options=taken),
            id=scene,
        )

    def set_field(self, id: str, **fields: Any) -> None:
        """`follows` or `spans` of a place."""
        self.do(Message("walldesk.did_options"), lambda scene, fit: wall_edit.change(scene, fit, id, **fields))

    def describe(self, id: str, **fields: Any) -> None:
        """Name, key, privacy or layers of a scene, which is then looked at."""
        if id != self.hand.looked:
            self.hand.choose_scene(id)
        self.do(Message("walldesk.did_describe"), lambda scene, fit: replace(scene, **fields), id=id)

    def _chosen(self) -> str:
        places, root = self._ctx.walling.places, self.root
        if root is not None and places and any(leaf.id == places[0] for leaf in wall_tree.leaves(root)):
            return places[0]
        self._ctx.notify(Message("walldesk.choose_place"), 0)
        return ""
