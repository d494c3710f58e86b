"""A round's confirmation: once, with its block of numbers, and nobody asked twice (督查条例 art. 15)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from activities.campaign_rows import issue_of, triggers_of
from activities.campaign_standing import tell
from activities.intake import newest_calendar
from records.reading_events import stream
from records.reading_loop import load_calendar, load_policy, open_triggers, short_candidates, spent_triggers
from records.rows import CandidateRow, ClaimRow
from records.session import Read, Write
from records.writing_current import put_claims
from records.writing_rules import take_numbers
from rules.calendar import local_day
from rules.campaign_issue import Asked, already_asked, left_to_ask
from rules.campaign_register import rounds_confirmed
from rules.deadline import deadline
from schemas import names
from schemas.act import Issue
from schemas.calendar import Calendar
from schemas.campaign import CampaignInput, Covered, IssueTask, RoundConfirmed
from schemas.order import BETWEEN_TRIGGERS
from schemas.policy import Policy

_ONE_AT_A_TIME: Final = "campaign:confirming"
"""Held while a round is confirmed: what one confirmation claims, the next one sees, whichever office it is for."""


class Confirmed(NamedTuple):
    """What a confirmation comes to: under which rules, the orders in the order of their numbers, when the round ends."""

    given: CampaignInput
    issues: tuple[Issue, ...]
    ends_at: datetime


class _Round(NamedTuple):
    """What a confirmation is decided on: the list as it was frozen, under the rules that froze it."""

    task: IssueTask
    policy: Policy
    calendar: Calendar
    short: Mapping[str, CandidateRow]


def confirm_round(tx: Write, task: IssueTask) -> Confirmed:
    """Record the confirmation; the same task again comes to the same orders under the same numbers.

    Who has an open order for a trigger is asked for the others only; what was covered is frozen in the event.
    """
    tx.hold(_ONE_AT_A_TIME)
    task = _by_the_newest_calendar(tx, task)
    given, confirm = task.given, task.confirm
    short = {one.unit: one for one in short_candidates(tx, given.campaign, given.round)}
    this = _Round(task, load_policy(tx, given.policy), load_calendar(tx, given.calendar), short)
    year = local_day(this.calendar, confirm.at).year
    before = rounds_confirmed(stream(tx, names.campaign_stream(given.campaign))).get(given.round)
    covered = before.covered if before else _covered_now(tx, given.campaign, given.round, short.values())
    excluded = {one.unit for one in confirm.exclusions}
    left = left_to_ask({unit: triggers_of(one) for unit, one in short.items()}, excluded=excluded, covered=covered)
    first, last = take_numbers(
        tx, f"{given.campaign}:r{given.round}", office=this.policy.office, year=year, n=len(left)
    )
    event = RoundConfirmed(
        happened_at=confirm.at,
        round=given.round,
        excluded=confirm.exclusions,
        covered=covered,
        orders=len(left),
        first_number=first,
        last_number=last,
        ends_at=before.ends_at if before else _ends_at(this),
    )
    tell(tx, given, event, key=confirm.key, actor=confirm.actor)
    put_claims(tx, [_claim(this, unit, covered=left_out) for unit, left_out in left.items()])
    return Confirmed(task.given, tuple(_issues(this, left, year=year, first=first)), event.ends_at)


def _by_the_newest_calendar(tx: Write, task: IssueTask) -> IssueTask:
    """A later round counts by what is announced by then; a campaign is under way for longer than a calendar lasts."""
    calendar = newest_calendar(tx) or task.given.calendar
    return task.model_copy(update={"given": task.given.model_copy(update={"calendar": calendar})})


def covered_in(read: Read, campaign: str, round_no: int, candidates: Iterable[CandidateRow]) -> tuple[Covered, ...]:
    """Return what these candidates are asked for already: as the round's event froze it, else as it stands now."""
    before = rounds_confirmed(stream(read, names.campaign_stream(campaign))).get(round_no)
    return before.covered if before else _covered_now(read, campaign, round_no, candidates)


def _covered_now(read: Read, campaign: str, round_no: int, candidates: Iterable[CandidateRow]) -> tuple[Covered, ...]:
    short = {one.unit: triggers_of(one) for one in candidates}
    asked = [*open_triggers(read), *spent_triggers(read, campaign, round_no)]
    return already_asked(short, (Asked(*one) for one in asked))


def _ends_at(this: _Round) -> datetime:
    return deadline(this.task.confirm.at, this.policy.round_length, calendar=this.calendar).due


def _claim(this: _Round, unit: str, *, covered: Sequence[str]) -> ClaimRow:
    given = this.task.given
    asked = [one for one in triggers_of(this.short[unit]) if one not in covered]
    order = names.order_id(given.campaign, given.round, unit)
    return ClaimRow(order_id=order, unit=unit, triggers=BETWEEN_TRIGGERS.join(asked))


def _issues(this: _Round, left: Mapping[str, tuple[str, ...]], *, year: int, first: int) -> list[Issue]:
    """The orders, numbered in the order of the list; a letter's number has its own word before it."""
    words = {"order": this.policy.numbering.order, "advisory": this.policy.numbering.advisory}
    given, confirm = this.task.given, this.task.confirm
    return [
        issue_of(
            given,
            confirm,
            this.short[unit],
            number=words[this.short[unit].verdict["form"]].format(year=year, number=first + index),
            covered=covered,
        )
        for index, (unit, covered) in enumerate(left.items())
    ]
