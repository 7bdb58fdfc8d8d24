"""Which workspaces a browser has opened. It is known by a key that only it and its cookie hold."""

import hashlib
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select

from model.catalogue.schema import BrowserRow
from model.catalogue.store import Store

TO_THE_DAY = timedelta(days=1)  # Precision of the time when a browser last opened a workspace


def note_opened(store: Store, key: str, workspace: str) -> None:
    """Record that a browser has opened a workspace, once a day."""
    browser, now = _digest(key), datetime.now(UTC)
    fresh = select(BrowserRow.browser).where(
        BrowserRow.browser == browser,
        BrowserRow.workspace == workspace,
        BrowserRow.opened_at >= now - TO_THE_DAY,
    )
    with store.reading() as session:
        if session.scalars(fresh).one_or_none() is not None:
            return
    with store.writing() as session:
        session.merge(BrowserRow(browser=browser, workspace=workspace, opened_at=now))


def opened_workspaces(store: Store, key: str) -> list[str]:
    """List the workspaces that a browser has opened, the latest first."""
    own = select(BrowserRow.workspace).where(BrowserRow.browser == _digest(key))
    with store.reading() as session:
        return list(session.scalars(own.order_by(BrowserRow.opened_at.desc())))


def forget_openings(store: Store, days: float) -> None:
    """Forget what no browser has opened for so many days."""
    old = BrowserRow.opened_at < datetime.now(UTC) - timedelta(days=days)
    with store.writing() as session:
        session.execute(delete(BrowserRow).where(old))


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
