"""Judge: where every slip is, and what the data are worth."""
