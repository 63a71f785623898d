"""Taking lists in and undoing that, against a real record."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from duecare.access.actions import review_account
from duecare.access.models import Account, AccountSource
from duecare.errors import BadInput, Refused
from duecare.ledger import verifying
from duecare.ledger.models import Entry
from duecare.ledger.recording import recording
from duecare.ledger.records import shapes, utc_now
from duecare.program.imports import actions, undoing
from duecare.program.imports.changes import Kind
from duecare.program.imports.models import Import
from duecare.program.imports.terminal import Said, import_table
from duecare.program.imports.undoing import UNDONE, undo
from duecare.program.models import DataSet, Ending, Task
from duecare.program.task_actions import end_task, make_task
from duecare.site import people
from duecare.systems.models import Device, Name
from tests.people import PASSWORD
from tests.program.imports import files

ACTOR = "terminal:test"


def bring(text: str | bytes, kind: str, *, at: datetime | None = None, dry: bool = False, **said: Any) -> Any:
    """Take a list in; with `dry` only look. Returns the import, if there is one."""
    data = text.encode() if isinstance(text, str) else text
    lines: list[str] = []
    return import_table(
        data, f"{kind}.csv", Said(kind, **said), ACTOR, at or utc_now(), dry=dry, tell=lines.append
    )


def rows_of(head: str, *rows: Mapping[str, str]) -> str:
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, head.split(","))
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()


def everything() -> dict[tuple[str, str], tuple[Any, ...]]:
    """Every record but those of imports, as it stands."""
    return {
        (kind, row[0]): row
        for kind, shape in shapes().items()
        if kind != "program.import"
        for row in shape.model._base_manager.values_list(*shape.columns)
    }


def test_entra_users_and_their_second_factors_make_one_account_each(home: Path) -> None:
    bring(files.ENTRA_USERS, "entra-users", whole=True)
    ada, cleo = Account.objects.get(login="ada@clinic.example"), Account.objects.get(kind="guest")
    assert (ada.name, ada.enabled, ada.kind, ada.mfa_registered) == ("Ada Example", True, "person", None)
    assert f"{ada.created:%Y-%m-%d %H:%M}" == "2021-08-19 13:25"
    made = bring(files.ENTRA_FACTORS, "entra-mfa", whole=True)
    assert (made.added, made.changed, made.gone) == (0, 2, 0)
    ada.refresh_from_db()
    cleo.refresh_from_db()
    assert (ada.privileged, ada.mfa_registered, cleo.mfa_registered) == (True, True, False)
    assert ada.mfa_methods == ["microsoftAuthenticatorPush", "windowsHelloForBusiness"]
    ben = Account.objects.get(login="ben@clinic.example")
    assert (ben.gone_at, ben.enabled, ben.mfa_registered) == (None, False, None)
    source = AccountSource.objects.get()
    assert source.list_file != source.factors_file
    assert None not in (source.list_at, source.factors_at)


def test_google_users_tell_second_factors_and_last_sign_ins(home: Path) -> None:
    bring(files.GOOGLE_USERS, "google-users", whole=True)
    told = {one.login: one for one in Account.objects.all()}
    ada, ben, scan = (told[f"{name}@clinic.example"] for name in ("ada", "ben", "scan"))
    assert (ada.name, ada.enabled, ada.mfa_registered, ada.never_signed_in) == (
        "Ada Example",
        True,
        True,
        False,
    )
    assert (ben.enabled, ben.mfa_registered) == (False, False)
    assert (scan.last_sign_in, scan.never_signed_in) == (None, True)
    source = AccountSource.objects.get()
    assert source.factors_at == source.list_at is not None


def test_intune_devices_of_one_name_are_two_devices(home: Path) -> None:
    bring(files.INTUNE_DEVICES, "intune-devices", whole=True)
    told = {one.own_id: one for one in Device.objects.all()}
    assert len(told) == 3
    assert (told["d-1"].compliant, told["d-1"].encrypted, told["d-1"].owner) == (
        True,
        True,
        "ada@clinic.example",
    )
    assert (told["d-2"].compliant, told["d-3"].compliant, told["d-3"].encrypted) == (False, None, None)


def test_an_account_that_a_whole_list_lacks_is_gone_and_comes_back(home: Path) -> None:
    both = "login,enabled\na@x.example,yes\nb@x.example,yes\n"
    bring(both, "accounts", source="Shop", whole=True)
    made = bring("login,enabled\na@x.example,yes\n", "accounts", source="shop", whole=True)
    assert (made.gone, made.unchanged) == (1, 1)
    gone = Account.objects.get(login="b@x.example")
    assert gone.gone_at == made.downloaded_at
    made = bring(both, "accounts", source="Shop", whole=True)
    assert (made.changed, made.gone) == (1, 0)
    gone.refresh_from_db()
    assert gone.gone_at is None


def test_a_part_of_a_list_shows_nothing_gone_and_nothing_fresh(home: Path) -> None:
    bring("login\na@x.example\nb@x.example\n", "accounts", source="Shop")
    made = bring("login\na@x.example\n", "accounts", source="Shop")
    assert made.gone == 0
    assert AccountSource.objects.get().list_at is None


def test_a_whole_list_with_a_fault_is_no_whole_list(home: Path) -> None:
    bring("login,enabled\na@x.example,yes\nb@x.example,yes\n", "accounts", source="Shop")
    made = bring("login,enabled\na@x.example,perhaps\n", "accounts", source="Shop", whole=True)
    assert (made.faults, made.gone, made.whole) == (1, 0, False)
    assert AccountSource.objects.get().list_at is None


def test_of_accounts_that_a_newer_list_of_second_factors_lacks_nothing_is_known_any_more(home: Path) -> None:
    bring(files.ENTRA_USERS, "entra-users", whole=True)
    bring(files.ENTRA_FACTORS, "entra-mfa", whole=True)
    made = bring("\n".join(files.ENTRA_FACTORS.splitlines()[:1] + files.ENTRA_FACTORS.splitlines()[2:]),
                 "entra-mfa", whole=True)  # fmt: skip
    assert (made.changed, made.gone) == (1, 0)
    ada = Account.objects.get(login="ada@clinic.example")
    assert (ada.mfa_registered, ada.mfa_capable, ada.mfa_methods, ada.gone_at) == (None, None, None, None)


def test_an_older_list_is_refused_since_it_would_hide_what_changed_since(home: Path) -> None:
    now = utc_now()
    bring(files.ENTRA_USERS, "entra-users", whole=True, at=now)
    with pytest.raises(Refused, match="A newer list of Entra ID was taken in already"):
        bring(files.ENTRA_USERS, "entra-users", downloaded=(now - timedelta(days=3)).date())


def test_a_list_is_evidence_of_the_day_on_which_it_was_downloaded(home: Path) -> None:
    day = (utc_now() - timedelta(days=40)).date()
    bring(files.ENTRA_USERS, "entra-users", whole=True, downloaded=day)
    source = AccountSource.objects.get()
    assert source.list_at is not None
    assert source.list_at.date() == day
    with pytest.raises(BadInput, match="still to come"):
        bring(files.ENTRA_USERS, "entra-users", downloaded=(utc_now() + timedelta(days=2)).date())


def test_tasks_data_sets_and_names_come_in_as_lists_too(home: Path) -> None:
    bring("Task;Due date;Repeats;Safeguard\nRestore;2027-01-31;monthly;Safe backups\n", "tasks")
    task = Task.objects.get()
    assert (task.title, task.repeats, task.safeguard) == ("Restore", "monthly", "backups")
    assert task.due is not None
    bring("Name,People,Where\nPatients,DE 12000; FR,Server room\n", "data-sets")
    data_set = DataSet.objects.get()
    assert (data_set.people, data_set.place) == ({"DE": 12000, "FR": None}, "Server room")
    bring("name,type,port,dkim\nWWW.Clinic.Example,website,,\nclinic.example,domain,,s1 ; s2\n", "names")
    told = {one.kind: one for one in Name.objects.all()}
    assert (told["tls"].name, told["tls"].port) == ("www.clinic.example", 443)
    assert told["mail"].selectors == ["s1", "s2"]


def test_a_task_is_given_to_whom_its_row_names_and_a_name_that_two_have_is_a_fault(home: Path) -> None:
    for number, name in enumerate(("Ada Example", "Ben Twice", "Ben Twice")):
        people.add_user(ACTOR, f"{number}@x.example", name, PASSWORD, "member", "")
    lines: list[str] = []
    text = "title,owner\nRestore,ada example\nOther,Ben Twice\n"
    import_table(text.encode(), "t.csv", Said("tasks"), ACTOR, utc_now(), dry=False, tell=lines.append)
    task = Task.objects.get()
    assert task.owner is not None
    assert task.owner.name == "Ada Example"
    assert any("more than one person is called that" in line for line in lines)
    made = bring("title,owner\nRestore,\n", "tasks")
    assert made.changed == 1
    task.refresh_from_db()
    assert task.owner is None
    assert bring("title,owner\nRestore,\n", "tasks").unchanged == 1


@pytest.mark.parametrize(
    ("kind", "text", "words"),
    [
        ("tasks", "title,owner\nx,Nobody Known\n", "nobody who may sign in"),
        ("tasks", "title,repeats\nx,weekly\n", "needs its first day"),
        ("tasks", "title,safeguard\nx,prayer\n", "no such safeguard"),
        ("data-sets", "name,people\nx,lots\n", "no code with a number"),
        ("names", "name,kind\nexample,mail\n", "what follows the @"),
        ("names", "name,kind,port\nx.example,host,99999\n", "from 1 to 65535"),
    ],
)
def test_what_a_list_does_not_take_is_a_fault_of_its_cell(
    home: Path, kind: str, text: str, words: str
) -> None:
    lines: list[str] = []
    import_table(text.encode(), "x.csv", Said(kind), ACTOR, utc_now(), dry=True, tell=lines.append)
    assert any("line 2, column" in line and words in line for line in lines), lines


def test_a_look_keeps_nothing_in_the_record(home: Path) -> None:
    size, before = Entry.objects.count(), everything()
    bring(files.ENTRA_USERS, "entra-users", whole=True, dry=True)
    assert (Entry.objects.count(), everything()) == (size, before)


def test_a_record_that_changed_after_the_plan_stops_the_import(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring("login,name\na@x.example,One\n", "accounts", source="Shop")
    whole = actions.plan

    def plan_and_wait(*words: Any) -> Any:
        planned = whole(*words)
        with recording(ACTOR, "somebody else is quicker"):
            account = Account.objects.get()
            account.name = "Other"
            account.save()
        return planned

    monkeypatch.setattr(actions, "plan", plan_and_wait)
    with pytest.raises(Refused, match="has been changed since the preview"):
        bring("login,name\na@x.example,Two\n", "accounts", source="Shop")
    assert Account.objects.get().name == "Other"
    assert Import.objects.count() == 1


# ── Undoing ──────────────────────────────────────────────────────────────────────────────────────────────

LOGIN = st.sampled_from([f"{letter}@x.example" for letter in "abcde"])
ROW = st.fixed_dictionaries(
    {
        "login": LOGIN,
        "name": st.sampled_from(["", "One", "Two"]),
        "enabled": st.sampled_from(["yes", "no", ""]),
        "mfa": st.sampled_from(["yes", "no", "", "broken"]),
    }
)
ROWS = st.lists(ROW, max_size=5, unique_by=lambda row: row["login"])


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=ROWS, second=ROWS, whole=st.booleans(), size=st.integers(1, 3))
def test_undoing_an_import_is_as_if_it_had_never_been(
    home: Path, first: list[Any], second: list[Any], whole: bool, size: int
) -> None:
    head = "login,name,enabled,mfa"
    source = f"Shop {Entry.objects.count()}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(actions, "ACT_SIZE", size)
        patch.setattr("duecare.program.imports.undoing.ACT_SIZE", size)
        bring(rows_of(head, *first, {"login": "z@x.example"}), "accounts", source=source, whole=True)
        before = everything()
        made = bring(rows_of(head, *second, {"login": "y@x.example"}), "accounts", source=source, whole=whole)
        undo(made, ACTOR, "the wrong list", utc_now())
    assert everything() == before


def test_the_preview_counts_what_the_act_then_does(home: Path) -> None:
    bring(
        "login,name\na@x.example,One\nb@x.example,Two\nc@x.example,Three\n",
        "accounts",
        source="Shop",
        whole=True,
    )
    text = "login,name\na@x.example,One\nb@x.example,New\nd@x.example,Four\n"
    seen: list[Mapping[Kind, int]] = []
    whole: Callable[..., Any] = actions.plan
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            actions, "plan", lambda *words: (planned := whole(*words), seen.append(planned.counts))[0]
        )
        made = bring(text, "accounts", source="Shop", whole=True)
    (counts,) = seen
    assert counts == {Kind.ADDED: 1, Kind.CHANGED: 1, Kind.GONE: 1, Kind.UNCHANGED: 1}
    done = Entry.objects.filter(kind="access.account", head__in=_heads(made))
    assert {action: done.filter(action=action).count() for action in ("created", "changed", "deleted")} == {
        "created": counts[Kind.ADDED],
        "changed": counts[Kind.CHANGED] + counts[Kind.GONE],
        "deleted": 0,
    }


def _heads(made: Import) -> list[int]:
    rows = Entry.objects.filter(kind=actions.PART, subject=made.pk)
    return list(rows.values_list("head", flat=True))


def test_what_somebody_changed_since_is_named_and_nothing_is_undone(home: Path) -> None:
    made = bring("title\nOne\nTwo\n", "tasks")
    end_task(ACTOR, Task.objects.get(title="Two").pk, Ending.DONE, "", utc_now())
    before = everything()
    with pytest.raises(Refused, match="1 record has been changed since: Two"):
        undo(made, ACTOR, "wrong", utc_now())
    assert everything() == before
    made.refresh_from_db()
    assert made.undone_at is None


def test_what_rests_on_an_account_that_an_import_made_keeps_it(home: Path) -> None:
    made = bring(files.ENTRA_USERS, "entra-users", whole=True)
    review_account(Account.objects.get(kind="guest"), ACTOR, "The tax adviser’s.", utc_now())
    with pytest.raises(Refused, match="Other records rest on what it made"):
        undo(made, ACTOR, "wrong", utc_now())
    assert Account.objects.count() == 3


def test_what_was_said_of_a_record_keeps_it(home: Path) -> None:
    made = bring("title\nOne\n", "tasks")
    make_task(ACTOR, utc_now(), title="Ask why", about=f"program.task:{Task.objects.get().pk}")
    with pytest.raises(Refused, match="rest on what it made: Ask why"):
        undo(made, ACTOR, "wrong", utc_now())


def test_an_import_is_undone_once_and_for_a_reason(home: Path) -> None:
    made = bring("title\nOne\n", "tasks")
    with pytest.raises(BadInput, match="without a reason"):
        undo(made, ACTOR, " ", utc_now())
    undo(made, ACTOR, "the wrong branch", utc_now())
    made.refresh_from_db()
    assert (made.undone_because, Task.objects.count()) == ("the wrong branch", 0)
    with pytest.raises(Refused, match="undone before"):
        undo(made, ACTOR, "again", utc_now())


def test_undoing_that_broke_off_goes_on_where_it_stopped(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("duecare.program.imports.undoing.ACT_SIZE", 1)
    before = everything()
    made = bring("title\nOne\nTwo\nThree\n", "tasks")
    whole, calls = undoing._put_back, []

    def fail_at_second(kind: str, some: Any) -> None:
        calls.append(kind)
        if len(calls) == 2:
            raise RuntimeError("the power went")
        whole(kind, some)

    monkeypatch.setattr(undoing, "_put_back", fail_at_second)
    with pytest.raises(RuntimeError):
        undo(made, ACTOR, "wrong", utc_now())
    assert Task.objects.count() == 2
    undo(made, ACTOR, "wrong", utc_now())
    assert everything() == before
    assert Entry.objects.filter(kind=UNDONE, subject=made.pk).count() == 3


def test_an_import_of_many_is_several_acts_that_belong_together(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "ACT_SIZE", 2)
    make_task(ACTOR, utc_now(), title="Before")
    made = bring("title\nBefore\nOne\nTwo\nThree\n", "tasks")
    assert len(_heads(made)) == 2
    assert (made.added, made.unchanged) == (3, 1)
    made.refresh_from_db()
    assert made.finished_at is not None


def test_the_record_verifies_after_imports_and_undoing(home: Path) -> None:
    made = bring(files.ENTRA_USERS, "entra-users", whole=True)
    bring(files.INTUNE_DEVICES, "intune-devices", whole=True)
    undo(made, ACTOR, "wrong", utc_now())
    assert verifying.verify(live=True).ok
