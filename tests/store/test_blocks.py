"""A block decodes to the samples it was made of, and refuses bytes that are no block."""

import random

import pytest

from monitoring.histogram import Histogram
from monitoring.store.blocks import CorruptBlockError, decode, encode
from monitoring.store.samples import Samples

TIMES = [1000, 2000, 3500]
HISTOGRAMS = [Histogram.of([1.0, 20.0]), Histogram.of([0.0]), Histogram.of([5.5] * 9)]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"no zstd frame at all", id="not zstd"),
        pytest.param(encode(Samples.of_values(TIMES, [1.0, 2.0, 3.0]), raw=True)[:-6], id="cut"),
    ],
)
def test_bytes_that_are_no_block_are_refused(data: bytes) -> None:
    with pytest.raises(CorruptBlockError):
        decode(data)


def test_a_flipped_bit_is_found() -> None:
    generator = random.Random(2)  # noqa: S311
    values = [generator.gauss(50, 10) for _ in range(500)]
    data = bytearray(encode(Samples.of_values(list(range(500)), values), raw=True))
    data[len(data) // 2] ^= 1
    with pytest.raises(CorruptBlockError):
        decode(bytes(data))


def test_raw_values_come_back() -> None:
    samples = Samples.of_values(TIMES, [1.5, 0.1 + 0.2, -3e99])
    assert decode(encode(samples, raw=True)) == samples


def test_histograms_come_back() -> None:
    samples = Samples.of_histograms(TIMES, HISTOGRAMS)
    assert decode(encode(samples, raw=True)) == samples


def test_rollups_come_back() -> None:
    samples = Samples(TIMES, [1, 2, 3], [1.5, 2.5, 9.0], [1.5, 1.0, 2.0], [1.5, 1.5, 4.0])
    assert decode(encode(samples, raw=False)) == samples


@pytest.mark.parametrize("from_ms", [0, 1000, 1001, 2000, 3000, 3500, 3501])
def test_of_a_block_only_the_later_rows_are_decoded(from_ms: int) -> None:
    values = Samples.of_values(TIMES, [1.5, 0.1 + 0.2, -3e99])
    histograms = Samples.of_histograms(TIMES, HISTOGRAMS)
    rollups = Samples(TIMES, [1, 2, 3], [1.5, 2.5, 9.0], [1.5, 1.0, 2.0], [1.5, 1.5, 4.0])
    for samples, raw in ((values, True), (histograms, True), (histograms, False), (rollups, False)):
        later = samples.between(from_ms, 10_000)
        assert decode(encode(samples, raw=raw), from_ms) == later


def test_a_noisy_day_takes_6_6_bytes_a_point() -> None:
    generator = random.Random(3)  # noqa: S311
    times = list(range(0, 86_400_000, 10_000))
    samples = Samples.of_values(times, [generator.gauss(50, 10) for _ in times])
    assert len(encode(samples, raw=True)) < 6.6 * len(times)


def test_a_constant_day_takes_next_to_nothing() -> None:
    times = list(range(0, 86_400_000, 10_000))
    assert len(encode(Samples.of_values(times, [12.5] * len(times)), raw=True)) < 150
