"""What the seat has of calls on the thread that ticks, and its side of the I/O thread where they are made. No Qt."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from cockpit.bus import asks
from cockpit.model.calls import Call, CallBoard, Contact, Devices, Line, Way
from cockpit.model.entries import AddNote
from cockpit.model.errors import CockpitError
from cockpit.model.letters import Letter, Letters
from cockpit.model.messages import Message
from cockpit.model.typed import from_json, from_msgpack
from cockpit.seat.lettershere import LettersHere
from cockpit.seat.seat import Seat

if TYPE_CHECKING:
    from cockpit.bus.users import User
    from cockpit.calls.book import Book
    from cockpit.calls.books import Books
    from cockpit.calls.desk import CallDesk
    from cockpit.seat.callletters import LetterPost
    from cockpit.seat.callstation import CallStation
    from cockpit.store.deskcalls import Waits

OpenUrl = Callable[[str, Callable[[bool], None]], None]
RETRY_SECONDS = 30.0
LOOK_SECONDS = 20.0
"""So often the files of the address book are looked at."""
SOUND = "sound.json"
"""The devices that the officer chose, in the profile."""


class Chosen(msgspec.Struct, frozen=True):
    """Ids of the sound devices that were chosen, "" the best there is."""

    input: str = ""
    output: str = ""


class CallHands:
    """Hands of the `CallStation`: what it tells is shown, what is wanted is handed to it.

    Attributes:
        board, lines: as last told.
    """

    def __init__(self, seat: Seat, open_url: OpenUrl | None = None) -> None:
        """To be made before `seat.start`.

        Args:
            open_url: has the desktop open an address and tells, at any time and on any thread, whether it did; None:
                there is no desktop.
        """
        self._seat = seat
        self._open_url = open_url
        self._calls: tuple[Call, ...] = ()
        self._begun: dict[str, Call] = {}
        self.board = CallBoard()
        self.lines: Sequence[Line] = ()
        self._devices = Devices()
        self._letters = LettersHere()
        self._world = ""
        self._book: Book | None = None
        self._book_problems: Sequence[Message] = ()
        self._reading = False
        self._acts_due = 0.0
        self._acts_under_way = False
        seat.companions.append(self._living)
        seat.alongside.append(self._alongside)
        seat.hear("calls", CallBoard, self._boarded)
        seat.hear("letters", Letters, self._letters_came)

    # -- the I/O thread's side -------------------------------------------------------------------------------------

    @cached_property
    def _station(self) -> CallStation:
        """Made on the I/O thread, where alone it is used: nothing of it is loaded for the first picture."""
        from cockpit.seat.callstation import CallStation

        seat = self._seat
        station = CallStation(
            seat.folder.parent,
            seat.folder,
            seat.pack.folder,
            seat.pack.id,
            seat.live,
            seat.request,
            self,
            self._opened,
            seat.connect,
            rehearses=seat.rehearses,
        )
        station.joined = self._joined
        return station

    @cached_property
    def _post(self) -> LetterPost:
        from cockpit.seat.callletters import LetterPost

        return LetterPost(self._station, self._told_letters, self._forget_letters)

    @contextlib.asynccontextmanager
    async def _living(self) -> Any:
        async with self._station.living():
            self._station.spawn(self._open())
            yield

    @contextlib.asynccontextmanager
    async def _alongside(self, client: Any, user: User, welcome: asks.Welcome) -> Any:
        async with self._station.alongside(client, user, welcome):
            yield

    async def _open(self) -> None:
        await self._station.ready()
        chosen = chosen_sound(self._seat.folder.parent / SOUND)
        media = self._station.media
        if media is not None and (chosen.input or chosen.output):
            media.settings = msgspec.structs.replace(media.settings, input=chosen.input, output=chosen.output)
        waiting = await self._post.open()
        self._tell("letter", partial(self._letters.wait, waiting))

    async def _joined(self) -> None:
        await self._post.fetch()

    async def _opened(self, url: str) -> bool:
        """Has the desktop open an address; whether it did."""
        if self._open_url is None:
            return False
        opened: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

        def told(done: bool) -> None:
            self._seat.on_io(lambda: None if opened.done() else opened.set_result(done))

        self._open_url(url, told)
        return await opened

    def _do(self, work: Callable[[CallDesk], None]) -> None:
        """Does something at the desk of calls; what comes first is done first."""

        async def go() -> None:
            work(await self._station.ready())

        self._seat.on_io(lambda: void(self._station.spawn(go())))

    @property
    def _made(self) -> CallStation | None:
        """The station, for what may be read on any thread; None before it is made."""
        made: CallStation | None = self.__dict__.get("_station")
        return made

    def _await(self, work: Callable[[], Awaitable[Any]], done: Callable[[Any], None]) -> None:
        """Does something on the I/O thread; `done` gets what came of it or a Message, in a tick."""

        async def go() -> None:
            try:
                answer: Any = await work()
            except CockpitError as error:
                answer = error.message
            self._seat.soon(lambda: done(answer))

        self._seat.on_io(lambda: void(self._station.spawn(go())))

    def _ask_media(self, work: Callable[[Any], Awaitable[Any]], done: Callable[[Any], None]) -> None:
        """Asks the media process, which is started where it does not run."""

        async def ask() -> Any:
            return await work(await self._station.with_media())

        self._await(ask, done)

    # -- `callstation.Hands`, called on the I/O thread -------------------------------------------------------------

    def _tell(self, topic: str, change: Callable[[], object]) -> None:
        def take() -> None:
            change()
            self._seat.changed(topic)

        self._seat.soon(take)

    def told_calls(self, calls: tuple[Call, ...]) -> None:
        self._tell("call", lambda: self._take_calls(calls))

    def told_lines(self, lines: tuple[Line, ...]) -> None:
        self._tell("call", lambda: setattr(self, "lines", lines))

    def told_sound(self) -> None:
        self._tell("call", lambda: None)

    def told_devices(self, devices: Devices) -> None:
        self._tell("call", lambda: setattr(self, "_devices", devices))

    def told_world(self, world: str) -> None:
        self._tell("call", lambda: setattr(self, "_world", world))

    def notice(self, what: Message) -> None:
        self._seat.soon(lambda: self._seat.notices.append(what))

    def to_outbox(self) -> None:
        self._seat.soon(self._look_for_acts)

    def who(self, way: Way, name: str) -> Contact:
        """Somebody who calls by SIP."""
        from cockpit.calls.book import number_of

        found = self._book.by_way(way) if self._book is not None else None
        if found is not None:
            return msgspec.structs.replace(found, ways=tuple(dict.fromkeys((way, *found.ways))))
        number = number_of(way.address)
        return Contact(f"number/{number}", name or number, ways=(way,))

    def called(self) -> str:
        return self._seat.who() or Message("calls.desk").in_chinese()

    def _told_letters(self, letters: Sequence[Letter]) -> None:
        if letters:
            self._tell("letter", partial(self._letters.take, letters))

    def _forget_letters(self) -> None:
        self._tell("letter", self._letters.forget)

    # -- what the station told -------------------------------------------------------------------------------------

    def _take_calls(self, calls: tuple[Call, ...]) -> None:
        for call in calls:
            self._begun.pop(call.id, None)
        self._calls = calls

    @property
    def calls(self) -> Sequence[Call]:
        return (*reversed(self._begun.values()), *self._calls)

    def _boarded(self, board: CallBoard) -> None:
        changed = board != self.board
        self.board = board
        if changed:
            self._seat.changed("call")
        self._do(lambda desk: desk.board(board))

    def _letters_came(self, letters: Letters) -> None:
        async def take() -> None:
            await self._station.ready()
            await self._post.news(letters)

        self._seat.on_io(lambda: void(self._station.spawn(take())))

    # -- records go on cases through the outbox --------------------------------------------------------------------

    def _look_for_acts(self) -> None:
        """What waits for the outbox is put there; in a replay it goes on waiting."""
        if self._acts_under_way or self._seat.looks_back:
            return
        self._acts_under_way = True

        async def look() -> None:
            mail = self._station.mail
            rows = await mail.acts() if mail is not None else []
            self._seat.soon(lambda: self._put_acts(rows))

        self._seat.on_io(lambda: void(self._station.spawn(look())))

    def _put_acts(self, rows: list[Waits]) -> None:
        from cockpit.calls.records import act_of, texts_of
        from cockpit.seat.callrecords import Act

        self._acts_under_way = False
        for row in rows:
            try:
                act = from_msgpack(row.data, type=Act)
            except msgspec.MsgspecError:
                self._act_put(row, None)
                continue
            entry = AddNote() if act.noted else act_of(act.record, act.sound)
            texts = {"words": act.record.note} if act.noted else texts_of(act.record)
            self._seat.cases.submit(entry, act.record.case, texts, partial(self._act_put, row))

    def _act_put(self, row: Waits, problem: Message | None) -> None:
        if problem is not None:  # a replay, a full disk: it waits on
            self._acts_due = self._seat.clock.mono() + RETRY_SECONDS
            return

        async def forget() -> None:
            mail = self._station.mail
            if mail is not None:
                await mail.on_store(lambda store: store.done(row.n), None)

        self._seat.on_io(lambda: void(self._station.spawn(forget())))

    def second(self) -> None:
        """To be called now and then on the thread that ticks: what the outbox did not take is offered again."""
        if self._acts_due and self._seat.clock.mono() >= self._acts_due and not self._seat.looks_back:
            self._acts_due = 0.0
            self._look_for_acts()

    # -- who -------------------------------------------------------------------------------------------------------

    @cached_property
    def _books(self) -> Books:
        from cockpit.calls.books import Books

        return Books(self._seat.folder.parent, self._seat.pack.folder, keep=self._seat.vault is None)

    def read_books(self) -> None:
        """Reads the address book aside, its directory after that; then again whenever a file or the directory's time
        says so. To be called once, at the start."""
        if not self._reading:
            self._reading = True
            self._seat.on_io(lambda: void(self._station.spawn(self._keep_reading())))

    async def _keep_reading(self) -> None:
        """On a thread of its own: a directory may take its time, and the disk of calls does not wait for it."""
        await self._station.ready()
        reader = ThreadPoolExecutor(1, "calls-book")
        try:
            await self._read_again_and_again(reader)
        finally:
            reader.shutdown(wait=False, cancel_futures=True)

    async def _read_again_and_again(self, reader: ThreadPoolExecutor) -> None:
        ldap, loop = self._station.settings.ldap, asyncio.get_running_loop()
        ask, due, known = False, 0.0, None
        while True:
            now, files = self._station.mono(), await loop.run_in_executor(reader, self._books.stamps)
            if files != known or ask:
                book = await loop.run_in_executor(reader, partial(self._books.read, ldap, ask=ask))
                self._seat.soon(partial(self._have_book, book, tuple(self._books.problems)))
                due = now + ldap.every if ask and ldap is not None else due
                known = files
            ask = ldap is not None and now >= due and not ask
            await asyncio.sleep(0 if ask else LOOK_SECONDS)

    def _have_book(self, book: Book, problems: Sequence[Message]) -> None:
        self._book = book
        self._seat.notices.extend(problem for problem in problems if problem not in self._book_problems)
        self._book_problems = problems
        self._seat.changed("call")


def void(what: object) -> None:
    """For a callback that answers nothing."""


def chosen_sound(file: Path) -> Chosen:
    """What was chosen, as it was kept."""
    try:
        return from_json(file.read_bytes(), type=Chosen)
    except (OSError, msgspec.MsgspecError):
        return Chosen()


def choose_sound(file: Path, chosen: Chosen) -> None:
    """Keeps what was chosen."""
    from cockpit.processes import write_private

    with contextlib.suppress(OSError):  # a full disk: it is chosen for this run
        write_private(file, msgspec.json.encode(chosen).decode())
