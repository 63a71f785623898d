"""What holds for the checks of every area: nothing is met on evidence that was not read."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duecare.errors import BadInput
from duecare.program.catalogue import catalogue
from duecare.program.judgement import Check, Facts, Unread, Verdict, checks, unknown
from duecare.program.targets import definitions
from duecare.systems.report_schema import LATER_FIELDS, LATER_SECTIONS, OPTIONAL_SECTIONS, SECTIONS
from tests.systems import macs
from tests.systems.healthy import NOW, Changes, ago, changed, expect, healthy, job, judge, socket, unreadable
from tests.systems.macs import mac
from tests.systems.windows import person, windows

MET, UNMET, UNKNOWN, ASIDE = Verdict.MET, Verdict.UNMET, Verdict.UNKNOWN, Verdict.NOT_APPLICABLE
OF_HOSTS = [check for check in checks() if check.of == "hosts"]
SHAPES = {**SECTIONS, **LATER_SECTIONS, **OPTIONAL_SECTIONS}
every_check = pytest.mark.parametrize("check", OF_HOSTS, ids=lambda check: check.id)


NOT_ON_LINUX = {"access.remote_desktop_asks_first"}
"""Questions about what only other systems bring along."""


@every_check
def test_a_healthy_computer_meets_every_check(check: Check) -> None:
    expect(judge(check.id, healthy()), ASIDE if check.id in NOT_ON_LINUX else MET, "")


@every_check
def test_a_check_names_a_safeguard_and_a_target_that_exist(check: Check) -> None:
    assert check.safeguard in catalogue()
    assert check.target is None or check.target in definitions()
    assert check.question.endswith("?")
    assert check.advice.endswith(".")
    assert not check.unit or judge(check.id, healthy()).measure is not None


def test_the_hand_written_facts_are_a_report_that_import_accepts() -> None:
    facts = healthy()
    assert SECTIONS.keys() <= facts.keys()
    for name in facts:
        SHAPES[name](facts[name], name)


SEEN_RUNNING = (
    *("systems.firewall_refuses", "systems.ports_open", "systems.databases_off_network"),
    *("systems.remote_desktops_off_network", "systems.control_interfaces_off_network"),
    *("systems.no_clear_text_sign_in", "systems.antivirus_running", "systems.swap_encrypted"),
    *("systems.removable_encrypted", "systems.clock_synchronised", "systems.clock_offset"),
    *("patching.no_reboot_waiting", "patching.newest_kernel_runs", "detection.logs_survive_restart"),
    *("detection.audit_runs", "detection.logs_leave_host"),
)


@pytest.mark.parametrize("id", SEEN_RUNNING)
def test_what_runs_is_unknown_from_a_mounted_tree(id: str) -> None:
    expect(judge(id, healthy(), live=False), UNKNOWN, "mounted tree")


SICK: list[Changes] = [
    {},
    {"os.virtualization": "container"},
    {"os.virtualization": "vm"},
    {"os.family": "rhel", "updates.repositories": [], "updates.security_labelled": False},
    {
        "accounts.items.2.password": "none",
        "accounts.items.2.hash": "md5",
        "accounts.items.2.last_login": ago(400),
        "accounts.items.1.uid": 0,
        "authorized_keys.items.1.options": "",
        "authorized_keys.items.0.type": "ssh-rsa",
        "authorized_keys.items.0.bits": 1024,
        "sshd.settings.permitrootlogin": "yes",
        "sshd.settings.passwordauthentication": "yes",
        "sshd.matches": [{"criteria": "user ftp", "settings": {"permitemptypasswords": "yes"}}],
        "password_policy.min_length": 4,
        "password_policy.lockout.attempts": 500,
        "sudo.rules.0.nopasswd": True,
        "sudo.log": False,
    },
    {
        "updates.items.0.first_seen": ago(200),
        "updates.metadata_at": ago(90),
        "updates.metadata_fetched_at": ago(90),
        "updates.repositories.1.security": False,
        "updates.repositories.0.signed": False,
        "automatic_updates.installs": False,
        "automatic_updates.last_run": ago(60),
        "reboot.required": True,
        "reboot.required_since": ago(60),
        "reboot.running_kernel": "5.10.0-1-amd64",
    },
    {
        "logging.journald.storage": "volatile",
        "logging.rsyslog.running": False,
        "logging.others": [{"name": "syslog-ng", "running": True, "file": "", "on_disk": False}],
        "logging.auditd.rules": 0,
        "logging.shipping.0.tls": False,
        "logging.shipping.0.running": False,
        "logging.oldest_at": ago(3),
        "logging.kept_days": 7,
        "time.synchronized": False,
        "time.offset_ms": 90000,
        "backup.jobs": [job(off_host=False, last_success=ago(30)), job(what="/etc", enabled=False)],
        "firewall.active": False,
        "firewall.enabled_at_boot": False,
        "antivirus.products.0.running": False,
        "antivirus.products.0.signatures_at": ago(9),
        "disk_encryption.mounts.0.encrypted": False,
        "disk_encryption.mounts.2.encrypted": False,
        "disk_encryption.swap.0.encrypted": False,
        "sockets.items": [socket(port, "mysqld") for port in (3306, 3389, 2375, 23, *range(4000, 4010))],
    },
]


def leaves(value: Any, path: str = "") -> list[str]:
    """The paths of everything within a value."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [each for name, child in pairs for each in (f"{path}{name}", *leaves(child, f"{path}{name}."))]


def may_be_null(facts: dict[str, Any], path: str) -> bool:
    """Whether import accepts null there."""
    section, _, rest = path.partition(".")
    if not rest:
        return False
    try:
        without = changed(facts, {path: None})[section]
        SHAPES[section](without, section)
        for field, shape in LATER_FIELDS.get(section, {}).items():
            if without.get(field) is not None:
                shape(without[field], field)
    except BadInput:
        return False
    return True


SICK_WINDOWS: Changes = {
    "firewall.active": False,
    "antivirus.products.0.running": False,
    "antivirus.products.0.signatures_at": ago(30),
    "disk_encryption.mounts.0.encrypted": False,
    "disk_encryption.swap.0.encrypted": False,
    "accounts.items.1.can_log_in": True,
    "accounts.administrators_elsewhere": [{"name": "CORP\\Domain Admins", "kind": "group"}],
    "password_policy.hash": "lm",
    "password_policy.lockout.attempts": 0,
    "screen_lock.machine_seconds": 0,
    "screen_lock.users": [person(after_seconds=0)],
    "remote_access.services.0.asks_first": False,
    "reboot.required": True,
    "reboot.required_since": ago(60),
    "logging.auditd.rules": 0,
    "updates.items.0.first_seen": ago(90),
}
COMPUTERS = [
    *(healthy(sick) for sick in SICK),
    windows(),
    windows(SICK_WINDOWS),
    mac().report()["facts"],
    mac().command("fdesetup status", "FileVault is Off.").without(macs.SCREEN).report()["facts"],
]
NULLABLE = [[path for path in leaves(facts) if may_be_null(facts, path)] for facts in COMPUTERS]
WORSE = {
    "read": ["read", "read", "partial", "unreadable"],
    "partial": ["partial", "unreadable"],
    "unreadable": ["unreadable"],
    "absent": ["absent", "unreadable"],
}


@st.composite
def forgetful(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """Facts of a computer, and the same with some of them not learnt and some sections not read in full."""
    number = draw(st.integers(0, len(COMPUTERS) - 1))
    facts = COMPUTERS[number]
    gone = draw(st.lists(st.sampled_from(NULLABLE[number]), max_size=6, unique=True))
    forgotten = changed(facts, dict.fromkeys(gone))
    for section in forgotten.values():
        section["state"] = draw(st.sampled_from(WORSE[section["state"]]))
    return facts, forgotten


@given(forgetful())
def test_what_was_not_learnt_never_makes_an_answer_better(
    example: tuple[dict[str, Any], dict[str, Any]],
) -> None:
    facts, forgotten = example
    for check in checks():
        before, after = judge(check.id, facts).verdict, judge(check.id, forgotten).verdict
        if before is not MET:
            assert after is not MET, f"{check.id} was {before} and is met with less known"
        if before in (UNMET, UNKNOWN):
            assert after is not ASIDE, f"{check.id} was {before} and no longer arises with less known"


@given(st.data())
def test_no_check_stumbles_over_anything_that_import_accepts(data: st.DataObject) -> None:
    """Unread is how a check says that it cannot tell; any other exception is a fault."""
    number = data.draw(st.integers(0, len(COMPUTERS) - 1))
    gone = data.draw(st.lists(st.sampled_from(NULLABLE[number]), max_size=30, unique=True))
    facts = changed(COMPUTERS[number], dict.fromkeys(gone))
    for section in facts.values():
        section["state"] = data.draw(st.sampled_from(["read", "partial", "unreadable", "absent"]))
        if section["state"] == "absent":
            section.update({name: None for name in section if name not in ("state", "problems", "source")})
    live = data.draw(st.booleans())
    for check in checks():
        target = None if check.target is None else definitions()[check.target].default
        try:
            answer = check.judge(Facts(NOW, NOW, facts, live), target)
        except Unread as gap:
            answer = unknown(str(gap))
        for item in (*answer.unmet, *answer.unknown):
            assert item.reason


def test_nothing_is_met_where_no_section_was_read() -> None:
    facts = healthy({key: value for name in healthy() for key, value in unreadable(name).items()})
    assert {judge(check.id, facts).verdict for check in checks()} == {UNKNOWN}


def test_nothing_is_met_on_a_computer_of_which_nothing_was_learnt() -> None:
    facts = healthy()
    for section in facts.values():
        section.update({name: None for name in section if name not in ("state", "problems", "source")})
    verdicts = {check.id: judge(check.id, facts).verdict for check in checks()}
    # No lockout is how a report says that there is none; all else that is null was not learnt.
    assert {id for id, verdict in verdicts.items() if verdict is not UNKNOWN} == {"access.sign_in_throttled"}
    assert verdicts["access.sign_in_throttled"] is UNMET
