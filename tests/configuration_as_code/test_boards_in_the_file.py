"""Boards can be written to a file and come back from it."""

from io import StringIO
from pathlib import Path

import pytest
import yaml
from django.core.management import CommandError, call_command

from opsportal.boards.models import Board

pytestmark = pytest.mark.django_db
SHOP = {
    "slug": "shop",
    "lines": [
        {"title": "CPU", "metric": "cpu_percent", "split_by": "host"},
        {"title": "CPU", "metric": "cpu_core_max_percent", "aggregation": "maximum"},
    ],
}


def apply(directory: Path, board: object) -> str:
    file = directory / "portal.yaml"
    file.write_text(yaml.safe_dump({"version": 1, "boards": {"Shop": board}}))
    out = StringIO()
    call_command("apply", str(file), stdout=out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ({"title": "CPU", "metric": "cpu_percent", "aggregation": "p95"}, "no histogram"),
        ({"title": "CPU", "metric": "no_such"}, "metric"),
        ({"title": "CPU", "metric": "cpu_percent", "colour": "red"}, "no such field"),
    ],
)
def test_a_line_that_cannot_be_drawn_is_refused(
    tmp_path: Path, line: dict[str, str], problem: str
) -> None:
    with pytest.raises(CommandError, match=problem):
        apply(tmp_path, {**SHOP, "lines": [line]})


def test_a_board_comes_back_as_it_was_written(tmp_path: Path) -> None:
    apply(tmp_path, SHOP)
    board = Board.objects.get(name="Shop")
    assert [line.metric for line in board.lines.all()] == ["cpu_percent", "cpu_core_max_percent"]
    assert apply(tmp_path, SHOP) == "Everything is as in the file already.\n"
    out = StringIO()
    call_command("export", stdout=out)
    assert yaml.safe_load(out.getvalue())["boards"] == {"Shop": SHOP}


def test_the_order_of_its_lines_is_the_files(tmp_path: Path) -> None:
    apply(tmp_path, SHOP)
    apply(tmp_path, {**SHOP, "lines": SHOP["lines"][::-1]})
    board = Board.objects.get(name="Shop")
    assert [line.metric for line in board.lines.all()] == ["cpu_core_max_percent", "cpu_percent"]
