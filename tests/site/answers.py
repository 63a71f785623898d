"""What a page or an operation of the API answers to whom: the vocabulary of the two reviewed tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from duecare.ledger.viewers import Role

OWNER, MANAGER, APPROVER, AUDITOR, MEMBER = Role
OK, SENT_ON, BAD, NOT_ALLOWED, HIDDEN, NO_SUCH_METHOD = 200, 302, 400, 403, 404, 405

Statuses = Mapping[Role, int]


def answers(status: int, *roles: Role, others: int = HIDDEN, told: tuple[Role, ...] = ()) -> Statuses:
    """`status` for these roles; 403 for those in `told`; for the others `others`."""
    found = dict.fromkeys(Role, others) | dict.fromkeys(told, NOT_ALLOWED)
    return found | dict.fromkeys(roles, status)


ALL = answers(OK, *Role)
NONE = answers(HIDDEN)
ONLY_POST = answers(NO_SUCH_METHOD, *Role)
READERS = (OWNER, MANAGER, APPROVER, AUDITOR)
READ = answers(OK, *READERS)
DONE = 0
"""Not tried in the walk: these may do it, and tests of their own show what it does."""


@dataclass(frozen=True, slots=True)
class Page:
    """What an address answers."""

    sample: str
    """The address, with the names of samples in braces."""
    get: Statuses
    post: Statuses | None = None
    """To an empty form; None where nothing but reading is offered."""
    object: bool = False
    """Whether it is about one thing that somebody made, so that before that day there is none."""
    live: bool = False
    """Whether it is about the account and knows no past days."""
    today: bool = False
    """Whether it is not there, for whomever, as of a past day."""
    stranger: int = SENT_ON
    bare: int = SENT_ON
    """For who may change things but has no second factor."""
    rightless: int = NOT_ALLOWED


def account(
    sample: str,
    status: int = OK,
    *,
    stranger: int = SENT_ON,
    bare: int = SENT_ON,
    rightless: int = NOT_ALLOWED,
) -> Page:
    """An address about the account, the same for every role."""
    return Page(sample, answers(status, *Role), live=True, stranger=stranger, bare=bare, rightless=rightless)


def explained(sample: str) -> Page:
    """An address that is closed to everybody, strangers included, and says what to do instead."""
    return account(sample, HIDDEN, stranger=HIDDEN, bare=HIDDEN, rightless=HIDDEN)


def by_key(sample: str) -> Page:
    """An address for hosts, which is the same for everybody who is signed in and for everybody else."""
    return account(
        sample, NO_SUCH_METHOD, stranger=NO_SUCH_METHOD, bare=NO_SUCH_METHOD, rightless=NO_SUCH_METHOD
    )


def form(
    sample: str, *roles: Role, told: tuple[Role, ...] = (), empty: int = BAD, object: bool = False
) -> Page:
    """A form for these roles; what it answers to an empty one is `empty`."""
    return Page(
        sample,
        answers(OK, *roles, told=told),
        answers(empty, *roles, told=told),
        object=object,
    )


def act(sample: str, *roles: Role, told: tuple[Role, ...] = ()) -> Page:
    """Something that these roles do by a POST without more."""
    return Page(sample, ONLY_POST, answers(DONE, *roles, told=told))


def of_matter(sample: str, *roles: Role, told: tuple[Role, ...] = (), empty: int | None = None) -> Page:
    """A page of a matter, for its members in these roles; with a form if `empty` says what it answers."""
    post = None if empty is None else answers(empty, *roles, told=told)
    return Page(sample, answers(OK, *roles, told=told), post, object=True, today=True)


def of_case(sample: str) -> Page:
    """A form about a case or about what waits, for who changes things; others work where they have a role."""
    return form(sample, OWNER, MANAGER, APPROVER, told=(AUDITOR,), object=True)


def part_of_case(sample: str) -> Page:
    """The same, by what follows the case's own address."""
    return of_case(f"incidents/cases/{{case}}/{sample}")


def waits(sample: str) -> Page:
    """What shows a file that waits for a case: here none does, for whomever."""
    none = answers(HIDDEN, told=(AUDITOR,))
    return Page(f"incidents/cases/{{case}}/{sample}", none, none, object=True)


def remark(sample: str) -> Page:
    """Something to add to a record, by a POST alone."""
    return Page(sample, ONLY_POST, answers(BAD, OWNER, MANAGER, APPROVER, told=(AUDITOR,)))
