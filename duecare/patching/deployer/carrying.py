"""One pass of the deployer: take up what was handed over, and carry on with what is under way.

A pass does what may be done now and ends; a timer begins the next. An order's directory is made once and for
all, so that none is carried out twice; before each pass its signatures are checked again, so that somebody
who is no longer trusted stops what they signed.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from duecare.errors import BadInput, DuecareError, Refused
from duecare.home import write_private
from duecare.patching.deployer import journal
from duecare.patching.deployer.bundles import MOST, Signed, verify_bundle
from duecare.patching.deployer.journal import Journal
from duecare.patching.deployer.own_files import Place
from duecare.patching.deployer.people import read_people
from duecare.patching.deployer.playing import Account, Told, play
from duecare.patching.runs.orders import KEY, Order
from duecare.patching.runs.rings import Next, Over, Wait, decide
from duecare.reaching.own_files import read_regular
from duecare.reaching.terminal import plain

BUNDLE = ".order.json"
STOP = ".stop"
MOST_BUNDLES = 1000
"""That one pass looks at."""

Play = Callable[[Order, tuple[str, ...], Place, Path, Account], dict[str, Told]]


@dataclass(frozen=True, slots=True)
class Between:
    """The two directories that the deployer shares with the server."""

    orders: Path
    results: Path


@dataclass(frozen=True, slots=True)
class Deployer:
    """What a pass is done with."""

    place: Place
    between: Between
    account: Account
    clock: Callable[[], datetime]
    say: Callable[[str], None]
    play: Play = play

    def pass_once(self) -> None:
        """Take up what is new, then carry on with everything that is under way.

        Raises Refused if another pass is going on.
        """
        with self.place.alone():
            for file in handed_over(self.between.orders):
                self._take_up(file)
            for run in sorted(one for one in self.place.runs.iterdir() if KEY.fullmatch(one.name)):
                self._carry_on(run)

    def _journal(self, run: str) -> Journal:
        return Journal(self.place.runs / run / "journal.jsonl", self.between.results / f"{run}.jsonl")

    def _take_up(self, file: Path) -> None:
        run = file.name.removesuffix(BUNDLE)
        now = self.clock()
        try:
            data = read_regular(file, MOST)
        except BadInput as error:
            data = f"{file.name}: {error.what}".encode()
            if not self._is_new(data):
                return
            self._refuse(run, str(error), data, now)
            return
        if not self._is_new(data):
            return
        try:
            signed = self._kept(run, data) or check(data, run, self.place, now)
            self._keep(run, data)
        except DuecareError as error:
            self._refuse(run, str(error), data, now)
            return
        told = {"asked_by": signed.asked_by, "approved_by": signed.approved_by}
        self._journal(run).write(journal.ACCEPTED, run, now, **told)
        self._mark(data)
        self.say(f"{run}: taken up; asked for by {signed.asked_by}, approved by {signed.approved_by}")

    def _kept(self, run: str, data: bytes) -> Signed | None:
        """The order, if a pass that was cut short kept these very bytes and came no further."""
        kept = self.place.runs / run / "bundle.json"
        if not kept.exists() or kept.read_bytes() != data or self._journal(run).lines():
            return None
        return verify_bundle(data, read_people(self.place))

    def _keep(self, run: str, data: bytes) -> None:
        """Make the order's directory, whole or not at all. Raises Refused if it was taken up before."""
        if self._kept(run, data) is not None:
            return
        new = self.place.runs / f".{run}.{secrets.token_hex(6)}"
        new.mkdir(mode=0o700)
        write_private(new / "bundle.json", data)
        try:
            new.rename(self.place.runs / run)
        except OSError:
            (new / "bundle.json").unlink()
            new.rmdir()
            raise Refused("This order was taken up before.", "Each is carried out once.") from None

    def _refuse(self, run: str, why: str, data: bytes, now: datetime) -> None:
        name = f"refused-{hashlib.sha256(data).hexdigest()[:16]}"
        own = self.place.seen / f"{name}.jsonl"
        Journal(own, self.between.results / f"{name}.jsonl").write(
            journal.REFUSED, run, now, words=plain(why)
        )
        self._mark(data)
        self.say(f"{run}: refused: {why}")

    def _is_new(self, data: bytes) -> bool:
        return not (self.place.seen / hashlib.sha256(data).hexdigest()).exists()

    def _mark(self, data: bytes) -> None:
        (self.place.seen / hashlib.sha256(data).hexdigest()).touch(mode=0o600)

    def _carry_on(self, directory: Path) -> None:
        run, lines = directory.name, self._journal(directory.name)
        if lines.over:
            return
        try:
            people = read_people(self.place)
            order = verify_bundle(read_regular(directory / "bundle.json", MOST), people).order
        except DuecareError as error:
            lines.write(journal.OVER, run, self.clock(), words=plain(f"stopped: {error}"))
            self.say(f"{run}: stopped: {error}")
            return
        while not lines.over:
            step: Next | Wait | Over
            if os.path.lexists(self.between.orders / f"{run}{STOP}"):
                step = Over("stopped: it was withdrawn")
            else:
                step = decide(order, lines.came(), self.clock())
            if isinstance(step, Wait):
                lines.publish()
                return
            if isinstance(step, Over):
                lines.write(journal.OVER, run, self.clock(), words=step.why)
                self.say(f"{run}: {step.why or 'every host had its turn'}")
                return
            self._play(order, step, lines)

    def _play(self, order: Order, step: Next, lines: Journal) -> None:
        lines.write(journal.BEGUN, order.run, self.clock(), ring=step.ring, hosts=list(step.hosts))
        work = self.place.runs / order.run / f"batch-{len(lines.lines()):06}"
        told = self.play(order, step.hosts, self.place, work, self.account)
        for key in step.hosts:
            one = told[key]
            line = journal.line_of_host(one.outcome, one.words, one.versions, restart=one.restart)
            lines.write(journal.HOST, order.run, self.clock(), ring=step.ring, host=key, **line)
            self.say(f"{order.run}: {order.host(key).name}: {one.outcome} {one.words}".rstrip())


def handed_over(orders: Path) -> Iterator[Path]:
    """The bundles that wait, by name. Raises BadInput if the directory cannot be read."""
    try:
        found = sorted(one for one in orders.iterdir() if one.name.endswith(BUNDLE))
    except OSError as error:
        raise BadInput(
            f"{orders} cannot be read: {error.strerror}.", "Give the directory of orders."
        ) from error
    for file in found[:MOST_BUNDLES]:
        if KEY.fullmatch(file.name.removesuffix(BUNDLE)):
            yield file


def check(data: bytes, run: str, place: Place, now: datetime) -> Signed:
    """The order in a bundle that was handed over under this key, if it may be taken up now.

    Raises BadInput for what cannot be read, Refused saying what does not hold.
    """
    signed = verify_bundle(data, read_people(place))
    if signed.order.run != run:
        raise Refused("The order is of another run than its file's name says.", "Nothing of it is done.")
    if (place.runs / run).exists():
        raise Refused("This order was taken up before.", "Each is carried out once.")
    if signed.order.window.opens(now) is None:
        raise Refused("Its time is over.", "Ask for it anew.")
    return signed
