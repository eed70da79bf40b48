"""What the product does: one verb a function, session first. Services flush at most; the doors commit."""
