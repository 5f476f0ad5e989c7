import pytest

from opsportal.database import parse_database_url


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("mysql://u:secret@host/name", "only sqlite and postgresql"),
        ("sqlite://:memory:", "memory database"),
        ("postgresql://u:secret@host", "names no database"),
        ("nonsense", "not a database URL"),
        ("postgresql://u:secret@host:port/name", "not a database URL"),
    ],
)
def test_a_database_that_the_portal_cannot_use_is_refused(url: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason) as refused:
        parse_database_url(url)
    assert "secret" not in str(refused.value)


def test_sqlite_is_used_with_a_log_and_immediate_transactions() -> None:
    options = parse_database_url("sqlite:////srv/portal.sqlite3")["OPTIONS"]
    assert options["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in options["init_command"]


def test_postgresql_keeps_the_options_of_its_url_beside_the_bounded_pool() -> None:
    config = parse_database_url("postgresql://u:p@host:5433/name?sslmode=require")
    assert (config["HOST"], config["PORT"], config["NAME"]) == ("host", 5433, "name")
    assert config["OPTIONS"]["sslmode"] == "require"
    assert config["OPTIONS"]["pool"]["max_size"] <= 20
