"""The headline of an alert as short as a chip: what and how grave; who says so stands beside it. No Qt."""

from __future__ import annotations

import re

_ISSUED = re.compile(r"^.{2,40}?(?:联合)?发布(?:了)?(?=.*[红橙黄蓝]色?(?:预警|警报|警告))")
_SIGNAL = re.compile(r"(?<=预警)信号")


def short_headline(headline: str) -> str:
    """杭州市气象台发布暴雨橙色预警信号 is 暴雨橙色预警; a headline of another form stays as it is."""
    return _SIGNAL.sub("", _ISSUED.sub("", headline, count=1), count=1) or headline
