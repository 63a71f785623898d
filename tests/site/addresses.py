"""The one reviewed table of who gets what answer at which address, for the walk through all of them.

A new address fails the walk until it stands here with a sample of its arguments.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver

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


def remark(sample: str) -> Page:
    """Something to add to a record, by a POST alone."""
    return Page(sample, ONLY_POST, answers(BAD, OWNER, MANAGER, APPROVER, told=(AUDITOR,)))


PAGES: Mapping[str, Page] = {
    "": Page("", ALL),
    "healthz": account("healthz", stranger=OK, bare=OK, rightless=OK),
    "first-run/": account("first-run/", SENT_ON, stranger=SENT_ON, rightless=SENT_ON),
    # The account. Closed ones first; the sign-in library's own behind them are never reached.
    "account/": account("account/"),
    "account/signup/": account("account/signup/", HIDDEN),
    "account/password/set/": account("account/password/set/", HIDDEN),
    "account/password/reset/": explained("account/password/reset/"),
    "account/password/reset/<path:rest>": explained("account/password/reset/key/done/"),
    "account/password/reset/key/done/": explained("account/password/reset/key/done/"),
    "account/password/reset/done/": explained("account/password/reset/done/"),
    "account/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": explained(
        "account/password/reset/key/1-set-password/"
    ),
    "account/confirm-email/": account("account/confirm-email/", HIDDEN),
    "account/confirm-email/<path:rest>": account("account/confirm-email/abc/", HIDDEN),
    "account/^confirm-email/(?P<key>[-:\\w]+)/$": account("account/confirm-email/abc/", HIDDEN),
    "account/login/code/<path:rest>": explained("account/login/code/confirm/"),
    "account/login/code/confirm/": explained("account/login/code/confirm/"),
    "account/email/": account("account/email/", SENT_ON),
    "account/login/": account("account/login/", SENT_ON, stranger=OK, rightless=SENT_ON),
    "account/logout/": account("account/logout/", bare=OK, rightless=OK),
    "account/inactive/": account("account/inactive/"),
    "account/reauthenticate/": account("account/reauthenticate/", bare=OK),
    "account/password/change/": account("account/password/change/"),
    "account/2fa/": account("account/2fa/", bare=OK),
    "account/2fa/authenticate/": account("account/2fa/authenticate/", SENT_ON, rightless=SENT_ON),
    "account/2fa/reauthenticate/": account("account/2fa/reauthenticate/", bare=SENT_ON),
    # Those without a fresh sign-in are asked for it again before their second factor changes.
    "account/2fa/totp/activate/": account("account/2fa/totp/activate/", SENT_ON),
    "account/2fa/totp/deactivate/": account("account/2fa/totp/deactivate/", SENT_ON, bare=HIDDEN),
    "account/2fa/recovery-codes/": account("account/2fa/recovery-codes/", HIDDEN, bare=HIDDEN),
    "account/2fa/recovery-codes/generate/": account("account/2fa/recovery-codes/generate/", SENT_ON),
    "account/2fa/recovery-codes/download/": account(
        "account/2fa/recovery-codes/download/", HIDDEN, bare=HIDDEN
    ),
    "account/2fa/webauthn/": account("account/2fa/webauthn/", bare=OK),
    "account/2fa/webauthn/add/": account("account/2fa/webauthn/add/", SENT_ON),
    "account/2fa/webauthn/reauthenticate/": account("account/2fa/webauthn/reauthenticate/", SENT_ON),
    "account/2fa/webauthn/keys/<int:pk>/remove/": account("account/2fa/webauthn/keys/1/remove/", SENT_ON),
    "account/2fa/webauthn/keys/<int:pk>/edit/": account("account/2fa/webauthn/keys/1/edit/", SENT_ON),
    "account/2fa/webauthn/login/": account("account/2fa/webauthn/login/", SENT_ON, rightless=SENT_ON),
    "account/language/": account("account/language/"),
    # A calendar's address opens nothing without its token, whoever asks (test_duties.py).
    "account/feed/make/": Page("account/feed/make/", ONLY_POST, live=True),
    "account/feed/end/": Page("account/feed/end/", ONLY_POST, live=True),
    "feeds/<str:token>.ics": explained("feeds/no-such-token.ics"),
    # Settings.
    "settings/": Page("settings/", answers(OK, OWNER, MANAGER, APPROVER)),
    "settings/profile/": form("settings/profile/", OWNER, MANAGER),
    "settings/facts/": form("settings/facts/", OWNER, MANAGER, empty=SENT_ON),
    "settings/data/add/": form("settings/data/add/", OWNER, MANAGER),
    "settings/data/<str:key>/": form("settings/data/{data set}/", OWNER, MANAGER, object=True),
    "settings/data/<str:key>/remove/": act("settings/data/{data set}/remove/", OWNER, MANAGER),
    "settings/targets/<str:id>/": form("settings/targets/security_update_days/", OWNER, MANAGER),
    "settings/people/add/": form("settings/people/add/", OWNER),
    "settings/people/<str:key>/give/": form("settings/people/{person}/give/", OWNER, object=True),
    "settings/rights/<str:key>/end/": act("settings/rights/{right}/end/", OWNER),
    # The spine.
    "safeguards/": Page("safeguards/", READ),
    "safeguards/<str:id>/": Page("safeguards/patching/", READ),
    "checks/<str:id>/": Page("checks/systems.firewall_refuses/", READ),
    "areas/<str:id>/": Page("areas/systems/", READ),
    "findings/": Page("findings/", READ),
    "findings/<str:key>/": Page("findings/{finding}/", READ, object=True),
    # What people state.
    "statements/": Page("statements/", READ),
    "statements/<str:id>/": Page("statements/physical.rooms/", READ),
    "statements/made/<str:key>/": Page("statements/made/{statement}/", READ, object=True),
    "statements/<str:id>/answer/": form(
        "statements/physical.rooms/answer/", OWNER, MANAGER, APPROVER, told=(AUDITOR,)
    ),
    "statements/<str:key>/review/": form(
        "statements/{statement}/review/", OWNER, MANAGER, APPROVER, told=(AUDITOR,), object=True
    ),
    "statements/<str:key>/withdraw/": form(
        "statements/{statement}/withdraw/", OWNER, MANAGER, APPROVER, told=(AUDITOR,), object=True
    ),
    # Departures, and who decides.
    "exceptions/": Page("exceptions/", READ),
    "exceptions/new/": form("exceptions/new/", OWNER, MANAGER, APPROVER, told=(AUDITOR,)),
    "exceptions/<str:key>/": Page("exceptions/{exception}/", READ, object=True),
    "exceptions/<str:key>/withdraw/": form(
        "exceptions/{exception}/withdraw/", OWNER, MANAGER, APPROVER, told=(AUDITOR,), object=True
    ),
    "approvals/<str:about>/": Page("approvals/program.safeguardexception:{exception}/", READ, object=True),
    "approvals/<str:about>/decide/": form(
        "approvals/program.safeguardexception:{exception}/decide/",
        OWNER,
        APPROVER,
        told=(MANAGER, AUDITOR),
        object=True,
    ),
    # Work.
    "duties/": Page("duties/", ALL),
    "tasks/": Page("tasks/", ALL),
    "tasks/new/": form("tasks/new/", OWNER, MANAGER, APPROVER, told=(AUDITOR,)),
    "tasks/<str:key>/": Page("tasks/{task}/", READ, object=True),
    "tasks/<str:key>/change/": form(
        "tasks/{task}/change/", OWNER, MANAGER, APPROVER, told=(AUDITOR,), object=True
    ),
    "tasks/<str:key>/hand-over/": form(
        "tasks/{task}/hand-over/", OWNER, MANAGER, APPROVER, told=(AUDITOR,), object=True
    ),
    "tasks/<str:key>/end/": form("tasks/{task}/end/", OWNER, MANAGER, APPROVER, told=(AUDITOR,), object=True),
    "remarks/files/<str:key>/": Page("remarks/files/{attachment}/", READ, object=True),
    "remarks/<str:reference>/comment/": remark("remarks/program.finding:{finding}/comment/"),
    "remarks/<str:reference>/file/": remark("remarks/program.task:{task}/file/"),
    # Hosts.
    "systems/": Page("systems/", READ),
    "systems/import/": form("systems/import/", OWNER, MANAGER, told=(APPROVER, AUDITOR)),
    "systems/names/": Page("systems/names/", READ),
    "systems/names/add/": form("systems/names/add/", OWNER, MANAGER, told=(APPROVER, AUDITOR)),
    "systems/names/<str:key>/": Page("systems/names/{name}/", READ, object=True),
    "systems/names/<str:key>/look/": act(
        "systems/names/{name}/look/", OWNER, MANAGER, told=(APPROVER, AUDITOR)
    ),
    "systems/names/<str:key>/change/": form(
        "systems/names/{name}/change/", OWNER, MANAGER, told=(APPROVER, AUDITOR), empty=SENT_ON, object=True
    ),
    "systems/names/<str:key>/remove/": form(
        "systems/names/{name}/remove/", OWNER, MANAGER, told=(APPROVER, AUDITOR), object=True
    ),
    "systems/<str:key>/": Page("systems/{host}/", READ, object=True),
    "systems/<str:key>/remove/": form(
        "systems/{host}/remove/", OWNER, MANAGER, told=(APPROVER, AUDITOR), object=True
    ),
    "systems/<str:key>/reports/<str:report>/": Page("systems/{host}/reports/{report}/", READ, object=True),
    # Reports.
    "reports/": Page("reports/", READ),
    "reports/new/<str:id>/": form("reports/new/posture/", OWNER, MANAGER, APPROVER, told=(AUDITOR,)),
    "reports/<str:key>/": Page("reports/{issued}/", READ, object=True),
    "reports/<str:key>/report.pdf": Page("reports/{issued}/report.pdf", READ, object=True),
    # The record.
    "ledger/": Page("ledger/", READ),
    "ledger/checkpoint.txt": Page("ledger/checkpoint.txt", READ, object=True),
    "ledger/sign/": act("ledger/sign/", OWNER, MANAGER, told=(APPROVER, AUDITOR)),
    "ledger/export/": act("ledger/export/", OWNER, AUDITOR, told=(MANAGER, APPROVER)),
    "ledger/<int:index>/": Page("ledger/{entry}/", READ, object=True),
    "ledger/<int:index>/proof/": Page("ledger/{entry}/proof/", READ, object=True),
    "ledger/<int:index>/proof.json": Page("ledger/{entry}/proof.json", READ, object=True),
    "ledger/<int:index>/blobs/<str:digest>": Page("ledger/{entry}/blobs/{blob}", READ, object=True),
}


def routes() -> list[str]:
    """Every address pattern of the program."""
    return list(_walk(get_resolver().url_patterns, ""))


def _walk(patterns: list[URLPattern | URLResolver], before: str) -> Iterator[str]:
    for one in patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from _walk(one.url_patterns, route)
        else:
            yield route
