"""Handing out the key to what a browser keeps of a meeting, to whoever may enter the room."""

from base64 import b64encode

from flask import jsonify
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf

from core.extensions import db
from core.policy import Permission, require
from core.policy.room import Room
from core.recording.blueprint import bp
from core.recording.keeping.operations import key_of, make_key
from core.recording.loading import room_of
from core.web import begin_write, current_actor, now, requires


@bp.get("/key", endpoint="key")
@requires(Permission.ENTER_ROOM, on=room_of)
def key(room: Room) -> ResponseReturnValue:
    """The reader's own key, whose it is, and a token against forged requests, since that of an old page may be over."""
    found = key_of(current_actor(), room.meeting) or _made(room)
    return jsonify(key=b64encode(found).decode(), token=generate_csrf(), whose=current_actor().user_id)


def _made(room: Room) -> bytes:
    """At the first asking: under the lock, the reader's right asked again."""
    meeting_id = room.meeting.id
    db.session.rollback()
    begin_write()
    room = room_of(meeting_id)
    require(current_actor(), Permission.ENTER_ROOM, room)
    made = make_key(current_actor(), meeting=room.meeting, now=now())
    db.session.commit()
    return made
