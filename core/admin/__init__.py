"""Administration: accounts, plugins, the audit trail."""
