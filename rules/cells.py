"""One cell of a spreadsheet, as offices really write it, read into a count, a date, a yes or no, or clean text.

Every reader takes the cell's text and raises `Unreadable` with a Chinese reason.
Nothing is guessed: what has two readings is refused.
"""

import re
import unicodedata
from datetime import date, timedelta
from functools import lru_cache

MAX_COUNT = 9_999_999

_YES = frozenset({"是", "有", "已", "已成立", "成立", "已建", "√", "✓", "✔", "☑", "y", "yes", "true", "1", "1.0"})
_NO = frozenset({"否", "无", "没有", "未", "未成立", "未建", "×", "✗", "✘", "x", "n", "no", "false", "0", "0.0"})
# Python's \s knows NBSP and the ideographic space, but not the zero-width characters that pasting brings.
_BLANKS = re.compile(r"[\s\u200b-\u200f\u2060\ufeff\u0000-\u001f\u007f]+")
_BETWEEN_HAN = re.compile(r"(?<=[\u3400-\u9fff（）]) (?=[\u3400-\u9fff（）])")
_COUNT = re.compile(r"(-?)(\d+|\d{1,3}(?:,\d{3})+)(?:\.0+)? ?[人名个]?", re.ASCII)
_DATE = re.compile(
    r"(\d{4})(?:-(\d{1,2})-|/(\d{1,2})/|\.(\d{1,2})\.|年(\d{1,2})月)(\d{1,2})日?(?:[T ]0?0:00(?::00)?)?", re.ASCII
)
_COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\.0+)?", re.ASCII)
_SERIAL = re.compile(r"(\d{5})(?:\.0+)?", re.ASCII)
# 2026 年 9 月 30 日, with the blanks that typists put around the words.
_BLANK_IN_DATE = re.compile(r" (?=[年月日])|(?<=[年月]) ")
_PHONE = re.compile(r"[0-9+()\-*、,;/转 ]{5,60}")
# Excel's day 0 under its 1900 system, whose invented 29 February 1900 is thereby counted in.
_SERIAL_EPOCH = date(1899, 12, 30)
_YEARS = range(2000, 2100)


class Unreadable(ValueError):
    """A cell that says nothing usable; the text is the reason, in Chinese."""


def tidy(text: str) -> str:
    """Text as a person meant it: NFC, runs of blanks as one space, none at the ends or between Chinese characters.

    Full-width letters and brackets stay as written: they belong to names.
    """
    normal = text if text.isascii() else unicodedata.normalize("NFC", text)
    if _is_plain(normal):
        return normal
    return _BETWEEN_HAN.sub("", _BLANKS.sub(" ", normal).strip())


def token(text: str) -> str:
    """A code, number or word for comparing: NFKC (full-width becomes plain) and without any blank."""
    normal = unicodedata.normalize("NFKC", text)
    return normal if _is_plain(normal) else _BLANKS.sub("", normal)


def _is_plain(text: str) -> bool:
    # To Python no blank is printable except the space: a quick way to leave nearly every cell alone.
    return text.isprintable() and " " not in text


@lru_cache(maxsize=1 << 16)
def read_count(text: str) -> int:
    """A count of people: `1,234`, `１２`, `12人` and a spreadsheet's `12.0`, but no fraction and no 万."""
    plain = tidy(unicodedata.normalize("NFKC", text))
    if plain.isascii() and plain.isdigit():
        count = int(plain) if len(plain) <= len(str(MAX_COUNT)) else MAX_COUNT + 1
    else:
        count = _read_written_count(plain)
    if count > MAX_COUNT:
        raise Unreadable(f"数字过大，应不超过 {MAX_COUNT}")
    return count


def _read_written_count(plain: str) -> int:
    match = _COUNT.fullmatch(plain.replace("−", "-"))
    if match is None:
        raise Unreadable(f"应填整数，现为「{shown(plain)}」")
    sign, digits = match.groups()
    count = int(digits.replace(",", "")[:20])
    if sign and count:
        raise Unreadable(f"不能为负数，现为「{shown(plain)}」")
    return count


def read_flag(text: str) -> bool:
    """是 or 否, in the words and ticks that stand for them."""
    plain = token(text).lower()
    if plain in _YES:
        return True
    if plain in _NO:
        return False
    raise Unreadable(f"应填「是」或「否」，现为「{shown(plain)}」")


@lru_cache(maxsize=4096)
def read_date(text: str) -> date:
    """A day of the years 2000 to 2099: with -, /, . or 年月日, as eight digits, or as a spreadsheet's day number."""
    plain = tidy(unicodedata.normalize("NFKC", text))
    serial = _SERIAL.fullmatch(plain)
    found = _SERIAL_EPOCH + timedelta(days=int(serial[1])) if serial else _read_written_date(plain)
    if found.year not in _YEARS:
        raise Unreadable(f"年份应在 {_YEARS[0]} 至 {_YEARS[-1]} 之间，现为「{shown(plain)}」")
    return found


def _read_written_date(plain: str) -> date:
    match = _COMPACT_DATE.fullmatch(plain) or _DATE.fullmatch(_BLANK_IN_DATE.sub("", plain))
    if match is None:
        raise Unreadable(f"日期应写成 2026-09-30 的样子，现为「{shown(plain)}」")
    year, month, day = (int(part) for part in match.groups() if part is not None)
    try:
        return date(year, month, day)
    except ValueError:
        raise Unreadable(f"没有这一天：「{shown(plain)}」") from None


def read_phone(text: str) -> str:
    """A telephone number or several: digits and punctuation; what a spreadsheet cut to 1.38E+10 is refused."""
    plain = tidy(unicodedata.normalize("NFKC", text)).removesuffix(".0")
    if not _PHONE.fullmatch(plain):
        raise Unreadable("电话号码只应有数字、括号、横线和分隔号，且不少于 5 位")
    return plain


def shown(text: str) -> str:
    """A cell's text for a reason: cut to twenty characters, so that a pasted paragraph does not flood the report."""
    return text if len(text) <= 20 else f"{text[:20]}…"  # noqa: PLR2004 - the length is said above
