from django.db import migrations, models

from opsportal.lib.indexes import AddIndexMeanwhile


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("alerts", "0007_counted_from_indexes"),
    ]

    operations = [
        AddIndexMeanwhile(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("status", "dead")),
                fields=["channel", "due_ms"],
                name="deliveries_given_up",
            ),
        ),
        AddIndexMeanwhile(
            model_name="alert",
            index=models.Index(fields=["severity", "started_ms"], name="alerts_of_severity"),
        ),
        AddIndexMeanwhile(
            model_name="alert",
            index=models.Index(fields=["threshold", "started_ms"], name="alerts_of_threshold"),
        ),
        AddIndexMeanwhile(
            model_name="delivery",
            index=models.Index(fields=["channel", "created_ms"], name="deliveries_of_channel"),
        ),
        AddIndexMeanwhile(
            model_name="delivery",
            index=models.Index(fields=["kind", "created_ms"], name="deliveries_of_kind"),
        ),
    ]
