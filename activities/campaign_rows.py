"""The rows and orders that a campaign's steps come to: from units and verdicts to candidates, from candidates to issues."""

from records.reading_loop import MeasuredUnit
from records.rows import CandidateRow
from schemas import names
from schemas.act import Issue
from schemas.assessment import Verdict
from schemas.campaign import CampaignInput, Confirm
from schemas.order import Figures


def finding(verdict: Verdict) -> str:
    """Return the one word for a verdict: short, near, exempt or clear."""
    if verdict.falls_short:
        return "short"
    if verdict.exempt:
        return "exempt"
    return "near" if verdict.near else "clear"


def candidate_row(given: CampaignInput, unit: MeasuredUnit, verdict: Verdict) -> CandidateRow:
    """Return the frozen row of one assessed unit; where it lies and what it is are frozen with the verdict."""
    where = {"region": unit.region, "unit_type": unit.unit_type.value, "name": unit.name}
    return CandidateRow(
        campaign=given.campaign,
        round=given.round,
        unit=unit.credit_code,
        district=unit.district,
        finding=finding(verdict),
        verdict=verdict.model_dump(mode="json") | where,
        figures=unit.figures.model_dump(mode="json"),
        cut_off=unit.cut_off,
        measurement=unit.measurement,
    )


def triggers_of(candidate: CandidateRow) -> tuple[str, ...]:
    """Return the triggers that a candidate meets."""
    return tuple(item["trigger"] for item in candidate.verdict["items"])


def issue_of(
    given: CampaignInput, confirm: Confirm, candidate: CandidateRow, *, number: str, covered: tuple[str, ...]
) -> Issue:
    """Return the order to be issued to a confirmed candidate; its docket is set when it is known."""
    order = names.order_id(given.campaign, given.round, candidate.unit)
    return Issue(
        key=f"{order}:issue",
        order=order,
        at=confirm.at,
        actor=confirm.actor,
        docket="",
        campaign=given.campaign,
        round=given.round,
        district=candidate.district,
        region=candidate.verdict["region"],
        unit=candidate.unit,
        unit_type=candidate.verdict["unit_type"],
        doc_no=number,
        urgency=given.urgency.value,
        figures=Figures.model_validate(candidate.figures),
        cut_off=candidate.cut_off,
        measurement=candidate.measurement,
        policy=given.policy,
        covered=covered,
    )
