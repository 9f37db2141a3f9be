"""The runner of the measurements."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from benchmarks import bench_start, run
from benchmarks.make_cache import BOX, make_cache, make_events
from benchmarks.registry import BENCHES, Bench, Measured
from benchmarks.source import STANDING, Source
from cockpit.feeds.formats.base import Context
from cockpit.feeds.formats.city import City
from cockpit.feeds.items import Rows
from cockpit.model.clock import CityTime, ManualClock
from cockpit.processes import free_port
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
    asked_for = {"start.first_picture_100k", "event.to_glass_p95", "store.batch_rows", "search.two_char_100k"}
    of_the_loop = {"key_to_durable_p99", "seat_to_seat_p99", "crash.lost", "crash.doubled"}
    assert asked_for | {"city.cpu"} | {f"dispatch.{name}" for name in of_the_loop} <= names
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


def test_the_source_opens_an_event_and_closes_the_oldest_by_turns_in_the_citys_format() -> None:
    source = Source(CityTime())
    for _ in range(9):
        source.send()
    said = [(key, what) for key, what, _ in source.sent]
    assert said[:4] == [
        (f"events/b-{STANDING:07d}", "new"),
        ("events/b-0000000", "gone"),
        (f"events/b-{STANDING + 1:07d}", "new"),
        ("events/b-0000001", "gone"),
    ]
    assert all(a[2] <= b[2] for a, b in pairwise(source.sent))
    (last,) = source.stream.missed("bench-8") or []
    data = last.partition(b"data: ")[2].strip()
    context = Context("events", "event", (*BOX,), now=0, datum="wgs84", event_type="event")
    (rows,) = City().parse(data, context)
    assert isinstance(rows, Rows)
    assert rows.rows[0]["id"] == source.sent[-1][0].partition("/")[2]


@pytest.mark.system
@pytest.mark.slow
def test_a_start_on_a_full_cache_is_measured_to_its_first_picture(tmp_path: Path) -> None:
    bench_start.furnish(tmp_path, 300)
    said = bench_start.start(tmp_path, "--hub", f"nats://127.0.0.1:{free_port()}")
    assert said["events"] == 300
    assert 0 < bench_start.bare(tmp_path) < said["first_picture_ms"] / 1000


@pytest.mark.system
@pytest.mark.slow
@pytest.mark.parametrize("options", [(), ("--peer",)])
def test_every_event_that_is_sent_is_seen_on_the_glass(options: tuple[str, ...]) -> None:
    command = [
        sys.executable,
        "-m",
        "benchmarks.glass",
        "--rate",
        "20",
        "--warm-up",
        "2",
        "--spans",
        "2",
        "--span",
        "1",
        *options,
    ]
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, timeout=240, check=True)
    answer = json.loads(done.stdout.splitlines()[-1])
    assert [span["n"] >= 15 for span in answer["spans"]] == [True, True]
    assert all(0 < span["p50"] <= span["p95"] for span in answer["spans"])


@pytest.mark.system
@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "spans"),
    [
        (("durable", "--commands", "10", "--units", "40"), {"durable": 10, "bare": 10}),
        (("neighbour", "--orders", "3", "--units", "120"), {"seat_to_seat": 3}),
        (("web_dispatch", "--orders", "3"), {"seat_to_seat": 3}),
    ],
)
def test_every_command_that_is_given_out_is_measured(command: tuple[str, ...], spans: dict[str, int]) -> None:
    module, *options = command
    words = [sys.executable, "-m", f"benchmarks.{module}", *options]
    done = subprocess.run(words, env={**os.environ}, stdout=subprocess.PIPE, timeout=240, check=True)
    answer = json.loads(done.stdout.splitlines()[-1])
    for name, count in spans.items():
        assert answer["n"] == count
        assert 0 < answer[name]["p50"] <= answer[name]["p99"] <= answer[name]["most"]
