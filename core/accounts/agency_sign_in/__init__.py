"""Signing in with an account that one has at one's agency, by OpenID Connect: docs/adr/0013-agency-accounts.md."""
