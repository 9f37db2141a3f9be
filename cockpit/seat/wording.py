"""Better wording of a seat's briefings by the model of the site: nothing is taken that nobody saw. No Qt."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from cockpit.model.askmodel import ModelState
from cockpit.model.briefings import Reworded, Wanted, WordStep, Written
from cockpit.model.errors import CockpitError, OutsideError, UserError
from cockpit.model.messages import Message
from cockpit.model.ports.briefings import Made
from cockpit.seat.aside import raise_in_tick

if TYPE_CHECKING:
    from cockpit.assist.briefing.document import Document
    from cockpit.assist.briefing.improve import Offer
    from cockpit.assist.model.way import ModelWay, Stop
    from cockpit.seat.briefings import SeatBriefings
    from cockpit.seat.seat import Seat


class SeatWording:
    """`model.ports.wording.Wording`."""

    def __init__(self, seat: Seat, briefings: SeatBriefings) -> None:
        self._seat, self._briefings = seat, briefings
        self._made: ModelWay | None = None
        self._loading = False
        self._document: tuple[Wanted, Document] | None = None
        self._offers: dict[int, Offer] = {}

    @property
    def _way(self) -> ModelWay:
        if self._made is None:
            from cockpit.assist.model.way import ModelWay
            from cockpit.model.clock import SystemClock

            self._made = ModelWay(self._seat.folder.parent, SystemClock(), self._seat.vault)
        return self._made

    def state(self) -> ModelState:
        """Nothing is loaded where the site has no model; only a seat that makes briefings itself words them."""
        if not (self._seat.folder.parent / "model.toml").is_file() or not self._briefings.offline:
            return ModelState()
        if self._made is None:
            if not self._loading:
                self._loading = True
                self._seat.aside(self._load)
            return ModelState()
        return self._made.state("wording")

    def _load(self) -> None:
        way = self._way
        way.state("wording")

    def consent(self, yes: bool) -> None:
        self._way.consent(yes, "wording")

    def preview(self, wanted: Wanted, done: Callable[[str | Message], None]) -> Callable[[], None]:
        return self._beside(lambda stop: self._preview(wanted), done)

    def offers(
        self,
        wanted: Wanted,
        done: Callable[[tuple[Reworded, ...] | Message], None],
        progress: Callable[[int, int], None],
    ) -> Callable[[], None]:
        seat = self._seat

        def told(n: int, of: int, stop: Stop) -> None:
            seat.later(lambda: None if stop.gone else progress(n, of))

        return self._beside(lambda stop: self._ask(wanted, stop, told), done)

    def make(
        self, wanted: Wanted, taken: tuple[int, ...], done: Callable[[Made | Message], None]
    ) -> Callable[[], None]:
        return self._beside(lambda stop: self._taken(wanted, taken), done)

    # -- on a thread beside ------------------------------------------------------------------------------------------

    def _beside(self, work: Callable[[Stop], object], done: Callable[..., None]) -> Callable[[], None]:
        from cockpit.assist.model.way import Stop

        stop, seat = Stop(), self._seat

        def run() -> None:
            found: object
            try:
                found = work(stop)
            except CockpitError as error:
                found = error.message
            except Exception as error:  # no wording, and the window goes on
                found = Message("insight.failed", {"detail": type(error).__name__})
                raise_in_tick(seat, error)
            seat.later(lambda: None if stop.gone else done(found))

        threading.Thread(target=run, name="wording", daemon=True).start()
        return stop.stop

    def _composed(self, wanted: Wanted) -> Document:
        """Made anew, unless it was for the same wish: what is offered must fit what is taken."""
        like = msgspec.structs.replace(wanted, format="pdf")
        if self._document is None or self._document[0] != like:
            self._document = like, self._briefings.composed(wanted)
            self._offers = {}
        return self._document[1]

    def _preview(self, wanted: Wanted) -> str:
        from cockpit.assist.briefing.improve import paragraphs, tokens_of

        document = self._composed(wanted)
        found = paragraphs(document)
        if not found:
            raise OutsideError("briefing.improve_none")
        return self._way.preview_wording(tokens_of(found[0][1]), document.lang)

    def _ask(self, wanted: Wanted, stop: Stop, told: Callable[[int, int, Stop], None]) -> tuple[Reworded, ...]:
        from cockpit.assist.briefing.improve import offer, paragraphs

        document = self._composed(wanted)
        blocks = paragraphs(document)
        found: list[Reworded] = []
        offers: dict[int, Offer] = {}
        for n, (i, block) in enumerate(blocks):
            told(n, len(blocks), stop)
            if stop.gone:
                break
            try:
                one = offer(i, block, document.lang, lambda text, lang: self._way.improve(text, lang, stop))
            except CockpitError as error:
                is_away = isinstance(error, OutsideError) and error.message.id != "model.unproven"
                if is_away and not offers:
                    raise
                found.append(Reworded(i, block.text, (), error.message))
                if is_away:  # what came before it is still good
                    break
                continue
            if one is not None:
                offers[i] = one
                found.append(Reworded(i, block.text, tuple(WordStep(step.how, step.text) for step in one.steps)))
        self._offers = offers
        return tuple(found)

    def _taken(self, wanted: Wanted, taken: tuple[int, ...]) -> Made:
        from cockpit.assist.briefing import office
        from cockpit.assist.briefing.check import check, released, words_of
        from cockpit.assist.briefing.improve import taken as with_taken

        document = self._composed(wanted)
        if any(block not in self._offers for block in taken):
            raise UserError("briefing.improve_other")
        document = with_taken(document, [self._offers[block] for block in taken])
        findings = check(document, words_of(self._seat.pack))
        out = released(findings)
        written = Written(document.name, document.title, out, findings)
        return Made(written, office.written(document, wanted.format) if out else b"")
