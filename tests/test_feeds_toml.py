"""feeds.toml: what a site adds to its pack, and one sentence with place, feed and key for what is wrong."""

from __future__ import annotations

import re

import pytest

from cockpit.feeds.finding import find_source
from cockpit.feeds.toml import check_pack, with_feeds
from cockpit.model.city import FORMATS, SOURCES
from cockpit.model.errors import UserError
from cockpit.packs.feeds import site_feeds
from cockpit.packs.read import list_packs, read_pack

GOOD = """
[[systems]]
id = "drain"
name = { zh = "排水监测" }
owner = { zh = "市城管局" }
classification = "internal"

[[feeds]]
id = "gates"
name = { zh = "闸站" }
source = "mqtt"
url = "mqtt://127.0.0.1:1883"
format = "readings"
datum = "gcj02"
beat = 5
topic = "sensor"
system = "drain"
of = "sensors"
expected = 20
queue = "latest"
room = 500
[feeds.options]
topics = ["drain/#"]
qos = 1
"""


def read(folder, text, **more):
    file = folder / "feeds.toml"
    file.write_text(text, encoding="utf-8")
    return with_feeds(read_pack("hangzhou"), file, **more)


def test_a_site_adds_systems_and_feeds_to_those_of_its_pack(tmp_path):
    before = read_pack("hangzhou")
    pack = read(tmp_path, GOOD)
    assert [feed.id for feed in pack.feeds] == [*(feed.id for feed in before.feeds), "gates"]
    gates = pack.feed("gates")
    assert (gates.system, gates.of, gates.expected, gates.queue, gates.room) == ("drain", "sensors", 20, "latest", 500)
    assert gates.options == {"topics": ["drain/#"], "qos": 1}
    assert pack.systems["drain"].owner == {"zh": "市城管局"}
    assert pack.systems["drain"].classification == "internal"


def test_a_feed_with_the_id_of_the_packs_stands_in_its_place(tmp_path):
    pack = read(tmp_path, GOOD.replace('"gates"', '"cameras"'))
    assert len(pack.feeds) == len(read_pack("hangzhou").feeds)
    assert pack.feed("cameras").source == "mqtt"


def test_further_files_are_included_once_however_they_name_each_other(tmp_path):
    (tmp_path / "more").mkdir()
    more = GOOD.partition("[[feeds]]")[2]
    (tmp_path / "more" / "a.toml").write_text('include = ["../feeds.toml"]\n[[feeds]]' + more.replace("gates", "a"))
    (tmp_path / "more" / "b.toml").write_text("[[feeds]]" + more.replace("gates", "b"))
    pack = read(tmp_path, 'include = ["more/*.toml"]\n' + GOOD)
    assert {"gates", "a", "b"} <= {feed.id for feed in pack.feeds}


def test_paths_are_of_the_folder_of_the_file_they_stand_in(tmp_path):
    for name in ("ca.pem", "in"):
        (tmp_path / name).touch()
    feed = (
        GOOD.replace("qos = 1", 'ca = "ca.pem"')
        + """
[[feeds]]
id = "lists"
name = { zh = "报表" }
source = "file"
url = "in"
format = "geojson"
datum = "wgs84"
beat = 60
topic = "sensor"
"""
    )
    pack = read(tmp_path, feed)
    assert pack.feed("gates").options["ca"] == str(tmp_path / "ca.pem")
    assert pack.feed("lists").url == str(tmp_path / "in")


WRONG = [
    ("qos = 1", "qos = 7", "gates", "qos"),
    ("qos = 1", "qoz = 1", "gates", "是不是想写“qos”"),
    ("qos = 1", "verify = false", "gates", "证书总要校验"),
    ("qos = 1", 'secret = "hunter2"', "gates", "secret:名称"),
    ("qos = 1", 'ca = "none.pem"', "gates", "none.pem"),
    ("qos = 1", "session = 60", "gates", "client"),
    ('topics = ["drain/#"]', "", "gates", "topics"),
    ('"drain/#"', '"drain/#/x"', "gates", "drain/#/x"),
    ("mqtt://", "http://", "gates", "mqtt://"),
    ("mqtt://", "mqtt://me:hunter2@", "gates", "user"),
    ('system = "drain"', 'system = "drian"', "drian", "drain"),
    ('of = "sensors"', 'of = "sensor"', "sensor", "sensors"),
    ("beat = 5", "bite = 5", "bite", "beat"),
    ("room = 500", "room = 0", "room", "0"),
    ('queue = "latest"', 'queue = "some"', "queue", "some"),
    ('datum = "gcj02"', 'datum = "mars"', "mars", "坐标系"),
    ('datum = "gcj02"\n', "", "datum", "坐标系"),
    ('format = "readings"', 'format = "csv"', "gates", "mapping"),
    ('source = "mqtt"', 'source = "mqqt"', "mqqt", "mqtt"),
    ('classification = "internal"', 'classification = "secret"', "classification", "secret"),
    ("[[systems]]", 'include = ["none.toml"]\n[[systems]]', "none.toml", "没有文件"),
]


@pytest.mark.parametrize(("old", "new", "one", "two"), WRONG)
def test_what_is_wrong_is_said_with_its_place_and_without_what_should_be_secret(tmp_path, old, new, one, two):
    assert old in GOOD
    with pytest.raises(UserError) as caught:
        read(tmp_path, GOOD.replace(old, new))
    said = caught.value.message.in_chinese()
    assert re.search(r"feeds\.toml，第 \d+ 行第 \d+ 列：", said), said
    assert one in said
    assert two in said
    assert "hunter2" not in said
    assert "{" not in said.replace("{ zh", "")


def test_the_line_that_is_named_is_the_one_that_is_wrong(tmp_path):
    text = GOOD.replace("qos = 1", "qos = 7")
    line = text.splitlines().index("qos = 7") + 1
    with pytest.raises(UserError, match=f"第 {line} 行"):
        read(tmp_path, text)


def test_an_id_twice_is_refused_across_files_too(tmp_path):
    (tmp_path / "more.toml").write_text("[[feeds]]" + GOOD.partition("[[feeds]]")[2].replace('"drain"', '""', 1))
    with pytest.raises(UserError, match=r"more\.toml.*gates"):
        read(tmp_path, 'include = ["more.toml"]\n' + GOOD)


def test_a_seat_reads_the_file_without_what_only_the_hub_can_check(tmp_path):
    assert read(tmp_path, GOOD.replace("qos = 1", "qos = 7"), check=False).feed("gates")


def test_the_file_is_the_one_named_else_of_the_environment_else_of_the_profile(tmp_path, monkeypatch):
    profile = tmp_path / "profile"
    profile.mkdir()
    assert site_feeds(None, profile) is None
    (profile / "feeds.toml").touch()
    assert site_feeds(None, profile) == profile / "feeds.toml"
    monkeypatch.setenv("COCKPIT_FEEDS", str(tmp_path / "env.toml"))
    assert site_feeds(None, profile) == tmp_path / "env.toml"
    assert site_feeds(tmp_path / "named.toml", profile) == tmp_path / "named.toml"


@pytest.mark.parametrize("name", list_packs())
def test_the_feeds_of_shipped_packs_are_in_order(name):
    check_pack(read_pack(name))


def test_the_built_in_names_are_those_of_the_folders():
    import pkgutil

    from cockpit.feeds import formats, sources

    for room, names in ((sources, SOURCES), (formats, FORMATS)):
        there = {m.name for m in pkgutil.iter_modules(room.__path__) if m.name != "base" and m.name[0] != "_"}
        assert there == set(names)
    assert all(find_source(name).name == name for name in SOURCES)
