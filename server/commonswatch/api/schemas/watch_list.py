"""The watch list's manifest and key as they are told; the files have formats of their own (docs/watch-list.md)."""

from pydantic import Field

from commonswatch.api.schemas.fields import Told


class Signature(Told):
    """A signature (Ed25519) over the text of the manifest."""

    key: str = Field(description="Id of the key.")
    signature: str = Field(description="Base64.")


class SignedManifest(Told):
    """The newest version, the same for everybody."""

    manifest: str = Field(description="The text that was signed; it is JSON.")
    signatures: list[Signature]


class ListKey(Told):
    """The key the server signs with now."""

    key: str = Field(description="Its id.")
    public: str = Field(description="Its 32 bytes as base64.")
