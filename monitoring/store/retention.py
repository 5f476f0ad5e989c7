"""How far each resolution reaches back, and deleting what is past its retention."""

from collections.abc import Callable
from functools import cache, partial

from monitoring.models import Block, Retention, Series
from monitoring.store.resolutions import ALL, DAY_MS, HOUR_MS, RAW, ROLLUPS, Resolution, floor_to

Reach = dict[int, int]
"""By resolution_ms: the time from which on its points are promised."""


def reach(now_ms: int) -> Reach:
    """What the admin says; the defaults for resolutions of which it says nothing.

    Raising the days does not bring back what was deleted before: without that limit, windows would
    be read where nothing is, and rollups recomputed from a day's late points alone.
    """
    rows = {row.resolution_ms: row for row in Retention.objects.all()}
    return {each.ms: _reach(each, rows.get(each.ms), now_ms) for each in ALL}


def _reach(resolution: Resolution, row: Retention | None, now_ms: int) -> int:
    if row is None:
        return now_ms - resolution.default_keep_days * DAY_MS
    return max(now_ms - row.keep_days * DAY_MS, row.deleted_until_ms)


def oldest_block_ms(resolution: Resolution, reached: Reach) -> int:
    """The start of the oldest block that stays: blocks go whole, when their last point may go."""
    return floor_to(reached[resolution.ms], resolution.period_ms)


def reach_once(now_ms: int) -> Callable[[], Reach]:
    """As `reach`, asked of the database when it is first needed, and then not again."""
    return cache(partial(reach, now_ms))


def resolution_for(
    start_ms: int, step_ms: int, now_ms: int, reached: Callable[[], Reach]
) -> Resolution:
    """As `choose_resolution`, without a query where only raw points fill the steps, of which a day
    is always kept; or where there is nothing else, because nothing so late is in a block."""
    is_raw = all(step_ms % each.ms for each in ROLLUPS)
    if start_ms >= now_ms - (DAY_MS if is_raw else HOUR_MS):
        return RAW
    return choose_resolution(start_ms, step_ms, reached())


def choose_resolution(start_ms: int, step_ms: int, reached: Reach) -> Resolution:
    """The coarsest that fills steps of `step_ms` and reaches back to `start_ms`.

    Where none does both, reaching back comes first: a longer past in fewer points.
    """
    retained = [each for each in ALL if oldest_block_ms(each, reached) <= start_ms]
    filling = [each for each in retained if step_ms % each.ms == 0]
    if filling:
        return filling[-1]
    return retained[0] if retained else min(ALL, key=lambda each: reached[each.ms])


def delete_expired(now_ms: int) -> int:
    """Deletes blocks past their retention, and series of which nothing is left; counts blocks."""
    deleted, reached = 0, reach(now_ms)
    for resolution in ALL:
        oldest = oldest_block_ms(resolution, reached)
        expired = Block.objects.filter(resolution_ms=resolution.ms, start_ms__lt=oldest)
        deleted += expired.delete()[0]
        Retention.objects.filter(resolution_ms=resolution.ms).update(deleted_until_ms=oldest)
    forgotten = min(oldest_block_ms(each, reached) for each in ALL)
    Series.objects.filter(last_time_ms__lt=forgotten).delete()
    return deleted
