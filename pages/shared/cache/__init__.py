"""All that is cached. Keys are small and true: a photo's hash, a run's id, a workspace's last edit.

Cached values are shared by all visitors and never changed. torch is imported inside the functions
that need it: that takes two seconds, and the first paint must not wait for it.
"""
