"""Base maps are named by a pack, added by a person, and chosen; a key lies in the profile for its owner only."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from cockpit.geo.tiles.bases import OWN, Bases
from cockpit.model.bases import BaseSpec, check
from cockpit.model.clock import SystemClock
from cockpit.model.errors import UserError
from cockpit.model.messages import texts
from cockpit.packs.read import read_pack
from cockpit.paths import assets_dir
from cockpit.secrets import keep_secret, secret
from cockpit.store.tiles import TileStore


class Kept:
    """Prefs in memory."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}

    def get(self, name: str, default: Any) -> Any:
        return self.values.get(name, default)

    def set(self, name: str, value: Any) -> None:
        self.values[name] = value


def bases(folder: Path, prefs: Kept, given: tuple[BaseSpec, ...] = ()) -> Bases:
    clock = SystemClock()
    return Bases(
        given,
        folder,
        prefs,
        clock,
        lambda: TileStore(folder / "tiles.db", clock),
        TileStore.close,
        lambda name: secret(name, folder),
        lambda name, text: keep_secret(name, text, folder),
    )


OSM = BaseSpec("osm", {"zh": "在线图"}, "xyz", "https://tiles.example.org/{z}/{x}/{y}.png")


def pack_with(tmp_path: Path, rows: str) -> Path:
    folder = tmp_path / "city"
    shutil.copytree(assets_dir() / "cities" / "lujiazui", folder)
    file = folder / "pack.toml"
    file.write_text(file.read_text("utf-8") + rows, "utf-8")
    return folder


def test_a_pack_names_base_maps(tmp_path: Path) -> None:
    folder = pack_with(
        tmp_path,
        """
[[base]]
id = "tdt"
name = { zh = "天地图影像", en = "Imagery" }
kind = "tianditu"
layer = "img"
key = "tdt-key"
approval = "GS(2024)0650号"

[[base]]
id = "city"
name = { zh = "矢量" }
kind = "pmtiles"
url = "city.pmtiles"
""",
    )
    imagery, vector = read_pack(folder).bases
    assert imagery.is_photo
    assert (imagery.secret, imagery.approval) == ("tdt-key", "GS(2024)0650号")
    assert vector.is_file
    assert not read_pack("hangzhou").bases


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ('id = "a"\nname = { zh = "图" }\nkind = "xyz"\nurl = "ftp://x/{z}/{x}/{y}"', "http"),
        ('id = "a"\nname = { zh = "图" }\nkind = "xyz"\nurl = "http://x/{z}/{x}"', "{y}"),
        ('id = "a"\nname = { zh = "图" }\nkind = "xyz"\nurl = "http://u:p@x/{z}/{x}/{y}"', "{key}"),
        ('id = "a"\nname = { zh = "图" }\nkind = "xyz"\nurl = "http://x/{z}/{x}/{y}"\ndatum = "bd09"', "bd09"),
        ('id = "a"\nname = { en = "map" }\nkind = "pmtiles"\nurl = "a.pmtiles"', "name.zh"),
        ('id = "a"\nname = { zh = "图" }\nkind = "pmtile"\nurl = "a.pmtiles"', "pmtile"),
        ('id = "a"\nname = { zh = "图" }\nkind = "tianditu"\nlayer = "sat"', "sat"),
        ('id = "a"\nname = { zh = "图" }\nkind = "xyz"\nurl = "http://x/{z}/{x}/{y}"\nmax_zom = 3', "max_zom"),
        ('id = "a"\nname = { zh = "图" }\nkind = "xyz"\nurl = "http://x/{s}/{z}/{x}/{y}"', "hosts"),
        ('id = "a"\nname = { zh = "图" }\nkind = "xyz"\nurl = "http://x/{z}/{x}/{y}?k={key}"', "key"),
    ],
)
def test_what_is_wrong_with_a_base_map_of_a_pack_is_said_with_file_and_line(
    row: str, words: str, tmp_path: Path
) -> None:
    folder = pack_with(tmp_path, f"\n[[base]]\n{row}\n")
    with pytest.raises(UserError) as refused:
        read_pack(folder)
    said = texts("zh")(refused.value.message)
    assert "pack.toml" in said
    assert words in said
    lines = (folder / "pack.toml").read_text("utf-8").split("\n")
    assert int(refused.value.message.params["line"]) > lines.index("[[base]]")


def test_two_base_maps_of_one_id_are_refused(tmp_path: Path) -> None:
    row = '\n[[base]]\nid = "a"\nname = { zh = "图" }\nkind = "pmtiles"\nurl = "a.pmtiles"\n'
    with pytest.raises(UserError):
        read_pack(pack_with(tmp_path, row * 2))


def test_a_person_adds_one_chooses_it_and_takes_it_back(tmp_path: Path) -> None:
    prefs = Kept()
    one = bases(tmp_path, prefs, (OSM,))
    added = BaseSpec("own-1", {"zh": "我的"}, "mbtiles", str(tmp_path / "a.mbtiles"))
    one.add(added)
    one.choose("own-1")
    one.close()
    again = bases(tmp_path, prefs, (OSM,))
    assert again.current == "own-1"
    assert again.specs() == {"osm": OSM, "own-1": added}
    assert again.is_added("own-1")
    assert not again.is_added("osm")
    with pytest.raises(UserError):
        again.add(added)
    again.remove("osm")
    assert "osm" in again.specs(), "the pack's stay"
    again.remove("own-1")
    assert again.current == OWN
    assert list(again.specs()) == ["osm"]
    again.close()
    assert not (tmp_path / "tiles.db").exists(), "nothing was opened for it"


def test_what_another_version_kept_of_added_base_maps_is_left_out(tmp_path: Path) -> None:
    prefs = Kept()
    prefs.values["map.bases"] = [7, {"id": "x"}, {"id": "y", "name": {"zh": "图"}, "kind": "xyz", "url": "nonsense"}]
    prefs.values["map.base"] = "x"
    one = bases(tmp_path, prefs)
    assert one.specs() == {}
    assert one.current == OWN
    one.close()


def test_offline_is_kept_and_holds_for_every_source(tmp_path: Path) -> None:
    prefs = Kept()
    one = bases(tmp_path, prefs, (OSM,))
    one.offline = True
    assert one.tiles("osm") is not None
    assert one.engine.offline
    one.offline = False
    assert not one.engine.offline
    assert prefs.values["map.offline"] is False
    one.close()
    assert one.tiles("osm") is None, "closed"


def test_the_print_of_a_source_changes_with_its_address_and_holds_no_key() -> None:
    keyed = BaseSpec("k", {"zh": "图"}, "xyz", "https://x.org/{z}/{x}/{y}?tk={key}", key="mapkey")
    moved = BaseSpec("k", {"zh": "图"}, "xyz", "https://y.org/{z}/{x}/{y}?tk={key}", key="mapkey")
    renamed = BaseSpec("k", {"zh": "别的名字"}, "xyz", "https://x.org/{z}/{x}/{y}?tk={key}", key="mapkey")
    assert check(keyed).print != check(moved).print
    assert keyed.print == renamed.print


def test_a_secret_is_looked_for_by_its_name_and_is_its_owners_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert secret("mapkey", tmp_path) == ""
    keep_secret("mapkey", "abc", tmp_path)
    file = tmp_path / "secrets" / "mapkey"
    assert file.stat().st_mode & 0o777 == 0o600
    assert secret("mapkey", tmp_path) == "abc"
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    (credentials / "mapkey").write_text("from systemd\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(credentials))
    assert secret("mapkey", tmp_path) == "from systemd"
    monkeypatch.setenv("COCKPIT_SECRET_OTHER_KEY", "from the environment")
    assert secret("other-key", tmp_path) == "from the environment"
    assert secret("../secrets/mapkey", tmp_path) == ""
    keep_secret("mapkey", "", tmp_path)
    assert not file.exists()
