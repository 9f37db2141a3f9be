"""The note that says where the gateway is: only one that a request can be made with is taken."""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path

import pytest

from cockpit.city.gatehouse import Gate, Gatehouse

GOOD = {"url": "http://127.0.0.1:8301", "enrol": "s3cret"}
BAD = [
    {"enrol": "a\nb"},
    {"enrol": ""},
    {"enrol": "a b"},
    {"enrol": "口令"},
    {"enrol": "a\x00"},
    {"url": "ftp://127.0.0.1:1"},
    {"url": "http://"},
    {"url": "http://:80"},
    {"url": "http://127.0.0.1:99999"},
    {"url": "http://127.0.0.1:0"},
    {"url": "http://127.0.0.1:x"},
    {"url": "http://a..b:80"},
    {"url": "http://" + "a" * 64 + ":80"},
    {"url": "http://127.0.0.1:80\r\nX: y"},
    {"url": "http://who:ever@127.0.0.1:80"},
    {"url": "http://127.0.0.1:80/elsewhere?x"},
    {"url": "http://[::1"},
    {"url": 7},
]


@pytest.mark.parametrize("bad", BAD, ids=ascii)
def test_a_note_that_no_request_can_be_made_with_is_not_taken(tmp_path: Path, bad: dict[str, object]) -> None:
    file = tmp_path / "field.json"
    file.write_text(json.dumps({**GOOD, **bad}))
    house = Gatehouse(file)
    house.look()
    assert house.gate is None
    file.write_text(json.dumps({**GOOD, "pid": 1}))
    house.look()
    assert house.gate == Gate(**GOOD)
    file.write_text(json.dumps({**GOOD, **bad}))
    house.look()
    assert house.gate == Gate(**GOOD), "what was good is kept"


@pytest.mark.parametrize("url", ["https://gate.example:443/", "http://localhost", "http://[::1]:8301"])
def test_an_address_with_a_name_or_without_a_port_is_taken(tmp_path: Path, url: str) -> None:
    file = tmp_path / "field.json"
    file.write_text(json.dumps({**GOOD, "url": url}))
    house = Gatehouse(file)
    house.look()
    assert house.gate == Gate(url, "s3cret")


@pytest.mark.parametrize("data", [b"", b"{", b"[" * 50_000, b'{"x":' + b"[" * 50_000, b"\xff", b" " * 70_000])
def test_a_file_that_is_no_note_is_no_mishap(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "field.json"
    file.write_bytes(data)
    house = Gatehouse(file)
    house.look()
    assert house.gate is None


def test_a_pipe_in_place_of_the_note_does_not_hold_the_city_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "field.json")
    house = Gatehouse(tmp_path / "field.json")
    house.look()
    assert house.gate is None


def test_the_log_says_once_that_the_note_is_missing_and_once_that_it_is_good(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "cockpit.city.gatehouse")
    file = tmp_path / "field.json"
    house = Gatehouse(file)
    for text in (None, None, "{", json.dumps(GOOD), json.dumps({**GOOD, "enrol": "other"}), "{", json.dumps(GOOD)):
        if text is not None:
            file.write_text(text)
        house.look()
    assert ["says where" in record.getMessage() for record in caplog.records] == [False, True, False, True]
