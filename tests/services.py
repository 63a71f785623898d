"""The real services that tests use, started in scratch directories and stopped by their process ids."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_cluster: Path | None = None


def postgresql_programs() -> Path | None:
    """The directory with PostgreSQL's server programs, or None."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    return found[0].parent if found else None


def start_postgresql(base: Path) -> None:
    """Start a cluster below `base`, reachable through a socket only, and point Duecare at it."""
    global _cluster
    programs = postgresql_programs()
    if programs is None:
        raise SystemExit("needs postgresql: apt-get install postgresql")
    base.chmod(0o755)
    cluster = base / "postgresql"
    cluster.mkdir(mode=0o700)
    as_user: list[str] = []
    if os.geteuid() == 0:
        # The server refuses to run as root.
        shutil.chown(cluster, "postgres", "postgres")
        as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
    data = cluster / "data"

    def run(*words: str) -> None:
        subprocess.run([*as_user, *words], check=True, env=environment, cwd="/", capture_output=True)

    run(str(programs / "initdb"), "-D", str(data), "-U", "duecare", "-A", "trust", "-E", "UTF8", "--no-sync")
    options = f"-k {cluster} -c listen_addresses='' -c max_connections=60"
    run(str(programs / "pg_ctl"), "-D", str(data), "-o", options, "-l", str(cluster / "log"), "-w", "start")
    _cluster = cluster
    if os.geteuid() == 0:
        cluster.chmod(0o755)
    run("createdb", "-h", str(cluster), "-U", "duecare", "duecare_template")
    os.environ["DUECARE_DATABASE"] = f"postgresql://duecare@/duecare_template?host={cluster}"


def stop_postgresql() -> None:
    """Stop the cluster that `start_postgresql` started, if it did."""
    global _cluster
    programs = postgresql_programs()
    if _cluster is None or programs is None:
        return
    process = int((_cluster / "data" / "postmaster.pid").read_text().splitlines()[0])
    os.kill(process, 2)
    _cluster = None


@contextmanager
def copied_database(default: object, template: str, place: Path) -> Iterator[str]:
    """The name of a copy of the template database; it is dropped at the end."""
    from django.db import connections

    connection = connections["default"]
    if connection.vendor == "sqlite":
        name = place / "home" / "duecare.db"
        shutil.copy(template, name)
        yield str(name)
        return
    import psycopg

    name = f"test_{secrets.token_hex(6)}"
    settings = connection.settings_dict
    with psycopg.connect(
        host=settings["HOST"] or settings["OPTIONS"].get("host", ""),
        user=settings["USER"],
        dbname="postgres",
        autocommit=True,
    ) as server:
        server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        try:
            yield name
        finally:
            connections.close_all()
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
