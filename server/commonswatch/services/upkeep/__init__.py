"""What keeps the product going: job queue, clock, limits, health, and words made safe."""
