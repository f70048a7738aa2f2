"""Take in: deliveries and receipts, readers by format, pseudonyms. Source -> input."""
