"""The one tree of errors: every error says what happened, where, and what to do next."""


class DuecareError(Exception):
    """Something a person can act on.

    `what` names the thing and the place; `next_step` is a sentence in the imperative. `place` names the field
    or parameter for programs that send one, as they write it.
    """

    exit_code = 2

    def __init__(self, what: str, next_step: str = "", place: str = "") -> None:
        super().__init__(f"{what} {next_step}".strip())
        self.what = what
        self.next_step = next_step
        self.place = place


class BadInput(DuecareError):
    """What was handed in cannot be used; the message names the place in it. Nothing was changed."""


class NotFound(DuecareError):
    """No such thing, or not one that this person may see: the two are not told apart."""


class Refused(DuecareError):
    """The rules do not allow it."""


class Tampered(DuecareError):
    """The record is not what it was."""

    exit_code = 1
