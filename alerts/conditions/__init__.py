"""What is wrong with a series: pure. A kind is one file here, one line of `registry.py`, one test,
one doc line. Live evaluation and the backtest use the same code."""
