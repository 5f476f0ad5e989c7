"""Compressed, encrypted, digested, and back."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess

import pyrage
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyrage import x25519

from backups.errors import DestinationError, ProofError, SourceError, WrongKeyError
from backups.stages import compress, encrypt
from backups.stages.digest import Checked, Digest

IDENTITY = x25519.Identity.generate()
DATA = (b"some words again and again, " * 20_000) + os.urandom(300_000)


class Kept:
    def __init__(self) -> None:
        self.data = b""

    def write(self, data: bytes, /) -> None:
        self.data += data


class Broken:
    def __init__(self, error: Exception) -> None:
        self.error = error

    def read(self, size: int = -1, /) -> bytes:
        raise self.error

    def write(self, data: bytes, /) -> None:
        raise self.error


def made(data: bytes, level: int = 1, threads: int = 0) -> tuple[bytes, str]:
    kept = Kept()
    digest = Digest(kept)
    stream = compress.forward(io.BytesIO(data), compress.Compression(level, threads))
    encrypt.forward(stream, digest, [IDENTITY.to_public()])
    return kept.data, digest.hexdigest()


def opened(artifact: bytes, sha256: str, size: int, identity: x25519.Identity = IDENTITY) -> bytes:
    checked = Checked(io.BytesIO(artifact), sha256, size)
    with encrypt.inverse(checked, [identity]) as compressed:
        stream, found = compress.Inverse(compressed), b""
        while data := stream.read(70_000):
            found += data
    return found


ARTIFACT, SHA256 = made(DATA)


def test_another_key_does_not_open_it() -> None:
    with pytest.raises(WrongKeyError, match="does not open it"):
        opened(ARTIFACT, SHA256, len(ARTIFACT), x25519.Identity.generate())


@pytest.mark.parametrize("percent", range(0, 100, 5))
def test_one_flipped_bit_anywhere_is_found(percent: int) -> None:
    place = len(ARTIFACT) * percent // 100
    damaged = bytearray(ARTIFACT)
    damaged[place] ^= 1 << place % 8
    with pytest.raises(ProofError):
        opened(bytes(damaged), SHA256, len(ARTIFACT))


@pytest.mark.parametrize("length", [0, 10, 200, 65_536, 150_000, -1])
def test_a_truncated_artifact_is_found(length: int) -> None:
    with pytest.raises(ProofError):
        opened(ARTIFACT[:length], SHA256, len(ARTIFACT))


def test_something_behind_the_artifact_is_found() -> None:
    with pytest.raises(ProofError):
        opened(ARTIFACT + b"more", SHA256, len(ARTIFACT))


@pytest.mark.parametrize("error", [SourceError("the tool's words"), ValueError("a bug")])
def test_what_the_source_raises_comes_through(error: Exception) -> None:
    with pytest.raises(type(error), match=str(error)):
        encrypt.forward(Broken(error), Kept(), [IDENTITY.to_public()])


def test_what_the_destination_raises_comes_through() -> None:
    error = DestinationError("full")
    with pytest.raises(DestinationError, match="full"):
        encrypt.forward(io.BytesIO(DATA), Broken(error), [IDENTITY.to_public()])


def test_a_reader_that_leaves_early_leaves_no_thread_behind() -> None:
    with encrypt.inverse(io.BytesIO(ARTIFACT), [IDENTITY]) as stream:
        assert stream.read(10)


def test_the_standard_tools_read_it() -> None:
    compressed = pyrage.decrypt(ARTIFACT, [IDENTITY])
    done = subprocess.run(["zstd", "-d", "-c"], input=compressed, capture_output=True, check=True)
    assert done.stdout == DATA


def test_the_digest_is_that_of_the_artifact() -> None:
    assert hashlib.sha256(ARTIFACT).hexdigest() == SHA256


@given(st.binary(max_size=300_000), st.sampled_from([1, 3, 19]), st.sampled_from([0, 2]))
def test_what_went_in_comes_out(data: bytes, level: int, threads: int) -> None:
    artifact, sha256 = made(data, level, threads)
    assert opened(artifact, sha256, len(artifact)) == data
