"""The repository of the configuration, where it was asked for."""

from opsportal.setup.step import Outcome, Report, SetupError


def keep_configuration() -> Report:
    # Brings serializers along, which a start without it need not load.
    from opsportal.configuration import repository

    try:
        made = repository.make()
    except repository.GitError as error:
        raise SetupError(f"The configuration cannot be kept in Git: {error}") from None
    where = f"configuration kept in {repository.directory()}"
    return Report(Outcome.DONE if made else Outcome.ALREADY, where)
