"""The public side: released bundles and the pointer to the current one. It knows no store."""
