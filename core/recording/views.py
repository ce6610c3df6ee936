"""The pages of a meeting being held, a module for each part of the subject."""

from core.recording.attendance import views as attendance
from core.recording.blueprint import bp
from core.recording.entries import views as entries
from core.recording.entries import views_correcting as correcting
from core.recording.interests import views as interests
from core.recording.items import views as items
from core.recording.room import views as room

__all__ = ["attendance", "bp", "correcting", "entries", "interests", "items", "room"]
