"""Passkeys (WebAuthn): signing in with a device's own lock, in place of a password and a code."""
