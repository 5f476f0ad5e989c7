"""In a process of its own: `fill ROWS` and `look`, in this order, or one of them alone."""

from __future__ import annotations

import sys

import django


def main(words: list[str]) -> None:
    django.setup()
    from benchmarks.admin.filling import fill
    from benchmarks.admin.looking import looks

    if words[0] == "fill":
        fill(int(words[1]))
        words = words[2:]
    if words[:1] == ["look"]:
        for look in looks(words[1:]):
            print("\t".join(look), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
