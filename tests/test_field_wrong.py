"""What a device is told of a body that is not valid: one plain sentence in its language, not the decoder's words."""

from __future__ import annotations

import asyncio
import contextlib
import re
from pathlib import Path

import pytest

from cockpit.cli import main
from cockpit.field.register import Register
from cockpit.model.clock import SystemClock
from tests.living_gateway import desk_with_orders, living_gateway

SHA = "a" * 64
FACT = {"kind": "read", "at": "2026-07-14T09:00:00Z"}
BLOB = {"sha256": SHA, "size": 100, "type": "image/png"}
WRONG: list[tuple[str, object, str, str]] = [
    ("blobs", [], "请求体应为一个 JSON 对象", "the body has to be a JSON object"),
    ("blobs", {"sha256": SHA}, "缺少 size", "size is missing"),
    ("blobs", {**BLOB, "x\n`\u202e": 1}, "没有叫“x ` ”的字段", "there is no field “x ` ”"),
    ("blobs", {**BLOB, "size": "1"}, "size 应为数字", "size has to be a number"),
    ("blobs", {**BLOB, "size": 0}, "size 不能小于 1", "size must not be less than 1"),
    ("blobs", {**BLOB, "size": 1.5}, "size 应为整数", "size has to be a whole number"),
    ("blobs", {**BLOB, "sha256": "A" * 64}, "sha256 应为 64 位小写十六进制的 SHA-256", "64 lower-case hex digits"),
    ("blobs", {**BLOB, "sha256": "a"}, "sha256 太短，至少 64 个字符", "sha256 is too short; 64 characters at least"),
    ("blobs", {**BLOB, "type": "x` - at `$.size`"}, "type 应为以下之一：image/jpeg, image/png, image/webp", "one of"),
    ("facts", {**FACT, "kind": 1}, "kind 应为文字", "kind has to be a text"),
    ("facts", {**FACT, "at": "noon"}, "at 不是带时区的 ISO 8601 时间", "at is no ISO 8601 time with an offset"),
    ("facts", {**FACT, "lon": 1, "lat": 91}, "lat 不能大于 90", "lat must not be more than 90"),
    ("facts", {**FACT, "lon": -181, "lat": 1}, "lon 不能小于 -180", "lon must not be less than -180"),
    ("facts", {**FACT, "words": 5}, "words 应为文字", "words has to be a text"),
    ("facts", {**FACT, "words": " \u3000"}, "words 不能只有空白", "words must not be blank"),
    ("facts", {**FACT, "words": "长" * 4001}, "words 太长，最多 4000 个字符", "words is too long; at most 4000"),
    ("enrol", {"unit": "abc", "device": "x"}, "unit 应写成“数据源/编号”", "unit has to be a feed and an id"),
]


def test_what_is_wrong_is_said_in_plain_words_of_the_language_asked_for(tmp_path: Path) -> None:
    async def story() -> None:
        async with living_gateway(tmp_path, desk_with_orders()) as city:
            device = await city.enrol()
            for where, body, *sentences in WRONG:
                path = "/v1/orders/o-U1/facts" if where == "facts" else f"/v1/{where}"
                head = city.enrol_head if where == "enrol" else device.head
                for language, words in zip(("zh", "en"), sentences, strict=True):
                    answer = await city.web.post(path, json=body, headers={**head, "Accept-Language": language})
                    said = answer.json()
                    assert (answer.status_code, said["code"]) == (422, "field.not_valid"), body
                    assert words in said["detail"]
                    assert not re.search(r"Expected|regex|Object|enum|\$|\n", said["detail"]), said["detail"]

    asyncio.run(story())


def test_the_list_of_tokens_has_no_character_that_steers_a_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "field"
    folder.mkdir()
    with contextlib.closing(Register(folder / "register.db", SystemClock())) as register:
        register.enrol("positions/U\x9b31m\u202e1", "x\x1b[2J")
    assert main(["gateway", "tokens", "list", "--profile", str(tmp_path)]) == 0
    line = capsys.readouterr().out.removesuffix("\n")
    assert "positions/U 31m 1" in line
    assert line.isprintable()
