"""City packs: the shipped ones are whole, and every mistake ends in one sentence with file, line and column."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from cockpit.model.errors import UserError
from cockpit.model.messages import texts
from cockpit.model.tables import HUBS_OWN, TABLES
from cockpit.packs.read import list_packs, read_pack
from cockpit.paths import assets_dir

Edit = Callable[[str, str], Path]


@pytest.fixture
def edit(tmp_path: Path) -> Edit:
    """Writes the pack of Hangzhou with one thing changed, and hands back its folder."""

    def write(old: str, new: str) -> Path:
        text = (assets_dir() / "cities" / "hangzhou" / "pack.toml").read_text("utf-8")
        assert old in text
        (tmp_path / "pack.toml").write_text(text.replace(old, new, 1), "utf-8")
        return tmp_path

    return write


def sentence(folder: Path | str) -> tuple[str, str]:
    """What reading it says, in Chinese and in English."""
    with pytest.raises(UserError) as caught:
        read_pack(folder)
    chinese, english = (texts(lang)(caught.value.message) for lang in ("zh", "en"))
    for text in (chinese, english):
        assert "\n" not in text
        assert not re.search(r"packs\.[a-z]|[{}]", text.replace('{ zh = "…" }', ""))
    return chinese, english


def place_of(folder: Path, words: str) -> tuple[int, int]:
    """Line and column of some words in the pack."""
    text = (folder / "pack.toml").read_text("utf-8")
    at = text.index(words)
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


@pytest.mark.parametrize("name", list_packs())
def test_shipped_packs_are_read_whole(name: str) -> None:
    pack = read_pack(name)
    assert pack.id == name
    assert pack.contains(*pack.centre)
    assert [feed.id for feed in pack.feeds] == ["events", "positions", "sensors", "cameras", "weather", "areas"]
    assert {feed.topic for feed in pack.feeds} == set(TABLES) - set(HUBS_OWN)
    assert pack.feeds[0].address("http://127.0.0.1:8000/") == "http://127.0.0.1:8000/events"
    assert [tier["zh"] for tier in pack.tiers] == ["市", "区", "街道", "社区", "网格"]
    assert "非行政界线" in pack.notice["zh"]
    assert "OpenStreetMap" in pack.credit["zh"]
    assert {path.name for path in pack.folder.glob("*.npz")} == {
        "areas.npz", "basemap.npz", "places.npz", "roads.npz",
    }  # fmt: skip


def test_two_cities_ship() -> None:
    assert list_packs() == ["hangzhou", "lujiazui"]


def test_a_pack_elsewhere_is_read_by_its_folder(edit: Edit) -> None:
    folder = edit("zoom = 13.4", "zoom = 12")
    pack = read_pack(folder)
    assert pack.zoom == 12
    assert pack.folder == folder


def test_the_approval_number_of_a_map_is_the_packs_and_the_shipped_ones_have_none(edit: Edit) -> None:
    assert {read_pack(name).approval for name in list_packs()} == {""}
    assert read_pack(edit("zoom = 13.4", 'zoom = 13.4\napproval = " GS(2024)0650号 "')).approval == "GS(2024)0650号"
    assert "approval" in sentence(edit("zoom = 13.4", "zoom = 13.4\napproval = 650"))[0]


def test_kinds_beside_the_pack_come_before_the_shipped_ones(edit: Edit) -> None:
    folder = edit('operations = "cityops"', 'operations = "own"')
    shutil.copy(assets_dir() / "kinds" / "cityops.toml", folder / "own.toml")
    assert read_pack(folder).unit_kind("grid").on_foot


def test_codes_that_the_pack_does_not_list_show_themselves() -> None:
    pack = read_pack("hangzhou")
    assert (pack.kind("E9999").name["zh"], pack.kind("E9999").known) == ("E9999", False)
    assert pack.unit_kind("robot").name == {"zh": "robot"}
    assert pack.sensor_kind("x").decimals == 1
    assert pack.channel("pigeon") == {"zh": "pigeon"}
    assert pack.feed("nothing") is None


# what is changed, into what, where the sentence points, words of the Chinese and of the English sentence
MISTAKES = [
    ("url = ", "ulr = ", "ulr", "是不是想写“url”", "Did you mean “url”"),
    ("timezone =", "time_zone =", "time_zone", "是不是想写“timezone”", "Did you mean “timezone”"),
    ('en = "Hangzhou"', 'eng = "Hangzhou"', "eng = ", "是不是想写“en”", "Did you mean “en”"),
    ('{ zh = "区", en', '{ zz = "区", en', "zz", "没有“zz”这一项", "no key “zz”"),
    ("zoom = 13.4", 'zoom = "far"', "zoom", "“zoom”应当是数字，现在是文字", "“zoom” should be a number and is a text"),
    ("zoom = 13.4", "zoom = 99", "zoom", "“zoom”不能是“99”", "“zoom” can not be “99”"),
    ("beat = 5", "beat = 0", "beat = 0", "“beat”不能是“0”", "“beat” can not be “0”"),
    ("beat = 5", "beat = inf", "beat = inf", "“beat”不能是“inf”", "“beat” can not be “inf”"),
    ("beat = 5", "beat = true", "beat = true", "现在是true 或 false", "a number and is true or false"),
    ('name = { zh = "杭州", en = "Hangzhou" }', 'name = "杭州"', "name", "“name”应当是表", "“name” should be a table"),
    ("120.32, 30.36]", "120.32]", "bounds", "应当有 4 个值，现在有 3 个", "should have 4 values and has 3"),
    ("[120.05, 30.12, 120.32,", "[120.32, 30.12, 120.05,", "bounds", "西小于东", "west below east"),
    ("[120.05, 30.12, 120.32,", "[nan, 30.12, 120.32,", "bounds", "西小于东", "west below east"),
    ("centre = [120.178,", "centre = [121.5,", "centre", "应当在 bounds 之内", "inside bounds"),
    ("Asia/Shanghai", "Asia/Shanhai", "timezone", "是不是想写“Asia/Shanghai”", "Did you mean “Asia/Shanghai”"),
    ('"sse"', '"see"', 'source = "see"', "没有传输方式“see”。是不是想写“sse”", "Did you mean “sse”"),
    ('format = "city"', 'format = "town"', 'format = "town"', "没有数据格式“town”", "no format “town”"),
    ('datum = "wgs84"', 'datum = "wgs-84"', 'datum = "wgs-84"', "是不是想写“wgs84”", "Did you mean “wgs84”"),
    ('datum = "wgs84"', 'datum = "ed50"', 'datum = "ed50"', "不认识坐标系“ed50”", "datum “ed50” is not known"),
    ('datum = "wgs84"\n', "", "[[feeds]]", "没有写坐标系", "names no datum"),
    ('topic = "event"', 'topic = "events"', 'topic = "events"', "是不是想写“event”", "Did you mean “event”"),
    ('topic = "event"', 'topic = "feed"', 'topic = "feed"', "没有数据表“feed”", "no table “feed”"),
    ('id = "positions"', 'id = "events"', None, "数据源“events”写了两次", "stands there twice"),
    ('kinds = "gbt30428"', 'kinds = "gbt30429"', "kinds", "是不是想写“gbt30428”", "Did you mean “gbt30428”"),
    ('operations = "cityops"', 'operations = "../x"', "operations", "不能是“../x”", "can not be “../x”"),
    ('code = "330100"', 'code = "3301"', "code", "“code”不能是“3301”", "“code” can not be “3301”"),
    ('zh = "©', 'zh = "", x = "©', None, "“zh”不能是“”", "“zh” can not be “”"),
]  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda m: f"{m[0]}->{m[1]}".strip())
def test_a_mistake_ends_in_one_sentence_with_its_place(
    edit: Edit, mistake: tuple[str, str, str | None, str, str]
) -> None:
    old, new, where, chinese, english = mistake
    folder = edit(old, new)
    zh, en = sentence(folder)
    assert chinese in zh
    assert english in en
    assert str(folder / "pack.toml") in zh
    if where is not None:
        line, column = place_of(folder, where)
        assert f"第 {line} 行第 {column} 列" in zh
        assert f"line {line}, column {column}" in en


def test_a_missing_key_is_named(edit: Edit) -> None:
    zh, _ = sentence(edit('timezone = "Asia/Shanghai"\n', ""))
    assert "缺少“timezone”这一项" in zh
    assert "第 1 行第 1 列" in zh


def test_what_is_no_toml_is_said_with_the_place(edit: Edit) -> None:
    folder = edit("zoom = 13.4", "zoom 13.4")
    zh, _ = sentence(folder)
    assert f"第 {place_of(folder, 'zoom 13.4')[0]} 行" in zh
    assert "TOML" in zh


def test_a_text_that_never_ends_is_said_with_the_last_place(tmp_path: Path) -> None:
    (tmp_path / "pack.toml").write_text('id = """x', "utf-8")
    assert "第 1 行第 10 列" in sentence(tmp_path)[0]


def test_an_unreadable_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "pack.toml").write_bytes(b'id = "\xff\xfe"')
    assert "读不出来" in sentence(tmp_path)[0]


def test_a_name_that_is_no_pack_gets_the_one_that_was_meant() -> None:
    assert "是不是想写“hangzhou”" in sentence("hangzou")[0]
    assert "hangzhou, lujiazui" in sentence("zzz")[0]


def test_a_folder_without_a_pack_is_said(tmp_path: Path) -> None:
    assert "pack.toml" in sentence(tmp_path)[0]
    assert "pack.toml" in sentence(str(tmp_path / "nowhere"))[0]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('pattern = "water" }', 'pattern = "watter" }', "“pattern”不能是“watter”"),
        ('E0506 = { zh = "道路积水"', 'E0506 = { hz = "道路积水"', "没有“hz”这一项"),
        ("E0101 = {", "X0101 = {", "代码“X0101”不属于任何大类"),
        ('kind = "E0405"', 'kind = "E0495"', "没有代码为“E0495”的事件类别"),
        ("[findings]", "[finding]", "是不是想写“findings”"),
        ("level = 2, basis", "level = 9, basis", "“level”不能是“9”"),
    ],
)
def test_a_mistake_in_the_table_of_kinds_points_into_that_table(edit: Edit, old: str, new: str, words: str) -> None:
    folder = edit('kinds = "gbt30428"', 'kinds = "own"')
    text = (assets_dir() / "kinds" / "gbt30428.toml").read_text("utf-8")
    assert old in text
    (folder / "own.toml").write_text(text.replace(old, new, 1), "utf-8")
    zh, _ = sentence(folder)
    assert words in zh
    line = text[: text.index(old)].count("\n") + 1
    assert f"own.toml，第 {line} 行" in zh


def test_sensor_limits_the_wrong_way_round_are_said(edit: Edit) -> None:
    folder = edit('operations = "cityops"', 'operations = "own"')
    text = (assets_dir() / "kinds" / "cityops.toml").read_text("utf-8")
    (folder / "own.toml").write_text(text.replace("low = 0, high = 300, warn = 15", "low = 300, high = 0", 1), "utf-8")
    assert "low（300.0）应当小于 high（0.0）" in sentence(folder)[0]


def test_sources_and_formats_that_are_installed_besides_are_accepted(edit: Edit) -> None:
    folder = edit('source = "sse"', 'source = "pigeon"')
    sentence(folder)
    assert read_pack(folder, sources=("http", "sse", "websocket", "pigeon")).feeds[0].source == "pigeon"


def test_both_languages_say_the_same_things() -> None:
    import polib

    folder = assets_dir() / "translations"
    zh, en = ({e.msgid: e.msgstr for e in polib.pofile(str(folder / lang / "packs.po"))} for lang in ("zh", "en"))
    assert zh.keys() == en.keys()
    for key, text in zh.items():
        assert sorted(re.findall(r"{(\w+)}", text)) == sorted(re.findall(r"{(\w+)}", en[key])), key
