"""Before a briefing goes out: its form, words, sums, personal data; and better wording that keeps the figures."""

from __future__ import annotations

from functools import cache

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.assist.briefing import privacy
from cockpit.assist.briefing.check import check, released, words_of
from cockpit.assist.briefing.document import Document, Heading, Paragraph, Run, Sum, Table
from cockpit.assist.briefing.improve import Offer, applied, difference, offers, taken, tokens_of
from cockpit.model.errors import UserError
from tests.briefing_kit import brief, pack

ID_CARD = "11010519491231002X"
"""The example of GB 11643."""


@cache
def day() -> Document:
    return brief("day").document


def with_text(*texts: str) -> Document:
    """The day's, with these paragraphs."""
    document = day()
    blocks = (*document.blocks, *(Paragraph((Run(text),)) for text in texts))
    return msgspec.structs.replace(document, blocks=blocks)


def found(document: Document) -> dict[str, bool]:
    """Ids of what is found, and whether it stops."""
    return {one.message.id.removeprefix("briefing.found_"): one.stops for one in check(document, words_of(pack()))}


@pytest.mark.slow
def test_a_briefing_as_it_is_made_passes() -> None:
    assert found(day()) == {}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("请联系 13857112345 处理", "telephone"),
        ("电话+86 138-5711-2345", "telephone"),
        ("办公室0571-87654321", "telephone"),
        (f"身份证{ID_CARD}号", "id_card"),
        ("卡号4111111111111111", "bank_card"),
        ("写信到 zhang.san@example.cn。", "mail"),
        ("车牌浙A·12345违停", "plate"),
    ],
)
def test_personal_data_stop_it_and_are_not_shown_by_the_finding(text, kind) -> None:
    document = with_text(text)
    findings = check(document, ())
    assert not released(findings)
    assert kind in {one.message.id.removeprefix("briefing.found_") for one in findings}
    secret = "".join(c for c in text if c.isascii() and c.isalnum())
    assert all(secret not in one.where for one in findings)
    assert not list(privacy.found(privacy.masked(text)))


def test_numbers_of_a_briefing_are_no_personal_data() -> None:
    for text in (
        "编号 0714-1187、0620-0089",
        "2026年7月14日 17:42 至 18:30",
        "共 13812345 件次，占 12.5%",
        "330105002001001",
    ):
        assert not list(privacy.found(text)), text


def test_words_of_the_list_stop_it_or_are_noted() -> None:
    assert found(with_text("有人瞒报。")) == {"word": True}
    assert found(with_text("万无一失。")) == {"word": False}
    assert found(with_text("有上访。")) == {"word_instead": False}


def test_a_list_of_words_of_the_pack_goes_before_the_shipped_one(tmp_path) -> None:
    folder = tmp_path / "briefings" / "words"
    folder.mkdir(parents=True)
    (folder / "sensitive.toml").write_text('[[word]]\nword = "万无一失"\nstops = true\n', encoding="utf-8")
    rows = {row.word: row for row in words_of(msgspec.structs.replace(pack(), folder=tmp_path))}
    assert rows["万无一失"].stops
    assert "瞒报" in rows
    (folder / "sensitive.toml").write_text('[[word]]\nwrod = "x"\n', encoding="utf-8")
    with pytest.raises(UserError, match="第 2 行"):
        words_of(msgspec.structs.replace(pack(), folder=tmp_path))


def test_sums_that_do_not_agree_stop_it() -> None:
    document = day()
    n, table = next((n, one) for n, one in enumerate(document.blocks) if isinstance(one, Table) and one.sums)
    wrong = msgspec.structs.replace(table, sums=(Sum("件数", 106, (50, 55), 0),))
    assert found(_with_block(document, n, wrong)) == {"sum": True}
    rest = msgspec.structs.replace(table, sums=(Sum("件数", 106, (50, 55), 1),))
    assert found(_with_block(document, n, rest)) == {}


def test_figures_that_can_not_be_stop_it() -> None:
    document = day()
    n, one = next((n, one) for n, one in enumerate(document.blocks) if isinstance(one, Paragraph))
    figure = next(run.figure for run in document.runs() if run.figure and run.figure.scope.measure == "closing_rate")

    def with_run(**parts: object) -> dict[str, bool]:
        run = Run("x", "cockpit://x", msgspec.structs.replace(figure, **parts))
        return found(_with_block(document, n, Paragraph((*one.runs, run))))

    assert with_run(value=130.0) == {"rate": True}
    bare = Run("x", "", figure)
    assert found(_with_block(document, n, Paragraph((*one.runs, bare)))) == {"no_link": True}
    link = next(run.link for run in document.runs() if run.figure is figure)
    two = Run("x", link, msgspec.structs.replace(figure, value=1.0))
    assert found(_with_block(document, n, Paragraph((*one.runs, two)))) == {"two": True}
    assert "future" in found(msgspec.structs.replace(document, end=document.made + 1))
    assert "period" in found(msgspec.structs.replace(document, start=document.end))


def test_form_is_looked_at() -> None:
    document = day()
    assert found(msgspec.structs.replace(document, title=" ")) == {"missing": True}
    assert found(msgspec.structs.replace(document, title="长" * 61)) == {"long_title": False}
    assert found(with_text("好" * 901)) == {"long": False}
    assert found(with_text("共{count()}件")) == {"hole": True}
    assert found(msgspec.structs.replace(document, blocks=(*document.blocks, Heading("五、空")))) == {"no_text": False}
    assert "empty" in found(msgspec.structs.replace(document, blocks=()))


def _with_block(document: Document, n: int, block: object) -> Document:
    return msgspec.structs.replace(document, blocks=(*document.blocks[:n], block, *document.blocks[n + 1 :]))


# -- better wording ------------------------------------------------------------------------------------------------


def paragraph() -> Paragraph:
    return next(one for one in day().blocks if isinstance(one, Paragraph))


def test_better_wording_keeps_every_figure_with_its_link() -> None:
    old = paragraph()
    text = tokens_of(old)
    assert "⟦1⟧" in text
    assert not any(run.figure is not None and run.text in text.split("，")[1] for run in old.runs)
    new = applied(old, text.replace("共接报各类事件", "一共收到各类事件"))
    assert [run for run in new.runs if run.figure is not None] == [run for run in old.runs if run.figure is not None]
    assert "一共收到各类事件" in new.text


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("⟦1⟧", "106"),
        lambda text: text.replace("⟦1⟧", "⟦1⟧⟦1⟧"),
        lambda text: text.replace("⟦1⟧", "⟦99⟧"),
        lambda text: text.replace("⟦1⟧", "").replace("⟦2⟧", ""),
        lambda text: text.replace("⟦1⟧", "@").replace("⟦2⟧", "⟦1⟧").replace("@", "⟦2⟧"),
        lambda text: text + "另有35件。",
        lambda text: text + "另有三十五件。",
        lambda text: text + "约九成办结。",
        lambda text: text + "请拨打13857112345。",
        lambda text: text + "好" * 3000,
        lambda text: text.replace("⟦1⟧", "⟦1"),
        lambda text: "",
    ],
)
def test_wording_that_touches_a_figure_is_refused(change) -> None:
    old = paragraph()
    with pytest.raises(UserError):
        applied(old, change(tokens_of(old)))


@given(st.text(max_size=200))
def test_nothing_that_comes_back_can_change_a_figure(text) -> None:
    old = paragraph()
    try:
        new = applied(old, text)
    except UserError:
        return
    assert [run for run in new.runs if run.figure is not None] == [run for run in old.runs if run.figure is not None]


def test_the_difference_is_shown_and_only_what_is_taken_changes_the_document() -> None:
    document = day()
    made = list(offers(document, lambda text, lang: text.replace("其中", "这之中")))
    good = [one for one in made if isinstance(one, Offer)]
    assert good
    steps = good[0].steps
    assert "".join(step.text for step in steps if step.how != "new") == good[0].before.text
    assert "".join(step.text for step in steps if step.how != "gone") == good[0].after.text
    changed = taken(document, good[:1])
    assert changed.blocks[good[0].block] == good[0].after
    assert document == brief("day").document, "the document itself is as it was"
    refused = list(offers(document, lambda text, lang: text + "增长100%。"))
    assert refused
    assert all(isinstance(one, UserError) for one in refused)
    with pytest.raises(UserError):
        taken(changed, good[:1])


def test_a_number_is_one_piece_of_a_difference() -> None:
    assert [(step.how, step.text) for step in difference("共106件", "计106件")] == [
        ("gone", "共"), ("new", "计"), ("same", "106件"),
    ]  # fmt: skip
