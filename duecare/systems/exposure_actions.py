"""What people do with what is known of hosts' exposure: say it, of one host or of many in one act."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils.translation import gettext as _

from duecare.errors import BadInput, NotFound
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key
from duecare.program.models import DataSet
from duecare.program.task_queries import holding_people, today_at
from duecare.systems.exposure_models import Exposure
from duecare.systems.models import Host
from duecare.web.recorded import recorded

MOST = 1000
"""Hosts of one act: far below two seconds of lock."""
REASON = 1000
"""Characters of how it is known."""
NOBODY = "nobody"


class Answer(StrEnum):
    """What is said of a host."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"

    @property
    def truth(self) -> bool | None:
        return None if self is Answer.UNKNOWN else self is Answer.YES


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody says; None leaves what was said before."""

    internet: Answer | None = None
    data: Answer | None = None
    data_sets: tuple[str, ...] | None = None
    """Keys of those that lie on it, where `data` is yes."""
    responsible: str | None = None
    """Key of a person, or NOBODY."""
    because: str = ""


def say_exposure(actor: str, hosts: Iterable[str], said: Said, now: datetime) -> int:
    """Note what these hosts are exposed to and who is responsible, in one act; how many hosts it was.

    Raises BadInput naming the field that cannot be, NotFound if a host is not there or was removed. Nothing
    is changed then.
    """
    keys = list(dict.fromkeys(hosts))
    _demand(said)
    if not keys:
        raise BadInput(_("No host was chosen."), _("Choose some in the list of hosts."), "hosts")
    if len(keys) > MOST:
        raise BadInput(
            _("More than %s hosts were chosen.") % MOST, _("Narrow the list, and do it in parts."), "hosts"
        )
    with recording(actor, "say what hosts are exposed to") as act:
        found = {host.pk: host for host in Host.objects.filter(pk__in=keys, removed_at=None)}
        if len(found) < len(keys):
            raise NotFound(
                _("One of these hosts is not there, or was removed."), _("Look in the list of hosts.")
            )
        if len(keys) == 1:
            act.reason = recorded("say what %(name)s is exposed to", name=found[keys[0]].name)
        _demand_known(said, now)
        before = Exposure.objects.select_for_update().filter(host__in=keys)
        rows = {row.host_id: row for row in before}
        for key in keys:
            row = rows.setdefault(key, Exposure(id=new_key(), host=found[key]))
            _put(row, said, actor, now)
        _keep(list(rows.values()))
    return len(keys)


def _demand(said: Said) -> None:
    """Raises BadInput for what does not go together."""
    if said.internet is None and said.data is None and said.responsible is None:
        raise BadInput(_("Nothing was said."), _("Answer at least one of the questions."))
    if said.data_sets and said.data is not Answer.YES:
        raise BadInput(
            _("Data sets were chosen, but it was not said that data lie there."),
            _("Answer yes, or choose none."),
            "data_sets",
        )
    decided = {said.internet, said.data} & {Answer.YES, Answer.NO}
    if decided and not said.because.strip():
        raise BadInput(
            _("An answer needs how it is known."),
            _("Write what you looked at, such as the rules of the firewall."),
            "because",
        )
    if len(said.because) > REASON:
        raise BadInput(_("Use at most %s characters.") % REASON, _("Say it more briefly."), "because")


def _demand_known(said: Said, now: datetime) -> None:
    """Raises BadInput if a data set or person is not there."""
    if DataSet.objects.filter(pk__in=said.data_sets or ()).count() < len(set(said.data_sets or ())):
        raise BadInput(_("There is no such data set."), _("Look in the settings."), "data_sets")
    if said.responsible in (None, NOBODY):
        return
    if not holding_people(today_at(now)).filter(pk=said.responsible).exists():
        raise BadInput(
            _("There is no such person who may sign in."), _("Choose one from the list."), "responsible"
        )


def _put(row: Exposure, said: Said, actor: str, now: datetime) -> None:
    if said.internet is not None:
        row.internet, row.internet_at = said.internet.truth, now
    if said.data is not None:
        row.holds_data, row.data_at = said.data.truth, now
        if said.data is not Answer.YES:
            row.data_sets = []
        elif said.data_sets is not None:
            row.data_sets = sorted(set(said.data_sets))
    if said.responsible is not None:
        row.responsible_id = None if said.responsible == NOBODY else said.responsible
    if said.because.strip():
        row.because = said.because.strip()
    if said.internet is not None or said.data is not None or not row.said_by:
        row.said_by, row.said_at = actor, now


def _keep(rows: Sequence[Exposure]) -> None:
    fields = [field.attname for field in Exposure._meta.concrete_fields if not field.primary_key]
    Exposure.objects.bulk_create(
        list(rows), update_conflicts=True, unique_fields=["id"], update_fields=fields
    )
