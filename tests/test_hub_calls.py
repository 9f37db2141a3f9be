"""Calls that come in at a hub: the board of the hall, claims, missed ones, records, recordings, phone pages."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import msgspec
import pytest

from cockpit.bus import asks
from cockpit.hub.callboard import GONE_SECONDS, MERGE_SECONDS, RING_SECONDS, Board, Ring
from cockpit.model.calls import (
    CallBoard,
    CallGone,
    CallKind,
    CallRecord,
    Claimed,
    ClaimWanted,
    Contact,
    Devices,
    Enrolment,
    EnrolWanted,
    Inbound,
    Listeners,
    Outcome,
    RecordingHeld,
    RecordingPart,
    Records,
    RecordsWanted,
    SettleWanted,
    Signal,
    SoundPart,
    SoundWanted,
    Way,
    WayKind,
)
from cockpit.model.clock import DAY, HOUR, from_iso
from cockpit.model.errors import UserError
from cockpit.model.ids import new_id
from cockpit.store.callbook import CallBook
from tests.living_hub import CLOCK, UNIT_KEYS, LivingHub, an_order
from tests.on_the_wire import OnTheWire, on_the_wire

UNIT = UNIT_KEYS[0]
BOTH = {"seat-1", "seat-2"}


def page_call(ident: str = "", unit: str = UNIT, device: str = "d1") -> Ring:
    contact = Contact(f"unit/{unit}", "网格员", unit=unit)
    inbound = Inbound(ident or new_id(CLOCK), contact, Way(WayKind.WEBRTC, unit), 1)
    return Ring(inbound, 0.0, "v=0", "leg-1", device)


def phone_call(number: str = "13800138000", ident: str = "") -> Inbound:
    way = Way(WayKind.SIP, f"sip:{number}@pbx.local")
    return Inbound(ident or new_id(CLOCK), Contact(f"number/{number}", number), way, 1)


# -- the board alone ---------------------------------------------------------------------------------------------------


def test_the_first_that_claims_has_it_and_the_others_are_told_who() -> None:
    board, ring = Board(), page_call()
    assert board.offered(ring)
    claimed = board.claim(ring.inbound.id, "seat-1", 1.0)
    assert (claimed.sdp, claimed.unit, claimed.device, claimed.leg) == ("v=0", UNIT, "d1", "leg-1")
    with pytest.raises(UserError) as late:
        board.claim(ring.inbound.id, "seat-2", 1.1)
    assert late.value.message.params == {"seat": "seat-1"}
    assert board.claim(ring.inbound.id, "seat-1", 1.2).sdp == "v=0"  # its answer may have been lost
    assert board.told(9, ()).ringing[0].claimed == "seat-1"
    assert board.gone(CallGone(ring.inbound.id, Outcome.ANSWERED), "seat-1", BOTH) is None
    assert board.told(9, ()).ringing == ()
    with pytest.raises(UserError) as over:
        board.claim(ring.inbound.id, "seat-2", 2.0)
    assert over.value.message.id == "hubcalls.gone"


def test_a_seat_that_claimed_and_went_gives_the_call_back_to_all_and_it_says_so() -> None:
    board, ring = Board(), page_call()
    board.offered(ring)
    board.claim(ring.inbound.id, "seat-1", 5.0)
    heard = {"seat-1": 6.0}
    assert board.look(6.0 + GONE_SECONDS - 0.1, heard, BOTH) == ([], [])
    assert board.look(6.0 + GONE_SECONDS, heard, BOTH) == ([ring.inbound.id], [])
    (inbound,) = board.told(9, ()).ringing
    assert (inbound.claimed, inbound.back, inbound.seats) == ("", "seat-1", ())
    assert board.claim(inbound.id, "seat-2", 20.0).inbound.back == ""


def test_a_seat_that_could_not_take_it_gives_it_back_too_and_one_that_declined_is_left_out() -> None:
    board, ring = Board(), page_call()
    board.offered(ring)
    ident = ring.inbound.id
    board.claim(ident, "seat-1", 5.0)
    assert board.gone(CallGone(ident, Outcome.REFUSED), "seat-2", BOTH) is None  # not its call
    assert board.ringing[ident].inbound.claimed == "seat-1"
    assert board.gone(CallGone(ident, Outcome.REFUSED), "seat-1", BOTH) is None
    assert board.ringing[ident].inbound.back == "seat-1"
    assert board.gone(CallGone(ident, Outcome.DECLINED), "seat-1", BOTH) is None
    assert board.ringing[ident].inbound.declined == ("seat-1",)
    assert board.gone(CallGone(ident, Outcome.DECLINED), "seat-2", BOTH) is ring  # nobody is left
    assert board.ringing == {}


def test_a_ring_group_is_one_call_and_missed_only_when_the_last_seat_gave_up() -> None:
    board = Board()
    first = board.came_in(phone_call("013800138000"), "seat-1", 0.0)
    second = board.came_in(phone_call("13800138000"), "seat-2", MERGE_SECONDS)
    assert (first.id, second.seats) == (second.id, ("seat-1", "seat-2"))
    other = board.came_in(phone_call("13800138000"), "seat-2", MERGE_SECONDS + 0.1)
    assert other.id != first.id
    assert board.gone(CallGone(first.id, Outcome.MISSED), "seat-1", BOTH) is None
    ring = board.gone(CallGone(first.id, Outcome.MISSED), "seat-2", BOTH)
    assert ring is not None
    assert board.came_in(phone_call("1", first.id), "seat-1", 9.0).seats == ()  # over: it does not ring again
    board.claim(other.id, "seat-2", 3.0)
    assert board.gone(CallGone(other.id, Outcome.CANCELLED), "seat-1", BOTH) is None
    assert board.gone(CallGone(other.id, Outcome.ANSWERED), "seat-2", BOTH) is None
    assert board.ringing == {}


def test_nothing_rings_for_ever() -> None:
    board, ring = Board(), page_call()
    board.offered(ring)
    alone = board.came_in(phone_call(), "seat-2", 0.0)
    _, over = board.look(1.0, {}, {"seat-1"})  # the only seat at which the telephone rang is gone
    assert [one.inbound.id for one in over] == [alone.id]
    assert board.look(RING_SECONDS, {}, {"seat-1"}) == ([], [ring])


def test_who_calls_again_before_anybody_called_back_is_one_work_item() -> None:
    board = Board()
    one = board.miss(page_call().inbound, 10)
    again = board.miss(page_call().inbound, 20)
    board.miss(phone_call(), 30)
    assert (again.inbound.id, again.times, again.ended) == (one.inbound.id, 2, 20)
    assert len(board.missed) == 2
    taken = board.settled(one.inbound.id, "seat-1", " ", 40)
    assert (taken.by, taken.settled) == ("seat-1", 0)
    board.missed[one.inbound.id] = board.settled(one.inbound.id, "seat-2", "已回拨", 50)
    with pytest.raises(UserError) as late:
        board.settled(one.inbound.id, "seat-1", "我也回拨了", 60)
    assert late.value.message.params == {"seat": "seat-2"}
    third = board.miss(page_call().inbound, 70)
    assert third.times == 1
    assert len(board.told(50 + HOUR, ()).missed) == 3
    assert len(board.told(51 + HOUR, ()).missed) == 2  # what was settled an hour ago is in the records


# -- a living hub ------------------------------------------------------------------------------------------------------


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[LivingHub]:
    with LivingHub(tmp_path / "hub") as hub:
        yield hub


@pytest.fixture
def seat(hub: LivingHub) -> Iterator[OnTheWire]:
    with on_the_wire(hub, "seat-1") as wire:
        wire.ask("calls.board", asks.Nothing())
        yield wire


@pytest.fixture
def gateway(hub: LivingHub) -> Iterator[OnTheWire]:
    with on_the_wire(hub, "gateway") as wire:
        yield wire


def offer(call: str = "", unit: str = UNIT, device: str = "d1", **given: Any) -> Signal:
    filled = {"sdp": "v=0 offer", "name": "网格员", "video": True, **given}
    return Signal("offer", new_id(CLOCK), call or new_id(CLOCK), unit, device, **filled)


def board_of(wire: OnTheWire) -> CallBoard:
    found = wire.ask("calls.board", asks.Nothing(), CallBoard)
    assert isinstance(found, CallBoard)
    return found


def told(wire: OnTheWire, condition: Any, what: str) -> CallBoard:
    def there() -> CallBoard | None:
        board = wire.last("calls", CallBoard)
        return board if board is not None and condition(board) else None

    found = wire.until(there, what)
    assert isinstance(found, CallBoard)
    return found


@pytest.mark.slow
def test_a_phone_page_rings_at_the_desks_with_who_it_is_where_and_what_they_are_to_do(
    hub: LivingHub, seat: OnTheWire, gateway: OnTheWire
) -> None:
    order = an_order(1)
    assert seat.command(order).refused is None
    call = offer()
    gateway.signal("hub", call)
    (inbound,) = told(seat, lambda board: board.ringing, "it rings").ringing
    assert (inbound.id, inbound.contact.name, inbound.contact.duty) == (call.call, UNIT, "网格员")
    assert (inbound.lon, inbound.lat, inbound.video) == (120.16, 30.25, True)
    assert inbound.orders == (order.orders[0].id,)
    gateway.until(lambda: [one for _, one in gateway.signals if one.kind == "ringing" and one.leg == call.leg], "rings")
    with on_the_wire(hub, "seat-2") as other:
        claimed = other.ask("calls.claim", ClaimWanted(call.call), Claimed)
        assert (claimed.sdp, claimed.leg, claimed.device) == (call.sdp, call.leg, "d1")
        assert seat.refused("calls.claim", ClaimWanted(call.call)) == "hubcalls.claimed"
        told(seat, lambda board: board.ringing and board.ringing[0].claimed == "seat-2", "who has it")
        bye = msgspec.structs.replace(call, kind="bye", sdp="")
        gateway.signal("hub", bye)  # they hang up before seat-2 has answered: it hears of that
        other.until(lambda: ("hub", bye) in other.signals, "the bye")
        missed = told(seat, lambda board: board.missed, "a work item").missed[-1]
        assert (missed.inbound.id, missed.inbound.claimed, missed.settled) == (call.call, "", 0)
        other.ask("calls.settle", SettleWanted(call.call, "已回拨，已到场"))
    assert seat.refused("calls.settle", SettleWanted(call.call, "我来")) == "hubcalls.settled_already"
    (settled,) = [one for one in board_of(seat).missed if one.inbound.id == call.call]
    assert (settled.by, settled.words) == ("seat-2", "已回拨，已到场")


@pytest.mark.slow
def test_a_missed_call_is_there_after_the_hub_was_away_until_somebody_settles_it(tmp_path: Path) -> None:
    with LivingHub(tmp_path / "hub") as hub:
        with on_the_wire(hub, "gateway") as gateway:  # no desk is there: the phone hears it at once
            call = offer(unit=UNIT_KEYS[1])
            gateway.signal("hub", call)
            gateway.until(lambda: [one for _, one in gateway.signals if one.kind == "unreachable"], "unreachable")
        with on_the_wire(hub, "seat-1") as seat:
            assert [one.inbound.id for one in board_of(seat).missed] == [call.call]
        hub.stop()
        hub.start()
        with on_the_wire(hub, "seat-1") as seat:
            seat.until(lambda: seat.last("calls", CallBoard), "a board")
            assert [one.inbound.id for one in board_of(seat).missed] == [call.call]
            seat.ask("calls.settle", SettleWanted(call.call, "已联系"))
            found = seat.ask("calls.records", RecordsWanted(), Records)
            (record,) = found.records
            assert (record.seat, record.outcome, record.inbound) == ("hub", Outcome.MISSED, True)
            with on_the_wire(hub, "gateway") as gateway:  # rang at the hub before: they hang up at this one
                bye = offer(unit=UNIT_KEYS[2], sdp="")
                bye = msgspec.structs.replace(bye, kind="bye")
                for wrong in ({"call": "no-uuid"}, {"unit": "网格员"}, {"kind": "declined"}, {}, {}):
                    gateway.signal("hub", msgspec.structs.replace(bye, **wrong))
                last = offer()
                gateway.signal("hub", last)
                board = told(seat, lambda board: [one for one in board.ringing if one.id == last.call], "all heard")
            (missed,) = [one for one in board.missed if not one.settled]
            assert (missed.inbound.id, missed.inbound.contact.unit, missed.times) == (bye.call, UNIT_KEYS[2], 1)


@pytest.mark.slow
def test_what_is_no_call_of_a_phone_page_is_told_busy_and_rings_nowhere(
    seat: OnTheWire, gateway: OnTheWire, hub: LivingHub
) -> None:
    good = offer()
    for wrong in (
        offer("no-uuid"), offer(unit="网格员"), offer(sdp=""), offer(sdp="x" * 70_000),
    ):  # fmt: skip
        gateway.signal("hub", wrong)
        gateway.until(lambda w=wrong: [s for _, s in gateway.signals if s.kind == "busy" and s.leg == w.leg], "busy")
    assert board_of(seat).ringing == ()
    gateway.signal("hub", good)
    told(seat, lambda board: [one for one in board.ringing if one.id == good.call], "it rings")
    again = offer(good.call, unit=UNIT_KEYS[2], device="d9")  # another's call under this name
    gateway.signal("hub", again)
    gateway.until(lambda: [s for _, s in gateway.signals if s.kind == "busy" and s.leg == again.leg], "busy")
    other = msgspec.structs.replace(good, kind="bye", device="d9")
    gateway.signal("hub", other)
    with on_the_wire(hub, "seat-2") as two:  # a seat is no gateway
        two.signal("hub", offer())
        two.signal("hub", msgspec.structs.replace(good, kind="bye"))
    seat.ask("calls.claim", ClaimWanted(good.call), Claimed)
    seat.ask("calls.gone", CallGone(good.call, Outcome.ANSWERED))
    assert board_of(seat).ringing == ()


@pytest.mark.slow
def test_a_telephone_that_rings_at_a_seat_is_seen_by_all_and_missed_is_a_work_item(
    hub: LivingHub, seat: OnTheWire
) -> None:
    with on_the_wire(hub, "seat-2") as other:
        mine = seat.ask("calls.inbound", phone_call("13900139000"), Inbound)
        theirs = other.ask("calls.inbound", phone_call("13900139000"), Inbound)
        assert (theirs.id, set(theirs.seats)) == (mine.id, BOTH)
        assert seat.ask("calls.claim", ClaimWanted(mine.id), Claimed).sdp == ""
        seat.ask("calls.gone", CallGone(mine.id, Outcome.ANSWERED))
        lost = other.ask("calls.inbound", phone_call("13700137000"), Inbound)
        other.ask("calls.gone", CallGone(lost.id, Outcome.MISSED))
        board = board_of(seat)
        assert board.ringing == ()
        assert lost.id in {one.inbound.id for one in board.missed}
        wrong = msgspec.structs.replace(phone_call(), way=Way(WayKind.WEBRTC, UNIT))
        assert seat.refused("calls.inbound", wrong) == "hubcalls.no_inbound"


def record(**given: Any) -> CallRecord:
    filled = {
        "id": new_id(CLOCK), "call": new_id(CLOCK), "kind": CallKind.SINGLE, "seat": "seat-9", "way": None,
        "contact": Contact(f"unit/{UNIT}", "网格员", unit=UNIT), "outcome": Outcome.ANSWERED, "inbound": False,
        "begun": 1, "rang": 2, "answered": 3, "ended": CLOCK.now(), **given,
    }  # fmt: skip
    return CallRecord(**filled)


@pytest.mark.slow
def test_records_are_kept_once_by_the_seat_that_made_the_call_and_found_by_case(
    hub: LivingHub, seat: OnTheWire
) -> None:
    case, now = new_id(CLOCK), CLOCK.now()
    first, second = record(case=case, ended=now - HOUR), record(case=case, ended=now)
    for one in (first, second, msgspec.structs.replace(first, note="补记")):
        seat.ask("calls.record", one)
    with on_the_wire(hub, "seat-2") as other:
        other.ask("calls.record", msgspec.structs.replace(second, note="改别人的"))
        found = other.ask("calls.records", RecordsWanted(case), Records)
    assert [(one.id, one.seat, one.note) for one in found.records] == [
        (second.id, "seat-1", ""), (first.id, "seat-1", "补记"),
    ]  # fmt: skip
    page = seat.ask("calls.records", RecordsWanted(case, before=now), Records)
    assert [one.id for one in page.records] == [first.id]
    assert seat.ask("calls.records", RecordsWanted(case, most=1), Records).more
    assert seat.refused("calls.record", record(call="x")) == "hubcalls.no_record"
    assert seat.refused("calls.record", record(note="x" * 5_000)) == "hubcalls.no_record"


@pytest.mark.slow
def test_a_recording_comes_in_parts_and_each_listening_is_noted_with_seat_and_time(
    hub: LivingHub, seat: OnTheWire
) -> None:
    data = b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(range(256)) * 3_000
    sha = hashlib.sha256(data).hexdigest()
    have = 0
    while have < len(data):
        part = RecordingPart(sha, len(data), have, data[have : have + 400_000])
        have = seat.ask("calls.recording.put", part, RecordingHeld).have
        if have < len(data):
            assert seat.refused("calls.recording", SoundWanted(sha)) == "store.no_sound"
            assert seat.ask("calls.recording.put", part, RecordingHeld).have == have  # sent twice, added once
    other = hashlib.sha256(b"other").hexdigest()
    assert seat.refused("calls.recording.put", RecordingPart(other, 8, 0, b"RIFFxxxx")) == "store.sound_other_bytes"
    assert seat.refused("calls.recording.put", RecordingPart(sha, 10**12, 0, b"")) == "store.sound_too_large"
    html = b"<html>no sound</html>"
    wrong = RecordingPart(hashlib.sha256(html).hexdigest(), len(html), 0, html)
    assert seat.refused("calls.recording.put", wrong) == "store.no_such_sound"
    assert seat.refused("calls.recording", SoundWanted("../../hub.db")) == "store.not_a_sha"
    with on_the_wire(hub, "seat-2") as two:
        first = two.ask("calls.recording", SoundWanted(sha), SoundPart)
        rest = two.ask("calls.recording", SoundWanted(sha, len(first.data)), SoundPart)
        assert first.data + rest.data == data
        assert (first.size, first.type) == (len(data), "audio/wav")
    (one,) = seat.ask("calls.listened", SoundWanted(sha), Listeners).listened
    assert one.seat == "seat-2"
    assert abs(one.at - CLOCK.now()) < HOUR
    assert seat.ask("calls.recording", SoundWanted(sha, len(data)), SoundPart).data == b""
    assert len(seat.ask("calls.listened", SoundWanted(sha), Listeners).listened) == 1
    assert seat.ask("calls.recording", SoundWanted(sha, 1), SoundPart).data  # all but one byte is listening too
    assert [one.seat for one in seat.ask("calls.listened", SoundWanted(sha), Listeners).listened] == [
        "seat-1",
        "seat-2",
    ]


def test_who_listens_to_a_recording_is_noted_once_an_hour(tmp_path: Path) -> None:
    book = CallBook(tmp_path / "calls.db", CLOCK)
    book.open()
    try:
        for seat, at in (("seat-1", 0), ("seat-2", 1), ("seat-1", HOUR - 1), ("seat-1", HOUR), ("seat-1", 1)):
            book.listens("ab" * 32, seat, 5 * HOUR + at)
        assert [(one.seat, one.at - 5 * HOUR) for one in book.listened("ab" * 32)] == [
            ("seat-1", HOUR), ("seat-2", 1), ("seat-1", 0),
        ]  # fmt: skip
    finally:
        book.close()


@pytest.mark.slow
def test_a_post_that_may_not_call_gets_nothing_of_calls(hub: LivingHub, seat: OnTheWire) -> None:
    assert hub.hub is not None
    roles: Any = hub.hub.answers._roles
    roles["seat-3"] = "wall"
    try:
        with on_the_wire(hub, "seat-3") as wall:
            for what, wanted in (
                ("calls.claim", ClaimWanted("x")), ("calls.inbound", phone_call()),
                ("calls.gone", CallGone("x", Outcome.MISSED)), ("calls.record", record()),
                ("calls.records", RecordsWanted()), ("calls.settle", SettleWanted("x", "y")),
                ("calls.enrol", EnrolWanted(UNIT)), ("calls.recording", SoundWanted("ab" * 32)),
                ("calls.recording.put", RecordingPart("ab" * 32, 1, 0, b"x")),
                ("calls.listened", SoundWanted("ab" * 32)),
            ):  # fmt: skip
                assert wall.refused(what, wanted) == "hubcalls.no_right", what
    finally:
        roles["seat-3"] = "duty"


class Gatehouse(BaseHTTPRequestHandler):
    """Answers as a gateway does on loopback."""

    asked: list[tuple[str, str, Any]]
    fault: str

    def do_GET(self) -> None:
        self._answer(None)

    def do_POST(self) -> None:
        self._answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

    def _answer(self, body: Any) -> None:
        server: Any = self.server
        server.asked.append((self.path, self.headers["Authorization"], body))
        status, said = 200, {"enrolled": [UNIT, UNIT_KEYS[1]], "online": [UNIT]}
        if self.path == "/v1/codes":
            status, said = 201, {"code": "A", "url": "https://desk.city.local:8443/#code=A", "until": "2026-07-14T17:00:00+08:00"}  # fmt: skip  # noqa: E501
        if server.fault:
            status, said = 429, {"title": server.fault}
        data = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        pass


@pytest.mark.slow
def test_a_phone_is_enrolled_by_way_of_the_gateway_and_the_board_says_whose_page_is_open(
    hub: LivingHub, seat: OnTheWire, gateway: OnTheWire
) -> None:
    assert seat.refused("calls.enrol", EnrolWanted(UNIT)) == "hubcalls.no_gateway"
    assert seat.refused("calls.enrol", EnrolWanted("positions/U999")) == "hubcalls.no_unit"
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), Gatehouse)
    server.asked, server.fault = [], ""
    thread = Thread(target=server.serve_forever, name="gatehouse")
    thread.start()
    note = hub.profile / "field.json"
    try:
        note.write_text(json.dumps({"url": f"http://127.0.0.1:{server.server_port}", "enrol": "geheim"}))
        made = seat.ask("calls.enrol", EnrolWanted(UNIT), Enrolment)
        assert made == Enrolment("https://desk.city.local:8443/#code=A", from_iso("2026-07-14T17:00:00+08:00"))
        path, secret, body = server.asked[-1]
        assert (path, secret) == ("/v1/codes", "Bearer geheim")
        assert body == {"unit": UNIT, "name": UNIT, "kind": "grid", "area": "330102001"}
        for device in ("d1", "d2"):
            gateway.signal("hub", Signal("online", unit=UNIT, device=device))
        told(seat, lambda board: board.online == (UNIT,), "online")
        assert seat.ask("calls.devices", asks.Nothing(), Devices) == Devices((UNIT, UNIT_KEYS[1]), (UNIT,))
        gateway.signal("hub", Signal("offline", unit=UNIT, device="d1"))
        gateway.signal("hub", Signal("online", unit=UNIT_KEYS[1], device="d3"))
        told(seat, lambda board: board.online == (UNIT, UNIT_KEYS[1]), "both")
        gateway.signal("hub", Signal("offline", unit=UNIT, device="d2"))
        told(seat, lambda board: board.online == (UNIT_KEYS[1],), "one")
        gateway.signal("hub", Signal("offline", unit=UNIT_KEYS[1], device="d3"))
        server.fault = "太频繁"
        assert seat.refused("calls.enrol", EnrolWanted(UNIT)) == "hubcalls.gateway_says"
        note.write_text("{")
        assert seat.refused("calls.devices", asks.Nothing()) == "hubcalls.no_gateway"
    finally:
        note.unlink(missing_ok=True)
        server.shutdown()
        thread.join()
        server.server_close()


# -- the file ----------------------------------------------------------------------------------------------------------


def test_what_is_older_than_the_pack_says_is_forgotten_and_open_work_items_are_not(tmp_path: Path) -> None:
    book = CallBook(tmp_path / "calls.db", CLOCK)
    assert book.open() == []
    try:
        board = Board()
        old, settled = board.miss(phone_call("1"), 1 * DAY), board.miss(phone_call("2"), 2 * DAY)
        board.missed[settled.inbound.id] = board.settled(settled.inbound.id, "seat-1", "好", 3 * DAY)
        for one in board.missed.values():
            book.put_missed(one)
        book.put_record(record(ended=1 * DAY, case="c"))
        book.put_record(record(ended=20 * DAY, case="c"))
        book.put_sound("ab" * 32, 1 * DAY)
        book.put_sound("cd" * 32, 30 * DAY)
        assert book.trim(10 * DAY, 5 * DAY) == ["ab" * 32]
        assert [one.ended for one in book.records("c", 0, 10).records] == [20 * DAY]
        assert [one.inbound.id for one in book.missed(0)] == [old.inbound.id]
        assert book.trim(10 * DAY, 5 * DAY) == []
    finally:
        book.close()
