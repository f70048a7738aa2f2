"""Runs the line: the only place that joins shelves. line.py is the whole of it on one screen; a module per step."""
