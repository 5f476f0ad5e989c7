from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0004_entries_by_action"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="auditentry",
            options={
                "default_permissions": ("view",),
                "ordering": ["-id"],
                "verbose_name": "audit entry",
                "verbose_name_plural": "audit entries",
            },
        ),
    ]
