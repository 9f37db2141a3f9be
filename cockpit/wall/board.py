"""All walls of a hall at the hub: what they show, what they wait for, what turns by itself. Times are handed in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import msgspec
from msgspec.structs import replace

from cockpit.model.errors import UserError
from cockpit.model.wall_solve import solve_scene
from cockpit.model.wallstate import Hold, NodeReport, WallAct, WallShows, WallState
from cockpit.wall.acts import ADDS, OF_THE_PICTURE, acted
from cockpit.wall.bounds import check_by_hand, check_trial
from cockpit.wall.gathering import LEAD, LEAD_TOGETHER, Gathering
from cockpit.wall.machines import Machines
from cockpit.wall.persons import leads_to_persons
from cockpit.wall.seen import Seen
from cockpit.wall.state import (
    Site,
    begun,
    changed,
    dated,
    mirrored,
    mirrors,
    needs_preparing,
    of_all,
    releases,
    resumed,
    untried,
    with_scene,
)
from cockpit.wall.trials import Trials
from cockpit.wall.turning import Held, Standing, brought, returned, turned, unmarked

AFTER_RESTART = 1_000
"""Revisions that a hub which begins anew leaves out: the last ones of the run before may not have reached its disk."""
_OF_THE_HALL = (
    "revision", "show_at", "blank", "frozen", "stills", "identify", "identified", "volume", "muted", "brightness",
)  # fmt: skip
"""What a wall keeps when it comes back from a rehearsal."""
DEFAULT_RIGHTS = ("duty", "leader", "wall")
"""Who may change a wall whose mode is not known."""


class Live(msgspec.Struct, frozen=True):
    """A wall before a rehearsal: what it showed, and what a trigger had brought it."""

    shows: WallShows
    held: Held | None = None


class KeptBoard(msgspec.Struct, frozen=True):
    """What is kept from one run of the hub to the next; live: of walls that show a rehearsal; adopted, named: as of
    `machines.hall_of`."""

    shows: tuple[WallShows, ...] = ()
    held: dict[str, Held] = {}
    seen: tuple[str, ...] = ()
    adopted: dict[str, tuple[tuple[int, ...], ...]] = {}
    live: dict[str, Live] = {}
    named: bool = False


class Board:
    """To be used on one thread.

    Attributes:
        site: what is published. machines: who draws.
        shows: by wall, in the order of the hall. A `show_at` below 0 is told by `stamp`.
    """

    def __init__(self, site: Site, kept: KeptBoard, now: int) -> None:
        self.site = site
        self.machines = Machines()
        self.shows: dict[str, WallShows] = {}
        self._held: dict[str, Held] = {}
        self._seen = Seen(kept.seen)
        self._trials = Trials()
        self._gathering = Gathering()
        self._gathered: set[str] = set()
        self._live = dict(kept.live)
        before = {one.wall: one for one in kept.shows}
        for wall in site.hall.walls:
            known = before.get(wall.id)
            if known is None:
                self.shows[wall.id] = begun(wall, site, now)
                continue
            if wall.id in kept.held:
                self._held[wall.id] = kept.held[wall.id]
            shows = _sound(resumed(known, wall, site))
            shows = self._as_before(shows) if shows.rehearsal else shows  # it ended with the hub
            self.shows[wall.id] = replace(shows, revision=shows.revision + AFTER_RESTART, show_at=now)
        self._live.clear()

    def kept(self, adopted: Mapping[str, tuple[tuple[int, ...], ...]]) -> KeptBoard:
        shows, live = tuple(self.shows.values()), dict(self._live)
        return KeptBoard(shows, dict(self._held), self._seen.keys, dict(adopted), live)

    def state(self, published: int) -> WallState:
        scenes = tuple((scene.id, scene.name, scene.key) for scene in self.site.scenes.values())
        shows, nodes = tuple(self.shows.values()), self.machines.all()
        return WallState(self.site.hall, shows, scenes, nodes, published, holds=self._holds())

    def _holds(self) -> dict[str, Hold]:
        """What holds each wall; one that shares a picture is held with it."""
        held = {wall: Hold(one.name, one.level, one.until, one.scene) for wall, one in self._held.items()}
        shared = {wall: held[source] for wall, source in mirrors(self.site.hall).items() if source in held}
        return {**held, **shared}

    # -- persons -----------------------------------------------------------------------------------------------------

    def check(self, wall: str, role: str) -> None:
        """Raises UserError: this role may not change this wall ("": any of them) in the mode of now."""
        for shows in self._meant(wall):
            mode = self.site.mode(shows.mode)
            if role not in (mode.rights if mode is not None else DEFAULT_RIGHTS):
                raise UserError("wall.no_right", mode=mode.name if mode is not None else shows.mode)

    def act(self, act: WallAct, by: str, now: int, mono: int, persons: bool = True) -> int:
        """Does it on the wall, or on all of them where none is named; the revision of the first one.

        Args:
            persons: whether who acts may bring a scene that shows what is a person's to a wall that shows none.

        Raises:
            UserError: it is refused; then nothing is changed on any of them.
        """
        meant = self._meant(act.wall)
        taken = mirrors(self.site.hall)
        if act.what in OF_THE_PICTURE and len(meant) == 1 and meant[0].wall in taken:
            raise UserError("wall.shares", wall=taken[meant[0].wall])
        own = [shows for shows in meant if not (act.what in OF_THE_PICTURE and shows.wall in taken)]
        after = [acted(shows, replace(act, wall=shows.wall), self.site, now, by) for shows in own]
        for had, shows in zip(own, after, strict=True):
            if not persons and leads_to_persons(shows, self.site) and not leads_to_persons(had, self.site):
                raise UserError("wall.persons_by_desk")
        if act.trial is not None:
            for shows in own:
                wall = self.site.hall.wall(shows.wall)
                assert wall is not None
                solve_scene(act.trial, wall)
        if act.what in ADDS:
            put = {**self.shows, **{shows.wall: shows for shows in after}}
            check_by_hand(self.site, put, [live.shows for live in self._live.values()])
        for shows in after:
            if releases(act):
                self._held.pop(shows.wall, None)
            self._put(shows, mono)
        self._mirror(now, mono)
        return self.shows[meant[0].wall].revision

    def machines_of(self, act: WallAct) -> tuple[str, ...]:
        """Which machines draw the screens that an act is for."""
        found = []
        for shows in self._meant(act.wall):
            wall = self.site.hall.wall(shows.wall)
            for screen in wall.screens if wall is not None else ():
                if not act.screens or screen.id in act.screens:
                    found.append(screen.machine)
        return tuple(dict.fromkeys(found))

    def _meant(self, wall: str) -> list[WallShows]:
        """Raises UserError: there is no such wall."""
        if not wall:
            return list(self.shows.values())
        if wall not in self.shows:
            raise UserError("wall.no_wall", wall=wall[:40], walls=" ".join(self.shows))
        return [self.shows[wall]]

    # -- rehearsals --------------------------------------------------------------------------------------------------

    def rehearse(self, id: str, walls: tuple[str, ...], scene: str, by: str, now: int, mono: int) -> tuple[str, ...]:
        """Walls (() all) show a rehearsal with a scene, or with "" what they showed before it; which ones do.

        Raises:
            UserError: there is no such wall.
        """
        taken = mirrors(self.site.hall)
        names = walls or tuple(self.shows)
        meant = [shows for wall in dict.fromkeys(names) for shows in self._meant(wall) if shows.wall not in taken]
        for shows in meant:
            if id:
                shows = untried(shows)
                self._live.setdefault(shows.wall, Live(shows, self._held.pop(shows.wall, None)))
                after = replace(with_scene(shows, self.site.scenes.get(scene, shows.scene)), rehearsal=id)
                after = replace(after, carousel="", paused=False, view=None, event="", area="", about=None, casts=())
            elif shows.rehearsal:
                after = self._as_before(shows)
            else:
                continue
            self._put(changed(after, now, by), mono)
        self._mirror(now, mono)
        return tuple(shows.wall for shows in self.shows.values() if id and shows.rehearsal == id)

    def _as_before(self, shows: WallShows) -> WallShows:
        """What a wall showed before a rehearsal, as loud and bright as it is now, held by what had brought it."""
        wall, before = self.site.hall.wall(shows.wall), self._live.pop(shows.wall, None)
        if before is None or wall is None:
            return replace(untried(shows), rehearsal="", view=None, event="", area="", about=None, casts=())
        if before.held is not None:
            self._held[shows.wall] = before.held
        live = resumed(before.shows, wall, self.site)
        kept = {name: getattr(shows, name) for name in _OF_THE_HALL}
        return replace(live, rehearsal="", **kept)

    def _brought(self, shows: WallShows, new: Sequence[Standing], now: int) -> tuple[WallShows, Held | None]:
        """A wall after alerts came. In a rehearsal, whatever runs there, the real thing goes before: the wall shows
        what it showed before and over it what an alert brought, unless a graver one had brought that already."""
        before = self._held.get(shows.wall)
        if not shows.rehearsal:
            return brought(shows, before, new, self.site, now)
        real, held = brought(replace(shows, carousel="", paused=False), None, new, self.site, now)
        if held is None:
            return shows, None
        live = self._as_before(shows)
        live, before = returned(live, self._held.get(shows.wall), self.site, now)
        if before is not None and before.level < held.level:
            return changed(live, now, real.by), before
        held = replace(held, scene=before.scene if before is not None else live.scene.id)
        return changed(with_scene(of_all(live), real.scene), now, real.by), held

    # -- machines ----------------------------------------------------------------------------------------------------

    def report(self, report: NodeReport, user: str, now: int, mono: float) -> bool:
        """A machine's beat; whether something is to be told of it at once."""
        return self.machines.report(report, user, now, mono)

    def revoked(self, known: Callable[[str], bool]) -> bool:
        """Forgets machines whose users the bus does not know any more; whether there were any."""
        gone = self.machines.forget_unless(known)
        for machine in gone:
            self._gathering.left(machine)
        return bool(gone)

    def ready(self, wall: str, machine: str, revision: int, mono: int) -> None:
        self._gathering.said(wall, machine, revision, mono)

    # -- time ----------------------------------------------------------------------------------------------------------

    def publish(self, site: Site, now: int, mono: int) -> None:
        """Other files: walls show what those say of what they show, new walls begin."""
        self.site = site
        before, self.shows = self.shows, {}
        for wall in site.hall.walls:
            known = before.get(wall.id)
            if known is None:
                self.shows[wall.id] = begun(wall, site, now)
                continue
            self.shows[wall.id] = known
            after = resumed(known, wall, site)
            if after != known:
                self._put(changed(after, now, known.by), mono)
        for gone in before.keys() - self.shows.keys():
            self._gathering.forget(gone)
            self._held.pop(gone, None)
            self._live.pop(gone, None)
        self._mirror(now, mono)

    def tick(self, now: int, mono: int, hour: int, standing: Sequence[Standing] | None) -> bool:
        """Twice a second: carousels, triggers, machines that went; whether something is another.

        Args:
            hour: the city's time, for the times of the day. standing: alerts and alarms of now, None unknown.
        """
        new: list[Standing] = []
        if standing is not None:
            new = self._seen.new(standing, mono)
        before = dict(self.shows)
        taken = mirrors(self.site.hall)
        for id, shows in before.items():
            shows = self._trials.over(shows, now, mono)
            if id in taken:
                self._put(unmarked(shows, now), mono)
                continue
            after, held = self._brought(shows, new, now)
            after, held = returned(after, held, self.site, now)
            if held is None:
                self._held.pop(id, None)
                after = turned(after, self.site, now, hour)
            else:
                self._held[id] = held
            self._put(unmarked(after, now), mono)
        self._mirror(now, mono)
        gone = self.machines.gone(mono / 1_000_000)
        for machine in gone:
            self._gathering.left(machine)
        return bool(gone) or self.shows != before

    def settle(self, mono: int) -> bool:
        """Walls that all machines have prepared, or that have waited long enough, get a time; whether there are any."""
        done = self._gathering.over(mono)
        for wall in done:
            if wall in self.shows:
                self.shows[wall] = replace(self.shows[wall], show_at=-1)
                self._gathered.add(wall)
        return bool(done)

    def next_end(self) -> int | None:
        """When the first wait for machines ends, on the same clock as `mono`."""
        return self._gathering.next_end()

    def stamp(self, now: int) -> None:
        """Gives what is ready to be seen its time: just before it is told."""
        for wall, shows in self.shows.items():
            if shows.show_at < 0:
                lead = LEAD_TOGETHER if wall in self._gathered else LEAD
                self.shows[wall] = replace(shows, show_at=now + lead)
        self._gathered.clear()

    # -- within --------------------------------------------------------------------------------------------------------

    def _put(self, after: WallShows, mono: int) -> None:
        before = self.shows[after.wall]
        if after is before:
            return
        after = dated(before, after)
        if needs_preparing(before, after):
            self._gathering.begin(after.wall, after.revision, self.machines.joined(after.wall), mono)
        preparing = self._gathering.preparing(after.wall)
        self.shows[after.wall] = replace(after, show_at=0 if preparing else -1)

    def _mirror(self, now: int, mono: int) -> None:
        for wall, source in mirrors(self.site.hall).items():
            own, shown = self.shows[wall], self.shows[source]
            if own.rehearsal != shown.rehearsal:
                own = self._with_casts_of(own, bool(shown.rehearsal))
            self._put(mirrored(own, shown, now), mono)

    def _with_casts_of(self, own: WallShows, drill: bool) -> WallShows:
        """A wall that follows another into a rehearsal, or out of one: what was cast on it was of the world it left."""
        if not drill:
            return replace(own, casts=self._as_before(own).casts)
        self._live.setdefault(own.wall, Live(own))
        return replace(own, casts=())


def _sound(shows: WallShows) -> WallShows:
    """What was kept, without a trial that could not be taken now: an earlier version may have taken it."""
    if shows.trial is None:
        return shows
    try:
        check_trial(shows.trial)
    except UserError:
        return untried(shows)
    return shows
