"""Accounts, their passwords, the rules for passwords, and who may become root."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.systems import formats
from tests.systems.trees import NOW, Tree, alpine, debian, rhel


def account(tree: Tree, name: str) -> dict[str, Any]:
    return next(item for item in tree.facts("accounts")["items"] if item["name"] == name)


@pytest.mark.parametrize(
    ("secret", "password", "kind"),
    [
        ("$y$j9T$abc$def", "set", "yescrypt"),
        ("$6$abc$def", "set", "sha512"),
        ("$5$abc$def", "set", "sha256"),
        ("$1$abc$def", "set", "md5"),
        ("$2b$12$abcdef", "set", "bcrypt"),
        ("abJnggxhB/yWI", "set", "des"),
        ("$7$new$kind", "set", None),
        ("!$6$abc$def", "locked", None),
        ("*", "locked", None),
        ("!!", "locked", None),
        ("", "none", None),
    ],
)
def test_of_a_password_only_the_kind_of_hash_is_told(secret: str, password: str, kind: str | None) -> None:
    tree = debian().change("/etc/shadow", "alice:$y$j9T$saltsalt$hashhashhash:", f"alice:{secret}:")
    found = account(tree, "alice")
    assert (found["password"], found["hash"]) == (password, kind)


def test_an_empty_or_old_password_in_passwd_itself_is_seen() -> None:
    assert account(debian().change("/etc/passwd", "bob:x:", "bob::"), "bob")["password"] == "none"
    assert account(debian().change("/etc/passwd", "bob:x:", "bob:abJnggxhB/yWI:"), "bob")["hash"] == "des"


def test_administrators_are_uid_0_their_groups_and_whoever_sudo_lets_do_all() -> None:
    def admins(tree: Tree) -> set[str]:
        return {item["name"] for item in tree.facts("accounts")["items"] if item["admin"]}

    assert admins(debian()) == {"root", "alice"}
    assert admins(debian().change("/etc/passwd", "bob:x:1001:", "bob:x:0:")) == {"root", "alice", "bob"}
    assert admins(debian().file("/etc/sudoers.d/bob", "bob ALL=(ALL) NOPASSWD: ALL\n")) == {
        "root",
        "alice",
        "bob",
    }
    assert admins(debian().file("/etc/sudoers.d/bob", "#1001 ALL=(ALL) ALL\n")) == {"root", "alice", "bob"}
    assert admins(debian().file("/etc/sudoers.d/bob", "bob ALL=(ALL) /usr/bin/apt\n")) == {"root", "alice"}


def test_last_logins_come_from_whichever_record_the_machine_keeps() -> None:
    yesterday = "2026-11-22T14:00:00Z"
    facts = debian().facts("accounts")
    assert facts["login_records"] == "lastlog2"
    assert account(debian(), "alice")["last_login"] == yesterday
    bare = debian().without("/var/lib/lastlog")
    assert (bare.facts("accounts")["login_records"], account(bare, "alice")["last_login"]) == (None, None)
    older = bare.file("/var/log/lastlog", formats.lastlog({1000: NOW - timedelta(days=1)}))
    assert older.facts("accounts")["login_records"] == "lastlog"
    assert (account(older, "alice")["last_login"], account(older, "bob")["last_login"]) == (yesterday, None)
    table = bare.file(
        "/var/log/wtmp",
        formats.wtmp([("alice", NOW - timedelta(days=3)), ("alice", NOW - timedelta(days=1))]),
    )
    assert table.facts("accounts")["login_records"] == "wtmp"
    assert account(table, "alice")["last_login"] == yesterday


def test_without_the_right_to_read_shadow_every_account_is_there_and_its_password_unknown() -> None:
    facts = debian().unreadable("/etc/shadow").facts("accounts")
    assert facts["state"] == "read"
    assert {problem["what"] for problem in facts["problems"]} == {"/etc/shadow"}
    assert {item["name"] for item in facts["items"]} >= {"root", "alice", "bob"}
    hidden = {(item["password"], item["hash"], item["changed_on"]) for item in facts["items"]}
    assert hidden == {("unknown", None, None)}


def test_an_account_without_a_line_in_shadow_is_named() -> None:
    tree = debian().append("/etc/passwd", "eve:x:1009:1009::/home/eve:/bin/sh\n")
    facts = tree.facts("accounts")
    assert (facts["state"], account(tree, "eve")["password"]) == ("read", "unknown")
    assert facts["problems"] == [{"what": "/etc/shadow", "reason": "it has no line for eve"}]


def test_whoever_may_yet_be_an_administrator_by_a_rule_that_was_not_read_is_not_called_none() -> None:
    tree = debian().file("/etc/sudoers.d/bob", "bob ALL=(ALL) ALL\n").unreadable("/etc/sudoers.d/bob")
    facts = tree.facts("accounts")
    admins = {item["name"]: item["admin"] for item in facts["items"]}
    assert (admins["root"], admins["alice"], admins["bob"]) == (True, True, None)
    assert facts["state"] == "read"
    assert {problem["what"] for problem in facts["problems"]} == {"/etc/sudoers.d/bob"}


def test_an_old_record_of_logins_does_not_stand_in_for_a_newer_one_that_cannot_be_read() -> None:
    older = debian().file("/var/log/lastlog", formats.lastlog({1000: NOW - timedelta(days=900)}))
    for hidden in (
        older.unreadable("/var/lib/lastlog/lastlog2.db"),
        older.file("/var/lib/lastlog/lastlog2.db", "SQLite format 3\0..."),
    ):
        facts = hidden.facts("accounts")
        assert (facts["state"], facts["login_records"]) == ("read", None)
        assert account(hidden, "alice")["last_login"] is None
        assert facts["problems"][0]["what"] == "/var/lib/lastlog/lastlog2.db"


PAM = "/etc/pam.d/common-password"
QUALITY = "/etc/security/pwquality.conf"


@pytest.mark.parametrize(
    ("tree", "facts"),
    [
        (debian(), {"min_length": 15, "checker": "pam_pwquality", "hash": "yescrypt", "remembered": 0}),
        (debian().change(PAM, "retry=3", "retry=3 minlen=20"), {"min_length": 20}),
        (debian().without(QUALITY), {"min_length": 8}),
        (debian().unreadable(QUALITY), {"min_length": None, "checker": "pam_pwquality"}),
        (debian().unreadable(QUALITY).change(PAM, "retry=3", "minlen=20"), {"min_length": 20}),
        (debian().file(f"{QUALITY}.d/1.conf", "minlen = 9\n"), {"min_length": 15}),
        (debian().file(f"{QUALITY}.d/1.conf", "").unreadable(f"{QUALITY}.d"), {"min_length": None}),
        (
            debian().unreadable(PAM),
            {"min_length": None, "checker": None, "hash": None, "remembered": None, "max_days": 99999},
        ),
        (
            debian().unreadable("/etc/security/faillock.conf"),
            {"lockout": {"module": "pam_faillock", "attempts": None, "unlock_seconds": None}},
        ),
        (
            debian().file(PAM, "password required pam_unix.so sha512 remember=5\n"),
            {"min_length": 6, "checker": "none", "hash": "sha512", "remembered": 5},
        ),
        (
            debian().file(PAM, "password required pam_passwdqc.so min=disabled,24,12,10,9\n"),
            {"min_length": 9, "checker": "pam_passwdqc"},
        ),
        (debian().append(PAM, "password required pam_pwhistory.so remember=12\n"), {"remembered": 12}),
        (rhel(), {"min_length": 15, "max_days": 99999}),
        (alpine(), {"min_length": 15, "checker": "pam_pwquality"}),
        (
            alpine().without("/etc/pam.d"),
            {"min_length": None, "checker": "none", "hash": "yescrypt", "lockout": None},
        ),
        (debian(), {"lockout": {"module": "pam_faillock", "attempts": 10, "unlock_seconds": 900}}),
        (
            debian().file("/etc/pam.d/common-auth", "auth required pam_tally2.so deny=5 unlock_time=60\n"),
            {"lockout": {"module": "pam_tally2", "attempts": 5, "unlock_seconds": 60}},
        ),
        (debian().file("/etc/pam.d/common-auth", "auth required pam_unix.so\n"), {"lockout": None}),
    ],
)
def test_password_policy(tree: Tree, facts: dict[str, Any]) -> None:
    assert facts.items() <= tree.facts("password_policy").items()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("bob ALL=(root) NOPASSWD: ALL", [("bob", "root", "ALL", True)]),
        (
            "%ops ALL = (www : www) /bin/a, NOPASSWD: /bin/b, PASSWD: /bin/c",
            [("%ops", "www : www", "/bin/a, /bin/c", False), ("%ops", "www : www", "/bin/b", True)],
        ),
        (
            "bob,carol web=/bin/a \\\n  , /bin/b",
            [("bob", "root", "/bin/a, /bin/b", False), ("carol", "root", "/bin/a, /bin/b", False)],
        ),
        (
            "User_Alias OPS = bob, carol\nCmnd_Alias APT = /usr/bin/apt, /usr/bin/dpkg\n"
            "OPS ALL=(ALL) NOPASSWD:SETENV: APT",
            [(who, "ALL", "/usr/bin/apt, /usr/bin/dpkg", True) for who in ("bob", "carol")],
        ),
        ("bob ALL=(ALL) ALL, !/bin/su", [("bob", "ALL", "ALL, !/bin/su", False)]),
        ("# bob ALL=(ALL) ALL", []),
        ("#1001 ALL=(ALL) ALL # the keeper", [("#1001", "ALL", "ALL", False)]),
    ],
)
def test_sudo_rules_are_told_apart_by_who_as_whom_and_password(
    line: str, expected: list[tuple[Any, ...]]
) -> None:
    facts = (
        debian()
        .file("/etc/sudoers", "@includedir /etc/sudoers.d\n")
        .file("/etc/sudoers.d/own", line + "\n")
        .facts("sudo")
    )
    rules = facts["rules"]
    assert [(rule["who"], rule["runas"], rule["commands"], rule["nopasswd"]) for rule in rules] == expected
    assert {rule["source"] for rule in rules} <= {"/etc/sudoers.d/own"}


def test_sudo_reads_no_file_that_sudo_itself_would_skip() -> None:
    tree = (
        debian()
        .file("/etc/sudoers.d/old.bak", "bob ALL=(ALL) ALL\n")
        .file("/etc/sudoers.d/own~", "bob ALL=(ALL) ALL\n")
    )
    assert "bob" not in {rule["who"] for rule in tree.facts("sudo")["rules"]}


def test_sudo_is_logged_unless_it_is_told_not_to() -> None:
    assert debian().facts("sudo")["log"] is True
    assert debian().append("/etc/sudoers", "Defaults !syslog\n").facts("sudo")["log"] is False
    assert debian().unreadable("/etc/sudoers").facts("sudo")["log"] is None


def test_rules_of_doas_are_told_in_the_words_of_sudo() -> None:
    tree = alpine().file(
        "/etc/doas.d/own.conf", "permit nopass keepenv bob as postgres cmd psql\ndeny carol\n"
    )
    rules = {rule["who"]: rule for rule in tree.facts("sudo")["rules"]}
    assert rules["%wheel"]["commands"] == "ALL"
    assert (rules["bob"]["runas"], rules["bob"]["commands"], rules["bob"]["nopasswd"]) == (
        "postgres",
        "psql",
        True,
    )
    assert rules.keys() == {"%wheel", "bob"}
    assert tree.facts("sudo")["log"] is True
    assert alpine().file("/etc/doas.conf", "permit nolog :wheel\n").facts("sudo")["log"] is False
