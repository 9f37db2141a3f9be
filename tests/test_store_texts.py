"""Free words beside the chain: kept before anything names them, the same when asked again, erased for good."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from cockpit.model.entries import TextRef
from cockpit.model.errors import OutsideError
from cockpit.store.texts import Reused, Standing, Texts, mac_of

WORDS = {"order": "请到王家弄 3 号", "caller": "李先生 13800000000"}


@pytest.fixture
def texts(tmp_path: Path):
    with closing(Texts.open(tmp_path / "texts.db")) as opened:
        yield opened


def test_words_are_read_by_the_ids_of_their_refs_and_refs_tell_nothing_of_them(texts: Texts) -> None:
    refs = texts.keep("c1", b"content", WORDS)
    assert texts.read([ref.id for ref in refs.values()]) == {refs[name].id: words for name, words in WORDS.items()}
    again = texts.keep("c2", b"other", WORDS)
    assert {ref.mac for ref in refs.values()}.isdisjoint(ref.mac for ref in again.values())  # salts of their own
    assert all(texts.standing(ref) is Standing.HERE for ref in (*refs.values(), *again.values()))


def test_what_is_kept_again_has_the_same_refs_also_by_another_run(tmp_path: Path) -> None:
    path = tmp_path / "texts.db"
    with closing(Texts.open(path)) as first:
        refs = first.keep("c1", b"content", WORDS)
        assert first.keep("c1", b"content", WORDS) == refs
    with closing(Texts.open(path)) as second:
        assert second.keep("c1", b"content", WORDS) == refs
        assert len(second.read([ref.id for ref in refs.values()])) == 2


def test_an_id_is_bound_to_its_content_also_without_words(texts: Texts) -> None:
    texts.keep("c1", b"content", {})
    assert texts.same("c1", b"content")
    assert texts.same("never", b"anything")
    assert not texts.same("c1", b"other")
    with pytest.raises(Reused):
        texts.keep("c1", b"other", WORDS)
    assert texts.keep("c1", b"content", {"words": ""}) == {}


def test_erased_words_and_their_salt_are_in_no_file(tmp_path: Path) -> None:
    path = tmp_path / "texts.db"
    with closing(Texts.open(path)) as texts:
        refs = texts.keep("c1", b"content", WORDS)
        (salt,) = texts._read("SELECT salt FROM text WHERE id = ?", (refs["caller"].id,))[0]
        assert texts.erase(refs["caller"].id)
        assert not texts.erase("none")
        assert texts.standing(refs["caller"]) is Standing.ERASED
        assert set(texts.read([ref.id for ref in refs.values()]).values()) == {WORDS["order"]}
        left = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"13800000000" not in left
    assert salt not in left
    assert WORDS["order"].encode() in left


def test_words_that_were_changed_or_lost_are_known_by_their_code(tmp_path: Path) -> None:
    path = tmp_path / "texts.db"
    with closing(Texts.open(path)) as texts:
        refs = texts.keep("c1", b"content", WORDS)
        with closing(sqlite3.connect(path)) as db, db:
            db.execute("UPDATE text SET words = '不去了' WHERE name = 'order'")
        assert texts.standing(refs["order"]) is Standing.CHANGED
        assert texts.standing(TextRef("none", mac_of(b"salt", "words"))) is Standing.MISSING


def test_a_file_that_is_none_is_left_alone_and_said(tmp_path: Path) -> None:
    path = tmp_path / "texts.db"
    path.write_bytes(b"these are the only words " * 100)
    with pytest.raises(OutsideError) as error:
        Texts.open(path)
    assert str(path) in str(error.value)
    assert path.read_bytes().startswith(b"these are")
    with pytest.raises(OutsideError):
        Texts.open_to_read(tmp_path / "none.db")
