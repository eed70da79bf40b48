"""What all pages stand in: policies, sessions, forms, headers, errors, languages. Pages are beside it."""
