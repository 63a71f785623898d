from pathlib import Path
from duecare.incidents.models import *
from duecare.incidents.alerts.actions import take_in
from duecare.incidents.alerts.reading import read_alerts
from duecare.incidents.cases.models import *
from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role
from tests.people import browser, sign_in
import json


def test_smoke(home: Path):
    o, m = browser(), browser()
    owner = sign_in(o, Role.OWNER)
    member = sign_in(m, Role.MEMBER)

    def get(c, a, status=200):
        c.raise_request_exception = True
        r = c.get(a)
        assert r.status_code == status, (a, r.status_code, r.content.decode()[:3000])
        return (b"".join(r.streaming_content) if r.streaming else r.content).decode()

    get(m, "/incidents/report/")
    r = m.post(
        "/incidents/report/",
        {
            "words": "My laptop is gone. It was in the train.",
            "kind": "lost-device",
            "noticed": "2026-11-01 10:00",
        },
    )
    assert r.status_code == 302, r.content.decode()
    rep = IncidentReport.objects.get()
    get(m, r["Location"])
    get(m, "/incidents/")
    get(m, "/duties/")
    get(o, "/incidents/")
    get(o, "/incidents/waiting/")
    get(o, f"/incidents/waiting/reports/{rep.pk}/")
    r = o.post(
        f"/incidents/waiting/reports/{rep.pk}/",
        {
            "what": "new",
            "title": "Laptop lost",
            "kind": "lost-device",
            "severity": "medium",
            "words": "Thank you",
        },
    )
    assert r.status_code == 302, r.content.decode()
    case = Case.objects.get()
    page = get(o, f"/incidents/cases/{case.pk}/")
    get(m, f"/incidents/cases/{case.pk}/", 404)
    for one in (
        "change",
        "severity",
        "kind",
        "phase",
        "no-incident",
        "merge",
        "roles/give",
        "affected",
        "affected/add",
        "belongs",
    ):
        get(o, f"/incidents/cases/{case.pk}/{one}/")
    r = o.post(f"/incidents/cases/{case.pk}/roles/give/", {"role": "technical", "person": member.person})
    assert r.status_code == 302, r.content.decode()
    get(m, f"/incidents/cases/{case.pk}/")
    r = m.post(f"/incidents/cases/{case.pk}/affected/add/", {"name": "Laptop 7", "status": "affected"})
    assert r.status_code == 302, r.content.decode()
    row = Affected.objects.get()
    get(m, f"/incidents/cases/{case.pk}/affected/{row.pk}/")
    get(m, f"/incidents/cases/{case.pk}/affected/?format=csv")
    get(o, f"/incidents/cases/{case.pk}/affected/add/?q=x")
    now = utc_now()
    lines = "\n".join(
        json.dumps({"source": "EDR", "id": n, "rule": "Odd", "at": "2026-11-23T14:30:00Z", "host": "web-1"})
        for n in range(3)
    )
    print(
        take_in(owner.actor, read_alerts(lines.encode()), now),
        take_in(owner.actor, read_alerts(lines.encode()), now),
    )
    a = Alert.objects.first()
    get(o, "/incidents/alerts/")
    get(o, f"/incidents/alerts/{a.pk}/")
    get(o, f"/incidents/waiting/alerts/{a.pk}/")
    get(o, "/incidents/waiting/")
    get(o, "/")
    get(o, "/incidents/?format=json&severity=medium")
    print(page[page.index("<main") :][:6000])
