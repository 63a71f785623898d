"""The one reviewed table of who gets what answer at which address, for the walk through all of them.

A new address fails the walk until it stands here with a sample of its arguments.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from django.urls import URLPattern, URLResolver, get_resolver

from duecare.ledger.viewers import Role
from tests.site import risk_rooms
from tests.site.answers import (
    ALL,
    APPROVER,
    AUDITOR,
    BAD,
    HIDDEN,
    MANAGER,
    NO_SUCH_METHOD,
    NONE,
    NOT_ALLOWED,
    OK,
    ONLY_POST,
    OWNER,
    READ,
    READERS,
    SENT_ON,
    Page,
    account,
    act,
    answers,
    by_key,
    explained,
    form,
    of_case,
    of_matter,
    part_of_case,
    remark,
    waits,
)

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
    # Signing in by mail, where an owner allows it (test_mail_sign_in.py); as shipped nobody does.
    "account/login/mail/": explained("account/login/mail/"),
    "account/login/mail/code/": explained("account/login/mail/code/"),
    "account/login/mail/<str:key>/<str:token>/": explained("account/login/mail/no-key/no-token/"),
    "account/mail/": account("account/mail/"),
    # Through a provider, of which there is none here (test_openid.py).
    "account/openid/": explained("account/openid/"),
    "account/openid/back/": explained("account/openid/back/"),
    "account/openid/finish/": account(
        "account/openid/finish/", NO_SUCH_METHOD, stranger=405, bare=405, rightless=405
    ),
    "account/language/": account("account/language/"),
    # A calendar's address opens nothing without its token, whoever asks (test_duties.py).
    "account/tokens/": Page("account/tokens/", ALL, answers(BAD, *Role), live=True),
    "account/tokens/<int:key>/end/": Page("account/tokens/1/end/", ONLY_POST, live=True),
    "account/feed/make/": Page("account/feed/make/", ONLY_POST, live=True),
    "account/feed/end/": Page("account/feed/end/", ONLY_POST, live=True),
    "feeds/<str:token>.ics": explained("feeds/no-such-token.ics"),
    # What one may see is all that one finds.
    "search/": Page("search/", ALL),
    "views/": Page("views/", ALL),
    "views/save/": Page("views/save/", ONLY_POST, answers(HIDDEN, *Role)),
    "views/<str:key>/": Page("views/{view}/", answers(SENT_ON, *READERS), object=True),
    "views/<str:key>/change/": form(
        "views/{view}/change/", OWNER, MANAGER, APPROVER, told=(AUDITOR,), object=True
    ),
    "views/<str:key>/remove/": act("views/{view}/remove/", OWNER, MANAGER, APPROVER, told=(AUDITOR,)),
    # Settings.
    "settings/": Page("settings/", answers(OK, OWNER, MANAGER, APPROVER)),
    "settings/profile/": form("settings/profile/", OWNER, MANAGER),
    "settings/facts/": form("settings/facts/", OWNER, MANAGER, empty=SENT_ON),
    "settings/data/add/": form("settings/data/add/", OWNER, MANAGER),
    "settings/data/<str:key>/": form("settings/data/{data set}/", OWNER, MANAGER, object=True),
    "settings/data/<str:key>/remove/": act("settings/data/{data set}/remove/", OWNER, MANAGER),
    "settings/targets/<str:id>/": form("settings/targets/security_update_days/", OWNER, MANAGER),
    "settings/mail/": Page("settings/mail/", answers(OK, OWNER)),
    "settings/mail/change/": form("settings/mail/change/", OWNER),
    "settings/mail/test/": act("settings/mail/test/", OWNER),
    "settings/mail/stop/": act("settings/mail/stop/", OWNER),
    "settings/mail/<int:key>/again/": act("settings/mail/1/again/", OWNER),
    "settings/mail/<int:key>/seen/": act("settings/mail/1/seen/", OWNER),
    "settings/webhooks/": Page("settings/webhooks/", answers(OK, OWNER)),
    "settings/webhooks/add/": form("settings/webhooks/add/", OWNER),
    "settings/webhooks/<str:key>/test/": act("settings/webhooks/no-key/test/", OWNER),
    "settings/webhooks/<str:key>/pause/": act("settings/webhooks/no-key/pause/", OWNER),
    "settings/webhooks/<str:key>/remove/": act("settings/webhooks/no-key/remove/", OWNER),
    "settings/people/add/": form("settings/people/add/", OWNER),
    "settings/people/<str:key>/give/": form("settings/people/{person}/give/", OWNER, object=True),
    "settings/people/<str:key>/openid/": act("settings/people/{person}/openid/", OWNER),
    "settings/rights/<str:key>/end/": act("settings/rights/{right}/end/", OWNER),
    "settings/go-live/": form("settings/go-live/", OWNER),
    # The guided set-up, and what it ends with. All its questions: test_guide.py.
    "guide/": Page("guide/", answers(OK, OWNER)),
    "guide/<str:id>/": form("guide/organisation/", OWNER),
    "guide/keepers/<str:key>/end/": act("guide/keepers/{keeper}/end/", OWNER),
    "first-90-days/": Page("first-90-days/", READ),
    "first-90-days/make/": act("first-90-days/make/", OWNER, MANAGER, told=(APPROVER, AUDITOR)),
    # The description of the API; its operations have a table of their own (api_calls.py).
    "api/openapi.json": Page("api/openapi.json", READ),
    # Shown to everybody once it is approved (test_trust.py).
    "trust/": explained("trust/"),
    "settings/trust/": Page("settings/trust/", answers(OK, OWNER, MANAGER, APPROVER), answers(BAD, OWNER)),
    "settings/trust/preview/": Page(
        "settings/trust/preview/", answers(OK, OWNER, MANAGER, APPROVER), object=True
    ),
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
    # Matters. The owner opened the sample, the approver is its counsel, the manager is no member.
    "matters/": of_matter("matters/", OWNER, MANAGER, APPROVER),
    "matters/new/": of_matter("matters/new/", OWNER, MANAGER, APPROVER, empty=BAD),
    "matters/copy/<str:reference>/": of_matter(
        "matters/copy/program.finding:{finding}/", OWNER, APPROVER, empty=BAD
    ),
    "matters/<str:key>/": of_matter("matters/{matter}/", OWNER, APPROVER),
    "matters/<str:key>/close/": act("matters/{matter}/close/", OWNER, APPROVER),
    "matters/<str:key>/release/": of_matter("matters/{matter}/release/", APPROVER, told=(OWNER,), empty=BAD),
    "matters/<str:key>/members/add/": of_matter("matters/{matter}/members/add/", OWNER, APPROVER, empty=BAD),
    "matters/<str:key>/members/<str:member>/end/": act(
        "matters/{matter}/members/{matter member}/end/", OWNER, APPROVER
    ),
    "matters/<str:key>/members/<str:member>/counsel/": act(
        "matters/{matter}/members/{matter member}/counsel/", OWNER, APPROVER
    ),
    "matters/<str:key>/papers/add/": of_matter("matters/{matter}/papers/add/", OWNER, APPROVER, empty=BAD),
    "matters/<str:key>/papers/<str:paper>/": of_matter("matters/{matter}/papers/{paper}/", OWNER, APPROVER),
    "matters/<str:key>/papers/<str:paper>/file": of_matter(
        "matters/{matter}/papers/{paper}/file", OWNER, APPROVER
    ),
    "matters/<str:key>/papers/<str:paper>/proof.json": of_matter(
        "matters/{matter}/papers/{paper}/proof.json", OWNER, APPROVER
    ),
    "released/": Page("released/", READ),
    "released/<str:key>/": Page("released/{released}/", READ, object=True),
    "released/<str:key>/file": Page("released/{released}/file", READ, object=True),
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
    # Enrolling hosts (tests/systems/test_enrolment_pages.py). The sample waits for a decision.
    "systems/enrolments/": Page("systems/enrolments/", READ),
    "systems/enrolments/new/": form("systems/enrolments/new/", OWNER, MANAGER, told=(APPROVER, AUDITOR)),
    "systems/enrolments/<str:key>/": Page("systems/enrolments/{enrolment}/", READ, object=True),
    "systems/enrolments/<str:key>/decide/": form(
        "systems/enrolments/{enrolment}/decide/", OWNER, MANAGER, told=(APPROVER, AUDITOR), object=True
    ),
    "systems/enrolments/<str:key>/withdraw/": act(
        "systems/enrolments/{enrolment}/withdraw/", OWNER, MANAGER, told=(APPROVER, AUDITOR)
    ),
    "systems/<str:key>/key/end/": form(
        "systems/{host}/key/end/", OWNER, MANAGER, told=(APPROVER, AUDITOR), object=True
    ),
    # Hosts that reports are fetched from (tests/systems/puller/test_taking_in.py).
    "systems/pulled/": Page("systems/pulled/", READ),
    "systems/<str:key>/pulled/end/": form(
        "systems/{host}/pulled/end/", OWNER, MANAGER, told=(APPROVER, AUDITOR), object=True
    ),
    # Where hosts come by themselves; their keys say who they are (tests/systems/test_push.py).
    "collect/enrol/": by_key("collect/enrol/"),
    "collect/challenge/": by_key("collect/challenge/"),
    "collect/report/": by_key("collect/report/"),
    "systems/<str:key>/": Page("systems/{host}/", READ, object=True),
    "systems/exposure/": form("systems/exposure/", OWNER, MANAGER, told=(APPROVER, AUDITOR)),
    "systems/<str:key>/exposure/": form(
        "systems/{host}/exposure/", OWNER, MANAGER, told=(APPROVER, AUDITOR), object=True
    ),
    "systems/<str:key>/remove/": form(
        "systems/{host}/remove/", OWNER, MANAGER, told=(APPROVER, AUDITOR), object=True
    ),
    "systems/<str:key>/reports/<str:report>/": Page("systems/{host}/reports/{report}/", READ, object=True),
    # Devices, as lists tell them.
    "systems/devices/": Page("systems/devices/", READ),
    "systems/devices/<str:key>/": Page("systems/devices/{device}/", READ, object=True),
    # The law. What ships is there on any day; the contract was added by somebody.
    "law/": Page("law/", READ),
    "law/changes/": Page("law/changes/", READ),
    "law/coming/": Page("law/coming/", READ),
    "law/obligations/<str:id>/": Page("law/obligations/own-northwind/", READ, object=True),
    "law/obligations/<str:id>/answer/": act(
        "law/obligations/eu-nis2/answer/", OWNER, MANAGER, told=(APPROVER, AUDITOR)
    ),
    "law/obligations/<str:id>/decide/": form(
        "law/obligations/eu-nis2/decide/", OWNER, MANAGER, APPROVER, told=(AUDITOR,)
    ),
    "law/decisions/<str:key>/withdraw/": form(
        "law/decisions/{override}/withdraw/", OWNER, MANAGER, APPROVER, told=(AUDITOR,), object=True
    ),
    "law/own/add/": form("law/own/add/", OWNER, MANAGER, told=(APPROVER, AUDITOR)),
    "law/own/bring/": form("law/own/bring/", OWNER, MANAGER, told=(APPROVER, AUDITOR)),
    "law/own/obligations.yaml": Page("law/own/obligations.yaml", READ),
    "law/own/<str:id>/change/": form(
        "law/own/own-northwind/change/", OWNER, MANAGER, told=(APPROVER, AUDITOR), object=True
    ),
    "law/own/<str:id>/yaml/": form(
        "law/own/own-northwind/yaml/", OWNER, MANAGER, told=(APPROVER, AUDITOR), object=True
    ),
    "law/own/<str:id>/end/": form(
        "law/own/own-northwind/end/", OWNER, MANAGER, told=(APPROVER, AUDITOR), object=True
    ),
    # Duties of the law, what is to be kept, legal holds.
    "law/duties/": Page("law/duties/", READ),
    "law/duties/<str:key>/": Page("law/duties/{duty}/", READ, object=True),
    "law/duties/<str:key>/owner/": form(
        "law/duties/{duty}/owner/", OWNER, MANAGER, told=(APPROVER, AUDITOR), empty=SENT_ON, object=True
    ),
    "law/crosswalk/": Page("law/crosswalk/", READ),
    "law/records/": Page("law/records/", READ),
    "law/records/<str:kind>/place/": form(
        "law/records/incidents/place/", OWNER, MANAGER, told=(APPROVER, AUDITOR)
    ),
    "law/holds/": Page("law/holds/", answers(OK, OWNER, MANAGER, APPROVER, told=(AUDITOR,))),
    "law/holds/new/": form("law/holds/new/", OWNER, MANAGER, APPROVER, told=(AUDITOR,)),
    "law/holds/<str:key>/": Page(
        "law/holds/{hold}/", answers(OK, OWNER, MANAGER, APPROVER, told=(AUDITOR,)), object=True
    ),
    "law/holds/<str:key>/change/": form(
        "law/holds/{hold}/change/", OWNER, MANAGER, APPROVER, told=(AUDITOR,), object=True
    ),
    "law/holds/<str:key>/end/": form(
        "law/holds/{hold}/end/", OWNER, MANAGER, APPROVER, told=(AUDITOR,), object=True
    ),
    # Incidents.
    # Anybody who is signed in reports, and sees the cases in which they have a role.
    "incidents/": Page("incidents/", ALL),
    "incidents/report/": Page("incidents/report/", ALL, answers(BAD, *Role)),
    "incidents/reports/<str:key>/": Page("incidents/reports/{incident report}/", READ, object=True),
    "incidents/waiting/": Page("incidents/waiting/", READ),
    "incidents/waiting/reports/<str:key>/": of_case("incidents/waiting/reports/{waiting report}/"),
    "incidents/waiting/alerts/<str:key>/": of_case("incidents/waiting/alerts/{alert}/"),
    "incidents/waiting/again/<str:reference>/": of_case(
        "incidents/waiting/again/incidents.incidentreport:{waiting report}/"
    ),
    "incidents/attach/<str:reference>/": of_case("incidents/attach/program.finding:{finding}/"),
    "incidents/alerts/": Page("incidents/alerts/", READ),
    "incidents/alerts/<str:key>/": Page("incidents/alerts/{alert}/", READ, object=True),
    "incidents/cases/new/": form("incidents/cases/new/", OWNER, MANAGER, APPROVER, told=(AUDITOR,)),
    "incidents/cases/<str:key>/": Page("incidents/cases/{case}/", READ, object=True),
    # The plan for incidents, and whom to call.
    "incidents/plan/": Page("incidents/plan/", READ),
    "incidents/plan/steps/<str:id>/": form(
        "incidents/plan/steps/meeting/", OWNER, MANAGER, told=(APPROVER, AUDITOR)
    ),
    "incidents/plan/roles/add/": form("incidents/plan/roles/add/", OWNER, MANAGER, told=(APPROVER, AUDITOR)),
    "incidents/plan/roles/<str:id>/": form(
        "incidents/plan/roles/lead/", OWNER, MANAGER, told=(APPROVER, AUDITOR)
    ),
    "incidents/plan/roles/<str:id>/drop/": act(
        "incidents/plan/roles/lead/drop/", OWNER, MANAGER, told=(APPROVER, AUDITOR)
    ),
    "incidents/plan/playbooks/add/": form(
        "incidents/plan/playbooks/add/", OWNER, MANAGER, told=(APPROVER, AUDITOR)
    ),
    "incidents/plan/playbooks/<str:id>/": Page("incidents/plan/playbooks/ransomware/", READ),
    "incidents/plan/playbooks/<str:id>/change/": form(
        "incidents/plan/playbooks/ransomware/change/", OWNER, MANAGER, told=(APPROVER, AUDITOR)
    ),
    "incidents/plan/playbooks/<str:id>/drop/": act(
        "incidents/plan/playbooks/ransomware/drop/", OWNER, MANAGER, told=(APPROVER, AUDITOR)
    ),
    "incidents/plan/playbooks/<str:id>/take/": act(
        "incidents/plan/playbooks/ransomware/take/", OWNER, MANAGER, told=(APPROVER, AUDITOR)
    ),
    "incidents/plan/playbooks/<str:id>/steps/add/": form(
        "incidents/plan/playbooks/ransomware/steps/add/", OWNER, MANAGER, told=(APPROVER, AUDITOR)
    ),
    "incidents/plan/playbooks/<str:id>/steps/<str:step>/": form(
        "incidents/plan/playbooks/ransomware/steps/isolate/", OWNER, MANAGER, told=(APPROVER, AUDITOR)
    ),
    "incidents/plan/playbooks/<str:id>/steps/<str:step>/drop/": act(
        "incidents/plan/playbooks/ransomware/steps/isolate/drop/", OWNER, MANAGER, told=(APPROVER, AUDITOR)
    ),
    "incidents/plan/versions/": Page("incidents/plan/versions/", READ),
    "incidents/plan/versions/<int:entry>/": Page(
        "incidents/plan/versions/{plan version}/", READ, object=True
    ),
    "incidents/plan/review/": form(
        "incidents/plan/review/", OWNER, MANAGER, APPROVER, told=(AUDITOR,), object=True
    ),
    "incidents/plan/paper/<str:kind>/": act("incidents/plan/paper/wallet/", *READERS),
    "incidents/contacts/": Page("incidents/contacts/", READ),
    "incidents/contacts/add/": form("incidents/contacts/add/", OWNER, MANAGER, told=(APPROVER, AUDITOR)),
    "incidents/contacts/<str:key>/": Page("incidents/contacts/{plan contact}/", READ, object=True),
    "incidents/contacts/<str:key>/change/": form(
        "incidents/contacts/{plan contact}/change/", OWNER, MANAGER, told=(APPROVER, AUDITOR), object=True
    ),
    "incidents/contacts/<str:key>/confirm/": act(
        "incidents/contacts/{plan contact}/confirm/", OWNER, MANAGER, APPROVER, told=(AUDITOR,)
    ),
    "incidents/contacts/<str:key>/end/": form(
        "incidents/contacts/{plan contact}/end/", OWNER, MANAGER, told=(APPROVER, AUDITOR), object=True
    ),
    "incidents/cases/<str:key>/change/": of_case("incidents/cases/{case}/change/"),
    "incidents/cases/<str:key>/severity/": of_case("incidents/cases/{case}/severity/"),
    "incidents/cases/<str:key>/kind/": of_case("incidents/cases/{case}/kind/"),
    "incidents/cases/<str:key>/phase/": of_case("incidents/cases/{case}/phase/"),
    "incidents/cases/<str:key>/no-incident/": of_case("incidents/cases/{case}/no-incident/"),
    "incidents/cases/<str:key>/open-again/": of_case("incidents/cases/{closed case}/open-again/"),
    "incidents/cases/<str:key>/merge/": of_case("incidents/cases/{case}/merge/"),
    "incidents/cases/<str:key>/roles/give/": of_case("incidents/cases/{case}/roles/give/"),
    "incidents/cases/<str:key>/roles/<str:row>/end/": act(
        "incidents/cases/{case}/roles/{case role}/end/", OWNER, MANAGER, APPROVER, told=(AUDITOR,)
    ),
    "incidents/cases/<str:key>/affected/": Page("incidents/cases/{case}/affected/", READ, object=True),
    "incidents/cases/<str:key>/affected/add/": of_case("incidents/cases/{case}/affected/add/"),
    "incidents/cases/<str:key>/affected/<str:row>/": of_case("incidents/cases/{case}/affected/{affected}/"),
    "incidents/cases/<str:key>/affected/<str:row>/remove/": act(
        "incidents/cases/{case}/affected/{affected}/remove/", OWNER, MANAGER, APPROVER, told=(AUDITOR,)
    ),
    "incidents/cases/<str:key>/belongs/": Page("incidents/cases/{case}/belongs/", READ, object=True),
    "incidents/cases/<str:key>/belongs/<str:link>/detach/": of_case(
        "incidents/cases/{case}/belongs/{case link}/detach/"
    ),
    "incidents/cases/<str:key>/reports/<str:report>/detach/": of_case(
        "incidents/cases/{case}/reports/{incident report}/detach/"
    ),
    "incidents/cases/<str:key>/alerts/<str:alert>/detach/": of_case(
        "incidents/cases/{case}/alerts/{case alert}/detach/"
    ),
    # Members of a matter write notes about a case into it; for all others there is nothing there.
    "incidents/cases/<str:key>/counsel/": of_matter(
        "incidents/cases/{case}/counsel/", OWNER, APPROVER, empty=BAD
    ),
    "incidents/cases/<str:key>/timeline/": Page("incidents/cases/{case}/timeline/", READ, object=True),
    "incidents/cases/<str:key>/timeline/add/": part_of_case("timeline/add/"),
    "incidents/cases/<str:key>/timeline/import/": part_of_case("timeline/import/"),
    "incidents/cases/<str:key>/timeline/import/<str:token>/": waits("timeline/import/no-token/"),
    "incidents/cases/<str:key>/timeline/import/<str:token>/drop/": Page(
        "incidents/cases/{case}/timeline/import/no-token/drop/",
        ONLY_POST,
        answers(HIDDEN, told=(AUDITOR,)),
        object=True,
    ),
    "incidents/cases/<str:key>/timeline/<str:entry>/": Page(
        "incidents/cases/{case}/timeline/{timeline entry}/", READ, object=True
    ),
    "incidents/cases/<str:key>/timeline/<str:entry>/strike/": part_of_case(
        "timeline/{timeline entry}/strike/"
    ),
    "incidents/cases/<str:key>/timeline/<str:entry>/anew/": part_of_case("timeline/{timeline entry}/anew/"),
    "incidents/cases/<str:key>/timeline/<str:entry>/strike-file/": waits(
        "timeline/{timeline entry}/strike-file/"
    ),
    "incidents/cases/<str:key>/evidence/": Page("incidents/cases/{case}/evidence/", READ, object=True),
    "incidents/cases/<str:key>/evidence/add/": part_of_case("evidence/add/"),
    "incidents/cases/<str:key>/evidence/elsewhere/": part_of_case("evidence/elsewhere/"),
    "incidents/cases/<str:key>/evidence/custody/": Page(
        "incidents/cases/{case}/evidence/custody/", READ, object=True
    ),
    "incidents/cases/<str:key>/evidence/<str:evidence>/": Page(
        "incidents/cases/{case}/evidence/{evidence}/", READ, object=True
    ),
    "incidents/cases/<str:key>/evidence/<str:evidence>/hand/": part_of_case("evidence/{evidence}/hand/"),
    "incidents/cases/<str:key>/evidence/<str:evidence>/read/": act(
        "incidents/cases/{case}/evidence/{evidence}/read/", OWNER, MANAGER, APPROVER, told=(AUDITOR,)
    ),
    "incidents/cases/<str:key>/evidence/<str:evidence>/download/": act(
        "incidents/cases/{case}/evidence/{evidence}/download/", OWNER, MANAGER, APPROVER, told=(AUDITOR,)
    ),
    "incidents/cases/<str:key>/indicators/": Page("incidents/cases/{case}/indicators/", READ, object=True),
    "incidents/cases/<str:key>/indicators/add/": part_of_case("indicators/add/"),
    "incidents/cases/<str:key>/indicators/<str:indicator>/": Page(
        "incidents/cases/{case}/indicators/{indicator}/", READ, object=True
    ),
    "incidents/cases/<str:key>/indicators/<str:indicator>/remove/": part_of_case(
        "indicators/{indicator}/remove/"
    ),
    "incidents/cases/<str:key>/stix/": part_of_case("stix/"),
    "incidents/cases/<str:key>/stix/import/": part_of_case("stix/import/"),
    "incidents/cases/<str:key>/stix/import/<str:token>/": waits("stix/import/no-token/"),
    "incidents/cases/<str:key>/stix/import/<str:token>/drop/": Page(
        "incidents/cases/{case}/stix/import/no-token/drop/",
        ONLY_POST,
        answers(HIDDEN, told=(AUDITOR,)),
        object=True,
    ),
    # Clocks of incidents, decisions and notices.
    "incidents/board/": Page("incidents/board/", READ),
    "incidents/cases/<str:key>/clocks/": Page("incidents/cases/{case}/clocks/", READ, object=True),
    "incidents/cases/<str:key>/clocks/begin/": act(
        "incidents/cases/{case}/clocks/begin/", OWNER, MANAGER, APPROVER, told=(AUDITOR,)
    ),
    "incidents/cases/<str:key>/clocks/take-over/": Page(
        "incidents/cases/{case}/clocks/take-over/",
        answers(SENT_ON, OWNER, MANAGER, APPROVER, told=(AUDITOR,)),
        answers(SENT_ON, OWNER, MANAGER, APPROVER, told=(AUDITOR,)),
        object=True,
    ),
    "incidents/cases/<str:key>/clocks/answer/<str:fact>/": form(
        "incidents/cases/{case}/clocks/answer/role/", OWNER, MANAGER, APPROVER, told=(AUDITOR,), object=True
    ),
    "incidents/cases/<str:key>/clocks/happened/<str:event>/": form(
        "incidents/cases/{case}/clocks/happened/detection/",
        OWNER,
        MANAGER,
        APPROVER,
        told=(AUDITOR,),
        object=True,
    ),
    "incidents/cases/<str:key>/clocks/place/": form(
        "incidents/cases/{case}/clocks/place/", OWNER, MANAGER, APPROVER, told=(AUDITOR,), object=True
    ),
    "incidents/cases/<str:key>/decisions/": Page("incidents/cases/{case}/decisions/", READ, object=True),
    "incidents/cases/<str:key>/decisions/new/": form(
        "incidents/cases/{case}/decisions/new/", OWNER, MANAGER, APPROVER, told=(AUDITOR,), object=True
    ),
    "incidents/cases/<str:key>/clocks/<str:clock>/decide/": form(
        "incidents/cases/{case}/clocks/eu-gdpr.authority/decide/",
        OWNER,
        MANAGER,
        APPROVER,
        told=(AUDITOR,),
        object=True,
    ),
    "incidents/decisions/<str:key>/": Page("incidents/decisions/{case decision}/", READ, object=True),
    "incidents/decisions/<str:key>/end/": form(
        "incidents/decisions/{case decision}/end/", OWNER, MANAGER, APPROVER, told=(AUDITOR,), object=True
    ),
    "incidents/cases/<str:key>/notices/": Page("incidents/cases/{case}/notices/", READ, object=True),
    "incidents/cases/<str:key>/clocks/<str:clock>/notice/": form(
        "incidents/cases/{case}/clocks/eu-gdpr.authority/notice/",
        OWNER,
        MANAGER,
        APPROVER,
        told=(AUDITOR,),
        object=True,
    ),
    "incidents/notices/<str:key>/": Page("incidents/notices/{case notice}/", READ, object=True),
    **{
        f"incidents/notices/<str:key>/{what}/": form(
            f"incidents/notices/{{case notice}}/{what}/",
            OWNER,
            MANAGER,
            APPROVER,
            told=(AUDITOR,),
            object=True,
        )
        for what in ("change", "review", "hand-in", "proof", "mail", "drop")
    },
    "incidents/notices/<str:key>/take-back/": act(
        "incidents/notices/{case notice}/take-back/", OWNER, MANAGER, APPROVER, told=(AUDITOR,)
    ),
    # Lessons, and the closing of a case.
    "incidents/lessons/": Page("incidents/lessons/", READ),
    "incidents/lessons/<str:key>/": Page("incidents/lessons/{lesson}/", READ, object=True),
    "incidents/lessons/<str:key>/change/": form(
        "incidents/lessons/{lesson}/change/", OWNER, MANAGER, APPROVER, told=(AUDITOR,), object=True
    ),
    "incidents/lessons/<str:key>/answer/": form(
        "incidents/lessons/{lesson}/answer/", OWNER, MANAGER, APPROVER, told=(AUDITOR,), object=True
    ),
    "incidents/lessons/<str:key>/done/": form(
        "incidents/lessons/{lesson}/done/", OWNER, MANAGER, APPROVER, told=(AUDITOR,), object=True
    ),
    "incidents/lessons/<str:key>/again/": form(
        "incidents/lessons/{lesson}/again/", OWNER, MANAGER, APPROVER, told=(AUDITOR,), object=True
    ),
    "incidents/cases/<str:key>/lessons/": Page("incidents/cases/{case}/lessons/", READ, object=True),
    "incidents/cases/<str:key>/lessons/add/": form(
        "incidents/cases/{case}/lessons/add/", OWNER, MANAGER, APPROVER, told=(AUDITOR,), object=True
    ),
    "incidents/cases/<str:key>/close/": form(
        "incidents/cases/{case}/close/", OWNER, MANAGER, APPROVER, told=(AUDITOR,), object=True
    ),
    "incidents/figures/": Page("incidents/figures/", READ),
    "incidents/cases/<str:key>/classes/": Page("incidents/cases/{case}/classes/", READ, object=True),
    "incidents/cases/<str:key>/classes/change/": form(
        "incidents/cases/{case}/classes/change/", OWNER, MANAGER, APPROVER, told=(AUDITOR,), object=True
    ),
    # Exercises.
    "incidents/exercises/": Page("incidents/exercises/", READ),
    "incidents/exercises/plan/": form("incidents/exercises/plan/", OWNER, MANAGER, APPROVER, told=(AUDITOR,)),
    "incidents/exercises/stories/<str:id>/": Page("incidents/exercises/stories/lost-laptop/", READ),
    "incidents/exercises/stories/<str:id>/file": Page("incidents/exercises/stories/lost-laptop/file", READ),
    "incidents/exercises/<str:key>/": Page("incidents/exercises/{exercise}/", READ, object=True),
    "incidents/exercises/<str:key>/change/": form(
        "incidents/exercises/{exercise}/change/", OWNER, MANAGER, APPROVER, told=(AUDITOR,), object=True
    ),
    "incidents/exercises/<str:key>/drop/": form(
        "incidents/exercises/{exercise}/drop/", OWNER, MANAGER, APPROVER, told=(AUDITOR,), object=True
    ),
    "incidents/exercises/<str:key>/begin/": act(
        "incidents/exercises/{exercise}/begin/", OWNER, MANAGER, APPROVER, told=(AUDITOR,)
    ),
    "incidents/exercises/<str:key>/turns/<str:inject>/give/": act(
        "incidents/exercises/{exercise}/turns/train/give/", OWNER, MANAGER, APPROVER, told=(AUDITOR,)
    ),
    "incidents/exercises/<str:key>/turns/<str:inject>/": form(
        "incidents/exercises/{exercise}/turns/train/", OWNER, MANAGER, APPROVER, told=(AUDITOR,), object=True
    ),
    "incidents/exercises/<str:key>/end/": form(
        "incidents/exercises/{exercise}/end/", OWNER, MANAGER, APPROVER, told=(AUDITOR,), object=True
    ),
    "incidents/timeline/<str:key>/": Page(
        "incidents/timeline/{timeline entry}/", answers(SENT_ON, *READERS), object=True
    ),
    "incidents/evidence/<str:key>/": Page(
        "incidents/evidence/{evidence}/", answers(SENT_ON, *READERS), object=True
    ),
    "incidents/indicators/<str:key>/": Page(
        "incidents/indicators/{indicator}/", answers(SENT_ON, *READERS), object=True
    ),
    # Feeds of advisories.
    "patching/feeds/": Page("patching/feeds/", READ),
    "patching/feeds/updates/": Page("patching/feeds/updates/", READ),
    "patching/feeds/for-inventory/": act(
        "patching/feeds/for-inventory/", OWNER, MANAGER, told=(APPROVER, AUDITOR)
    ),
    "patching/feeds/<str:id>/": Page("patching/feeds/osv-pypi/", READ),
    "patching/feeds/<str:id>/drop/": form(
        "patching/feeds/osv-pypi/drop/", OWNER, MANAGER, told=(APPROVER, AUDITOR), object=True
    ),
    "patching/feeds/<str:id>/take-up/": form(
        "patching/feeds/{dropped feed}/take-up/", OWNER, MANAGER, told=(APPROVER, AUDITOR), object=True
    ),
    "patching/feeds/<str:id>/switch/": act(
        "patching/feeds/osv-pypi/switch/", OWNER, MANAGER, told=(APPROVER, AUDITOR)
    ),
    "patching/feeds/<str:id>/updates/<str:key>/": Page(
        "patching/feeds/osv-pypi/updates/{feed update}/", READ, object=True
    ),
    "patching/feeds/<str:id>/updates/<str:key>/decide/": form(
        "patching/feeds/osv-pypi/updates/{feed update}/decide/",
        OWNER,
        MANAGER,
        told=(APPROVER, AUDITOR),
        object=True,
    ),
    # Accounts.
    "access/": Page("access/", READ),
    "access/sources/": Page("access/sources/", READ),
    "access/<str:key>/": Page("access/{account}/", READ, object=True),
    "access/<str:key>/review/": form(
        "access/{account}/review/", OWNER, MANAGER, told=(APPROVER, AUDITOR), object=True
    ),
    # Staff.
    "staff/": Page("staff/", READ),
    "staff/<str:key>/": Page("staff/{staff member}/", READ, object=True),
    "staff/<str:key>/answer/": form(
        "staff/{staff member}/answer/", OWNER, MANAGER, told=(APPROVER, AUDITOR), object=True
    ),
    # Software.
    "patching/weaknesses/": Page("patching/weaknesses/", READ),
    "patching/weaknesses/<path:name>/": Page("patching/weaknesses/CVE-2026-1/", READ, object=True),
    "patching/software/": Page("patching/software/", READ),
    "patching/software/asked/": Page("patching/software/asked/", READ),
    "patching/software/hosts/<str:key>/": Page("patching/software/hosts/{host}/", READ, object=True),
    "patching/software/<str:key>/": Page("patching/software/{package}/", READ, object=True),
    # Products, and the lists of their components.
    "patching/products/": Page("patching/products/", READ),
    "patching/products/add/": form("patching/products/add/", OWNER, MANAGER, told=(APPROVER, AUDITOR)),
    "patching/products/asked/": Page("patching/products/asked/", READ),
    "patching/products/<str:key>/": Page("patching/products/{product}/", READ, object=True),
    "patching/products/<str:key>/change/": form(
        "patching/products/{product}/change/", OWNER, MANAGER, told=(APPROVER, AUDITOR), object=True
    ),
    "patching/products/<str:key>/end/": form(
        "patching/products/{product}/end/", OWNER, MANAGER, told=(APPROVER, AUDITOR), object=True
    ),
    "patching/products/<str:key>/resume/": act(
        "patching/products/{product}/resume/", OWNER, MANAGER, told=(APPROVER, AUDITOR)
    ),
    "patching/products/<str:key>/bills/add/": form(
        "patching/products/{product}/bills/add/", OWNER, MANAGER, told=(APPROVER, AUDITOR), object=True
    ),
    "patching/products/<str:key>/bills/<str:bill>/file": Page(
        "patching/products/{product}/bills/{bill}/file", READ, object=True
    ),
    "patching/products/<str:key>/bills/<str:bill>/confirm/": act(
        "patching/products/{product}/bills/{bill}/confirm/", OWNER, MANAGER, told=(APPROVER, AUDITOR)
    ),
    "patching/products/<str:key>/bills/<str:bill>/undo/": form(
        "patching/products/{product}/bills/{bill}/undo/",
        OWNER,
        MANAGER,
        told=(APPROVER, AUDITOR),
        object=True,
    ),
    # Patch runs. The owner drew up the sample.
    "patching/runs/": Page("patching/runs/", READ),
    "patching/runs/new/": Page("patching/runs/new/", answers(OK, OWNER, MANAGER, APPROVER, told=(AUDITOR,))),
    "patching/runs/new/when/": form("patching/runs/new/when/", OWNER, MANAGER, APPROVER, told=(AUDITOR,)),
    "patching/runs/hosts/<str:key>/": form(
        "patching/runs/hosts/{host}/", OWNER, MANAGER, told=(APPROVER, AUDITOR), object=True
    ),
    "patching/runs/<str:key>/": Page("patching/runs/{patch run}/", READ, object=True),
    "patching/runs/<str:key>/ask/": form(
        "patching/runs/{patch run}/ask/", OWNER, told=(AUDITOR,), object=True
    ),
    "patching/runs/<str:key>/withdraw/": form(
        "patching/runs/{patch run}/withdraw/", OWNER, MANAGER, APPROVER, told=(AUDITOR,), object=True
    ),
    # Lists that people bring. A file that waits is its bringer's alone (tests/program/imports/test_pages.py).
    "imports/": Page("imports/", READ),
    "imports/new/<str:list_id>/": form("imports/new/accounts/", OWNER, MANAGER, told=(APPROVER, AUDITOR)),
    "imports/waiting/<str:token>/": Page("imports/waiting/none/", NONE),
    "imports/waiting/<str:token>/sheet/": Page("imports/waiting/none/sheet/", NONE, NONE),
    "imports/waiting/<str:token>/columns/": Page("imports/waiting/none/columns/", NONE, NONE),
    "imports/waiting/<str:token>/faults.csv": Page("imports/waiting/none/faults.csv", NONE),
    "imports/waiting/<str:token>/confirm/": Page("imports/waiting/none/confirm/", ONLY_POST, NONE),
    "imports/waiting/<str:token>/give-up/": Page("imports/waiting/none/give-up/", ONLY_POST, NONE),
    "imports/<str:key>/": Page("imports/{import}/", READ, object=True),
    "imports/<str:key>/undo/": form(
        "imports/{import}/undo/", OWNER, MANAGER, told=(APPROVER, AUDITOR), object=True
    ),
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
    **risk_rooms.PAGES,
}


FILES = {
    *risk_rooms.FILES,
    "api/openapi.json",
    "healthz",
    "systems/<str:key>/reports/<str:report>/",
    "ledger/checkpoint.txt",
    "ledger/<int:index>/proof.json",
    "ledger/<int:index>/blobs/<str:digest>",
    "reports/<str:key>/report.pdf",
    "patching/products/<str:key>/bills/<str:bill>/file",
    "remarks/files/<str:key>/",
    "matters/<str:key>/papers/<str:paper>/file",
    "matters/<str:key>/papers/<str:paper>/proof.json",
    "released/<str:key>/file",
    "law/own/obligations.yaml",
    "incidents/exercises/stories/<str:id>/file",
}
"""What is downloaded or read by programs."""

WHOLE = frozenset(
    route
    for route in PAGES
    if route.startswith(("settings/", "reports/", "imports/"))
    or route in ("ledger/", "ledger/checkpoint.txt", "ledger/sign/", "ledger/export/")
)
"""Of no area, and so closed to those whose right is limited to some, who are told so."""
ELSEWHERE = frozenset(
    {
        "areas/<str:id>/",
        "checks/<str:id>/",
        "findings/<str:key>/",
        "ledger/<int:index>/",
        "ledger/<int:index>/blobs/<str:digest>",
        "ledger/<int:index>/proof.json",
        "ledger/<int:index>/proof/",
        "remarks/<str:reference>/comment/",
        "remarks/<str:reference>/file/",
        "remarks/files/<str:key>/",
        "statements/<str:id>/",
        "statements/<str:id>/answer/",
        "statements/<str:key>/review/",
        "statements/<str:key>/withdraw/",
        "statements/made/<str:key>/",
        "tasks/<str:key>/",
        "tasks/<str:key>/change/",
        "tasks/<str:key>/end/",
        "tasks/<str:key>/hand-over/",
        "released/<str:key>/",
        "released/<str:key>/file",
        "patching/runs/hosts/<str:key>/",
        *(
            route
            for route in PAGES
            if route.startswith(("systems/", "access/", "staff/", "incidents/", "law/", "risk/"))
            and route not in ("incidents/", "incidents/report/")
        ),
    }
)
"""Where the sample is of another area than patching, or a task that is nobody's and of no safeguard."""


def limited(route: str, status: int) -> int:
    """What a manager of patching only gets where a manager gets `status`."""
    if status in (HIDDEN, NO_SUCH_METHOD):
        return status
    return NOT_ALLOWED if route in WHOLE else HIDDEN if route in ELSEWHERE else status


def routes() -> list[str]:
    """Every address pattern of the program's pages."""
    found = _walk(get_resolver().url_patterns, "")
    return [route for route in found if not route.startswith("api/") or route in PAGES]


def _walk(patterns: list[URLPattern | URLResolver], before: str) -> Iterator[str]:
    for one in patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from _walk(one.url_patterns, route)
        else:
            yield route
