"""Files and folders: what is finished is read once, what grows is read as it grows, nothing is lost by a rename."""

from __future__ import annotations

import gzip
import os

import pytest

from cockpit.feeds.sources import file as file_source
from tests.test_feeds_sources import Sink, go, running, sentence


def looking(path, sink, beat=1.0, memory=None, trial=False, use=True, max_bytes=10_000_000, **options):
    options = {"every": 0.01, **options}
    return running("file", str(path), sink, beat=beat, options=options, memory=memory, trial=trial, max_bytes=max_bytes)


def data(sink):
    return [m.data for m in sink.messages]


def drop(folder, name, content):
    """As who delivers files should: written beside and renamed."""
    beside = folder / f".{name}.new"
    beside.write_bytes(content)
    os.replace(beside, folder / name)


def test_each_new_file_is_read_once_and_a_changed_one_again(tmp_path):
    async def test():
        sink = Sink()
        drop(tmp_path, "a.json", b"one")
        async with looking(tmp_path, sink, settle=0.0):
            await sink.until(lambda: len(sink.messages) == 1)
            drop(tmp_path, "b.json", b"two")
            await sink.until(lambda: len(sink.messages) == 2)
            drop(tmp_path, "a.json", b"three")
            await sink.until(lambda: len(sink.messages) == 3)
            lives = sink.lives
            await sink.until(lambda: sink.lives > lives + 3)
        assert data(sink) == [b"one", b"two", b"three"]
        assert [m.address for m in sink.messages] == ["a.json", "b.json", "a.json"]

    go(test)


def test_what_is_hidden_unfinished_or_named_otherwise_is_left_alone(tmp_path):
    async def test():
        for name in (".hidden.csv", "x.csv.part", "y.csv.tmp", "notes.txt"):
            (tmp_path / name).write_bytes(b"no")
        os.mkfifo(tmp_path / "pipe.csv")
        (tmp_path / "folder.csv").mkdir()
        (tmp_path / "good.csv").write_bytes(b"yes")
        sink = Sink()
        async with looking(tmp_path, sink, settle=0.0, pattern="*.csv"):
            await sink.until(lambda: sink.lives > 3)
        assert data(sink) == [b"yes"]

    go(test)


def test_a_file_that_is_still_written_is_read_when_it_has_settled(tmp_path):
    async def test():
        sink = Sink()
        path = tmp_path / "slow.csv"
        async with looking(tmp_path, sink, settle=0.3):
            with path.open("ab") as writing:
                for part in range(20):
                    writing.write(b"%d\n" % part)
                    writing.flush()
                    lives = sink.lives
                    await sink.until(lambda lives=lives: sink.lives > lives)
            await sink.until(lambda: sink.messages)
        assert data(sink)[-1] == b"".join(b"%d\n" % part for part in range(20))

    go(test)


def test_a_restart_reads_nothing_twice(tmp_path):
    async def test():
        inbox, memory = tmp_path / "in", tmp_path / "memory.json"
        inbox.mkdir()
        for i in range(5):
            drop(inbox, f"{i}.json", b"%d" % i)
        first, second, forgetful = Sink(), Sink(), Sink()
        async with looking(inbox, first, settle=0.0, memory=memory):
            await first.until(lambda: len(first.messages) == 5 and first.lives)
        drop(inbox, "5.json", b"5")
        async with looking(inbox, second, settle=0.0, memory=memory):
            await second.until(lambda: second.messages and second.lives)
        memory.write_bytes(b"garbage")
        async with looking(inbox, forgetful, settle=0.0, memory=memory):
            await forgetful.until(lambda: len(forgetful.messages) == 6)
        assert data(second) == [b"5"]

    go(test)


def test_finished_files_are_moved_and_a_name_that_is_taken_gets_a_number(tmp_path):
    async def test():
        inbox, done = tmp_path / "in", tmp_path / "done"
        inbox.mkdir()
        sink = Sink()
        async with looking(inbox, sink, settle=0.0, done="move", done_folder=str(done)):
            drop(inbox, "a.json", b"one")
            await sink.until(lambda: sink.messages and not list(inbox.iterdir()))
            drop(inbox, "a.json", b"two")
            await sink.until(lambda: len(sink.messages) == 2 and not list(inbox.iterdir()))
        assert data(sink) == [b"one", b"two"]
        assert {p.name: p.read_bytes() for p in done.iterdir()} == {"a.json": b"one", "a.2.json": b"two"}

    go(test)


def test_a_file_of_which_nothing_could_be_used_goes_elsewhere(tmp_path):
    async def test():
        inbox, refused = tmp_path / "in", tmp_path / "refused"
        inbox.mkdir()
        drop(inbox, "bad.json", b"garbage")
        sink = Sink(use=False)
        async with looking(inbox, sink, settle=0.0, refused_folder=str(refused)):
            await sink.until(lambda: sink.lives > 1)
        assert [p.name for p in refused.iterdir()] == ["bad.json"]

    go(test)


def test_a_trial_leaves_everything_as_it_was(tmp_path):
    async def test():
        inbox, memory = tmp_path / "in", tmp_path / "memory.json"
        inbox.mkdir()
        drop(inbox, "a.json", b"one")
        sink = Sink()
        options = {"done": "move", "done_folder": str(tmp_path / "done")}
        async with looking(inbox, sink, settle=0.0, memory=memory, trial=True, **options):
            await sink.until(lambda: sink.messages and sink.lives)
        assert [p.name for p in inbox.iterdir()] == ["a.json"]
        assert not memory.exists()

    go(test)


def test_gzip_is_unpacked_up_to_the_limit(tmp_path):
    async def test():
        drop(tmp_path, "a.csv.gz", gzip.compress(b"x" * 5_000))
        sink = Sink()
        async with looking(tmp_path, sink, settle=0.0):
            await sink.until(lambda: sink.messages)
        assert data(sink) == [b"x" * 5_000]
        drop(tmp_path, "bomb.gz", gzip.compress(b"x" * 200_000))
        drop(tmp_path, "broken.gz", gzip.compress(os.urandom(5_000))[:2_000])
        after = Sink()
        async with looking(tmp_path, after, settle=0.0, max_bytes=10_000):
            await after.until(lambda: len(after.troubles) >= 2 and after.messages)
        assert data(after) == [b"x" * 5_000]
        said = " ".join(sentence(problem) for problem, _ in after.troubles)
        assert "上限" in said
        assert "broken.gz" in said

    go(test)


def test_lines_are_read_as_they_are_appended_and_a_half_line_waits(tmp_path):
    async def test():
        path = tmp_path / "log.jsonl"
        path.write_bytes(b"old\n")
        sink = Sink()
        async with looking(path, sink, mode="tail", each="line"):
            await sink.until(lambda: sink.lives)
            with path.open("ab") as writing:
                writing.write(b"one\ntw")
                writing.flush()
                await sink.until(lambda: len(sink.messages) == 1)
                lives = sink.lives
                await sink.until(lambda: sink.lives > lives + 2)
                assert data(sink) == [b"one"]
                writing.write(b"o\nthree\n")
                writing.flush()
                await sink.until(lambda: len(sink.messages) == 3)
        assert data(sink) == [b"one", b"two", b"three"]

    go(test)


def test_a_file_that_is_rotated_is_read_to_its_end_and_then_the_new_one(tmp_path):
    async def test():
        path, memory = tmp_path / "log.jsonl", tmp_path / "memory.json"
        path.write_bytes(b"1\n2\n")
        sink = Sink()
        async with looking(path, sink, mode="tail", each="line", begin="start", memory=memory):
            await sink.until(lambda: len(sink.messages) == 2)
            with path.open("ab") as writing:
                os.replace(path, tmp_path / "log.1")
                writing.write(b"3\n")
            path.write_bytes(b"4\n")
            await sink.until(lambda: len(sink.messages) == 4)
            lives = sink.lives  # one looks for more once it is remembered how far one is
            await sink.until(lambda: sink.lives > lives + 1)
        assert data(sink) == [b"1", b"2", b"3", b"4"]
        with path.open("ab") as writing:
            writing.write(b"5\n")
        again = Sink()
        async with looking(path, again, mode="tail", each="line", memory=memory):
            await again.until(lambda: again.messages)
        assert data(again) == [b"5"]

    go(test)


def test_each_part_of_a_table_that_grows_begins_with_its_header(tmp_path):
    async def test():
        path = tmp_path / "table.csv"
        path.write_bytes(b"id,value\na,1\n")
        sink = Sink()
        async with looking(path, sink, mode="tail", header=True, begin="start"):
            await sink.until(lambda: sink.messages)
            with path.open("ab") as writing:
                writing.write(b"b,2\n")
            await sink.until(lambda: len(sink.messages) == 2)
        assert data(sink) == [b"id,value\na,1\n", b"id,value\nb,2\n"]

    go(test)


def test_a_line_without_end_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(file_source, "TAIL_BYTES", 1_000)

    async def test():
        path = tmp_path / "log"
        path.write_bytes(b"x" * 50_000)
        sink = Sink()
        async with looking(path, sink, mode="tail", begin="start", max_bytes=10_000):
            await sink.until(lambda: sink.troubles)
        assert "上限" in sentence(sink.troubles[0][0])

    go(test)


@pytest.mark.parametrize("mode", ["files", "tail"])
def test_a_folder_that_is_not_there_yet_is_said_and_found_once_it_is(tmp_path, mode):
    async def test():
        path = tmp_path / "later"
        sink = Sink()
        async with looking(path, sink, mode=mode, settle=0.0, begin="start"):
            await sink.until(lambda: sink.troubles)
            if mode == "files":
                path.mkdir()
                drop(path, "a", b"one\n")
            else:
                path.write_bytes(b"one\n")
            await sink.until(lambda: sink.messages)
        assert str(path) in sentence(sink.troubles[0][0])
        assert data(sink) == [b"one\n"]

    go(test)
