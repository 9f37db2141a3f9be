"""What a panel is handed. The shell fills it and changes `theme` and `t` while running; panels keep the context."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cockpit.model.messages import Message
from widgets.kit.calling import Calling
from widgets.kit.pick import Picking
from widgets.kit.pinned import Pinned
from widgets.kit.questioning import Questioning
from widgets.kit.records import Records
from widgets.kit.routes import Routes
from widgets.kit.sight import Sight
from widgets.kit.walling import Walling

if TYPE_CHECKING:
    from pathlib import Path

    from cockpit.geo.tiles.bases import Bases
    from cockpit.model.city import Pack
    from cockpit.model.clock import CityClock
    from cockpit.model.messages import Texts
    from cockpit.model.ports import Bodies, Feeds, Gazetteer, Nearby, Prefs, Search
    from cockpit.model.ports.alarms import Alarms
    from cockpit.model.ports.asking import Asking
    from cockpit.model.ports.askmodel import AskModel
    from cockpit.model.ports.briefings import Briefings
    from cockpit.model.ports.calls import Calls
    from cockpit.model.ports.cases import Cases
    from cockpit.model.ports.insight import Insight
    from cockpit.model.ports.instructions import Instructions
    from cockpit.model.ports.keeping import Keeping
    from cockpit.model.ports.roster import Rosters
    from cockpit.model.ports.signs import Signs
    from cockpit.model.ports.tape import Tape
    from cockpit.model.ports.videos import Videos
    from cockpit.model.ports.walls import Walls
    from cockpit.model.ports.wording import Wording
    from cockpit.picture import Picture, Selection
    from cockpit.picture.drill import Drill
    from widgets.kit.actions import Actions
    from widgets.kit.theme import Theme
    from widgets.kit.wallsight import WallSight

log = logging.getLogger(__name__)


def log_report(error: BaseException, where: str) -> str:
    """Report an error of ours to the log. The shell puts the crash reporter in its place, which gives numbers.

    Returns:
        The number of the report, "" where there is none.
    """
    log.error("panel %s failed", where, exc_info=error)
    return ""


@dataclass
class PanelContext:
    """What a panel is handed.

    Attributes:
        picture, selection: the living picture and the one selection.
        theme, t: of now; after a change the shell calls `retheme` and `retranslate` of every panel.
        clock: the city's; `clock.wall()` is the machine's, for the freshness of feeds.
        pack: names and kinds of the city.
        bodies, nearby, search, gazetteer, feeds, prefs: ports, see `cockpit.model.ports`.
        cases: the closed loop: cases, orders, the outbox; a port too.
        actions: all commands, with their keys.
        notify: show a toast; the second is its level, 0 for a plain one.
        routes: ways along the streets that are to be seen on the map.
        picking: a place that a form wants from the map.
        sight: where the map looks, handed to a view in three dimensions and back.
        report: take an error of ours and give the number of its report.
        reduced_motion: no animation at all.
        bases: base maps in tiles; None: there is the pack's own only.
        records: what is known of things that are in no table of the picture.
        drawings: folder where panels may keep what is slow to draw; None: nowhere.
        layers: folder of the layers that a person imported; None: none can be.
        instructions: port; 批示 and 请示. read_here: ids of 批示 of which this window has said that they were read.
        signs, alarms, tape, calls, videos, rosters: ports; None where there is no hub that has them.
        calling: which call the desk looks at, and whom a panel means.
        walls: port; None where the hub has none. walling: which wall and scene an operator looks at.
        wall: what a panel on a wall knows of it; None at a desk.
        drill: the scope that is looked at, and the way there. insight, keeping: ports of the archive, and
            of what is kept of it here; None where there is none. briefings: port; makes 简报.
        asking: port; answers questions in plain words, None where nobody does. questioning: the one asked at this desk.
        ask_model: port; answers with the model of the site, None where no archive is. pinned: questions that are kept.
        wording: port; better words of briefings by the model of the site, None where briefings are not made here.
    """

    picture: Picture
    selection: Selection
    theme: Theme
    t: Texts
    clock: CityClock
    pack: Pack
    bodies: Bodies
    nearby: Nearby
    search: Search
    gazetteer: Gazetteer
    feeds: Feeds
    prefs: Prefs
    cases: Cases
    actions: Actions
    notify: Callable[[Message, int], None]
    report: Callable[[BaseException, str], str] = log_report
    reduced_motion: bool = False
    routes: Routes = field(default_factory=Routes)
    picking: Picking = field(default_factory=Picking)
    sight: Sight = field(default_factory=Sight)
    records: Records = field(default_factory=Records)
    drawings: Path | None = None
    layers: Path | None = None
    bases: Bases | None = None
    instructions: Instructions | None = None
    read_here: set[str] = field(default_factory=set)
    signs: Signs | None = None
    alarms: Alarms | None = None
    tape: Tape | None = None
    calls: Calls | None = None
    videos: Videos | None = None
    rosters: Rosters | None = None
    calling: Calling = field(default_factory=Calling)
    walls: Walls | None = None
    walling: Walling = field(default_factory=Walling)
    wall: WallSight | None = None
    drill: Drill | None = None
    insight: Insight | None = None
    briefings: Briefings | None = None
    keeping: Keeping | None = None
    asking: Asking | None = None
    ask_model: AskModel | None = None
    questioning: Questioning = field(default_factory=Questioning)
    pinned: Pinned = field(default_factory=Pinned)
    wording: Wording | None = None
