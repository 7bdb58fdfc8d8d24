"""Requests to strangers: public addresses only, bounded, at a polite rate. See `fetch.py`."""
