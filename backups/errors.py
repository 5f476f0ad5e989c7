"""What may go wrong with a backup, in words for people."""


class BackupError(Exception):
    """Its text says what to do, without a secret in it."""


class SourceError(BackupError):
    """The dump or the restore failed; with the tool's own words."""


class DestinationError(BackupError):
    """Nothing has appeared there under its final name."""


class ProofError(BackupError):
    """The artifact is not what was dumped."""


class CancelledError(BackupError):
    """Somebody has asked for it."""
