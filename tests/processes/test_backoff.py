from opsportal.supervisor.backoff import delay_seconds, failures_in_a_row


def test_the_first_death_is_followed_by_a_start_at_once() -> None:
    assert delay_seconds(failures_in_a_row(0, lived_seconds=0.1)) == 0


def test_the_wait_grows_to_thirty_seconds_and_no_further() -> None:
    assert [delay_seconds(failures) for failures in range(1, 9)] == [0, 1, 2, 4, 8, 16, 30, 30]


def test_a_thousand_failures_do_not_overflow() -> None:
    assert delay_seconds(1000) == 30


def test_a_minute_of_health_starts_afresh() -> None:
    assert failures_in_a_row(7, lived_seconds=59.9) == 8
    assert failures_in_a_row(7, lived_seconds=60) == 1
