"""`duecare`: what can be done at the terminal.

Nothing here imports Django before a command runs: `--help` answers at once. Exit codes: 0 done; 1 the record
or the posture is not what it should be; 2 bad input, wrong use, or something that prevents the work; 130
interrupted.
"""

from __future__ import annotations

import os
import pwd
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from duecare import __version__
from duecare.errors import DuecareError

app = typer.Typer(
    name="duecare",
    help="Do the work of due care in cybersecurity, and prove it on any later day.",
    rich_markup_mode=None,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
imports = typer.Typer(
    help="Take in what was gathered elsewhere.", rich_markup_mode=None, no_args_is_help=True
)
hosts = typer.Typer(help="Computers that report by themselves.", rich_markup_mode=None, no_args_is_help=True)
users = typer.Typer(help="Who may sign in.", rich_markup_mode=None, no_args_is_help=True)
ledger = typer.Typer(
    help="The record: verify, sign, prove, export, rebuild.", rich_markup_mode=None, no_args_is_help=True
)
patching = typer.Typer(help="Software and its versions.", rich_markup_mode=None, no_args_is_help=True)
risk = typer.Typer(help="How likely, how bad.", rich_markup_mode=None, no_args_is_help=True)
law = typer.Typer(help="Which laws apply, and which clocks run.", rich_markup_mode=None, no_args_is_help=True)
app.add_typer(imports, name="import")
app.add_typer(hosts, name="host")
app.add_typer(users, name="user")
app.add_typer(ledger, name="ledger")
app.add_typer(patching, name="patching")
app.add_typer(law, name="law")
app.add_typer(risk, name="risk")
incidents = typer.Typer(help="Incidents and their clocks.", rich_markup_mode=None, no_args_is_help=True)
app.add_typer(incidents, name="incidents")
advisories = typer.Typer(
    help="What is known to be wrong with software.", rich_markup_mode=None, no_args_is_help=True
)
app.add_typer(advisories, name="advisories")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"duecare {__version__}")
        raise typer.Exit


@app.callback()
def main_options(
    home: Annotated[
        Path | None,
        typer.Option(help="Where this organisation's Duecare lives; else $DUECARE_HOME, else ~/.duecare."),
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print it.")
    ] = False,
) -> None:
    """Choose the home before anything reads it."""
    if home is not None:
        os.environ["DUECARE_HOME"] = str(home)


def _django() -> None:
    """Load the program proper; every command that needs the record begins here."""
    from duecare.home import Home

    Home.from_environment().become_its_owner()
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "duecare.site.settings")
    django.setup()


def _opened() -> None:
    """Load the program and bring the home up."""
    _django()
    from duecare.site.setup import set_up

    set_up(say)


def say(line: str) -> None:
    """A line for the person at the terminal; never mixed into output that a program reads."""
    typer.echo(_printable(line), err=True)


def tell(text: str) -> None:
    """What was asked for, for a person to read."""
    typer.echo(_printable(text))


def _printable(text: str) -> str:
    """The text without control characters: what a report or a database says must not steer the terminal."""
    return "".join(one if one.isprintable() or one == "\n" else "\N{REPLACEMENT CHARACTER}" for one in text)


_TYPIST = os.getuid()  # before root's rights are given up


def _actor() -> str:
    """Who types, by the system's own account of it: the environment could name anybody."""
    try:
        return f"terminal:{pwd.getpwuid(_TYPIST).pw_name}"
    except KeyError:
        return f"terminal:user {_TYPIST}"


def _viewer() -> Any:
    """Who runs the command: whoever can read the home's files can read everything in it."""
    from duecare.ledger.viewers import Role, Viewer

    return Viewer(_actor(), "terminal", frozenset({Role.OWNER}))


@contextmanager
def _progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on the terminal's error stream, gone when done."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total or None)


@app.command()
def start(
    port: Annotated[int, typer.Option(help="Where to listen.", min=1, max=65535)] = 8000,
    address: Annotated[
        str, typer.Option(help="Which address to listen on; only this machine by default.")
    ] = "127.0.0.1",
    assess: Annotated[
        bool, typer.Option("--assess", help="First assess this machine and print the posture.")
    ] = False,
) -> None:
    """Serve the pages, after bringing the home up to date."""
    _opened()
    if assess:
        _assess_this_machine()
    from duecare.site.serving import serve

    serve(address, port, say)


@app.command()
def demo(
    port: Annotated[int, typer.Option(help="Where to listen.", min=1, max=65535)] = 8000,
    serve_pages: Annotated[
        bool, typer.Option("--serve/--no-serve", help="Serve the pages afterwards.")
    ] = True,
) -> None:
    """Make a clinic that does not exist, with half a year of history, in an empty home; show it."""
    _django()
    from duecare.site.demonstration import making

    if not making.demonstrated():
        making.make(say)
    if serve_pages:
        _opened()
    tell(making.invitation(port))
    if serve_pages:
        from duecare.site.serving import serve

        serve("127.0.0.1", port, say)


@app.command("migrate")
def migrate() -> None:
    """Bring the database up to date and put back the triggers that guard the record."""
    _django()
    from django.core.management import call_command

    from duecare.site.setup import set_up

    call_command("migrate", verbosity=0, interactive=False)
    set_up(say)
    say("The database is up to date and guarded.")


@app.command()
def collect(
    root: Annotated[Path, typer.Option(help="Read a mounted system below this directory instead.")] = Path(
        "/"
    ),
    out: Annotated[Path | None, typer.Option(help="Write the report here; else to standard output.")] = None,
    state: Annotated[Path | None, typer.Option(help="Remember here when each update was first seen.")] = None,
    write_copy: Annotated[
        Path | None,
        typer.Option(
            help="Gather nothing; write here the collector as one file to run on other machines: "
            "NAME.ps1 for Windows, NAME.pyz for all others."
        ),
    ] = None,
    enrol: Annotated[
        str,
        typer.Option(
            metavar="URL",
            help="Make a key and show it to the Duecare at URL. The token is asked for, or read from "
            "--token-file, $DUECARE_ENROLMENT_TOKEN or standard input; never an argument.",
        ),
    ] = "",
    push: Annotated[
        str, typer.Option(metavar="URL", help="Sign the report and send it to the Duecare at URL.")
    ] = "",
    token_file: Annotated[Path | None, typer.Option(help="The file with the enrolment token.")] = None,
    new_key: Annotated[
        bool, typer.Option("--new-key", help="With --enrol: let a new key take the place of the old one.")
    ] = False,
    keys: Annotated[
        Path | None, typer.Option(help="Keep key and receipts in this directory; else in the usual place.")
    ] = None,
    ca: Annotated[
        Path | None, typer.Option(help="Trust the certificate authority in this file, and no other.")
    ] = None,
) -> None:
    """Gather facts about this machine and print the report, or push it; needs no home."""
    if write_copy is not None:
        from duecare.systems.portable import how_to_run, write_one_file

        write_one_file(write_copy)
        say(f"Copy {write_copy} to another machine and run it there: {how_to_run(write_copy)}")
        return
    from duecare.systems import collector

    words = ["--root", str(root)]
    words += ["--out", str(out)] if out else []
    words += ["--state", str(state)] if state else []
    words += ["--enrol", enrol] if enrol else []
    words += ["--push", push] if push else []
    words += ["--token-file", str(token_file)] if token_file else []
    words += ["--new-key"] if new_key else []
    words += ["--keys", str(keys)] if keys else []
    words += ["--ca", str(ca)] if ca else []
    raise typer.Exit(collector.main(words))


@app.command("assess")
def assess_command(
    as_json: Annotated[bool, typer.Option("--json", help="Print the posture as JSON.")] = False,
    as_of: Annotated[
        str, typer.Option(help="Print the posture of a past day instead, e.g. 2026-03-01.")
    ] = "",
    fail_on: Annotated[
        str,
        typer.Option(help="Exit with 1 if a check is `unmet`, or with `unknown` if one is unmet or unknown."),
    ] = "",
    collect: Annotated[bool, typer.Option(help="Gather facts about this machine first.")] = True,
) -> None:
    """Assess this machine and every host that reported, and print the posture."""
    if fail_on not in ("", "unmet", "unknown"):
        raise DuecareError(f"--fail-on takes unmet or unknown, not {fail_on!r}.")
    _opened()
    from duecare.site import terminal

    if as_of:
        posture = terminal.posture_as_of(as_of, _viewer())
    else:
        _assess_this_machine(show=False, collect=collect)
        posture = terminal.posture_now(_viewer())
    if as_json:
        typer.echo(posture.as_json())
    else:
        tell(posture.as_text())
    if posture.fails(fail_on):
        raise typer.Exit(1)


def _assess_this_machine(*, show: bool = True, collect: bool = True) -> None:
    from duecare.site import terminal

    with _progress("Assessing") as progress:
        terminal.assess(_actor(), collect=collect, progress=lambda done: progress(done, 0), say=say)
    if show:
        tell(terminal.posture_now(_viewer()).as_text())


@imports.command("facts")
def import_facts(
    file: Annotated[Path, typer.Argument(help="A report that `duecare collect` wrote on that host.")],
    new_host: Annotated[bool, typer.Option("--new-host", help="The host is not known yet: add it.")] = False,
) -> None:
    """Take in a host's report that was carried here by hand."""
    from duecare.errors import BadInput
    from duecare.systems.reports import SIZE_LIMIT

    try:
        with file.open("rb") as opened:  # before root's rights are given up: it may be root's file
            data = opened.read(SIZE_LIMIT + 1)
    except OSError as error:
        raise BadInput(f"{file} cannot be read: {error.strerror}.") from error
    _opened()
    from duecare.ledger.records import utc_now
    from duecare.program.judgement import Grade
    from duecare.systems.actions import take_in_report

    taken = take_in_report(data, _actor(), utc_now(), Grade.IMPORTED, new_host=new_host)
    what = "a new host" if taken.new_host else "its newest" if taken.report.newest else "an older one"
    say(
        f"Took in a report of {taken.host.name} from {taken.report.collected_at:%Y-%m-%d %H:%M} UTC ({what})."
    )
    say("Run `duecare assess` to judge it.")


@imports.command("bill")
def import_bill(
    product: Annotated[str, typer.Argument(help="What the product is called, or its key.")],
    file: Annotated[
        Path, typer.Argument(help="Its components: CycloneDX (1.4 to 1.6) or SPDX (2.3), in JSON.")
    ],
    new_product: Annotated[
        bool, typer.Option("--new-product", help="The product is not known yet: add it.")
    ] = False,
    supplier: Annotated[str, typer.Option(help="With --new-product: who makes it, if you do not.")] = "",
) -> None:
    """Take in what a product contains (SBOM). It takes the place of the list before; its page can undo it."""
    from duecare.errors import BadInput

    try:
        opened = file.open("rb")  # before root's rights are given up: it may be root's file
    except OSError as error:
        raise BadInput(f"{file} cannot be read: {error.strerror}.") from error
    _opened()
    from duecare.ledger.records import utc_now
    from duecare.patching.bills.terminal import bring_bill

    with opened:
        told = bring_bill(_actor(), product, opened, file.name, utc_now, new=new_product, supplier=supplier)
    for line in told:
        say(line)


@imports.command("alerts")
def import_alerts(
    file: Annotated[Path, typer.Argument(help="JSON Lines: one alert a line, at most 1,000.")],
) -> None:
    """Take in alerts of other tools. Each counts once, by its source and its id there."""
    from duecare.errors import BadInput
    from duecare.incidents.alerts.reading import MOST_BYTES

    try:
        with file.open("rb") as opened:
            data = opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise BadInput(f"{file} cannot be read: {error.strerror}.") from error
    _opened()
    from duecare.incidents.alerts.terminal import bring_alerts
    from duecare.ledger.records import utc_now

    found = bring_alerts(data, _actor(), utc_now())
    say(f"{found.taken:,} alerts taken in, {found.known:,} were known. They wait at /incidents/waiting/.")


@imports.command("pulled")
def import_pulled(
    directory: Annotated[Path, typer.Argument(help="Where `duecare-pull run` puts what it fetched.")],
) -> None:
    """Take in the reports that were fetched from hosts over SSH."""
    _opened()
    from duecare.ledger.records import utc_now
    from duecare.systems.pull_actions import take_in

    taken = take_in(directory, utc_now())
    say(f"Taken in: {taken.reports} reports from {taken.passes} passes.")
    if taken.faults:
        raise DuecareError(
            f"{len(taken.faults)} could not be used: {'; '.join(taken.faults[:5])}.",
            "The pages of pulled hosts name them all.",
        )


@imports.command("table")
def import_table(
    file: Annotated[Path, typer.Argument(help="A CSV or XLSX file.")],
    kind: Annotated[
        str,
        typer.Option(
            "--as",
            help="What it is: entra-users, entra-mfa, google-users, entra-staff, google-staff or "
            "intune-devices; or the list that it goes into: accounts, devices, staff, names, tasks or "
            "data-sets.",
        ),
    ],
    source: Annotated[str, typer.Option(help="Which service or list it is of, such as Entra ID.")] = "",
    whole: Annotated[
        bool, typer.Option("--whole", help="It is the whole list: what it lacks is gone.")
    ] = False,
    downloaded: Annotated[
        str, typer.Option(help="The day on which it was downloaded, e.g. 2026-03-01; else today.")
    ] = "",
    sheet: Annotated[str, typer.Option(help="Which sheet of a workbook is meant.")] = "",
    column: Annotated[
        list[str] | None,
        typer.Option(help="FIELD=HEAD: which column holds a field; may be repeated. Else by name."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only print what would change.")] = False,
) -> None:
    """Take in a list, such as accounts or devices. Prints what changes; its page can undo it."""
    from datetime import date

    from duecare.errors import BadInput
    from duecare.program.imports.tables import MOST_BYTES

    try:
        with file.open("rb") as opened:  # before root's rights are given up: it may be root's file
            data = opened.read(MOST_BYTES + 1)
        day = date.fromisoformat(downloaded) if downloaded else None
    except OSError as error:
        raise BadInput(f"{file} cannot be read: {error.strerror}.") from error
    except ValueError:
        raise BadInput(f"{downloaded!r} is not a day.", "Write it as 2026-03-01.") from None
    if wrong := [one for one in column or () if "=" not in one]:
        raise BadInput(f"--column {wrong[0]!r} names no field.", "Write it as FIELD=HEAD.")
    _opened()
    from duecare.ledger.records import utc_now
    from duecare.program.imports import terminal

    columns = dict(one.split("=", 1) for one in column or ())
    said = terminal.Said(kind, source, whole, day, sheet, columns)
    made = terminal.import_table(data, file.name, said, _actor(), utc_now(), dry=dry_run, tell=tell)
    say("Nothing was changed." if made is None else f"Taken in as import {made.pk}; its page can undo it.")


@hosts.command("enrol")
def host_enrol(
    name: Annotated[str, typer.Argument(help="What the computer calls itself: `hostname` shows it there.")],
) -> None:
    """Print a token by which one computer can show a key of its own, within an hour; a page approves it."""
    _opened()
    from duecare.ledger.records import utc_now
    from duecare.systems import enrolment_actions

    made, token = enrolment_actions.offer(_actor(), name, utc_now())
    say(f"For {made.name} alone, for an hour, and once; it is shown this once:")
    typer.echo(token)
    say("Run `duecare collect --enrol URL` there, then approve the key on the page Systems, Enrolments.")


@users.command("add")
def user_add(
    email: Annotated[str, typer.Argument(help="The address they sign in with.")],
    name: Annotated[str, typer.Option(help="Their name, as the record shows it.")],
    role: Annotated[str, typer.Option(help="owner, manager, approver, auditor or member.")] = "member",
    until: Annotated[
        str, typer.Option(help="Last day of the right (an auditor needs one), e.g. 2027-01-31.")
    ] = "",
    area: Annotated[
        list[str] | None,
        typer.Option(
            help="Limit a manager, approver or auditor to this area, e.g. patching; again for more."
        ),
    ] = None,
) -> None:
    """Let somebody sign in. The password is asked for, or read from standard input; never an argument."""
    _opened()
    from duecare.site import first_run, people

    if not first_run.claimed():
        raise DuecareError(
            "Nobody has claimed this Duecare yet.", "Run `duecare start` and claim it in the browser first."
        )
    password = people.ask_password()
    person = people.add_user(_actor(), email, name, password, role, until, areas=area or ())
    limits = f" of {', '.join(sorted(set(area)))}" if area else ""
    say(f"{person.name} can sign in as {role}{limits}.")


@users.command("password")
def user_password(email: Annotated[str, typer.Argument(help="The address they sign in with.")]) -> None:
    """Set a new password for somebody who forgot theirs. Asked for, or read from standard input."""
    _opened()
    from duecare.site import people

    people.set_password(_actor(), email, people.ask_password())
    say("The password was set; sessions that were open have ended.")


@ledger.command("verify")
def ledger_verify(
    live: Annotated[
        bool, typer.Option("--live", help="Compare every record's row with a replay too.")
    ] = False,
) -> None:
    """Check every entry, payload, blob, tile and checkpoint. Exit 1 names the entries that differ."""
    _django()
    from duecare.ledger import verifying
    from duecare.site.setup import demand_record

    demand_record()
    with _progress("Verifying") as progress:
        found = verifying.verify(live=live, progress=progress)
    for fault in found.faults:
        tell(f"FAULT {fault}")
    if found.count > len(found.faults):
        tell(f"... and {found.count - len(found.faults):,} more")
    tell(f"{found.size:,} entries, root {found.root}")
    tell(f"{found.checkpoints} checkpoints, {found.blobs} blobs checked")
    if found.live is not None:
        tell(f"{found.live:,} live records compared with a replay")
    if not found.ok:
        tell(f"{found.count:,} faults. Keep this database as evidence; see docs/operations.md.")
        raise typer.Exit(1)
    tell("No fault found. This is the ledger's own view; only a checkpoint held outside shows a rewrite.")


@ledger.command("checkpoint")
def ledger_checkpoint() -> None:
    """Sign the record as it stands and print the checkpoint, to be held by somebody outside."""
    _opened()
    from duecare.ledger import sealing

    typer.echo(bytes(sealing.checkpoint().note).decode(), nl=False)
    say(f"Verifier key: {sealing.signer().vkey}")


@ledger.command("prove")
def ledger_prove(index: Annotated[int, typer.Argument(help="The entry's number.", min=0)]) -> None:
    """Print the proof that an entry is in the record, as JSON."""
    import json

    _opened()
    from duecare.ledger.proving import prove

    typer.echo(json.dumps(prove(index).as_json(), indent=2))


@ledger.command("export")
def ledger_export(
    file: Annotated[Path, typer.Argument(help="The zip to write.")],
    only: Annotated[
        list[str] | None, typer.Option(help="Disclose only this kind of entry; may be repeated.")
    ] = None,
) -> None:
    """Write the whole record to a zip that anyone can check with duecare-verify."""
    _opened()
    from duecare.ledger import export, sealing

    kinds = set(only or [])
    with _progress("Exporting") as progress:
        made = export.export(file, disclose=lambda kind: not kinds or kind in kinds, progress=progress)
    say(f"Wrote {made.size:,} entries to {file}.")
    say(f"Check it with: duecare-verify {file} --key '{sealing.signer().vkey}'")


@ledger.command("rebuild")
def ledger_rebuild(
    into: Annotated[Path, typer.Option(help="An empty or new directory for the rebuilt tables.")],
) -> None:
    """Rebuild every record from the ledger alone and compare it with the live tables, field for field."""
    _opened()
    from duecare.ledger.rebuild import rebuild

    rebuilt = rebuild(into)
    for fault in rebuilt.differences:
        tell(f"DIFFERS {fault}")
    tell(f"{rebuilt.records:,} records rebuilt into {rebuilt.file}")
    if rebuilt.differences:
        raise typer.Exit(1)
    tell("Every record equals its live row, field for field.")


@law.command("clocks")
def law_clocks(
    file: Annotated[
        Path, typer.Argument(help="An incident as JSON; - reads what comes in.", allow_dash=True)
    ],
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON, also of clocks that do not run.")
    ] = False,
) -> None:
    """Tell which notices are due when something happened; needs no home and no database.

    The file: {"profile": {fact: true}, "country": "DE", "zone": "Europe/Berlin", "now": time, "facts": {...},
    "events": [{"type", "at", "zone"}]}. Names and answers: docs/obligations.md.
    """
    import json

    from duecare.law import clocks, incident_files, obligations, terminal

    register = obligations.register()
    told = clocks.tell(incident_files.incident(terminal.read_input(file), register), register)
    if as_json:
        typer.echo(json.dumps(terminal.clocks_json(told, register), indent=2, ensure_ascii=False))
        return
    for line in terminal.clock_lines(told, register):
        tell(line)


@incidents.command("clocks")
def incidents_clocks(
    number: Annotated[int, typer.Argument(help="The number of the incident or exercise.")],
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON, also of clocks that do not run.")
    ] = False,
    as_of: Annotated[str, typer.Option(help="Tell them as of a past day instead, e.g. 2026-03-01.")] = "",
) -> None:
    """Tell the clocks of an incident: until when which notice is due, and why."""
    import json

    _opened()
    from duecare.incidents.notices import terminal
    from duecare.site.terminal import at_moment

    with at_moment(as_of) as now:
        found = terminal.find(number, _viewer(), now)
        if as_json:
            typer.echo(json.dumps(terminal.as_json(found), indent=2, ensure_ascii=False))
            return
        for line in terminal.lines(found):
            tell(line)


@law.command("applies")
def law_applies(
    file: Annotated[
        Path | None,
        typer.Argument(
            help="A profile as JSON; - reads what comes in. Without it: this organisation.", allow_dash=True
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, also of what does not apply.")] = False,
) -> None:
    """Tell which obligations apply, by which facts.

    To the profile in a file, for which no home and no database is needed; without a file to this
    organisation, with obligations of its own and with what its people decided.
    """
    import json

    if file is None:
        _opened()
        from duecare.law import applicable

        register = applicable.register_now()
    else:
        from duecare.law import obligations

        register = obligations.register()
    from duecare.law import incident_files, terminal

    if file is None:
        rows = incident_files.answers_json(applicable.answers(), register)
    else:
        rows = incident_files.applicability(terminal.read_input(file), register)
    if as_json:
        typer.echo(json.dumps(terminal.applies_json(rows, register), indent=2, ensure_ascii=False))
        return
    for line in terminal.applies_lines(rows, register):
        tell(line)


@risk.command("curve")
def risk_curve(
    file: Annotated[Path, typer.Argument(help="Scenarios as JSON; - reads what comes in.", allow_dash=True)],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Tell what a year may cost; needs no home and no database.

    The file: {"scenarios": [{"name", "frequency": {"rate": 0.2}, "severity": {"ci90": [20000, 900000]}}],
    "quantiles": [0.95]}. All that it may hold, and what is answered: docs/risk-method.md.
    """
    import json

    from duecare.json_input import read_json
    from duecare.risk import curve_files, terminal

    found = curve_files.answer(
        read_json(file, curve_files.LARGEST, "Hand in fewer scenarios.", "docs/risk-method.md")
    )
    if as_json:
        typer.echo(json.dumps(found, indent=2))
        return
    for line in terminal.curve_lines(found):
        tell(line)


@risk.command("choose")
def risk_choose(
    file: Annotated[
        Path, typer.Argument(help="Scenarios and measures as JSON; - reads what comes in.", allow_dash=True)
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Tell which measures lower the expected loss most under a budget; needs no home and no database.

    The file: {"scenarios": [...], "measures": [{"id", "cost", "effects": [{"scenario", "on": "frequency",
    "left": 0.4}]}], "budget": 50000}. All that it may hold, and what is answered: docs/risk-method.md.
    """
    import json
    from contextlib import nullcontext

    from duecare.json_input import read_json
    from duecare.risk import choice_files, curve_files, terminal

    written = read_json(file, curve_files.LARGEST, "Hand in fewer scenarios.", "docs/risk-method.md")
    with _solver_apart(), nullcontext(None) if as_json else _progress("Weighing sets of measures") as bar:
        found = choice_files.answer(
            written,
            bar and (lambda step: bar(step.place, step.places)),  # the places: the best, the next...
        )
    if as_json:
        typer.echo(json.dumps(found, indent=2))
        return
    for line in terminal.choice_lines(found):
        tell(line)


@contextmanager
def _solver_apart() -> Iterator[None]:
    """The solver, written in C++, prints a warning now and then: to the error stream, not into our answer."""
    import ctypes

    flush = ctypes.CDLL(None).fflush
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        flush(None)  # what it printed waits in the library's own buffer
        os.dup2(kept, 1)
        os.close(kept)


@risk.command("replay")
def risk_replay(
    decision: Annotated[str, typer.Argument(help="Its number, such as D-3, or its key.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Compute a decision about risk again from what was frozen with it; exit 1 unless the figures are the
    same, or the same within 1e-9 under other versions."""
    import json

    _opened()
    from duecare.risk.decisions import putting, replaying, terminal
    from duecare.risk.decisions.queries import decision_called

    viewer = _viewer()
    row = decision_called(decision, viewer)
    found = putting.replayed(row, viewer)
    if as_json:
        typer.echo(json.dumps({"decision": f"D-{row.number}", **replaying.told(found)}, indent=2))
    else:
        for line in terminal.replay_lines(f"D-{row.number} {row.question}", found):
            tell(line)
    if not found.holds:
        raise typer.Exit(1)


@law.command("list")
def law_list(
    answer: Annotated[
        str, typer.Option(help="Only those that: applies, cannot-tell or does-not-apply.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List all obligations, those of our own among them, with whether they apply to us."""
    import json

    _opened()
    from duecare.law import applicable, terminal

    register = applicable.register_now()
    rows = terminal.listed(register, applicable.answers(), answer)
    if as_json:
        typer.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    for line in terminal.list_lines(rows):
        tell(line)


@patching.command("rebuild")
def patching_rebuild(
    weaknesses: Annotated[
        bool,
        typer.Option(
            "--weaknesses", help="Also what is weak, from every snapshot of feeds: it may take hours."
        ),
    ] = False,
) -> None:
    """Make the tables of software anew from the reports of hosts and the bills of products."""
    _opened()
    from duecare.patching.bills.following import rebuild as rebuild_products
    from duecare.patching.software.following import rebuild
    from duecare.patching.weaknesses.rebuilding import rebuild as rebuild_weaknesses

    with _progress("Reading bills") as progress:
        count = rebuild_products(progress)
    with _progress("Reading reports") as progress:
        count += rebuild(progress)
    say(f"The tables of software tell of {count:,} entries of the record.")
    if weaknesses:
        with _progress("Reading feeds") as progress:
            count = rebuild_weaknesses(progress)
        say(f"What is weak was made anew from {count:,} times that software was held against the feeds.")


@patching.command("components")
def patching_components(
    file: Annotated[Path, typer.Argument(help="A CycloneDX (1.4 to 1.6) or SPDX (2.3) list, in JSON.")],
    about: Annotated[str, typer.Option(help="What the list is of; stands in each line as `host`.")],
) -> None:
    """Print the components of an SBOM, a JSON object a line; needs no home and no database.

    Each line has host, ecosystem, name, version, matched, and where there is one release and source. What no
    advisory could be about (`matched` is false) is printed too, and counted on the error stream.
    """
    import json

    from duecare.errors import BadInput
    from duecare.patching.bills.isolated import read_isolated
    from duecare.patching.bills.reading import Component

    try:
        opened = file.open("rb")
    except OSError as error:
        raise BadInput(f"{file} cannot be read: {error.strerror}.") from error
    count = unmatched = 0
    with opened:
        for one in read_isolated(opened):
            if not isinstance(one, Component):
                continue
            if one.fault:
                say(f"{one.place}.purl: {one.fault}")
            fields = {"host": about, **one.triple._asdict(), "matched": one.matched}
            kept = {name: value for name, value in fields.items() if value or name in _ALWAYS}
            typer.echo(json.dumps(kept))
            count, unmatched = count + 1, unmatched + (not one.matched)
    say(f"{count:,} components; {unmatched:,} of them can be matched with no advisory.")


_ALWAYS = frozenset(("host", "ecosystem", "name", "version", "matched"))


@patching.command("compare")
def patching_compare(
    stdin: Annotated[
        bool, typer.Option("--stdin", help="Read lines of scheme<TAB>version<TAB>version; required.")
    ] = False,
) -> None:
    """Print the order of two versions a line: -1, 0, 1, or undecided; needs no home and no database.

    Schemes: deb rpm apk pypi npm semver go maven gem composer. A line that cannot be read is named on the
    error stream and answered by undecided; then the exit code is 2.
    """
    if not stdin:
        raise DuecareError(
            "Nothing to compare.", "Use --stdin and give lines of scheme<TAB>version<TAB>version."
        )
    from duecare.patching.versions.comparing import Comparing

    comparing = Comparing()
    while piece := os.read(sys.stdin.fileno(), 1 << 16):
        _print_answers(comparing.feed(piece), comparing)
    _print_answers(comparing.close(), comparing)
    if comparing.faults:
        raise DuecareError(
            f"{comparing.faults:,} of {comparing.lines:,} lines could not be read.",
            "The others were compared.",
        )


@patching.command("automatic")
def patching_automatic(
    family: Annotated[str, typer.Option("--for", help="debian (Debian, Ubuntu) or rhel (Red Hat and kin).")],
    everything: Annotated[
        bool, typer.Option("--all", help="All updates; else those for security alone.")
    ] = False,
) -> None:
    """Print the files that let a host install its updates by itself; needs no home and changes nothing."""
    from duecare.patching.automatic import Family, automatic_updates

    if family not in set(Family):
        raise DuecareError(f"--for takes {' or '.join(Family)}, not {family!r}.")
    typer.echo(str(automatic_updates(Family(family), everything=everything)), nl=False)


@patching.command("orders")
def patching_orders(
    directory: Annotated[Path, typer.Argument(help="Where the deployer looks for them.")],
) -> None:
    """Hand over the patch runs that two people signed, for `duecare-deploy run`."""
    _opened()
    from duecare.ledger.records import utc_now
    from duecare.patching.runs.exchange import hand_over

    say(f"Handed over: {hand_over(directory, utc_now())}.")


@patching.command("results")
def patching_results(
    directory: Annotated[Path, typer.Argument(help="Where the deployer puts what came of them.")],
) -> None:
    """Take in what the deployer told. It closes no finding: a host's next report does."""
    _opened()
    from duecare.patching.runs.exchange import take_in

    taken = take_in(directory)
    say(f"Taken in: {taken.lines} lines.")
    if taken.faults:
        raise DuecareError(
            f"{len(taken.faults)} could not be used: {'; '.join(taken.faults[:5])}.",
            "Look at them on the deployer.",
        )


FAULTS_NAMED = 100
"""How many lines that cannot be read are named one by one."""


def _print_answers(answers: list[Any], comparing: Any) -> None:
    """Answers to standard output at once, for a program that waits for them; faults to the error stream."""
    sys.stdout.write("".join(f"{answer.text}\n" for answer in answers))
    sys.stdout.flush()
    unnamed = FAULTS_NAMED - comparing.faults + sum(bool(answer.fault) for answer in answers)
    for fault in [answer.fault for answer in answers if answer.fault][: max(unnamed, 0)]:
        say(f"duecare: {fault}")


@patching.command("match")
def patching_match(
    inventory: Annotated[
        str,
        typer.Option(
            metavar="FILE", help="JSON lines of host, ecosystem, release, name, source, version; - for stdin."
        ),
    ],
    advisories: Annotated[Path, typer.Option(metavar="DIR", help="A directory of feeds of advisories.")],
    as_json: Annotated[bool, typer.Option("--json", help="A JSON object a line, for programs.")] = False,
    only: Annotated[
        str, typer.Option(help="Verdicts to show, parted by commas: affected,undecided,fixed,not affected.")
    ] = "",
) -> None:
    """Say which advisories concern the software of an inventory; needs no home, database or network.

    A line for each host, package, version and advisory that names the package, in this order. What no feed
    speaks of is counted at the end: it is unknown, not clean. Lines and feeds that cannot be read are named
    on the error stream, the rest is matched, and then the exit code is 2.
    """
    from duecare.patching.matching import command

    verdicts = command.verdicts(only, default_all=as_json)
    with _inventory_stream(inventory) as stream:
        matched = command.match(stream, inventory, advisories, say)
    with matched as findings:
        if as_json:
            _write(command.json_lines(findings, verdicts))
        else:
            _write(map(_printable, command.readable_lines(findings, verdicts)))
        command.tell_unknown(findings, say)
    if matched.unread:
        raise DuecareError(matched.unread, "The rest was matched.")


def _write(texts: Iterable[str]) -> None:
    """Text to standard output, in UTF-8 whatever the terminal's language; a reader that went away ends it."""
    out = sys.stdout.buffer
    try:
        for text in texts:
            out.write(text.encode("utf-8", "backslashreplace"))
        out.flush()
    except BrokenPipeError:  # `| head`, for one
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(1) from None


@contextmanager
def _inventory_stream(name: str) -> Iterator[Any]:
    """The file, or standard input for `-`."""
    if name == "-":
        yield sys.stdin.buffer
        return
    try:
        with Path(name).open("rb") as stream:
            yield stream
    except OSError as error:
        raise DuecareError(
            f"{name} cannot be read: {error.strerror}.", "Name a file of JSON lines, or - for standard input."
        ) from None


@advisories.command("update")
def advisories_update(
    feed: Annotated[
        list[str] | None, typer.Option(help="Fetch this feed alone; may be given again. See --list.")
    ] = None,
    ecosystem: Annotated[
        list[str] | None,
        typer.Option(help="Fetch what is about these packages, such as PyPI or Debian; may be given again."),
    ] = None,
    from_: Annotated[
        Path | None,
        typer.Option(
            "--from", help="Take the files of this directory, brought by hand; they never count as fresh."
        ),
    ] = None,
    list_: Annotated[bool, typer.Option("--list", help="Name the feeds that there are, and stop.")] = False,
    for_inventory: Annotated[
        bool,
        typer.Option(
            "--for-inventory", help="Switch on the feeds that cover what is installed, and fetch these too."
        ),
    ] = False,
) -> None:
    """Fetch advisories from their public sources; without options those that are switched on.

    A feed that fails keeps what it had, and is named; then the exit code is 2. An update that takes much away
    is set aside until somebody decides about it on its page. What is installed without a feed is named.
    """
    _opened()
    from duecare.patching.feeds import terminal as feed_terminal

    if list_:
        tell(feed_terminal.feeds_there_are())
        return
    if from_ is not None and (feed or ecosystem or for_inventory):
        raise DuecareError(
            "--from takes neither --feed, --ecosystem nor --for-inventory.", "Leave one of them out."
        )
    if for_inventory and (feed or ecosystem):
        raise DuecareError("--for-inventory takes neither --feed nor --ecosystem.", "Leave one of them out.")
    if for_inventory and not feed_terminal.choose_for_inventory(_actor(), say):
        say("No other feed that ships covers more of what is installed.")
    if from_ is not None:
        done = feed_terminal.bring_advisories(_actor(), from_)
    else:
        with _downloading() as progress:
            done = feed_terminal.update_advisories(_actor(), feed or (), ecosystem or (), progress)
    for line in done.lines:
        tell(line)
    _hold_software()
    _say_what_is_not_covered()
    if done.failed:
        raise DuecareError(
            f"{done.failed} of {len(done.lines)} feeds failed.", "What was known from them before stays."
        )


@advisories.command("drop")
def advisories_drop(
    feed: Annotated[str, typer.Argument(metavar="FEED", help="See `duecare advisories update --list`.")],
    reason: Annotated[str, typer.Option(help="Why; it is kept on the record.")],
) -> None:
    """Drop a feed: nothing that it said counts, and it is not fetched. Its updates stay on the record.

    What it alone said of software is no longer said by any feed, which ends nothing.
    """
    _opened()
    from duecare.ledger.records import utc_now
    from duecare.patching.feeds.drop_actions import drop

    drop(feed, _actor(), reason, utc_now())
    tell(f"{feed} is dropped.")
    _hold_software()
    _say_what_is_not_covered()


@advisories.command("take-up")
def advisories_take_up(
    feed: Annotated[str, typer.Argument(metavar="FEED", help="One that was dropped.")],
    reason: Annotated[str, typer.Option(help="Why; it is kept on the record.")],
) -> None:
    """Take up a dropped feed again: what it brought last counts, as old as it is."""
    _opened()
    from duecare.ledger.records import utc_now
    from duecare.patching.feeds.drop_actions import take_up

    take_up(feed, _actor(), reason, utc_now())
    tell(f"{feed} is taken up again.")
    _hold_software()


def _say_what_is_not_covered() -> None:
    """Name what is installed and covered by no feed that is switched on, on the terminal's error stream."""
    from duecare.patching.feeds import terminal as feed_terminal
    from duecare.patching.feeds.choosing import choice, gaps

    missing = gaps()
    if not missing:
        return
    say("Installed, and covered by no feed that is switched on:")
    for line in feed_terminal.gap_lines(missing):
        say(f"  {line}")
    if choice(missing):
        say("`duecare advisories update --for-inventory` switches these feeds on and fetches them.")


def _hold_software() -> None:
    """Hold what is installed against the feeds as they are now."""
    from duecare.ledger.records import utc_now
    from duecare.patching.weaknesses.actions import match_apart

    matched = match_apart(_actor(), utc_now())
    if matched is not None:
        tell(
            f"{matched.software:,} pieces of software were held against them: {matched.new:,} new weaknesses."
        )


@contextmanager
def _downloading() -> Iterator[Callable[[str, int, int], None]]:
    """A progress bar for each file on the terminal's error stream, gone when done."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, Any] = {}

        def told(name: str, here: int, total: int) -> None:
            if name not in tasks:
                tasks[name] = bar.add_task(name, total=None)
            bar.update(tasks[name], completed=here, total=total or None)

        yield told


INTERRUPTED = 130
"""What Typer returns on Ctrl-C too (128 + SIGINT, as shells count)."""


def _misused(error: Exception, words: str) -> str:
    """What was wrong with the words of a command, and where to look; the help itself where none was given."""
    if words.startswith("Usage:"):
        return words
    path = getattr(getattr(error, "ctx", None), "command_path", "duecare")
    return f"duecare: {words.rstrip('.')}. See `{path} --help`."


def main() -> NoReturn:
    """Run a command; errors of ours are a sentence on the error stream, never a traceback."""
    try:
        result = app(standalone_mode=False)
    except DuecareError as error:
        say(f"duecare: {error}")
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        result = INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the last resort: shown whole, and told apart from a fault found
        usage = getattr(error, "format_message", None)
        if usage is None:
            # Python would exit with 1, which here means that the record is not what it should be.
            traceback.print_exc()
            say("duecare: this is a fault in Duecare, or its database cannot be used; see above.")
        else:
            say(_misused(error, usage()))
        sys.exit(2)
    if result == INTERRUPTED:
        say("Interrupted; nothing half-done was kept.")
    sys.exit(result if isinstance(result, int) else 0)


if __name__ == "__main__":
    main()
