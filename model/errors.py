"""Errors that visitors may see. Each message states the fact, and what to do about it."""


class AreoleError(Exception):
    """Base of all errors that pages and commands show as a sentence instead of a traceback."""


class PhotoRefused(AreoleError):
    """Bytes that are no photo, or none that Areole takes."""


class StoreUnavailable(AreoleError):
    """The data folder or the database cannot be read or written."""


class InvalidSetting(AreoleError):
    """An environment variable of the server has a value that it cannot have."""


class WeightsMissing(AreoleError):
    """A backbone's pretrained weights are neither installed nor downloadable."""


class CannotTrain(AreoleError):
    """The dataset does not allow a training: too few photos, one class, no validation split."""


class Cancelled(AreoleError):
    """The visitor cancelled the work."""


class ServerStopped(Cancelled):
    """The server stops in the middle of the work."""


class NotFound(AreoleError):
    """A run, dataset, class or photo was named that does not exist."""


class NotAllowed(AreoleError):
    """A right that is missing, damaged or over."""


class InvalidRequest(AreoleError):
    """A request that cannot be done as it is: a bad name, file, class or combination."""


class SourceFailed(AreoleError):
    """A source of photos is off, out of reach, busy, or answers nonsense."""


class ArchiveRefused(AreoleError):
    """A ZIP or folder that cannot be taken as a whole."""


class QuotaReached(AreoleError):
    """A workspace is full."""
