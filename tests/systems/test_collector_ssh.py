"""The settings of the SSH server and the keys that open accounts."""

from __future__ import annotations

from typing import Any

import pytest

from tests.systems import formats
from tests.systems.trees import debian


def own_settings(text: str, **files: str) -> dict[str, Any]:
    tree = debian().without_command("sshd").file("/etc/ssh/sshd_config", text)
    for name, content in files.items():
        tree = tree.file(f"/etc/ssh/sshd_config.d/{name}.conf", content)
    return tree.facts("sshd")


def test_the_servers_own_word_counts_before_its_file() -> None:
    facts = debian().file("/etc/ssh/sshd_config", "PermitRootLogin yes\n").facts("sshd")
    assert facts["settings"]["permitrootlogin"] == "no"
    assert facts["source"].startswith("sshd -T")


@pytest.mark.parametrize(
    ("text", "keyword", "value"),
    [
        ("", "permitrootlogin", "prohibit-password"),
        ("", "passwordauthentication", "yes"),
        ("", "maxauthtries", "6"),
        ("PermitRootLogin no\nPermitRootLogin yes", "permitrootlogin", "no"),
        ("permitrootlogin=YES", "permitrootlogin", "yes"),
        ('PermitRootLogin "no" # why', "permitrootlogin", "no"),
        ("PermitRootLogin without-password", "permitrootlogin", "prohibit-password"),
        ("ChallengeResponseAuthentication no", "kbdinteractiveauthentication", "no"),
        ("AllowUsers alice\nAllowUsers bob", "allowusers", "alice bob"),
        ("Match User bob\nPasswordAuthentication no", "passwordauthentication", "yes"),
        (
            "Match User bob\nX11Forwarding yes\nMatch all\nPasswordAuthentication no",
            "passwordauthentication",
            "no",
        ),
    ],
)
def test_without_it_the_file_is_read_as_the_server_reads_it(text: str, keyword: str, value: str) -> None:
    assert own_settings(text)["settings"][keyword] == value


def test_includes_are_read_where_they_stand_and_matches_are_kept_apart() -> None:
    include = "Include sshd_config.d/*.conf\nPasswordAuthentication yes\n"
    facts = own_settings(
        include, a="PasswordAuthentication no\nMatch Group sftp\nX11Forwarding yes\n", b="MaxAuthTries 3\n"
    )
    assert facts["settings"]["passwordauthentication"] == "no"
    assert facts["settings"]["maxauthtries"] == "3"
    assert facts["matches"] == [{"criteria": "Group sftp", "settings": {"x11forwarding": "yes"}}]


def test_a_file_that_includes_itself_ends() -> None:
    assert own_settings("Include /etc/ssh/sshd_config\nMaxAuthTries 2\n")["settings"]["maxauthtries"] == "2"


def test_options_of_the_servers_start_are_a_problem_since_they_override_the_file() -> None:
    tree = debian().without_process("sshd").process(700, "sshd", "/usr/sbin/sshd -D -o PermitRootLogin=yes")
    assert tree.facts("sshd")["state"] == "partial"


def test_a_server_that_starts_on_demand_runs() -> None:
    tree = debian().without_process("sshd")
    assert tree.facts("sshd")["running"] is False
    assert (
        tree.link("/etc/systemd/system/sockets.target.wants/ssh.socket", "/x").facts("sshd")["running"]
        is True
    )


@pytest.mark.parametrize(
    ("kind", "size", "bits"),
    [
        ("ssh-ed25519", 0, 256),
        ("ssh-rsa", 2048, 2048),
        ("ssh-rsa", 1024, 1024),
        ("ssh-dss", 1024, 1024),
        ("ecdsa-sha2-nistp256", 0, 256),
    ],
)
def test_a_keys_size_is_taken_from_the_key_itself(kind: str, size: int, bits: int) -> None:
    line = f"{kind} {formats.public_key(kind, bits=size)} someone@somewhere\n"
    items = debian().file("/home/alice/.ssh/authorized_keys", line).facts("authorized_keys")["items"]
    assert [(item["type"], item["bits"], item["comment"]) for item in items] == [
        (kind, bits, "someone@somewhere")
    ]
    assert items[0]["fingerprint"].startswith("SHA256:")


def test_options_before_a_key_are_kept_and_broken_lines_are_not_keys() -> None:
    key = formats.public_key("ssh-ed25519")
    text = (
        f'from="10.0.0.0/8",command="/usr/bin/rrsync -ro \\"/srv\\"",restrict ssh-ed25519 {key} backup job\n'
        f"ssh-rsa {key} a key of another kind\nssh-ed25519 !!! no base64\n# ssh-ed25519 {key}\nssh-ed25519\n"
    )
    items = debian().file("/home/alice/.ssh/authorized_keys", text).facts("authorized_keys")["items"]
    assert [(item["options"][:17], item["comment"]) for item in items] == [
        ('from="10.0.0.0/8"', "backup job")
    ]


def test_keys_are_looked_for_where_the_server_looks() -> None:
    key = formats.public_key("ssh-ed25519")
    tree = debian().append("/etc/ssh/sshd_config", "AuthorizedKeysFile /etc/ssh/keys/%u .ssh/own%%keys\n")
    tree = tree.file("/etc/ssh/keys/bob", f"ssh-ed25519 {key}\n").file(
        "/home/bob/.ssh/own%keys", f"ssh-ed25519 {key}\n"
    )
    paths = [item["path"] for item in tree.facts("authorized_keys")["items"]]
    assert paths == ["/etc/ssh/keys/bob", "/home/bob/.ssh/own%keys"]


def test_a_link_from_an_accounts_keys_to_a_secret_gives_nothing_away() -> None:
    tree = debian().link("/home/bob/.ssh/authorized_keys", "/etc/shadow")
    report = tree.report()
    assert [item["account"] for item in report["facts"]["authorized_keys"]["items"]] == ["alice"]
    assert "hashhashhash" not in str(report)
