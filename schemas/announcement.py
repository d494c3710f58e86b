"""Delivering a calendar that became known to every open docket, page by page."""

from schemas.base import Model
from schemas.time import Instant


class AnnouncementInput(Model):
    """Which calendar, by digest; `after` is the last docket of the page before, so that a run can go on where it was."""

    calendar: str
    at: Instant
    after: str = ""
    dockets: int = 0
    orders: int = 0


class DocketPage(Model):
    """Open dockets in order of their ids; the last page is empty."""

    dockets: tuple[str, ...]


class Delivered(Model):
    """How many dockets have the calendar now, and how many orders' deadlines it moved."""

    dockets: int
    orders: int
