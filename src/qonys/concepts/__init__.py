"""The nouns: period, area, boundary set, classification, variable, table design, release. No input, no output."""
