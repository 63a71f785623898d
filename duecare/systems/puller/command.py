"""`duecare-pull`: what whoever keeps the puller does at the terminal, and what its timer runs."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from duecare.errors import BadInput
from duecare.reaching.keys import public_line
from duecare.reaching.own_files import read_regular
from duecare.reaching.playing import demand_ansible
from duecare.reaching.terminal import opened, run_to_its_end, say
from duecare.systems.portable import one_file
from duecare.systems.puller.hosts import Place, add, forget, read_hosts
from duecare.systems.puller.passes import Came
from duecare.systems.puller.pulling import Puller
from duecare.systems.puller.timer import schedule

app = typer.Typer(
    name="duecare-pull",
    help="Fetch reports from hosts over SSH, as a user of its own. See docs/pulling.md.",
    rich_markup_mode=None,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
Reports = Annotated[Path, typer.Option(help="Where the server reads what came.")]


@app.command("key")
def key_command() -> None:
    """Print the public key with which the puller signs in on hosts; the first time, make it."""
    say(public_line(opened(Place)))


@app.command("host")
def host_command(
    name: Annotated[str, typer.Argument(help="The computer's name, as `hostname` prints it there.")],
    address: Annotated[str, typer.Argument(help="Host name or IP address by which it is reached.")],
    key: Annotated[
        Path,
        typer.Option(help="Its /etc/ssh/ssh_host_ed25519_key.pub, carried here by a way that you trust."),
    ],
    port: Annotated[int, typer.Option(min=1, max=65535)] = 22,
    user: Annotated[str, typer.Option(help="The ordinary account on it.")] = "duecare-collect",
) -> None:
    """Put a host on the list, known by its key; any other key is refused."""
    line = read_regular(key, 1 << 14).decode("ascii", "replace")
    made = add(opened(Place), name, address, port, user, line)
    say(f"{made.name}: {made.user}@{made.address} port {made.port}: {made.host_key}")


@app.command("forget")
def forget_command(name: Annotated[str, typer.Argument(help="The computer's name.")]) -> None:
    """Take a host off the list; in Duecare it then becomes silent until it is removed there too."""
    say(f"No longer pulled: {forget(opened(Place), name).name}")


@app.command("hosts")
def hosts_command() -> None:
    """List the hosts that are pulled."""
    for one in read_hosts(opened(Place)):
        say(f"{one.name}  {one.user}@{one.address} port {one.port}  {one.host_key}")


@app.command("run")
def run_command(reports: Reports) -> None:
    """Ask every host of the list once, put what came where the server looks, then end."""
    place = opened(Place)
    demand_ansible()
    made = Puller(place, reports, one_file(), lambda: datetime.now(UTC), say).pass_once()
    reported = sum(one.came is Came.REPORTED for one in made.lines)
    say(f"{reported} of {len(made.lines)} hosts reported.")


@app.command("timer")
def timer_command(reports: Reports) -> None:
    """Print the files by which systemd runs a pass every day; changes nothing."""
    own = str(Place.from_environment().path)
    for one in (sys.argv[0], str(reports), own):
        if not Path(one).is_absolute() or any(sign.isspace() or sign in "\"'%$\\;" for sign in one):
            raise BadInput(
                f"{one!r} is no whole path without blanks.",
                "Give --reports, and $DUECARE_PULL_HOME if it is set, as whole paths.",
            )
    typer.echo(schedule(sys.argv[0], str(reports), own), nl=False)


def main() -> NoReturn:
    """Run a command; errors of ours are a sentence on the error stream, never a traceback."""
    run_to_its_end(app, Place.program)


if __name__ == "__main__":
    main()
