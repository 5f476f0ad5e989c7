"""A session of boto3 that keeps of Amazon's description of its services what S3 needs: it comes
with the addresses of 400 others, and with a manual. That is 9 MB less."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import boto3.session
import botocore.session
from botocore.loaders import JSONFileLoader
from storages.backends.s3 import S3Storage

# Itself, and those that credentials come from.
SERVICES = {"s3", "sts", "portal.sso", "oidc", "signin"}


def session_of(storage: S3Storage) -> boto3.session.Session:
    """With the credentials that django-storages has found."""
    core = botocore.session.get_session()
    core.get_component("data_loader").file_loader = OfS3()
    if storage.session_profile:
        return boto3.session.Session(botocore_session=core, profile_name=storage.session_profile)
    return boto3.session.Session(
        botocore_session=core,
        aws_access_key_id=storage.access_key,
        aws_secret_access_key=storage.secret_key,
        aws_session_token=storage.security_token,
    )


class OfS3(JSONFileLoader):
    def load_file(self, file_path: str) -> Any:
        found = super().load_file(file_path)
        if found and Path(file_path).name == "endpoints":
            for partition in found["partitions"]:
                there = partition["services"]
                partition["services"] = {name: there[name] for name in SERVICES & set(there)}
        _without_manual(found)
        return found


def _without_manual(found: Any) -> None:
    """The key itself is asked for."""
    if isinstance(found, dict):
        if isinstance(found.get("documentation"), str):
            found["documentation"] = ""
        for each in found.values():
            _without_manual(each)
    elif isinstance(found, list):
        for each in found:
            _without_manual(each)
