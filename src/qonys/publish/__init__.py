"""On time: what a release says of itself, and its way from the workspace to the public."""
