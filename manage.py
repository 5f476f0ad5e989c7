#!/usr/bin/env python3
"""Django's command line for the portal."""

import os
import sys
from pathlib import Path

from opsportal.handing_over import hand_over


def main() -> None:
    hand_over(Path(__file__).resolve().parent)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opsportal.settings")
    from django.core.management import execute_from_command_line

    # "rotate-keys" is how people write a name of several words, rotate_keys how Python does.
    name = [each.replace("-", "_") for each in sys.argv[1:2] if not each.startswith("-")]
    execute_from_command_line([*sys.argv[:1], *(name or sys.argv[1:2]), *sys.argv[2:]])


if __name__ == "__main__":
    main()
