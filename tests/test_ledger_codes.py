"""The chain takes codes and ids only: a name, a number or free words in a field of a command or a fact are refused."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import pytest

from cockpit.ledger.codes import is_key, of_case
from cockpit.model.entries import (
    AddNote,
    CloseCase,
    IssueOrders,
    NewOrder,
    OpenCase,
    PhotoRef,
    RecallOrder,
    VerifyOrder,
    encode,
    read_decision,
)
from cockpit.model.ids import new_id
from cockpit.packs.read import read_pack
from tests.ledger_desk import Desk, new_case
from tests.living_book import CLOCK, command_of, fact_of, issue, living_book

NAME, PHONE = "王秀兰", "13812345678"


def entries_of(desk: Desk) -> list[bytes]:
    return [bytes(entry) for row in desk.log for entry in read_decision(row).entries]


@pytest.mark.parametrize("key", ["incidents/0714-17S22", "positions/U031", "quakes/us7000kabc", "my.feed/a:b_c-d.1"])
def test_keys_that_feeds_give_are_keys(key: str) -> None:
    assert is_key(key)


@pytest.mark.parametrize(
    "key", ["", "U031", "positions/", f"positions/{NAME}", "a/b c", "a/b\n", "a/b/c", "a/" + "1" * 99]
)
def test_what_is_no_key_of_a_picture_is_none(key: str) -> None:
    assert not is_key(key)


@pytest.mark.parametrize("city", ["hangzhou", "lujiazui"])
def test_every_class_and_channel_of_the_packs_is_a_code(city: str) -> None:
    pack = read_pack(city)
    assert pack.kinds
    assert pack.channels
    assert all(of_case(new_case(kind=kind)) for kind in pack.kinds)
    assert all(of_case(new_case(channel=channel)) for channel in (*pack.channels, ""))
    assert all(of_case(new_case(area=area)) for area in ("", "31", "310115", "310115004001001"))


@pytest.mark.parametrize("words", [NAME, PHONE, "Wang Xiulan", f"tel-{PHONE}", "E0506\n"])
@pytest.mark.parametrize("field", ["kind", "area", "channel", "event"])
def test_a_case_with_words_or_a_number_where_a_code_belongs_is_refused(field: str, words: str) -> None:
    desk = Desk()
    refused = desk.do(OpenCase(msgspec.structs.replace(new_case(), **{field: words})))
    assert refused is not None
    assert refused.id == "ledger.bad_codes"
    assert not desk.state.cases
    assert not any(words.strip() in row.decode() for row in desk.log)


def test_a_number_of_an_identity_card_is_no_area() -> None:
    assert not of_case(new_case(area="310115198001011234"))


def test_refusals_hold_nothing_of_what_is_not_known() -> None:
    desk = Desk()
    desk.do(OpenCase(new_case()))
    order = IssueOrders((NewOrder("o", f"positions/{NAME}"),), 1, 1)
    note = desk.command(AddNote(), words="好", **{NAME: "1"})
    for refused in (desk.do(order), desk.take(note), desk.do(CloseCase(NAME)), desk.do(RecallOrder(NAME))):
        assert refused is not None
        assert not refused.params
    assert not any(NAME in entry.decode() for entry in entries_of(desk))


@pytest.mark.slow
def test_with_a_key_of_the_bus_no_free_text_comes_into_the_stream(tmp_path: Path) -> None:
    async def story() -> None:
        async with living_book(tmp_path) as living:
            ordered, taken = await living.seat(issue("U1"))
            assert taken.refused is None
            order = ordered.act.orders[0].id
            whole = issue("U2")
            named = msgspec.structs.replace(whole, orders=(NewOrder(NAME, "positions/U2"),))
            bad_case = msgspec.structs.replace(whole, open=msgspec.structs.replace(whole.open, kind=NAME))
            for command in (
                command_of(whole, case=PHONE),
                command_of(named),
                command_of(bad_case),
                command_of(RecallOrder(NAME), ordered.case, 1),
                command_of(VerifyOrder(PHONE), ordered.case, 1),
                msgspec.structs.replace(command_of(AddNote(), ordered.case, 1), texts={"words": "好", NAME: PHONE}),
            ):
                assert (await living.book.command("seat-1", "duty", encode(command))).refused is not None
            good = fact_of(order, "photo")
            photo = PhotoRef("ab" * 32, 10, "image/jpeg")
            for given in (
                {"order": NAME},
                {"order": PHONE},
                {"unit": f"positions/{NAME}"},
                {"device": f"{NAME} {PHONE}"},
                {"texts": {NAME: "好"}},
                {"photo": msgspec.structs.replace(photo, type=NAME)},
                {"photo": msgspec.structs.replace(photo, sha256=PHONE)},
            ):
                fact = msgspec.structs.replace(good, id=new_id(CLOCK), **given)
                receipt = await living.book.fact("gateway", "device", encode(fact))
                assert receipt.id == fact.id
                assert (receipt.seq, receipt.refused.id) == (0, "ledger.no_fact")
                assert receipt.refused.params == {"why": next(iter(given))}
            fact = msgspec.structs.replace(good, photo=photo)
            assert (await living.book.fact("gateway", "device", encode(fact))).refused is None
            rows = [data.decode() for _, data in (await living.book.rows(0)).rows]
            assert len(rows) == 4, "the order, two refusals by the rules, the photo"
            assert not any(NAME in row or PHONE in row for row in rows)

    asyncio.run(story())
