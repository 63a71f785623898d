"""The process in which the digest is timed: it fills the home that DUECARE_HOME names, then makes digests.

A thread writes notes all the while; how long its slowest one took is how long anybody would have waited.
"""

from __future__ import annotations

import json
import resource
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import django


def main(people: int) -> None:
    """Fill, time, and print the result as JSON."""
    from django.core.management import call_command

    from duecare.ledger import sealing
    from duecare.ledger.records import utc_now
    from duecare.program.escalations import escalate
    from duecare.program.mail.models import OutboxMessage
    from duecare.site import mailing
    from duecare.site.digest import make_digests
    from tests.program.mail.post_office import here, post_office

    call_command("migrate", verbosity=0)
    sealing.create_log("localhost")
    now = utc_now()
    fill(people, now)
    tomorrow = (now + timedelta(days=1)).replace(hour=8)
    found: dict[str, float] = {}
    idle, _ = waited(lambda: time.sleep(2))
    began = time.monotonic()
    given = escalate("worker", now, 7)
    found["escalate"] = time.monotonic() - began
    began, worked = time.monotonic(), time.process_time()
    made = make_digests(tomorrow)
    found["make"] = time.monotonic() - began
    found["processor"] = time.process_time() - worked
    wait, _ = waited(lambda: make_digests(tomorrow + timedelta(days=1)))
    OutboxMessage.objects.filter(about__contains=f":{tomorrow.date() + timedelta(days=1)}:").delete()
    OutboxMessage.objects.filter(pk__gt=OutboxMessage.objects.order_by("pk")[people // 40].pk).delete()
    with post_office() as (port, received):
        set_server(port)
        sender = mailing.sender(lambda: tomorrow, out=here)
        began = time.monotonic()
        send_wait, _ = waited(lambda: mailing.send_waiting("worker", sender))
        found["send"] = time.monotonic() - began
    found |= {"idle": idle, "wait": wait, "send_wait": send_wait, "late": len(given), **made}
    found |= {
        "sent": len(received.to),
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    print(json.dumps(found))


def waited(work: Callable[[], object]) -> tuple[float, dict[str, int]]:
    """The longest that a writer in another thread took for one note while the work was done; its result."""
    from django.db import connection

    from duecare.ledger.recording import record_note

    over, longest = threading.Event(), [0.0]

    def write() -> None:
        while not over.is_set():
            began = time.monotonic()
            record_note("terminal:bench", "write meanwhile", "site.bench", "note", {})
            longest[0] = max(longest[0], time.monotonic() - began)
            time.sleep(0.02)
        connection.close()

    thread = threading.Thread(target=write)
    thread.start()
    try:
        result = work()
    finally:
        over.set()
        thread.join()
    return longest[0], result if isinstance(result, dict) else {}


def set_server(port: int) -> None:
    """A mail server on this machine; long mails, which have the most in them."""
    from duecare.ledger.records import utc_now
    from duecare.program.mail.server import MailSettings, keep_server
    from duecare.program.mail.smtp import Security

    chosen = MailSettings(
        "mail.example", port, Security.NONE, "", "d@clinic.example", "https://d.example", 7, False, False, 7
    )
    keep_server("terminal:bench", chosen, None, utc_now())


def fill(people: int, now: datetime) -> None:
    """Everybody has three tasks, one of them late, and one in ten was mentioned; one in two hundred manages.

    Ten thousand findings, two hundred of them of today.
    """
    from duecare.ledger.recording import recording
    from duecare.ledger.records import new_key
    from duecare.program.models import Comment, Finding, Person, Profile, Right, Task
    from duecare.site.models import User

    day = now.date()
    actor = "terminal:bench"
    with recording(actor, "begin"):
        Profile.objects.create(id="profile", name="Riverside Clinic")
    set_server(25)
    step = 500
    for start in range(0, people, step):
        some = [Person(id=new_key(), name=f"Person {n}") for n in range(start, min(start + step, people))]
        tasks = [
            Task(
                id=new_key(), title=f"Do what is to be done in room {n} by {due}", owner=person,
                due=day + timedelta(days=due), made_by=actor, made_at=now,
            )
            for n, person in enumerate(some)
            for due in (-9, 3, 60)
        ]  # fmt: skip
        rights = [
            Right(id=new_key(), person=person, role="manager" if n % 200 == 0 else "member", given_at=now)
            for n, person in enumerate(some)
        ]
        comments = [
            Comment(
                id=new_key(), about=f"program.task:{tasks[3 * n].pk}", words="Please look.",
                mentions=[some[n].pk], made_by=actor, made_at=now,
            )
            for n in range(0, len(some), 10)
        ]  # fmt: skip
        with recording(actor, "let people sign in"):
            Person.objects.bulk_create(some)
            Right.objects.bulk_create(rights)
            Task.objects.bulk_create(tasks)
            Comment.objects.bulk_create(comments)
            User.objects.bulk_create(
                User(email=f"{person.pk}@clinic.example", person=person.pk, password="!") for person in some
            )
    for start in range(0, people, 1000):
        with recording(actor, "find"):
            Finding.objects.bulk_create(
                Finding(
                    id=new_key(), check_id="systems.firewall_refuses", safeguard="firewall",
                    subject=f"systems.host:{n}", subject_name=f"host-{n}", reason="The firewall is off",
                    opened_at=now if n % 50 == 0 else now - timedelta(days=40),
                )
                for n in range(start, min(start + 1000, people))
            )  # fmt: skip


if __name__ == "__main__":
    django.setup()
    main(100 if sys.argv[1:] == ["small"] else 10_000)
