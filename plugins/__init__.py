"""The pathways that come with Roundtable. Each imports core.plugin_api alone, and none of the others."""
