"""Network errors. Messages are the ends of sentences; callers add the subject."""

from model.errors import AreoleError


class FetchFailed(AreoleError):
    """Nothing usable came, and asking again will not help: "it is text/html, not a photo"."""


class PassingFailure(FetchFailed):
    """Nothing came this time: "the server answered 502"."""


class Unreachable(PassingFailure):
    """There was no connection, or it broke."""
