"""The second step of signing in: one-time codes of an authenticator app, and recovery codes."""
