"""How long each resolution is kept, what of it is still there, and deleting what is not."""

from monitoring.models import Block, Retention, Series
from monitoring.store.resolutions import ALL, DAY_MS, Resolution, floor_to

KeepDays = dict[int, int]
"""Days by resolution_ms."""


def keep_days() -> KeepDays:
    """What the admin says; the defaults for resolutions of which it says nothing."""
    defaults = {resolution.ms: resolution.default_keep_days for resolution in ALL}
    return defaults | dict(Retention.objects.values_list("resolution_ms", "keep_days"))


def oldest_kept_ms(resolution: Resolution, keep: KeepDays, now_ms: int) -> int:
    """The time from which on points of the resolution are promised."""
    return now_ms - keep[resolution.ms] * DAY_MS


def oldest_block_ms(resolution: Resolution, keep: KeepDays, now_ms: int) -> int:
    """The start of the oldest block that stays: blocks go whole, when their last point may go."""
    return floor_to(oldest_kept_ms(resolution, keep, now_ms), resolution.period_ms)


def choose_resolution(start_ms: int, step_ms: int, keep: KeepDays, now_ms: int) -> Resolution:
    """The coarsest that fills steps of `step_ms` and reaches back to `start_ms`.

    Where none does both, reaching back comes first: a longer past in fewer points.
    """
    retained = [each for each in ALL if oldest_block_ms(each, keep, now_ms) <= start_ms]
    filling = [each for each in retained if step_ms % each.ms == 0]
    if filling:
        return filling[-1]
    return retained[0] if retained else max(ALL, key=lambda each: keep[each.ms])


def delete_expired(keep: KeepDays, now_ms: int) -> int:
    """Deletes blocks past their retention, and series of which nothing is left; counts blocks."""
    deleted = 0
    for resolution in ALL:
        oldest = oldest_block_ms(resolution, keep, now_ms)
        expired = Block.objects.filter(resolution_ms=resolution.ms, start_ms__lt=oldest)
        deleted += expired.delete()[0]
    forgotten = min(oldest_block_ms(each, keep, now_ms) for each in ALL)
    Series.objects.filter(last_time_ms__lt=forgotten).delete()
    return deleted
