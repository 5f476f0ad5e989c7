"""Adding an index to a table that may be large, while the portal writes to it.

PostgreSQL would keep writers out as long as it takes. Such a migration is `atomic = False`: one
that was interrupted is run again from its beginning, and what it left half made is made anew.
"""

from __future__ import annotations

from typing import Any

from django.db.migrations.operations import AddIndex


class AddIndexMeanwhile(AddIndex):
    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        if not self.allow_migrate_model(schema_editor.connection.alias, model):
            return
        on_postgresql = schema_editor.connection.vendor == "postgresql"
        meanwhile = "CONCURRENTLY " if on_postgresql else ""
        name = schema_editor.quote_name(self.index.name)
        schema_editor.execute(f"DROP INDEX {meanwhile}IF EXISTS {name}")
        schema_editor.add_index(model, self.index, **({"concurrently": True} if meanwhile else {}))

    def describe(self) -> str:
        return f"{super().describe()}, while others write"
