"""Headlines of alerts on chips."""

from __future__ import annotations

import pytest

from cockpit.model.headline import by_words, short_headline
from cockpit.model.messages import texts


@pytest.mark.parametrize(
    ("whole", "short"),
    [
        ("杭州市气象台发布暴雨橙色预警信号", "暴雨橙色预警"),
        ("杭州市发布地质灾害气象风险黄色预警", "地质灾害气象风险黄色预警"),
        ("浙江省水利厅和浙江省气象局联合发布山洪灾害红色预警", "山洪灾害红色预警"),
        ("暴雨橙色预警", "暴雨橙色预警"),
        ("停水通知：发布时间见附件", "停水通知：发布时间见附件"),
        ("Severe thunderstorm warning", "Severe thunderstorm warning"),
        ("", ""),
    ],
)
def test_a_headline_is_cut_to_what_and_how_grave(whole: str, short: str) -> None:
    assert short_headline(whole) == short


@pytest.mark.parametrize(
    ("by", "zh", "en"),
    [
        ("杭州市气象台发布暴雨橙色预警信号", "暴雨橙色预警", "Rainstorm, orange warning"),
        ('{"zh": "泵站停机", "en": "Pumps stopped"}', "泵站停机", "Pumps stopped"),
        ("王强", "王强", "王强"),
        ("", "", ""),
    ],
)
def test_who_or_what_changed_a_wall_is_said_in_the_language_of_the_desk(by: str, zh: str, en: str) -> None:
    assert (by_words(by, texts("zh")), by_words(by, texts("en"))) == (zh, en)
