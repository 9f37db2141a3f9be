"""An order that is not delivered climbs by itself: a living hub, a real HTTP server for short messages, a real line."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Condition, Event, Thread
from typing import Any

import msgspec
import pytest

from cockpit.hub import climb as climbing
from cockpit.hub import sms
from cockpit.hub.climb import _codes_only
from cockpit.hub.speaking import Speaker, Spoken
from cockpit.model.calls import Outcome, Signal, Way
from cockpit.model.cases import Urge
from cockpit.model.clock import SECOND
from cockpit.model.errors import CockpitError
from cockpit.model.ids import new_id
from cockpit.model.letters import LetterKind, Letters, LetterState, LettersWanted, Seen
from cockpit.model.loop import Climb, ClimbStep
from cockpit.model.messages import Message
from cockpit.secrets import keep_secret
from tests import living_hub
from tests.living_hub import CLOCK, UNIT_KEYS, LivingHub, an_order
from tests.on_the_wire import OnTheWire, on_the_wire

UNIT = UNIT_KEYS[0]
BOOK = f"""
[[people]]
id = "p1"
name = "张三"
unit = "{UNIT}"
ways = [{{ tel = "138 0013 8000" }}]

[[people]]
id = "l1"
name = "李组长"
leads = ["330102"]
ways = [{{ tel = "13900139000" }}]

[[people]]
id = "l2"
name = "王局长"
leads = ["3301"]
ways = [{{ tel = "13700137000" }}]
"""


SECOND_PERSON = f"""
[[people]]
id = "p2"
name = "李四"
unit = "{UNIT_KEYS[1]}"
ways = [{{ tel = "13800138002" }}]
"""


class SmsGateway(ThreadingHTTPServer):
    """Takes short messages as a site's gateway does; the first `faults` fail."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Taker)
        self.took: list[tuple[str, dict[str, str], str]] = []
        self.faults: list[int] = []
        self.said = '{"result": "ok"}'
        self.drips: Event | None = None
        self.changed = Condition()

    def until(self, count: int) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.took) >= count, 40), self.took


class _Taker(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        server: Any = self.server
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        status = server.faults.pop(0) if server.faults else 200
        with server.changed:
            server.took.append((self.path, dict(self.headers), body))
            server.changed.notify_all()
        self.send_response(status)
        self.end_headers()
        self.wfile.write(server.said.encode())
        if server.drips is not None:
            self.wfile.flush()
            server.drips.wait(30)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def site() -> Iterator[SmsGateway]:
    server = SmsGateway()
    thread = Thread(target=server.serve_forever, name="sms")
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def template(site: SmsGateway, folder: Path, **more: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    lines = {
        "url": f'"http://127.0.0.1:{site.server_port}/send"',
        "headers": '{ Authorization = "Bearer {secret:sms-token}", Content-Type = "application/json" }',
        "body": """'{"to": "{number}", "text": "{words}"}'""",
        **more,
    }
    (folder / sms.NAME).write_text("".join(f"{name} = {value}\n" for name, value in lines.items()), "utf-8")
    keep_secret("sms-token", "geheim", folder)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """A pack whose orders climb at once, by these steps."""

    def use(*by: str) -> None:
        plain = living_hub.pack()
        steps = tuple(ClimbStep((n + 1) * SECOND // 10, one) for n, one in enumerate(by))
        loop = msgspec.structs.replace(plain.loop, climb=Climb(steps, 20 * SECOND))
        monkeypatch.setattr(living_hub, "pack", lambda: msgspec.structs.replace(plain, loop=loop))

    monkeypatch.setattr(climbing, "GRACE_SECONDS", 0.0)
    monkeypatch.setattr(climbing, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(climbing, "PAGE_SECONDS", 20.0)
    return use


def urges(hub: LivingHub, order: str) -> list[Urge]:
    async def read() -> list[Urge]:
        found = hub.hub.book.state.order(order)  # type: ignore[union-attr]
        return list(found.urges) if found is not None else []

    return asyncio.run_coroutine_threadsafe(read(), hub.loop).result(30)


def until_ended(hub: LivingHub, order: str, count: int) -> list[Urge]:
    async def wait() -> list[Urge]:
        async with asyncio.timeout(40):
            while True:
                found = hub.hub.book.state.order(order)  # type: ignore[union-attr]
                if found is not None and sum(urge.state != "begun" for urge in found.urges) >= count:
                    return list(found.urges)
                await asyncio.sleep(0.02)

    return asyncio.run_coroutine_threadsafe(wait(), hub.loop).result(50)


def ordered(seat: OnTheWire) -> str:
    order = an_order(1)
    assert seat.command(order, place="天城路 8 号", order="去看看").refused is None
    return order.orders[0].id


def chain_of(hub: LivingHub) -> bytes:
    async def read() -> bytes:
        return b"".join(data for _, data in (await hub.hub.book.rows(0)).rows)  # type: ignore[union-attr]

    return asyncio.run_coroutine_threadsafe(read(), hub.loop).result(30)


@pytest.mark.slow
def test_page_short_message_and_leader_are_on_the_case_in_order_and_once_over_a_restart(
    tmp_path: Path, site: SmsGateway, quick: Callable[..., None]
) -> None:
    quick("page", "sms", "call", "leader")
    profile = tmp_path / "hub"
    template(site, profile)
    (profile / "contacts.toml").write_text(BOOK, "utf-8")
    site.faults = [503]  # tried again
    with LivingHub(profile) as hub:
        with on_the_wire(hub, "seat-1") as seat:
            order = ordered(seat)
            page, message, call, leader = until_ended(hub, order, 4)
            (letter,) = seat.ask("letters", LettersWanted(unit=UNIT), Letters).letters
        assert (page.by, page.state, page.why) == ("page", "failed", Message("climb.no_page"))
        assert (letter.kind, letter.seat, letter.order) == (LetterKind.URGE, "hub", order)
        assert (message.by, message.state, message.why) == ("sms", "done", None)
        assert (call.by, call.state, call.why) == ("call", "failed", Message("climb.no_line"))
        assert (leader.by, leader.state) == ("leader", "done")
        took = [(json.loads(body)["to"], head["Authorization"]) for _, head, body in site.took]
        assert sorted(took) == sorted([("13800138000", "Bearer geheim")] * 2 + [("13900139000", "Bearer geheim")])
        words = json.loads(site.took[0][2])["text"]
        assert "天城路 8 号" in words
        assert "G-" in words
        chain = chain_of(hub)
        for secret in ("13800138000", "13900139000", "李组长", "天城路", "geheim"):
            assert secret.encode() not in chain
        hub.stop()
        hub.start()
        with on_the_wire(hub, "seat-1") as seat:
            later = an_order(2)
            assert seat.command(later).refused is None
            until_ended(hub, later.orders[0].id, 3)  # it looks, and does nothing of the first again
            assert [(one.by, one.state) for one in urges(hub, order)] == [
                ("page", "failed"), ("sms", "done"), ("call", "failed"), ("leader", "done"),
            ]  # fmt: skip
        assert [json.loads(body)["to"] for _, _, body in site.took].count("13800138000") == 2


@pytest.mark.slow
def test_a_page_that_fetches_the_letter_ends_the_step_and_a_delivered_order_climbs_no_further(
    tmp_path: Path, site: SmsGateway, quick: Callable[..., None]
) -> None:
    quick("page", "sms")
    profile = tmp_path / "hub"
    template(site, profile)
    (profile / "contacts.toml").write_text(BOOK, "utf-8")
    with (
        LivingHub(profile) as hub,
        on_the_wire(hub, "seat-1") as seat,
        on_the_wire(hub, "gateway") as gateway,
    ):
        gateway.signal("hub", Signal("online", unit=UNIT, device="d1"))
        seat.until(lambda: seat.told.get("calls"), "the board")
        site.said = "wait"
        order = ordered(seat)
        gateway.until(lambda: [one for _, one in gateway.signals if one.kind == "knock"], "a knock")
        (letter,) = gateway.ask("letters", LettersWanted(unit=UNIT), Letters).letters
        assert gateway.say(Seen(new_id(CLOCK), letter.id, UNIT, "d1", CLOCK.now(), LetterState.DELIVERED)).seq
        page, message = until_ended(hub, order, 2)
        assert (page.state, message.state) == ("done", "done")
        hub.report(order, UNIT, "delivered", "accepted", "done")
        count = len(site.took)
        second = an_order(2)
        assert seat.command(second).refused is None
        hub.report(second.orders[0].id, UNIT_KEYS[1], "delivered")
        third = an_order(3)
        assert seat.command(third).refused is None
        until_ended(hub, third.orders[0].id, 2)  # meanwhile the second would have climbed as far
        reached = [urge for urge in urges(hub, second.orders[0].id) if urge.state == "done" and urge.by == "sms"]
        assert reached == []
        assert len(site.took) == count  # the third has no number


@pytest.mark.slow
def test_a_step_that_a_kill_cut_short_is_not_done_again_and_says_so(
    tmp_path: Path, site: SmsGateway, quick: Callable[..., None]
) -> None:
    quick("page")
    with LivingHub(tmp_path / "hub") as hub:
        with on_the_wire(hub, "seat-1") as seat, on_the_wire(hub, "gateway") as gateway:
            gateway.signal("hub", Signal("online", unit=UNIT, device="d1"))
            order = ordered(seat)
            gateway.until(lambda: [one for _, one in gateway.signals if one.kind == "knock"], "a knock")
            assert [urge.state for urge in urges(hub, order)] == ["begun"]
        hub.stop()
        hub.start()
        (page,) = until_ended(hub, order, 1)
        assert (page.state, page.why) == ("failed", Message("climb.interrupted"))
        with on_the_wire(hub, "gateway") as gateway:
            assert len(gateway.ask("letters", LettersWanted(unit=UNIT), Letters).letters) == 1


@pytest.mark.slow
def test_a_call_that_waits_for_the_line_has_not_begun_and_keeps_no_short_message_waiting(
    tmp_path: Path, site: SmsGateway, quick: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    quick("call", "sms")
    monkeypatch.setattr(climbing, "AT_ONCE", 1)
    lifted = Event()

    async def speak(self: Speaker, way: Way, words: str, ring: float) -> Spoken:
        await asyncio.to_thread(lifted.wait, 40)
        return Spoken(new_id(CLOCK), new_id(CLOCK), Outcome.ANSWERED, CLOCK.now(), whole=True)

    monkeypatch.setattr(Speaker, "speak", speak)
    profile = tmp_path / "hub"
    template(site, profile)
    (profile / "contacts.toml").write_text(BOOK + SECOND_PERSON, "utf-8")
    with LivingHub(profile) as hub, on_the_wire(hub, "seat-1") as seat:
        orders = []
        try:
            for n in (1, 2):
                order = an_order(n)
                assert seat.command(order).refused is None
                orders.append(order.orders[0].id)
            for order in orders:
                until_ended(hub, order, 1)  # the short message
            states = [{urge.by: urge.state for urge in urges(hub, order)} for order in orders]
            assert states == [{"call": "begun", "sms": "done"}, {"sms": "done"}]
        finally:
            lifted.set()
        for order in orders:
            assert {urge.state for urge in until_ended(hub, order, 2)} == {"done"}


def sent(settings: sms.SmsSettings, profile: Path, number: str = "13800138000", words: str = '说"好"\n&') -> None:
    asyncio.run(sms.send(settings, profile, number, words))


def test_a_template_writes_its_values_as_its_body_wants_them(tmp_path: Path, site: SmsGateway) -> None:
    template(site, tmp_path)
    settings = sms.read_sms(tmp_path)
    assert settings is not None
    sent(settings, tmp_path)
    path, head, body = site.took[-1]
    assert (path, head["Authorization"]) == ("/send", "Bearer geheim")
    assert json.loads(body) == {"to": "13800138000", "text": '说"好"\n&'}
    form = msgspec.structs.replace(
        settings, url=settings.url + "?k={secret:sms-token}", body="to={number}&text={words}",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )  # fmt: skip
    sent(form, tmp_path, words="{secret:sms-token} & 好")
    path, _, body = site.took[-1]
    assert path == "/send?k=geheim"
    assert body == "to=13800138000&text=%7Bsecret%3Asms-token%7D%20%26%20%E5%A5%BD"
    for kind, given, wanted in (
        (
            "application/xml",
            "<m to='{number}' text=\"{words}\"/>",
            "<m to='13800138000' text=\"&quot;&apos;&lt;&amp;好\"/>",
        ),
        ("text/plain; charset=utf-8", "{number} {words}", "13800138000 \"'<&\x01好"),
        ("application/x-www-form-urlencoded", "{number}={words}", "13800138000=%22%27%3C%26%01%E5%A5%BD"),
        ("text/plain", '[{number}, "{words}"]', '[13800138000, "\\"\'<&\\u0001好"]'),
    ):
        plain = msgspec.structs.replace(settings, body=given, headers={"Content-Type": kind, "X-Words": "令 {words}"})
        sent(plain, tmp_path, words="\"'<&\x01好")
        _, head, body = site.took[-1]
        assert body == wanted
        assert head["X-Words"].encode("latin-1").decode() == "令 \"'<& 好"


def test_a_gateway_that_fails_is_tried_again_and_one_that_refuses_is_not(
    tmp_path: Path, site: SmsGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sms, "PAUSE_SECONDS", (0.0, 0.0, 0.0))
    template(site, tmp_path, says='"ok"')
    settings = sms.read_sms(tmp_path)
    assert settings is not None
    site.faults = [500, 503]
    sent(settings, tmp_path)
    assert len(site.took) == 3
    for faults, said, tries, why in (
        ([403], "no", 1, "HTTP 403"), ([500] * 3, "no", 3, "HTTP 500"), ([], '{"result": "bad"}', 1, "HTTP 200"),
    ):  # fmt: skip
        site.took.clear()
        site.faults, site.said = list(faults), said
        with pytest.raises(CockpitError) as wrong:
            sent(settings, tmp_path)
        assert wrong.value.message == Message("climb.sms_failed", {"why": why})
        assert len(site.took) == tries
    nowhere = msgspec.structs.replace(settings, url="http://127.0.0.1:9/", retries=0)
    with pytest.raises(CockpitError) as away:
        sent(nowhere, tmp_path)
    assert away.value.message.params == {"why": "ConnectError"}


def test_of_an_answer_without_end_only_the_beginning_is_read(
    tmp_path: Path, site: SmsGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sms, "MOST_ANSWER", 1_000)
    template(site, tmp_path, says='"ok"', retries="0")
    settings = sms.read_sms(tmp_path)
    assert settings is not None
    site.said = '{"result": "ok"}' + "x" * 20_000
    sent(settings, tmp_path)
    site.said = "x" * 1_000 + '{"result": "ok"}'
    with pytest.raises(CockpitError):
        sent(settings, tmp_path)
    site.drips = Event()
    try:  # it never ends: what is looked for came first
        site.said = '{"result": "ok"}' + "x" * 1_000
        sent(settings, tmp_path)
        site.said = "x"
        with pytest.raises(CockpitError) as slow:
            sent(msgspec.structs.replace(settings, timeout=0.2), tmp_path)
        assert slow.value.message.params == {"why": "TimeoutError"}
    finally:
        site.drips.set()


def test_mistakes_in_the_template_end_in_a_sentence_with_their_line(tmp_path: Path, site: SmsGateway) -> None:
    assert sms.read_sms(tmp_path) is None
    for more, sentence in (
        ({"url": '"http://sms.example.com/"'}, "必须用 https"),
        ({"method": '"DELETE"'}, "method"),
        ({"timout": "3"}, "timeout"),
        ({"retries": "9"}, "retries"),
        ({"url": '"https://[sms.example.com/"'}, "不是一个网址"),
        ({"url": '"https://sms.example.com:port/"'}, "不是一个网址"),
        ({"headers": '{ "短信" = "{words}" }'}, "headers"),
    ):
        template(site, tmp_path, **more)
        with pytest.raises(CockpitError) as wrong:
            sms.read_sms(tmp_path)
        assert sentence in str(wrong.value)
        assert "行" in str(wrong.value)
    template(site, tmp_path, headers='{ X = "{secret:none}" }')
    settings = sms.read_sms(tmp_path)
    assert settings is not None
    with pytest.raises(CockpitError) as lacks:
        sent(settings, tmp_path)
    assert lacks.value.message == Message("climb.sms_secret", {"name": "none"})
    no_file, no_certificate = tmp_path / "none.pem", tmp_path / sms.NAME
    for ca in (no_file, no_certificate):
        with pytest.raises(CockpitError) as unread:
            sent(msgspec.structs.replace(settings, headers={}, ca=str(ca)), tmp_path)
        assert unread.value.message.id == "climb.sms_ca"
        assert str(tmp_path) not in str(unread.value)
    no_port = msgspec.structs.replace(settings, headers={}, url="https://127.0.0.1:{words}/")
    with pytest.raises(CockpitError) as address:
        sent(no_port, tmp_path)
    assert address.value.message == Message("climb.sms_failed", {"why": "InvalidURL"})


def test_no_number_and_no_address_of_an_error_comes_into_the_chain() -> None:
    said = Message("x", {"a": "sip:13800138000@pbx", "b": "HTTP 503", "c": 5, "d": Message("y", {"e": "/home/z"})})
    assert _codes_only(said) == Message("x", {"a": "–", "b": "HTTP 503", "c": 5, "d": Message("y", {"e": "–"})})
    assert _codes_only(None) is None
