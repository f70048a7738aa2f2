"""Make known: flows, tables, identities. Clean -> statistics -> output. It is handed an engine and does no I/O."""
