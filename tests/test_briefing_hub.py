"""The hub makes briefings by schedule, once each, keeps so many, tells the seats, and hands files out in pieces."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from cockpit.assist.briefing.asked import Logged
from cockpit.assist.briefing.schedule import due_of
from cockpit.assist.briefing.template import template_of
from cockpit.hub.briefings import FOLDER, PAST_SECONDS, BriefingsService
from cockpit.hub.service import Between
from cockpit.model.briefings import Briefing, FilePiece, FileWanted, Kept, Ready, Wanted
from cockpit.model.clock import ManualClock, from_iso, to_iso
from cockpit.model.errors import UserError
from cockpit.model.wallasks import Nothing
from tests.archive_kit import year
from tests.briefing_kit import pack

WEDNESDAY = from_iso("2026-07-15T07:05:00+08:00")


class Hub:
    """What a service is handed, as far as this one uses it; the archive is the real one, of the days before."""

    def __init__(self, folder: Path, now: int = WEDNESDAY) -> None:
        self.folder = folder / "hangzhou"
        if not self.folder.exists():
            self.folder.mkdir(parents=True)
            shutil.copy(year(70, 20).folder / "archive.db", self.folder / "archive.db")
        self.clock, self.pack = ManualClock(now), pack()
        self.roles = {"seat-1": "duty", "leader-1": "leader", "wall-1": "wall"}
        self.told: list[Briefing] = []
        self.asks: dict[str, Any] = {}
        self.answers = SimpleNamespace(add=lambda what, kind, answer: self.asks.update({what: answer}))
        log = (Logged(from_iso("2026-07-14T18:00:00+08:00"), "领导批示（待回复）", "0714-0001"),)
        self.service = BriefingsService(self, lambda start, end: log)  # type: ignore[arg-type] # what it uses is here

    async def publish(self, topic: str, data: bytes) -> None:
        assert topic == "briefing"
        self.told.append(msgspec.msgpack.decode(data, type=Briefing))

    async def time_told(self) -> None:
        pass

    def files(self) -> list[str]:
        return sorted(path.name for path in (self.folder / FOLDER).glob("*.*") if path.suffix == ".pdf")

    def look(self) -> None:
        asyncio.run(self.service._look())


@pytest.mark.parametrize(
    ("template", "now", "start", "at"),
    [
        ("day", "2026-07-15T06:59:00", "2026-07-13T00:00:00", "2026-07-14T07:00:00"),
        ("day", "2026-07-15T07:00:00", "2026-07-14T00:00:00", "2026-07-15T07:00:00"),
        ("week", "2026-07-15T12:00:00", "2026-07-06T00:00:00", "2026-07-13T07:30:00"),
        ("week", "2026-07-13T07:29:00", "2026-06-29T00:00:00", "2026-07-06T07:30:00"),
        ("month", "2026-07-01T08:00:00", "2026-06-01T00:00:00", "2026-07-01T08:00:00"),
        ("month", "2026-01-15T08:00:00", "2025-12-01T00:00:00", "2026-01-01T08:00:00"),
        ("shift", "2026-07-15T08:34:00", "2026-07-14T08:30:00", "2026-07-14T17:35:00"),
        ("shift", "2026-07-15T08:35:00", "2026-07-14T17:30:00", "2026-07-15T08:35:00"),
    ],
)
def test_the_newest_briefing_whose_time_has_come_is_due(template, now, start, at) -> None:
    due = due_of(template_of(pack(), template), from_iso(f"{now}+08:00"))
    assert to_iso(due.start) == f"{start}+08:00"
    assert to_iso(due.at) == f"{at}+08:00"


@pytest.mark.system
@pytest.mark.slow
def test_each_is_made_once_even_by_a_hub_that_starts_again(tmp_path) -> None:
    hub = Hub(tmp_path)
    hub.look()
    assert hub.files() == [
        "hangzhou-day-2026-07-14.pdf", "hangzhou-month-2026-06.pdf", "hangzhou-shift-2026-07-14-0830.pdf",
        "hangzhou-week-2026-07-06.pdf",
    ]  # fmt: skip
    assert {one.template for one in hub.told} == {"day", "week", "month", "shift"}
    assert all(one.formats == ("pdf", "docx") for one in hub.told)
    hub.told.clear()
    hub.look()
    again = Hub(tmp_path)
    again.look()
    assert not hub.told
    assert not again.told
    (again.folder / FOLDER / "hangzhou-day-2026-07-14.json").unlink()  # cut off before its note was written
    Hub(tmp_path).look()
    kept = asyncio.run(again.asks["brief.list"]("leader-1", Nothing()))
    assert isinstance(kept, Kept)
    assert len(kept.briefings) == 4


@pytest.mark.system
@pytest.mark.slow
def test_a_seat_gets_the_file_that_it_wanted_and_no_other_seat_does(tmp_path) -> None:
    hub = Hub(tmp_path)
    wanted = Wanted("day", from_iso("2026-06-20T12:00:00+08:00"), format="docx")
    ready = asyncio.run(hub.asks["brief.make"]("seat-1", wanted))
    assert isinstance(ready, Ready)
    assert ready.written.released
    data = b""
    while len(data) < ready.size:
        piece = asyncio.run(hub.asks["brief.file"]("seat-1", FileWanted(ready.name, "docx", len(data))))
        assert isinstance(piece, FilePiece)
        data += piece.data
    assert data.startswith(b"PK")
    for user, name in (("leader-1", ready.name), ("seat-1", "../archive"), ("seat-1", "nothing")):
        with pytest.raises(UserError):
            asyncio.run(hub.asks["brief.file"](user, FileWanted(name, "docx")))
    with pytest.raises(UserError):
        asyncio.run(hub.asks["brief.list"]("wall-1", Nothing()))


def test_no_more_are_kept_than_the_template_says(tmp_path) -> None:
    hub = Hub(tmp_path)
    folder = hub.folder / FOLDER
    folder.mkdir()
    for day in range(10, 15):
        note = Briefing(f"hangzhou-day-2026-07-{day}", "day", "日报", day, day, ("pdf",))
        (folder / f"{note.name}.json").write_bytes(msgspec.json.encode(note))
        (folder / f"{note.name}.pdf").write_bytes(b"%PDF")
    hub.service._tidy("day", 2)
    assert hub.files() == ["hangzhou-day-2026-07-13.pdf", "hangzhou-day-2026-07-14.pdf"]
    assert [one.start for one in hub.service._kept()] == [14, 13]


def test_none_is_made_by_schedule_before_the_past_is_in(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("cockpit.hub.briefings.PAST_LOOK_SECONDS", 0.0)
    hub = Hub(tmp_path)
    looked: list[int] = []
    answers = [False, False, True]
    hub.between = Between(past_is_in=lambda: answers.pop(0))

    async def look() -> None:
        looked.append(len(answers))
        raise asyncio.CancelledError

    monkeypatch.setattr(hub.service, "_look", look)
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(hub.service.run())
    assert looked == [0]


def test_a_city_that_never_tells_its_past_does_not_keep_briefings_from_being_made(tmp_path) -> None:
    hub = Hub(tmp_path)
    asked: list[int] = []

    def never() -> bool:
        asked.append(hub.clock.now())
        hub.clock.advance(PAST_SECONDS)
        return False

    hub.between = Between(past_is_in=never)
    asyncio.run(hub.service._past_is_in())
    assert len(asked) == 1
