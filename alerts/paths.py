"""Addresses of alerts, for the URLconf and for workers, which do not load it."""

ALERTS = "alerts/"
ALERT = "alerts/{alert_id}"
ACKNOWLEDGE = "alerts/acknowledge/{token}"
SILENCE = "alerts/silence/{token}"
