"""A plugin's code runs in core's transaction: it neither ends it nor, where it is only asked, writes in it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import Context, ContextVar

from flask import Flask, g
from flask.ctx import AppContext
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine, ExceptionContext
from sqlalchemy.orm import Session, SessionTransaction

from core.database import refuse_writes
from core.extensions import db

_HELD = "plugin_host_held"


class TransactionDisturbed(Exception):
    """A plugin committed, or rolled back what core was doing. Nothing of that move is saved."""


@contextmanager
def held_transaction() -> Iterator[None]:
    """Whoever commits in here fails before anything is saved; whoever rolled back fails afterwards.

    `core.plugin_api.session` lets a plugin do neither; this is for one that goes round it.
    """
    session = db.session()
    before = session.get_transaction(), session.get_nested_transaction()
    outer = session.info.get(_HELD)
    session.info[_HELD] = before
    try:
        yield
    finally:
        session.info[_HELD] = outer
    if before[0] is not None and before != (session.get_transaction(), session.get_nested_transaction()):
        raise TransactionDisturbed


class Desk:
    """Where plugins are asked one after the other: a session that reads, in a context beside the request's.

    The next finds the session only if the one before left it as it found it; else it gets one of its own, as everybody
    does after a plugin that failed. What is written in it fails, and holds no lock.
    """

    def __init__(self, app: Flask) -> None:
        self.failed = False
        """Whether the database refused something, even if whoever asked made nothing of it."""
        self._app = app
        self._opened: tuple[Context, AppContext] | None = None

    def ask(self, question: Callable[[], object]) -> object:
        """The answer, or whatever it raises."""
        if self._opened is None:
            self.failed = False
            self._opened = Context(), self._app.app_context()
            self._opened[0].run(self._open, self._opened[1])
        context, _ = self._opened
        as_it_was = False
        try:
            answer = context.copy().run(question)  # a copy: what is set in it ends with it
            as_it_was = context.run(self._is_as_it_was)
            return answer
        finally:
            if not as_it_was:
                self.close()

    def close(self) -> None:
        """Give back the session; nothing is saved."""
        if self._opened is not None:
            (context, application), self._opened = self._opened, None
            context.run(application.pop)

    def _open(self, application: AppContext) -> None:
        _DESK.set(self)
        application.push()

    def _is_as_it_was(self) -> bool:
        if self.failed or vars(g):
            return False
        session = db.session()
        return session.is_active and not (
            session.get_nested_transaction() or session.identity_map or session.new or session.info
        )


_DESK: ContextVar[Desk | None] = ContextVar("plugin_host_desk", default=None)


@event.listens_for(Engine, "handle_error")
def _remember(_failure: ExceptionContext) -> None:
    desk = _DESK.get()
    if desk is not None:
        desk.failed = True


@event.listens_for(db.session, "before_commit")
def _refuse_commit(session: Session) -> None:
    held = session.info.get(_HELD)
    if held is not None and session.get_nested_transaction() is held[1]:
        raise TransactionDisturbed


@event.listens_for(db.session, "after_begin")
def _refuse_writes(_session: Session, _transaction: SessionTransaction, connection: Connection) -> None:
    if _DESK.get() is not None:
        refuse_writes(connection)
