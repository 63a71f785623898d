"""The checks of accounts, passwords, sudo and SSH: each met, unmet and unknown, and the traps between."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from duecare.program.judgement import Verdict
from tests.systems import formats
from tests.systems.healthy import (
    Change,
    Changes,
    account,
    ago,
    expect,
    healthy,
    judge,
    judge_tree,
    key,
    partial,
    unreadable,
)
from tests.systems.tree import Tree
from tests.systems.trees import debian

MET, UNMET, UNKNOWN, ASIDE = Verdict.MET, Verdict.UNMET, Verdict.UNKNOWN, Verdict.NOT_APPLICABLE
ROOT = account("root", 0)
NO_SSHD: Changes = {"sshd.state": "absent", "sshd.installed": False, "sshd.settings": None}


def setting(keyword: str, value: str) -> Changes:
    return {f"sshd.settings.{keyword}": value}


def without(*keywords: str) -> Changes:
    settings = healthy()["sshd"]["settings"]
    return {"sshd.settings": {name: value for name, value in settings.items() if name not in keywords}}


def match(**settings: str) -> Changes:
    return {"sshd.matches": [{"criteria": "address 10.0.0.0/8", "settings": settings}]}


def people(*accounts: dict[str, Any]) -> Changes:
    return {"accounts.items": [ROOT, *accounts]}


def rule(**facts: Any) -> Changes:
    row = {"who": "deploy", "runas": "ALL", "commands": "ALL", "nopasswd": True, "source": "/etc/sudoers"}
    return {"sudo.rules": [{**row, **facts}]}


ACCOUNTS: list[tuple[str, Changes, Verdict, str]] = [
    (
        "access.no_empty_passwords",
        {"accounts.items.2.password": "none"},
        UNMET,
        "account anna: its password is empty",
    ),
    ("access.no_empty_passwords", {"accounts.items.1.password": "unknown"}, UNKNOWN, "daemon"),
    ("access.no_empty_passwords", {"accounts.items": []}, UNKNOWN, "no account was found"),
    ("access.no_empty_passwords", partial("accounts", "not root"), UNKNOWN, "not root"),
    ("access.only_root_is_root", {"accounts.items.2.uid": 0}, UNMET, "account anna"),
    (
        "access.only_root_is_root",
        {"accounts.items.2.uid": 0, **partial("accounts")},
        UNMET,
        "under another name",
    ),
    ("access.only_root_is_root", unreadable("accounts"), UNKNOWN, "permission denied"),
    ("access.service_accounts_closed", {"accounts.items.1.password": "set"}, UNMET, "account daemon"),
    ("access.service_accounts_closed", {"accounts.items.1.password": "unknown"}, UNKNOWN, "daemon"),
    ("access.service_accounts_closed", people(account("anna", 1000)), UNKNOWN, "no account of a service"),
    ("access.no_dormant_accounts", {"accounts.items.2.last_login": ago(46)}, UNMET, "46 days ago"),
    ("access.no_dormant_accounts", {"accounts.items.2.last_login": ago(45.9)}, MET, ""),
    (
        "access.no_dormant_accounts",
        {"accounts.items.2.last_login": None},
        UNMET,
        "it never signed in since its password was set 317 days ago",
    ),
    (
        "access.no_dormant_accounts",
        {"accounts.items.2.last_login": None, "accounts.items.2.changed_on": "2026-11-20"},
        UNKNOWN,
        "never signed in",
    ),
    (
        "access.no_dormant_accounts",
        {"accounts.items.2.last_login": None, "accounts.login_records": "wtmp"},
        UNKNOWN,
        "does not say when",
    ),
    ("access.no_dormant_accounts", partial("authorized_keys"), UNKNOWN, "authorized_keys"),
    (
        "access.no_dormant_accounts",
        people(account("ben", 1001, password="unknown", last_login=ago(900))),
        UNKNOWN,
        "900 days ago; whether it is locked was not seen",
    ),
    ("access.no_dormant_accounts", people(account("ben", 1001, password="unknown")), MET, ""),
    (
        "access.no_dormant_accounts",
        people(account("ben", 1001, password="locked", last_login=ago(900))),
        ASIDE,
        "no account but root",
    ),
    (
        "access.no_dormant_accounts",
        {
            **people(account("ben", 1001, password="locked", last_login=ago(900))),
            "authorized_keys.items": [key("ben")],
        },
        UNMET,
        "account ben",
    ),
    (
        "access.no_dormant_accounts",
        people(account("ben", 1001, expires_on="2026-11-23", last_login=ago(900))),
        ASIDE,
        "no account but root",
    ),
    (
        "access.administrators_few",
        people(*(account(f"a{number}", 1000 + number, admin=True) for number in range(4))),
        UNMET,
        "4 accounts are administrators, expected at most 3: a0, a1, a2, a3",
    ),
    ("access.administrators_few", people(), MET, ""),
    ("access.administrators_few", partial("accounts"), UNKNOWN, "permission denied"),
    ("access.administrators_few", {"accounts.items": []}, UNKNOWN, "no account was found"),
    ("access.administrators_few", {"accounts.items.2.admin": None}, UNKNOWN, "whether anna may act as root"),
    (
        "access.administrators_few",
        {**people(*(account(f"a{n}", 1000 + n, admin=n < 4 or None) for n in range(5)))},
        UNMET,
        "4 accounts are administrators",
    ),
    ("access.password_hashes_strong", {"accounts.items.2.hash": "md5"}, UNMET, "stored with md5"),
    ("access.password_hashes_strong", {"accounts.items.2.hash": None}, UNKNOWN, "account anna"),
    (
        "access.password_hashes_strong",
        people(account("ben", 1001, password="locked")),
        ASIDE,
        "no account has",
    ),
    ("access.password_hashes_strong", people(account("ben", 1001, password="unknown")), UNKNOWN, "ben"),
    ("access.new_passwords_hashed_strongly", {"password_policy.hash": "DES"}, UNMET, "des"),
    ("access.new_passwords_hashed_strongly", {"password_policy.hash": None}, UNKNOWN, "password_policy.hash"),
    ("access.new_passwords_hashed_strongly", partial("password_policy"), UNKNOWN, "permission denied"),
    ("access.password_length", {"password_policy.min_length": 14}, UNMET, "14 characters are enough"),
    ("access.password_length", {"password_policy.min_length": None}, UNKNOWN, "min_length"),
    ("access.password_length", partial("password_policy"), UNKNOWN, "permission denied"),
    ("access.sign_in_throttled", {"password_policy.lockout": None}, UNMET, "without limit"),
    ("access.sign_in_throttled", {"password_policy.lockout.attempts": 11}, UNMET, "11 wrong passwords"),
    ("access.sign_in_throttled", {"password_policy.lockout.attempts": 0}, UNMET, "never shuts"),
    ("access.sign_in_throttled", {"password_policy.lockout.attempts": None}, UNKNOWN, "pam_faillock"),
    (
        "access.sign_in_throttled",
        {"password_policy.lockout": None, **partial("password_policy")},
        UNKNOWN,
        "not all settings",
    ),
    ("access.sudo_asks", rule(), UNMET, "sudo rule for deploy: all commands as root without a password"),
    ("access.sudo_asks", rule(runas="root : adm", commands="/bin/true, ALL"), UNMET, "deploy"),
    ("access.sudo_asks", rule(commands="/usr/bin/systemctl restart web"), MET, ""),
    ("access.sudo_asks", rule(runas="postgres"), MET, ""),
    ("access.sudo_asks", rule(who="root"), MET, ""),
    ("access.sudo_asks", {"sudo.rules": []}, ASIDE, "no rule"),
    ("access.sudo_asks", {"sudo.state": "absent", "sudo.rules": None}, ASIDE, "no rule"),
    ("access.sudo_asks", {"sudo.rules": [], **partial("sudo")}, UNKNOWN, "permission denied"),
    ("access.sudo_logged", {"sudo.log": False}, UNMET, "no trace"),
    ("access.sudo_logged", {"sudo.log": None}, UNKNOWN, "sudo.log"),
    ("access.sudo_logged", partial("sudo"), UNKNOWN, "permission denied"),
    ("access.sudo_logged", {"sudo.state": "absent"}, ASIDE, "not installed"),
]
SSH: list[tuple[str, Changes, Verdict, str]] = [
    (
        "access.ssh_no_root",
        setting("permitrootlogin", "prohibit-password"),
        UNMET,
        "expected forced-commands-only or no",
    ),
    ("access.ssh_no_root", setting("permitrootlogin", "forced-commands-only"), MET, ""),
    ("access.ssh_no_root", match(permitrootlogin="yes"), UNMET, "Match address 10.0.0.0/8: root may sign in"),
    ("access.ssh_no_root", match(x11forwarding="yes"), MET, ""),
    ("access.ssh_no_root", without("permitrootlogin"), UNKNOWN, "permitrootlogin"),
    ("access.ssh_no_root", {"sshd.matches": None}, UNKNOWN, "Match blocks"),
    ("access.ssh_no_root", partial("sshd", "an Include could not be read"), UNKNOWN, "Include"),
    ("access.ssh_no_root", NO_SSHD, ASIDE, "no SSH server"),
    (
        "access.ssh_no_password_alone",
        setting("passwordauthentication", "yes"),
        UNMET,
        "passwordauthentication",
    ),
    ("access.ssh_no_password_alone", setting("kbdinteractiveauthentication", "yes"), UNMET, "PAM"),
    ("access.ssh_no_password_alone", setting("challengeresponseauthentication", "yes"), UNMET, "PAM"),
    (
        "access.ssh_no_password_alone",
        {**setting("kbdinteractiveauthentication", "yes"), **setting("usepam", "no")},
        MET,
        "",
    ),
    (
        "access.ssh_no_password_alone",
        {
            **setting("passwordauthentication", "yes"),
            **setting("authenticationmethods", "publickey,password"),
        },
        MET,
        "",
    ),
    (
        "access.ssh_no_password_alone",
        {
            **setting("passwordauthentication", "yes"),
            **setting("authenticationmethods", "publickey password"),
        },
        UNMET,
        "passwordauthentication",
    ),
    ("access.ssh_no_password_alone", match(passwordauthentication="yes"), UNMET, "Match address"),
    ("access.ssh_no_password_alone", without("passwordauthentication"), UNKNOWN, "does not give all"),
    ("access.ssh_no_password_alone", NO_SSHD, ASIDE, "no SSH server"),
    ("access.ssh_no_empty_passwords", setting("permitemptypasswords", "yes"), UNMET, "without a password"),
    ("access.ssh_no_empty_passwords", without("permitemptypasswords"), UNKNOWN, "permitemptypasswords"),
    ("access.ssh_attempts_limited", setting("maxauthtries", "7"), UNMET, "expected at most 6"),
    ("access.ssh_attempts_limited", without("maxauthtries"), UNKNOWN, "maxauthtries"),
    ("access.ssh_algorithms", setting("ciphers", "aes128-ctr,3des-cbc"), UNMET, "3des-cbc"),
    ("access.ssh_algorithms", setting("kexalgorithms", "+diffie-hellman-group1-sha1"), UNMET, "group1-sha1"),
    ("access.ssh_algorithms", setting("macs", "-hmac-md5"), UNKNOWN, "macs"),
    ("access.ssh_algorithms", setting("macs", "^hmac-sha2-512"), UNKNOWN, "macs"),
    ("access.ssh_algorithms", without("ciphers"), UNKNOWN, "ciphers"),
    ("access.keys_strong", {"authorized_keys.items": [key("anna", "ssh-dss", 1024)]}, UNMET, "DSA"),
    (
        "access.keys_strong",
        {"authorized_keys.items": [key("anna", "ssh-rsa", 2048)]},
        UNMET,
        "expected at least 3072",
    ),
    ("access.keys_strong", {"authorized_keys.items": [key("anna", "ssh-rsa", 3072)]}, MET, ""),
    ("access.keys_strong", {"authorized_keys.items": [key("anna", "ssh-rsa", None)]}, UNKNOWN, "length"),
    ("access.keys_strong", {"authorized_keys.items": [key("anna", "later-kind")]}, UNKNOWN, "later-kind"),
    ("access.keys_strong", {"authorized_keys.items": []}, ASIDE, "no key may sign in"),
    (
        "access.keys_strong",
        {"authorized_keys.items": [], **partial("authorized_keys")},
        UNKNOWN,
        "permission",
    ),
    ("access.root_keys_bound", {"authorized_keys.items": [key("root")]}, UNMET, "opens root from anywhere"),
    (
        "access.root_keys_bound",
        {"authorized_keys.items": [key("root", options='environment="A=b,from=c",no-pty')]},
        UNMET,
        "opens root from anywhere",
    ),
    ("access.root_keys_bound", {"authorized_keys.items": [key("root", options='FROM="10.0.0.1"')]}, MET, ""),
    ("access.root_keys_bound", {"authorized_keys.items": [key("anna")]}, ASIDE, "as root"),
    ("access.root_keys_bound", unreadable("authorized_keys"), UNKNOWN, "permission denied"),
]


@pytest.mark.parametrize(("id", "changes", "verdict", "word"), ACCOUNTS)
def test_a_change_of_accounts_changes_the_answer(
    id: str, changes: Changes, verdict: Verdict, word: str
) -> None:
    expect(judge(id, healthy(changes)), verdict, word)


@pytest.mark.parametrize(("id", "changes", "verdict", "word"), SSH)
def test_a_change_of_the_ssh_server_changes_the_answer(
    id: str, changes: Changes, verdict: Verdict, word: str
) -> None:
    expect(judge(id, healthy(changes)), verdict, word)


def test_the_target_decides_how_long_a_password_must_be() -> None:
    assert judge("access.password_length", healthy(), target=16).verdict is UNMET
    assert (
        judge("access.password_length", healthy({"password_policy.min_length": 8}), target=8).verdict is MET
    )


def test_two_weak_accounts_are_two_exceptions_of_a_known_population() -> None:
    changes = people(account("ben", 1001, password="none"), account("eva", 1002, password="none"))
    answer = judge("access.no_empty_passwords", healthy(changes))
    assert [item.name for item in answer.unmet] == ["account ben", "account eva"]
    assert answer.population == 3


KEYS = "/home/alice/.ssh/authorized_keys"
ROOTS_KEYS = "/root/.ssh/authorized_keys"


def as_user(tree: Tree) -> Tree:
    return tree.as_user()


def without_accounts(tree: Tree) -> Tree:
    return tree.unreadable("/etc/passwd")


def sshd(keyword: str, old: str, new: str) -> Change:
    """With another value in force."""
    return lambda tree: tree.command(
        "sshd -T", tree.answers["sshd -T"][1].decode().replace(f"{keyword} {old}", f"{keyword} {new}")
    )


def unread_sshd(tree: Tree) -> Tree:
    return tree.as_user().unreadable("/etc/ssh/sshd_config")


def alices_password(secret: str) -> Change:
    return lambda tree: tree.change("/etc/shadow", "alice:$y$j9T$saltsalt$hashhashhash", f"alice:{secret}")


def rooted_key(line: str) -> Change:
    return lambda tree: tree.file(
        ROOTS_KEYS, f"{line}ssh-ed25519 {formats.public_key('ssh-ed25519')} backup\n"
    )


MACHINES: list[tuple[str, Change, Verdict, str]] = [
    ("access.no_empty_passwords", alices_password(""), UNMET, "account alice"),
    ("access.no_empty_passwords", as_user, UNKNOWN, "/etc/shadow"),
    (
        "access.only_root_is_root",
        lambda tree: tree.append("/etc/passwd", "toor:x:0:0::/root:/bin/sh\n"),
        UNMET,
        "account toor",
    ),
    ("access.only_root_is_root", without_accounts, UNKNOWN, "/etc/passwd"),
    ("access.only_root_is_root", as_user, MET, ""),
    ("access.administrators_few", as_user, UNKNOWN, "/etc/sudoers"),
    (
        "access.service_accounts_closed",
        lambda tree: tree.change("/etc/shadow", "sshd:!*", "sshd:$y$j9T$salt$hash"),
        UNMET,
        "account sshd",
    ),
    ("access.service_accounts_closed", as_user, UNKNOWN, "/etc/shadow"),
    ("access.no_dormant_accounts", lambda tree: tree.at(tree.now + timedelta(days=40)), UNMET, "account bob"),
    (
        "access.no_dormant_accounts",
        lambda tree: tree.unreadable("/var/lib/lastlog/lastlog2.db"),
        UNKNOWN,
        "account alice",
    ),
    (
        "access.administrators_few",
        lambda tree: tree.change("/etc/group", "sudo:x:27:alice", "sudo:x:27:alice,bob,daemon,chrony"),
        UNMET,
        "4 accounts are administrators",
    ),
    ("access.administrators_few", without_accounts, UNKNOWN, "/etc/passwd"),
    ("access.password_hashes_strong", alices_password("$1$salt$hash"), UNMET, "stored with md5"),
    ("access.password_hashes_strong", as_user, UNKNOWN, "passwords could not be looked at"),
    (
        "access.new_passwords_hashed_strongly",
        lambda tree: tree.change("/etc/pam.d/common-password", "yescrypt", "md5"),
        UNMET,
        "md5",
    ),
    (
        "access.new_passwords_hashed_strongly",
        lambda tree: tree.unreadable("/etc/pam.d/common-password"),
        UNKNOWN,
        "/etc/pam.d/common-password",
    ),
    (
        "access.password_length",
        lambda tree: tree.change("/etc/security/pwquality.conf", "15", "8"),
        UNMET,
        "8 characters are enough",
    ),
    (
        "access.password_length",
        lambda tree: tree.unreadable("/etc/security/pwquality.conf"),
        UNKNOWN,
        "/etc/security/pwquality.conf",
    ),
    (
        "access.sign_in_throttled",
        lambda tree: tree.file("/etc/pam.d/common-auth", "auth required pam_unix.so\n"),
        UNMET,
        "without limit",
    ),
    (
        "access.sign_in_throttled",
        lambda tree: tree.unreadable("/etc/pam.d/common-auth"),
        UNKNOWN,
        "/etc/pam.d/common-auth",
    ),
    (
        "access.sudo_asks",
        lambda tree: tree.file("/etc/sudoers.d/90-cloud", "bob ALL=(ALL) NOPASSWD:ALL\n"),
        UNMET,
        "sudo rule for bob",
    ),
    ("access.sudo_asks", as_user, UNKNOWN, "/etc/sudoers"),
    ("access.sudo_logged", lambda tree: tree.append("/etc/sudoers", "Defaults !syslog\n"), UNMET, "no trace"),
    ("access.sudo_logged", as_user, UNKNOWN, "/etc/sudoers"),
    ("access.ssh_no_root", sshd("permitrootlogin", "no", "yes"), UNMET, "permitrootlogin is yes"),
    (
        "access.ssh_no_root",
        lambda tree: tree.append("/etc/ssh/sshd_config", "Match Address 10.0.0.0/8\n  PermitRootLogin yes\n"),
        UNMET,
        "10.0.0.0/8",
    ),
    ("access.ssh_no_root", unread_sshd, UNKNOWN, "sshd"),
    ("access.ssh_no_root", lambda tree: tree.without("/usr/sbin/sshd"), ASIDE, "no SSH server"),
    ("access.ssh_no_password_alone", sshd("passwordauthentication", "no", "yes"), UNMET, "expected no"),
    ("access.ssh_no_password_alone", unread_sshd, UNKNOWN, "sshd"),
    ("access.ssh_no_empty_passwords", sshd("permitemptypasswords", "no", "yes"), UNMET, "without a password"),
    ("access.ssh_no_empty_passwords", unread_sshd, UNKNOWN, "sshd"),
    ("access.ssh_attempts_limited", sshd("maxauthtries", "4", "20"), UNMET, "maxauthtries is 20"),
    ("access.ssh_attempts_limited", unread_sshd, UNKNOWN, "sshd"),
    ("access.ssh_algorithms", sshd("ciphers", "", "3des-cbc,"), UNMET, "3des-cbc"),
    ("access.ssh_algorithms", as_user, UNKNOWN, "ciphers"),
    (
        "access.keys_strong",
        lambda tree: tree.file(KEYS, f"ssh-rsa {formats.public_key('ssh-rsa', bits=2048)} old\n"),
        UNMET,
        "RSA key of 2048 bits",
    ),
    ("access.keys_strong", lambda tree: tree.unreadable(KEYS), UNKNOWN, KEYS),
    ("access.keys_strong", lambda tree: tree.without(KEYS), ASIDE, "no key may sign in"),
    ("access.root_keys_bound", rooted_key(""), UNMET, "opens root from anywhere"),
    ("access.root_keys_bound", rooted_key('from="192.0.2.7" '), MET, ""),
    ("access.root_keys_bound", as_user, UNKNOWN, "/root"),
]


@pytest.mark.parametrize(("id", "change", "verdict", "word"), MACHINES)
def test_a_change_of_the_machine_changes_the_answer(
    id: str, change: Change, verdict: Verdict, word: str
) -> None:
    expect(judge_tree(id, change(debian())), verdict, word)
