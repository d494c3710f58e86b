"""Single cells, in the many ways that people fill them in."""

import unicodedata
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.cells import MAX_COUNT, Unreadable, read_count, read_date, read_flag, read_phone, shown, tidy, token

_COUNTS = {
    "0": 0,
    "12": 12,
    "12.0": 12,
    "12.00": 12,
    "１２": 12,
    " 12 ": 12,
    "\u300012\xa0": 12,
    "12人": 12,
    "12 名": 12,
    "1,234": 1234,
    "1，234": 1234,
    "１，２３４": 1234,
    "1,234,567": 1234567,
    "007": 7,
    "-0": 0,
    str(MAX_COUNT): MAX_COUNT,
}
_NO_COUNTS = {
    "12.5": "应填整数，现为「12.5」",
    "1,23": "应填整数，现为「1,23」",
    "12 34": "应填整数，现为「12 34」",
    "十二": "应填整数，现为「十二」",
    "1.2万": "应填整数，现为「1.2万」",
    "约12": "应填整数，现为「约12」",
    "无": "应填整数，现为「无」",
    "#REF!": "应填整数，现为「#REF!」",
    "٣": "应填整数，现为「٣」",
    "-5": "不能为负数，现为「-5」",
    "−5": "不能为负数，现为「−5」",
    "－5人": "不能为负数，现为「-5人」",
    str(MAX_COUNT + 1): f"数字过大，应不超过 {MAX_COUNT}",
    "9" * 5000: f"数字过大，应不超过 {MAX_COUNT}",
    "999,999,999.0": f"数字过大，应不超过 {MAX_COUNT}",
}
_DAY = date(2026, 9, 30)
_DAYS = [
    "2026-09-30",
    "2026-9-30",
    "2026/9/30",
    "2026/09/30",
    "2026.9.30",
    "2026年9月30日",
    "2026年09月30",
    "２０２６年９月３０日",
    "2026 年 9 月 30 日",
    "20260930",
    "20260930.0",
    "46295",
    "46295.0",
    "2026-09-30 00:00:00",
    "2026-09-30T00:00:00",
    "2026/9/30 0:00",
    "\u30002026-09-30\xa0",
]
_NO_DAYS = {
    "2026-09-31": "没有这一天：「2026-09-31」",
    "20261301": "没有这一天：「20261301」",
    "2026年9月": "日期应写成 2026-09-30 的样子，现为「2026年9月」",
    "2026-09/30": "日期应写成 2026-09-30 的样子，现为「2026-09/30」",
    "26-9-30": "日期应写成 2026-09-30 的样子，现为「26-9-30」",
    "9/30/2026": "日期应写成 2026-09-30 的样子，现为「9/30/2026」",
    "2026-09-30 12:00": "日期应写成 2026-09-30 的样子，现为「2026-09-30 12:00」",
    "近期": "日期应写成 2026-09-30 的样子，现为「近期」",
    "1926-09-30": "年份应在 2000 至 2099 之间，现为「1926-09-30」",
    "10000": "年份应在 2000 至 2099 之间，现为「10000」",
}


@pytest.mark.parametrize(("text", "count"), _COUNTS.items())
def test_counts_are_understood(text: str, count: int) -> None:
    """Full-width digits, separators, blanks, 人 and a spreadsheet's own fraction of zero leave a count what it is."""
    assert read_count(text) == count


@pytest.mark.parametrize(("text", "reason"), _NO_COUNTS.items())
def test_what_is_no_count_is_refused(text: str, reason: str) -> None:
    """Fractions, estimates, words, negative and absurd numbers are refused, each with its reason."""
    with pytest.raises(Unreadable) as refused:
        read_count(text)

    assert str(refused.value) == reason


@given(
    st.integers(0, MAX_COUNT), st.booleans(), st.sampled_from(["", "人", ".0"]), st.sampled_from(["", " ", "\u3000"])
)
def test_a_count_survives_its_spelling(count: int, wide: bool, unit: str, blank: str) -> None:
    """However a count is written, the same number is read."""
    text = f"{count:,}{unit}"
    digits = text.translate({ord("0") + n: ord("０") + n for n in range(10)}) if wide else text

    assert read_count(blank + digits + blank) == count


@pytest.mark.parametrize("text", ["是", "有", "√", "✔", "yes", "Y", "TRUE", "1", "１", "1.0", "已成立", " 是 "])
def test_yes_is_understood(text: str) -> None:
    """Words, ticks and a one all mean yes."""
    assert read_flag(text) is True


@pytest.mark.parametrize("text", ["否", "无", "没有", "未成立", "×", "✘", "X", "no", "FALSE", "0", "0.0", "ｎｏ"])
def test_no_is_understood(text: str) -> None:
    """Words, crosses and a zero all mean no."""
    assert read_flag(text) is False


def test_neither_yes_nor_no_is_refused() -> None:
    """A word that may mean either is not guessed."""
    with pytest.raises(Unreadable, match=r"^应填「是」或「否」，现为「筹建中」$"):
        read_flag("筹建中")


@pytest.mark.parametrize("text", _DAYS)
def test_days_are_understood(text: str) -> None:
    """Every usual way to write 30 September 2026 is that day, a spreadsheet's day number too."""
    assert read_date(text) == _DAY


@pytest.mark.parametrize(("text", "reason"), _NO_DAYS.items())
def test_what_is_no_day_is_refused(text: str, reason: str) -> None:
    """Months, two-digit years, days that are in no month and times of day are refused, each with its reason."""
    with pytest.raises(Unreadable) as refused:
        read_date(text)

    assert str(refused.value) == reason


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_a_day_survives_its_spelling(day: date) -> None:
    """Each spelling of any day of the century reads as that day; Excel's number counts from 30 December 1899."""
    serial = (day - (date(1899, 12, 31) - timedelta(days=1))).days
    spellings = [day.isoformat(), f"{day.year}/{day.month}/{day.day}", f"{day:%Y%m%d}", str(serial)]

    assert {read_date(text) for text in spellings} == {day}


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("13800000001", "13800000001"),
        ("１３８００００００００", "13800000000"),
        ("0352-5550000转8", "0352-5550000转8"),
        ("（0352）5550000", "(0352)5550000"),
        ("13800000001、 12345", "13800000001、 12345"),
        ("13800000001.0", "13800000001"),
    ],
)
def test_phones_are_understood(text: str, phone: str) -> None:
    """A phone keeps its own punctuation and loses what a spreadsheet or full-width typing added."""
    assert read_phone(text) == phone


@pytest.mark.parametrize("text", ["1.38E+10", "1234", "见附件", "1" * 61])
def test_what_is_no_phone_is_refused(text: str) -> None:
    """A shortened number, a word or too few digits are refused, and the reason does not repeat what may be personal."""
    with pytest.raises(Unreadable) as refused:
        read_phone(text)

    assert str(refused.value) == "电话号码只应有数字、括号、横线和分隔号，且不少于 5 位"


@pytest.mark.parametrize(
    ("text", "tidied"),
    [
        ("市\xa0文\u3000化 馆", "市文化馆"),
        ("合\n成", "合成"),
        ("\ufeff某局\u200b", "某局"),
        ("ABC 公司", "ABC 公司"),
        ("  A   B ", "A B"),
        ("某局（本级）", "某局（本级）"),
        ("e\u0301", "\u00e9"),
    ],
)
def test_text_is_tidied(text: str, tidied: str) -> None:
    """Blanks that only align Chinese characters go, the one between words stays, and full-width brackets are kept."""
    assert tidy(text) == tidied


@given(st.text())
def test_tidy_text_stays_tidy(text: str) -> None:
    """Tidying twice changes nothing more, and what is tidy is NFC; a token is NFKC without any blank."""
    once = tidy(text)

    assert tidy(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert token(token(text)) == token(text)


def test_long_text_is_cut_in_reasons() -> None:
    """A reason shows at most twenty characters of a cell."""
    assert shown("长" * 20) == "长" * 20
    assert shown("长" * 21) == "长" * 20 + "…"
