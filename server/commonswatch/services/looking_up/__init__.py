"""Which registered works something belongs to, for whoever asks: the set of all pictures, and who may see what."""
