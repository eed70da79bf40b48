"""The shapes of JSON that go in and out of ``/api/v1``, one file a URL segment. The OpenAPI document uses them."""
