"""`cockpit wall …` from a shell, beside a hub that lives and without one."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from cockpit.cli import main, parser
from cockpit.field.register import Register
from cockpit.model.clock import HOUR, SystemClock, local
from cockpit.model.wallasks import Nothing, Publish, Published, Versions
from cockpit.model.wallstate import WallState
from cockpit.wall.cli import act_of
from tests.living_wall import living_wall, told, until_open
from tests.on_the_wire import on_the_wire
from tests.phone_city import GatewayThread
from tests.wall_kit import HALL_TEXT, report, scene_text


def run(capsys: pytest.CaptureFixture[str], profile: Path, *words: str) -> tuple[int, str]:
    """Exit code, and what it says on either."""
    code = main(["wall", *words, "--profile", str(profile)])
    said = capsys.readouterr()
    return code, said.out + said.err


@pytest.mark.slow
def test_a_shell_shows_scenes_changes_modes_and_says_how_the_wall_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    profile = tmp_path / "hub"
    with living_wall(tmp_path) as hub, on_the_wire(hub, "seat-12") as desk:
        until_open(desk)
        code, said = run(capsys, profile, "show", "storm", "--wall", "main")
        assert code == 0, said
        for words in (
            ["carousel", "day"],
            ["carousel", "pause"],
            ["blank", "--screen", "2", "--wall", "main"],
            ["volume", "off"],
        ):
            code, said = run(capsys, profile, *words)
            assert code == 0, (words, said)
        shows = desk.until(lambda: (now := told(desk)) and now.muted and now, "all of it")
        assert (shows.scene.id, shows.carousel, shows.paused, shows.blank) == ("calm", "day", True, (2,))
        desk.ask("wall.report", report("north"))
        code, said = run(capsys, profile, "status")
        assert code == 0
        assert re.search(r"main 主屏：3 块屏幕，场景 calm，模式 平时，轮播 轮播 ‖", said), said
        assert "north：1/1 块屏幕" in said
        code, said = run(capsys, profile, "status", "--json")
        assert [one["wall"] for one in json.loads(said)["shows"]] == ["main", "side"]
        code, said = run(capsys, profile, "show", "nowhere")
        assert (code, said.count("\n")) == (2, 1)
        assert "没有场景 nowhere" in said
        code, said = run(capsys, profile, "volume", "loud")
        assert (code, said) == (2, "“loud”不在 0 到 100 之间\n")
        assert run(capsys, profile, "brightness", "0.9")[1].count("\n") == 1
        night, now = tmp_path / "hall.toml", SystemClock().now()
        since, until = (local(now + n * HOUR).strftime("%H:%M") for n in (-1, 2))
        dark = f'\nnight = {{ from = "{since}", to = "{until}", brightness = 0.4 }}\n\n'
        night.write_text(HALL_TEXT.replace("\n\n", dark, 1))
        assert run(capsys, profile, "publish", str(night), "--base", "2")[0] == 0
        code, said = run(capsys, profile, "brightness", "0.9")
        assert said.splitlines()[1:] == [f"夜间屏幕最亮 40%，{until} 以后才有设定的亮度"]
        assert run(capsys, profile, "brightness", "0.3")[1].count("\n") == 1


@pytest.mark.slow
def test_files_are_published_listed_compared_and_taken_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    profile, own = tmp_path / "hub", tmp_path / "mine.toml"
    own.write_text(scene_text("mine", "我的"))
    with living_wall(tmp_path) as hub, on_the_wire(hub, "seat-12") as desk:
        until_open(desk)
        assert run(capsys, profile, "publish", str(own), "--note", "试用") == (0, "已发布第 3 版\n")
        code, said = run(capsys, profile, "versions")
        assert [line.split("\t")[0] for line in said.splitlines()] == ["3", "2"]
        assert "scenes/mine.toml\t试用" in said
        assert '+name = { zh = "我的", en = "mine" }' in run(capsys, profile, "versions", "--diff", "3")[1]
        assert run(capsys, profile, "publish", "--remove", "scenes/mine.toml", "--base", "3") == (0, "已发布第 4 版\n")
        assert run(capsys, profile, "publish", "--back", "3") == (0, "已发布第 5 版\n")
        own.write_text("id = ")
        code, said = run(capsys, profile, "publish", str(own))
        assert (code, said.count("\n")) == (2, 1)
        assert run(capsys, profile, "publish")[0] == 2


@pytest.mark.slow
@pytest.mark.parametrize(
    ("lang", "who"),
    [
        ("zh_CN.UTF-8", r"seat-12 \d{4}-\d\d-\d\d \d\d:\d\d 发布第 3 版（scenes/storm.toml）"),
        ("en_US.UTF-8", r"seat-12 published version 3 on \d{4}-\d\d-\d\d \d\d:\d\d \(scenes/storm.toml\)"),
    ],
)
def test_what_a_colleague_published_is_overwritten_by_a_command_only_where_that_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, lang: str, who: str
) -> None:
    monkeypatch.setenv("LANG", lang)
    profile, own, calm = tmp_path / "hub", tmp_path / "storm.toml", tmp_path / "calm.toml"
    own.write_text(scene_text("storm", "我的"))
    calm.write_text(scene_text("calm", "我的"))
    theirs = {"scenes/storm.toml": scene_text("storm", "王芳的")}
    with living_wall(tmp_path) as hub, on_the_wire(hub, "seat-12") as desk:
        until_open(desk)

        def publish(*words: str) -> tuple[int, str]:
            return run(capsys, profile, "publish", *words)

        def newest() -> int:
            return int(desk.ask("wall.versions", Nothing(), Versions).versions[0].number)

        desk.ask("wall.publish", Publish(theirs), Published)
        for words in ([str(own)], [str(own), "--base", "2"], [str(own), str(calm), "--base", "2"]):
            code, said = publish(*words)
            assert (code, said.count("\n"), newest()) == (2, 1, 3), said
            assert re.search(who, said), said
            assert "--base 3" in said
        assert publish("--remove", "scenes/storm.toml", "--base", "2")[0] == 2
        assert publish(str(own), "--base", "9")[0] == 2
        assert publish(str(calm), "--base", "2")[0] == 0, "nobody published that one"
        assert publish(str(own), "--base", "3")[0] == 0
        desk.ask("wall.publish", Publish(theirs), Published)
        code, said = publish("--back", "3")
        assert (code, newest()) == (2, 6)
        assert "seat-12" in said
        assert publish("--back", "3", "--base", "6")[0] == 0
        desk.ask("wall.publish", Publish({"scenes/storm.toml": scene_text("storm", "李雷的")}), Published)
        with pytest.raises(SystemExit):
            publish(str(own), "--over", "--base", "8")
        assert publish(str(own), "--over")[0] == 0
        assert newest() == 9


@pytest.mark.slow
def test_a_shell_lists_the_machines_that_are_known_and_has_one_forgotten_that_is_gone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    profile = tmp_path / "hub"
    with living_wall(tmp_path) as hub, on_the_wire(hub, "seat-12") as desk:
        until_open(desk)
        assert run(capsys, profile, "forget", "north") == (
            2, "“north”不是主机知道的机器：cockpit wall nodes 列出所有机器。\n"
        )  # fmt: skip
        desk.ask("wall.report", report("north"))
        code, said = run(capsys, profile, "forget", "north")
        assert (code, "还在线，不能忘掉" in said) == (2, True)
        assert run(capsys, profile, "nodes") == (0, "north  没有密钥  在线\n")
        desk.until(
            lambda: (now := desk.last("wall", WallState)).nodes and not now.nodes[0].joined, "it reports no more"
        )
        assert re.fullmatch(r"north  没有密钥  不在线，最后报告 .*\n", run(capsys, profile, "nodes")[1])
        code, said = run(capsys, profile, "forget", "north")
        assert (code, said.splitlines()[0]) == (0, "已忘掉“north”。")
        assert "大厅文件里还写着“north”" in said
        assert run(capsys, profile, "nodes")[1] == "还没有机器加入：cockpit wall code 给出一个代码。\n"


def test_without_a_hub_a_command_says_so_in_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = run(capsys, tmp_path / "nothing", "show", "storm")
    assert (code, said.count("\n")) == (2, 1)


def test_files_are_checked_without_a_hub(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, wrong = tmp_path / "hall.toml", tmp_path / "calm.toml"
    good.write_text(HALL_TEXT.replace("calm", "overview").replace("storm", "flood").replace("grave", "event"))
    wrong.write_text(scene_text("calm").replace("rows", "rwos"))
    code, said = run(capsys, tmp_path, "check", str(good))
    assert code == 0, said
    assert "hall.toml" in said.splitlines()[-1]
    code, said = run(capsys, tmp_path, "check", str(good), str(wrong))
    assert code == 1
    assert "calm.toml" in said
    assert "rwos" in said


@pytest.mark.parametrize(
    ("words", "what", "value", "screens"),
    [
        ("show flood", "scene", "flood", ()), ("mode war", "mode", "war", ()), ("carousel off", "carousel", "", ()),
        ("carousel go", "pause", "", ()), ("carousel next", "next", "", ()), ("event off", "event", "", ()),
        ("event incident/1", "event", "incident/1", ()), ("area 拱墅区", "area", "拱墅区", ()),
        ("area off", "area", "", ()),
        ("volume on", "mute", "", ()),
        ("volume 30", "volume", "30", ()),
        ("brightness 0.5", "brightness", "0.5", ()), ("freeze --off", "freeze", "", ()),
        ("identify --screen 2 --screen 4", "identify", "1", (2, 4)), ("live --screen 1", "live", "", (1,)),
        ("restart", "restart", "", ()),
    ],
)  # fmt: skip
def test_a_command_line_is_an_act(words: str, what: str, value: str, screens: tuple[int, ...]) -> None:
    act = act_of(parser().parse_args(["wall", *words.split()]))
    assert (act.wall, act.what, act.value, act.screens) == ("", what, value, screens)


@pytest.mark.slow
@pytest.mark.parametrize("words", ["wall status", "wall nodes", "wall remote list", "rehearse list", "seats list"])
def test_the_help_of_an_answer_in_json_speaks_of_no_picture(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([*words.split(), "--help"])
    (said,) = re.findall(r"--json +(.+)", capsys.readouterr().out)
    assert "JSON" in said
    assert "picture" not in said
    assert "截图" not in said


def test_remotes_get_codes_and_are_listed_and_taken_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    profile = tmp_path / "hub"
    profile.mkdir()
    code, said = run(capsys, profile, "remote", "code")
    assert (code, said.count("\n")) == (2, 1)
    gateway = GatewayThread(profile)
    gateway.start()
    try:
        code, said = run(capsys, profile, "remote", "code", "--role", "operator", "--days", "7", "--json")
        assert code == 0, said
        made = json.loads(said)
        assert made["url"].endswith(f"/remote/#code={made['code']}")
        assert made["unit"] == "operator"
        assert run(capsys, profile, "remote", "code", "--days", "31")[0] == 2
        assert run(capsys, profile, "remote", "list") == (0, "没有已配对的遥控\n")
        register = Register(profile / "field" / "register.db", SystemClock())
        register.enrol("wall:presenter:1", "平板", 1)
        register.enrol("positions/U1", "手机")
        assert re.fullmatch(r"\S+ 平板：演示，.* 到期\n", run(capsys, profile, "remote", "list")[1])
        assert run(capsys, profile, "remote", "revoke", "手机")[0] == 2
        assert run(capsys, profile, "remote", "revoke", "all") == (0, "已收回 1 个遥控\n")
        now = SystemClock().now()
        assert [one.device for one in register.tokens() if one.good(now)] == ["手机"]
        register.close()
    finally:
        gateway.stop()
