"""What the garbage collector of a web server looks through.

Everything that a process has loaded stays as long as it lives: half a million objects, which a full
collection goes through in the time of a whole page, and in the middle of one.
"""

from __future__ import annotations

import gc
from importlib import import_module

from django.conf import settings

# Without what was loaded a collection is cheap. Larger ones would let the cycles of some pages pile
# up in memory.
THRESHOLDS = (10_000, 10, 10)


def spare_what_is_loaded() -> None:
    """To be called when all is loaded that requests need."""
    # Else the first request would load the pages.
    import_module(settings.ROOT_URLCONF)
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
