"""People: inviting, notifying, delivering letters, and what they answer."""
