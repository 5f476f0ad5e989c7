from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0006_entries_of_action"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="auditentry",
            name="audit_entries_by_action",
        ),
    ]
