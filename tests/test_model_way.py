"""Answers of a model: every figure is insight's own, whatever the model says or does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cockpit.assist.model.way import Stop
from cockpit.model.askmodel import ModelStep
from cockpit.model.errors import CockpitError, OutsideError, UserError
from tests.model_kit import PLACE, UNIT, Desk
from tests.model_standin import StandIn, results

TODAY = {"calls": [("figure", {"period": "today"})]}
PROVEN = {"text": "今天共有⟦r1.value⟧，比前一日变化⟦r1.change⟧。"}


def test_a_figure_of_an_answer_is_that_of_a_tool_and_is_linked_to_its_records(tmp_path: Path) -> None:
    with StandIn(TODAY, PROVEN) as model:
        told = Desk(tmp_path, model.url).ask()
    assert told.words == "今天共有12 件，比前一日变化4 件。"
    linked = [piece for piece in told.sentence if piece.scope is not None]
    assert [piece.value for piece in linked] == [12, 4]
    assert linked[0].scope is not None
    assert linked[0].scope.span.word == "today"
    assert told.value == 12
    assert told.figure.n == 12


def test_an_answer_is_marked_with_model_version_host_and_the_queries_it_put(tmp_path: Path) -> None:
    with StandIn(TODAY, PROVEN) as model:
        desk = Desk(tmp_path, model.url)
        mark = desk.ask().model
        assert mark is not None
        assert (mark.model, mark.host) == ("standin", model.url[7:-3])
        assert mark.version.startswith("standin-1 · ")
        assert [(one.tool, one.handle) for one in mark.tools] == [("figure", "r1")]
        assert desk.way.journal.read(mark.log).outcome == "answered"


@pytest.mark.parametrize(
    "lie",
    [
        "其实有 999 件。", "实际是九百九十九件。", "约二十件。", "共⟦r9.value⟧。", "共⟦r1.value⟧万。",
        "共⟦r1.value⟧倍。",
        "那是 ９９９ 件。", "那是①②件。", "翻了两倍。", "占三成。", "-⟦r1.value⟧。", "It doubled.",
        "About twelve hundred.",
        "共 12 件。", "共 1\u200b2 件。", "见 https://example.com/?q=⟦r1.value⟧ 。", "![x](http://a.b/⟦r1.value⟧)。",
        "请打 13812345678。", "只有百分之三。", "Ⅳ级最多。", "五件未结。",
    ],
)  # fmt: skip
def test_a_sentence_with_a_figure_from_nowhere_is_not_shown(tmp_path: Path, lie: str) -> None:
    with StandIn(TODAY, {"text": f"今天共有⟦r1.value⟧。{lie}"}) as model:
        desk = Desk(tmp_path, model.url)
        told = desk.ask()
    assert told.words == "今天共有12 件。"
    assert told.model is not None
    assert told.model.hidden == 1
    assert desk.way.journal.read(told.model.log).blocked


def test_an_answer_without_any_proven_figure_is_none(tmp_path: Path) -> None:
    with StandIn({"text": "今天共有 999 件，情况良好。"}) as model:
        desk = Desk(tmp_path, model.url)
        with pytest.raises(OutsideError) as error:
            desk.ask()
    assert error.value.message.id == "model.unproven"
    (record,) = desk.way.journal.records()
    assert record.outcome == "unproven"
    assert not record.shown


def test_a_number_of_the_question_may_be_said_again_in_its_own_words_only(tmp_path: Path) -> None:
    with StandIn(TODAY, {"text": "近 7 天共有⟦r1.value⟧。共 7 件。"}) as model:
        assert Desk(tmp_path, model.url).ask("近 7 天有多少？").words == "近 7 天共有12 件。"


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("sql", {"query": "select * from record"}),
        ("figure", {"period": "today", "place": "文一路"}),
        ("figure", {"period": "today", "area": "1 OR 1=1"}),
        ("figure", {"period": "today", "measure": "password"}),
        ("figure", {"period": "today", "measure": "sign:NONE"}),
        ("figure", {"period": "whenever"}),
        ("figure", {"period": "today", "unit": UNIT}),
        ("figure", {"period": "today", "kinds": ["E" * 80]}),
        ("figure", "{broken"),
        ("figure", "[" * 3000),
        ("rows", {"period": "today", "limit": 100_000}),
        ("split", {"period": "today", "by": "place"}),
        ("trend", {"period": "year", "grain": "second"}),
    ],
)
def test_a_call_outside_the_vocabulary_is_told_to_the_model_and_reaches_no_data(
    tmp_path: Path, tool: str, arguments: object
) -> None:
    def says(body: dict[str, object]) -> dict[str, object]:
        assert "error" in results(body)[0]
        return TODAY

    with StandIn({"calls": [(tool, arguments)]}, says, PROVEN) as model:
        desk = Desk(tmp_path, model.url)
        told = desk.ask()
    assert len(desk.queries) == 1
    assert told.model is not None
    assert told.model.tools[0].handle == ""


def test_no_text_of_any_case_no_unit_and_no_key_reaches_the_model(tmp_path: Path) -> None:
    scope = {"period": "today"}
    calls = [
        ("rows", scope | {"limit": 20}), ("split", scope | {"by": "unit"}), ("split", scope | {"by": "street"}),
        ("league", scope), ("trend", scope), ("find", {"words": "维修一队"}),
    ]  # fmt: skip
    with StandIn({"calls": calls}, {"text": "最多的是⟦r2.1.name⟧：⟦r2.1.value⟧。"}) as model:
        told = Desk(tmp_path, model.url).ask()
        sent = b"".join(model.raw).decode()
    assert told.words == "最多的是王秘密维修一队：12 件。"
    for secret in (PLACE, "张三", "13800000000", "秘密", "机密", "events/", UNIT):
        assert secret not in sent
    assert "u1" in sent


def test_rows_of_a_result_are_bounded_and_carry_codes_and_hours_alone(tmp_path: Path) -> None:
    with StandIn({"calls": [("rows", {"period": "today", "limit": 5})]}, {"text": "共⟦r1.total⟧条。"}) as model:
        Desk(tmp_path, model.url).ask()
        (result,) = results(model.bodies[1])
    assert len(result["rows"]) == 5
    assert set(result["rows"][0]) == {"kind", "level", "area", "stage", "unit", "open", "reported", "hours"}


WRONG = {
    "redirect": "model.redirects", "garbage": "model.garbage", "huge": "model.too_much", "error": "model.says_error",
    "cut": "model.away", "empty": "model.garbage", "wrong types": "model.garbage",
    "calls by the thousand": "model.too_much", "endless": "model.too_much",
}  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG)
def test_an_endpoint_that_misbehaves_ends_in_one_sentence(tmp_path: Path, wrong: str) -> None:
    with StandIn({"wrong": wrong}) as model:
        desk = Desk(tmp_path, model.url)
        with pytest.raises(OutsideError) as error:
            desk.ask()
        assert not model.elsewhere
    assert error.value.message.id == WRONG[wrong]
    assert next(desk.way.journal.records()).outcome == "failed"


@pytest.mark.parametrize("wrong", ["silent", "dribble"])
def test_an_endpoint_that_never_ends_is_left_in_time(tmp_path: Path, wrong: str) -> None:
    with StandIn({"wrong": wrong}) as model, pytest.raises(OutsideError) as error:
        Desk(tmp_path, model.url, head="timeout = 0.4").ask()
    assert error.value.message.id == "model.late"


def test_a_status_of_the_endpoint_is_told_without_its_text(tmp_path: Path) -> None:
    with StandIn({"wrong": "status", "status": 500}) as model, pytest.raises(OutsideError) as error:
        Desk(tmp_path, model.url).ask()
    assert "500" in str(error.value)
    assert "secret" not in str(error.value)


def test_nobody_there_ends_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(OutsideError) as error:
        Desk(tmp_path, "http://127.0.0.1:9/v1").ask()
    assert error.value.message.id == "model.away"


def test_a_model_that_asks_on_and_on_is_stopped(tmp_path: Path) -> None:
    with StandIn(TODAY) as model:
        desk = Desk(tmp_path, model.url)
        with pytest.raises(OutsideError) as error:
            desk.ask()
    assert error.value.message.id == "model.too_many_calls"
    assert len(desk.queries) <= 16


def test_an_endpoint_that_does_not_stream_is_heard_too(tmp_path: Path) -> None:
    with StandIn(TODAY, {"wrong": "json", "text": "共⟦r1.value⟧。"}) as model:
        assert Desk(tmp_path, model.url).ask().words == "共12 件。"


def test_only_proven_sentences_are_shown_while_it_writes(tmp_path: Path) -> None:
    with StandIn(TODAY, {"text": "共 999 件。共⟦r1.value⟧。好。"}) as model:
        desk = Desk(tmp_path, model.url)
        desk.ask()
    shown = [one.text for one in desk.steps if one.state == "writing"]
    assert "共12 件。" in shown
    assert not any("999" in text for text in shown)


def test_a_question_can_be_cancelled_while_the_model_thinks(tmp_path: Path) -> None:
    stop = Stop()

    def step(one: ModelStep) -> None:
        if one.state == "asking":
            stop.stop()

    with StandIn({"wrong": "silent"}) as model, pytest.raises(UserError) as error:
        Desk(tmp_path, model.url).ask(step=step, stop=stop)
    assert error.value.message.id == "model.cancelled"


def test_the_thoughts_of_a_model_are_not_shown(tmp_path: Path) -> None:
    with StandIn(TODAY, {"text": "<think>用户要的是⟦r1.value⟧。</think>共⟦r1.value⟧。"}) as model:
        assert Desk(tmp_path, model.url).ask().words == "共12 件。"


def test_the_key_goes_into_the_header_and_nowhere_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COCKPIT_SECRET_MODEL_KEY", "sk-very-secret")
    with StandIn(TODAY, PROVEN) as model:
        desk = Desk(tmp_path, model.url, head='secret = "model-key"')
        desk.ask()
        assert model.headers[0]["Authorization"] == "Bearer sk-very-secret"
    assert "very-secret" not in b"".join(model.raw).decode()
    assert all(b"very-secret" not in file.read_bytes() for file in (tmp_path / "model-log").iterdir())


def test_what_is_written_down_is_what_was_sent_to_the_byte(tmp_path: Path) -> None:
    with StandIn(TODAY, PROVEN) as model:
        desk = Desk(tmp_path, model.url)
        desk.ask()
        (record,) = desk.way.journal.records()
        assert [one.body.encode() for one in record.sent] == model.raw
    assert json.loads(record.sent[0].reply)["calls"]


def test_what_is_shown_before_the_first_use_is_what_is_sent(tmp_path: Path) -> None:
    from tests.insight_kit import NOW

    with StandIn(TODAY, PROVEN) as model:
        desk = Desk(tmp_path, model.url)
        shown = desk.way.preview("张先生今天报了多少件？", "zh", desk.words, NOW)
        assert not model.raw
        desk.ask("张先生今天报了多少件？")
        assert model.raw[0].decode() == shown
    assert "张先生" not in shown


def test_nothing_is_sent_that_can_not_be_written_down(tmp_path: Path) -> None:
    (tmp_path / "model-log").write_text("in the way")
    with StandIn(TODAY, PROVEN) as model:
        with pytest.raises(CockpitError):
            Desk(tmp_path, model.url).ask()
        assert not model.raw
