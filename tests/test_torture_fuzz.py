"""The fuzzing of `make torture` tries inputs, and a format that breaks under one is told with the input kept."""

from __future__ import annotations

import importlib.util

import pytest

from tests.torture import fuzz

pytestmark = [
    pytest.mark.slow,
    pytest.mark.system,
    pytest.mark.skipif(importlib.util.find_spec("atheris") is None, reason="atheris is not installed"),
]


def test_a_format_is_fed_from_its_samples(tmp_path, monkeypatch):
    monkeypatch.setattr(fuzz, "FOLDER", tmp_path)
    found = fuzz.fuzz_one("readings", 2, 1)
    assert found["broken"] == []
    assert found["inputs"] > 0
    assert found["corpus"] >= 1


def test_a_format_that_breaks_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(fuzz, "FOLDER", tmp_path)
    found = fuzz.fuzz_one("no_such", 2, 1)
    assert "no_such" in found["broken"][0]
