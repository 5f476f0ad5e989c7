"""What may go wrong with a deployment, in words for people."""


class DeploymentError(Exception):
    """Its text says what to do."""


class RolledBackError(DeploymentError):
    """It failed, and what it had changed is as it was."""
