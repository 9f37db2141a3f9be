"""Letters at a living hub: taken once for ever, told to seats and knocked at phones, their states, voices, erasure."""

from __future__ import annotations

import hashlib
import sqlite3
from pathlib import Path

import msgspec
import pytest

from cockpit.model.calls import Signal, SoundPart, SoundWanted
from cockpit.model.clock import SECOND, ManualClock
from cockpit.model.entries import PhotoRef
from cockpit.model.ids import new_id
from cockpit.model.letters import (
    Letter,
    LetterKind,
    Letters,
    LetterState,
    LettersWanted,
    ReadHere,
    Seen,
    Send,
    Taken,
    Wrote,
)
from cockpit.store.letters import LetterStore
from tests.living_hub import CLOCK, UNIT_KEYS, LivingHub
from tests.on_the_wire import OnTheWire, on_the_wire

UNIT, OTHER = UNIT_KEYS[:2]
WAV = b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(2_000)


def letter(words: str = "请到武林路口", unit: str = UNIT, **given: object) -> Letter:
    filled = {"seat": "", "from_unit": False, "name": "张敏", "written": CLOCK.now(), "words": words, **given}
    return Letter(new_id(CLOCK), filled.pop("kind", LetterKind.TEXT), unit=unit, **filled)  # type: ignore[arg-type]


def letters(wire: OnTheWire, unit: str = "", after: int = 0) -> Letters:
    found = wire.ask("letters", LettersWanted(after, unit), Letters)
    assert isinstance(found, Letters)
    return found


def seen(of: Letter, state: LetterState, answer: str = "", unit: str = UNIT, at: int = 0) -> Seen:
    return Seen(new_id(CLOCK), of.id, unit, "device-1", at or CLOCK.now(), state, answer)


@pytest.mark.slow
def test_a_letter_goes_to_the_unit_and_comes_back_delivered_read_and_answered(tmp_path: Path) -> None:
    with (
        LivingHub(tmp_path / "hub") as hub,
        on_the_wire(hub, "seat-1") as seat,
        on_the_wire(hub, "seat-2") as other,
        on_the_wire(hub, "gateway") as gateway,
    ):
        one = letter()
        for _ in range(2):  # sent twice, it is there once
            assert seat.ask("letters.send", Send((one,)), Taken) == Taken((one.id,))
        gateway.until(lambda: gateway.signals, "a knock")
        assert gateway.signals == [("hub", Signal("knock", unit=UNIT))]
        other.until(lambda: other.last("letters", Letters), "the news")
        (kept,) = letters(gateway, UNIT).letters
        assert (kept.seat, kept.words, kept.state) == ("seat-1", one.words, LetterState.SENT)
        assert letters(gateway, OTHER).letters == ()
        before = letters(seat).seq
        for state in (LetterState.DELIVERED, LetterState.ANSWERED, LetterState.DELIVERED):
            fact = seen(one, state, answer="收到" if state is LetterState.ANSWERED else "")
            for _ in range(2):
                assert gateway.say(fact).seq
        assert gateway.say(seen(one, LetterState.READ, unit=OTHER)).seq  # of another unit's letter it changes nothing
        (news,) = letters(seat, after=before).letters
        assert (news.state, news.answer, bool(news.read)) == (LetterState.ANSWERED, "收到", True)
        other.until(lambda: other.last("letters", Letters).letters[0].answer == "收到", "the answer")
        mine = letter("前方积水过不去", from_unit=True, name="网格员")
        assert gateway.say(Wrote(mine)).refused is None
        assert gateway.say(Wrote(mine)).refused is None
        assert [one.words for one in letters(seat, UNIT).letters if one.from_unit] == [mine.words]
        seat.ask("letters.seen", ReadHere((mine.id, one.id)))
        (read,) = [one for one in letters(gateway, UNIT).letters if one.from_unit]
        assert read.read
        hub.stop()
        hub.start()
        with on_the_wire(hub, "seat-1") as again:
            assert {one.state for one in letters(again).letters} == {LetterState.ANSWERED, LetterState.READ}


@pytest.mark.slow
def test_a_voice_is_kept_and_given_only_to_who_names_it_in_a_letter(tmp_path: Path) -> None:
    with LivingHub(tmp_path / "hub") as hub, on_the_wire(hub, "seat-1") as seat, on_the_wire(hub, "gateway") as gateway:
        sha = hashlib.sha256(WAV).hexdigest()
        spoken = letter("", kind=LetterKind.VOICE, voice=PhotoRef(sha, len(WAV), "x/y"), seconds=2.5)
        assert seat.refused("letters.send", Send((spoken,))) == "letters.no_voice"
        assert seat.refused("letters.send", Send((spoken,), b"<html>")) == "store.no_such_sound"
        seat.ask("letters.send", Send((spoken,), WAV), Taken)
        assert gateway.ask("voice", SoundWanted(sha), SoundPart) == SoundPart(WAV, len(WAV), "audio/wav")
        part = gateway.ask("voice", SoundWanted(sha, 100), SoundPart)
        assert part.data == WAV[100:]
        assert letters(seat).letters[0].voice == PhotoRef(sha, len(WAV), "audio/wav")
        other = hashlib.sha256(b"x").hexdigest()
        blob = hub.profile / "blobs" / other[:2] / other
        blob.parent.mkdir(parents=True)
        blob.write_bytes(WAV)
        assert seat.refused("voice", SoundWanted(other)) == "store.no_sound"
        received = letter("", kind=LetterKind.VOICE, from_unit=True, voice=PhotoRef(other, len(WAV), "audio/wav"))
        assert gateway.say(Wrote(received)).seq
        assert seat.ask("voice", SoundWanted(other), SoundPart).data == WAV
        assert seat.refused("voice", SoundWanted("../../etc/passwd")) == "store.no_sound"


@pytest.mark.slow
def test_who_may_not_and_what_is_unfit_is_refused_and_an_announcement_is_one_letter_each(tmp_path: Path) -> None:
    with LivingHub(tmp_path / "hub") as hub, on_the_wire(hub, "seat-1") as seat, on_the_wire(hub, "gateway") as gateway:
        for wrong, sentence in (
            (letter("  "), "letters.empty"),
            (letter("x" * 4_001), "letters.unfit"),
            (letter(unit="张敏"), "letters.unfit"),
            (letter(case="张敏"), "letters.unfit"),
            (letter(kind=LetterKind.URGE), "letters.unfit"),
        ):
            assert seat.refused("letters.send", Send((wrong,))) == sentence
        assert seat.refused("letters.send", Send(())) == "letters.how_many"
        assert gateway.refused("letters", LettersWanted()) == "letters.whose"
        urge = letter(from_unit=True, kind=LetterKind.URGE)
        assert gateway.say(Wrote(urge)).refused is not None
        group = new_id(CLOCK)
        many = tuple(letter("撤离", unit, kind=LetterKind.ANNOUNCE, group=group) for unit in UNIT_KEYS)
        seat.ask("letters.send", Send(many), Taken)
        gateway.until(lambda: len(gateway.signals) == len(UNIT_KEYS), "a knock each")
        found = letters(seat).letters
        assert {one.unit for one in found if one.group == group} == set(UNIT_KEYS)
        roll = letter("", kind=LetterKind.ROLL, group=new_id(CLOCK))
        seat.ask("letters.send", Send((roll,)), Taken)
        assert gateway.say(seen(roll, LetterState.ANSWERED, "到")).seq
        hub.hub.answers._roles["seat-1"] = "wall"  # type: ignore[union-attr, index]
        assert seat.refused("letters.send", Send((letter(),))) == "letters.no_right"


def test_letters_of_a_store_come_in_pieces_and_what_is_erased_is_not_in_the_file(tmp_path: Path) -> None:
    clock = ManualClock()
    store = LetterStore(tmp_path / "letters.db", clock)
    assert store.open() == []
    try:
        many = [letter("秘" * 3_900, taken=n + 1) for n in range(100)]
        assert store.put(many).seq == 100
        assert store.put(many).letters == ()
        found, after = [], 0
        while True:
            piece = store.after(after, "", 500)
            assert len(msgspec.msgpack.encode(piece)) < 900_000
            found += piece.letters
            after = piece.seq
            if not piece.more:
                break
        assert [one.id for one in found] == [one.id for one in many]
        changed = store.mark(many[3].id, LetterState.READ, 5 * SECOND)
        assert (changed.seq, changed.letters[0].delivered) == (101, 5 * SECOND)
        assert store.mark(many[3].id, LetterState.DELIVERED, 9 * SECOND).letters == ()
        assert store.after(100, UNIT, 10).letters == changed.letters
        assert store.erase([one.id for one in many]) == 100
        assert store.after(0, "", 1).letters[0].words == ""
        for file in tmp_path.iterdir():
            assert "秘".encode() * 10 not in file.read_bytes(), file
        assert store.trim(51) == []
        assert len(store.after(0, "", 500).letters) == 50
    finally:
        store.close()


def test_voices_that_no_letter_names_any_more_are_forgotten_with_the_last(tmp_path: Path) -> None:
    store = LetterStore(tmp_path / "letters.db", ManualClock())
    store.open()
    try:
        voice = PhotoRef("ab" * 32, 5, "audio/wav")
        store.put([letter("", voice=voice, taken=1), letter("", voice=voice, taken=9)])
        assert store.has_voice(voice.sha256)
        assert store.trim(5) == []
        assert store.trim(10) == [voice.sha256]
        assert not store.has_voice(voice.sha256)
    finally:
        store.close()


def test_a_damaged_file_is_moved_aside_and_said(tmp_path: Path) -> None:
    path = tmp_path / "letters.db"
    path.write_bytes(b"no database at all" * 1000)
    store = LetterStore(path, ManualClock())
    (notice,) = store.open()
    store.close()
    assert notice.id == "store.corrupt"
    assert [p.name for p in tmp_path.glob("letters.db.corrupt-*")]
    with sqlite3.connect(path) as db:
        assert db.execute("SELECT count(*) FROM letter").fetchone() == (0,)
    db.close()
