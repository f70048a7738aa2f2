"""The bulletin: what the page of a release says, as a PDF that is accessible (PDF/UA-1) and archivable (PDF/A-2a)."""
