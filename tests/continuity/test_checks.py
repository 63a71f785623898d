"""The checks of backups: set up, succeeding, and somewhere else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from duecare.program.judgement import Verdict
from tests.systems.healthy import (
    Change,
    Changes,
    ago,
    expect,
    healthy,
    job,
    judge,
    judge_tree,
    partial,
    unreadable,
)
from tests.systems.tree import Tree
from tests.systems.trees import debian

MET, UNMET, UNKNOWN, ASIDE = Verdict.MET, Verdict.UNMET, Verdict.UNKNOWN, Verdict.NOT_APPLICABLE
SET_UP, RECENT, OFF = "continuity.backup_set_up", "continuity.backup_recent", "continuity.backup_off_host"


def jobs(*rows: dict[str, object]) -> Changes:
    return {"backup.jobs": list(rows)}


CASES: list[tuple[str, Changes, Verdict, str]] = [
    (SET_UP, jobs(), UNMET, "no backup job was found"),
    (SET_UP, {"backup.state": "absent", "backup.jobs": None}, UNMET, "no backup job was found"),
    (SET_UP, jobs(job(enabled=False)), UNMET, "set up but disabled: restic of /srv"),
    (SET_UP, jobs(job(enabled=False), job()), MET, ""),
    (SET_UP, jobs(job(enabled=None)), UNKNOWN, "whether it is enabled"),
    (SET_UP, {**jobs(), **partial("backup", "the crontab of anna: denied")}, UNKNOWN, "crontab of anna"),
    (SET_UP, {**jobs(), "os.virtualization": "container"}, UNKNOWN, "its host may see to the backup"),
    (RECENT, jobs(job(last_success=ago(3))), UNMET, "restic of /srv: it last succeeded 3 days ago"),
    (RECENT, jobs(job(last_success=ago(2.5))), MET, ""),
    (RECENT, jobs(job(last_success=None)), UNKNOWN, "its last success: the report does not say when"),
    (RECENT, jobs(job(), job(what="/etc", last_success=None)), UNKNOWN, "restic of /etc"),
    (RECENT, jobs(job(), job(enabled=False, last_success=ago(90))), MET, ""),
    (RECENT, jobs(), ASIDE, "gap of its own"),
    (RECENT, unreadable("backup"), UNKNOWN, "permission denied"),
    (
        OFF,
        jobs(job(off_host=False), job(what=None, off_host=False)),
        UNMET,
        "restic in /etc/cron.d/backup, restic of /srv",
    ),
    (OFF, jobs(job(off_host=False), job()), MET, ""),
    (OFF, jobs(job(off_host=False), job(enabled=False)), UNMET, "every backup stays"),
    (OFF, jobs(job(off_host=None)), UNKNOWN, "could not be told"),
    (OFF, jobs(job(enabled=None)), UNKNOWN, "could not be told"),
    (OFF, {**jobs(job(off_host=False)), **partial("backup")}, UNKNOWN, "permission denied"),
    (OFF, jobs(), ASIDE, "gap of its own"),
]


@pytest.mark.parametrize(("id", "changes", "verdict", "word"), CASES)
def test_a_change_of_the_backups_changes_the_answer(
    id: str, changes: Changes, verdict: Verdict, word: str
) -> None:
    expect(judge(id, healthy(changes)), verdict, word)


def test_a_run_that_is_not_known_to_have_succeeded_does_not_count() -> None:
    facts = healthy(jobs(job(last_run=ago(0), last_success=None)))
    assert judge(RECENT, facts).verdict is UNKNOWN


UNITS = "/etc/systemd/system"


def without_backup(tree: Tree) -> Tree:
    enabled = f"{UNITS}/timers.target.wants/backup.timer"
    return tree.without(f"{UNITS}/backup.timer", f"{UNITS}/backup.service", enabled)


MACHINES: list[tuple[str, Change, Verdict, str]] = [
    (SET_UP, without_backup, UNMET, "no backup job was found"),
    (
        SET_UP,
        lambda tree: tree.without(f"{UNITS}/timers.target.wants/backup.timer"),
        UNMET,
        "set up but disabled",
    ),
    (SET_UP, lambda tree: tree.unreadable(f"{UNITS}/backup.service"), UNKNOWN, "backup.service"),
    (RECENT, lambda tree: tree.at(tree.now + timedelta(days=3)), UNMET, "it last succeeded 3 days ago"),
    (RECENT, lambda tree: tree.without_command("systemctl show"), UNKNOWN, "does not say when"),
    (
        OFF,
        lambda tree: tree.change("/etc/restic.env", "sftp:keeper@backup.example:/srv/web-1", "/var/backups"),
        UNMET,
        "stays on the computer",
    ),
    (OFF, lambda tree: tree.unreadable("/etc/restic.env"), UNKNOWN, "/etc/restic.env"),
]


@pytest.mark.parametrize(("id", "change", "verdict", "word"), MACHINES)
def test_a_change_of_the_machine_changes_the_answer(
    id: str, change: Change, verdict: Verdict, word: str
) -> None:
    expect(judge_tree(id, change(debian())), verdict, word)
