"""From a report to sightings: receiving, verifying, comparing, writing down."""
