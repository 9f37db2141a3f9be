"""Published versions of a hall on disk: what the site changes over what ships, history, going back, damage."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.model.errors import OutsideError, UserError
from cockpit.model.messages import Message
from cockpit.model.wallasks import Publish
from cockpit.wall.keeping import read_board, write_board
from cockpit.wall.versions import PublishedVersions
from tests.full_disk import fill, small_disk
from tests.wall_kit import HALL_TEXT, Timed, scene_text, shipped

NOW = 1_784_021_556_000_000


@pytest.fixture
def files(tmp_path: Path) -> PublishedVersions:
    shipped(tmp_path / "shipped")
    return _opened(tmp_path)


def _opened(tmp_path: Path, *said: str) -> PublishedVersions:
    found = PublishedVersions(tmp_path / "versions", tmp_path / "wall", tmp_path / "shipped")
    assert [one.id for one in found.open(NOW)] == list(said)
    return found


def publish(files: PublishedVersions, note: str = "", **scenes: str) -> int:
    return files.publish(Publish({f"scenes/{id}.toml": text for id, text in scenes.items()}, note=note), "seat-1", NOW)


def test_without_a_version_the_shipped_files_hold(files: PublishedVersions) -> None:
    assert files.number == 1
    assert list(files.whole.site.scenes) == ["event", "calm", "grave", "storm"], "shipped order, then by name"
    assert not files.whole.own_hall


def test_a_published_scene_lies_over_the_shipped_one_and_another_start_finds_it(
    files: PublishedVersions, tmp_path: Path
) -> None:
    assert publish(files, "汛期", calm=scene_text("calm", "平静"), mine=scene_text("mine")) == 2
    for one in (files, _opened(tmp_path)):
        assert one.number == 2
        scenes = one.whole.site.scenes
        assert (scenes["calm"].name["zh"], scenes["calm"].version, scenes["storm"].version) == ("平静", 2, 1)
        assert "mine" in scenes
        (version,) = one.versions()
        assert (version.by, version.note, version.at) == ("seat-1", "汛期", NOW)
        assert version.changed == ("scenes/calm.toml", "scenes/mine.toml")


def test_what_could_not_be_told_to_the_machines_in_one_word_is_not_published(files: PublishedVersions) -> None:
    text = scene_text("calm").replace(
        'panel = "walltext"', f'panel = "walltext"\noptions = {{ text = "{"x" * 180_000}" }}'
    )
    hall = HALL_TEXT + "".join(
        f'[walls.more-{n}]\nname = {{ zh = "屏" }}\nroom = "hall"\nscreen = [1920, 1080]\npitch = 0.6\ndistance = 4\n'
        f'machines = "more-{n}"\n'
        for n in range(2)
    )
    publish(files, calm=text)
    with pytest.raises(UserError) as refused:
        files.publish(Publish({"hall.toml": hall}), "seat-1", NOW)
    assert refused.value.message.id == "wall.site_too_large"
    assert files.number == 2


def test_an_empty_text_takes_the_sites_own_away_and_the_shipped_one_comes_back(files: PublishedVersions) -> None:
    publish(files, calm=scene_text("calm", "平静"), mine=scene_text("mine"))
    assert publish(files, calm="", mine="") == 3
    assert files.whole.site.scenes["calm"].name["zh"] == "calm"
    assert "mine" not in files.whole.site.scenes


def test_a_version_says_what_it_changed_and_comes_back_as_a_new_one(files: PublishedVersions, tmp_path: Path) -> None:
    publish(files, calm=scene_text("calm", "平静"))
    publish(files, calm=scene_text("calm", "安静"))
    found = files.version(3)
    assert '-name = { zh = "平静", en = "calm" }' in found.diff
    assert '+name = { zh = "安静", en = "calm" }' in found.diff
    assert "安静" in files.version(3, against=1).diff
    assert files.publish(Publish(back=2), "seat-2", NOW) == 4
    assert _opened(tmp_path).whole.site.scenes["calm"].name["zh"] == "平静"
    assert files.publish(Publish(back=1), "seat-2", NOW) == 5
    assert files.whole.own == {}
    assert [one.number for one in files.versions()] == [5, 4, 3, 2]


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        (Publish({"scenes/calm.toml": "name = 1"}), "layout.wrong"),
        (Publish({"scenes/calm.toml": scene_text("storm")}), "wall.scene_named"),
        (Publish({"scenes/../../calm.toml": scene_text("calm")}), "wall.file_name"),
        (Publish({"other.toml": ""}), "wall.file_name"),
        (Publish({"hall.toml": HALL_TEXT.replace('scene = "storm"', 'scene = "strom"')}), "layout.wrong"),
        (Publish({"scenes/calm.toml": "#" * 300_000}), "wall.file_too_large"),
        (Publish({"scenes/calm.toml": ""}), "wall.nothing_new"),
        (Publish({"scenes/mine.toml": scene_text("mine")}, seen=7), "wall.published_meanwhile"),
        (Publish(back=9), "wall.no_version"),
        (Publish({f"scenes/s{n}.toml": scene_text(f"s{n}") for n in range(120)}), "wall.how_many_scenes"),
    ],
)
def test_what_can_not_be_published_is_refused_in_a_sentence_and_leaves_all_as_it_was(
    files: PublishedVersions, tmp_path: Path, wanted: Publish, sentence: str
) -> None:
    with pytest.raises(UserError) as refused:
        files.publish(wanted, "seat-1", NOW)
    assert refused.value.message.id == sentence
    assert files.number == _opened(tmp_path).number == 1


def keyed(id: str, key: str) -> str:
    return scene_text(id).replace("[panels.words]", f'key = "{key}"\n[panels.words]', 1)


def test_a_key_of_another_scene_is_refused_with_its_place(files: PublishedVersions, tmp_path: Path) -> None:
    publish(files, calm=keyed("calm", "F2"))
    with pytest.raises(UserError) as refused:
        publish(files, storm=keyed("storm", "F2"))
    said = refused.value.message
    assert (said.id, said.params["file"], said.params["line"]) == ("layout.wrong", "scenes/storm.toml", 4)
    assert said.params["what"] == Message("wallfile.same_key", {"key": "F2", "other": {"zh": "calm", "en": "calm"}})
    assert files.number == _opened(tmp_path).number == 2
    assert publish(files, calm=keyed("calm", "F3"), storm=keyed("storm", "F2")) == 3, "both at once"
    (tmp_path / "wall" / "scenes").mkdir(parents=True)
    (tmp_path / "wall" / "scenes" / "mine.toml").write_text(keyed("mine", "F3"))
    assert _opened(tmp_path).number == 4, "what a site keeps by hand is shown all the same"


def test_a_hall_that_has_two_scenes_of_one_key_already_goes_on(files: PublishedVersions, tmp_path: Path) -> None:
    publish(files, calm=keyed("calm", "F2"), storm=keyed("storm", "F3"))
    path = tmp_path / "versions" / "000002" / "scenes" / "storm.toml"
    path.write_text(keyed("storm", "F2"))
    files = _opened(tmp_path)
    assert files.number == 2
    assert publish(files, mine=scene_text("mine")) == 3
    assert publish(files, storm=keyed("storm", "F2") + "# a word\n") == 4, "what is another in it is not its key"


def test_a_scene_that_the_hall_names_can_not_be_taken_away(files: PublishedVersions) -> None:
    publish(files, mine=scene_text("mine"))
    hall = HALL_TEXT.replace('scene = "storm"\nrights', 'scene = "mine"\nrights')
    files.publish(Publish({"hall.toml": hall}), "seat-1", NOW)
    assert files.whole.own_hall
    with pytest.raises(UserError) as refused:
        publish(files, mine="")
    assert refused.value.message.id == "layout.wrong"


def test_files_that_the_site_keeps_itself_are_published_once_for_each_change(tmp_path: Path) -> None:
    shipped(tmp_path / "shipped")
    (tmp_path / "wall" / "scenes").mkdir(parents=True)
    own = tmp_path / "wall" / "scenes" / "mine.toml"
    own.write_text(scene_text("mine"))
    assert _opened(tmp_path).number == 2
    assert _opened(tmp_path).number == 2
    own.write_text(scene_text("mine", "我的"))
    files = _opened(tmp_path)
    assert (files.number, files.whole.site.scenes["mine"].name["zh"]) == (3, "我的")
    for wrong in ("not toml at all", "#" * 300_000):
        own.write_text(wrong)
        files = _opened(tmp_path, "wall.site_left_out")
        assert (files.number, files.whole.site.scenes["mine"].name["zh"]) == (3, "我的")


def test_a_damaged_version_gives_way_to_the_one_before_it_and_is_not_written_over(tmp_path: Path) -> None:
    shipped(tmp_path / "shipped")
    files = _opened(tmp_path)
    publish(files, calm=scene_text("calm", "平静"))
    publish(files, calm=scene_text("calm", "安静"))
    (tmp_path / "versions" / "000003" / "scenes" / "calm.toml").write_text("[broken")
    files = _opened(tmp_path, "wall.version_left_out")
    assert (files.number, files.whole.site.scenes["calm"].name["zh"]) == (2, "平静")
    assert publish(files, storm=scene_text("storm", "风")) == 4
    (tmp_path / "versions" / ".000005.part").mkdir()
    assert _opened(tmp_path).number == 4


def test_a_disk_that_is_full_takes_no_version_and_loses_none(tmp_path: Path) -> None:
    shipped(tmp_path / "shipped")
    with small_disk(1, "a version that can not be written is refused") as disk:
        files = PublishedVersions(disk / "versions", tmp_path / "wall", tmp_path / "shipped")
        files.open(NOW)
        publish(files, calm=scene_text("calm", "平静"))
        write_board(disk, Timed().board.kept({}))
        ballast = fill(disk)
        with pytest.raises(OutsideError) as refused:
            publish(files, calm=scene_text("calm", "安静"))
        assert refused.value.message.id == "wall.not_published"
        walls = Timed()
        walls.act("scene", "storm")
        with pytest.raises(OutsideError) as refused:
            write_board(disk, walls.board.kept({}))
        assert refused.value.message.id == "wall.not_kept"
        assert read_board(disk)[0].shows[0].scene.id == "calm", "what was kept before is whole"
        assert (files.number, files.whole.site.scenes["calm"].name["zh"]) == (2, "平静")
        ballast.unlink()
        assert publish(files, calm=scene_text("calm", "安静")) == 3
        write_board(disk, walls.board.kept({}))
        assert read_board(disk)[0].shows[0].scene.id == "storm"


def test_a_damaged_memory_of_what_the_walls_showed_is_said_and_set_aside(tmp_path: Path) -> None:
    write_board(tmp_path, Timed().board.kept({"left": ((1920, 1080),)}))
    kept, said = read_board(tmp_path)
    assert (kept.adopted, said) == ({"left": ((1920, 1080),)}, None)
    (tmp_path / "state.json").write_bytes(b'{"shows": [7')
    kept, said = read_board(tmp_path)
    assert kept.shows == ()
    assert said is not None
    assert said.id == "wall.kept_damaged"
    assert (tmp_path / "state.json.damaged").is_file()
    assert read_board(tmp_path)[1] is None
