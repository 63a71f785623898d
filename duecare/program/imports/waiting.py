"""Files that somebody has sent and not yet confirmed: in the home's scratch, private to them, for a day.

Nothing of them is in the record. Each has a directory with the file, its table once it was read, and what was
said of it so far; taking it in, or giving it up, removes the directory.
"""

from __future__ import annotations

import json
import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from duecare.errors import BadInput, NotFound, Refused
from duecare.home import Home, write_private
from duecare.program.holds import LISTS, kind_is_held
from duecare.program.imports.isolated import read_isolated
from duecare.program.imports.tables import Choice, Sheet, Table, from_json, to_json

LASTS = timedelta(days=1)
MOST_WAITING = 20
"""Files that one person can have waiting."""
_TOKEN = re.compile("[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A file that waits, and what was said of it."""

    token: str
    into: str
    """Id of the list."""
    actor: str
    """Whose it is; nobody else can see it."""
    name: str
    size: int
    made_at: str
    downloaded_at: str
    loader: str = ""
    source: str = ""
    whole: bool = False
    sheet: str = ""
    sheets: tuple[tuple[str, bool], ...] = ()
    """(name, hidden) of the sheets among which somebody has to choose."""
    mapping: dict[str, list[int]] = field(default_factory=dict)
    confirmed: bool = False
    """Whether a person, or a loader, has said which column is which."""

    @property
    def downloaded(self) -> datetime:
        return datetime.fromisoformat(self.downloaded_at)

    def table(self) -> Table:
        """What was read of it. Raises BadInput if its sheet is still to be chosen."""
        place = _place(self.token) / "table.json"
        if not place.exists():
            raise BadInput(_("It is not said yet which sheet is meant."), _("Choose one."))
        found = from_json(json.loads(place.read_text("utf-8")))
        if isinstance(found, Choice):
            raise BadInput(_("It is not said yet which sheet is meant."), _("Choose one."))
        return found

    def data(self) -> bytes:
        return (_place(self.token) / "file").read_bytes()


def put(
    data: bytes,
    actor: str,
    now: datetime,
    *,
    read: Callable[[bytes, str], Table | Choice] = read_isolated,
    **said: Any,
) -> Waiting:
    """Read a file and let it wait. `said` are fields of Waiting; `read` makes a table of its bytes.

    Raises BadInput naming the place in the file that cannot be read; nothing waits then.
    """
    forget_old(now)
    # Those that a legal hold keeps beyond their time wait for nobody.
    if sum(1 for one in _all() if one.actor == actor and not _old(one, now)) >= MOST_WAITING:
        raise BadInput(
            _("%s files of yours wait to be taken in.") % MOST_WAITING,
            _("Take them in or give them up first."),
        )
    found = read(data, said.get("sheet", ""))
    waiting = Waiting(
        token=secrets.token_hex(16),
        actor=actor,
        size=len(data),
        made_at=now.isoformat(),
        **{**said, "downloaded_at": said["downloaded_at"].isoformat()},
    )
    write_private(_place(waiting.token) / "file", data)
    return _keep(waiting, found)


def choose_sheet(waiting: Waiting, sheet: str) -> Waiting:
    """Say which sheet is meant, and read it. Raises BadInput naming what cannot be read."""
    return _keep(replace(waiting, sheet=sheet), read_isolated(waiting.data(), sheet))


def change(waiting: Waiting, **said: Any) -> Waiting:
    """Say more of a file that waits."""
    changed = replace(waiting, **said)
    _write(changed)
    return changed


def find(token: str, actor: str, now: datetime) -> Waiting:
    """The file that waits. Raises NotFound if there is none, it has expired, or it is somebody else's."""
    found = _read(token) if _TOKEN.fullmatch(token) else None
    if found is None or found.actor != actor or _old(found, now):
        raise NotFound(
            _("No such file waits here: it was taken in, given up, or has waited for more than a day."),
            _("Send it again."),
        )
    return found


def give_up(waiting: Waiting) -> None:
    """Remove it and all that was read of it. Raises Refused while a legal hold covers such files."""
    if kind_is_held(LISTS):
        raise Refused(
            _("Files that were brought are under a legal hold: none of them is removed."),
            _("Leave it; it asks for nothing more, and cannot be taken in after a day."),
        )
    shutil.rmtree(_place(waiting.token), ignore_errors=True)


def let_go(waiting: Waiting) -> None:
    """Remove one that turned out to be of no use, unless a legal hold covers such files."""
    if not kind_is_held(LISTS):
        give_up(waiting)


def claim(waiting: Waiting) -> None:
    """Make sure that it is taken in once only. Raises NotFound if somebody was quicker."""
    place = _place(waiting.token)
    try:
        place.rename(place.with_name(f"{waiting.token}.taken"))
    except OSError:
        raise NotFound(_("This file is being taken in already."), _("Look in the list of imports.")) from None


def give_back(waiting: Waiting) -> None:
    """Let it wait on after a claim that came to nothing."""
    place = _place(waiting.token)
    place.with_name(f"{waiting.token}.taken").rename(place)


def done(waiting: Waiting) -> None:
    """Remove what was claimed."""
    place = _place(waiting.token)
    shutil.rmtree(place.with_name(f"{waiting.token}.taken"), ignore_errors=True)


def forget_old(now: datetime) -> int:
    """Remove what has waited too long, or was left behind half-written; how many there were. Nothing goes
    while a legal hold covers such files."""
    removed = 0
    if kind_is_held(LISTS):
        return removed
    for place in list(_root().iterdir()) if _root().exists() else []:
        found = _read(place.name) if _TOKEN.fullmatch(place.name) else None
        age = now.timestamp() - place.stat().st_mtime
        if (found is not None and _old(found, now)) or (found is None and age > LASTS.total_seconds()):
            shutil.rmtree(place, ignore_errors=True)
            removed += 1
    return removed


def _old(waiting: Waiting, now: datetime) -> bool:
    return now - datetime.fromisoformat(waiting.made_at) > LASTS


def _keep(waiting: Waiting, found: Table | Choice) -> Waiting:
    if isinstance(found, Choice):
        waiting = replace(waiting, sheets=tuple((one.name, one.hidden) for one in found.sheets))
    else:
        write_private(_place(waiting.token) / "table.json", to_json(found).encode())
    _write(waiting)
    return waiting


def sheets(waiting: Waiting) -> list[Sheet]:
    return [Sheet(name, hidden) for name, hidden in waiting.sheets]


def _write(waiting: Waiting) -> None:
    write_private(_place(waiting.token) / "said.json", json.dumps(asdict(waiting)).encode())


def _read(token: str) -> Waiting | None:
    try:
        told = json.loads((_place(token) / "said.json").read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return Waiting(**{**told, "sheets": tuple((name, hidden) for name, hidden in told["sheets"])})


def _all() -> Iterator[Waiting]:
    if _root().exists():
        found = (_read(place.name) for place in _root().iterdir() if _TOKEN.fullmatch(place.name))
        yield from (one for one in found if one is not None)


def _root() -> Path:
    home: Home = settings.DUECARE_HOME
    return home.scratch / "imports"


def _place(token: str) -> Path:
    return _root() / token
