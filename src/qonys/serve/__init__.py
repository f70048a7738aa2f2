"""Serves the published folder, and can open nothing else."""
