"""Incidents: a subject that was set aside so that its docket could go on, who asked for its return, and its return."""

from typing import Literal

from schemas.event import Event


class SubjectSetAside(Event):
    """One subject could not be judged or recorded; its docket goes on without it."""

    tag: Literal["docket.subject.set_aside"] = "docket.subject.set_aside"
    order: str
    problem: str


class SubjectResumed(Event):
    """A subject came back as its events tell it."""

    tag: Literal["docket.subject.resumed"] = "docket.subject.resumed"
    order: str


class RestoreAsked(Event):
    """An officer asked that a subject set aside be taken back; who asked stands in the event's actor."""

    tag: Literal["docket.restore.asked"] = "docket.restore.asked"
    order: str
