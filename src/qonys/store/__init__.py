"""The confidential side: every state of the data, versioned, with its lineage; receipts, keys, the release record."""
