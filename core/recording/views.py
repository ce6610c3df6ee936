"""The pages of a meeting being held, a module for each part of the subject."""

from core.recording.attendance import views as attendance
from core.recording.blueprint import bp
from core.recording.chairing import views as chairing
from core.recording.entries import views as entries
from core.recording.entries import views_actions as actions
from core.recording.entries import views_correcting as correcting
from core.recording.interests import views as interests
from core.recording.items import views as items
from core.recording.keeping import views as keeping
from core.recording.projector import views as projector
from core.recording.room import views as room
from core.recording.sitting import views as sitting

__all__ = [
    "actions",
    "attendance",
    "bp",
    "chairing",
    "correcting",
    "entries",
    "interests",
    "items",
    "keeping",
    "projector",
    "room",
    "sitting",
]
