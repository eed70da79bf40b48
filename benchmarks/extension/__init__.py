"""What the extension costs the pages and the browser it runs in."""
