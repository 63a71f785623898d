"""Devices, and names of ours, as lists that CSV and XLSX are taken into."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from duecare.errors import BadInput
from duecare.ledger.records import new_key
from duecare.program.imports.changes import Values
from duecare.program.imports.fields import Field, Type
from duecare.program.imports.interface import List, Taking, register_list
from duecare.program.imports.sourced import SourcedList
from duecare.systems.models import Device, DeviceSource, Name, NameKind
from duecare.systems.name_actions import MOST_SELECTORS
from duecare.systems.names.interface import host_name, selector


class DeviceList(SourcedList[Device]):
    """The devices of one management, or a list of computers that somebody keeps."""

    id = "devices"
    name = _("Devices")
    model = Device
    sources = DeviceSource
    keys = ("own_id", "name")
    called = "name"
    page = "devices"
    about = _(
        "Computers and phones as a device management, a directory or your own list of computers tells them. "
        "A host that also reports for itself stays what it is; its page and the device’s name each other."
    )
    fields = (
        Field(
            "name",
            _("Device"),
            required=True,
            longest=255,
            heads=(
                "device name",
                "computer",
                "computer name",
                "host",
                "hostname",
                "host name",
                "Gerätename",
                "Rechner",
                "Nom de l’appareil",
                "Ordinateur",
            ),
        ),
        Field("own_id", _("Id in the source"), empty="", heads=("id", "device id", "asset tag", "Geräte-ID")),
        Field(
            "system",
            _("System"),
            empty="",
            longest=100,
            heads=("os", "operating system", "platform", "Betriebssystem"),
        ),
        Field(
            "version",
            _("Version of the system"),
            empty="",
            longest=100,
            heads=("os version", "version", "Betriebssystemversion"),
        ),
        Field(
            "serial",
            _("Serial number"),
            empty="",
            longest=100,
            heads=("serial", "Seriennummer", "Numéro de série"),
        ),
        Field(
            "owner",
            _("Who uses it"),
            empty="",
            longest=320,
            heads=("owner", "user", "primary user", "assigned to", "Benutzer", "Utilisateur"),
        ),
        Field(
            "compliant", _("Keeps the rules"), Type.YES_NO, heads=("compliant", "compliance", "Konformität")
        ),
        Field(
            "encrypted", _("Encrypted"), Type.YES_NO, heads=("is encrypted", "encryption", "Verschlüsselt")
        ),
        Field(
            "last_seen",
            _("Last check-in"),
            Type.MOMENT,
            heads=("last check-in", "last seen", "last contact", "last sync", "Letzter Check-In"),
        ),
    )


class NameList(List[Name]):
    """Names of ours: hosts and mail domains that others see."""

    id = "names"
    name = _("Names of ours")
    model = Name
    keys = ("called",)
    called = "called"
    page = "names"
    about = _("Websites with their port, and mail domains. Nothing is looked at until somebody asks for it.")
    fields = (
        Field("name", _("Name"), required=True, longest=253, heads=("host", "hostname", "domain", "Domäne")),
        Field(
            "kind",
            _("What it is"),
            Type.CHOICE,
            required=True,
            choices=tuple(NameKind.values),
            words={"host": "tls", "website": "tls", "web": "tls", "domain": "mail", "mail domain": "mail"},
            heads=("type", "kind"),
        ),
        Field("port", _("Port of the host"), Type.NUMBER),
        Field(
            "selectors",
            _("DKIM selectors of the domain"),
            Type.LIST,
            longest=63,
            empty=(),
            heads=("selectors", "dkim"),
        ),
        Field(
            "daily", _("Look at it each day without being asked"), Type.YES_NO, empty=False, heads=("daily",)
        ),
    )

    def records(self, taking: Taking) -> QuerySet[Name]:
        return Name.objects.filter(removed_at=None)

    def values(self, record: Name) -> dict[str, Any]:
        return {**super().values(record), "called": _key(record.kind, record.name, record.port)}

    def complete(self, values: Mapping[str, Any], taking: Taking, context: Any) -> dict[str, Any]:
        """The name in ASCII and lower case; a host without a port is a website."""
        done = dict(values)
        try:
            done["name"] = host_name(str(values["name"]))
        except BadInput as error:
            done["bad"] = str(error)
        done["port"] = (done.get("port") or 443) if done["kind"] == NameKind.TLS else None
        if "selectors" in done:
            done["selectors"] = list(done["selectors"]) if done["kind"] == NameKind.MAIL else []
        done["called"] = _key(str(done["kind"]), str(done["name"]), done["port"])
        return done

    def refuse(self, values: Values) -> Iterator[tuple[str, str]]:
        if "bad" in values:
            yield "name", str(values["bad"])
        elif values["kind"] == NameKind.MAIL and "." not in values["name"]:
            yield "name", gettext("a mail domain is what follows the @, such as example.org")
        if values["port"] is not None and not 1 <= values["port"] <= 65535:
            yield "port", gettext("a port is a number from 1 to 65535")
        if len(values.get("selectors", ())) > MOST_SELECTORS:
            yield "selectors", gettext("at most %(count)s selectors are taken") % {"count": MOST_SELECTORS}
        try:
            for one in values.get("selectors", ()):
                selector(one)
        except BadInput as error:
            yield "selectors", str(error)

    def make(self, values: Values, taking: Taking, scope: Any) -> Name:
        record = Name(id=new_key(), added_at=taking.now)
        self.change(record, values, taking, scope)
        return record

    def change(self, record: Name, values: Values, taking: Taking, scope: Any) -> None:
        super().change(
            record, {key: value for key, value in values.items() if key != "called"}, taking, scope
        )


def _key(kind: str, name: str, port: int | None) -> str:
    """What tells one name from another."""
    return f"{name}:{port}" if kind == NameKind.TLS else name


register_list(DeviceList())
register_list(NameList())
