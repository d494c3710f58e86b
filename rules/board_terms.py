"""What every figure of the league table means: the standard words and formulas, the order of ranking, and their digest.

The words may be an office's own; the formulas are the code's, so that words and counting can always be compared.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Final

from schemas.board import Column, Definition, Definitions, Indicator, Rate
from schemas.errors import Refused

RATE_OF: Final = {
    Rate.sign_rate: (Column.signed_on_time, Column.sign_judged),
    Rate.finish_rate: (Column.finished_on_time, Column.finish_judged),
    Rate.finish_rate_without_extension: (Column.finished_on_time_without_extension, Column.finish_judged),
    Rate.first_time_rate: (Column.closed_first_time, Column.first_judged),
    Rate.reopen_rate: (Column.reopened, Column.ever_closed),
}
RANKING: Final = (
    Rate.finish_rate,
    Rate.finish_rate_without_extension,
    Rate.first_time_rate,
    Rate.reopen_rate,
    Rate.sign_rate,
)

_INCLUSIVE = "到期当刻仍算按时"
STANDARD: Final[dict[str, tuple[str, str]]] = {
    Column.issued: ("本轮下达的督办单和提示函件数，撤回的计入并注明", "下达 = 应办 + 提示函 + 撤回"),
    Column.withdrawn: ("已撤回的督办单和提示函，保留文号，单列，不计入其他各栏", "状态为“撤回”的件数"),
    Column.letters: ("发给企业等非督办对象的提示函，单列，不计入应办、各项比率和排名", "形式为提示函且未撤回的件数"),
    Column.letters_closed: ("提示函中已销号的件数", "提示函中状态为“已销号”的件数"),
    Column.accountable: ("应办督办单，即全部督办单减去已撤回的", "应办 = 销号 + 在办"),
    Column.sign_judged: (
        "应签收：已签收的，和签收时限已过仍未签收的；时限未到又未签收的暂不判定，时限未到即已销号的不再判定",
        "应办中：已签收，或统计时刻（已销号的为销号时刻）> 签收时限",
    ),
    Column.signed_on_time: ("在签收时限内签收的件数", f"签收时刻 ≤ 签收时限（{_INCLUSIVE}）"),
    Column.finish_judged: (
        "应办结：已销号的、办结时限已过的、曾经反弹的；时限未到的、中止的、按时提出申请尚待审核的暂不判定",
        "应办结 = 按时办结 + 逾期销号 + 逾期未结 + 反弹",
    ),
    Column.finished_on_time: (
        "在当时有效的办结时限内（含批准的延期）提出办结申请且该次申请经审核销号的件数",
        f"已销号、从未反弹，且获准的办结申请时刻 ≤ 现行办结时限（{_INCLUSIVE}）；不因审核用时而逾期",
    ),
    Column.finished_on_time_without_extension: (
        "不计延期、在最初办结时限内提出办结申请且该次申请经审核销号的件数",
        "按时办结中：未延期的，或申请时刻 ≤ 最初办结时限的",
    ),
    Column.finished_late: ("已销号但未按时的件数，反弹的除外", "已销号、从未反弹，且获准的申请时刻 > 现行办结时限"),
    Column.first_judged: ("应计一次办结：应办结的，加上时限未到但已被退回的", "应办结，或退回次数 ≥ 1"),
    Column.closed_first_time: ("未经退回、首次办结申请即销号的件数", "已销号、退回次数 = 0、从未反弹"),
    Column.returned: ("曾被退回重办的件数", "应办中：退回次数 ≥ 1"),
    Column.ever_closed: ("曾经销号的件数，包括后来反弹重新办理的", "销号 + 反弹后仍在办"),
    Column.reopened: ("回头看未通过而重新办理的件数", "应办中：反弹次数 ≥ 1，不论后来是否再次销号"),
    Column.closed: ("截至统计时刻处于销号状态的件数，含逾期销号和反弹后再次销号", "应办中：状态为“已销号”"),
    Column.open: ("截至统计时刻尚未销号的件数", "在办 = 未到期 + 中止 + 待审核 + 逾期未结 + 反弹后仍在办"),
    Column.in_review: (
        "已按时提出办结申请、尚待办公室审核的件数，审核用时不算单位逾期",
        "在办中：审核中，且申请时刻 ≤ 现行办结时限",
    ),
    Column.overdue: (
        "办结时限已过仍未销号的件数，按时申请待审核的除外；中止期间不计时",
        "在办中：统计时刻 > 现行办结时限；反弹的另计",
    ),
    Rate.sign_rate: ("按时签收率", "按时签收 ÷ 应签收"),
    Rate.finish_rate: ("按时办结率（含批准的延期）", "按时办结 ÷ 应办结"),
    Rate.finish_rate_without_extension: ("按时办结率（不计延期）", "未用延期的按时办结 ÷ 应办结"),
    Rate.first_time_rate: ("一次办结率", "一次办结 ÷ 应计一次办结"),
    Rate.reopen_rate: ("反弹率", "反弹 ÷ 曾经销号"),
    Indicator.registration_before: (
        "下达时数据截止日的注册比例，即注册志愿者数除以在岗人数",
        "Σ注册 ÷ Σ在岗（各单位相加后再除，不取平均）",
    ),
    Indicator.registration_after: ("最近一次复测的注册比例，算法同上", "Σ注册 ÷ Σ在岗，未复测的单位按下达时的数计入"),
    Indicator.activity_before: (
        "下达时数据截止日的活跃度，即活跃志愿者数除以注册志愿者数",
        "Σ活跃 ÷ Σ注册（各单位相加后再除，不取平均）",
    ),
    Indicator.activity_after: ("最近一次复测的活跃度，算法同上", "Σ活跃 ÷ Σ注册，未复测的单位按下达时的数计入"),
    Indicator.teams_before: ("下达时已成立志愿服务队的单位", "已建队单位数 ÷ 计入指标的单位数"),
    Indicator.teams_after: ("最近一次复测时已成立志愿服务队的单位", "算法同上，未复测的单位按下达时的数计入"),
}


def freeze(words: Mapping[str, str], *, small_unit: int) -> Definitions:
    """Return a campaign's definitions: the office's words (its policy's `publication.definitions`), our formulas.

    A column without words of its own keeps the standard ones. Raises `Refused` for a column that does not exist.
    """
    unknown = sorted(set(words) - set(STANDARD))
    if unknown:
        known = "、".join(STANDARD)
        sentence = f"口径里的“{'、'.join(unknown)}”不是成效表的栏目，请删除或改名；可用的有：{known}。"
        raise Refused("board.definition.unknown", sentence)
    columns = {
        name: Definition(words=words.get(name, said), formula=formula) for name, (said, formula) in STANDARD.items()
    }
    return Definitions(columns=columns, ranking=RANKING, small_unit=small_unit)


def definitions_digest(definitions: Definitions) -> str:
    """Return the SHA-256, lower-case hex, of the definitions as canonical JSON (text and integers only)."""
    said = definitions.model_dump(mode="json")
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
