"""A key under a passphrase that opens at once: made for tests with a work factor of 4 in the place of 17 or more."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path

from xinqiao.intake.keys import Keyring

WORDS = "five words apart"
PUBLIC = "age19rxe7qj5u7f966850fpsrazxr7h9wphgzl8863hchz5t6hsetfaqezr4dl"
LOCKED = base64.b64decode(
    "YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IHNjcnlwdCBDRmQ2Z2l6b0FxcFJaOHh2Ukw5SFNRIDQKYzhPOTR4bjRkS3p0a0ZT"
    "UGpxVDQyZnAzdWYzQlprVks4THprQVpDcDl5UQotLS0gZFJSVlZUT2V2N2pnaW0xai9jd3V2OUVjRFUrZzJKczVQckVZZWV0"
    "aGFlQQpYdCGBNK1W/uyzsRpjbs93asA3Dp4dxyjhDAT9NJB1XW5oE9h33Yd6fbw1rOJ9i3xzNQ1oWpHTtU+cB9idqe3TFO/Q"
    "S0dikAg9ityqd0ZCRXCPmfJ+VIZwBAmCd3A6yPHouO2Iln17fQRQX8h4vi9ipJJXlwur7nhPWopvX5xGT9Sqo2JIVP7dPFHp"
    "/V4pQHPG0iO73egoBmLVg512IdFySsE7UPC7K5dV6nUwlaHfFu39Y4VH0swu"
)


@dataclass(frozen=True, slots=True)
class LockedKey:
    """Its words and its public half, and a way to put it into a folder of keys under a name."""

    words: str = WORDS
    public: str = PUBLIC

    def put(self, folder: Path, name: str) -> Keyring:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / f"{name}.age").write_bytes(LOCKED)
        (folder / f"{name}.pub").write_text(f"{self.public}\n")
        return Keyring(folder)
