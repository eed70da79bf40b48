"""A made-up outside world for the demo and the tests; nothing in it is needed to run the product."""
