"""What a file manager says that was copied, as paths; pure: it reads no clipboard and opens no file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final
from urllib.parse import unquote_to_bytes, urlsplit

KINDS: Final = ("text/uri-list", "x-special/gnome-copied-files")  # RFC 2483; the same behind a line “copy” or “cut”
MAX_TEXT: Final = 1_000_000  # characters that are looked at: some thousand names


def paths(text: str, host: str) -> list[Path]:
    """Empty: it is no list of this computer's files alone, as of a link or of a folder on a server. host: what this
    computer is called."""
    lines = [line.strip() for line in text[:MAX_TEXT].splitlines()]
    uris = [line for line in lines if line and not line.startswith("#")]
    if uris and uris[0] in ("copy", "cut"):
        del uris[0]
    found = [_path(uri, host) for uri in uris]
    return [path for path in found if path is not None] if None not in found else []


def _path(uri: str, host: str) -> Path | None:
    try:
        parts = urlsplit(uri)
    except ValueError:
        return None
    name = os.fsdecode(unquote_to_bytes(parts.path))
    here = parts.netloc.casefold() in ("", "localhost", host.casefold())
    return Path(name) if parts.scheme == "file" and here and name.startswith("/") and "\0" not in name else None
