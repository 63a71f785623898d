"""The section `backup`: the jobs that timers, cron and the clients of backup servers do."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator
from typing import Any

from ..look import Look
from ..running import UNIT_FOLDERS, enabled, enabled_units, running, scheduler_runs, timer_stamp
from ..settings import ini
from ..times import latest
from .backup_commands import backup_job, jobs_of

_DAEMONS = (
    ("bacula", ("bacula-fd",), ("bacula-fd.service", "bacula-fd")),
    ("bareos", ("bareos-fd",), ("bareos-fd.service", "bareos-filedaemon.service", "bareos-fd")),
    ("veeam", ("veeamservice",), ("veeamservice.service",)),
    ("urbackup", ("urbackupclientbackend",), ("urbackupclientbackend.service",)),
)


def backup_facts(look: Look) -> dict[str, Any]:
    jobs = [*_timer_jobs(look), *_cron_jobs(look)]
    for name, programs, units in _DAEMONS:
        on = enabled(look, *units)
        if on or (look.machine.live and running(look, *programs)):
            look.source(name)
            jobs.append(
                backup_job(look, name, "what its server asks for", None, None, on, f"{name}'s client")
            )
    look.source("systemd's timers", "cron")
    if not jobs and not look.problems:
        look.absent = True
    return {"jobs": jobs}


def _timer_jobs(look: Look) -> Iterator[dict[str, Any]]:
    """Backups by timers that are on, and by those that an administrator wrote and left off."""
    own = {path.rpartition("/")[2] for path in look.glob("/etc/systemd/system/*.timer")}
    on = {unit for unit in look.share(enabled_units) if unit.endswith(".timer")}
    for name in sorted(on | {timer for timer in own if not timer.endswith("@.timer")}):
        path = _unit_file(look, name)
        if path is None or look.link(path) == "/dev/null":
            continue
        timer = ini(look, path, *look.glob(f"/etc/systemd/system/{name}.d/*.conf")).get("Timer", {})
        service = timer.get("Unit", name[:-6] + ".service")
        body = "\n".join(look.lines(_unit_file(look, service) or ""))
        settings = "\n".join(re.findall(r"(?m)^Environment=\"?(.+?)\"?$", body))
        for file in re.findall(r"(?m)^EnvironmentFile=-?(\S+)$", body):
            settings += "\n" + "\n".join(look.lines(file))
        schedule = timer.get("OnCalendar") or timer.get("OnUnitActiveSec")
        active = name in on and scheduler_runs(look, name)
        for command in re.findall(r"(?m)^Exec(?:Start|StartPost|StartPre)=[-@:+!]*(.+)$", body):
            for job in jobs_of(look, command, schedule, active, path, settings):
                job["last_run"] = timer_stamp(look, name)
                _service_result(look, service, job)
                yield job


def _unit_file(look: Look, unit: str) -> str | None:
    """The file of a unit, or of the template that it is an instance of."""
    template = re.sub(r"@[^@]*\.", "@.", unit)
    paths = (f"{folder}/{name}" for name in (unit, template) for folder in UNIT_FOLDERS)
    return next((path for path in paths if look.exists(path)), None)


def _service_result(look: Look, service: str, job: dict[str, Any]) -> None:
    answer = look.printed("systemctl", "show", "-p", "Result,ExecMainExitTimestamp", service)
    told = dict(line.partition("=")[::2] for line in (answer or "").splitlines())
    match = re.match(r"\w{3} (\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) UTC$", told.get("ExecMainExitTimestamp", ""))
    if match:
        ended = f"{match[1]}T{match[2]}Z"
        job["last_run"] = latest(job["last_run"], ended)
        if told.get("Result") == "success":
            job["last_success"] = ended


def _cron_jobs(look: Look) -> Iterator[dict[str, Any]]:
    units = ("cron.service", "crond.service", "cronie.service", "crond", "cronie", "dcron")
    on: bool | None = enabled(look, *units)
    if look.machine.live:
        on = running(look, "cron", "crond")
    tables = [(path, True) for path in ("/etc/crontab", *look.glob("/etc/cron.d/*"))]
    for folder in ("/var/spool/cron/crontabs", "/var/spool/cron", "/etc/crontabs"):
        tables += [(f"{folder}/{name}", False) for name in look.names(folder) if name != "crontabs"]
    for path, with_user in tables:
        status = look.stat(path)
        if status is None or not stat.S_ISREG(status.st_mode):
            continue
        text = look.text(path) or ""
        user = r"\S+\s+" if with_user else ""
        for line in text.splitlines():
            fields = 1 if line.startswith("@") else 5
            match = re.match(rf"\s*([^#\s]\S*(?:\s+\S+){{{fields - 1}}})\s+{user}(.+)$", line)
            if match and not re.match(r"\s*\w+\s*=", line):
                yield from jobs_of(look, match[2], match[1], on, path, text)
    for pattern in ("/etc/cron.{}/*", "/etc/periodic/{}/*"):
        for period in ("hourly", "daily", "weekly", "monthly"):
            for path in look.glob(pattern.format(period)):
                yield from jobs_of(look, path, period, on, path)
