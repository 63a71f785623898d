"""Checks of updates: that the host hears of them, in time, installs them, and runs what it installed.

The clock of an update begins when this host's own collector first saw it on offer (`first_seen`): a day
that can be proven later, unlike the vendor's. What could not be seen is unknown: an update of unknown age,
metadata that does not tell security updates apart, and what the vendor published after the metadata.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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
    FAST,
    SLOW,
    aside_on,
    days_since,
    each,
    family,
    few,
    perhaps_done_by_its_host,
    require_running,
    require_whole,
    undated,
    value,
    virtualization,
)
from duecare.words import gettext as _

VENDOR_SILENCE = 10
"""Days without new metadata that an honest vendor may let pass: Debian lets its security metadata lapse after
seven, and others publish more often."""


@check(
    "patching.security_updates_in_time",
    safeguard="patching",
    question="Is every security update installed within the target number of days of first being seen?",
    advice="Install the named updates; if one must wait, record an exception with a reason and an end.",
    fresh_for=FAST,
    counts="packages",
    target="security_update_days",
    unit="days",
)
def security_updates_in_time(facts: Facts, target: int) -> Judgement:
    updates = facts.section("updates")
    blind = blind_spots(facts, updates, target)
    labelled = value(updates, "security_labelled")
    if family(facts) == "macos":
        # Apple marks none and holds none back in a place of their own: any update on offer may be one.
        return _in_time(facts, updates, target, blind, security_only=True)
    if not labelled:
        blind.append(Item("", _("the vendor's metadata does not tell security updates apart")))
    elif not hears_of_security(facts, updates):
        blind.append(Item("", _("no security repository is set up, so that none of its updates is on offer")))
    return _in_time(facts, updates, target, blind, security_only=True)


@check(
    "patching.updates_in_time",
    safeguard="patching",
    question="Is every update, of any kind, installed within the target number of days of first being seen?",
    advice="Install what is on offer; if one must wait, record an exception with a reason and an end.",
    fresh_for=FAST,
    counts="packages",
    target="update_days",
    unit="days",
)
def updates_in_time(facts: Facts, target: int) -> Judgement:
    updates = facts.section("updates")
    return _in_time(facts, updates, target, blind_spots(facts, updates, target), security_only=False)


@check(
    "patching.updates_looked_for",
    safeguard="patching",
    question="Did the computer ask for updates within the target number of days?",
    advice="Turn on the daily search for updates, and check its way to the repositories or the vendor.",
    fresh_for=FAST,
    target="update_check_days",
    unit="days",
)
def updates_looked_for(facts: Facts, target: int) -> Judgement:
    return _recent(
        facts,
        facts.section("updates")["metadata_fetched_at"],
        target,
        _("updates were last asked for {} days ago"),
    )


@check(
    "patching.metadata_recent",
    safeguard="patching",
    question="Was the list of updates that the computer holds made within the target number of days?",
    advice="Check the mirror: it may have stopped, or someone may be holding updates back.",
    fresh_for=FAST,
    target="metadata_age",
    unit="days",
)
def metadata_recent(facts: Facts, target: int) -> Judgement:
    return _recent(
        facts, facts.section("updates")["metadata_at"], target, _("the list of updates was made {} days ago")
    )


@check(
    "patching.updates_signed",
    safeguard="patching",
    question="Is every update checked against its vendor's signature, on the package or on the list?",
    advice="Use signed repositories, and remove options that switch the check off (trusted=yes, gpgcheck=0).",
    fresh_for=SLOW,
    counts="repositories",
)
def updates_signed(facts: Facts, _target: None) -> Judgement:
    """A signed list vouches for the packages in it (apt); signed packages for themselves (dnf)."""
    aside = aside_on(
        facts,
        windows=_("Windows Update installs only what its vendor signed, which no setting changes"),
        macos=_("macOS installs only updates that Apple signed, which no setting changes"),
    )
    if aside is not None:
        return aside
    section = facts.section("updates")
    repositories = value(section, "repositories")
    unsigned, untold = [], []
    for repository in repositories if section["packages_signed"] is not True else ():
        if repository["signed"] is None:
            untold.append(Item(_repository(repository), _("whether it is signed is not known")))
        elif not repository["signed"] and section["packages_signed"] is None:
            untold.append(
                Item(
                    _repository(repository),
                    _("its list is not signed; whether its packages are is not known"),
                )
            )
        elif not repository["signed"]:
            unsigned.append(
                Item(_repository(repository), _("no signature is checked, of its list or its packages"))
            )
    nothing = _("no repository is set up")
    return each(len(repositories), unsigned, untold, read_from=[section], nothing=nothing)


@check(
    "patching.security_repository",
    safeguard="patching",
    question="Does the computer look for updates where its vendor publishes the security ones?",
    advice="Add the vendor's security repository to the package sources.",
    fresh_for=SLOW,
)
def security_repository(facts: Facts, _target: None) -> Judgement:
    vendor = value(facts.section("os"), "family")
    if vendor in ("rhel", "alpine"):
        return not_applicable(_("this vendor publishes security updates in its ordinary repositories"))
    if vendor in ("windows", "macos"):
        return not_applicable(_("this vendor publishes all updates in one service"))
    if vendor != "debian":
        return unknown(_("where this vendor publishes its security updates is not known here"))
    section = facts.section("updates")
    if hears_of_security(facts, section):
        return met()
    if not section.complete or any(r["security"] is None for r in value(section, "repositories")):
        return unknown(_("no security repository was seen, but not all repositories could be read"))
    return unmet(_("no security repository is among the package sources"))


@check(
    "patching.automatic_updates_on",
    safeguard="patching",
    question="Are security updates installed, and not only downloaded, without anyone's doing?",
    advice="Turn on unattended-upgrades, dnf-automatic or the system's own updates, with installing.",
    fresh_for=SLOW,
)
def automatic_updates_on(facts: Facts, _target: None) -> Judgement:
    section = facts.section("automatic_updates")
    require_whole(section)
    mechanism = "none" if section.absent else value(section, "mechanism")
    if mechanism == "none":
        answer = unmet(_("nothing is set up that installs updates by itself"))
    elif not value(section, "enabled"):
        answer = unmet(_("%(mechanism)s is installed but not enabled") % {"mechanism": mechanism})
    elif not value(section, "installs"):
        answer = unmet(
            _("%(mechanism)s downloads updates but does not install them") % {"mechanism": mechanism}
        )
    elif section["scope"] is None:
        answer = unknown(
            _("%(mechanism)s installs updates, but whether security updates are among them is not known")
            % {"mechanism": mechanism}
        )
    else:
        answer = met()
    return perhaps_done_by_its_host(facts, _("updates by replacing it"), answer)


@check(
    "patching.automatic_updates_ran",
    safeguard="patching",
    question="Did the automatic updates run within the target number of days?",
    advice="Read the log of the automatic updates, and start them once by hand.",
    fresh_for=FAST,
    target="automatic_update_days",
    unit="days",
)
def automatic_updates_ran(facts: Facts, target: int) -> Judgement:
    section = facts.section("automatic_updates")
    if section.absent or value(section, "mechanism") == "none":
        return not_applicable(_("no automatic updates are set up, which is a gap of its own"))
    return _recent(facts, section["last_run"], target, _("the automatic updates last ran {} days ago"))


@check(
    "patching.no_reboot_waiting",
    safeguard="patching",
    question="Is the computer restarted within the target number of days after an update asks for it?",
    advice="Restart the computer: until then it runs the old code.",
    fresh_for=FAST,
    target="reboot_days",
    unit="days",
)
def no_reboot_waiting(facts: Facts, target: int) -> Judgement:
    words = _(
        "macOS installs an update in the restart itself: until then it is one that waits to be installed"
    )
    if (aside := aside_on(facts, macos=words)) is not None:
        return aside
    section = facts.section("reboot")
    require_running(facts, _("pending restarts"))
    if (aside := _without_own_kernel(facts)) is not None:
        return aside
    if not value(section, "required"):
        return met(measure=0)
    reasons = f" ({few(section['reasons'])})" if section["reasons"] else ""
    return _recent(
        facts,
        section["required_since"],
        target,
        _("a restart has been waiting%(reasons)s for {} days") % {"reasons": reasons},
    )


@check(
    "patching.newest_kernel_runs",
    safeguard="patching",
    question="Does the newest installed kernel run, or has it waited for at most the target number of days?",
    advice="Restart the computer into the newest kernel.",
    fresh_for=FAST,
    target="reboot_days",
    unit="days",
)
def newest_kernel_runs(facts: Facts, target: int) -> Judgement:
    words = _("its updates replace the kernel in a restart, for which patching.no_reboot_waiting looks")
    macos = _("macOS replaces its kernel in the restart that installs an update")
    if (aside := aside_on(facts, windows=words, macos=macos)) is not None:
        return aside
    section = facts.section("reboot")
    require_running(facts, _("running kernels"))
    if (aside := _without_own_kernel(facts)) is not None:
        return aside
    running, newest = value(section, "running_kernel"), value(section, "newest_kernel")
    if running == newest or section["required"] is False:
        return met(measure=0)
    since = section["required_since"]
    return _recent(
        facts,
        since,
        target,
        _("%(newest)s is installed, but %(running)s has run on for {} days")
        % {"newest": newest, "running": running},
    )


def _in_time(
    facts: Facts, updates: Section, target: int, blind: list[Item], *, security_only: bool
) -> Judgement:
    """An answer about every installed package: does an update for it wait longer than the target?"""
    packages = facts.section("packages")
    items: list[Mapping[str, Any]] = value(updates, "items")
    late: set[Item] = set()
    untold: set[Item] = set()
    ages = [0]
    for update in items:
        if security_only and update["security"] is False:
            continue
        name = f"package {update['name']}"
        age = days_since(facts, update["first_seen"])
        offer = _("%(offered)s is on offer in place of %(installed)s") % {
            "offered": update["offered"],
            "installed": update["installed"],
        }
        if age is None:
            untold.add(
                Item(
                    name,
                    _("%(offer)s; since when: %(why)s")
                    % {"offer": offer, "why": undated(update["first_seen"])},
                )
            )
            continue
        ages.append(age)
        if age <= target:
            continue
        if security_only and update["security"] is None:
            untold.add(
                Item(
                    name,
                    _("%(offer)s for %(age)s days; whether it is a security update is not known")
                    % {"offer": offer, "age": age},
                )
            )
        else:
            late.add(
                Item(
                    name,
                    _("%(offer)s, first seen %(age)s days ago, expected at most %(target)s")
                    % {"offer": offer, "age": age, "target": target},
                )
            )
    population = max(len(value(packages, "items")), len({update["name"] for update in items}))
    return each(
        population,
        late,
        [*untold, *blind],
        read_from=[updates, packages],
        nothing=_("no installed package was found"),
        measure=max(ages),
    )


def blind_spots(facts: Facts, updates: Section, target: int) -> list[Item]:
    """Why an update may be waiting that the metadata does not show.

    Whatever was published since the metadata was fetched is younger than the fetching: as long as that is
    within the target, nothing unseen can be late. The vendor's own date guards against a mirror that is held
    back (a freeze attack, The Update Framework section 1.5.2).
    """
    found = []
    for key, limit, what in (
        ("metadata_fetched_at", target, _("the list of updates was fetched")),
        ("metadata_at", max(target, VENDOR_SILENCE), _("the list of updates was made")),
    ):
        age = days_since(facts, updates[key])
        if age is None:
            found.append(Item("", _("when %(what)s: %(why)s") % {"what": what, "why": undated(updates[key])}))
        elif age > limit:
            found.append(
                Item(
                    "",
                    _("%(what)s %(age)s days ago, so that later updates are not seen")
                    % {"what": what, "age": age},
                )
            )
    return found


def hears_of_security(facts: Facts, updates: Section) -> bool:
    """Whether a repository with security updates is set up; only Debian's family keeps them apart."""
    vendor = value(facts.section("os"), "family")
    return vendor != "debian" or any(r["security"] for r in value(updates, "repositories"))


def _recent(facts: Facts, text: str | None, target: int, sentence: str) -> Judgement:
    """Met if the time lies at most `target` days back; `sentence` has a place for the number of days."""
    age = days_since(facts, text)
    if age is None:
        return unknown(f"{sentence.format(_('an unknown number of'))}: {undated(text)}")
    if age > target:
        return unmet(
            _("%(format)s, expected at most %(target)s") % {"format": sentence.format(age), "target": target},
            measure=age,
        )
    return met(measure=age)


def _without_own_kernel(facts: Facts) -> Judgement | None:
    """The answer for a container, which has no kernel and nothing that waits for a restart; else None."""
    match virtualization(facts):
        case "container":
            return not_applicable(_("a container runs on its host's kernel and is replaced, not restarted"))
        case None:
            return unknown(
                _("whether this is a container, which runs on its host's kernel, could not be told")
            )
        case _:
            return None


def _repository(repository: Mapping[str, Any]) -> str:
    return " ".join(part for part in ("repository", repository["name"], repository["suite"]) if part)
