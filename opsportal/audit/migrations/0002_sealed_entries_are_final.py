"""The database itself refuses to change an entry that is sealed. SQLite loses triggers where a later
migration makes the table anew: that migration has to make them again."""

from django.db import migrations

SQLITE = """
CREATE TRIGGER audit_entry_is_final BEFORE UPDATE ON audit_auditentry WHEN OLD.hash <> ''
BEGIN SELECT RAISE(ABORT, 'the audit log is not changed'); END
"""
POSTGRESQL = """
CREATE FUNCTION audit_entry_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the audit log is not changed' USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE TRIGGER audit_entry_is_final BEFORE UPDATE ON audit_auditentry
FOR EACH ROW WHEN (OLD.hash <> '') EXECUTE FUNCTION audit_entry_is_final()
"""
UNDO = {
    "sqlite": "DROP TRIGGER audit_entry_is_final",
    "postgresql": "DROP FUNCTION audit_entry_is_final CASCADE",
}


def forward(apps, schema_editor):
    made = {"sqlite": SQLITE, "postgresql": POSTGRESQL}.get(schema_editor.connection.vendor)
    if made:
        schema_editor.execute(made)


def backward(apps, schema_editor):
    undone = UNDO.get(schema_editor.connection.vendor)
    if undone:
        schema_editor.execute(undone)


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [migrations.RunPython(forward, backward)]
