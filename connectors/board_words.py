"""The league table's words for people, Chinese first: headings, how an order stands, why a cell was corrected."""

from typing import Final, NamedTuple

from schemas.board import Column, Indicator, Outcome, Rate, Reason, Sign
from schemas.roster import UnitType


class Word(NamedTuple):
    """One term in both languages of an edition."""

    zh: str
    en: str


HEADINGS: Final[dict[str, Word]] = {
    Column.issued: Word("下达", "Issued"),
    Column.withdrawn: Word("撤回", "Withdrawn"),
    Column.letters: Word("提示函", "Letters"),
    Column.letters_closed: Word("提示函销号", "Letters closed"),
    Column.accountable: Word("应办", "Accountable"),
    Column.sign_judged: Word("应签收", "Signing judged"),
    Column.signed_on_time: Word("按时签收", "Signed in time"),
    Column.finish_judged: Word("应办结", "Finish judged"),
    Column.finished_on_time: Word("按时办结", "Finished in time"),
    Column.finished_on_time_without_extension: Word("按时办结（不计延期）", "In time, no extension"),
    Column.finished_late: Word("逾期销号", "Closed late"),
    Column.first_judged: Word("应计一次办结", "First-time judged"),
    Column.closed_first_time: Word("一次办结", "First-time closed"),
    Column.returned: Word("退回", "Returned"),
    Column.ever_closed: Word("曾经销号", "Ever closed"),
    Column.reopened: Word("反弹", "Reopened"),
    Column.closed: Word("销号", "Closed"),
    Column.open: Word("在办", "Open"),
    Column.in_review: Word("待审核", "In review"),
    Column.overdue: Word("逾期未结", "Overdue"),
    Rate.sign_rate: Word("按时签收率", "Signed in time"),
    Rate.finish_rate: Word("按时办结率", "Finished in time"),
    Rate.finish_rate_without_extension: Word("不计延期", "No extension"),
    Rate.first_time_rate: Word("一次办结率", "First-time closed"),
    Rate.reopen_rate: Word("反弹率", "Reopened rate"),
    Indicator.registration_before: Word("注册比例（前）", "Registration before"),
    Indicator.registration_after: Word("注册比例（后）", "Registration after"),
    Indicator.activity_before: Word("活跃度（前）", "Activity before"),
    Indicator.activity_after: Word("活跃度（后）", "Activity after"),
    Indicator.teams_before: Word("建队单位（前）", "Units with a team before"),
    Indicator.teams_after: Word("建队单位（后）", "Units with a team after"),
}
# A sign stands before each word, so that black-and-white print and colour-blind readers lose nothing.
SIGNS: Final = {
    Sign.on_time: Word("✓ 按时", "✓ in time"),
    Sign.late: Word("△ 逾期签收", "△ late"),
    Sign.overdue: Word("✕ 逾期未签", "✕ overdue"),
    Sign.not_due: Word("· 未到期", "· not due"),
}
OUTCOMES: Final = {
    Outcome.on_time: Word("✓ 按时办结", "✓ in time"),
    Outcome.on_time_extended: Word("✓ 延期内办结", "✓ in time, extended"),
    Outcome.late: Word("△ 逾期销号", "△ closed late"),
    Outcome.not_due: Word("· 未到期", "· not due"),
    Outcome.paused: Word("‖ 中止", "‖ paused"),
    Outcome.in_review: Word("… 待审核", "… in review"),
    Outcome.overdue: Word("✕ 逾期未结", "✕ overdue"),
    Outcome.reopened_open: Word("↺ 反弹在办", "↺ reopened, open"),
    Outcome.reopened_closed: Word("↺ 反弹后销号", "↺ reopened, closed"),
    Outcome.withdrawn: Word("— 撤回", "— withdrawn"),
}
# A letter binds nobody, so it is told as answered or not, never as late.
LETTER_CLOSED: Final = Word("✓ 已销号", "✓ closed")
LETTER_OPEN: Final = Word("· 在办", "· open")
NOTHING: Final = Word("—", "—")
REASONS: Final = {
    Reason.reopened: Word("回头看未通过，重新办理", "look-back failed, reopened"),
    Reason.withdrawn: Word("公布后撤回", "withdrawn after publication"),
    Reason.reinstated: Word("撤回后恢复", "reinstated after withdrawal"),
    Reason.transferred: Word("改由其他单位承办", "transferred to another unit"),
    Reason.conclusion_revised: Word("异议成立，结论更正", "conclusion revised on objection"),
    Reason.rejudged: Word("时限或认定更正", "due or judgement corrected"),
    Reason.added_late: Word("首次公布后补下达", "issued after the first edition"),
    Reason.missing: Word("本版缺失，请查明", "missing from this edition: to be explained"),
    Reason.figures_corrected: Word("下达时的数据更正", "figures at issue corrected"),
}
LEVELS: Final = (
    Word("0 提醒", "0 reminder"),
    Word("1 督办", "1 order"),
    Word("2 催办", "2 expedite"),
    Word("3 通报", "3 circular"),
    Word("4 约谈", "4 interview"),
    Word("5 移交", "5 handed over"),
)
UNIT_TYPES_EN: Final = {
    UnitType.party_government_organ: "Party or government organ",
    UnitType.mass_organization: "Mass organization",
    UnitType.enterprise: "Enterprise",
    UnitType.public_institution: "Public institution",
    UnitType.village: "Village",
    UnitType.community: "Community",
}
LABELS: Final[dict[str, Word]] = {
    "table": Word("督办成效表", "League table of supervision"),
    "campaign": Word("行动编号", "Campaign"),
    "period": Word("统计期间", "Period"),
    "as_of": Word("统计截至", "As of"),
    "to": Word("至", "to"),
    "edition": Word("版次", "Edition"),
    "edition_no": Word("第 {} 版", "No. {}"),
    "round_no": Word("第 {} 轮", "Round {}"),
    "seal": Word("封存", "Seal"),
    "unsealed": Word("尚未封存", "not yet sealed"),
    "synthetic": Word(
        "合成数据 synthetic · 本表的单位和数字均为演示而编造，与任何真实单位无关",
        "合成数据 synthetic · units and figures are invented for demonstration; no real unit is meant",
    ),
    "corrections": Word("更正", "Corrections"),
    "no_corrections": Word("本版对以前各版没有更正。", "This edition corrects nothing in earlier ones."),
    "corrections_note": Word(
        "以前各版已公布、现予更正的栏目如下；单元格数值含同期正常推进的变化，更正所涉文号逐一列明。",
        "Cells already published that now read differently; cells also contain ordinary progress; "
        "the orders reclassified are named one by one.",
    ),
    "reason": Word("原因", "Reason"),
    "changes": Word("栏目 原值→现值", "Cell before → after"),
    "numbers": Word("所涉文号", "Orders"),
    "districts": Word("一、各区县", "1. Districts"),
    "units": Word("二、各单位", "2. Units"),
    "definitions": Word("三、口径", "3. Definitions"),
    "rank": Word("名次", "Rank"),
    "district": Word("区县", "District"),
    "unit": Word("单位", "Unit"),
    "unit_type": Word("类型", "Type"),
    "number": Word("文号", "Number"),
    "sign": Word("签收", "Signing"),
    "outcome": Word("办结", "Finish"),
    "closed_on": Word("销号日", "Closed on"),
    "extended": Word("延期", "Ext."),
    "returned": Word("退回", "Ret."),
    "reopened": Word("反弹", "Reop."),
    "level": Word("级别", "Level"),
    "letter": Word("提示函", "letter"),
    "counts": Word("件数", "Orders"),
    "rates": Word("按时签收与办结（比率，件数）", "In time (rate, orders)"),
    "indicators": Word("指标 前→后（复测 / 计入单位）", "Indicators before → after"),
    "registration": Word("注册比例", "Registration"),
    "activity": Word("活跃度", "Activity"),
    "teams": Word("建队", "Team"),
    "measured": Word("复测单位", "Re-measured"),
    "small_units": Word("小单位", "Small units"),
    "yes": Word("有", "yes"),
    "no": Word("无", "no"),
    "total": Word("合计", "Total"),
    "orders_of": Word("件", "orders"),
    "column": Word("栏目", "Column"),
    "words": Word("含义", "Meaning"),
    "formula": Word("算法", "Formula"),
    "digest": Word(
        "口径摘要（SHA-256，行动启动前冻结）", "Digest of the definitions (SHA-256, frozen before the start)"
    ),
    "ranking": Word("排名依次比较", "Ranked by, in turn"),
    "ranking_note": Word(
        "反弹率低者在前，其余高者在前；各项全同的并列；尚无应办结的不排名。",
        "the reopened rate ascending, the others descending; equals share a rank; "
        "districts with nothing to judge have none.",
    ),
    "small_note": Word(
        "在岗不足 {} 人的单位照常列名、照常计件，其指标数字以“<{}”代替，"
        "且不计入区县和合计的指标（“小单位”列为未计入的单位数），因此不能由合计倒推。",
        "Units with fewer than {} staff are listed and counted like all others; their figures print as “<{}” and stand "
        "outside the indicators of district and total (column “small units” says how many), "
        "so that no total can give them away.",
    ),
    "language_note": Word("", "The Chinese text of the definitions is the one that was frozen and counts."),
    "other": Word("English", "中文"),
}
