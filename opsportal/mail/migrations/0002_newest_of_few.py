from django.db import migrations, models

from opsportal.lib.indexes import AddIndexMeanwhile


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("mail", "0001_initial"),
    ]

    operations = [
        AddIndexMeanwhile(
            model_name="mail",
            index=models.Index(
                condition=models.Q(("status", "dead")), fields=["created_ms"], name="dead_mail"
            ),
        ),
        AddIndexMeanwhile(
            model_name="mail",
            index=models.Index(fields=["topic", "created_ms"], name="mail_of_topic"),
        ),
    ]
