"""Words and photos of the ledger: read once they are kept, and those erased at the hub are erased here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cockpit.bus import asks
from cockpit.model.clock import ManualClock
from cockpit.model.entries import TextRef
from cockpit.model.messages import Message
from cockpit.seat.words import FRESH, Words
from cockpit.store.cache import Cache
from cockpit.store.pictures import Pictures


class Reader:
    """Words at a seat, and a hub that answers from `known`, or not at all."""

    def __init__(self, folder: Path) -> None:
        self.clock = ManualClock()
        self.cache = Cache.open(folder / "cache.db", self.clock)
        self.known: dict[str, str] = {}
        self.photos: dict[tuple[str, bool], bytes] = {}
        self.away: Message | None = None
        self.asked: list[list[str]] = []
        self.most = 1000
        self.words = Words(self.cache, Pictures(folder / "pictures"), self._ask, self.clock)

    def _ask(self, what: str, wanted: Any, reply: type, done: Callable[[Any], None]) -> None:
        if self.away is not None:
            done(self.away)
        elif what == "texts":
            self.asked.append(wanted.ids)
            now = wanted.ids[: self.most]
            texts = {ident: self.known[ident] for ident in now if ident in self.known}
            done(asks.TextsReply(texts, more=wanted.ids[self.most :]))
        else:
            assert what == "photo"
            data = self.photos.get((wanted.sha256, wanted.thumb))
            done(asks.PictureReply(data) if data else asks.PictureReply(problem=Message("hub.no_body")))

    def read(self, *ids: str) -> Any:
        heard: list[Any] = []
        self.words.texts([TextRef(ident, "") for ident in ids], heard.append)
        assert len(heard) == 1
        return heard[0]

    def photo(self, sha256: str, thumb: bool = False) -> Any:
        heard: list[Any] = []
        self.words.photo(sha256, thumb, heard.append)
        assert len(heard) == 1
        return heard[0]


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    reader = Reader(tmp_path)
    yield reader
    reader.cache.close()


def test_what_was_read_once_is_there_without_the_hub(reader: Reader) -> None:
    reader.known = {"a": "请到场处置", "b": "天城路"}
    assert reader.read("a", "b", "erased") == {"a": "请到场处置", "b": "天城路", "erased": ""}
    reader.away = Message("seat.hub_gone")
    assert reader.read("a", "c") == {"a": "请到场处置"}
    assert reader.read("c") == reader.away
    reader.clock.advance(10 * FRESH / 1_000_000)
    assert reader.read("a") == {"a": "请到场处置"}


def test_fresh_words_are_not_asked_for_again_and_old_ones_are(reader: Reader) -> None:
    reader.known = {"a": "一"}
    reader.read("a")
    assert reader.read("a") == {"a": "一"}
    assert reader.asked == [["a"]]
    reader.clock.advance(FRESH / 1_000_000)
    assert reader.read("a") == {"a": "一"}
    assert reader.asked == [["a"], ["a"]]


def test_words_that_were_erased_at_the_hub_are_erased_here(reader: Reader) -> None:
    reader.known = {"a": "住址", "b": "二"}
    reader.read("a", "b")
    del reader.known["a"]
    reader.clock.advance(FRESH / 1_000_000)
    assert reader.read("a", "b") == {"a": "", "b": "二"}
    assert reader.cache.flush()
    reader.away = Message("seat.hub_gone")
    assert reader.read("a", "b") == {"a": "", "b": "二"}
    assert "住址" not in str(reader.cache.body("text/a"))


def test_many_words_come_in_several_answers_and_each_is_asked_for_once(reader: Reader) -> None:
    reader.known = {f"id-{n}": f"第 {n} 条" for n in range(450)}
    reader.most = 90
    assert reader.read(*reader.known, "id-0") == reader.known
    asked = [ident for ids in reader.asked for ident in ids[:90]]
    assert sorted(asked) == sorted(reader.known)
    assert reader.read() == {}


def test_a_photo_is_kept_in_the_size_in_which_it_was_seen(reader: Reader) -> None:
    reader.photos = {("f00", True): b"small", ("f00", False): b"large"}
    assert reader.photo("f00", thumb=True) == b"small"
    assert reader.photo("f00") == b"large"
    assert reader.photo("none") == Message("hub.no_body")
    reader.away = Message("seat.hub_gone")
    assert reader.photo("f00", thumb=True) == b"small"
    assert reader.photo("f00") == b"large"
    assert reader.photo("none") == reader.away
