"""Requests to strangers: public addresses only, limited in size and time, at a polite rate.

Begin with `fetch.py`.
"""
