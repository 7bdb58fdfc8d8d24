"""The facts of the sources: where they answer, how often they may be asked, what a visitor should know."""

from dataclasses import dataclass

from model.gather.net.rate_limit import Queue
from model.settings import hosting


@dataclass(frozen=True)
class Service:
    """A source's facts."""

    name: str  # In settings and addresses
    title: str
    note: str  # A sentence for the page
    url: str  # Empty where whoever hosts Areole says it
    least_interval_s: float
    page_size: int
    most_pages: int  # In one search: a source of which little is usable is not read to its end.
    when_refused: str = "Try again later, or choose another source."

    @property
    def address(self) -> str:
        """Where it answers now."""
        server = hosting().test_server
        return f"{server}/{self.name}" if server else self.url or hosting().bing_url

    @property
    def queue(self) -> Queue:
        """The turns of all who ask it."""
        return QUEUES[self.name]


SERVICES = {
    service.name: service
    for service in (
        Service(
            "inaturalist",
            "iNaturalist",
            "Plants, animals and fungi by name, each identified by several people. Separate several names by commas.",
            "https://api.inaturalist.org/v1",
            least_interval_s=1.0,  # "Please keep to 60 requests per minute or lower" (its API reference)
            page_size=60,  # It allows 200, but an observation has up to 50 kB and cannot be asked for less.
            most_pages=8,  # For each name
        ),
        Service(
            "openverse",
            "Openverse",
            "Openly licensed photos from Flickr, museums and others. Nobody has checked what they show.",
            "https://api.openverse.org/v1/images/",
            least_interval_s=3.0,  # 20 a minute and 200 a day without a key (WordPress/openverse issue 5613)
            page_size=20,  # More is refused without a key.
            most_pages=12,  # So deep it goes.
        ),
        Service(
            "commons",
            "Wikimedia Commons",
            "Photos of Wikipedia and its sisters, found by what people wrote about them.",
            "https://commons.wikimedia.org/w/api.php",
            least_interval_s=0.5,  # One at a time matters more (API:Etiquette).
            page_size=50,
            most_pages=8,
            when_refused="It turns away those who do not say who they are: whoever hosts this server should set AREOLE_CONTACT.",
        ),
        Service(
            "bing",
            "Bing",
            "A web search with a filter for reuse. Nobody vouches for a licence: look at the page of a photo before you share it.",
            "",
            least_interval_s=0.34,  # Three a second, what the smallest of its plans allowed
            page_size=50,  # It allows 150.
            most_pages=8,
            when_refused="Whoever hosts this server should look at AREOLE_BING_URL and AREOLE_BING_KEY.",
        ),
    )
}

# One for each in this process, whoever asks.
QUEUES = {
    service.name: Queue(service.title, service.least_interval_s) for service in SERVICES.values()
}
