"""Where browsers find photos, and whether they reach them there; light, for the routes too."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

TRIAL_S, AGAIN_S = 10, 3600


def root_of(url: str | None, page: str) -> str | None:
    """Find the app's own address from that of its page; None where no browser tells it."""
    if url is None or not url.startswith(("http://", "https://")):
        return None
    return url.removesuffix(f"/{page}")


@dataclass
class Reach:
    """Whether browsers reach the photos' addresses: a proxy may let only Streamlit's own through.

    A server gives addresses until some seconds have passed in which none was asked for; then pages
    send the bytes, as Streamlit does, and an hour later addresses are tried again. Until the first
    is asked for, they have a mark of this server, so that no browser has kept them already.
    """

    clock: Callable[[], float] = monotonic
    mark: str = field(default_factory=lambda: f"?{secrets.token_hex(4)}")
    _tried_at: float | None = None

    def note(self) -> None:
        """Record that an address was asked for."""
        self.mark = ""

    def is_likely(self) -> bool:
        """Return True where browsers reach addresses, or where that is being tried."""
        if not self.mark:
            return True
        now = self.clock()
        if self._tried_at is None or now - self._tried_at > AGAIN_S:
            self._tried_at = now
        return now - self._tried_at < TRIAL_S


reach = Reach()
