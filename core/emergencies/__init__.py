"""Opening one case that is closed to somebody, in an emergency: asked with a reason, granted by a second person."""
