"""Statistical disclosure control on arrays of counts, knowing nothing of what is counted."""
