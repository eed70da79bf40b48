"""Works: registering them, looking at each once, and what their creators do with them."""
