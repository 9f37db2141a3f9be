"""What a hub takes of a platform's past: nothing that can not be, and one bad day keeps no other back."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from cockpit.hub import archive_past
from cockpit.hub.archive_past import PastIn
from cockpit.model.archive import RECORD
from cockpit.model.tables import TEXT
from cockpit.store.archive import Archive, Changed, Row, begin_of
from tests.living_hub import CLOCK

FIRST, LAST = "2026-07-09", "2026-07-13"


def row(day: str, **other: Any) -> list[Any]:
    """A case of that day, as JSON."""
    reported = begin_of(archive_past._number(day)) + 3_600_000_000
    plain = {name: "" if column.dtype == TEXT else 0 for name, column in zip(RECORD.names, RECORD.columns, strict=True)}
    plain |= {"key": f"past/{day}", "kind": "E0506", "level": 3, "area": "330102001", "lon": 120.1, "lat": 30.2}
    plain |= {"amount": None, "stage": "closed", "reported": reported, "closed": reported, "updated": reported}
    return list((plain | other).values())


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    archive = Archive.open(tmp_path / "archive.db", CLOCK)
    yield archive
    archive.close()


def taken(archive: Archive, answer: Callable[[str], httpx.Response]) -> str:
    """Takes in once what a platform gives; what it says of it, "" all is in."""

    async def on_file(work: Callable[[Archive], Any]) -> Any:
        return work(archive)

    async def write(rows: Sequence[Row], notes: Any = None, only_new: bool = False) -> Changed:
        return archive.upsert(rows, only_new=only_new, notes=notes)

    def told(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/past":
            return httpx.Response(200, json={"id": "p", "first": FIRST, "last": LAST})
        return answer(request.url.path.rpartition("/")[2])

    async def go() -> str:
        setting: Any = SimpleNamespace(clock=CLOCK, between=SimpleNamespace(history=None))
        nothing: Any = None
        taking = PastIn(setting, write, on_file, nothing)
        async with httpx.AsyncClient(base_url="http://city", transport=httpx.MockTransport(told)) as web:
            try:
                await taking._take(web)
            except ValueError as error:
                return str(error)
        return ""

    return asyncio.run(go())


def day(rows: list[list[Any]], date: str) -> httpx.Response:
    return httpx.Response(200, json={"day": date, "columns": list(RECORD.names), "rows": rows})


@pytest.mark.parametrize(
    "wrong", [{"level": "high"}, {"closed": 1 << 70}, {"key": None}, {"lat": "north"}, {"level": -1}]
)
def test_a_day_that_says_what_can_not_be_is_named_and_the_others_come_in(
    archive: Archive, wrong: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive_past, "REST_SECONDS", (0.0, 0.0))
    bad = "2026-07-12"
    said = taken(archive, lambda date: day([row(date, **(wrong if date == bad else {}))], date))
    assert bad in said
    assert [one.day for one in archive.days()] == [archive_past._number(f"2026-07-{n:02}") for n in (13, 11, 10, 9)]
    assert taken(archive, lambda date: day([row(date)], date)) == ""
    assert archive.count() == 5


def test_a_body_that_bursts_is_given_up_before_it_is_there(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive_past, "REST_SECONDS", (0.0, 0.0))
    monkeypatch.setattr(archive_past, "MOST_BYTES", 1_000_000)
    bomb = gzip.compress(json.dumps({"day": LAST, "columns": [], "rows": [], "x": "0" * 5_000_000}).encode())

    def answer(date: str) -> httpx.Response:
        if date == LAST:
            return httpx.Response(200, content=bomb, headers={"Content-Encoding": "gzip"})
        return day([row(date)], date)

    assert "too much" in taken(archive, answer)
    assert archive.count() == 4
