"""Who reads this machine's files, processes and logs: what lies there, for whom, and what stands in it."""

from __future__ import annotations

import base64
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

PIN = "738291"
NOT_SECRET = {".lock", ".json", ".log", ".crt"}


@pytest.fixture
def full_run(tmp_path: Path, own_home: Path) -> list[str]:
    """A locked room is opened, joined, talked in, left and exported, all as loud as can be; what was printed."""
    (tmp_path / "pin").write_text(PIN)
    lanchat = [sys.executable, "-m", "lanchat", "-vv"]
    serve = ["serve", "--name", "Vault", "--host", "127.0.0.1", "--port", "0", "--pin-file", str(tmp_path / "pin")]
    with subprocess.Popen([*lanchat, *serve], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        port = server.stdout.readline().split("port ")[1].split(",")[0]
        arguments = Path(f"/proc/{server.pid}/cmdline")
        printed = [arguments.read_text()] if arguments.exists() else []
        for options in (["--nick", "Eve", "--pin-file", "-"], ["--nick", "Ana", "--pin-file", str(tmp_path / "pin")]):
            said = subprocess.run(
                [*lanchat, "send", f"127.0.0.1:{port}", "the words", *options],
                input="000000",
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
            printed += [said.stdout, said.stderr]
        assert said.returncode == 0, said.stderr
        server.terminate()
        printed += server.communicate(timeout=60)
    (tmp_path / "pin").unlink()
    export = subprocess.run(
        [*lanchat, "journal", "export", "--name", "Vault"], capture_output=True, text=True, timeout=60, check=True
    )
    assert "the words" in export.stdout
    return [*printed, export.stdout, export.stderr]


def secrets_of(home: Path) -> list[bytes]:
    """What must stand in one file alone: the keys, in every way to write them, and the PIN."""
    found = [PIN.encode()]
    for path in home.rglob("*.key"):
        pem = path.read_bytes()
        key = serialization.load_pem_private_key(pem, None)
        der = key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        found += [pem.split(b"\n")[1], der[-32:], der[-32:].hex().encode(), base64.b64encode(der[-32:])[:40]]
    assert len(found) == 9, "a key of the server's, and one of ours"
    return found


def test_everything_is_for_its_owner_alone(full_run: list[str], own_home: Path) -> None:
    for path in (own_home, *own_home.rglob("*")):
        mode = path.stat().st_mode & 0o777
        if path.is_dir():
            assert mode == 0o700, path
        elif path.suffix not in NOT_SECRET:
            assert mode == 0o600, path


def test_no_secret_is_printed_logged_or_kept_a_second_time(full_run: list[str], own_home: Path) -> None:
    secrets = secrets_of(own_home)
    for text in full_run:
        assert not [secret for secret in secrets if secret in text.encode()], text
    for path in own_home.rglob("*"):
        if path.is_file() and path.suffix != ".key":
            assert not [secret for secret in secrets if secret in path.read_bytes()], path
