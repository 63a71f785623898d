"""`duecare-deploy`: what whoever keeps the deployer does at the terminal, and what its timer runs."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from duecare.errors import BadInput, DuecareError
from duecare.patching.deployer.bundles import MOST
from duecare.patching.deployer.carrying import BUNDLE, Between, Deployer, check, handed_over
from duecare.patching.deployer.own_files import Place
from duecare.patching.deployer.people import Trusted, distrust, read_people, trust
from duecare.patching.deployer.playing import Account
from duecare.reaching.addresses import is_account
from duecare.reaching.keys import public_line
from duecare.reaching.known import learn, line_for
from duecare.reaching.own_files import read_regular
from duecare.reaching.playing import demand_ansible
from duecare.reaching.terminal import opened, run_to_its_end, say

app = typer.Typer(
    name="duecare-deploy",
    help="Install what two people signed, as a user of its own. See docs/deployment.md.",
    rich_markup_mode=None,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
Orders = Annotated[Path, typer.Option(help="Where the server puts orders.")]
Results = Annotated[Path, typer.Option(help="Where the server reads what came of them.")]


def _place() -> Place:
    return opened(Place)


@app.command("trust")
def trust_command(
    key: Annotated[
        Path, typer.Argument(help="The passkey's public key, PEM, from the entry that registered it.")
    ],
    name: Annotated[str, typer.Option(help="Whose it is.")],
    origin: Annotated[str, typer.Option(help="Where they sign, such as https://duecare.clinic.example.")],
    only_asks: Annotated[
        bool, typer.Option("--only-asks", help="They may ask for orders, but not approve them.")
    ] = False,
) -> None:
    """Trust a person's passkey. Compare the fingerprint with that person, by voice or face to face."""
    pem = read_regular(key, 1 << 14).decode("ascii", "replace")
    one = Trusted(name, origin.rstrip("/"), pem, not only_asks)
    trust(_place(), one)
    say(
        f"Trusted: {one.name}, {'asks only' if only_asks else 'asks and approves'}, SHA-256 {one.fingerprint}"
    )


@app.command("distrust")
def distrust_command(fingerprint: Annotated[str, typer.Argument(help="SHA-256 of the key, hex.")]) -> None:
    """Trust a passkey no more; orders that it signed and that are still open stop."""
    say(f"No longer trusted: a key of {distrust(_place(), fingerprint).name}")


@app.command("people")
def people_command() -> None:
    """List whom the deployer trusts."""
    for one in read_people(_place()):
        rights = "asks and approves" if one.decides else "asks only"
        say(f"{one.fingerprint}  {one.name}  {rights}  {one.origin}")


@app.command("host")
def host_command(
    address: Annotated[str, typer.Argument(help="Host name or IP address, as orders will name it.")],
    key: Annotated[
        Path,
        typer.Option(help="Its /etc/ssh/ssh_host_ed25519_key.pub, carried here by a way that you trust."),
    ],
    port: Annotated[int, typer.Option(min=1, max=65535)] = 22,
) -> None:
    """Know a host by its key; any other key is refused."""
    line = read_regular(key, 1 << 14).decode("ascii", "replace")
    say(f"{address} port {port}: {learn(_place(), address, port, line)}")


@app.command("key")
def key_command() -> None:
    """Print the public key with which the deployer signs in on hosts; the first time, make it."""
    say(public_line(_place()))


@app.command("check")
def check_command(orders: Orders) -> None:
    """Say what would be taken up and what would be refused; change nothing and connect to nothing."""
    place, now, wrong = _place(), datetime.now(UTC), False
    for file in handed_over(orders):
        run = file.name.removesuffix(BUNDLE)
        try:
            signed = check(read_regular(file, MOST), run, place, now)
            for host in signed.order.hosts:
                line_for(place, host.address, host.port, host.host_key)
        except DuecareError as error:
            wrong = True
            say(f"{run}: would be refused: {error}")
            continue
        order = signed.order
        say(f"{run}: “{order.title}”, asked for by {signed.asked_by}, approved by {signed.approved_by}")
        for number, ring in enumerate(order.rings):
            for host in map(order.host, ring):
                for one in host.packages:
                    say(f"  ring {number + 1}  {host.name}  {one.name}  {one.installed} -> {one.version}")
    if wrong:
        raise typer.Exit(1)


@app.command("run")
def run_command(
    orders: Orders,
    results: Results,
    user: Annotated[str, typer.Option(help="The account on the hosts; it has to become root by sudo.")] = (
        "duecare-deploy"
    ),
) -> None:
    """Take up what was handed over and do what may be done now, then end; a timer begins the next pass."""
    if not is_account(user):
        raise BadInput(f"{user!r} is no name of an account.", "Use the one that your hosts have for this.")
    place = _place()
    demand_ansible()
    deployer = Deployer(
        place, Between(orders, results), Account(user, user != "root"), lambda: datetime.now(UTC), say
    )
    deployer.pass_once()


def main() -> NoReturn:
    """Run a command; errors of ours are a sentence on the error stream, never a traceback."""
    run_to_its_end(app, Place.program)


if __name__ == "__main__":
    main()
