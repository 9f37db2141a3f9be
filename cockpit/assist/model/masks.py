"""What does not leave the machine in the words of a question, and with which words nothing is sent or shown at all."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from cockpit.assist.briefing.privacy import HIDDEN
from cockpit.assist.briefing.privacy import found as personal
from cockpit.assist.briefing.privacy import masked as without_personal

MOST_QUESTION = 500
_SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏窦章苏潘葛范彭郎鲁韦马苗方俞任袁柳"
    "鲍史唐费廉岑薛雷贺倪汤滕罗毕郝邬安常傅卞齐康伍余顾孟黄穆萧尹姚邵汪祁毛狄臧戴宋庞熊纪舒屈项祝董梁杜阮蓝闵季贾"
    "江颜郭梅林钟徐邱骆高夏蔡田樊胡凌霍虞万柯管卢莫丁宣邓洪包左石崔龚程嵇邢裴陆荣翁荀惠曲封储段焦巴牧侯宁仇甘厉"
    "祖武符刘景詹束龙叶幸司黎薄印白怀蒲从鄂索咸赖卓蔺屠蒙池乔阴翟谭申扶冉牛边燕温庄柴阎连茹习易慎戈廖居衡步耿满弘匡"
    "文寇广沃利蔚越师巩聂晁勾敖融曾沙丰关查游竺权盖益桓公"
)
_TITLES = "先生|女士|小姐|同志|大爷|大妈|阿姨|师傅|老师|医生|书记|局长|主任|科长|处长|队长|所长|区长|市长"
_NAMED = re.compile(rf"[{_SURNAMES}](?:某某|某|[\u4e00-\u9fff]{{1,2}})?(?=(?:{_TITLES}))")
_BEFORE = re.compile(
    r"((?:当事人|联系人|报案人|举报人|投诉人|反映人|住户|业主|姓名|名叫|叫做)[是为：:，, ]*)"
    rf"([{_SURNAMES}][\u4e00-\u9fff]{{1,2}})"
)
_ENGLISH = re.compile(r"\b(Mr|Mrs|Ms|Miss|Dr)\.?\s+[A-Z][a-z]+(?:\s+[A-Z][a-z]+)?")
_HOME = re.compile(
    r"[\d一二三四五六七八九十百]+\s*(?:号楼|幢|栋|单元|室)(?:\s*[\d一二三四五六七八九十百-]+\s*(?:单元|室)?)*"
)
_CASE = re.compile(r"(?<![A-Za-z0-9])(?=[A-Za-z0-9_/-]*\d{6})[A-Za-z0-9_/-]{10,}(?![A-Za-z0-9])")
_LEADS = (
    "忽略以上", "忽略上面", "忽略之前", "忽略前面", "无视以上", "无视之前", "不要遵守", "系统提示词", "系统指令",
    "你的提示词", "开发者模式", "越狱", "扮演", "ignore previous", "ignore all previous", "ignore the above",
    "disregard previous", "disregard the above", "system prompt", "your instructions", "developer mode", "jailbreak",
    "pretend to be", "<|im_start|>", "<|system|>", "[inst]", "<<sys>>",
)  # fmt: skip


def masked(text: str) -> str:
    """The text without telephone and card numbers, names of persons, doors of homes and numbers of cases."""
    text = without_personal(text)
    text = _CASE.sub(HIDDEN, text)
    text = _HOME.sub(HIDDEN, text)
    text = _BEFORE.sub(rf"\1{HIDDEN}", text)
    text = _NAMED.sub(HIDDEN, text)
    return _ENGLISH.sub(rf"\1 {HIDDEN}", text)


def clean(text: str) -> str:
    """The text without what is not seen: control and format characters, the brackets of our handles."""
    text = unicodedata.normalize("NFC", text)
    kept = (" " if char in "\n\r\t" else char for char in text if unicodedata.category(char) not in ("Cf", "Co", "Cn"))
    return "".join(char for char in kept if unicodedata.category(char) not in ("Cc", "Cs") and char not in "⟦⟧").strip()


def stopped(text: str, deny: Iterable[str]) -> str:
    """Why a question is not sent: the words that stop it, "" it may go."""
    plain = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    dense = plain.replace(" ", "")
    for words in (*_LEADS, *deny):
        word = " ".join(unicodedata.normalize("NFKC", words).casefold().split())
        if word in plain or word.replace(" ", "") in dense:
            return words
    return ""


def tells_personal(text: str) -> bool:
    return any(True for _ in personal(text))
