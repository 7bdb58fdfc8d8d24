"""The server: what it answers besides pages, how it begins and how it ends."""

import gc
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from pkgutil import walk_packages
from threading import Thread
from time import monotonic

import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import Mount

from model.errors import AreoleError
from pages.routes.api import api_app
from pages.routes.cookie import BrowserCookie

LOG = logging.getLogger(__name__)
STOP_S = 3.0  # What background jobs get to end in


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Warm up beside the first answers; on a stop, end what runs and close what is open."""
    Thread(target=warm_up, daemon=True, name="warm-up").start()
    yield
    close()


def routes() -> list[Mount]:
    """Mount the API at the root, and under `server.baseUrlPath`, where there is one.

    Streamlit moves only its own. A proxy may strip the path or not.
    """
    api = api_app()
    return [Mount(path, api) for path in dict.fromkeys(("/api", f"{_base_path()}/api"))]


def middleware() -> list[Middleware]:
    """Give each browser its key."""
    return [Middleware(BrowserCookie, path=_base_path() or "/")]


def warm_up() -> None:
    """Load the shipped classifier and import what pages need; freeze it all.

    What is frozen is never looked through again for garbage, which takes 30 ms each time. A visitor
    who is faster waits for the same locks, and nothing is loaded twice.
    """
    try:
        _load_shipped()
    except AreoleError as error:  # The pages say it too.
        LOG.warning("Not warmed up: %s", error)
    _import_parts_of_pages()
    gc.collect()
    gc.freeze()


def close() -> None:
    """Stop the background jobs and close the data folder."""
    from pages.shared.cache.jobs import all_jobs
    from pages.shared.cache.store import get_store

    running, until = [job for jobs in all_jobs() for job in jobs.stop()], monotonic() + STOP_S
    for job in running:
        job.finished.wait(max(0.0, until - monotonic()))
    get_store.clear()


def _base_path() -> str:
    base = str(st.get_option("server.baseUrlPath")).strip("/")
    return f"/{base}" if base else ""


def _load_shipped() -> None:
    from model.catalogue.starter import import_starter
    from model.runs.run import SHIPPED
    from pages.shared.cache.photos import get_classifier
    from pages.shared.cache.store import get_store

    import_starter(get_store())
    get_classifier(SHIPPED)


def _import_parts_of_pages() -> None:
    for name in ("pages.shared", "pages.parts"):
        for module in walk_packages(import_module(name).__path__, f"{name}."):
            import_module(module.name)
