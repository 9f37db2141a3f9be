"""The runner of the measurements."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import run
from benchmarks.make_cache import BOX, make_cache, make_events
from benchmarks.registry import BENCHES, Bench, Measured
from cockpit.model.clock import ManualClock
from cockpit.store.cache import Cache


def fixed(name: str, *values: float | Measured, better: str = "higher") -> Bench:
    left = list(values)
    return Bench(name, "ms", better, len(values), lambda: left.pop(0))  # type: ignore[arg-type]


def test_a_row_holds_the_medians_of_its_runs_and_of_its_peers() -> None:
    runs = [Measured(v, "other", 10 * v, {"third": 100 * v}) for v in (5, 1, 9, 2, 3)]
    assert run.rows_of(fixed("a.b", *runs)) == [
        {"name": "a.b", "value": 3, "unit": "ms", "better": "higher", "peer": "other", "peer_value": 30},
        {"name": "a.b.peer.third", "value": 300, "unit": "ms", "better": "higher", "peer": None, "peer_value": None},
    ]


def test_only_those_are_run_whose_names_begin_so_and_other_rows_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "results.json"
    monkeypatch.setattr(run, "discover", lambda: {n: fixed(n, 1.0, better="lower") for n in ("a.x", "a.y", "b.x")})
    out.write_text('[{"name": "b.x", "value": 7}, {"name": "a.x", "value": 7}]')
    assert run.main(["--only", "a.", "--out", str(out)]) == 0
    assert {row["name"]: row["value"] for row in json.loads(out.read_text())} == {"a.x": 1, "a.y": 1, "b.x": 7}
    assert run.main(["--only", "nothing", "--out", str(out)]) == 2


def test_a_measurement_that_fails_does_not_stop_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run, "discover", lambda: {"a": Bench("a", "ms", "lower", 5, lambda: 1 / 0), "b": fixed("b", 1)})
    assert run.main(["--out", str(tmp_path / "r.json")]) == 1
    assert [row["name"] for row in json.loads((tmp_path / "r.json").read_text())] == ["b"]
    assert "a: failed" in capsys.readouterr().err


def test_every_measurement_takes_at_least_five_runs_or_its_own_median() -> None:
    names = set(run.discover())
    assert {"store.batch_rows", "search.two_char_100k"} <= names
    assert all(one.runs >= 5 or one.runs == 1 for one in BENCHES.values())


def test_a_made_cache_is_the_same_for_a_seed_and_lies_in_the_city(tmp_path: Path) -> None:
    make_cache(tmp_path / "cache.db", 500, seed=3)
    cache = Cache.open(tmp_path / "cache.db", ManualClock())
    loaded, made = cache.load("event"), make_events(500, seed=3)
    assert cache.search("交叉") == cache.search("交叉口")
    assert len(cache.search("交叉")) == 500
    cache.close()
    assert sorted(loaded["key"]) == made["key"]
    assert made["place"] != make_events(500, seed=4)["place"]
    assert BOX[0] <= min(made["lon"]) <= max(made["lon"]) <= BOX[2]
    assert BOX[1] <= min(made["lat"]) <= max(made["lat"]) <= BOX[3]
