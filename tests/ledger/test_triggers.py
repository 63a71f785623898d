"""The guard cannot be walked around, and its absence does not go unseen."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, IntegrityError, connection, connections, migrations, models
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

from duecare.errors import Tampered
from duecare.ledger import triggers, triggers_postgresql, verifying
from duecare.ledger.models import Noted, OpenAct, Payload
from duecare.ledger.recording import recording
from tests.ledger.library import ACTOR, library, newest, size, sql
from tests.testapp.models import Book, Shelf, Tag

pytestmark = pytest.mark.usefixtures("home")

sqlite_only = pytest.mark.skipif("config.getoption('--postgresql')", reason="about SQLite alone")
postgresql_only = pytest.mark.skipif("not config.getoption('--postgresql')", reason="about PostgreSQL alone")


def migrate(*operations: migrations.operations.base.Operation) -> None:
    """Run operations as one migration of the test app, in its one transaction."""
    migration = migrations.Migration("9999_test", "testapp")
    migration.operations = list(operations)
    state: ProjectState = MigrationLoader(connection).project_state()
    with connection.schema_editor(atomic=migration.atomic) as editor:
        migration.apply(state, editor)


def test_a_data_migration_after_an_altered_column_in_the_same_migration_is_aborted() -> None:
    """SQLite alters a column by making the table anew, without its triggers."""
    library()
    then = size()

    def rewrite(apps: object, editor: object) -> None:
        apps.get_model("testapp", "Book").objects.update(pages=0)  # type: ignore[attr-defined]

    with pytest.raises(DatabaseError) as refused:
        migrate(
            migrations.AlterField("book", "title", models.CharField(max_length=300)),
            migrations.RunPython(rewrite),
        )
    # SQLite's schema editor fails once more on its way out, and leaves its transaction open.
    assert "only inside recording()" in str(refused.value.__context__ or refused.value) + str(refused.value)
    forget_connection()
    assert size() == then
    assert sorted(Book.objects.values_list("pages", flat=True)) == [0, 1, 2]
    triggers.demand()


def forget_connection() -> None:
    """Do as the end of a process does."""
    if connection.connection is not None:
        connection.connection.close()
    del connections["default"]


@pytest.mark.parametrize(
    "operation",
    [
        migrations.AlterField("book", "pages", models.BigIntegerField(default=0)),
        migrations.AddField("book", "weight", models.IntegerField(default=3)),
        migrations.RemoveField("book", "lent"),
        migrations.AddIndex("book", models.Index(fields=["pages"], name="book_pages")),
    ],
    ids=["alter a column", "add a column", "remove a column", "add an index"],
)
def test_changing_a_table_keeps_its_guard_and_adds_no_entry(
    operation: migrations.operations.base.Operation,
) -> None:
    library()
    then = size()
    migrate(operation)
    triggers.demand()
    assert size() == then
    with pytest.raises(DatabaseError, match=r"only inside recording\(\)"):
        sql("UPDATE testapp_book SET title = 'x'")


def test_a_renamed_table_is_guarded_under_its_new_name_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    library()
    editor_connection = connection
    monkeypatch.setattr(Tag._meta, "db_table", "testapp_label")
    with editor_connection.schema_editor() as editor:
        editor.alter_db_table(Tag, "testapp_tag", "testapp_label")
    triggers.demand()
    with pytest.raises(DatabaseError, match=r"only inside recording\(\)"):
        sql("INSERT INTO testapp_label (id, name) VALUES ('a', 'b')")


@sqlite_only
@pytest.mark.parametrize(
    "statement",
    [
        "INSERT OR REPLACE INTO testapp_shelf (id, name) VALUES ('{shelf}', 'other')",
        "INSERT OR IGNORE INTO testapp_shelf (id, name) VALUES ('new', 'other')",
        "UPDATE OR REPLACE testapp_shelf SET name = 'other'",
        "UPDATE OR IGNORE testapp_shelf SET name = 'other'",
        "INSERT INTO testapp_shelf (id, name) VALUES ('{shelf}', 'x') "
        "ON CONFLICT (id) DO UPDATE SET name = 'other'",
    ],
)
def test_sqlites_conflict_clauses_do_not_pass_the_guard(statement: str) -> None:
    shelf, _ = library()
    with pytest.raises(DatabaseError, match=r"only inside recording\(\)"):
        sql(statement.format(shelf=shelf.pk))
    with recording(ACTOR, "inside"):
        sql(statement.format(shelf=shelf.pk))
    assert verifying.verify(live=True).faults == []


@sqlite_only
def test_a_row_that_replace_pushes_out_is_recorded_as_deleted() -> None:
    library()
    sql("CREATE UNIQUE INDEX one_name ON testapp_shelf (name)")
    with recording(ACTOR, "push it out"):
        Book.objects.all().delete()
        old = Shelf.objects.get().pk
        sql("INSERT OR REPLACE INTO testapp_shelf (id, name) VALUES ('new', 'history')")
    assert Payload.objects.get(index=newest(old)).data
    assert verifying.verify(live=True).faults == []


@sqlite_only
def test_a_connection_without_our_settings_cannot_replace_an_entry(home: Path) -> None:
    library()
    connections.close_all()
    with sqlite3.connect(home / "duecare.db") as other:
        for table in ("ledger_entry", "ledger_payload"):
            row = other.execute(f'SELECT * FROM {table} WHERE "index" = 2').fetchone()
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                other.execute(f"INSERT OR REPLACE INTO {table} VALUES ({', '.join('?' * len(row))})", row)
    other.close()


def test_entries_cannot_be_added_or_superseded_outside_an_act() -> None:
    library()
    for statement in (
        "INSERT INTO ledger_payload (\"index\", kind, subject, salt, data) VALUES (99, 'a', 'b', '', '')",
        'UPDATE ledger_payload SET until = 4 WHERE "index" = 2',
        'INSERT INTO ledger_entry ("index", at, head, kind, action, actor, subject, leaf, meta_salt, meta) '
        "VALUES (99, 1, 1, 'a', 'b', 'c', 'd', '', '', '')",
    ):
        with pytest.raises(DatabaseError, match="append-only"):
            sql(statement)


@pytest.mark.parametrize(
    "change",
    ['"index" = 999', "kind = 'x'", "subject = 'x'", "salt = data", "data = salt", "data = salt, until = 9"],
)
def test_within_an_act_a_payload_can_be_superseded_and_nothing_else(change: str) -> None:
    library()
    with pytest.raises(DatabaseError, match="append-only"), recording(ACTOR, "rewrite"):
        sql(f'UPDATE ledger_payload SET {change} WHERE "index" = 2')
    assert verifying.verify(live=True).faults == []


@sqlite_only
def test_a_payload_cannot_be_moved_by_the_other_names_of_its_index() -> None:
    library()
    for name in ("rowid", "oid", "_rowid_"):
        with pytest.raises(DatabaseError, match="append-only"), recording(ACTOR, "move"):
            sql(f'UPDATE ledger_payload SET {name} = 999 WHERE "index" = 2')


def test_a_temporary_table_of_the_same_name_does_not_mislead_the_guard() -> None:
    library()
    sql("CREATE TEMPORARY TABLE ledger_openact (id text)")
    sql("CREATE TEMPORARY TABLE ledger_noted (record text, key text)")
    sql("INSERT INTO ledger_openact VALUES ('mine')")
    with pytest.raises(DatabaseError, match=r"only inside recording\(\)"):
        sql("UPDATE testapp_book SET pages = 1000")


def first_trigger() -> str:
    return next(iter(triggers.for_record(connection.vendor, "testapp_book")))


@sqlite_only
def test_an_altered_trigger_is_found_on_sqlite() -> None:
    name = first_trigger()
    sql(f'DROP TRIGGER "{name}"')
    sql(f'CREATE TRIGGER "{name}" AFTER INSERT ON testapp_book BEGIN SELECT 1; END')
    with pytest.raises(Tampered, match=name):
        triggers.demand()
    triggers.install(connection)
    triggers.demand()


POSTGRESQL_ALTERATIONS: dict[str, tuple[str, str]] = {
    "a disabled trigger": (
        'ALTER TABLE testapp_book DISABLE TRIGGER "duecare_testapp_book_row"', "duecare_testapp_book_row"
    ),
    "one that replication silences": (
        'ALTER TABLE testapp_book ENABLE TRIGGER "duecare_testapp_book_row"', "duecare_testapp_book_row"
    ),
    "all disabled": ("ALTER TABLE testapp_book DISABLE TRIGGER ALL", "duecare_testapp_book_row"),
    "an altered function": (
        "CREATE OR REPLACE FUNCTION duecare_note() RETURNS trigger LANGUAGE plpgsql "
        "SET search_path = pg_catalog, pg_temp AS $$ BEGIN RETURN NULL; END $$",
        "duecare_testapp_book_row",
    ),
    "a function with another search path": (
        "ALTER FUNCTION duecare_note() SET search_path = public", "duecare_testapp_book_row"
    ),
    "another function under the trigger": (
        'DROP TRIGGER "duecare_testapp_book_row" ON testapp_book; '
        "CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$; "
        'CREATE TRIGGER "duecare_testapp_book_row" AFTER INSERT OR UPDATE OR DELETE ON testapp_book '
        "FOR EACH ROW EXECUTE FUNCTION nothing(); "
        'ALTER TABLE testapp_book ENABLE ALWAYS TRIGGER "duecare_testapp_book_row"',
        "duecare_testapp_book_row",
    ),
    "a condition on the trigger": (
        'DROP TRIGGER "duecare_testapp_book_row" ON testapp_book; '
        'CREATE TRIGGER "duecare_testapp_book_row" AFTER INSERT OR UPDATE OR DELETE ON testapp_book '
        "FOR EACH ROW WHEN (1 = 2) EXECUTE FUNCTION duecare_note(); "
        'ALTER TABLE testapp_book ENABLE ALWAYS TRIGGER "duecare_testapp_book_row"',
        "duecare_testapp_book_row",
    ),
    "a trigger for fewer events": (
        'DROP TRIGGER "duecare_testapp_book_row" ON testapp_book; '
        'CREATE TRIGGER "duecare_testapp_book_row" AFTER INSERT ON testapp_book '
        "FOR EACH ROW EXECUTE FUNCTION duecare_note(); "
        'ALTER TABLE testapp_book ENABLE ALWAYS TRIGGER "duecare_testapp_book_row"',
        "duecare_testapp_book_row",
    ),
    "a rule that swallows notes": (
        "CREATE RULE quiet AS ON INSERT TO ledger_noted DO INSTEAD NOTHING", "the rule quiet on ledger_noted"
    ),
    "row security": ("ALTER TABLE ledger_noted ENABLE ROW LEVEL SECURITY", "row security on ledger_noted"),
}  # fmt: skip


@postgresql_only
@pytest.mark.parametrize("way", POSTGRESQL_ALTERATIONS)
def test_an_altered_guard_is_found_on_postgresql(way: str) -> None:
    statement, told = POSTGRESQL_ALTERATIONS[way]
    sql(statement)
    assert told in "\n".join(triggers.faults(connection))
    with pytest.raises(Tampered, match="not guarded as it should be"):
        triggers.demand()


@postgresql_only
def test_migrate_puts_an_altered_function_and_a_disabled_trigger_back() -> None:
    for way in ("a disabled trigger", "an altered function", "a function with another search path"):
        sql(POSTGRESQL_ALTERATIONS[way][0])
        triggers.install(connection)
        triggers.demand()


@postgresql_only
def test_the_replica_role_that_silences_ordinary_triggers_does_not_silence_these() -> None:
    library()
    sql("SET session_replication_role = replica")
    with pytest.raises(DatabaseError, match=r"only inside recording\(\)"):
        sql("UPDATE testapp_book SET pages = 1000")


STRANGERS: dict[str, tuple[Callable[[], None], str]] = {
    "sqlite": (
        lambda: sql("CREATE TRIGGER quiet BEFORE INSERT ON ledger_noted BEGIN SELECT RAISE(IGNORE); END"),
        "the trigger quiet on ledger_noted is not Duecare's",
    ),
    "postgresql": (
        lambda: sql(
            "CREATE FUNCTION quiet() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$; "
            "CREATE TRIGGER quiet BEFORE INSERT ON ledger_noted FOR EACH ROW EXECUTE FUNCTION quiet()"
        ),
        "the trigger quiet on ledger_noted is not Duecare's",
    ),
}


def test_a_strange_trigger_that_swallows_notes_stops_the_start() -> None:
    make, told = STRANGERS[connection.vendor]
    make()
    with pytest.raises(Tampered, match=told):
        triggers.demand()


@pytest.mark.parametrize("model", [OpenAct, Noted])
def test_a_mark_or_note_left_in_the_database_stops_the_start(model: type[models.Model]) -> None:
    model._base_manager.create(pk=1 if model is Noted else "left")
    with pytest.raises(Tampered, match="wrote around recording"):
        triggers.demand()


def test_every_record_table_and_the_ledger_have_their_triggers_after_migrate() -> None:
    assert triggers.missing(connection) == []
    assert set(triggers.for_record(connection.vendor, "testapp_book")) <= set(
        triggers.wanted(connection.vendor)
    )
    executor = MigrationExecutor(connection)
    assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []


def test_a_table_whose_triggers_names_would_be_cut_short_is_refused() -> None:
    with pytest.raises(ImproperlyConfigured, match="46 characters"):
        triggers_postgresql.for_record("t" * 47)


def test_a_foreign_key_that_points_nowhere_is_still_refused_inside_an_act() -> None:
    with pytest.raises(IntegrityError), recording(ACTOR, "dangling"):
        Book.objects.create(shelf_id="nowhere", title="t")
