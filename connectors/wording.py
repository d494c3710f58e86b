"""What people are told, in Chinese and English: notices by template, titles of events, acts and states.

A notice's text is made from its template and three parameters only: the document number, the due, and nothing personal.
A test compares these tables with what the rules, the shipped policies and the schemas can say.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from connectors.board_words import Word

NOTICES: Final[dict[str, Word]] = {
    "supervision_order": Word("收到 {doc_no}，请签收{by}。", "You have received {doc_no}; please acknowledge it{by}."),
    "advisory_letter": Word("收到提示函 {doc_no}，请签收{by}。", "You have received the advisory letter {doc_no}{by}."),
    "remind": Word("{doc_no} 有一项即将到期，请抓紧办理{by}。", "A step of {doc_no} is about to fall due{by}."),
    "expedite": Word(
        "催办：{doc_no} 已逾期或被退回，请立即办理{by}。", "Expedite: {doc_no} is overdue or was returned{by}."
    ),
    "circular_proposed": Word(
        "{doc_no} 严重逾期，已提请通报，等待审批{by}。", "{doc_no}: a circular has been proposed{by}."
    ),
    "interview_proposed": Word(
        "{doc_no} 长期逾期，已提请约谈，等待审批{by}。", "{doc_no}: an interview has been proposed{by}."
    ),
    "chase": Word("{doc_no} 仍未办理，请继续催办{by}。", "{doc_no} is still not done; please follow up{by}."),
    "overdue": Word(
        "{doc_no} 有一项办公室事项逾期未办，请过问{by}。", "A step of the office for {doc_no} is late{by}."
    ),
    "lookback_call": Word(
        "{doc_no} 回头看开始，请报送复核数据{by}。", "Look-back of {doc_no}: please supply the figures{by}."
    ),
    "review_needed": Word("{doc_no} 已申请办结，请审核{by}。", "{doc_no} asks for close-out; please review{by}."),
    "decision_needed": Word("{doc_no} 有一项申请等待决定{by}。", "A request on {doc_no} waits for a decision{by}."),
    "approval_needed": Word("{doc_no} 有一项提请等待审批{by}。", "A proposal on {doc_no} waits for approval{by}."),
    "returned": Word("{doc_no} 被退回，请重办{by}。", "{doc_no} was returned for rework{by}."),
    "closed_out": Word(
        "{doc_no} 已销号。如对结论有异议，可在异议期内申请复核。",
        "{doc_no} is closed out. You may object to the conclusion within the window.",
    ),
    "decided": Word("{doc_no} 的一项申请或提请已有决定{by}。", "A request or proposal on {doc_no} was decided{by}."),
    "suspended": Word("{doc_no} 中止办理，时限暂停{by}。", "{doc_no} is suspended{by}."),
    "resumed": Word("{doc_no} 恢复办理，时限已顺延{by}。", "{doc_no} is resumed, its deadlines moved{by}."),
    "transferred_away": Word("{doc_no} 已转由其他单位承办，贵单位无需再办理。", "{doc_no} went to another unit."),
    "withdrawn": Word("{doc_no} 已撤回，无需再办理。", "{doc_no} was withdrawn; nothing remains to be done."),
    "regression": Word("{doc_no} 回头看未通过，重新办理{by}。", "{doc_no} failed its look-back and is open again{by}."),
    "deadline_revised": Word(
        "{doc_no} 因放假安排公布，时限已调整{by}。", "{doc_no}: deadlines moved with the calendar{by}."
    ),
}

ACT_REFUSED: Final = "act_refused"
"""The message to somebody whose act was received and refused later: no notice of the rules, but the door's own word."""

MESSAGES: Final[dict[str, Word]] = {
    ACT_REFUSED: Word(
        "{doc_no}：此前收到的“{act}”未予办理。{refusal}",
        "{doc_no}: your act “{act}”, received before, was refused. {refusal}",
    ),
}

EVENTS: Final[dict[str, Word]] = {
    "order.issued": Word("下达{form} {doc_no}：{items}（数据截至 {cut_off}）", "Issued"),
    "order.acknowledged": Word("签收", "Acknowledged"),
    "order.plan.submitted": Word("报送整改方案", "Plan submitted"),
    "order.progress.reported": Word("反馈进展", "Progress reported"),
    "order.completion.requested": Word("申请办结，申报{figures}", "Completion requested"),
    "order.evidence.attached": Word("提交证明材料，{size} 字节，密文摘要 {digest}", "Evidence attached"),
    "order.returned": Word("退回重办，未通过：{points}", "Returned for rework"),
    "order.closed_out": Word("审核通过，销号（{on_time}）", "Closed out"),
    "order.extension.requested": Word("申请延期 {extend}〔{proposal}〕", "Extension requested"),
    "order.dispatch.disputed": Word("提出派单异议，时限暂停〔{proposal}〕", "Dispatch disputed"),
    "order.conclusion.objected": Word("对结论 {about} 申请复核〔{proposal}〕", "Conclusion objected to"),
    "order.proposal.made": Word("提请{kind}，等待审批〔{proposal}〕", "Proposal made"),
    "order.proposal.decided": Word("{accepted}{kind}〔{proposal}〕{then}", "Proposal decided"),
    "order.level.raised": Word("升至 {level} 级，原因：{cause}", "Level raised"),
    "order.suspended": Word("中止办理，至 {until}", "Suspended"),
    "order.resumed": Word("恢复办理{finish_due}", "Resumed"),
    "order.transferred": Word("转办给 {unit}", "Transferred"),
    "order.withdrawn": Word("撤回", "Withdrawn"),
    "order.lookback.passed": Word("回头看通过，{figures}", "Look-back passed"),
    "order.lookback.failed": Word("回头看未通过（{short}），重新办理，最迟 {finish_due}", "Look-back failed"),
    "order.review.reopened": Word("销号结论被撤销，重新审核", "Review reopened"),
    "order.regression.set_aside": Word("反弹认定被撤销，恢复销号", "Regression set aside"),
    "order.rung.reached": Word("{step}{rung}，应于 {scheduled}，{late}{silent}", "Rung of the clock reached"),
    "order.deadline.revised": Word("放假安排公布，时限重新计算{finish_due}", "Deadline revised"),
    "order.settled": Word("全部了结，不再计时", "Settled"),
    "order.attempt.refused": Word("操作被拒绝：{act}〔{code}〕", "Attempt refused"),
    "campaign.started": Word("发起专项行动，口径冻结", "Campaign started"),
    "campaign.round.assessed": Word("第 {round} 轮核查 {assessed} 家，未达标 {short} 家", "Round assessed"),
    "campaign.round.confirmed": Word("第 {round} 轮确认，下达 {orders} 件", "Round confirmed"),
    "campaign.round.published": Word("公布第 {round} 轮结果，第 {version} 版", "Round published"),
    "campaign.withdrawn": Word("撤回专项行动", "Campaign withdrawn"),
    "campaign.ended": Word("专项行动结束，全部了结", "Campaign ended"),
    "rulebook.adopted": Word("采用规则或日历：{name}", "Rule set adopted"),
    "rulebook.delivered": Word("日历送达 {docket}，调整时限 {orders} 件", "Calendar delivered"),
    "docket.subject.set_aside": Word("因数据问题搁置：{order}", "Subject set aside"),
    "docket.subject.resumed": Word("搁置后恢复：{order}", "Subject resumed"),
    "docket.restore.asked": Word("申请解除搁置：{order}", "Restoration asked for"),
    "order.texts.viewed": Word("查看密封文字 {texts} 处", "Sealed texts viewed"),
    "order.evidence.viewed": Word("取阅证明材料第 {number} 份，密文摘要 {digest}", "Evidence viewed"),
}

ACTS: Final[dict[str, Word]] = {
    "acknowledge": Word("签收", "acknowledge"),
    "plan": Word("报送方案", "submit the plan"),
    "report": Word("反馈进展", "report progress"),
    "submit": Word("申请办结", "request completion"),
    "attach": Word("提交材料", "attach evidence"),
    "close_out": Word("审核销号", "close out"),
    "return": Word("退回重办", "return for rework"),
    "extend": Word("申请延期", "request an extension"),
    "dispute": Word("提出派单异议", "dispute the dispatch"),
    "object": Word("申请复核结论", "object to a conclusion"),
    "suspend": Word("中止", "suspend"),
    "resume": Word("恢复", "resume"),
    "transfer": Word("转办", "transfer"),
    "hand_over": Word("提请移交", "propose a hand-over"),
    "withdraw": Word("撤回", "withdraw"),
    "decide": Word("作出决定", "decide"),
    "lookback": Word("报送回头看数据", "report a look-back"),
}

CAMPAIGN_STATES: Final[dict[str, Word]] = {
    "started": Word("核查中", "assessing"),
    "assessed": Word("待确认", "to be confirmed"),
    "issuing": Word("下达中", "issuing"),
    "running": Word("办理中", "running"),
    "looking_back": Word("回头看", "looking back"),
    "ended": Word("已结束", "ended"),
    "withdrawn": Word("已撤回", "withdrawn"),
}

STATUSES_EN: Final = {
    "issued": "issued",
    "acknowledged": "acknowledged",
    "in_progress": "in progress",
    "under_review": "under review",
    "rework": "returned for rework",
    "closed_out": "closed out",
    "withdrawn": "withdrawn",
}

RUNGS: Final = {
    "remind": "到期提醒",
    "expedite": "逾期催办",
    "circular": "提请通报",
    "interview": "提请约谈",
    "chase": "持续催办",
    "overdue": "逾期提示",
    "call": "开始",
    "lapse": "期满",
}

CAUSES: Final = {
    "returned_once": "退回一次",
    "returned_twice": "退回两次",
    "regression": "回头看反弹",
    "circulars": "多次通报",
    "lookbacks_failed": "回头看多次未通过",
    "refusal_or_false_material": "拒不办理或材料虚假",
}


def message_text(template: str, params: Mapping[str, Any], *, zone: str, language: str = "zh") -> str:
    """Return a message of somebody's inbox: a notice with who else was told, or the door's own word to them."""
    if template in MESSAGES:
        place = Word._fields.index(language)
        return MESSAGES[template][place].format(**{**params, "act": ACTS[params["act"]][place]})
    doc_no, due = params.get("doc_no", ""), params.get("due")
    fallback = params.get("fallback", "").rstrip("；")
    text = notice_text(template, doc_no=doc_no, due=due, zone=zone, language=language)
    return text + (f"（{fallback}）" if fallback else "")


def notice_text(template: str, *, doc_no: str, due: str | None, zone: str, language: str = "zh") -> str:
    """Return a notice as its reader sees it; `due` is ISO 8601 or None, shown in the office's time zone.

    A template that an office's own policy brings, and that has no text here, is told by its name.
    """
    place = Word._fields.index(language)
    known = NOTICES.get(template, Word(f"{{doc_no}}：{template}{{by}}。", f"{{doc_no}}: {template}{{by}}."))
    by = ""
    if due is not None:
        local = datetime.fromisoformat(due).astimezone(ZoneInfo(zone))
        by = (f"，时限 {local:%Y-%m-%d %H:%M}", f", due {local:%Y-%m-%d %H:%M}")[place]
    return known[place].format(doc_no=doc_no, by=by)
