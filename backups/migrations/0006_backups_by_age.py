from django.db import migrations, models

from opsportal.lib.indexes import AddIndexMeanwhile


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("backups", "0005_newest_of_a_plan"),
    ]

    operations = [
        AddIndexMeanwhile(
            model_name="backup",
            index=models.Index(fields=["queued_ms", "id"], name="backups_by_age"),
        ),
    ]
