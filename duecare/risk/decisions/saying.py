"""What people say of a decision that was put: send it back, ask, answer, dissent, hand the signature on.

None of it changes what was put, but sending back, which makes it a draft again.
"""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from duecare.errors import BadInput, NotFound, Refused
from duecare.ledger import asof
from duecare.ledger.naming import PERSON
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key
from duecare.ledger.viewers import Viewer
from duecare.program.models import Person
from duecare.program.task_queries import today_at
from duecare.risk.decisions import reminding, telling
from duecare.risk.decisions.actions import locked
from duecare.risk.decisions.drafts import MIDDLE
from duecare.risk.decisions.models import DecisionWord, RiskDecision
from duecare.risk.decisions.queries import Condition, Said, asked_by, roles_of, who_may_sign
from duecare.web.recorded import recorded


def may_sign(row: RiskDecision, viewer: Viewer) -> bool:
    """Whether the viewer's right reaches this decision's amount; the page that decides says the rest."""
    return (
        row.state == Condition.PUT.value
        and bool(viewer.person)
        and viewer.has(*roles_of(row))
        and viewer.covers(row.room)
        and asof.current() is None
    )


def send_back(viewer: Viewer, key: str, words: str, now: datetime) -> DecisionWord:
    """Send a decision back to whoever drew it up, with what would have to be otherwise. Raises NotFound,
    BadInput without words, Refused for who may not sign it or if it is not before an approver."""
    words = _demand(words)
    with recording(viewer.actor, "send a decision about risk back") as act:
        row = locked(key)
        act.reason = recorded("send back the decision D-%(number)s", number=row.number)
        _demand_put(row)
        if not may_sign(row, viewer):
            raise Refused(
                _("Only who may sign this decision sends it back."), _("Ask a question, or dissent.")
            )
        row.state = Condition.BACK.value
        row.save()
        reminding.answered(row, viewer.actor, now)
        word = _say(row, viewer, Said.BACK, words, now)
        telling.of_word(word, now)
    return word


def ask(viewer: Viewer, key: str, words: str, now: datetime) -> DecisionWord:
    """Ask something before signing. Raises NotFound, BadInput without words, Refused of a draft."""
    words = _demand(words)
    with recording(viewer.actor, "ask about a decision about risk") as act:
        row = locked(key)
        act.reason = recorded("ask about the decision D-%(number)s", number=row.number)
        _demand_shown(row)
        word = _say(row, viewer, Said.ASK, words, now)
        telling.of_word(word, now)
    return word


def answer(viewer: Viewer, key: str, question: str, words: str, now: datetime) -> DecisionWord:
    """Answer a question. Raises NotFound for no such question, BadInput without words."""
    words = _demand(words)
    with recording(viewer.actor, "answer about a decision about risk") as act:
        row = locked(key)
        act.reason = recorded("answer about the decision D-%(number)s", number=row.number)
        if not DecisionWord.objects.filter(pk=question, decision=row, kind=Said.ASK.value).exists():
            raise NotFound(_("There is no such question."), _("Look at the paper of the decision."))
        word = _say(row, viewer, Said.ANSWER, words, now, answers=question)
        telling.of_word(word, now)
    return word


def dissent(viewer: Viewer, key: str, words: str, now: datetime) -> DecisionWord:
    """Put on record that one is of another mind; it stops nothing. Raises NotFound, BadInput without words,
    Refused of a draft."""
    words = _demand(words)
    with recording(viewer.actor, "dissent from a decision about risk") as act:
        row = locked(key)
        act.reason = recorded("dissent from the decision D-%(number)s", number=row.number)
        _demand_shown(row)
        word = _say(row, viewer, Said.DISSENT, words, now)
        telling.of_word(word, now)
    return word


def delegate(viewer: Viewer, key: str, to: str, words: str, now: datetime) -> DecisionWord:
    """Let another person sign who may sign this amount. Raises NotFound, BadInput for one who may not,
    Refused for who may not sign it themselves."""
    with recording(viewer.actor, "hand a decision about risk on") as act:
        row = locked(key)
        _demand_put(row)
        if not may_sign(row, viewer):
            raise Refused(_("Only who may sign this decision hands it on."), _("Ask one of them."))
        able = dict(who_may_sign(row, today_at(now)))
        if to not in able or to == viewer.person or f"{PERSON}{to}" in asked_by(row):
            raise BadInput(
                _("That person may not sign this amount in your place."),
                _("Choose one from the list."),
                "to",
            )
        act.reason = recorded(
            "hand the decision D-%(number)s on to %(name)s", number=row.number, name=able[to]
        )
        word = _say(row, viewer, Said.DELEGATE, _demand(words, 0), now, to=to)
        reminding.hand_on(row, word.to)
        telling.of_word(word, now)
    return word


def _say(
    row: RiskDecision,
    viewer: Viewer,
    kind: Said,
    words: str,
    now: datetime,
    *,
    answers: str = "",
    to: str = "",
) -> DecisionWord:
    person = Person.objects.filter(pk=to).first() if to else None
    made: DecisionWord = DecisionWord.objects.create(
        id=new_key(),
        decision=row,
        kind=kind.value,
        words=words,
        by=viewer.actor,
        at=now,
        to=person,
        answers=answers,
    )
    return made


def _demand(words: str, least: int = 1) -> str:
    words = words.strip()
    if not least <= len(words) <= MIDDLE:
        raise BadInput(
            _("This takes from %(least)s to %(most)s characters.") % {"least": least, "most": MIDDLE},
            _("Say it in a few sentences."),
            "words",
        )
    return words


def _demand_put(row: RiskDecision) -> None:
    if row.state != Condition.PUT.value:
        raise Refused(_("This decision is not before an approver."), _("Look at how it stands on its page."))


def _demand_shown(row: RiskDecision) -> None:
    if row.put_at is None:
        raise Refused(
            _("This decision is a draft: nobody has put it before an approver."),
            _("Comment on its page instead."),
        )
