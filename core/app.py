"""The application's factory: reads like a table of contents."""

from flask import Flask

from core.accounts.identity import connect_login
from core.accounts.views_proving import connect_proving
from core.config import Config
from core.database import prepare_engine
from core.encryption.keys import connect_keys
from core.extensions import csrf, db
from core.jobs import connect_jobs
from core.paths import template_root
from core.people.protected.views_looking import connect_looking
from core.plugin_host import add_plugin_pages, load_plugins
from core.recording.feed import feed
from core.subjects import BLUEPRINTS
from core.web.addresses import RowId
from core.web.errors import register_error_pages
from core.web.figures import count_requests
from core.web.gate import refuse_unguarded_routes
from core.web.headers import set_headers
from core.web.logs import log_requests
from core.web.requests import open_requests
from core.web.templates import set_up_templates
from core.web.together import connect_readers

LARGEST_BODY = 2 * 1024 * 1024
"""Bytes of a request: the longest form there is, with room. Books are imported from the command line."""


def create_app(config: Config) -> Flask:
    """Roundtable, ready to serve. Raises RuntimeError for a route without a policy."""
    app = Flask("core", static_folder=None, template_folder=str(template_root()))
    configure(app, config)
    connect_database(app)
    connect_keys(app)
    connect_jobs(app)
    connect_login(app)
    connect_proving(app)
    connect_looking(app)
    connect_readers(app)
    csrf.init_app(app)
    set_up_templates(app)
    log_requests(app)
    count_requests(app, streams=lambda: feed.streams)
    open_requests(app)
    set_headers(app)
    register_error_pages(app)
    load_plugins(app)
    add_subjects(app)
    add_plugin_pages(app)
    refuse_unguarded_routes(app)
    return app


def configure(app: Flask, config: Config) -> None:
    """Hand the settings to Flask and its extensions."""
    app.config.update(
        ROUNDTABLE=config,
        SECRET_KEY=config.secret("cookies.key"),
        SQLALCHEMY_DATABASE_URI=config.url,
        SQLALCHEMY_ENGINE_OPTIONS={
            "pool_size": 16,
            "max_overflow": 48,  # a page holds a connection for milliseconds, a waiting writer for longer
            "pool_pre_ping": not config.url.startswith("sqlite"),
        },
        SESSION_COOKIE_NAME="__Host-roundtable-form" if config.secure else "roundtable-form",
        SESSION_COOKIE_SECURE=config.secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=LARGEST_BODY,
        MAX_FORM_MEMORY_SIZE=LARGEST_BODY,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: a form typed in a long meeting is not lost
        PLUGINS=config.plugins,
        TESTING=config.testing,
    )
    app.url_map.converters["int"] = RowId


def connect_database(app: Flask) -> None:
    """Bind the session to the configured database and set up its engine."""
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)


def add_subjects(app: Flask) -> None:
    """Every subject's pages."""
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
