from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0003_entries_by_time"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["action", "-id"], name="audit_entries_by_action"),
        ),
    ]
