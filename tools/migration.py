"""Writes a migration for what the models say and the migrated tables lack. To be read, and mended, before it is used.

python tools/migration.py "what changes"
"""

import sys
import tempfile
from pathlib import Path

from core import migrations
from core.app import create_app
from core.config import Config
from core.extensions import db
from core.schema import bring_up_to_date

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Config(data=Path(folder), testing=True))
        bring_up_to_date(app)
        with app.app_context():
            migrations.autogenerate(db.engine, sys.argv[1])
