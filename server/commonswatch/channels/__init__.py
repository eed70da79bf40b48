"""A message out to a person: how it is worded, built, sent by mail or laid into the outbox. Knows no database."""
