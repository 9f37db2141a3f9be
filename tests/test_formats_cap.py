"""CAP as China's warning system writes it (GB/T 35965.1, 12379), attachments, and documents made to cost time."""

from __future__ import annotations

import base64
import hashlib
import time

import pytest

from cockpit.feeds.items import Gone, Rows
from cockpit.model.clock import from_iso
from tests.format_kit import of, read, rows, sentences
from tests.test_feeds_cap import NOW, SENT, alert, info

NATIONAL = "33010041600000_20260714170000_1"


def cap(data, **fields):
    return read("cap", data, {}, "alert", now=NOW, **fields)


def facts(row):
    return {
        fact["name"]["zh"] if isinstance(fact["name"], dict) else fact["name"]: fact["value"]
        for fact in row["body"]["facts"]
    }


def test_an_identifier_of_12379_tells_who_issued_the_alert():
    (row,) = rows(cap(alert(NATIONAL)))
    assert row["id"] == f"hz,{NATIONAL}"
    assert facts(row)["发布单位区划"] == "330100"
    assert facts(row)["发布单位代码"] == "41600000"
    assert "发布单位区划" not in facts(rows(cap(alert("33010041600000_20261414170000_1")))[0])


@pytest.mark.parametrize("sent", ["2026-07-14 17:00:00+08:00", "20260714170000"])
def test_times_of_the_national_standard_are_read(sent):
    assert rows(cap(alert(sent=sent)))[0]["sent"] == from_iso(SENT)


def test_a_cancel_refers_to_what_it_ends_in_times_of_the_national_standard():
    for sent in ("2026-07-14 17:00:00+08:00", "20260714170000"):
        items = cap(alert("c1", type="Cancel", references=f"hz,{NATIONAL},{sent} hz,b2,{SENT}"))
        assert of(Gone, items) == [Gone("alert", [f"hz,{NATIONAL}", "hz,b2"])]


def test_colours_and_codes_of_the_national_standard_are_levels_and_kinds():
    words = info("Red", headline="暴雨").replace(
        "<eventCode><valueName>12379</valueName><value>11B03</value></eventCode>", ""
    )
    (row,) = rows(cap(alert(infos=words.replace("<category>", "<eventType>11B03</eventType><category>"))))
    assert (row["kind"], row["level"]) == ("11B03", 1)


def test_codes_of_areas_stand_on_the_page_and_name_an_area_that_has_no_words():
    codes = "".join(f"<geocode><valueName>12379</valueName><value>{c}</value></geocode>" for c in ("330105", "330106"))
    (row,) = rows(cap(alert(infos=info(area=codes))))
    assert facts(row)["区划代码"] == "330105、330106"
    (row,) = rows(cap(alert(infos=info(area=codes).replace("拱墅区", ""))))
    assert row["area_name"] == "330105、330106"


def resource(content=b"picture", digest=None, size=None):
    digest = hashlib.sha1(content).hexdigest() if digest is None else digest
    return (
        "<resource><resourceDesc>雷达图</resourceDesc><mimeType>image/png</mimeType>"
        f"<size>{size or len(content)}</size>"
        f"<uri>radar.png</uri><derefUri>{base64.b64encode(content).decode()}</derefUri><digest>{digest}</digest></resource>"
    )


def test_an_attachment_that_is_what_its_digest_says_is_told():
    items = cap(alert(infos=info(extra=resource())))
    assert facts(rows(items)[0])["雷达图"] == "radar.png"
    assert not sentences(items)


@pytest.mark.parametrize("bad", [resource(digest="0" * 40), resource(size=3), resource().replace("cGlj", "%%%%")])
def test_an_attachment_that_is_not_what_its_digest_says_is_left_out_and_the_warning_stays(bad):
    items = cap(alert(infos=info(extra=bad)))
    assert "雷达图" not in facts(rows(items)[0])
    assert "雷达图" in sentences(items)[0]


def cost(data):
    began = time.thread_time()  # of this thread: what others take of a busy machine is not our cost
    items = cap(data)
    return time.thread_time() - began, items


def test_nested_and_repeated_parts_do_not_cost_by_the_square_of_their_number():
    """Linear they take a second or two; by the square minutes."""
    atom = 'xmlns="http://www.w3.org/2005/Atom"'
    for hostile in (
        f"<feed {atom}>" + "<entry>" * 50_000 + "</entry>" * 50_000 + "</feed>",
        f"<feed {atom}>" + "<entry/>" * 250_000 + "</feed>",
        alert().replace("</alert>", "") * 4_000 + "</alert>" * 4_000,
        alert(infos=info(area="<polygon>x</polygon>" * 100_000)),
        alert(infos=info(area="".join(f"<circle>30.2,120.2 {i}</circle>" for i in range(5_000)))),
    ):
        seconds, items = cost(hostile)
        assert seconds < 20
        assert len(items) < 300
        assert all(len(item.rows) == 1 for item in of(Rows, items))


def test_a_million_elements_are_not_read():
    assert "元素" in sentences(cap(b"<a>" + b"<b/>" * 1_000_000 + b"</a>"))[0]
