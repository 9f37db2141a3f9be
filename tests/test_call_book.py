"""The address book: the pack's file, the site's CSV, a real directory; found as a person types."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.calls.book import Book, Row, contacts_of, number_of, typed
from cockpit.calls.book_csv import read_people as read_csv
from cockpit.calls.book_ldap import read_people as read_ldap
from cockpit.calls.book_toml import read_people as read_toml
from cockpit.calls.books import COPY, Books
from cockpit.calls.config import check_settings, read_settings
from cockpit.calls.settings import LdapSettings
from cockpit.cli import main
from cockpit.geo.areas import Areas
from cockpit.model.calls import Way, WayKind
from cockpit.model.errors import CockpitError, UserError
from cockpit.packs.read import list_packs, read_pack
from cockpit.secrets import keep_secret
from tests.certificates import certificates
from tests.slapd import BASE, Slapd

SIP = WayKind.SIP
# ldap3 asks pyasn1 and Python by names of before
pytestmark = pytest.mark.filterwarnings(
    "ignore:(tagMap|typeMap) is deprecated:DeprecationWarning", r"ignore:ssl.match_hostname\(\):DeprecationWarning"
)


def book(*rows: Row) -> Book:
    return Book(contacts_of(rows, "test"))


def names(found: list[object]) -> list[str]:
    return [one.name for one in found]  # type: ignore[attr-defined]


PEOPLE = book(
    Row("1", "王建国", "街道值班长", ("杭州市", "上城区", "湖滨街道"), ways=(Way(SIP, "8302"),)),
    Row("2", "李小梅", "值班员", ("杭州市", "西湖区"), ways=(Way(SIP, "0571-8701 2345"), Way(SIP, "+8613800138000"))),
    Row("3", "湖滨志愿队", "队长", unit="positions/U001", ways=(Way(SIP, "sip:hubin@pbx.local"),)),
)

# -- finding -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("王建国", "王建国"),
        ("wjg", "王建国"),
        ("wangjian", "王建国"),
        ("jdzbz", "王建国"),
        ("湖滨", "湖滨志愿队"),
        ("西湖区 值班", "李小梅"),
        ("xhq", "李小梅"),
        ("8302", "王建国"),
        ("87012345", "李小梅"),
        ("1380013", "李小梅"),
    ],
)
def test_people_are_found_by_name_initials_duty_organisation_and_number(text: str, first: str) -> None:
    assert names(PEOPLE.find(text, 10))[0] == first  # type: ignore[arg-type]


def test_nothing_typed_gives_the_book_in_its_order_and_what_fits_nobody_gives_nobody() -> None:
    assert names(PEOPLE.find("", 2)) == ["王建国", "李小梅"]  # type: ignore[arg-type]
    assert PEOPLE.find("没有这个人", 10) == []
    assert Book().find("王", 10) == []


def test_who_calls_is_known_however_the_number_is_written() -> None:
    for address in ("sip:13800138000@10.0.0.5:5060", "+86 138 0013 8000", "tel:13800138000", "008613800138000"):
        found = PEOPLE.by_way(Way(SIP, address))
        assert found is not None, address
        assert found.name == "李小梅"
    assert PEOPLE.by_way(Way(SIP, "sip:HUBIN@other.local")) is not None
    assert PEOPLE.by_way(Way(SIP, "999")) is None


def test_a_number_that_was_typed_can_be_called() -> None:
    found = typed("0571-8888 6666")
    assert found is not None
    assert (found.id, found.ways) == ("number/057188886666", (Way(SIP, "057188886666"),))
    assert typed("王建国") is None
    assert typed("12") is not None
    assert typed("sip:room@pbx.local") is not None


@given(st.text(max_size=60))
def test_whatever_is_typed_ends_in_an_answer(text: str) -> None:
    PEOPLE.find(text, 5)
    typed(text)
    number_of(text)


# -- the pack's --------------------------------------------------------------------------------------------------------


def test_the_packs_books_are_of_invented_people_in_areas_that_there_are() -> None:
    for name in list_packs():
        pack = read_pack(name)
        rows = read_toml(pack.folder / "contacts.toml", {row.code for row in Areas.load(pack.folder).rows})
        assert len(rows) > 50
        assert 'basis = "made-up"' in (pack.folder / "contacts.toml").read_text("utf-8")
        assert all(row.ways for row in rows)


@pytest.mark.parametrize(
    ("text", "line", "id"),
    [
        ('[[people]]\nid = "a"\nname = "王"\nways = [{ sip = "8001", tel = "8002" }]\n', 4, "calls.one_way"),
        ('[[people]]\nid = "a"\nname = "王"\nways = [{ sip = "ask me" }]\n', 4, "calls.no_number"),
        ('[[people]]\nid = "a"\nname = "王"\nways = [{ sip = "1000" }]\n' * 2, 6, "calls.person_twice"),
        ('[[people]]\nid = "a"\nname = "王"\nphone = "8001"\nways = [{ sip = "1000" }]\n', 4, "packs.unknown_key"),
        ('[[people]]\nid = "a"\nname = "王"\nways = []\n', 4, "packs.wrong_value"),
        ('[[people]]\nid = "a"\nname = "王"\narea = "999"\nways = [{ sip = "1000" }]\n', 4, "calls.no_area"),
        ('[[people]]\nid = "a\n', 2, "packs.not_toml"),
    ],
)
def test_a_mistake_in_the_packs_book_is_a_sentence_with_its_line(tmp_path: Path, text: str, line: int, id: str) -> None:
    file = tmp_path / "contacts.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UserError) as wrong:
        read_toml(file, {"330100"})
    params = wrong.value.message.params
    assert params["line"] == line
    assert params["what"].id == id  # type: ignore[attr-defined]


# -- the site's CSV ----------------------------------------------------------------------------------------------------


def test_the_sites_csv_is_read_as_a_spreadsheet_writes_it(tmp_path: Path) -> None:
    text = "姓名,职务,单位,电话,分机,区域\n王建国,值班长,市中心/指挥大厅,0571-8701 2345；13800138000,8001,330100\n"
    for encoding in ("utf-8", "utf-8-sig", "gb18030"):
        (tmp_path / "contacts.csv").write_bytes(text.encode(encoding))
        rows, problems = read_csv(tmp_path / "contacts.csv")
        assert problems == []
        (row,) = rows
        assert (row.name, row.org, row.area) == ("王建国", ("市中心", "指挥大厅"), "330100")
        assert [way.address for way in row.ways] == ["0571-8701 2345", "13800138000", "8001"]
        assert row.ways[2].label == "分机"
    (tmp_path / "contacts.csv").write_text("name;phone\nWang;8001\n")
    assert read_csv(tmp_path / "contacts.csv")[0][0].name == "Wang"


def test_a_bad_line_of_the_csv_is_named_and_the_others_are_there(tmp_path: Path) -> None:
    lines = ["姓名,电话", "王,8001", ",8002", "李,找前台", "张,", "赵,8003", "钱," + "8" * 300, '孙,"8004']
    (tmp_path / "contacts.csv").write_text("\n".join(lines), encoding="utf-8")
    rows, problems = read_csv(tmp_path / "contacts.csv")
    assert [row.name for row in rows] == ["王", "赵"]
    assert [(one.params["line"], one.params["what"].id) for one in problems] == [  # type: ignore[attr-defined]
        (3, "calls.csv_no_name"),
        (4, "calls.no_number"),
        (5, "calls.csv_no_number"),
        (7, "calls.csv_long"),
        (8, "calls.csv_broken"),
    ]


@pytest.mark.parametrize(
    ("data", "id"),
    [
        (b"phone\n8001\n", "calls.csv_header"),
        (b"\xff\xfe\x00\xd8\x81", "calls.csv_encoding"),
        (b"", "calls.csv_header"),
    ],
)
def test_a_csv_that_is_none_is_refused_in_a_sentence(tmp_path: Path, data: bytes, id: str) -> None:
    (tmp_path / "contacts.csv").write_bytes(data)
    with pytest.raises(UserError) as wrong:
        read_csv(tmp_path / "contacts.csv")
    assert wrong.value.message.id == id


@given(st.binary(max_size=400))
def test_whatever_lies_in_the_csv_ends_in_rows_or_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    file = tmp_path_factory.mktemp("csv") / "contacts.csv"
    file.write_bytes("姓名,电话\n".encode("gb18030") + data.decode("gb18030", "replace").encode("gb18030"))
    rows, _ = read_csv(file)
    assert all(row.name and row.ways for row in rows)


def test_a_bad_book_leaves_the_others_and_says_so_once(tmp_path: Path) -> None:
    (tmp_path / "contacts.csv").write_text("nothing\n")
    (tmp_path / "contacts.toml").write_text(
        '[[people]]\nid = "own"\nname = "自建"\nways = [{ tel = "110" }]\n', "utf-8"
    )
    books = Books(tmp_path, read_pack("hangzhou").folder)
    found = books.read(None)
    assert [one.id for one in books.problems] == ["calls.csv_header"]
    assert found.contacts[0].id == "book/own/own"
    assert len(found) > 100


# -- the directory -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Slapd, LdapSettings, Path]]:
    folder = tmp_path_factory.mktemp("slapd")
    keys = certificates(folder / "keys")
    server = Slapd(folder / "ldap", keys, people=250)
    server.start()
    profile = tmp_path_factory.mktemp("profile")
    keep_secret("ldap", "reader-password", profile)
    settings = LdapSettings(
        f"ldaps://localhost:{server.tls_port}",
        BASE,
        user=f"cn=reader,{BASE}",
        password="secret:ldap",
        ca=str(keys.ca),
        page=40,
    )
    try:
        yield server, settings, profile
    finally:
        server.stop()


Directory = tuple[Slapd, LdapSettings, Path]


@pytest.mark.system
def test_the_directory_is_read_page_by_page_over_tls(directory: Directory) -> None:
    _, settings, profile = directory
    rows = read_ldap(settings, profile)
    assert len(rows) == 250
    assert rows[0].duty == "值班员"
    assert {row.ways[0].address for row in rows} == {f"6{i:04d}" for i in range(250)}
    assert len({row.id for row in rows}) == 250


@pytest.mark.system
def test_start_tls_and_a_limit_of_our_own_are_kept(directory: Directory) -> None:
    server, settings, profile = directory
    plain = msgspec.structs.replace(settings, url=f"ldap://localhost:{server.port}", start_tls=True, most=60)
    assert len(read_ldap(plain, profile)) == 59, "one of the sixty entries is the reader, who has no number"


@pytest.mark.system
@pytest.mark.parametrize(
    ("change", "id"),
    [
        ({"password": "secret:other"}, "calls.ldap_password"),
        ({"password": "secret:none"}, "calls.no_secret"),
        ({"base": "dc=elsewhere"}, "calls.ldap_base"),
        ({"filter": "(cn="}, "calls.ldap_filter"),
        ({"ca": ""}, "calls.ldap_away"),
        ({"url": "ldaps://127.0.0.1:9"}, "calls.ldap_away"),
    ],
)
def test_what_is_wrong_with_the_directory_is_one_sentence(
    directory: Directory, change: dict[str, str], id: str
) -> None:
    _, settings, profile = directory
    keep_secret("other", "not-the-password", profile)
    with pytest.raises(CockpitError) as wrong:
        read_ldap(msgspec.structs.replace(settings, **change), profile)
    assert wrong.value.message.id == id


@pytest.mark.system
def test_while_the_directory_is_away_its_last_copy_is_read(directory: Directory, tmp_path: Path) -> None:
    _, settings, _ = directory
    keep_secret("ldap", "reader-password", tmp_path)
    books, pack = Books(tmp_path, tmp_path / "pack"), settings
    assert len(books.read(pack)) == 250
    assert (tmp_path / COPY).stat().st_mode & 0o777 == 0o600
    away = msgspec.structs.replace(settings, url="ldaps://127.0.0.1:9", seconds=1.0)
    assert len(books.read(away)) == 250
    assert [one.id for one in books.problems] == ["calls.ldap_away"]


@pytest.mark.system
def test_a_directory_that_gives_no_more_is_read_as_far_as_it_gives(tmp_path: Path) -> None:
    keys = certificates(tmp_path / "keys")
    server = Slapd(tmp_path / "ldap", keys, people=90, limit=50)
    server.start()
    try:
        keep_secret("ldap", "reader-password", tmp_path)
        settings = LdapSettings(
            f"ldaps://localhost:{server.tls_port}", BASE, user=f"cn=reader,{BASE}", password="secret:ldap",
            ca=str(keys.ca), page=20,
        )  # fmt: skip
        assert 20 <= len(read_ldap(settings, tmp_path)) <= 50
    finally:
        server.stop()


# -- calls.toml --------------------------------------------------------------------------------------------------------


def test_calls_toml_of_the_profile_comes_before_the_packs_and_none_is_fine(tmp_path: Path) -> None:
    profile, pack = tmp_path / "profile", tmp_path / "pack"
    profile.mkdir()
    pack.mkdir()
    assert read_settings(profile, pack).sip is None
    (pack / "calls.toml").write_text('[sip]\nserver = "pbx"\nuser = "1"\n')
    assert read_settings(profile, pack).sip is not None
    (profile / "calls.toml").write_text('[ways]\norder = ["handoff"]\n')
    settings = read_settings(profile, pack)
    assert (settings.sip, settings.ways.order) == (None, ("handoff",))


@pytest.mark.parametrize(
    ("text", "line", "id"),
    [
        ('[sip]\nserver = "pbx"\nuser = "1"\npassword = "in the clear"\n', 4, "packs.wrong_value"),
        ('[sip]\nserver = "pbx"\nuser = "1"\ntransport = "sctp"\n', 4, "packs.wrong_value"),
        ('[ways]\norder = ["sip", "sip"]\n', 2, "calls.way_twice"),
        ('[sip]\nserver = "pbx"\nuser = "1"\ncodecs = []\n', 4, "calls.no_codec"),
        ('[ldap]\nurl = "ldaps://x"\nbase = "dc=x"\nstart_tls = true\n', 4, "calls.tls_twice"),
        ("[sipp]\n", 1, "packs.unknown_key"),
    ],
)
def test_a_mistake_in_calls_toml_is_a_sentence_with_its_line(tmp_path: Path, text: str, line: int, id: str) -> None:
    file = tmp_path / "calls.toml"
    file.write_text(text)
    with pytest.raises(UserError) as wrong:
        check_settings(file)
    assert wrong.value.message.params["line"] == line
    assert wrong.value.message.params["what"].id == id  # type: ignore[attr-defined]


# -- the command line --------------------------------------------------------------------------------------------------


def test_the_command_line_finds_people_and_says_what_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COCKPIT_LANG", "zh")
    assert main(["calls", "book", "hbjd", "--profile", str(tmp_path)]) == 0
    assert "湖滨街道\t分机 83" in capsys.readouterr().out
    assert main(["calls", "book", "没有这个人", "--profile", str(tmp_path)]) == 1
    (tmp_path / "calls.toml").write_text('[sip]\nserver = "pbx.local"\nuser = "8000"\npassword = "secret:sip"\n')
    assert main(["calls", "check", "--profile", str(tmp_path)]) == 1
    assert "没有找到密钥 sip" in capsys.readouterr().out
    keep_secret("sip", "word", tmp_path)
    main(["calls", "check", "--profile", str(tmp_path)])
    out = capsys.readouterr().out
    assert "没有找到密钥" not in out
    assert "8000@pbx.local" in out or "baresip" in out
