"""The extension objects that the application is made with."""

from collections.abc import Mapping
from typing import Any

from flask_login import LoginManager
from flask_sqlalchemy import SQLAlchemy
from flask_wtf.csrf import CSRFProtect
from sqlalchemy import CursorResult, Executable

from core.database import Base

db = SQLAlchemy(metadata=Base.metadata, session_options={"expire_on_commit": False})
login_manager = LoginManager()
csrf = CSRFProtect()


def directly(statement: Executable, values: Mapping[str, Any]) -> CursorResult[*tuple[Any, ...]]:
    """Execute a statement without entities in the transaction in hand, past the session, which takes as long again.

    For what every request or every save asks. Nothing is flushed first: what is still pending is not seen.
    """
    return db.session.connection().execute(statement, values)
