"""The one reviewed table of who gets what answer from each operation of the API.

A new operation fails the walk until it stands here with a sample of its arguments.
"""

from __future__ import annotations

from collections.abc import Mapping

from tests.site import risk_rooms
from tests.site.answers import APPROVER, AUDITOR, MANAGER, OWNER
from tests.site.calls import (
    ALL,
    ASKED,
    DAILY,
    DATA_SET,
    EVERYBODY,
    HELD,
    HOLDERS,
    KEEPERS,
    PHONE,
    REST,
    SETTINGS,
    STATED,
    WHY,
    Call,
    changed,
    read,
)

CALLS: Mapping[str, Call] = {
    "GET posture": read("posture"),
    "GET safeguards": read("safeguards?area=systems"),
    "GET safeguards/{id}": read("safeguards/patching"),
    "GET checks": read("checks"),
    "GET checks/{id}": read("checks/systems.firewall_refuses"),
    "GET checks/{id}/exceptions": read("checks/systems.firewall_refuses/exceptions"),
    "GET findings": read("findings?state=open"),
    "GET findings/{key}": read("findings/{finding}", object=True),
    "GET people": read("people"),
    # Clocks of incidents, and notices.
    "GET incidents/cases/{key}/clocks": read("incidents/cases/{case}/clocks", object=True),
    "GET incidents/cases/{key}/facts": read("incidents/cases/{case}/facts", object=True),
    "PUT incidents/cases/{key}/facts/{fact}": changed(
        "incidents/cases/{case}/facts/role", {"value": "owner"}, *DAILY, told=(AUDITOR,)
    ),
    "POST incidents/cases/{key}/events": changed(
        "incidents/cases/{case}/events", {"event": "detection", "at": "2026-01-01"}, *DAILY, told=(AUDITOR,)
    ),
    "GET incidents/cases/{key}/notices": read("incidents/cases/{case}/notices", object=True),
    "POST incidents/cases/{key}/notices": changed(
        "incidents/cases/{case}/notices",
        {"clock": "eu-gdpr.authority", "recipient": "x", "subject": "x", "words": "x"},
        *DAILY,
        told=(AUDITOR,),
    ),
    "GET incidents/notices/{key}": read("incidents/notices/{case notice}", object=True),
    "POST incidents/notices/{key}/hand-in": changed(
        "incidents/notices/{case notice}/hand-in", {"at": "2026-01-01"}, *DAILY, told=(AUDITOR,)
    ),
    "PUT incidents/notices/{key}/proof": changed(
        "incidents/notices/{case notice}/proof", {"reference": "x", "seen": 0}, *DAILY, told=(AUDITOR,)
    ),
    "POST incidents/notices/{key}/drop": changed(
        "incidents/notices/{case notice}/drop", WHY, *DAILY, told=(AUDITOR,)
    ),
    # Work.
    "GET tasks": read("tasks", ALL),
    "POST tasks": changed("tasks", {"title": "x"}, *DAILY, told=(AUDITOR,)),
    "GET tasks/{key}": read("tasks/{task}", object=True),
    "PATCH tasks/{key}": changed("tasks/{task}", {"title": "x"}, *DAILY, told=(AUDITOR,)),
    "POST tasks/{key}/hand-over": changed("tasks/{task}/hand-over", {"words": "x"}, *DAILY, told=(AUDITOR,)),
    "POST tasks/{key}/end": changed("tasks/{task}/end", {"ending": "done"}, *DAILY, told=(AUDITOR,)),
    "GET remarks/{reference}": read("remarks/program.task:{task}", object=True),
    "POST remarks/{reference}/comments": changed(
        "remarks/program.finding:{finding}/comments", {"words": "x"}, *DAILY, told=(AUDITOR,)
    ),
    "POST remarks/{reference}/files": changed(
        "remarks/program.task:{task}/files?name=a.txt", b"abc", *DAILY, told=(AUDITOR,)
    ),
    "GET files/{key}": read("files/{attachment}", object=True),
    # Incidents.
    "GET incident-plan": read("incident-plan"),
    "GET incident-plan/versions": read("incident-plan/versions"),
    "GET incident-contacts": read("incident-contacts?state=confirmed"),
    "GET incident-contacts/{key}": read("incident-contacts/{plan contact}", object=True),
    # What people state, and departures.
    "GET staff": read("staff?state=here"),
    "GET staff/{key}": read("staff/{staff member}", object=True),
    "GET statements": read("statements?area=systems"),
    "GET statements/{key}": read("statements/{statement}", object=True),
    "GET questions/{id}": read("questions/physical.rooms"),
    "POST questions/{id}/statements": changed(
        "questions/physical.rooms/statements", STATED, *DAILY, told=(AUDITOR,)
    ),
    "POST statements/{key}/review": changed(
        "statements/{statement}/review", {"review": "agreed", "words": "x"}, *DAILY, told=(AUDITOR,)
    ),
    "POST statements/{key}/withdraw": changed(
        "statements/{statement}/withdraw", WHY, *DAILY, told=(AUDITOR,)
    ),
    "GET exceptions": read("exceptions"),
    "POST exceptions": changed("exceptions", ASKED, *DAILY, told=(AUDITOR,)),
    "GET exceptions/{key}": read("exceptions/{exception}", object=True),
    "POST exceptions/{key}/withdraw": changed(
        "exceptions/{exception}/withdraw", WHY, *DAILY, told=(AUDITOR,)
    ),
    # Incidents.
    "GET lessons": read("lessons?state=open"),
    "GET lessons/{key}": read("lessons/{lesson}", object=True),
    "GET cases/{key}/lessons": read("cases/{case}/lessons", object=True),
    "POST cases/{key}/lessons": changed(
        "cases/{case}/lessons", {"gap": "x", "safeguard": "ir_plan"}, *DAILY, told=(AUDITOR,)
    ),
    "POST lessons/{key}/answer": changed(
        "lessons/{lesson}/answer", {"answer": "risk", "words": "x"}, *DAILY, told=(AUDITOR,)
    ),
    "POST lessons/{key}/done": changed("lessons/{lesson}/done", {"words": "x"}, *DAILY, told=(AUDITOR,)),
    "POST lessons/{key}/again": changed("lessons/{lesson}/again", {"words": "x"}, *DAILY, told=(AUDITOR,)),
    "POST cases/{key}/close": changed("cases/{case}/close", {"words": "x"}, *DAILY, told=(AUDITOR,)),
    "GET exercises": read("exercises?state=done"),
    "POST exercises": changed(
        "exercises", {"scenario": "extortion", "day": "2026-12-24"}, *DAILY, told=(AUDITOR,)
    ),
    "GET exercises/{key}": read("exercises/{exercise}", object=True),
    "POST exercises/{key}/begin": changed("exercises/{exercise}/begin", None, *DAILY, told=(AUDITOR,)),
    "POST exercises/{key}/drop": changed(
        "exercises/{exercise}/drop", {"words": "x"}, *DAILY, told=(AUDITOR,)
    ),
    "POST exercises/{key}/turns/{turn}/give": changed(
        "exercises/{exercise}/turns/data/give", None, *DAILY, told=(AUDITOR,)
    ),
    "POST exercises/{key}/turns/{turn}/score": changed(
        "exercises/{exercise}/turns/train/score", {"words": "x"}, *DAILY, told=(AUDITOR,)
    ),
    "POST exercises/{key}/end": changed("exercises/{exercise}/end", {"words": "x"}, *DAILY, told=(AUDITOR,)),
    "GET incident-figures": read("incident-figures"),
    "GET cases/{key}/veris": read("cases/{case}/veris", object=True),
    "PUT cases/{key}/classes": changed(
        "cases/{case}/classes", {"actor": ["external"]}, *DAILY, told=(AUDITOR,)
    ),
    "GET cases/{key}/timeline": read("cases/{case}/timeline?kind=event", object=True),
    "POST cases/{key}/timeline": changed(
        "cases/{case}/timeline", {"happened": "2026-11-01T09:00", "words": "x"}, *DAILY, told=(AUDITOR,)
    ),
    "GET cases/{key}/timeline/{entry}": read("cases/{case}/timeline/{timeline entry}", object=True),
    "POST cases/{key}/timeline/{entry}/strike": changed(
        "cases/{case}/timeline/{timeline entry}/strike", WHY, *DAILY, told=(AUDITOR,)
    ),
    "GET cases/{key}/times": read("cases/{case}/times", object=True),
    "GET cases/{key}/evidence": read("cases/{case}/evidence", object=True),
    "POST cases/{key}/evidence": changed("cases/{case}/evidence", PHONE, *DAILY, told=(AUDITOR,)),
    "POST cases/{key}/evidence/files": changed(
        "cases/{case}/evidence/files?name=a.txt&what=a&collected=2026-11-01T09:00&collected_by=b",
        b"abc",
        *DAILY,
        told=(AUDITOR,),
    ),
    "GET cases/{key}/evidence/{evidence}": read("cases/{case}/evidence/{evidence}", object=True),
    "POST cases/{key}/evidence/{evidence}/custody": changed(
        "cases/{case}/evidence/{evidence}/custody",
        {"kind": "returned", "who": "x", "when": "2026-11-01T09:00"},
        *DAILY,
        told=(AUDITOR,),
    ),
    "POST cases/{key}/evidence/{evidence}/download": changed(
        "cases/{case}/evidence/{evidence}/download", None, *DAILY, told=(AUDITOR,)
    ),
    "GET cases/{key}/indicators": read("cases/{case}/indicators", object=True),
    "POST cases/{key}/indicators": changed(
        "cases/{case}/indicators", {"values": ["192.0.2.9"], "tlp": "red"}, *DAILY, told=(AUDITOR,)
    ),
    "GET cases/{key}/indicators/{indicator}": read("cases/{case}/indicators/{indicator}", object=True),
    "POST cases/{key}/indicators/{indicator}/remove": changed(
        "cases/{case}/indicators/{indicator}/remove", WHY, *DAILY, told=(AUDITOR,)
    ),
    "POST cases/{key}/stix": changed(
        "cases/{case}/stix", {"recipient": "x", "tlp": "green"}, *DAILY, told=(AUDITOR,)
    ),
    "POST cases/{key}/stix/bundles": changed("cases/{case}/stix/bundles", b"{}", *DAILY, told=(AUDITOR,)),
    # Software.
    "GET weaknesses": read("weaknesses?urgency=exploited"),
    "GET weaknesses/{name}": read("weaknesses/CVE-2026-1", object=True),
    "GET software": read("software?ecosystem=Debian"),
    "GET software/asked": read("software/asked?name=openssl&below=4"),
    "GET software/reach": read("software/reach?name=openssl&below=4"),
    "GET software/{key}": read("software/{package}", object=True),
    "GET software/{key}/hosts": read("software/{package}/hosts", object=True),
    "GET hosts/{key}/software": read("hosts/{host}/software", object=True),
    # Products.
    "GET products": read("products?state=stale"),
    "POST products": changed("products", {"name": "Booking"}, *KEEPERS, told=REST),
    "GET products/asked": read("products/asked?name=openssl&below=4"),
    "GET products/{key}": read("products/{product}", object=True),
    "PUT products/{key}": changed("products/{product}", {"name": "Kiosk"}, *KEEPERS, told=REST),
    "POST products/{key}/end": changed("products/{product}/end", WHY, *KEEPERS, told=REST),
    "POST products/{key}/resume": changed("products/{product}/resume", None, *KEEPERS, told=REST),
    "GET products/{key}/components": read("products/{product}/components?matched=yes", object=True),
    "POST products/{key}/bills": changed("products/{product}/bills?name=a.json", b"{}", *KEEPERS, told=REST),
    "GET products/{key}/bills/{bill}/file": read("products/{product}/bills/{bill}/file", object=True),
    "POST products/{key}/bills/{bill}/confirm": changed(
        "products/{product}/bills/{bill}/confirm", None, *KEEPERS, told=REST
    ),
    "POST products/{key}/bills/{bill}/undo": changed(
        "products/{product}/bills/{bill}/undo", WHY, *KEEPERS, told=REST
    ),
    "GET software/{key}/products": read("software/{package}/products", object=True),
    # Duties of the law, what is to be kept, legal holds.
    "GET law/duties": read("law/duties?state=unknown"),
    "GET law/duties/{key}": read("law/duties/{duty}", object=True),
    "PUT law/duties/{key}/owner": changed("law/duties/{duty}/owner", {"person": None}, *KEEPERS, told=REST),
    "GET law/crosswalk": read("law/crosswalk?area=policies"),
    "GET law/records": read("law/records"),
    "PUT law/records/{kind}/place": changed(
        "law/records/incidents/place", {"place": "The safe."}, *KEEPERS, told=REST
    ),
    "GET law/holds": read("law/holds?state=standing", HOLDERS),
    "POST law/holds": changed("law/holds", HELD, *DAILY, told=(AUDITOR,)),
    "GET law/holds/{key}": read("law/holds/{hold}", HOLDERS, object=True),
    "PUT law/holds/{key}": changed("law/holds/{hold}", HELD, *DAILY, told=(AUDITOR,)),
    "POST law/holds/{key}/end": changed("law/holds/{hold}/end", WHY, *DAILY, told=(AUDITOR,)),
    # Feeds and patch runs.
    "GET advisory-feeds": read("advisory-feeds"),
    "GET advisory-feeds/{id}": read("advisory-feeds/osv-pypi"),
    "GET feed-updates": read("feed-updates?feed=osv"),
    "GET feed-updates/{key}": read("feed-updates/{feed update}", object=True),
    "GET patch-runs": read("patch-runs?state=draft"),
    "GET patch-runs/{key}": read("patch-runs/{patch run}", object=True),
    "GET patch-runs/{key}/hosts": read("patch-runs/{patch run}/hosts", object=True),
    "POST patch-runs": changed(
        "patch-runs",
        {"title": "x", "hosts": ["{host}"], "first": "2026-12-01", "last": "2026-12-02"},
        *DAILY,
        told=(AUDITOR,),
    ),
    # Hosts and names.
    "GET hosts": read("hosts"),
    "GET hosts/{key}": read("hosts/{host}", object=True),
    "POST host-reports": changed("host-reports", b"{}", *KEEPERS, told=REST),
    "GET hosts/{key}/reports/{report}": read("hosts/{host}/reports/{report}", object=True),
    "POST hosts/{key}/remove": changed("hosts/{host}/remove", WHY, *KEEPERS, told=REST),
    "POST hosts/{key}/end-key": changed("hosts/{host}/end-key", WHY, *KEEPERS, told=REST),
    "GET hosts/{key}/exposure": read("hosts/{host}/exposure", object=True),
    "PUT hosts/{key}/exposure": changed(
        "hosts/{host}/exposure", {"responsible": "nobody"}, *KEEPERS, told=REST
    ),
    "POST hosts-exposure": changed(
        "hosts-exposure", {"hosts": ["{host}"], "responsible": "nobody"}, *KEEPERS, told=REST
    ),
    "POST hosts/{key}/end-connection": changed("hosts/{host}/end-connection", WHY, *KEEPERS, told=REST),
    "GET pulled-hosts": read("pulled-hosts"),
    "GET enrolments": read("enrolments"),
    "POST enrolments": changed("enrolments", {"name": "web-3"}, *KEEPERS, told=REST),
    "GET enrolments/{key}": read("enrolments/{enrolment}", object=True),
    "POST enrolments/{key}/withdraw": changed("enrolments/{enrolment}/withdraw", None, *KEEPERS, told=REST),
    "GET names": read("names"),
    "POST names": changed("names", {"kind": "mail", "name": "a.example"}, *KEEPERS, told=REST),
    "GET names/{key}": read("names/{name}", object=True),
    "PUT names/{key}": changed("names/{name}", {"daily": True}, *KEEPERS, told=REST),
    "POST names/{key}/look": changed("names/{name}/look", None, *KEEPERS, told=REST),
    "POST names/{key}/remove": changed("names/{name}/remove", WHY, *KEEPERS, told=REST),
    # Incidents. Anybody reports; what they see of cases is where they have a role.
    "GET incident-reports": read("incident-reports?state=waiting", ALL),
    "POST incident-reports": changed("incident-reports", {"words": "x"}, *EVERYBODY, told=()),
    "GET incident-reports/{key}": read("incident-reports/{incident report}", object=True),
    "POST incident-reports/{key}/settle": changed(
        "incident-reports/{waiting report}/settle", {"what": "none", "words": "x"}, *DAILY, told=(AUDITOR,)
    ),
    "GET incidents": read("incidents?state=open", ALL),
    "POST incidents": changed("incidents", {"title": "x"}, *DAILY, told=(AUDITOR,)),
    "GET incidents/{key}": read("incidents/{case}", object=True),
    "PATCH incidents/{key}": changed("incidents/{case}", {"title": "x"}, *DAILY, told=(AUDITOR,)),
    "POST incidents/{key}/no-incident": changed("incidents/{case}/no-incident", WHY, *DAILY, told=(AUDITOR,)),
    "POST incidents/{key}/open-again": changed(
        "incidents/{closed case}/open-again", WHY, *DAILY, told=(AUDITOR,)
    ),
    "POST incidents/{key}/merge": changed(
        "incidents/{case}/merge", {"into": "{closed case}", **WHY}, *DAILY, told=(AUDITOR,)
    ),
    "POST incidents/{key}/roles": changed(
        "incidents/{case}/roles", {"role": "lead", "name": "x"}, *DAILY, told=(AUDITOR,)
    ),
    "POST incidents/{key}/roles/{row}/end": changed(
        "incidents/{case}/roles/{case role}/end", None, *DAILY, told=(AUDITOR,)
    ),
    "GET incidents/{key}/affected": read("incidents/{case}/affected?status=affected", object=True),
    "POST incidents/{key}/affected": changed(
        "incidents/{case}/affected", {"name": "x"}, *DAILY, told=(AUDITOR,)
    ),
    "PATCH incidents/{key}/affected/{row}": changed(
        "incidents/{case}/affected/{affected}", {"status": "clean"}, *DAILY, told=(AUDITOR,)
    ),
    "POST incidents/{key}/links": changed(
        "incidents/{case}/links",
        {"about": "program.safeguard:patching", "why": "x"},
        *DAILY,
        told=(AUDITOR,),
    ),
    "POST incidents/{key}/links/{link}/detach": changed(
        "incidents/{case}/links/{case link}/detach", WHY, *DAILY, told=(AUDITOR,)
    ),
    "GET alerts": read("alerts?state=waiting"),
    "POST alerts": changed("alerts", b"{}", *DAILY, told=(AUDITOR,)),
    "GET alerts/groups": read("alerts/groups"),
    "POST alerts/settle": changed(
        "alerts/settle", {"alerts": ["{alert}"], "what": "none", "words": "x"}, *DAILY, told=(AUDITOR,)
    ),
    # The law.
    "GET obligations": read("obligations?answer=applies"),
    "GET obligations/{key}": read("obligations/eu-nis2"),
    "POST obligations/{key}/decide": changed(
        "obligations/eu-nis2/decide", {"answer": "applies", "reason": "x"}, *DAILY, told=(AUDITOR,)
    ),
    "POST obligations/{key}/take-back": changed(
        "obligations/cn-incident-reporting/take-back", WHY, *DAILY, told=(AUDITOR,)
    ),
    "GET law-changes": read("law-changes?cause=own"),
    "GET own-obligations": read("own-obligations"),
    "POST own-obligations": changed("own-obligations", {"body": {}}, *KEEPERS, told=REST),
    "PUT own-obligations/{key}": changed(
        "own-obligations/own-northwind", {"body": {}, "why": "x"}, *KEEPERS, told=REST
    ),
    "POST own-obligations/{key}/end": changed("own-obligations/own-northwind/end", WHY, *KEEPERS, told=REST),
    # Reports.
    "GET reports": read("reports"),
    "POST reports": changed("reports", {"report": "posture", "day": "2026-01-01"}, *DAILY, told=(AUDITOR,)),
    "GET reports/{key}": read("reports/{issued}", object=True),
    "GET reports/{key}/pdf": read("reports/{issued}/pdf", object=True),
    # Settings.
    "GET profile": read("profile", SETTINGS, object=True),
    "PATCH profile": changed("profile", {"people": 3}, *KEEPERS, told=()),
    "GET data-sets": read("data-sets", SETTINGS),
    "POST data-sets": changed("data-sets", DATA_SET, *KEEPERS, told=()),
    "PUT data-sets/{key}": changed("data-sets/{data set}", DATA_SET, *KEEPERS, told=()),
    "DELETE data-sets/{key}": changed("data-sets/{data set}", None, *KEEPERS, told=()),
    "GET targets": read("targets", SETTINGS),
    "PUT targets/{id}": changed(
        "targets/security_update_days", {"value": 7, "reason": "x"}, *KEEPERS, told=()
    ),
    # The record.
    "GET ledger": read("ledger"),
    "GET ledger/entries": read("ledger/entries"),
    "GET ledger/entries/{index}": read("ledger/entries/{entry}", object=True),
    "GET ledger/entries/{index}/proof": read("ledger/entries/{entry}/proof", object=True),
    "GET ledger/entries/{index}/blobs/{digest}": read("ledger/entries/{entry}/blobs/{blob}", object=True),
    "GET ledger/checkpoint": read("ledger/checkpoint", object=True),
    "POST ledger/checkpoints": changed("ledger/checkpoints", None, *KEEPERS, told=REST),
    "POST ledger/export": changed("ledger/export", None, OWNER, AUDITOR, told=(MANAGER, APPROVER)),
    **risk_rooms.CALLS,
}
