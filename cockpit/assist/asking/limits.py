"""What is said of a time limit, whatever it is called: over it, within it, over it and open still."""

# ruff: noqa: E501 - words and patterns are easier to read in one line

from __future__ import annotations

import re

_OF_IT = r"(?:(?:规定|办理|处置|处理|办结|结案|要求|约定|承诺|法定|应有|既定)的?)"
_TERM = rf"(?:{_OF_IT}*(?:期限|时限|限期|时效|截止时间|截止日期|截止日)|{_OF_IT}+(?:时间|日期|日子))"
DONE = r"(?:完成|办结|办完|办好|结案|结掉|了结|处置|处理|解决|搞定|销案|办理|关闭|结|办)(?:完毕|完成|完|好|掉|到位)?了?"
_EN_TERM = r"(?:(?:the|their|its|his|our|a|an|any|set|legal|agreed|official|required|prescribed|allowed|target|planned|given|due) )*(?:deadlines?|due dates?|time limits?|target dates?|target times?|time allowed|allotted time|time frames?|timeframes?|cut-?off|limit)"
_EVEN = r"(?:平均|均摊|平摊|摊|匀|算|折合|折算)"
_EVEN_TO = r"(?:下来|起来|到|算下来|摊下来|摊到)?(?:的话)?(?:[,，])?(?:大概|大约|差不多)?"
PHRASES = (
    (re.compile(r"(?:一|半)(?:件|起|例|单|个|宗|条|桩)(?:案件|案子|案|事)?(?:都|也)(?:没有?|未|无)(?:发生|出|来|报|接到|收到|出现)?(?:过)?"), ("NONE",)),
    (re.compile(r"(?<!有没)(?:也|都)没有(?:发生|出|来|报)?过?(?=的?(?:街道|社区|区)|[?？。吗]*$)"), ("NONE",)),
    (re.compile(r"零(?:案件|发案|报案|上报|发生|接报|来件)|零(?=[一-鿿]{2})(?![零〇一二两三四五六七八九十百千万下上点时])"), ("NONE",)),
    (re.compile(r"(?:not a single|no|zero) (?:cases?|incidents?|reports?|events?)\b(?: at all| whatsoever)?"), ("NONE",)),
    (re.compile(r"(?:are|is|were|was) (?:up|down)(?= (?:on|from|against|over|versus) (?:the )?(?:last|previous) (?:week|month|quarter|year))"), ("DIFFER",)),
    (re.compile(rf"{_EVEN}{_EVEN_TO}(?:每|一|每一)[天日](?!天)(?:里|中)?(?:平均|大概|大约|差不多)?"), ("PERDAY",)),
    (re.compile(rf"{_EVEN}{_EVEN_TO}(?:每|一|每一)个?(?:周|星期|礼拜)(?:平均|大概|大约|差不多)?(?![一二三四五六日天末])"), ("MEAN", "PERWEEK")),
    (re.compile(rf"{_EVEN}{_EVEN_TO}(?:每|一|每一)个?月(?:平均|大概|大约|差不多)?"), ("MEAN", "PERMONTH")),
    (re.compile(rf"{_EVEN}{_EVEN_TO}(?:每|一|每一)个?(?:小时|钟头)(?:平均|大概|大约|差不多)?"), ("MEAN", "PERHOUR")),
    (re.compile(rf"(?:没有?|未|未能|没能|没有能)(?:能够|能|被)?(?:在|按照?|照|赶在)?{_TERM}(?:之?内|以内|之?前|里)?(?:{DONE})?"), ("LATE",)),
    (re.compile(r"(?:没有?|未|未能|没能|没有能|不)(?:能够|能|被)?(?:按期|按时|及时|准时|如期)(?:地)?" + f"(?:{DONE})?"), ("LATE",)),
    (re.compile(rf"(?:超过|超出|超越|过|超|错过|误|耽误|拖过|突破|晚于|迟于|逾)了?(?:过)?{_TERM}(?:之?后)?(?:还|仍|才|都|也|又)?(?:没有?|未)(?:被)?{DONE}"), ("LATE", "OPEN")),
    (re.compile(rf"(?:超过|超出|超越|过|超|错过|误|耽误|拖过|突破|晚于|迟于|逾)了?(?:过)?{_TERM}(?:之?后)?(?:才{DONE})?"), ("LATE",)),
    (re.compile(rf"(?:在|于|按照?|照|赶在)?{_TERM}(?:之内|以内|内|之前|以前|前|里)(?:就|便|都|能|能够|被)?{DONE}"), ("ONTIME", "CLOSE")),
    (re.compile(rf"(?:within|inside|before|by|meeting|met|meet|meets|keeping|kept|keep|making|made|beat|beating) {_EN_TERM}\b"), ("ONTIME",)),
    (re.compile(rf"(?:(?:ran|run|runs|running|went|go|goes|gone|going|slipped|slid|passed|pushed|dragged|overran|stretched|stayed|are|is|were|was|be|came|finished|closed|handled|completed|done|settled|resolved) )?(?:(?:in|well|far|way|still|already) )?"
                rf"(?:past|over|beyond|after|outside|later than|behind|overran|exceeded|exceeding|exceed|missed|missing|miss|misses|blew|blown|blow|breached|broke|overshot|overstepped|failed|fail) (?:to (?:meet|keep|make) )?{_EN_TERM}\b"), ("LATE",)),
    (re.compile(rf"(?:did not|didn't|do not|don't|not|failing to|failed to|fail to|could not|couldn't) (?:(?:finish|finished|close|closed|handle|handled|complete|completed|done|resolve|resolved|settle|settled|dealt with) )?"
                rf"(?:meet|keep|make|within|inside|before|by|in) {_EN_TERM}\b"), ("LATE",)),
)  # fmt: skip
"""What is said of a time limit, whatever it is called."""
