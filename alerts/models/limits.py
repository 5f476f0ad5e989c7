"""What names and lengths of time may be."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, RegexValidator

# Names become labels and lines of matchers, which have neither of them.
ONE_LINE = RegexValidator(
    r"\A[^\x00-\x1f\x7f-\x9f\u2028\u2029]*\Z", "Must be one line, without control characters."
)
# Longer ones, added to a moment, would leave the calendar or the database's numbers.
AT_MOST_A_MONTH = MaxValueValidator(31 * 86_400)
AT_MOST_A_YEAR = MaxValueValidator(366 * 86_400)
