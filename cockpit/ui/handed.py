"""What a seat hands its panels: the context of a desk, and that of a machine of a wall."""

from __future__ import annotations

from collections.abc import Callable

from cockpit.model.messages import texts
from cockpit.model.ports.calls import Calls
from cockpit.model.scope import Scope
from cockpit.model.spans import span_of
from cockpit.picture.drill import Drill
from cockpit.seat import Seat
from cockpit.seat.briefings import SeatBriefings
from cockpit.seat.instructions import LedgerInstructions
from cockpit.seat.leader import LeaderSeat
from cockpit.seat.roster import LiveRosters
from cockpit.seat.videos import LiveVideos
from cockpit.seat.wording import SeatWording
from cockpit.ui.bases import seat_bases
from cockpit.ui.ports import SeatBodies, SeatCases, SeatFeeds, SeatGazetteer, SeatNearby, SeatSearch
from cockpit.ui.ports_alarms import SeatAlarms
from cockpit.ui.ports_asking import AskingOfSeat, AskModelOfSeat
from cockpit.ui.ports_insight import InsightOfSeat
from cockpit.ui.ports_signs import SeatSigns
from cockpit.ui.ports_tape import SeatTape
from cockpit.ui.prefs import FilePrefs
from widgets.kit.actions import Actions
from widgets.kit.context import PanelContext
from widgets.kit.theme import Theme


def panel_context(
    seat: Seat,
    prefs: FilePrefs,
    report: Callable[[BaseException, str], str],
    lang: str,
    theme: str,
    actions: Actions,
    calls: Calls | None,
) -> PanelContext:
    """
    Args:
        report: takes an error of ours, gives the number of its report.
        calls: None where nobody calls.
    """
    signs, briefings = SeatSigns(seat), _briefings(seat)
    return PanelContext(
        picture=seat.picture,
        selection=seat.selection,
        theme=Theme.load(theme, str(prefs.get("map.style", ""))),
        t=texts(lang),
        clock=seat.clock,
        pack=seat.pack,
        bodies=SeatBodies(seat),
        nearby=SeatNearby(seat),
        search=SeatSearch(seat),
        gazetteer=SeatGazetteer(seat),
        feeds=SeatFeeds(seat),
        alarms=SeatAlarms(seat),
        signs=signs,
        tape=SeatTape(seat),
        calls=calls,
        videos=LiveVideos(seat),
        rosters=LiveRosters(seat),
        cases=SeatCases(seat),
        instructions=LedgerInstructions(seat.cases, seat.pack.loop),
        prefs=prefs,
        actions=actions,
        notify=lambda message, level: None,
        report=report,
        reduced_motion=bool(prefs.get("reduced_motion", False)),
        drawings=seat.folder / "drawings",
        layers=seat.folder / "layers",
        drill=Drill(Scope(span_of("today", seat.clock.now())), seat.selection),
        insight=_insight(seat, signs, lang),
        briefings=briefings,
        asking=_asking(seat, lang),
        ask_model=_ask_model(seat, lang),
        wording=SeatWording(seat, briefings) if isinstance(seat, LeaderSeat) else None,
        bases=seat_bases(seat.pack, seat.folder.parent, prefs, seat.clock.base, seat.notices.append),
    )


def _insight(seat: Seat, signs: SeatSigns, lang: str) -> InsightOfSeat | None:
    """A leader's seat has one, where its disk lets it."""
    found = getattr(seat, "insight", None)
    return None if found is None else InsightOfSeat(found, signs, texts(lang))


def _briefings(seat: Seat) -> SeatBriefings:
    """Made from the copy of a leader's seat, else by the hub."""
    found = getattr(seat, "insight", None)
    return SeatBriefings(seat) if found is None else SeatBriefings(seat, lambda: found.facts, found.signs_now)


def _asking(seat: Seat, lang: str) -> AskingOfSeat | None:
    """A leader's seat has one, where it has a copy."""
    found = getattr(seat, "asking", None)
    return None if found is None else AskingOfSeat(found, lang)


def _ask_model(seat: Seat, lang: str) -> AskModelOfSeat | None:
    """A leader's seat has one; whether the site has a model it says itself."""
    return AskModelOfSeat(seat, texts(lang)) if isinstance(seat, LeaderSeat) else None
