"""The states of the data: the schema of each, the outcome of a step, the protocol of an engine."""
