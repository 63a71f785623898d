"""What `web/base.html` draws around every page, as plain values.

One `Shell` is put into the template context under the name `shell` by the top of the house, which alone
knows the areas, the people and the record. All addresses are given without `as_of`: the furniture keeps
the chosen day on every link that it draws itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Link:
    """One entry of the navigation."""

    label: str
    url: str
    current: bool = False
    """Whether the page being drawn is this one or lies below it."""
    count: int | None = None
    """How many things wait there; None shows nothing."""
    count_words: str = ""
    """What the count counts, for those who hear the page: "open findings"."""


@dataclass(frozen=True, slots=True)
class Group:
    """Links under one of the six words; an empty heading for those that stand first."""

    heading: str
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """Who is signed in."""

    name: str
    account_url: str
    sign_out_url: str
    """Takes a POST."""


@dataclass(frozen=True, slots=True)
class SavedViews:
    """The views that were saved of a list, and how the one that is shown is saved."""

    links: tuple[Link, ...]
    """`current` is the one that the page shows."""
    list: str
    query: str
    """What would be saved; empty where nothing is narrowed or sorted."""
    save_url: str
    """Takes a POST of `list`, `query`, `name` and `shared`; empty on a past day."""
    manage_url: str
    may_share: bool


@dataclass(frozen=True, slots=True)
class AsOfBanner:
    """That the page shows a past day, and how far that view can be proven."""

    day: date
    """The chosen day, in the organisation's zone."""
    text: str
    """"As of 1 June 2026, 23:59 (Europe/Dublin)"."""
    proven: str
    """"31,884 entries proven by the checkpoint of 1 June"."""
    claimed: str
    """"12 later entries rest on the server's clock alone"; empty if there are none."""
    back_url: str
    """The same page today."""


@dataclass(frozen=True, slots=True)
class Foot:
    """How much of the record there is and how much of it is held outside; printed on every page."""

    entry: str
    """"Entry 48,213"."""
    checkpoint_text: str
    """"Checkpoint of 23 Nov 2026, 06:00 UTC"."""
    outside_text: str
    """"Nothing is held outside yet"."""
    verify_url: str


@dataclass(frozen=True, slots=True)
class Shell:
    """All that stands around a page."""

    organisation: str
    home_url: str
    navigation: tuple[Group, ...]
    today: date
    """Today in the organisation's zone: the last day that can be chosen."""
    person: Person | None = None
    role_words: str = ""
    """"Owner", "Auditor until 31 January"."""
    as_of: AsOfBanner | None = None
    foot: Foot | None = None
    reach: str = ""
    """Of what the page's evidence speaks: "1 of about 150 computers seen; the rest unknown"."""
    search_url: str = ""
    """Takes `q` by GET; empty where there is nothing to search."""
    demonstration: bool = False
    """Whether the organisation is made up."""

    @property
    def day(self) -> date:
        """The day that the page shows."""
        return self.as_of.day if self.as_of else self.today
