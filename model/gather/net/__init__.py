"""Requests to strangers: only to public addresses, within limits of size and time, at a polite rate.

Begin with `fetch.py`.
"""
