"""Secrets of authenticators, wrapped with a key that lies outside the private folder.

The key is a file of 64 hexadecimal digits: a credential of systemd, or one that the environment names. Without one
secrets stand as they are, as on a laptop.
"""

import base64
import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from mapping.errors import MappingError

CREDENTIAL = "authenticators.key"
FROM_ENVIRONMENT = "ROHNAMO_AUTHENTICATORS_KEY"
WRAPPED = "wrapped:"
NONCE = 12


class AuthenticatorKeyMissing(MappingError):
    """Secrets are wrapped, and the key for them is not there or is another."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"{what}; name the file of the key in {FROM_ENVIRONMENT}, or as the credential {CREDENTIAL}. "
            "If it is lost, give everybody a new one-time link (rohnamo user invite LOGIN)"
        )


def read_key() -> AESGCM | None:
    """Return the key; None where none is named."""
    credential = Path(os.environ.get("CREDENTIALS_DIRECTORY", "/nowhere"), CREDENTIAL)
    named = str(credential) if credential.is_file() else os.environ.get(FROM_ENVIRONMENT)
    if not named:
        return None
    try:
        return AESGCM(bytes.fromhex(Path(named).read_text(encoding="ascii").strip()))
    except (OSError, ValueError) as error:
        raise MappingError(
            f"{named}: holds no key of authenticators ({error}); make one (`openssl rand -hex 32`) that rohnamo may "
            "read, outside the private folder, and keep a copy elsewhere"
        ) from error


def wrap(key: AESGCM | None, secret: str, account: str) -> str:
    """Return the secret of an account as it is stored."""
    if key is None:
        return secret
    nonce = os.urandom(NONCE)
    return WRAPPED + base64.b64encode(nonce + key.encrypt(nonce, secret.encode(), account.encode())).decode()


def unwrap(key: AESGCM | None, stored: str, account: str) -> str:
    """Return the secret of an account from how it is stored."""
    if not stored.startswith(WRAPPED):
        return stored
    if key is None:
        raise AuthenticatorKeyMissing("secrets of authenticators are wrapped, and no key for them is named")
    whole = base64.b64decode(stored.removeprefix(WRAPPED))
    try:
        return key.decrypt(whole[:NONCE], whole[NONCE:], account.encode()).decode()
    except InvalidTag as error:
        raise AuthenticatorKeyMissing("secrets of authenticators are wrapped with another key") from error
