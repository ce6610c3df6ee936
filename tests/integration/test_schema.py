"""Migrations: what is behind is said, and bringing it up to date can be done twice."""

from pathlib import Path

from core import migrations
from core.app import create_app
from core.config import Config
from core.extensions import db
from core.migrations.heads import heads_of
from core.schema import bring_up_to_date, what_is_behind
from tests.support.databases import let_go

HAND_WRITTEN = ("_names", "_trigrams", "alembic_version")
"""Of migration 0002, which no model declares."""


def test_a_new_database_is_behind_and_comes_up_to_date(tmp_path):
    app = create_app(Config(data=tmp_path, testing=True))
    assert what_is_behind(app) == ["core", "mentoring"]
    bring_up_to_date(app)
    assert what_is_behind(app) == []
    bring_up_to_date(app)
    assert what_is_behind(app) == []
    with app.app_context():
        let_go(db.engine)


def test_the_models_need_no_further_migration(app):
    """What Alembic would write is nothing: tables and models agree."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    import core.models  # noqa: F401  all tables
    from core.database import Base

    with db.engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"include_name": lambda name, kind, _: kind != "table" or name in Base.metadata.tables},
        )
        different = compare_metadata(context, Base.metadata)
        assert [each for each in different if not any(word in str(each) for word in HAND_WRITTEN)] == []


def test_heads_are_read_without_alembic():
    folder = Path(migrations.__file__).parent / "versions"
    assert heads_of(folder) == {max(path.name[:4] for path in folder.glob("0*.py"))}
