"""What pages ask of alerts: one of them, the groups that wait, and the cases that a group may belong to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from django.db.models import Q
from django.utils.translation import gettext as _

from duecare.errors import NotFound
from duecare.incidents.alerts.correlating import NAMELESS, Group, Seen, correlate
from duecare.incidents.alerts.models import Alert
from duecare.incidents.alerts.reading import LEVELS
from duecare.incidents.cases.models import Affected, Case
from duecare.ledger.viewers import Viewer

LOOKED_AT = 5_000
"""Of the alerts that wait, so many are grouped: the oldest."""


@dataclass(frozen=True, slots=True)
class Proposed:
    """A group of alerts, told."""

    group: Group
    alerts: tuple[Alert, ...]

    @property
    def key(self) -> str:
        """That of its first alert, by which it is asked for."""
        return self.group.keys[0]

    @property
    def seen(self) -> str:
        """What a form says that it was drawn from: which alerts these are."""
        return sha256(" ".join(self.group.keys).encode()).hexdigest()[:24]

    @property
    def level(self) -> str:
        """The highest of its levels."""
        return max((alert.level for alert in self.alerts), key=_rank)

    @property
    def title(self) -> str:
        """What a case of it may be called: what is told most, and where."""
        rule = Counter(alert.rule for alert in self.alerts).most_common(1)[0][0]
        subjects = dict.fromkeys(alert.about_name for alert in self.alerts if alert.about_name)
        where = next(iter(subjects), "")
        return f"{rule}: {where}"[:200] if where else rule[:200]

    @property
    def about(self) -> tuple[str, ...]:
        """The names of what it is about, in the order in which they came up."""
        return tuple(dict.fromkeys(alert.about_name for alert in self.alerts if alert.about_name))


def _rank(level: str) -> int:
    return LEVELS.index(level) if level in LEVELS else -1


def find_alert(key: str, viewer: Viewer) -> Alert:
    """The alert, if the viewer may see it. Raises NotFound otherwise."""
    found: Alert | None = Alert.objects.all().visible_to(viewer).select_related("case").filter(pk=key).first()
    if found is None:
        raise NotFound(
            _("There is no such alert, or none that you may see."), _("Look in the list of alerts.")
        )
    return found


def proposed(viewer: Viewer) -> list[Proposed]:
    """The groups of the alerts that wait, the one that began first at the beginning."""
    rows = list(
        Alert.objects.all()
        .visible_to(viewer)
        .filter(settled_at=None)
        .order_by("happened_at", "id")[:LOOKED_AT]
    )
    by_key = {row.pk: row for row in rows}
    return [
        Proposed(group, tuple(by_key[key] for key in group.keys)) for group in correlate(map(as_seen, rows))
    ]


def find_group(key: str, viewer: Viewer) -> Proposed:
    """The group that holds this alert, as it is proposed now; one beyond those that are grouped, alone.

    Raises NotFound if it was settled.
    """
    found = next((one for one in proposed(viewer) if key in one.group.keys), None)
    if found is not None:
        return found
    alert = Alert.objects.all().visible_to(viewer).filter(pk=key, settled_at=None).first()
    if alert is None:
        raise NotFound(_("This alert does not wait any more."), _("Look again at what waits."))
    return _alone(alert)


def settled_alone(key: str, viewer: Viewer) -> Proposed | None:
    """An alert that somebody settled meanwhile, for telling whoever judged it second; None if it waits."""
    alert = Alert.objects.all().visible_to(viewer).filter(pk=key).exclude(settled_at=None).first()
    return _alone(alert) if alert else None


def _alone(alert: Alert) -> Proposed:
    return Proposed(Group((alert.pk,), (), alert.happened_at, alert.happened_at), (alert,))


def as_seen(alert: Alert) -> Seen:
    """An alert as correlation takes it."""
    return Seen(alert.pk, alert.happened_at, alert.about, alert.about_name, alert.account, tuple(alert.signs))


def kindred(alerts: Sequence[Alert], viewer: Viewer) -> list[str]:
    """Keys of the open cases that share a subject or an account with alerts, the newest first."""
    abouts = {alert.about for alert in alerts if alert.about}
    names = {alert.about_name for alert in alerts if alert.about_name.strip().casefold() not in NAMELESS}
    accounts = {alert.account for alert in alerts if alert.account}
    by_affected = Affected.objects.all().visible_to(viewer).filter(removed_at=None)
    by_alert = Alert.objects.all().visible_to(viewer).filter(case__closed_at=None)
    cases = set(
        by_affected.filter(Q(about__in=abouts) | Q(name__in=names | accounts)).values_list("case", flat=True)
    )
    cases |= set(
        by_alert.filter(Q(about__in=abouts) | Q(about_name__in=names) | Q(account__in=accounts))
        .exclude(case=None)
        .values_list("case", flat=True)
    )
    rows = Case.objects.all().visible_to(viewer).filter(pk__in=cases, closed_at=None, exercise=False)
    return list(rows.order_by("-opened_at", "-id").values_list("pk", flat=True))
