"""The page at `/`: one sentence of truth, tiles, charts on one time axis, routes.

`assembly` reads the store and calls pure builders; `charts` defines every chart as data.
"""
