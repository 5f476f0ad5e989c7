"""The examples for nginx and Caddy, read by nginx and Caddy."""

import datetime
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.running_portal import ROOT

NOW = datetime.datetime.now(datetime.UTC)


@pytest.fixture
def certificate_directory(tmp_path: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ops.example.com")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW)
        .not_valid_after(NOW + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (tmp_path / "fullchain.pem").write_bytes(certificate.public_bytes(pem))
    (tmp_path / "private.pem").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return tmp_path


def test_nginx_accepts_the_example(
    certificate_directory: Path, require: Callable[[bool, str], None]
) -> None:
    nginx = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
    require(nginx is not None, "nginx is not installed (Debian: nginx-light)")
    example = (ROOT / "deploy/nginx/opsportal.conf").read_text(encoding="utf-8")
    (certificate_directory / "opsportal.conf").write_text(
        example.replace("/etc/ssl/opsportal", str(certificate_directory)), encoding="utf-8"
    )
    whole = certificate_directory / "nginx.conf"
    whole.write_text(
        f"pid {certificate_directory}/pid; events {{}}\n"
        f"http {{ access_log off; include {certificate_directory}/opsportal.conf; }}",
        encoding="utf-8",
    )
    run = subprocess.run(
        [str(nginx), "-t", "-q", "-e", "stderr", "-c", whole, "-p", certificate_directory],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stderr) == (0, "")


def test_caddy_accepts_the_example(tmp_path: Path, require: Callable[[bool, str], None]) -> None:
    caddy = shutil.which("caddy")
    require(caddy is not None, "caddy is not installed (Debian: caddy)")
    run = subprocess.run(
        [str(caddy), "validate", "--config", ROOT / "deploy/caddy/Caddyfile"],
        capture_output=True,
        text=True,
        check=False,
        env={"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path)},
    )
    assert run.returncode == 0, run.stderr
    assert "Valid configuration" in run.stdout + run.stderr
