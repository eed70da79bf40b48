"""Cases, moderators' decisions, and the log that keeps them."""
