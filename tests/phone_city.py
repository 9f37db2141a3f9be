"""A real hub with its gateway, a seat, and phones: headless Chromium with a fake camera and microphone."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from cockpit.field.gateway import Gateway
from cockpit.model.cases import Order
from cockpit.model.clock import MINUTE, SystemClock
from cockpit.model.entries import IssueOrders, NewCase, NewOrder, Receipt
from cockpit.model.ids import new_id
from cockpit.model.letters import (
    Duty,
    Letter,
    LetterKind,
    Letters,
    LettersWanted,
    Position,
    Reported,
    Said,
    Send,
    Taken,
)  # fmt: skip
from cockpit.packs.read import read_pack
from tests.living_hub import CITY, UNIT_KEYS, LivingHub
from tests.on_the_wire import OnTheWire, on_the_wire

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

CLOCK = SystemClock()
PATIENCE = 60_000
"""Milliseconds that anything on a page is waited for."""
UNIT = UNIT_KEYS[0]
PLACE = {"longitude": 120.1590, "latitude": 30.2490}
ARGUMENTS = ["--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]


@contextlib.contextmanager
def chromium(*more: str) -> Iterator[Browser]:
    """A browser as phones have it."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("chromium is not installed, which packaging/system-deps.sh --tests does")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=[*ARGUMENTS, *more])
        try:
            yield browser
        finally:
            browser.close()


class GatewayThread:
    """A real gateway of a hub's profile, on a thread of its own.

    Attributes:
        gateway: of now.
    """

    def __init__(self, profile: Path) -> None:
        self.profile = profile
        self.gateway: Gateway
        self._loop: asyncio.AbstractEventLoop
        self._thread: threading.Thread | None = None
        self._port = 0

    def start(self) -> None:
        ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._main(ready)), name="phone-gateway")
        self._thread.start()
        assert ready.wait(PATIENCE / 1000), "the gateway does not start"
        self._port = self.gateway.site.port

    async def _main(self, ready: threading.Event) -> None:
        self._loop = asyncio.get_running_loop()
        self.gateway = Gateway(self.profile, self._port, read_pack(CITY), CLOCK)
        await self.gateway.run(ready.set)

    def stop(self) -> None:
        if self._thread is not None:
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self.gateway.stop)
            self._thread.join(PATIENCE / 1000)
            assert not self._thread.is_alive()
        self._thread = None

    @property
    def url(self) -> str:
        return self.gateway.site.url


@dataclass
class Phone:
    """A phone with the page open.

    Attributes:
        problems: what the page's scripts did not catch, and what its policy refused.
    """

    context: BrowserContext
    page: Page
    problems: list[str] = field(default_factory=list)

    def shows(self, text: str) -> None:
        self.page.get_by_text(text).first.wait_for(timeout=PATIENCE)

    def until(self, script: str) -> None:
        self.page.wait_for_function(script, timeout=PATIENCE)

    def tap(self, selector: str) -> None:
        self.page.locator(selector).first.click(timeout=PATIENCE)

    def reopen(self) -> None:
        """The page is killed and opened again from the home screen."""
        url = self.page.url
        self.page.close()
        self.page = self.context.new_page()
        self.listen()
        self.page.goto(url)

    def listen(self) -> None:
        self.page.set_default_timeout(PATIENCE)
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("console", lambda line: self._heard(line.text))

    def _heard(self, line: str) -> None:
        if "Content Security Policy" in line or "Refused to" in line:
            self.problems.append(line)


class PhoneCity:
    """See above.

    Attributes:
        heard: positions, duty and reports of phones as they came to the hub.
        desk: a seat's user of the bus; hub, gateway: what serves it and the phones.
    """

    def __init__(self, hub: LivingHub, gateway: GatewayThread, desk: OnTheWire, browser: Browser) -> None:
        self.hub, self.gateway, self.desk, self.browser = hub, gateway, desk, browser
        self.phones: list[Phone] = []
        self.heard: list[Said] = []
        self._hear(Position, Duty, Reported)

    def _hear(self, *kinds: type[Said]) -> None:
        """Keeps what phones say besides letters, and hands it on to whoever takes it at the hub."""
        assert self.hub.hub is not None
        known = self.hub.hub.hearing.said
        for kind in kinds:
            takes = known.get(kind)

            async def hear(gateway: str, said: Any, takes: Any = takes) -> Receipt:
                self.heard.append(said)
                return await takes(gateway, said) if takes is not None else Receipt(said.id, seq=1)

            known[kind] = hear

    # -- what the desk does --------------------------------------------------------------------------------------------

    def code(self, unit: str = UNIT, name: str = "李娜") -> dict[str, str]:
        """A code for a phone, as the hub asks for it."""
        head = {"Authorization": f"Bearer {self.gateway.gateway.enrol_secret}"}
        wanted = {"unit": unit, "name": name, "kind": "grid", "area": "闸弄口 07 网格"}
        answer = httpx.post(f"{self.gateway.url}/v1/codes", json=wanted, headers=head, trust_env=False, timeout=30)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def order(self, unit: str = UNIT, level: int = 1, minutes: int = 10, **texts: str) -> str:
        """Orders a unit; the id of the order."""
        texts = {
            "order": "先到东口拉警戒带，劝离行人和车辆",
            "place": "天城路 × 机场路",
            "words": "下穿通道积水 62 cm",
        } | texts
        order = NewOrder(new_id(CLOCK), unit, True)
        case = NewCase(f"incident/{new_id(CLOCK)}", "E0506", level, 120.16, 30.25, "330102001", "12345")
        assert self.desk.command(IssueOrders((order,), minutes * MINUTE, 60 * MINUTE, case), **texts).refused is None
        return order.id

    def found(self, order: str) -> Order:
        """An order as the ledger has it."""
        assert self.hub.hub is not None
        return next(case.orders[order] for case in list(self.hub.hub.book.state.cases.values()) if order in case.orders)

    def until(self, condition: Callable[[], object], what: str) -> None:
        """Waits for something that is not on a page."""
        end = CLOCK.mono() + PATIENCE / 1000
        while not condition():
            assert CLOCK.mono() < end, f"not in time: {what}"
            if self.phones:
                self.phones[-1].page.wait_for_timeout(20)  # the browser's events come meanwhile
            else:
                threading.Event().wait(0.02)

    def letter(self, kind: LetterKind, words: str, unit: str = UNIT) -> str:
        letter = Letter(new_id(CLOCK), kind, "", unit, False, "值班席 王敏", CLOCK.now(), words)
        self.desk.ask("letters.send", Send((letter,)), Taken)
        return letter.id

    def letters(self) -> list[Letter]:
        """All that the hub has."""
        return list(self.desk.ask("letters", LettersWanted(), Letters).letters)

    def picture(self, folder: Path) -> None:
        """What each phone shows, for whoever looks at a test that failed."""
        for number, phone in enumerate(self.phones):
            with contextlib.suppress(Exception):
                phone.page.screenshot(path=str(folder / f"phone-{number}.png"), timeout=5000)

    # -- phones --------------------------------------------------------------------------------------------------------

    def phone(self, enrolled: bool = True, unit: str = UNIT, **options: Any) -> Phone:
        """A phone; enrolled by the link of a QR code."""
        options = {"locale": "zh-CN", "viewport": {"width": 390, "height": 844}} | options
        context = self.browser.new_context(
            is_mobile=True,
            has_touch=True,
            geolocation=PLACE,
            permissions=["geolocation", "microphone", "camera"],
            **options,
        )
        phone = Phone(context, context.new_page())
        phone.listen()
        self.phones.append(phone)
        if enrolled:
            phone.page.goto(f"{self.gateway.url}/#code={self.code(unit)['code']}")
            phone.tap("button.main")
            phone.page.wait_for_selector("#tab-orders")
        return phone


@contextlib.contextmanager
def phone_city(folder: Path) -> Iterator[PhoneCity]:
    with contextlib.ExitStack() as stack:
        hub = stack.enter_context(LivingHub(folder / "hub"))
        gateway = GatewayThread(folder / "hub")
        gateway.start()
        stack.callback(gateway.stop)
        desk = stack.enter_context(on_the_wire(hub, "seat-1"))
        browser = stack.enter_context(chromium())
        city = PhoneCity(hub, gateway, desk, browser)
        try:
            yield city
        except BaseException:
            city.picture(folder)
            raise
        for phone in city.phones:
            assert phone.problems == []
