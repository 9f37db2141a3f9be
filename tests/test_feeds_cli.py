"""`cockpit feeds`, and the whole way: a feeds.toml, a real broker, a hub, and the sensor in its picture."""

from __future__ import annotations

import asyncio
import io
import json
import stat

import pytest

from cockpit.cli import main
from cockpit.feeds.runner import FeedRunner
from cockpit.feeds.trial import try_feeds
from cockpit.hub.intake import Intake
from cockpit.model.city import FeedSpec
from cockpit.model.clock import CityClock, SystemClock
from cockpit.packs.read import read_pack
from cockpit.processes import free_port
from cockpit.store.cache import Cache
from tests.brokers import Mosquitto
from tests.test_feeds_mqtt import go, publishing
from tests.waiting import until

INVENTORY = {
    "type": "FeatureCollection",
    "features": [
        {"type": "Feature", "id": id, "properties": {"kind": "water", "name": id},
         "geometry": {"type": "Point", "coordinates": [120.2, 30.2]}}
        for id in ("s1", "s2")
    ],
}  # fmt: skip


def spec(id, source, url, format, **more):
    return FeedSpec(id, {"zh": id}, source, url, format, "wgs84", 1.0, "sensor", **more)


def feeds_toml(folder, port, topics='["level/#"]'):
    (folder / "list.geojson").write_text(json.dumps(INVENTORY))
    file = folder / "feeds.toml"
    file.write_text(f"""
[[feeds]]
id = "list"
name = {{ zh = "水位站" }}
source = "file"
url = "list.geojson"
format = "geojson"
datum = "wgs84"
beat = 60
topic = "sensor"
[feeds.options]
settle = 0
[[feeds]]
id = "levels"
name = {{ zh = "水位" }}
source = "mqtt"
url = "mqtt://127.0.0.1:{port}"
format = "readings"
datum = "wgs84"
beat = 5
topic = "sensor"
of = "list"
[feeds.options]
topics = {topics}
""")
    return file


@pytest.mark.system
def test_each_feed_is_tried_and_told_in_a_sentence(tmp_path, capsys):
    async def keep_value(port):
        async with publishing(port) as publish:
            await publish("level/s1", b'{"id": "s1", "v": 1.5}', retain=True)
            await publish("level/x9", b'{"id": "x9", "v": 2.5}', retain=True)

    with Mosquitto(tmp_path / "b") as broker:
        asyncio.run(keep_value(broker.port))
        file = feeds_toml(tmp_path, broker.port)
        assert main(["feeds", "check", str(file), "--seconds", "30"]) == 0
        listed, levels, total = capsys.readouterr().out.strip().splitlines()
        assert "✓ list（水位站）" in listed
        assert "传感设备 2 个" in listed
        assert "设备读数 2 个" in levels
        assert "其中 1 个设备不在清单中" in levels
        assert "0 个有错" in total
    assert main(["feeds", "check", str(file), "--seconds", "30", "--feed", "levels", "--json"]) == 2
    (told,) = json.loads(capsys.readouterr().out)
    assert (told["ok"], told["problem"]) == (False, "feeds.refused")
    assert f"127.0.0.1:{broker.port}" in told["sentence"]


def test_a_file_that_is_wrong_ends_in_one_sentence_and_exit_code_2(tmp_path, capsys):
    file = feeds_toml(tmp_path, 1)
    file.write_text(file.read_text("utf-8").replace("beat = 5", 'beat = "often"'), "utf-8")
    assert main(["feeds", "check", str(file)]) == 2
    said = capsys.readouterr().err.strip()
    assert said.count("\n") == 0
    assert "feeds.toml" in said
    assert main(["feeds", "check", str(tmp_path / "none.toml")]) == 2


def test_a_mistake_in_one_feed_does_not_keep_the_others_from_being_tried(tmp_path, capsys):
    file = feeds_toml(tmp_path, 1, topics='"level"')
    assert main(["feeds", "check", str(file), "--seconds", "30"]) == 2
    listed, levels, total = capsys.readouterr().out.strip().splitlines()
    assert "✓ list（水位站）" in listed
    assert "✗ levels（水位）" in levels
    assert "feeds.toml" in levels
    assert "1 个有错" in total
    assert main(["feeds", "check", str(file), "--feed", "levels", "--json"]) == 2
    (told,) = json.loads(capsys.readouterr().out)
    assert (told["ok"], told["messages"]) == (False, 0)
    assert main(["feeds", "list", str(file)]) == 2


def test_a_kafka_that_is_not_there_is_told_in_a_sentence_with_its_address(tmp_path, capsys):
    pytest.importorskip("aiokafka")
    port = free_port()
    file = feeds_toml(tmp_path, 1)
    text = file.read_text("utf-8").replace('"mqtt', '"kafka').replace(':1"', f':{port}"')
    file.write_text(text + 'group = "cockpit"\ntls = false\n', "utf-8")
    file.write_text(file.read_text("utf-8").replace("level/#", "level"), "utf-8")
    assert main(["feeds", "check", str(file), "--feed", "levels", "--seconds", "30"]) == 2
    said = capsys.readouterr().out.splitlines()[0]
    assert f"连不上 127.0.0.1:{port}：" in said
    assert "Unable" not in said


def test_a_feed_of_the_platform_needs_its_address(capsys):
    assert main(["feeds", "check", "hangzhou", "--feed", "weather"]) == 2
    assert "--city" in capsys.readouterr().out


def test_what_there_is_is_listed(tmp_path, capsys):
    assert main(["feeds", "list"]) == 0
    told = capsys.readouterr().out
    assert "mqtt: " in told
    assert "geojson" in told
    assert main(["feeds", "list", str(feeds_toml(tmp_path, 1))]) == 0
    assert capsys.readouterr().out.splitlines()[1].startswith("levels\t水位\t")


def test_a_secret_is_kept_for_its_owner_only_found_by_name_and_removed(tmp_path, capsys, monkeypatch):
    from cockpit.secrets import secret_at_hub

    monkeypatch.setattr("sys.stdin", io.StringIO("s3cret-7\n"))
    assert main(["feeds", "secret", "mqtt-pass", "--profile", str(tmp_path)]) == 0
    assert "s3cret-7" not in capsys.readouterr().out
    kept = tmp_path / "secrets" / "mqtt-pass"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert secret_at_hub("mqtt-pass", tmp_path) == "s3cret-7"
    assert secret_at_hub("mqtt-pass", tmp_path / "hub") == "s3cret-7"
    assert main(["feeds", "secret", "mqtt-pass", "--profile", str(tmp_path), "--remove"]) == 0
    assert not kept.exists()
    assert main(["feeds", "secret", "../up", "--profile", str(tmp_path)]) == 2


@pytest.mark.system
def test_a_value_that_a_broker_brings_is_in_the_picture_and_the_feeds_rate_is_told(tmp_path):
    """The whole way within the hub: list of devices from a file, values over MQTT."""
    from cockpit.feeds.toml import with_feeds

    async def test():
        with Mosquitto(tmp_path / "b") as broker:
            pack = read_pack("hangzhou")
            bare = pack.__class__(**{f: getattr(pack, f) for f in pack.__struct_fields__} | {"feeds": ()})
            pack = with_feeds(bare, feeds_toml(tmp_path, broker.port))
            clock = CityClock(SystemClock())
            cache = Cache.open(tmp_path / "hub.db", clock.base)
            intake = Intake(pack, "", clock, cache, "h", memory=tmp_path / "feeds")
            intake.start()
            try:

                def value(id):
                    intake.flush()
                    row = intake.picture["sensor"].row_of(f"list/{id}")
                    return None if row is None else float(intake.picture["sensor"].row(row)["value"])

                await until(lambda: value("s2") is not None)
                async with publishing(broker.port) as publish:
                    await until(lambda: feed(intake, "levels")["received"] > 0)
                    await publish("level/s2", b'{"id": "s2", "v": 3.25}')
                    await until(lambda: value("s2") == 3.25)
                    await until(lambda: feed(intake, "levels")["rate"] > 0)
                assert feed(intake, "levels")["bytes"] > 0
            finally:
                await intake.stop()
                cache.close()

    go(test)


def feed(intake, id):
    intake.flush()
    return intake.picture["feed"].row(intake.picture["feed"].row_of(id))


def test_a_trial_counts_devices_that_are_in_no_list(tmp_path):
    (tmp_path / "list.geojson").write_text(json.dumps(INVENTORY))
    (tmp_path / "values.jsonl").write_text('{"id": "x1", "v": 1}\n{"id": "x2", "v": 2}\n')
    listed = spec("list", "file", str(tmp_path / "list.geojson"), "geojson", options={"settle": 0})
    values = spec("v", "file", str(tmp_path / "values.jsonl"), "readings", of="list", options={"settle": 0})
    pack = read_pack("hangzhou")

    async def test():
        clock = CityClock(SystemClock())
        one, two = await try_feeds(pack, (listed, values), "", clock, lambda name: "", 30)
        assert one.problem is None
        assert two.unknown == 2
        assert "list" in two.problem.in_chinese()

    go(test)


def test_a_runner_tells_what_its_queue_dropped_and_its_rate():
    async def test():
        states = []
        runner = FeedRunner(
            spec("f", "mqtt", "mqtt://127.0.0.1:1", "readings", options={"topics": ["a"]}, queue="latest", room=5),
            "", read_pack("hangzhou").bounds, CityClock(SystemClock()), lambda *_: None, states.append,
        )  # fmt: skip
        runner.start()
        try:
            from cockpit.feeds.sources.base import Received

            source = runner._source
            await until(lambda: states)
            for i in range(10):
                source.inbox.put(Received(b'{"id": "s1", "v": %d}' % i, 1))
            await until(lambda: runner.state.good == 1)
            await until(lambda: runner.state.dropped == 9)
            assert runner.state.rate > 0
        finally:
            await runner.stop()

    go(test)
