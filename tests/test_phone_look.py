"""What the phone page looks like, measured: contrast, names and sizes of what can be pressed, in both languages."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from cockpit.field.files import Files
from cockpit.model.letters import LetterKind
from cockpit.paths import assets_dir
from tests.phone_city import Phone, phone_city

MEASURE = """() => {
  const wrong = [];
  const colour = (text) => [...(text.match(/[0-9.]+/g) || []).map(Number), 1].slice(0, 4);
  const light = ([r, g, b]) => {
    const part = (one) => { const s = one / 255; return s <= 0.03928 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4; };
    return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  };
  const behind = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const found = colour(getComputedStyle(at).backgroundColor);
      if (found[3] === 1) return found;
    }
    return [255, 255, 255, 1];
  };
  const seen = (node) => node.getClientRects().length && getComputedStyle(node).visibility === 'visible';
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let texts = 0;
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !seen(node) || node.closest('noscript, option')) continue;
    texts += 1;
    const [a, b] = [light(colour(getComputedStyle(node).color)), light(behind(node))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) wrong.push(`contrast ${ratio.toFixed(2)}: ${walker.currentNode.data.slice(0, 30)}`);
    if (parseFloat(getComputedStyle(node).fontSize) < 12) wrong.push(`small: ${walker.currentNode.data.slice(0, 30)}`);
  }
  for (const node of document.querySelectorAll('button, a[href], label.side, input, textarea, select')) {
    if (!seen(node) || node.classList.contains('file')) continue;
    const box = node.getBoundingClientRect();
    const label = node.closest('label');
    const name = node.getAttribute('aria-label') || node.textContent.trim() || (label && label.textContent.trim());
    if (!name) wrong.push(`no name: ${node.outerHTML.slice(0, 80)}`);
    const tall = node.type === 'checkbox' ? label.getBoundingClientRect().height : box.height;
    if (tall < 47.5) wrong.push(`${Math.round(tall)} px high: ${name || node.outerHTML.slice(0, 80)}`);
    if (box.right > innerWidth + 1 || box.left < -1) wrong.push(`off the screen: ${name}`);
  }
  for (const node of document.querySelectorAll('canvas, img')) {
    if (!node.getAttribute('aria-label') && !node.getAttribute('alt')) wrong.push('a picture without a name');
  }
  const ids = [...document.querySelectorAll('[id]')].map((node) => node.id);
  if (new Set(ids).size !== ids.length) wrong.push('an id twice');
  if (document.documentElement.scrollWidth > innerWidth) wrong.push('wider than the screen');
  if (!texts) wrong.push('nothing to read');
  return wrong;
}"""


def pages(phone: Phone) -> list[tuple[str, Callable[[], object]]]:
    """Every page of the phone, and how to get there from the one before."""
    page = phone.page
    return [
        ("order", lambda: phone.page.locator("#next").wait_for()),
        ("refusal", lambda: phone.tap("#refuse")),
        ("on the way", lambda: (page.keyboard.press("Escape"), steps(phone))),
        ("done", lambda: phone.tap("#next")),
        ("calling", lambda: (page.keyboard.press("Escape"), phone.tap("#call"))),
        ("report", lambda: (page.keyboard.press("Escape"), phone.tap("#tab-report"))),
        ("map", lambda: phone.tap("#tab-map")),
        ("me", lambda: phone.tap("#tab-me")),
        ("letters", lambda: phone.tap("#letters")),
        ("leaving", lambda: (phone.tap("#back"), phone.tap("#leave"))),
    ]


def steps(phone: Phone) -> None:
    """Accepted, on the way, on scene."""
    for number in (1, 2, 3):
        phone.tap("#next")
        phone.page.locator(f".steps .past:nth-child({number})").wait_for()


@pytest.mark.slow
@pytest.mark.system
def test_every_page_is_readable_and_its_keys_have_names_in_light_and_dark_and_both_languages(tmp_path: Path) -> None:
    looks = [("zh-CN", "light", 390, 844), ("zh-CN", "dark", 360, 640), ("en-US", "light", 360, 640)]
    wrong: list[str] = []
    with phone_city(tmp_path) as city:
        for number, (locale, scheme, width, height) in enumerate(looks):
            unit = f"positions/U{number + 1:03d}"
            options = {"locale": locale, "color_scheme": scheme, "viewport": {"width": width, "height": height}}
            phone = city.phone(enrolled=False, **options)
            phone.page.goto(f"{city.gateway.url}/#code={city.code(unit)['code']}")
            phone.page.locator("button.main").wait_for()
            wrong += [f"{locale} {scheme} enrol: {one}" for one in phone.page.evaluate(MEASURE)]
            city.order(unit, level=number + 1)
            city.letter(LetterKind.ANNOUNCE, "今晚 20 时起全员在岗", unit)
            phone.tap("button.main")
            for name, go in pages(phone):
                go()
                phone.page.wait_for_timeout(150)  # a sheet comes in within 120 ms
                wrong += [f"{locale} {scheme} {name}: {one}" for one in phone.page.evaluate(MEASURE)]
            if locale.startswith("en"):
                text = phone.page.locator("body").inner_text()
                assert not re.search(r"\b(undefined|null|NaN)\b", text)
    assert wrong == []


FOLDER = assets_dir() / "field"


def test_the_page_has_no_inline_script_or_style_and_makes_no_markup_of_data() -> None:
    index = (FOLDER / "index.html").read_text("utf-8")
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon[a-z]+=", index)
    for file in FOLDER.glob("*.js"):
        text = file.read_text("utf-8")
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document.write|\beval\(|new Function", text), file


def test_the_service_worker_keeps_every_file_of_the_page_and_no_answer_of_the_api() -> None:
    text = (FOLDER / "sw.js").read_text("utf-8")
    listed = set(re.findall(r"'(/[^']*)'", text[text.index("[") : text.index("];")]))
    served = set(Files(FOLDER).paths)
    assert listed == served - {"/sw.js", "/old.js"}
    parts = re.findall(
        r"'([a-z]+)'", (FOLDER / "boot.js").read_text("utf-8").partition("PARTS = [")[2].partition("]")[0]
    )
    begun = {"/sw.js", "/old.js", "/boot.js", "/app.js"}
    assert {f"/{part}.js" for part in parts} == {path for path in served if path.endswith(".js")} - begun


def test_every_sentence_has_two_languages_and_none_is_missing_or_left_over() -> None:
    words = (FOLDER / "words.js").read_text("utf-8")
    known = {a or b for a, b in re.findall(r"^  (?:'([^']+)'|(\w+)): \['.+', '.+'\],$", words, re.MULTILINE)}
    assert len(known) == words.count(": ['")
    rest = "".join(file.read_text("utf-8") for file in FOLDER.glob("*.js") if file.name != "words.js")
    used = set(re.findall(r"'([a-z]+(?:\.[a-z0-9_]+)*)'", rest))
    stems = (*re.findall(r"t\(`([a-z.]+)\$\{", rest), "order.")
    assert {one for one in used if re.match(r"(order|me|call|hint|enrol|report|letters)\.", one)} <= known | {
        "order.state"
    }
    assert {one for one in known if one not in used and not one.startswith(stems) and one != "title"} == set()
