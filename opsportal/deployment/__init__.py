"""Brings another release into service, and goes back by itself when that fails.

`plan` decides and is pure; `deploying` does what it says. A release is a directory of its own under
`releases` in the data directory; `current` beside it is a link to the one that runs.
"""
