"""Scenes that are edited and not published: what they are, how they are kept, tried and published.

They are kept in the preferences, so that a desk that ended comes back to them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
from msgspec.structs import replace

from cockpit.model import wall_tree
from cockpit.model.errors import UserError
from cockpit.model.ids import new_id
from cockpit.model.messages import Message
from cockpit.model.typed import converted
from cockpit.model.wall import Arrangement, Fit, Place, Scene
from cockpit.model.wall_diff import Change, changes
from cockpit.model.wall_draft import Draft, same
from cockpit.model.wall_solve import arrangement_of, fit_of
from cockpit.model.wall_write import write_scene
from widgets.kit.context import PanelContext
from widgets.walldesk.hand import Hand

KEPT = "walldesk.drafts"
EMPTY = Arrangement("wall", Place("place"))
"""What a scene begins with that has nothing yet."""
OF_ID = 8
"""So much of a new id, hexadecimal, is in that of a scene: two desks that know nothing of each other make two."""


class Drafts:
    """Attributes:
    hand: what is looked at.
    """

    def __init__(self, ctx: PanelContext) -> None:
        self.hand = Hand(ctx)
        self._ctx = ctx

    # -- what is edited --------------------------------------------------------------------------------------------

    @property
    def draft(self) -> Draft | None:
        """The draft of the scene that is looked at; None while it is as published."""
        return self._ctx.walling.drafts.get(self.hand.looked)

    @property
    def scene(self) -> Scene | None:
        return self.hand.scene(self.hand.looked)

    @property
    def fit(self) -> Fit | None:
        wall = self.hand.wall
        return fit_of(wall) if wall is not None else None

    def changed(self) -> tuple[Change, ...]:
        """What is another than published."""
        draft = self.draft
        if draft is None:
            return ()
        return changes(self.hand.published(draft.scene.id), draft.scene)

    def unpublished(self) -> list[str]:
        """Ids of all scenes that are another than published."""
        return [id for id in self._ctx.walling.drafts if self.hand.differs(id)]

    def overtaken(self, id: str) -> bool:
        """Whether somebody else published a scene, or took it away, since its edit began."""
        return bool(self.seen) and self._ctx.walling.drafts[id].overtaken(self.hand.published(id))

    def settle(self) -> None:
        """Other scenes may be published now: drafts that hold nothing of a hand against them are none."""
        if not self.seen:
            return
        drafts = {}
        for id, draft in self._ctx.walling.drafts.items():
            left = draft if draft.seen > self.seen else draft.settled(self.hand.published(id))
            if left is not None:
                drafts[id] = left
        self._set(drafts)

    # -- how they are kept -----------------------------------------------------------------------------------------

    def do(
        self, what: Message, edit: Callable[[Scene, Fit], Scene], places: Sequence[str] | None = None, id: str = ""
    ) -> bool:
        """One step of a scene, else of the one that is looked at; what can not be done is said and changes nothing."""
        scene, wall, fit = self.hand.scene(id or self.hand.looked), self.hand.wall, self.fit
        if scene is None or wall is None or fit is None:
            self._ctx.notify(Message("walldesk.no_scene"), 0)
            return False
        had, published = self._ctx.walling.drafts.get(scene.id), self.hand.published(scene.id)
        if had is None:
            had = Draft(scene, scene, seen=self.seen)
        elif published is not None and not had.new and same(had.scene, published):
            had = replace(had, base=published, seen=self.seen)
        try:
            after = edit(wall_tree.own(scene, arrangement_of(scene, wall), fit), fit)
        except UserError as error:
            self._ctx.notify(error.message, 0)
            return False
        self._keep(had.to(after, what))
        if places is not None:
            self._ctx.walling.tell(places=tuple(places))
        return True

    @property
    def seen(self) -> int:
        """The published version that this desk knows; 0 before the hub told."""
        told = self._ctx.walls.scenes if self._ctx.walls is not None else None
        return told.version if told is not None else 0

    def _keep(self, draft: Draft) -> None:
        """Takes a draft; one that is as published again, with nothing to undo or redo, is none."""
        drafts = dict(self._ctx.walling.drafts)
        id = draft.scene.id
        left = draft.settled(self.hand.published(id)) if 0 < self.seen >= draft.seen else draft
        if left is not None:
            drafts[id] = left
        else:
            drafts.pop(id, None)
        self._set(drafts)

    def _set(self, drafts: dict[str, Draft]) -> None:
        kept = {
            id: msgspec.to_builtins(replace(one, past=(), ahead=()))
            for id, one in drafts.items()
            if not same(one.scene, self.hand.published(id))
        }
        self._ctx.prefs.set(KEPT, kept)
        self._ctx.walling.tell(drafts=drafts)

    def restore(self) -> None:
        """Takes in what an earlier run of this desk left unpublished."""
        found: dict[str, Draft] = {}
        for id, kept in dict(self._ctx.prefs.get(KEPT, {})).items():
            try:
                found[str(id)] = replace(converted(kept, Draft), seen=0)  # the hub may be another one
            except msgspec.ValidationError:  # of another version
                continue
        if found:
            self._ctx.walling.tell(drafts=found)
            self.settle()

    def undo(self) -> None:
        self._step(Draft.undo)

    def redo(self) -> None:
        self._step(Draft.redo)

    def _step(self, step: Callable[[Draft], Draft]) -> None:
        draft = self.draft
        try:
            if draft is None:
                raise UserError("walledit.nothing_to_undo")
            self._keep(step(draft))
        except UserError as error:
            self._ctx.notify(error.message, 0)

    def drop(self) -> None:
        """The scene that is looked at is as published again; nothing of the edit is kept."""
        id = self.hand.looked
        self._ctx.walling.tell(places=())
        self._set({one: draft for one, draft in self._ctx.walling.drafts.items() if one != id})
        if self.hand.published(id) is None:
            self.hand.choose_scene("")

    def from_theirs(self, id: str) -> None:
        """A scene as somebody else published it is the next step of its edit: undo leads back to what was here."""
        published, draft = self.hand.published(id), self._ctx.walling.drafts.get(id)
        if published is None or draft is None:
            return
        self.hand.choose_scene(id)
        self._keep(draft.to(published, Message("walldesk.did_theirs")))
        self._ctx.walling.tell(editing=True, places=())
        self._ctx.notify(Message("walldesk.have_theirs"), 0)

    # -- new scenes, publishing ------------------------------------------------------------------------------------

    def begin(self, name: str, like: Scene | None = None) -> str:
        """A new scene, empty or a copy; gives its id."""
        fit = self.fit or "wall"
        arrangements = like.arrangements if like is not None else (replace(EMPTY, fit=fit),)
        names = {"zh": name, "en": name}
        made = Scene(f"scene-{new_id(self._ctx.clock.base)[-OF_ID:]}", names, arrangements)
        if like is not None:
            made = replace(made, layers=like.layers, privacy=like.privacy)
        self._keep(Draft(made, made, seen=self.seen, new=True))
        self.hand.choose_scene(made.id)
        self._ctx.walling.tell(editing=True, places=())
        return made.id

    def try_out(self) -> None:
        """The scene as it is now on the chosen screens, in place of the wall's; where one is tried, that ends."""
        shows = self.hand.shows
        if shows is not None and shows.trial is not None:
            self.hand.act("try")
        elif self.scene is not None:
            self.hand.act("try", screens=tuple(screen.id for screen in self.hand.screens))

    def ready(self, ids: Sequence[str]) -> Message | None:
        """Why these drafts can not be published; None when they can."""
        if not ids:
            return Message("walldesk.nothing_to_publish")
        for id in ids:
            scene = self._ctx.walling.drafts[id].scene
            if empty := wall_tree.empty_places(scene):
                return Message("walldesk.empty_places", {"scene": scene.name, "places": ", ".join(empty)})
            published = self.hand.published(id)
            own = published is not None and published.key == scene.key
            if not own and (other := self._same_key(scene, ids)) is not None:
                return Message("walldesk.same_key", {"scene": scene.name, "key": scene.key, "other": other})
        return None

    def _same_key(self, scene: Scene, ids: Sequence[str]) -> dict[str, str] | None:
        """The name of another scene that has the same key once these drafts are published."""
        state = self.hand.state
        after = {id: (name, key) for id, name, key in (state.scenes if state is not None else ())}
        drafts = self._ctx.walling.drafts
        after |= {id: (drafts[id].scene.name, drafts[id].scene.key) for id in ids}
        return next((name for id, (name, key) in after.items() if key and key == scene.key and id != scene.id), None)

    def publish(self, ids: Sequence[str], note: str, seen: int, done: Callable[[Message | None], object]) -> None:
        """Publishes drafts that were compared with version `seen`; `done` is told why not, or None."""
        walls, walling = self._ctx.walls, self._ctx.walling
        if walls is None or (problem := self.ready(ids)) is not None:
            done(problem if walls is not None else Message("walldesk.no_wall"))
            return
        if not seen:
            done(Message("walldesk.not_known"))
            return
        drafts = {id: walling.drafts[id] for id in ids}
        texts = {f"scenes/{id}.toml": write_scene(draft.scene) for id, draft in drafts.items()}

        def told(answer: int | Message) -> None:
            if isinstance(answer, Message):
                done(answer)
                return
            self._set({id: _after(draft, drafts.get(id), answer) for id, draft in walling.drafts.items()})
            self.settle()
            self._ctx.notify(Message("walldesk.published", {"version": answer}), 0)
            done(None)

        walls.publish(texts, note, seen, told)

    def take_away(self, id: str, seen: int, done: Callable[[Message | None], object]) -> None:
        """The site's own scene, as version `seen` has it, goes; a shipped one comes back as shipped."""
        walls = self._ctx.walls
        if walls is None or not seen:
            done(Message("walldesk.not_known" if walls is not None else "walldesk.no_wall"))
            return

        def told(answer: int | Message) -> None:
            if isinstance(answer, Message):
                done(answer)
                return
            self._ctx.notify(Message("walldesk.published", {"version": answer}), 0)
            done(None)

        walls.publish({f"scenes/{id}.toml": ""}, "", seen, told)


def _after(draft: Draft, sent: Draft | None, version: int) -> Draft:
    """A draft once `sent` of it is published as a version: what was done since is on top of that."""
    if sent is None:
        return draft
    base = replace(sent.scene, version=version)
    if same(draft.scene, base):
        return Draft(base, base, seen=version)
    return replace(draft, base=base, seen=version, new=False)
