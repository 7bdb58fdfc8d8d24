"""A browser's tab without a browser, by Streamlit's own protocol.

It opens pages, presses buttons, uploads photos, reruns fragments as often as the server asks for
(`run_every`), and fetches each picture once. It draws nothing.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from random import random
from time import sleep
from urllib.parse import urljoin

import requests
import websockets
from streamlit.components.v2.bidi_component.main import _make_trigger_id
from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Button_pb2 import Button
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin, Subprotocol

from tests.benchmarks.load.picture_cache import PictureCache

TIMEOUT_S = 120
PICKER = "photo_picker"
BUSY = (429, 503)


@asynccontextmanager
async def open_tab(address: str) -> AsyncIterator["Tab"]:
    """Open a tab as a browser does: the page and its cookies first, then the socket."""
    http = requests.Session()
    http.trust_env = False  # No proxy stands before this machine's own server.
    for path in ("/", "/_stcore/health", "/_stcore/host-config"):
        answer = await asyncio.to_thread(http.get, address + path, timeout=TIMEOUT_S)
        answer.raise_for_status()
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in http.cookies)
    async with websockets.connect(
        f"ws{address.removeprefix('http')}/_stcore/stream",
        subprotocols=[Subprotocol("streamlit")],
        additional_headers={"Cookie": cookies},
        origin=Origin(origin_of(address)),
        open_timeout=TIMEOUT_S,
        max_size=None,
        proxy=None,
    ) as socket:
        tab = Tab(socket, http, address)
        try:
            yield tab
        finally:
            tab.close()


def origin_of(address: str) -> str:
    """Give an address without its path."""
    return "/".join(address.split("/")[:3])


class Tab:
    """What a page shows at the moment, and what a visitor can do with it."""

    def __init__(
        self, socket: websockets.ClientConnection, http: requests.Session, address: str
    ) -> None:
        self.query = ""  # Of the address bar.
        self.errors: list[str] = []  # Exceptions and st.error, of all pages so far.
        self.warnings: list[str] = []
        self.waits = 0  # Of photos, because the server was busy.
        self.reruns = 0  # Those of fragments included.
        self._whole_reruns = 0
        self._page = self._page_hash = ""  # The server gives the second when it draws the first.
        self._elements: dict[tuple[int, ...], Element] = {}
        self._timers: dict[str, asyncio.Task[None]] = {}
        self._socket, self._http, self._address = socket, http, address
        self._pictures = PictureCache(http, address, self.errors)
        self._news = asyncio.Event()
        self._reader = asyncio.create_task(self._read())

    def close(self) -> None:
        """Stop listening and watching."""
        self._reader.cancel()
        self._stop_timers(*self._timers)
        self._http.close()

    async def open(self, page: str) -> None:
        """Open a page by the sidebar; returns when it is drawn."""
        self._page, self._page_hash, self.query = page, "", ""
        await self.rerun()

    async def rerun(self, *states: WidgetState) -> None:
        """Run the page with new states of widgets; returns when it is drawn."""
        before = self._whole_reruns
        await self._ask_for_rerun(*states)
        await self.until(lambda: self._whole_reruns > before)

    async def press(self, label: str) -> None:
        """Press the button of this label; returns when the page is drawn."""
        button = next(iter(self.buttons(label)), None)
        if button is None or button.disabled:
            raise LookupError(f"no button {label!r} to press")
        await self.rerun(WidgetState(id=button.id, trigger_value=True))

    def buttons(self, label: str) -> Iterator[Button]:
        """Find the buttons of this label that the page shows."""
        buttons = (element.button for element in self._elements.values())
        return (button for button in buttons if button.label == label)

    async def upload(self, photos: list[Path]) -> None:
        """Send photos one after the other, as they are, by the page's picker, until it is drawn."""
        components = (element.bidi_component for element in self._elements.values())
        picker = next((one for one in components if one.component_name == PICKER), None)
        if picker is None:
            raise LookupError("no picker")
        path = json.loads(picker.json)["address"]
        sent = [
            {"name": photo.name, "token": await asyncio.to_thread(self._send, photo, path)}
            for photo in photos
        ]
        said = {"photos": sent, "refused": [], "unreachable": False}
        events = json.dumps([{"event": "delivered", "value": said}])
        trigger = _make_trigger_id(picker.id, "events")
        await self.rerun(WidgetState(id=trigger, json_trigger_value=events))

    async def until(self, reached: Callable[[], bool], timeout_s: float = TIMEOUT_S) -> None:
        """Wait for what the server's messages bring about."""
        async with asyncio.timeout(timeout_s):
            while not reached():
                if self._reader.done():
                    raise ConnectionError("the server closed the connection")
                self._news.clear()
                await self._news.wait()

    def _send(self, photo: Path, path: str) -> str:
        """Send a photo, again where the server is busy; returns its token."""
        url, headers = urljoin(f"{self._address}/", path), {"Origin": origin_of(self._address)}
        while True:
            data = photo.read_bytes()
            answer = self._http.post(url, data=data, headers=headers, timeout=TIMEOUT_S)
            if answer.status_code not in BUSY:
                answer.raise_for_status()
                return str(answer.json()["token"])
            self.waits += 1
            sleep(float(answer.headers.get("Retry-After", 2)) + random())

    async def _ask_for_rerun(self, *states: WidgetState, fragment: str = "") -> None:
        message = BackMsg()
        asked = message.rerun_script
        asked.page_name, asked.page_script_hash = self._page, self._page_hash
        asked.query_string, asked.fragment_id = self.query, fragment
        asked.is_auto_rerun = bool(fragment)
        asked.context_info.url = f"{self._address}/{self._page}"
        asked.widget_states.widgets.extend(states)
        await self._socket.send(message.SerializeToString())

    async def _watch(self, fragment: str, interval_s: float) -> None:
        """Rerun a fragment again and again, whether or not the last rerun was answered."""
        while True:
            await asyncio.sleep(interval_s)
            await self._ask_for_rerun(fragment=fragment)

    def _stop_timers(self, *fragments: str) -> None:
        for fragment in fragments:
            if timer := self._timers.pop(fragment, None):
                timer.cancel()

    async def _read(self) -> None:
        try:
            with suppress(ConnectionClosed):  # `until` says so.
                async for data in self._socket:
                    self._take(ForwardMsg.FromString(data))
                    self._news.set()
        finally:
            self._news.set()

    def _take(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            self._take_element(tuple(message.metadata.delta_path), message.delta.new_element)
        elif kind == "script_finished":
            self.reruns += 1
            whole = ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_WITH_COMPILE_ERROR
            self._whole_reruns += message.script_finished in whole
        elif kind == "page_info_changed":
            self.query = message.page_info_changed.query_string
        elif kind == "navigation":
            self._page_hash = message.navigation.page_script_hash
        elif kind == "page_not_found":
            self.errors.append(f"no page {message.page_not_found.page_name!r}")
        else:
            self._set_timers(message)

    def _set_timers(self, message: ForwardMsg) -> None:
        """Start and stop what reruns fragments; a rerun of the whole page begins without any."""
        kind = message.WhichOneof("type")
        if kind == "new_session" and not message.metadata.run.fragment_ids:
            self._elements.clear()
            self._stop_timers(*self._timers)
        elif kind == "auto_rerun":
            fragment, interval_s = message.auto_rerun.fragment_id, message.auto_rerun.interval
            if fragment not in self._timers:
                self._timers[fragment] = asyncio.create_task(self._watch(fragment, interval_s))
        elif kind == "stop_auto_rerun":
            self._stop_timers(*message.stop_auto_rerun.fragment_ids)

    def _take_element(self, place: tuple[int, ...], element: Element) -> None:
        self._elements[place] = element
        if element.WhichOneof("type") == "exception":
            self.errors.append(element.exception.message)
        elif element.alert.format == Alert.ERROR:
            self.errors.append(element.alert.body)
        elif element.alert.format == Alert.WARNING:
            self.warnings.append(element.alert.body)
        self._pictures.fetch(picture.url for picture in element.imgs.imgs)
