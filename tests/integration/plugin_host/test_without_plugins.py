"""With every plugin taken away the core starts, migrates and serves."""

from pathlib import Path

from core.app import create_app
from core.config import Config
from core.extensions import db
from core.plugin_host import host_of
from core.schema import bring_up_to_date, what_is_behind
from tests.support.databases import let_go


def test_the_core_migrates_and_serves_without_any_plugin(tmp_path: Path) -> None:
    app = create_app(Config(data=tmp_path, plugins=(), testing=True))
    bring_up_to_date(app)
    assert what_is_behind(app) == []
    assert host_of(app).reports == []
    assert app.test_client().get("/healthz").status_code == 200
    assert not [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/pathways/")]
    with app.app_context():
        let_go(db.engine)


def test_a_database_migrated_with_a_plugin_is_upgraded_without_it(tmp_path: Path) -> None:
    with_plugin = create_app(Config(data=tmp_path, testing=True))
    bring_up_to_date(with_plugin)
    without = create_app(Config(data=tmp_path, plugins=(), testing=True))
    bring_up_to_date(without)
    assert what_is_behind(without) == []
    for app in (with_plugin, without):
        with app.app_context():
            let_go(db.engine)
