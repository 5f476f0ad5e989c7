"""Boards: charts of any series, put together by whoever looks at them."""
