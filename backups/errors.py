"""What may go wrong with a backup, in words for people."""


class BackupError(Exception):
    """Its text says what to do, without a secret in it."""


class SourceError(BackupError):
    """The dump or the restore failed; with the tool's own words."""


class DestinationError(BackupError):
    """Nothing has appeared there under its final name."""


class GoneError(DestinationError):
    """The place answers, and the artifact is not there."""


class ProofError(BackupError):
    """The artifact is not what was dumped."""


class WrongKeyError(BackupError):
    """Says nothing about the artifact: another key may open it."""


class NoPlaceError(BackupError):
    """Says nothing about the artifact: there was nowhere to restore it to."""


class CancelledError(BackupError):
    """Somebody has asked for it."""
