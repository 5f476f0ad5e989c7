from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("alerts", "0008_newest_of_few"),
    ]

    operations = [
        # Of the same threshold as one_open_alert_per_series, and of the same few alerts.
        migrations.RemoveIndex(
            model_name="alert",
            name="open_alerts",
        ),
        migrations.RemoveIndex(
            model_name="delivery",
            name="dead_deliveries",
        ),
    ]
