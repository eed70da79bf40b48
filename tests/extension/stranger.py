"""Another extension, which tries to be heard by ours."""

import io
import json
import zipfile

ID = "stranger@other.example"
UUID = "0b9a2f6e-5555-4222-8333-444455556666"


def packed_stranger() -> bytes:
    """As a zip that Firefox loads; it may do nothing."""
    manifest = {
        "manifest_version": 3,
        "name": "Stranger",
        "version": "1",
        "browser_specific_settings": {"gecko": {"id": ID}},
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as files:
        files.writestr("manifest.json", json.dumps(manifest))
        files.writestr("own.html", "<!doctype html><title>Stranger</title>")
    return packed.getvalue()
