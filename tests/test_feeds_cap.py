"""CAP alerts by the specification: good ones, broken ones, hostile ones."""

from __future__ import annotations

import json

import pytest

from cockpit.feeds.checks import check
from cockpit.feeds.finding import find_format
from cockpit.feeds.formats.base import Context
from cockpit.feeds.items import Everything, Gone, Refused, Rows
from cockpit.model.clock import DAY, HOUR, from_iso
from cockpit.model.messages import texts
from tests.shared_data import shared_data

HANGZHOU = (120.05, 30.12, 120.32, 30.36)
WORLD = (-180.0, -90.0, 180.0, 90.0)
SENT = "2026-07-14T17:00:00+08:00"
NOW = from_iso(SENT) + HOUR
NS = "urn:oasis:names:tc:emergency:cap:1.2"
POLYGON = "30.2,120.1 30.2,120.2 30.3,120.2 30.2,120.1"


def info(
    severity="Extreme", headline="杭州市气象台发布暴雨红色预警", language="zh-CN", extra="", area=None, expires=None
):
    area = f"<polygon>{POLYGON}</polygon>" if area is None else area
    end = "" if expires == "" else f"<expires>{expires or '2026-07-14T23:00:00+08:00'}</expires>"
    return (
        f"<info><language>{language}</language><category>Met</category><event>暴雨</event><urgency>Immediate</urgency>"
        f"<severity>{severity}</severity><certainty>Observed</certainty>"
        "<eventCode><valueName>12379</valueName><value>11B03</value></eventCode>"
        f"{end}<senderName>杭州市气象台</senderName><headline>{headline}</headline>"
        f"<description>大雨</description><instruction>勿外出</instruction>{extra}"
        f"<area><areaDesc>拱墅区</areaDesc>{area}</area></info>"
    )


def alert(id="a1", status="Actual", type="Alert", sent=SENT, references="", infos=None, scope="<scope>Public</scope>"):
    refs = f"<references>{references}</references>" if references else ""
    return (
        f'<alert xmlns="{NS}"><identifier>{id}</identifier><sender>hz</sender><sent>{sent}</sent>'
        f"<status>{status}</status><msgType>{type}</msgType>{scope}{refs}{info() if infos is None else infos}</alert>"
    )


def atom(*alerts):
    entries = "".join(
        f'<entry><id>{i}</id><content type="text/xml">{a}</content></entry>' for i, a in enumerate(alerts)
    )
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><id>f</id>{entries}</feed>'


def read(data, format_=None, bounds=HANGZHOU, now=NOW, whole=False):
    where = Context(feed="weather", topic="alert", bounds=bounds, now=now, whole=whole)
    raw = data if isinstance(data, bytes) else data.encode()
    return check((format_ or find_format("cap")()).parse(raw, where), where)


def rows(items):
    return [row for item in items if isinstance(item, Rows) for row in item.rows]


def of(kind, items):
    return [item for item in items if isinstance(item, kind)]


def sentence(item):
    assert texts("en")(item.reason) != item.reason.id
    said = item.reason.in_chinese()
    assert said
    assert said != item.reason.id
    assert "{" not in said.replace("{http", "").replace("{urn", "")
    return said


def test_an_alert_is_read_with_level_area_code_and_texts():
    (row,) = rows(read(alert()))
    assert row["id"] == "hz,a1"
    assert (row["kind"], row["level"], row["area_name"]) == ("11B03", 1, "拱墅区")
    assert row["title"] == "杭州市气象台发布暴雨红色预警"
    assert (row["body"]["text"], row["body"]["instruction"]) == ("大雨", "勿外出")
    assert json.loads(row["rings"])[0][0][0] == [120.1, 30.2]


@pytest.mark.parametrize(
    ("severity", "level"),
    [("Extreme", 1), ("Severe", 2), ("Moderate", 3), ("Minor", 4), ("Unknown", 5), ("Blue", 4), ("?", 5)],
)
def test_severity_is_the_level(severity, level):
    assert rows(read(alert(infos=info(severity, headline="暴雨"))))[0]["level"] == level


def test_where_headline_and_code_differ_the_headline_wins_and_the_page_says_so():
    (row,) = rows(read(alert(infos=info("Minor", headline="暴雨橙色预警"))))
    assert row["level"] == 2
    assert "Minor" in [fact["value"] for fact in row["body"]["facts"]]


def test_chinese_is_read_before_english_and_english_before_others():
    both = info(language="en-US", headline="Rainstorm") + info(language="zh", headline="暴雨")
    assert rows(read(alert(infos=both)))[0]["title"] == "暴雨"
    both = info(language="fr", headline="Pluie") + info(language="en-US", headline="Rainstorm")
    assert rows(read(alert(infos=both)))[0]["title"] == "Rainstorm"


@pytest.mark.parametrize("status", ["Exercise", "System", "Test", "Draft"])
def test_what_is_not_actual_is_never_live(status):
    items = read(alert(status=status))
    assert not rows(items)
    assert "不作为实况" in sentence(of(Refused, items)[0])


def test_a_test_cancel_does_not_cancel():
    reader = find_format("cap")()
    read(alert(), reader)
    items = read(alert("c1", status="Test", type="Cancel", references=f"hz,a1,{SENT}"), reader)
    assert not of(Gone, items)
    assert rows(read(alert(), reader))


def test_an_update_replaces_what_it_references():
    later = "2026-07-14T17:30:00+08:00"
    items = read(atom(alert(), alert("a2", type="Update", sent=later, references=f"hz,a1,{SENT}")), whole=True)
    assert [row["id"] for row in rows(items)] == ["hz,a2"]
    assert of(Everything, items)[0].ids == ["hz,a2"]


@pytest.mark.parametrize("word", ["Cancel", "Cancle"])
def test_a_cancel_takes_its_alert_away_and_a_late_copy_stays_away(word):
    reader = find_format("cap")()
    assert rows(read(alert(), reader))
    items = read(alert("c1", type=word, sent="2026-07-14T17:30:00+08:00", references=f"hz,a1,{SENT}"), reader)
    assert of(Gone, items) == [Gone("alert", ["hz,a1"])]
    assert not rows(read(alert(), reader))


def test_a_cancel_of_another_sender_cancels_nothing_of_ours():
    items = read(atom(alert(), alert("c1", type="Cancel", references=f"other,a1,{SENT}")))
    assert [row["id"] for row in rows(items)] == ["hz,a1"]


def test_an_expired_alert_is_not_shown():
    items = read(alert(), now=NOW + DAY)
    assert not rows(items)
    assert of(Gone, items) == [Gone("alert", ["hz,a1"])]


def test_an_alert_without_end_is_shown_for_three_days():
    endless = alert(infos=info(expires=""))
    assert rows(read(endless))[0]["expires"] == 0
    assert not rows(read(endless, now=NOW + 3 * DAY))


def test_an_all_clear_is_not_shown():
    assert not rows(read(alert(infos=info(extra="<responseType>AllClear</responseType>"))))


def test_a_circle_is_drawn_around_its_centre():
    (row,) = rows(read(alert(infos=info(area="<circle>30.25,120.15 2</circle>"))))
    ring = json.loads(row["rings"])[0][0]
    assert abs(sum(lon for lon, _ in ring[:-1]) / (len(ring) - 1) - 120.15) < 1e-4
    assert abs(max(lat for _, lat in ring) - 30.25 - 2 / 111.195) < 1e-4


@pytest.mark.parametrize(
    ("area", "names"),
    [
        ("<polygon>30.2,120.1 30.2,120.2</polygon>", "图形"),
        ("<polygon>x y z w</polygon>", "图形"),
        ("<polygon>120.1,30.2 120.2,30.2 120.2,30.3 120.1,30.2</polygon>", "写反"),
        ("<circle>30.2,120.1</circle>", "图形"),
        ("<circle>30.2,120.1 nan</circle>", "图形"),
        ("<circle>30.2,120.1 -5</circle>", "图形"),
    ],
)
def test_a_broken_shape_costs_the_shape_and_not_the_warning(area, names):
    items = read(alert(infos=info(area=area)))
    assert rows(items)[0]["rings"] == ""
    assert names in sentence(of(Refused, items)[0])


def test_an_alert_for_elsewhere_is_refused_and_one_without_shape_is_shown():
    items = read(alert(infos=info(area="<polygon>40,116 40,117 41,117 40,116</polygon>")))
    assert not rows(items)
    assert "不在本市" in sentence(of(Refused, items)[0])
    assert rows(read(alert(infos=info(area=""))))


BROKEN = [
    (alert(id=""), "编号"),
    (alert(id="a b"), "标识"),
    (alert(status="actual"), "status"),
    (alert(type="Alarm"), "msgType"),
    (alert(scope=""), "scope"),
    (alert(sent="2026-07-14T17:00:00"), "sent"),
    (alert(sent="soon"), "sent"),
    (alert(infos="<info><event>x</event></info>"), "info/category"),
    (alert(infos=info(extra=f"<note>{'长' * 1_000_000}</note>")), "1000000"),
    (alert("c", type="Cancel"), "解除"),
]


@pytest.mark.parametrize(("bad", "names"), BROKEN)
def test_a_broken_alert_ends_in_one_sentence_and_its_neighbour_stays(bad, names):
    items = read(atom(bad, alert("good")), whole=True)
    assert [row["id"] for row in rows(items)] == ["hz,good"]
    assert len(of(Refused, items)) == 1
    assert names in sentence(of(Refused, items)[0])


def test_an_update_that_names_nothing_is_shown_and_noted():
    items = read(alert(type="Update"))
    assert rows(items)
    assert "更新" in sentence(of(Refused, items)[0])


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE alert [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(20))
    + "]><alert>&u;</alert>"
)
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE alert [<!ENTITY x SYSTEM "file:///etc/passwd">]><alert>&x;</alert>'


@pytest.mark.parametrize("hostile", [BOMB, OUTSIDE])
def test_an_entity_bomb_is_refused_in_one_sentence(hostile):
    (refused,) = read(hostile)
    assert "实体" in sentence(refused)
    assert len(refused.sample) <= 2048


def test_nine_megabytes_of_xml_are_not_read():
    (refused,) = read(b"<alert>" + b"x" * 9_000_000)
    assert "8 MB" in sentence(refused)


def test_an_unread_part_takes_no_other_alert_away():
    assert not of(Everything, read(alert(id=""), whole=True))
    assert not of(Everything, read("<html/>", whole=True))


def test_an_empty_feed_takes_all_alerts_away():
    assert read(atom(), whole=True) == [Everything("alert", [])]


GOOD = {
    "43b080713727.cap": (1, "2003-04-02T14:39:01-05:00"),
    "KAR0-0306112239-SW.cap": (1, "2003-06-11T22:39:00-07:00"),
    "amber.atom": (1, "2010-06-03T19:15:00-05:00"),
    "earthquake.atom": (1, "2003-06-11T20:56:00-07:00"),
    "weather.atom": (1, "2012-08-30T04:07:00-06:00"),
}


@pytest.mark.parametrize("name", GOOD)
def test_sample_alerts_are_shown_while_they_are_in_force(name):
    data = shared_data(f"feeds/cap/{name}").read_bytes()
    least, sent = GOOD[name]
    items = read(data, bounds=WORLD, now=from_iso(sent) + 60_000_000)
    assert len(rows(items)) >= least
    assert all(row["title"] and row["sender"] for row in rows(items))


@pytest.mark.parametrize(
    ("name", "names"),
    [
        ("canada_errors.cap", "更新"),
        ("invalid.cap", "scope"),
        ("no_id.atom", "内嵌"),
        ("earthquake_index.atom", "内嵌"),
    ],
)
def test_broken_samples_end_in_one_sentence(name, names):
    data = shared_data(f"feeds/cap/{name}").read_bytes()
    items = read(data, bounds=WORLD, now=from_iso("2012-05-02T23:22:00+00:00"))
    assert names in sentence(of(Refused, items)[0])


def test_every_sample_is_read_without_a_bug_at_any_time():
    for path in sorted(shared_data("feeds/cap").iterdir()):
        for now in ("2003-04-02T20:00:00+00:00", "2012-08-30T12:00:00+00:00", SENT):
            items = read(path.read_bytes(), bounds=WORLD, now=from_iso(now), whole=True)
            assert all(sentence(item) for item in of(Refused, items))
