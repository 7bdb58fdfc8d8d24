"""How asking the network goes wrong, before somebody knows for whom: the message is the end of a sentence."""

from model.errors import AreoleError


class FetchFailed(AreoleError):
    """What was asked for did not come, and will not by asking again: "it is text/html, not a photo"."""


class PassingFailure(FetchFailed):
    """It did not come this time: "the server answered 502"."""


class Unreachable(PassingFailure):
    """There was no connection, or it broke."""
