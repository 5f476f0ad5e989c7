import django.db.models.deletion
from django.db import migrations, models

_OF_EACH = {
    "sqlite": "json_each(labels) AS label",
    "postgresql": "jsonb_each_text(labels) AS label",
}


def of_those_there(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    schema_editor.execute(
        "INSERT INTO monitoring_serieslabel (metric, name, value, series_id)"  # noqa: S608
        f" SELECT metric, label.key, label.value, series.id FROM monitoring_series AS series, {_OF_EACH[vendor]}"
    )


class Migration(migrations.Migration):
    dependencies = [
        ("monitoring", "0005_running_totals"),
    ]

    operations = [
        migrations.CreateModel(
            name="SeriesLabel",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "metric",
                        "name",
                        "value",
                        "series_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("metric", models.CharField(max_length=100)),
                ("name", models.CharField(max_length=63)),
                ("value", models.CharField(max_length=200)),
                (
                    "series",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="monitoring.series",
                    ),
                ),
            ],
        ),
        migrations.RunPython(of_those_there, migrations.RunPython.noop),
    ]
