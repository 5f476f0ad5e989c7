"""The moment at which the store's tests take place: in the middle of an hour, a day and a week."""

SECOND_MS = 1000
MINUTE_MS = 60 * SECOND_MS
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS

NOW_MS = 20_500 * DAY_MS + 13 * HOUR_MS + 27 * MINUTE_MS + 12_345
