"""The phone page where things are not as they should be: a token that ended, a wrong clock, hostile texts, no store."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from cockpit.model.letters import LetterKind
from cockpit.paths import assets_dir
from tests.phone_city import CLOCK, UNIT, Phone, phone_city

pytestmark = [pytest.mark.slow, pytest.mark.system]

AHEAD = 3 * 3600.0
"""Seconds by which a phone's clock is wrong."""
HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script>{{7*7}}"
KEPT = """async () => {
  const base = await new Promise((good) => {
    const asked = indexedDB.open('city-field');
    asked.onsuccess = () => good(asked.result);
  });
  let count = 0;
  for (const name of base.objectStoreNames) {
    count += await new Promise((good) => {
      const asked = base.transaction(name).objectStore(name).count();
      asked.onsuccess = () => good(asked.result);
    });
  }
  base.close();
  return count;
}"""


def test_a_phone_that_is_revoked_forgets_everything_and_says_why(tmp_path: Path) -> None:
    with phone_city(tmp_path) as city:
        phone = city.phone()
        city.order()
        phone.shows("下穿通道积水 62 cm")
        assert phone.page.evaluate(KEPT) > 2
        assert city.gateway.gateway.register.revoke(UNIT) == 1
        phone.shows("这部手机的登记已被值班席撤销，手机上的数据已清除。")
        assert phone.page.get_by_text("下穿通道积水").count() == 0
        phone.until(f"({KEPT})().then((count) => count === 0)")
        phone.page.get_by_label("登记码").fill(city.code()["code"].lower())  # typed by hand, as read out
        phone.page.get_by_role("button", name="登记").click()
        phone.shows("下穿通道积水 62 cm")
        phone.tap("#tab-me")
        phone.tap("#leave")
        phone.page.get_by_role("button", name="注销并清除").click()
        phone.shows("已注销，手机上的数据已清除。")
        phone.page.get_by_label("登记码").fill("AAAA-AAAA")
        phone.page.get_by_role("button", name="登记").click()
        phone.page.get_by_role("alert").filter(has_text="码").wait_for()


def test_countdowns_go_by_the_city_s_time_on_a_phone_with_a_wrong_clock_and_its_facts_say_its_own(
    tmp_path: Path,
) -> None:
    with phone_city(tmp_path) as city:
        phone = city.phone(enrolled=False)
        phone.page.clock.install(time=CLOCK.now() / 1e6 + AHEAD)
        phone.page.goto(f"{city.gateway.url}/#code={city.code()['code']}")
        phone.page.clock.resume()
        phone.tap("button.main")
        order = city.order(minutes=10)
        phone.shows("到场还剩")
        left = phone.page.locator(".clock").first.inner_text()
        assert left.startswith(("9:", "10:")), left
        phone.page.get_by_role("button", name="接单", exact=True).click()
        city.until(lambda: city.found(order).state == "accepted", "accepted")
        assert abs(city.found(order).skew / 1e6 - AHEAD) < 60
        phone.tap("#tab-me")
        phone.page.get_by_text(re.compile("快 (2:59|3:00):")).wait_for()


def test_hostile_texts_are_shown_as_text(tmp_path: Path) -> None:
    with phone_city(tmp_path) as city:
        phone = city.phone()
        dialogs: list[str] = []
        phone.page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
        city.order(order=HOSTILE, place=HOSTILE, words=HOSTILE)
        phone.page.locator(".card .words").filter(has_text="onerror").first.wait_for()
        assert phone.page.locator(".card .words").last.inner_text() == HOSTILE
        city.letter(LetterKind.TEXT, HOSTILE)
        phone.shows("{{7*7}}")
        phone.tap("#hint-mail")
        phone.page.locator(".letter .words").filter(has_text=HOSTILE).wait_for()
        assert phone.page.locator("main img, main script").count() == 0
        assert dialogs == []


def without(what: str) -> str:
    """A script that takes something away from the browser before the page begins."""
    return f"Object.defineProperty({what}, {{ get() {{ throw new DOMException('no', 'SecurityError'); }} }});"


def test_the_page_says_what_it_lacks_and_works_without_it(tmp_path: Path) -> None:
    with phone_city(tmp_path) as city:
        phone = city.phone(enrolled=False)
        phone.context.add_init_script(without("window, 'indexedDB'"))
        phone.context.add_init_script("delete Navigator.prototype.serviceWorker; delete window.RTCPeerConnection;")
        phone.page.goto(city.gateway.url)
        phone.shows("断网时打不开：证书还没有被这部手机信任。")
        phone.shows("不能通话和录音")
        phone.shows("浏览器不让存数据")
        assert phone.page.get_by_role("link", name="下载本站证书").get_attribute("href") == "/ca.crt"
        enrol(phone, city.code()["code"])
        order = city.order()
        phone.page.get_by_role("button", name="接单", exact=True).click()
        city.until(lambda: city.found(order).state == "accepted", "accepted")
        phone.tap("#call")
        phone.page.get_by_role("button", name="语音").click()
        phone.shows("这个浏览器不能通话")


def test_a_full_phone_says_so_and_shows_nothing_as_done(tmp_path: Path) -> None:
    with phone_city(tmp_path) as city:
        phone = city.phone()
        order = city.order()
        phone.page.get_by_role("button", name="接单", exact=True).wait_for()
        city.until(lambda: city.found(order).state == "read", "read")
        full = "function () { throw new DOMException('no room', 'QuotaExceededError'); }"
        phone.page.evaluate(
            f"() => {{ window.add = IDBObjectStore.prototype.add; IDBObjectStore.prototype.add = {full}; }}"
        )
        phone.page.get_by_role("button", name="接单", exact=True).click()
        phone.shows("手机存满了，刚才的没有存下。请清理后再试")
        assert phone.page.locator(".steps .past").count() == 0
        phone.page.evaluate("() => { IDBObjectStore.prototype.add = window.add; }")
        phone.page.get_by_role("button", name="接单", exact=True).click()
        city.until(lambda: city.found(order).state == "accepted", "accepted")


def test_what_waits_outlives_an_enrolment_that_expired(tmp_path: Path) -> None:
    with phone_city(tmp_path) as city:
        phone = city.phone()
        order = city.order()
        city.until(lambda: city.found(order).state == "read", "read")
        city.gateway.stop()
        phone.page.get_by_role("button", name="接单", exact=True).click()
        phone.shows("1 条已存手机")
        city.gateway.start()
        city.gateway.gateway.register.write(("UPDATE token SET expires = 1", ()))
        phone.shows("登记已过期。扫新的二维码后，没发出的会接着发。")
        enrol(phone, city.code()["code"])
        city.until(lambda: city.found(order).state == "accepted", "accepted")
        phone.shows("下穿通道积水 62 cm")


def test_a_new_version_comes_as_a_whole_when_somebody_wants_it_and_loses_nothing_that_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(assets_dir() / "field", tmp_path / "assets" / "field")
    monkeypatch.setattr("cockpit.field.gateway.assets_dir", lambda: tmp_path / "assets")
    with phone_city(tmp_path) as city:
        phone = city.phone()
        phone.until("navigator.serviceWorker.ready.then(() => true)")
        phone.until("navigator.serviceWorker.controller !== null")
        order = city.order()
        city.until(lambda: city.found(order).state == "read", "read")
        city.gateway.stop()
        phone.page.get_by_role("button", name="接单", exact=True).click()
        phone.shows("1 条已存手机")
        words = tmp_path / "assets" / "field" / "words.js"
        words.write_text(words.read_text("utf-8").replace("我的工单", "我的新工单"), "utf-8")
        phone.reopen()
        phone.shows("1 条已存手机")
        assert phone.page.get_by_text("我的新工单").count() == 0
        city.gateway.start()
        city.until(lambda: city.found(order).state == "accepted", "accepted")
        phone.reopen()
        phone.tap("#hint-update")
        phone.shows("我的新工单")


def enrol(phone: Phone, code: str) -> None:
    phone.page.get_by_label("登记码").fill(code)
    phone.page.get_by_role("button", name="登记").click()


def test_over_tls_with_the_authority_of_the_site_the_link_of_the_code_enrols(tmp_path: Path) -> None:
    with phone_city(tmp_path) as city:
        phone = city.phone(enrolled=False, ignore_https_errors=True)
        made = city.code()
        assert made["url"].startswith("https://")
        phone.page.goto(made["url"])
        assert phone.page.evaluate("window.isSecureContext")
        phone.tap("button.main")
        phone.shows("现在没有工单")
        phone.tap("#tab-me")
        phone.shows("已连接，能呼叫")
        second = phone.context.new_page()
        second.goto(phone.page.url)
        phone.shows("在另一个页面打开了")
        phone.tap("#hint-replaced")
        phone.shows("现在没有工单")
        second.get_by_text("在另一个页面打开了").wait_for()
        assert phone.page.request.get(made["ca"]).headers["content-type"] == "application/x-x509-ca-cert"
