"""The Chinese words for statuses, roles, steps, proposals and colours: the same word in every room."""

from schemas.event import Role
from schemas.order import ProposalKind, Status
from schemas.policy import StepKind

ROLES = {
    Role.unit_contact: "单位联系人",
    Role.officer: "督办员",
    Role.reviewer: "审核员",
    Role.approver: "审批人",
    Role.leader: "负责人",
    Role.data_steward: "数据员",
    Role.auditor: "审计员",
    Role.local_operator: "本机操作员",
    Role.clock: "时钟",
}

STATUSES = {
    Status.issued: "待签收",
    Status.acknowledged: "已签收",
    Status.in_progress: "办理中",
    Status.under_review: "待审核",
    Status.rework: "退回重办",
    Status.closed_out: "已销号",
    Status.withdrawn: "已撤回",
}

STEPS = {
    StepKind.sign: "签收",
    StepKind.plan: "报送方案",
    StepKind.report: "进展反馈",
    StepKind.finish: "办结",
    StepKind.rework: "重办",
    StepKind.rectify: "反弹整改",
    StepKind.review: "办结审核",
    StepKind.approval: "审批",
    StepKind.decision: "决定",
    StepKind.resume: "恢复办理",
    StepKind.window: "异议期",
    StepKind.lookback: "回头看",
}

PROPOSALS = {
    ProposalKind.extension: "延期",
    ProposalKind.dispatch_objection: "派单异议",
    ProposalKind.conclusion_objection: "结论复核",
    ProposalKind.circular: "通报",
    ProposalKind.interview: "约谈",
    ProposalKind.handover: "移交",
}

COLORS = {"blue": "蓝", "orange": "橙", "red": "红"}
