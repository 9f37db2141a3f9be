"""Calling as panels see it: who can be reached, the calls of this desk, and what to do with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from cockpit.model.calls import Call, CallBoard, CallRecord, Contact, Frame, Line, Listened, Sound
from cockpit.model.letters import Letter, LetterKind
from cockpit.model.messages import Message

Done = Callable[[Message | None], None]


class Calls(Protocol):
    """Read on the thread of `tick`. `refresh` of a panel gets the topic `call` when calls, lines or the board changed,
    `letter` when letters did. Levels and pictures change without that: panels that show them look ten times a second.
    """

    @property
    def calls(self) -> Sequence[Call]:
        """Those that are going on, and those that ended in the last minute; newest first."""
        ...

    @property
    def board(self) -> CallBoard:
        """Inbound and missed calls of the hall, as the hub last said."""
        ...

    @property
    def lines(self) -> Sequence[Line]:
        """By which ways this desk can call, and why not."""
        ...

    @property
    def sound(self) -> Sound: ...

    # -- who ---------------------------------------------------------------------------------------------------

    def contact_of(self, unit: str) -> Contact | None:
        """How the unit of that key is reached; None where the address book and the enrolled devices know no way."""
        ...

    def contacts(self, text: str, done: Callable[[list[Contact]], None], most: int = 50) -> None:
        """By name, duty, organisation or number; pinyin initials too. "" gives all in the order of the book."""
        ...

    # -- a call ------------------------------------------------------------------------------------------------

    def place(
        self, contacts: Sequence[Contact], *, case: str = "", order: str = "", video: bool = False, roll: bool = False
    ) -> str:
        """Calls somebody, or several in a group; answers with the id of the call at once.

        Whoever can not be reached is in the call with the reason. `roll`: each is asked to say that they are there.
        """
        ...

    def announce(self, contacts: Sequence[Contact], words: str, *, case: str = "") -> str:
        """Speaks a sentence to everyone who picks up."""
        ...

    def answer(self, call: str, video: bool = False) -> None:
        """Takes an inbound call; the hub says whether another seat was first (a toast by `notify` of the seat)."""
        ...

    def decline(self, call: str) -> None: ...

    def hang_up(self, call: str) -> None: ...

    def hold(self, call: str, on: bool) -> None: ...

    def mute(self, call: str, on: bool) -> None: ...

    def push_to_talk(self, call: str, on: bool) -> None:
        """Whether we are heard only while the talk key is down."""
        ...

    def talk(self, down: bool) -> None:
        """The talk key went down or up."""
        ...

    def camera(self, call: str, on: bool) -> None:
        """Sends our picture or not."""
        ...

    def digits(self, leg: str, digits: str) -> None:
        """DTMF."""
        ...

    def transfer(self, leg: str, to: Contact) -> None: ...

    def add(self, call: str, contacts: Sequence[Contact]) -> None:
        """Brings more people into a call; two make it a group."""
        ...

    def drop(self, leg: str) -> None: ...

    def mute_leg(self, leg: str, on: bool) -> None: ...

    def record(self, call: str, on: bool) -> None:
        """Recording begins after the notice has been played to everyone."""
        ...

    def note(self, call: str, words: str) -> None: ...

    def frame(self, leg: str) -> Frame | None:
        """The newest picture of a leg; "" is our own camera."""
        ...

    # -- the hall ------------------------------------------------------------------------------------------------

    def settle(self, missed: str, words: str, done: Done) -> None:
        """A missed call has been dealt with."""
        ...

    def records(
        self, done: Callable[[list[CallRecord] | Message], None], *, case: str = "", before: int = 0, most: int = 100
    ) -> None:
        """Calls of the hall, newest first."""
        ...

    def recording(self, sha256: str, done: Callable[[bytes | Message], None]) -> None:
        """The sound of a call, WAV; who listened is kept."""
        ...

    def listened(self, sha256: str, done: Callable[[list[Listened] | Message], None]) -> None:
        """Who listened to a recording, newest first."""
        ...

    def enrol(self, unit: str, done: Callable[[tuple[str, int] | Message], None]) -> None:
        """Address for a QR code that enrols one device of a unit, once, and until when (city time)."""
        ...

    # -- sound ---------------------------------------------------------------------------------------------------

    def use_sound(self, input: str, output: str) -> None: ...

    def watch_sound(self, on: bool) -> None:
        """Has the microphone open for its level meter, or no longer; devices are looked for."""
        ...

    def test_echo(self, done: Done) -> None:
        """Records three seconds and plays them back."""
        ...

    # -- letters -------------------------------------------------------------------------------------------------

    def letters(self, unit: str) -> Sequence[Letter]:
        """Letters from and to a unit, oldest first; "" the newest of all."""
        ...

    def write(
        self,
        units: Sequence[str],
        words: str,
        *,
        kind: LetterKind = LetterKind.TEXT,
        case: str = "",
        order: str = "",
        voice: bytes = b"",
        seconds: float = 0.0,
    ) -> None:
        """Sends words or voice to units; kept here until the hub has it."""
        ...

    def record_voice(self, on: bool, done: Callable[[tuple[bytes, float] | Message], None]) -> None:
        """Begins and ends a voice letter; the end gives the sound (WAV) and its seconds."""
        ...

    def keep_sound(self, sound: bytes, done: Callable[[str | Message], None]) -> None:
        """Keeps a spoken sentence (WAV) for the hub as a recording; `done` gets its SHA-256 when it is durable here."""
        ...

    def voice(self, sha256: str, done: Callable[[bytes | Message], None]) -> None:
        """The sound of a voice letter, as it was taken: `audio/wav`, `audio/ogg`, `audio/webm` or `audio/mp4`."""
        ...
