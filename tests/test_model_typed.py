"""Types are learnt by one thread at a time."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cockpit.model.entries import read_command, read_decision, read_fact
from cockpit.model.typed import JsonDecoder, MsgpackDecoder, converted, from_json, from_msgpack

ROOT = Path(__file__).parent.parent
_DIRECT = re.compile(r"msgspec\.(?:json|msgpack)\.decode\([^\n]*\btype=|msgspec\.convert\(")

AT_ONCE = """
import sys, threading
import msgspec
from cockpit.model.typed import converted, from_json, from_msgpack

sys.setswitchinterval(1e-6)
many = range(20)
for n in range(60):
    inner = msgspec.defstruct(f"In{n}", [(f"a{i}", "int") for i in many], module=__name__)
    globals()[f"In{n}"] = inner
    outer = msgspec.defstruct(f"Out{n}", [(f"b{i}", f"list[In{n}]") for i in many], module=__name__)
    plain = {f"b{i}": [{f"a{j}": j for j in many}] for i in many}
    packed, text = msgspec.msgpack.encode(plain), msgspec.json.encode(plain)
    barrier = threading.Barrier(3)
    found = []

    def learn(read, data):
        barrier.wait()
        found.append(read(data, outer))

    ways = ((from_msgpack, packed), (from_json, text), (converted, plain))
    threads = [threading.Thread(target=learn, args=way) for way in ways]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 3 and found[0] == found[1] == found[2]
"""


@pytest.mark.slow
def test_threads_that_meet_a_type_for_the_first_time_all_read_it_and_the_process_lives() -> None:
    ran = subprocess.run([sys.executable, "-c", AT_ONCE], cwd=ROOT, capture_output=True, text=True, timeout=100)
    assert (ran.returncode, ran.stderr) == (0, "")


def test_what_is_no_such_thing_is_refused_as_msgspec_does() -> None:
    for read, data in ((from_json, b'"a"'), (from_msgpack, msgspec.msgpack.encode("a")), (converted, "a")):
        with pytest.raises(msgspec.ValidationError):
            read(data, type=int)
    assert from_json(b"[1]", type=list[int]) == [1]


class Said(msgspec.Struct):
    text: str = ""
    anything: Any = None


BROKEN_TEXT = {"json": b'{"text":"a\xff"}', "msgpack": b"\x81\xa4text\xa2a\xff"}
TOO_DEEP = {"json": b'{"anything":' + b"[" * 100_000, "msgpack": b"\x81\xa8anything" + b"\x91" * 100_000}


@pytest.mark.parametrize("broken", [BROKEN_TEXT, TOO_DEEP])
def test_bytes_that_are_no_text_or_nested_without_end_are_refused_as_everything_else_is(
    broken: dict[str, bytes],
) -> None:
    for data, reads in (
        (broken["json"], (partial(from_json, type=Said), JsonDecoder(Said).decode)),
        (broken["msgpack"], (partial(from_msgpack, type=Said), MsgpackDecoder(Said).decode)),
    ):
        for read in reads:
            with pytest.raises(msgspec.DecodeError):
                read(data)


def test_a_decision_with_a_damaged_word_is_no_decision() -> None:
    for read in (read_decision, read_command, read_fact):
        with pytest.raises(msgspec.MsgspecError):
            read(b'{"id":"\xff","case":"\xff"}')


def test_no_part_of_the_program_learns_types_by_itself() -> None:
    own = ROOT / "cockpit/model/typed.py"
    files = [path for room in ("cockpit", "widgets", "layouts") for path in (ROOT / room).rglob("*.py") if path != own]
    assert [str(path) for path in files if _DIRECT.search(path.read_text(encoding="utf-8"))] == []
