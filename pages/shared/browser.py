"""The key by which the server knows a browser again; light, for the server's middleware too."""

import re
import secrets

import streamlit as st

COOKIE = "areole_browser"  # Never one of Streamlit's names
_KEY = re.compile(r"[A-Za-z0-9_-]{22}")


def new_browser_key() -> str:
    """Draw 128 random bits."""
    return secrets.token_urlsafe(16)


def is_browser_key(text: str) -> bool:
    """True for text that could be one of our keys."""
    return _KEY.fullmatch(text) is not None


def browser_key() -> str | None:
    """Give the key of the browser that looks at this page; None where cookies do not come through.

    A proxy may strip cookies that it does not know.
    """
    key: object = st.context.cookies.get(COOKIE)
    return key if isinstance(key, str) and is_browser_key(key) else None  # AppTest has a mock.
