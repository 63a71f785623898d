"""Checks of the accounts of a host: who they are, how they sign in, and who may act as root.

Lengths and attempts follow NIST SP 800-63B-4 sections 3.1.1.2 (passwords) and 3.2.2 (rate limiting), which
also forbids forced periodic changes: no check here asks for one. Signing in over SSH is in ssh_checks.py, the
screen in desk_checks.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duecare.access.account_checks
import duecare.access.desk_checks
import duecare.access.ssh_checks  # noqa: F401  (all three register their checks with these)
from duecare.program.judgement import (
    Facts,
    Item,
    Judgement,
    Section,
    check,
    met,
    not_applicable,
    unknown,
    unmet,
)
from duecare.systems.evidence import (
    SLOW,
    aside_on,
    day,
    days_since,
    each,
    family,
    few,
    known_family,
    require_whole,
    undated,
    value,
)
from duecare.words import gettext as _
from duecare.words import gettext_noop

Account = Mapping[str, Any]

STRONG_HASHES = frozenset({"yescrypt", "bcrypt", "sha512", "sha256"})
"""Salted and slow enough for SP 800-63B-4 section 3.1.1.2 (crypt(5) names; `sha` with its many rounds)."""
FIRST_PERSON = 1000
"""UID_MIN of login.defs in Debian, RHEL and Alpine: below it are accounts of services. On Windows the first
number of an account that somebody made (well-known relative ids end at 999)."""
FIRST_PERSON_OF_MACOS = 501
BUILT_IN_ADMINISTRATOR = 500
"""Relative id of Windows' own Administrator, whom root is like."""
NOBODY = 65534
NO_SUDO = gettext_noop(
    "Windows gives no rights by sudo; its group Administrators is counted by access.administrators_few"
)
NT_HASHES = gettext_noop(
    "Windows stores passwords as NT hashes, which no setting changes; who can read them is the point"
)
NEVER_MEANS_NEVER = frozenset({"lastlog", "lastlog2"})
"""Records of sign-ins that reach back to an account's beginning, unlike wtmp, which is rotated away."""


@check(
    "access.no_empty_passwords",
    safeguard="access_control",
    question="Does every account have a password or none that works, and never an empty one?",
    advice="Lock the account (passwd -l; on Windows disable it) or give it a password.",
    fresh_for=SLOW,
    counts="accounts",
)
def no_empty_passwords(facts: Facts, _target: None) -> Judgement:
    section = facts.section("accounts")
    accounts = value(section, "items")
    empty = [Item(_name(a), _("its password is empty")) for a in accounts if _password(a) == "none"]
    nothing = _("no account was found")
    return each(len(accounts), empty, _hidden(section, accounts), read_from=[section], nothing=nothing)


@check(
    "access.only_root_is_root",
    safeguard="privileged_access",
    question="Is root the only account with the user id 0?",
    advice="Remove the account or give it an id of its own, and let it use sudo.",
    fresh_for=SLOW,
    counts="accounts",
)
def only_root_is_root(facts: Facts, _target: None) -> Judgement:
    words = _("Windows has no root; access.administrators_few counts who may act as administrator")
    if (aside := aside_on(facts, windows=words)) is not None:
        return aside
    section = facts.section("accounts")
    accounts = value(section, "items")
    second = [
        Item(_name(a), _("its user id is 0, so that it is root under another name"))
        for a in accounts
        if a["uid"] == 0 and a["name"] != "root"
    ]
    return each(len(accounts), second, read_from=[section], nothing=_("no account was found"))


@check(
    "access.service_accounts_closed",
    safeguard="access_control",
    question="Are the accounts of services without a password to sign in with?",
    advice="Lock the password of the account (passwd -l); services start without one. On Windows disable it.",
    fresh_for=SLOW,
    counts="accounts",
)
def service_accounts_closed(facts: Facts, _target: None) -> Judgement:
    """On Windows: whether the built-in accounts, Guest and the like, are disabled."""
    section = facts.section("accounts")
    accounts = value(section, "items")
    if known_family(facts) == "windows":
        built_in = [a for a in accounts if BUILT_IN_ADMINISTRATOR < a["uid"] < FIRST_PERSON]
        enabled = [Item(_name(a), _("this built-in account is enabled")) for a in built_in if a["can_log_in"]]
        return each(len(built_in), enabled, read_from=[section], nothing=_("no built-in account was found"))
    services = [a for a in accounts if 0 < a["uid"] < _first_person(facts) or a["uid"] == NOBODY]
    opened = [Item(_name(a), _("a password is set")) for a in services if _password(a) in ("set", "none")]
    nothing = _("no account of a service was found")
    return each(len(services), opened, _hidden(section, services), read_from=[section], nothing=nothing)


@check(
    "access.no_dormant_accounts",
    safeguard="access_control",
    question="Has everyone who can sign in done so within the target number of days?",
    advice="Ask whose account it is; lock it or remove it if nobody needs it.",
    fresh_for=SLOW,
    counts="accounts",
    target="dormant_days",
    unit="days",
)
def no_dormant_accounts(facts: Facts, target: int) -> Judgement:
    """Of people's accounts with a way in: a shell, and a password or a key. Root is left out: it rests."""
    section, keys = facts.section("accounts"), facts.section("authorized_keys")
    with_key = {key["account"] for key in ([] if keys.absent else value(keys, "items"))}
    people = [
        account
        for account in value(section, "items")
        if account["uid"] >= _first_person(facts)
        and account["can_log_in"]
        and (_password(account) != "locked" or account["name"] in with_key)
        and not _expired(facts, account)
    ]
    if not people and section.complete and keys.complete:
        return not_applicable(_("no account but root can be signed in to"))
    never_is_known = section["login_records"] in NEVER_MEANS_NEVER and section.complete
    dormant, untold, idle = [], [], []
    for account in people:
        last, since = account["last_login"], _("its last sign-in was")
        if last is None and never_is_known:
            last, since = account["changed_on"], _("it never signed in since its password was set")
        days = days_since(facts, last)
        if days is None:
            untold.append(Item(_name(account), _("its last sign-in: %(why)s") % {"why": undated(last)}))
            continue
        idle.append(days)
        if days > target and _is_hidden(account):
            untold.append(
                Item(
                    _name(account),
                    _("%(since)s %(days)s days ago; whether it is locked was not seen")
                    % {"since": since, "days": days},
                )
            )
        elif days > target:
            dormant.append(
                Item(
                    _name(account),
                    _("%(since)s %(days)s days ago, expected at most %(target)s")
                    % {"since": since, "days": days, "target": target},
                )
            )
        elif account["last_login"] is None:
            untold.append(
                Item(
                    _name(account),
                    _("it never signed in; its password was set %(days)s days ago") % {"days": days},
                )
            )
    nothing = _("no account that can be signed in to was found")
    return each(
        len(people),
        dormant,
        untold,
        read_from=[section, keys],
        nothing=nothing,
        measure=max(idle, default=None),
    )


@check(
    "access.administrators_few",
    safeguard="privileged_access",
    question="Do at most the target number of accounts besides root have an administrator's rights?",
    advice="Take the rights from accounts that do not need them each week.",
    fresh_for=SLOW,
    target="administrators",
    unit="accounts",
)
def administrators_few(facts: Facts, target: int) -> Judgement:
    section = facts.section("accounts")
    accounts = value(section, "items")
    # On Windows nobody acts through a disabled account; elsewhere sudo reaches one that is locked.
    on_windows = known_family(facts) == "windows"
    acting = [a for a in accounts if a["can_log_in"] or not on_windows]
    elsewhere = value(section, "administrators_elsewhere") if on_windows else []
    names = [a["name"] for a in acting if a["admin"] and a["name"] != "root"]
    names += [member["name"] for member in elsewhere]
    untold = [a["name"] for a in acting if a["admin"] is None]
    groups = [member["name"] for member in elsewhere if member["kind"] != "user"]
    if len(names) > target:
        reason = _("%(count)s accounts are administrators, expected at most %(target)s: %(names)s") % {
            "count": len(names),
            "target": target,
            "names": few(names),
        }
        return unmet(reason, measure=len(names))
    if not accounts:
        return unknown(_("no account was found"))
    doubts = []
    if untold:
        reason = _("whether %(names)s may act as root could not be told: %(problems)s") % {
            "names": few(untold),
            "problems": section.problems,
        }
        doubts.append(Item("", reason))
    if groups:
        doubts.append(
            Item(
                "",
                _("how many people are in %(names)s is known to the directory only") % {"names": few(groups)},
            )
        )
    return each(1, (), doubts, read_from=[section], measure=len(names))


@check(
    "access.password_hashes_strong",
    safeguard="access_control",
    question="Is every password that is set stored with a strong hash?",
    advice="Set a strong hash (yescrypt or SHA-512) and have the password changed once.",
    fresh_for=SLOW,
    counts="accounts",
)
def password_hashes_strong(facts: Facts, _target: None) -> Judgement:
    macos = _("macOS stores passwords with salted PBKDF2 (SHA-512), which no setting changes")
    if (aside := aside_on(facts, windows=_(NT_HASHES), macos=macos)) is not None:
        return aside
    section = facts.section("accounts")
    accounts = value(section, "items")
    hidden = _hidden(section, accounts)
    users = [a for a in accounts if _password(a) == "set"]
    if accounts and not users and not hidden and section.complete:
        return not_applicable(_("no account has a password"))
    weak = [
        Item(_name(a), _("its password is stored with %(hash)s") % {"hash": a["hash"]})
        for a in users
        if a["hash"] is not None and a["hash"] not in STRONG_HASHES
    ]
    untold = [
        Item(_name(a), _("how its password is stored is not known")) for a in users if a["hash"] is None
    ]
    nothing = _("no account was found")
    return each(len(users), weak, [*untold, *hidden], read_from=[section], nothing=nothing)


@check(
    "access.new_passwords_hashed_strongly",
    safeguard="access_control",
    question="Will new passwords be stored with a strong hash?",
    advice="Set ENCRYPT_METHOD in login.defs and the option of pam_unix to yescrypt; on Windows NoLMHash.",
    fresh_for=SLOW,
)
def new_passwords_hashed_strongly(facts: Facts, _target: None) -> Judgement:
    if (aside := aside_on(facts, macos=_("macOS stores passwords with PBKDF2 (SHA-512) always"))) is not None:
        return aside
    section = facts.section("password_policy")
    if family(facts) == "windows" and section["hash"] == "nt":
        return not_applicable(_(NT_HASHES))
    require_whole(section)
    method = value(section, "hash").lower()
    if method not in STRONG_HASHES:
        return unmet(_("new passwords are stored with %(method)s") % {"method": method})
    return met()


@check(
    "access.password_length",
    safeguard="access_control",
    question="Must a new password have at least the target number of characters?",
    advice="Set minlen in pwquality.conf, or the policy of Windows or macOS, to the target.",
    fresh_for=SLOW,
    target="password_length",
)
def password_length(facts: Facts, target: int) -> Judgement:
    section = facts.section("password_policy")
    require_whole(section)
    length = value(section, "min_length")
    if length < target:
        return unmet(
            _("%(length)s characters are enough, expected at least %(target)s")
            % {"length": length, "target": target}
        )
    return met()


@check(
    "access.sign_in_throttled",
    safeguard="access_control",
    question="Is an account shut, at least for a while, after at most the target number of wrong passwords?",
    advice="Set up pam_faillock, or the lockout policy of Windows or macOS, at the target or lower.",
    fresh_for=SLOW,
    target="sign_in_attempts",
)
def sign_in_throttled(facts: Facts, target: int) -> Judgement:
    section = facts.section("password_policy")
    require_whole(section)
    lockout = section["lockout"]
    if lockout is None:
        return unmet(_("passwords can be guessed without limit"))
    attempts = lockout["attempts"]
    if attempts is None:
        return unknown(
            _("%(module)s is set up, but its number of attempts could not be read")
            % {"module": lockout["module"]}
        )
    if attempts == 0:
        return unmet(
            _("%(module)s is set up but never shuts an account (0 attempts)") % {"module": lockout["module"]}
        )
    if attempts > target:
        return unmet(
            _("%(attempts)s wrong passwords are allowed, expected at most %(target)s")
            % {"attempts": attempts, "target": target}
        )
    return met()


@check(
    "access.sudo_asks",
    safeguard="privileged_access",
    question="Does sudo ask for a password before it lets anyone do everything?",
    advice="Remove NOPASSWD from the rule, or limit the rule to the commands that need it.",
    fresh_for=SLOW,
    counts="rules",
)
def sudo_asks(facts: Facts, _target: None) -> Judgement:
    if (aside := aside_on(facts, windows=_(NO_SUDO))) is not None:
        return aside
    section = facts.section("sudo")
    rules = [] if section.absent else value(section, "rules")
    if not rules and section.complete:
        return not_applicable(_("no rule lets anyone act as root"))
    free = [
        Item(
            f"sudo rule for {rule['who']}",
            _("all commands as root without a password (%(source)s)") % {"source": rule["source"]},
        )
        for rule in rules
        if rule["nopasswd"] and rule["who"] != "root" and _all_commands(rule) and _as_root(rule)
    ]
    return each(len(rules), free, read_from=[section])


@check(
    "access.sudo_logged",
    safeguard="privileged_access",
    question="Is the use of sudo logged?",
    advice="Remove !syslog from sudoers, or set a logfile.",
    fresh_for=SLOW,
)
def sudo_logged(facts: Facts, _target: None) -> Judgement:
    if (aside := aside_on(facts, windows=_(NO_SUDO))) is not None:
        return aside
    section = facts.section("sudo")
    if section.absent:
        return not_applicable(_("sudo is not installed"))
    require_whole(section)
    if not value(section, "log"):
        return unmet(_("the use of sudo leaves no trace in the logs"))
    return met()


def _first_person(facts: Facts) -> int:
    """The lowest number of an account that belongs to a person. Raises Unread."""
    return FIRST_PERSON_OF_MACOS if known_family(facts) == "macos" else FIRST_PERSON


def _password(account: Account) -> str:
    """`set`, `locked`, `none` (empty) or `unknown`."""
    state: str = account["password"]
    return state


def _name(account: Account) -> str:
    return f"account {account['name']}"


def _hidden(section: Section, accounts: Sequence[Account]) -> list[Item]:
    """Accounts of which the state of the password could not be read."""
    hidden = [a["name"] for a in accounts if _is_hidden(a)]
    reason = _("passwords could not be looked at: %(names)s (%(problems)s)") % {
        "names": few(hidden),
        "problems": section.problems,
    }
    return [Item("", reason)] if hidden else []


def _is_hidden(account: Account) -> bool:
    """Whether its password, and with it the day on which it closes, could not be looked at."""
    return _password(account) not in ("set", "locked", "none")


def _expired(facts: Facts, account: Account) -> bool:
    expires: str | None = account["expires_on"]
    return expires is not None and day(expires) <= facts.observed_at.date()


def _all_commands(rule: Mapping[str, str]) -> bool:
    return "ALL" in (command.strip() for command in rule["commands"].split(","))


def _as_root(rule: Mapping[str, str]) -> bool:
    """Whether the rule's run-as list (sudoers(5), Runas_Spec) lets act as root; without one it does."""
    users = {user.strip() for user in rule["runas"].strip("()").partition(":")[0].split(",")}
    return bool(users & {"", "ALL", "root", "#0"})
