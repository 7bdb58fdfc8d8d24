"""Errors that visitors may see. Each message states the fact and what to do, in words for a visitor."""


class AreoleError(Exception):
    """Base of everything the pages and the command line show as a sentence instead of a traceback."""


class PhotoRefused(AreoleError):
    """The bytes are no photo that Areole takes."""


class StoreUnavailable(AreoleError):
    """The data folder or the database cannot be read or written."""


class WeightsMissing(AreoleError):
    """A backbone's pretrained weights are neither installed nor downloadable."""


class CannotTrain(AreoleError):
    """The dataset does not allow a training: too few photos, one class, no validation split."""


class Cancelled(AreoleError):
    """The visitor cancelled the work."""


class NotFound(AreoleError):
    """A run, dataset, class or photo was named that does not exist."""


class InvalidRequest(AreoleError):
    """What was asked for cannot be done as it was asked: a name, a file, a class or a combination."""


class SourceFailed(AreoleError):
    """A source of photos is off, out of reach, busy, or answers nonsense."""


class ArchiveRefused(AreoleError):
    """A ZIP or folder that cannot be taken as a whole."""


class QuotaReached(AreoleError):
    """A workspace is full."""
