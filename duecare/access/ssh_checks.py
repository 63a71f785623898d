"""Checks of signing in over SSH: root, passwords, attempts, algorithms, and the keys that open a door.

Settings are those in force for everyone and in each Match block (systems/sshd.py).
"""

from __future__ import annotations

import re

from duecare.program.judgement import Facts, Item, Judgement, check, not_applicable
from duecare.systems.evidence import SLOW, each, value
from duecare.systems.sshd import Finding, Settings, at_most, judge_settings, one_of, without
from duecare.words import gettext as _

WEAK_ALGORITHMS = {
    "ciphers": frozenset(
        [
            *(f"{name}-cbc" for name in ("3des", "aes128", "aes192", "aes256", "blowfish", "cast128")),
            *("arcfour", "arcfour128", "arcfour256", "rijndael-cbc@lysator.liu.se"),
        ]
    ),
    "macs": frozenset(
        f"{mac}{suffix}"
        for mac in ("hmac-md5", "hmac-md5-96", "hmac-sha1-96", "hmac-ripemd160")
        for suffix in ("", "-etm@openssh.com")
    ),
    "kexalgorithms": frozenset(
        f"diffie-hellman-{group}-sha1" for group in ("group1", "group14", "group-exchange")
    ),
}
"""Broken or withdrawn: RFC 9142 section 4 (key exchange), RFC 8758 (RC4), RFC 6151 (MD5), and CBC ciphers,
whose order of encrypting and authenticating in SSH lets plain text leak (CVE-2008-5161)."""

_QUOTED = re.compile(r'"(?:\\.|[^"\\])*"')
_ALONE = ("password", "keyboard-interactive")


@check(
    "access.ssh_no_root",
    safeguard="privileged_access",
    question="Is signing in over SSH directly as root refused?",
    advice="Set PermitRootLogin to no: sign in under one's own name and use sudo.",
    fresh_for=SLOW,
    counts="settings",
)
def ssh_no_root(facts: Facts, _target: None) -> Judgement:
    rule = one_of("permitrootlogin", frozenset({"no", "forced-commands-only"}), _("root may sign in"))
    return judge_settings(facts, ("permitrootlogin",), rule)


@check(
    "access.ssh_no_password_alone",
    safeguard="mfa",
    question="Does SSH refuse anyone who has only a password?",
    advice="Give everyone a key, then set PasswordAuthentication and KbdInteractiveAuthentication to no.",
    fresh_for=SLOW,
    counts="settings",
)
def ssh_no_password_alone(facts: Facts, _target: None) -> Judgement:
    keywords = ("passwordauthentication", "kbdinteractiveauthentication", "authenticationmethods", "usepam")
    return judge_settings(facts, keywords, _no_password_alone)


@check(
    "access.ssh_no_empty_passwords",
    safeguard="access_control",
    question="Does SSH refuse accounts whose password is empty?",
    advice="Set PermitEmptyPasswords to no.",
    fresh_for=SLOW,
    counts="settings",
)
def ssh_no_empty_passwords(facts: Facts, _target: None) -> Judgement:
    rule = one_of("permitemptypasswords", frozenset({"no"}), _("an account without a password may sign in"))
    return judge_settings(facts, ("permitemptypasswords",), rule)


@check(
    "access.ssh_attempts_limited",
    safeguard="access_control",
    question="Does SSH break a connection off after at most the target number of attempts?",
    advice="Set MaxAuthTries to the target or lower.",
    fresh_for=SLOW,
    counts="settings",
    target="ssh_attempts",
)
def ssh_attempts_limited(facts: Facts, target: int) -> Judgement:
    return judge_settings(facts, ("maxauthtries",), at_most("maxauthtries", target))


@check(
    "access.ssh_algorithms",
    safeguard="encryption_transit",
    question="Does the SSH server offer only algorithms that are not known to be weak?",
    advice="Remove the named algorithms from Ciphers, MACs and KexAlgorithms; the defaults are sound.",
    fresh_for=SLOW,
    counts="settings",
)
def ssh_algorithms(facts: Facts, _target: None) -> Judgement:
    return judge_settings(facts, tuple(WEAK_ALGORITHMS), without(WEAK_ALGORITHMS))


@check(
    "access.keys_strong",
    safeguard="access_control",
    question="Is every key that may sign in strong (no DSA, RSA of at least the target length)?",
    advice="Have the owner make an Ed25519 key, add it, and remove the old one.",
    fresh_for=SLOW,
    counts="keys",
    target="rsa_bits",
)
def keys_strong(facts: Facts, target: int) -> Judgement:
    section = facts.section("authorized_keys")
    keys = [] if section.absent else value(section, "items")
    if not keys and section.complete:
        return not_applicable(_("no key may sign in"))
    weak, untold = [], []
    for key in keys:
        kind, bits = key["type"], key["bits"]
        if kind == "ssh-dss":
            weak.append(Item(_key_name(key), _("a DSA key, which OpenSSH no longer accepts")))
        elif "rsa" in kind and bits is None:
            untold.append(Item(_key_name(key), _("the length of this RSA key could not be read")))
        elif "rsa" in kind and bits < target:
            weak.append(
                Item(
                    _key_name(key),
                    _("an RSA key of %(bits)s bits, expected at least %(target)s")
                    % {"bits": bits, "target": target},
                )
            )
        elif not kind.startswith(("ssh-", "ecdsa-", "sk-")):
            untold.append(
                Item(_key_name(key), _("a kind of key that is not known here: %(kind)s") % {"kind": kind})
            )
    return each(len(keys), weak, untold, read_from=[section])


@check(
    "access.root_keys_bound",
    safeguard="privileged_access",
    question="Is every key that signs in as root bound to a command or to where it comes from?",
    advice='Begin the key\'s line with from="..." or command="...", or move the key to a personal account.',
    fresh_for=SLOW,
    counts="keys",
)
def root_keys_bound(facts: Facts, _target: None) -> Judgement:
    section = facts.section("authorized_keys")
    keys = [] if section.absent else [key for key in value(section, "items") if key["account"] == "root"]
    if not keys and section.complete:
        return not_applicable(_("no key may sign in as root"))
    free = [
        Item(_key_name(key), _("it opens root from anywhere, for any command"))
        for key in keys
        if not _option_names(key["options"]) & {"from", "command"}
    ]
    return each(len(keys), free, read_from=[section])


def _no_password_alone(settings: Settings) -> Finding:
    methods = settings.get("authenticationmethods", "any").split()
    if methods != ["any"] and all(_asks_for_more(chain) for chain in methods):
        return True, ""
    plain = settings.get("passwordauthentication")
    if plain == "yes":
        return False, _("passwordauthentication is yes, expected no")
    # The older name of the same setting; releases before 8.7 print both, and either turns it on.
    names = ("kbdinteractiveauthentication", "challengeresponseauthentication")
    interactive = {settings[name] for name in names if name in settings}
    pam = settings.get("usepam")
    if "yes" in interactive and pam == "yes":
        return False, _(
            "kbdinteractiveauthentication is yes, through which PAM takes a password; expected no"
        )
    if plain is None or not interactive or ("yes" in interactive and pam is None):
        return None, _("the report does not give all the settings that decide whether a password is enough")
    return True, ""


def _asks_for_more(chain: str) -> bool:
    """Whether a chain of methods, "publickey,password" say, needs anything but what a password answers."""
    return any(not method.startswith(_ALONE) for method in chain.split(","))


def _option_names(options: str) -> set[str]:
    """The names of the options of a line in authorized_keys (sshd(8), AUTHORIZED_KEYS FILE FORMAT)."""
    return {part.partition("=")[0].strip().lower() for part in _QUOTED.sub("", options).split(",")}


def _key_name(key: Settings) -> str:
    return f"key {key['fingerprint']} of {key['account']}"
