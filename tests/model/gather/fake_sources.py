"""A server that answers as the sources of photos do, with photos made here.

Run `python -m tests.model.gather.fake_sources 8123`, and point Areole at it with
AREOLE_TEST_SERVER=http://127.0.0.1:8123. The shapes follow the documentation named at each
function. Words in a query change what happens: "nothing" finds nothing, "few" finds five, "torn"
makes every fourth photo a web page, "slow" takes a second for each photo, "busy" asks to come back
in two minutes, "broken" answers half a JSON.
"""

import json
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from threading import Lock
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

import numpy as np
from PIL import Image

MANY, FEW = 90, 5  # How much a source has
# Null: all rights reserved
INATURALIST_LICENCES = ("cc-by-nc", "cc-by", None, "cc0", "cc-by-nd", "cc-by-sa")
OPENVERSE_LICENCES = (
    ("by", "2.0"),
    ("by-sa", "4.0"),
    ("cc0", "1.0"),
    ("pdm", "1.0"),
    ("by-nc", "2.0"),
)
COMMONS_LICENCES = (
    ("CC BY-SA 4.0", "https://creativecommons.org/licenses/by-sa/4.0"),
    ("CC0", "http://creativecommons.org/publicdomain/zero/1.0/deed.en"),
    ("Public domain", None),
    ("GFDL", "http://www.gnu.org/copyleft/fdl.html"),
    ("CC BY 2.0", "https://creativecommons.org/licenses/by/2.0"),
)


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    path: str
    parameters: Mapping[str, str]
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Reply:
    """What to answer: anything JSON can say, or bytes as they are."""

    body: Any = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    def send(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer with it."""
        raw = isinstance(self.body, bytes)
        body = self.body if raw else json.dumps(self.body).encode()
        headers = {
            "Content-Type": "text/html" if raw else "application/json",
            "Content-Length": str(len(body)),
            **self.headers,
        }
        handler.send_response(self.status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)


# For all that does not fit a Reply: drips, floods, broken pipes
Act = Callable[[BaseHTTPRequestHandler], None]


class FakeSources(ThreadingHTTPServer):
    """All sources on one port.

    Replies in `script` for a path are sent first, one by one, then always that in `forever`.
    """

    daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.asked: list[Asked] = []
        self.script: dict[str, list[Reply | Act]] = {}
        self.forever: dict[str, Reply | Act] = {}
        self.names: dict[int, str] = {}  # Taxon id -> what was searched for
        self.now, self.most_at_once = 0, 0
        self._lock = Lock()

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def paths(self) -> list[str]:
        """What was asked for, in order."""
        return [asked.path for asked in self.asked]

    def answer(self, asked: Asked) -> Reply | Act:
        """What is scripted, or what the source would say."""
        with self._lock:
            self.asked.append(asked)
            if self.script.get(asked.path):
                return self.script[asked.path].pop(0)
            if asked.path in self.forever:
                return self.forever[asked.path]
        source, _, rest = asked.path.strip("/").partition("/")
        if source not in ROUTES:
            return Reply(b"Not found", 404)
        return ROUTES[source](self, rest, asked.parameters)

    def count(self, step: int) -> None:
        """Keep the most requests that were under way at once."""
        with self._lock:
            self.now += step
            self.most_at_once = max(self.most_at_once, self.now)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is part of the tests."""


class _Handler(BaseHTTPRequestHandler):
    server: FakeSources

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self.server.count(1)
        try:
            answer = self.server.answer(
                Asked(parts.path, dict(parse_qsl(parts.query)), dict(self.headers.items()))
            )
            if isinstance(answer, Reply):
                answer.send(self)
            else:
                answer(self)
        finally:
            self.server.count(-1)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def oddly(query: str) -> Reply | None:
    """What a source answers to a query that asks for trouble."""
    if "busy" in query:
        return Reply(b"Too many requests", 429, {"Retry-After": "120"})
    if "broken" in query:
        return Reply(b'{"results": [', headers={"Content-Type": "application/json"})
    return None


def amount(query: str) -> int:
    """How much there is of something."""
    return 0 if "nothing" in query else FEW if "few" in query else MANY


def numbers(query: str, first: int, count: int) -> range:
    """Which photos a page of results holds."""
    return range(min(first, amount(query)), min(first + count, amount(query)))


def link(server: FakeSources, source: str, query: str, number: int, size: str) -> str:
    """Where a photo of the fake lies."""
    return f"{server.address}/photos/{source}/{quote(query, safe='')}/{number}/{size}.jpg"


def inaturalist(server: FakeSources, rest: str, asked: Mapping[str, str]) -> Reply:
    """Answer as https://api.inaturalist.org/v1/docs/.

    Its source: inaturalist/iNaturalistAPI, lib/views/swagger_v1.yml.ejs.
    """
    if rest == "taxa":
        query = asked["q"]
        if odd := oddly(query):
            return odd
        number = int.from_bytes(sha256(query.encode()).digest()[:3])
        server.names[number] = query
        taxon = {
            "id": number,
            "name": query.title(),
            "rank": "family",
            "preferred_common_name": query,
        }
        found = [] if "nothing" in query else [taxon]
        return Reply({"total_results": len(found), "page": 1, "per_page": 10, "results": found})
    query = server.names.get(int(asked["taxon_id"]), "few")
    page, per_page = int(asked["page"]), int(asked["per_page"])
    found = [
        _observation(server, query, number)
        for number in numbers(query, (page - 1) * per_page, per_page)
    ]
    return Reply(
        {"total_results": amount(query), "page": page, "per_page": per_page, "results": found}
    )


def _observation(server: FakeSources, query: str, number: int) -> dict[str, Any]:
    """Make an observation whose second photo is the better licensed.

    The shape: pyinat/pyinaturalist, test/sample_data/get_observations_node_page1.json.
    """
    licences = (INATURALIST_LICENCES[number % len(INATURALIST_LICENCES)], "cc-by")
    photos = [
        {
            "id": number * 10 + which + 1,
            "license_code": licence,
            "attribution": "(c) Ana, some rights reserved",
            "url": link(server, "inaturalist", query, number * 2 + which, "square"),
            "original_dimensions": {"width": 2048, "height": 1536},
        }
        for which, licence in enumerate(licences)
    ]
    return {
        "id": 1000 + number,
        "quality_grade": "research",
        "license_code": "cc-by",
        "uri": f"https://www.inaturalist.org/observations/{1000 + number}",
        "taxon": {"id": 1, "name": query.title(), "rank": "family", "preferred_common_name": query},
        "user": {"id": 1, "login": f"ana{number}", "name": None},
        "photos": photos,
    }


def openverse(server: FakeSources, rest: str, asked: Mapping[str, str]) -> Reply:
    """Answer as https://api.openverse.org/v1/.

    Its source: WordPress/openverse, api/api/serializers/media_serializers.py.
    """
    query, page, page_size = asked["q"], int(asked["page"]), int(asked["page_size"])
    if odd := oddly(query):
        return odd
    if page_size > 20:
        return Reply({"detail": "page_size too large for anonymous requests"}, 401)
    wanted = asked["license"].split(",")
    all_found = [
        _openverse_result(server, query, number)
        for number in range(amount(query))
        if OPENVERSE_LICENCES[number % len(OPENVERSE_LICENCES)][0] in wanted
    ]
    pages = -(-len(all_found) // page_size)
    found = all_found[(page - 1) * page_size : page * page_size]
    answer = {
        "result_count": len(all_found),
        "page_count": pages,
        "page_size": page_size,
        "page": page,
        "results": found,
    }
    return Reply(
        answer,
        headers={
            "X-RateLimit-Available-anon_burst": "12",
            "X-RateLimit-Available-anon_sustained": "150",
        },
    )


def _openverse_result(server: FakeSources, query: str, number: int) -> dict[str, Any]:
    code, version = OPENVERSE_LICENCES[number % len(OPENVERSE_LICENCES)]
    return {
        "id": f"00000000-0000-0000-0000-{number:012d}",
        "title": f"{query} {number}",
        "foreign_landing_url": f"https://www.flickr.com/photos/ana/{number}",
        "url": link(server, "openverse", query, number, "b"),
        "thumbnail": link(server, "openverse", query, number, "thumb"),
        "creator": "Ana",
        "license": code,
        "license_version": version,
        "license_url": f"https://creativecommons.org/licenses/{code}/{version}/",
        "attribution": f"“{query} {number}” by Ana is licensed under CC {code.upper()} {version}.",
        "filetype": "jpg",
        "width": 480,
        "height": 360,
        "mature": False,
    }


def commons(server: FakeSources, rest: str, asked: Mapping[str, str]) -> Reply:
    """Answer as https://www.mediawiki.org/wiki/API:Imageinfo and Extension:CommonsMetadata.

    Pages are not in the order of rank, and values are HTML.
    """
    query = asked["gsrsearch"].removeprefix("filetype:bitmap ")
    if odd := oddly(query):
        return odd
    offset, limit = int(asked.get("gsroffset", 0)), int(asked["gsrlimit"])
    pages = [commons_page(server, query, number) for number in numbers(query, offset, limit)]
    answer: dict[str, Any] = {"batchcomplete": True}
    if pages:
        answer["query"] = {"pages": sorted(pages, key=lambda page: page["pageid"])}
    if offset + limit < amount(query):
        answer["continue"] = {"gsroffset": offset + limit, "continue": "gsroffset||"}
    return Reply(answer)


def commons_page(server: FakeSources, query: str, number: int) -> dict[str, Any]:
    name, url = COMMONS_LICENCES[number % len(COMMONS_LICENCES)]
    facts = {
        "LicenseShortName": {"value": name},
        "Artist": {"value": f'<a href="//commons.wikimedia.org">Ana &amp; {number}</a>'},
    }
    if url:
        facts["LicenseUrl"] = {"value": url}
    info = {
        "url": link(server, "commons", query, number, "original"),
        "descriptionurl": f"https://commons.wikimedia.org/wiki/File:{quote(query)}_{number}.jpg",
        "thumburl": link(server, "commons", query, number, "640px"),
        "thumbwidth": 640,
        "thumbheight": 480,
        "width": 4000,
        "height": 3000,
        "mime": "image/jpeg",
        "user": "Uploader",
        "extmetadata": facts,
    }
    return {
        "pageid": 5000 - number,
        "ns": 6,
        "title": f"File:{query} {number}.jpg",
        "index": number + 1,
        "imageinfo": [info],
    }


def bing(server: FakeSources, rest: str, asked: Mapping[str, str]) -> Reply:
    """https://learn.microsoft.com/en-us/bing/search-apis/bing-image-search/reference/response-objects."""
    query, offset, count = asked["q"], int(asked["offset"]), int(asked["count"])
    if odd := oddly(query):
        return odd
    value = [
        {
            "name": f"{query} {number}",
            "contentUrl": link(server, "bing", query, number, "full"),
            "thumbnailUrl": link(server, "bing", query, number, "thumb"),
            "hostPageUrl": f"https://garden.example/{number}",
            "width": 480,
            "height": 360,
        }
        for number in numbers(query, offset, count)
    ]
    answer = {
        "_type": "Images",
        "totalEstimatedMatches": amount(query),
        "nextOffset": offset + len(value),
        "value": value,
    }
    return Reply(answer)


def photos(server: FakeSources, rest: str, asked: Mapping[str, str]) -> Reply | Act:
    """A photo or its thumbnail."""
    source, query, number, size = map(unquote, rest.split("/"))
    if "slow" in query and size not in ("small.jpg", "thumb.jpg"):
        time.sleep(1)
    if "torn" in query and int(number) % 4 == 3:
        return Reply(b"<html>This photo has moved.</html>")
    width = 240 if size in ("small.jpg", "thumb.jpg") else 480
    return Reply(
        made_photo(f"{source} {query}", int(number), width), headers={"Content-Type": "image/jpeg"}
    )


ROUTES: Mapping[str, Callable[[FakeSources, str, Mapping[str, str]], Reply | Act]] = {
    "inaturalist": inaturalist,
    "openverse": openverse,
    "commons": commons,
    "bing": bing,
    "photos": photos,
}


@lru_cache(maxsize=1000)
def made_photo(query: str, number: int, width: int = 480) -> bytes:
    """Make a JPEG of waves and spots: colours by its query, details by its number."""
    words = query.split(" ", 1)[-1]  # The class is what was searched for, not where.
    looks = np.random.default_rng(list(sha256(words.casefold().encode()).digest()[:8]))
    low, high, spot = looks.integers(20, 235, (3, 3))
    angle, waves = looks.uniform(0, np.pi), looks.integers(3, 14)
    one = np.random.default_rng(list(sha256(f"{query} {number}".encode()).digest()[:8]))
    height = width * 3 // 4
    y, x = np.mgrid[0:height, 0:width] / width
    angle = angle + one.normal(0, 0.15)
    phase = (x * np.cos(angle) + y * np.sin(angle)) * 2 * np.pi * waves * one.uniform(
        0.8, 1.25
    ) + one.uniform(0, 6)
    pixels = low + (high - low) * (np.sin(phase)[..., None] + 1) / 2  # (H, W, 3)
    for centre_x, centre_y, radius in one.uniform((0.1, 0.1, 0.03), (0.9, 0.65, 0.12), (5, 3)):
        pixels[(x - centre_x) ** 2 + (y - centre_y) ** 2 < radius**2] = spot
    pixels = pixels * one.uniform(0.75, 1.15) + one.normal(0, 6, pixels.shape)
    buffer = BytesIO()
    Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(buffer, "JPEG", quality=85)
    return buffer.getvalue()


if __name__ == "__main__":
    FakeSources(int(sys.argv[1]) if len(sys.argv) > 1 else 8123).serve_forever()
