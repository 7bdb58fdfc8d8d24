"""All sources of photos, a line each, and those that this server offers."""

from model.errors import InvalidRequest
from model.gather.sources import bing, commons, inaturalist, openverse
from model.gather.sources.api import PhotoSource
from model.settings import hosting

SOURCES = {
    source.name: source
    for source in (inaturalist.SOURCE, openverse.SOURCE, commons.SOURCE, bing.SOURCE)
}


def sources() -> dict[str, PhotoSource]:
    """List the sources on offer by name; none where gathering is switched off."""
    if not hosting().gather:
        return {}
    return {name: source for name, source in SOURCES.items() if source.is_available()}


def find_source(name: str) -> PhotoSource:
    """Find a source by its name. Raises InvalidRequest for one that is not on offer."""
    offered = sources()
    if name not in offered:
        names = ", ".join(offered) or "none, gathering is switched off"
        raise InvalidRequest(f"There is no source {name} here. There are: {names}.")
    return offered[name]
