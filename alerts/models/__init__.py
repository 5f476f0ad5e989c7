"""Rows of alerts: what is watched for, what happened, who hears, and what was sent."""

from alerts.models.alerts import OPEN, Alert, AlertEvent, AlertState, EventKind
from alerts.models.channels import Channel, Delivery, DeliveryItem, DeliveryKind, DeliveryStatus
from alerts.models.routing import Escalation, Inhibition, Maintenance, Route, Silence
from alerts.models.thresholds import (
    Aggregation,
    Comparison,
    ConditionKind,
    Evaluation,
    NoData,
    Severity,
    Threshold,
)

__all__ = [
    "OPEN",
    "Aggregation",
    "Alert",
    "AlertEvent",
    "AlertState",
    "Channel",
    "Comparison",
    "ConditionKind",
    "Delivery",
    "DeliveryItem",
    "DeliveryKind",
    "DeliveryStatus",
    "Escalation",
    "Evaluation",
    "EventKind",
    "Inhibition",
    "Maintenance",
    "NoData",
    "Route",
    "Severity",
    "Silence",
    "Threshold",
]
