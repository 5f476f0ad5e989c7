from django.db import migrations, models

from opsportal.lib.indexes import AddIndexMeanwhile


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("audit", "0005_plural"),
    ]

    operations = [
        AddIndexMeanwhile(
            model_name="auditentry",
            index=models.Index(fields=["action", "time"], name="audit_entries_of_action"),
        ),
    ]
