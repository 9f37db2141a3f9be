"""Briefings at a seat: made from its own copy of the archive where it has one, else by the hub. No Qt."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from cockpit.model.briefings import Briefing, FilePiece, FileWanted, Kept, Ready, TemplateFacts, Wanted, Written
from cockpit.model.errors import CockpitError, UserError
from cockpit.model.messages import Message, texts
from cockpit.model.ports.briefings import Made
from cockpit.model.wallasks import Nothing

if TYPE_CHECKING:
    from cockpit.assist.briefing import office
    from cockpit.assist.briefing.document import Document
    from cockpit.assist.briefing.template import Template
    from cockpit.insight.facts import Facts
    from cockpit.insight.signs import Signs
    from cockpit.seat.seat import Seat

_ORDER = ("day", "week", "month", "shift", "event")


class SeatBriefings:
    """`model.ports.briefings.Briefings`."""

    def __init__(
        self,
        seat: Seat,
        facts: Callable[[], Facts | None] = lambda: None,
        signs: Callable[[], Signs | None] = lambda: None,
    ) -> None:
        """
        Args:
            facts: what this seat's own copy says now, None where it has none or has not read it yet. signs: likewise.
        """
        self._seat, self._facts, self._signs = seat, facts, signs
        self._templates: dict[str, Template] | None = None

    @property
    def offline(self) -> bool:
        return self._facts() is not None

    def _known(self) -> dict[str, Template]:
        """Raises UserError: something in a template is wrong."""
        if self._templates is None:
            from cockpit.assist.briefing.template import read_template, templates

            pack = self._seat.pack
            self._templates = {id: read_template(path, pack) for id, path in templates(pack).items()}
        return self._templates

    def templates(self) -> tuple[TemplateFacts, ...]:
        found = [
            TemplateFacts(one.id, one.kind, {lang: texts(lang)(f"briefing.kind_{one.id}") for lang in ("zh", "en")}
                          if one.id in _ORDER else {"zh": one.id})
            for one in self._known().values()
        ]  # fmt: skip
        return tuple(sorted(found, key=lambda one: (_ORDER.index(one.id) if one.id in _ORDER else 9, one.id)))

    def instant(self, template: str, text: str) -> int | Message:
        from cockpit.assist.briefing.periods import of_kind, said

        try:
            one, now = self._known()[template], self._seat.clock.now()
            at = said(text.strip(), one.kind, now, one.turns)
            if one.kind != "event":
                of_kind(one.kind, at, now, one.turns)
            return at
        except CockpitError as error:
            return error.message

    # -- making ------------------------------------------------------------------------------------------------------

    def make(self, wanted: Wanted, done: Callable[[Made | Message], None]) -> Callable[[], None]:
        facts = self._facts()
        given = _Given(done)
        if facts is not None:
            signs = self._signs()
            self._seat.aside(lambda: self._hand(self._make(wanted, facts, signs), given))
        else:
            self._seat.ask("brief.make", wanted, Ready, lambda reply: self._fetch_made(wanted, reply, given))
        return given.cancel

    def _hand(self, made: Made | Message, given: _Given) -> None:
        self._seat.later(lambda: given.take(made))

    def _make(self, wanted: Wanted, facts: Facts, signs: Signs | None) -> Made | Message:
        """On a thread beside."""
        from cockpit.assist.briefing import office

        try:
            made = self._office(wanted, facts, signs)
            written = Written(made.document.name, made.document.title, made.released, made.findings)
            return Made(written, office.written(made.document, wanted.format) if made.released else b"")
        except CockpitError as error:
            return error.message

    def _office(self, wanted: Wanted, facts: Facts, signs: Signs | None) -> office.Made:
        from cockpit.assist.briefing import office
        from cockpit.assist.briefing.compose import Order

        pack, now = self._seat.pack, self._seat.clock.now()
        order = Order(self._known()[wanted.template], wanted.at, wanted.area, office.case_of(facts, wanted.event))
        t = texts(wanted.lang)
        names = {code: t.pack(sign.name) for code, sign in signs.of.items()} if signs is not None else {}
        return office.make(order, pack, office.areas_of(pack), office.asker(facts, now, signs), t, now, names)

    def composed(self, wanted: Wanted) -> Document:
        """The briefing before it is paper, on any thread.

        Raises:
            CockpitError: it can not be made of this seat's copy, or there is none.
        """
        facts = self._facts()
        if facts is None:
            raise UserError("briefing.improve_here")
        return self._office(wanted, facts, self._signs()).document

    def _fetch_made(self, wanted: Wanted, reply: Ready | Message, given: _Given) -> None:
        if isinstance(reply, Message) or not reply.size:
            given.take(reply if isinstance(reply, Message) else Made(reply.written))
            return

        def fetched(data: bytes | Message) -> None:
            given.take(data if isinstance(data, Message) else Made(reply.written, data))

        self._pieces(FileWanted(reply.name, wanted.format), b"", fetched, given)

    # -- those of the hub --------------------------------------------------------------------------------------------

    def kept(self, done: Callable[[tuple[Briefing, ...] | Message], None]) -> None:
        def answered(reply: Kept | Message) -> None:
            done(reply if isinstance(reply, Message) else reply.briefings)

        self._seat.ask("brief.list", Nothing(), Kept, answered)

    def fetch(self, name: str, format: str, done: Callable[[bytes | Message], None]) -> Callable[[], None]:
        given = _Given(done)
        self._pieces(FileWanted(name, format), b"", given.take, given)
        return given.cancel

    def _pieces(self, wanted: FileWanted, have: bytes, done: Callable[[bytes | Message], None], given: _Given) -> None:
        """Asks for the rest of a file, piece by piece."""

        def answered(reply: FilePiece | Message) -> None:
            if given.cancelled:
                return
            if isinstance(reply, Message):
                done(reply)
                return
            data = have + reply.data
            if len(data) >= reply.size:
                done(data)
            elif reply.data:
                self._pieces(FileWanted(wanted.name, wanted.format, len(data)), data, done, given)
            else:
                done(Message("briefing.no_file"))

        self._seat.ask("brief.file", wanted, FilePiece, answered)


class _Given:
    """Who waits for an answer, until it does not any more."""

    def __init__(self, done: Callable[..., None]) -> None:
        self._done = done
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True

    def take(self, what: object) -> None:
        if not self.cancelled:
            self._done(what)
