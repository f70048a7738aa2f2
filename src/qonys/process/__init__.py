"""Make right: validate, integrate, derive. Input -> clean. It returns queries or uses an engine it is handed."""
