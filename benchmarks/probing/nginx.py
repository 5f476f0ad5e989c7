"""What is probed: a local nginx that answers two letters, over HTTP and over TLS."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

HOST = "127.0.0.1"
NGINX_CONF = """
daemon off; worker_processes 2; worker_rlimit_nofile 8192; pid {directory}/nginx.pid;
error_log stderr crit; events {{ worker_connections 4096; }}
http {{
  access_log off; client_body_temp_path {directory}/body; proxy_temp_path {directory}/proxy;
  fastcgi_temp_path {directory}/fastcgi; uwsgi_temp_path {directory}/uwsgi;
  scgi_temp_path {directory}/scgi;
  server {{
    listen {host}:{plain} backlog=4096; listen {host}:{tls} ssl backlog=4096;
    ssl_certificate {authority}; ssl_certificate_key {directory}/key.pem;
    location / {{ default_type text/plain; return 200 "ok\\n"; }}
  }}
}}
"""


@dataclass(frozen=True, slots=True)
class Target:
    """`urls` by scheme, "plain" or "TLS"; `authority` is a PEM file."""

    urls: dict[str, str]
    authority: Path


@contextmanager
def target(directory: Path) -> Iterator[Target]:
    authority = directory / "certificate.pem"
    _write_certificate(authority, directory / "key.pem")
    plain, tls = free_ports(2)
    text = NGINX_CONF.format(
        directory=directory, host=HOST, authority=authority, plain=plain, tls=tls
    )
    configuration = directory / "nginx.conf"
    configuration.write_text(text, encoding="utf-8")
    with running(["nginx", "-e", "stderr", "-p", str(directory), "-c", str(configuration)]):
        urls = {"plain": f"http://{HOST}:{plain}/", "TLS": f"https://{HOST}:{tls}/"}
        for url in urls.values():
            wait_for(url, authority, "ok")
        yield Target(urls, authority)


def _write_certificate(certificate_path: Path, key_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address(HOST))])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate_path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )


def free_ports(count: int) -> list[int]:
    taken = [socket.create_server((HOST, 0)) for _ in range(count)]
    ports = [int(each.getsockname()[1]) for each in taken]
    for each in taken:
        each.close()
    return ports


@contextmanager
def running(command: Sequence[str], **options: Any) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(command, text=True, **options) as process:
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()


def wait_for(url: str, authority: Path, text: str) -> None:
    answer, deadline = "nothing", time.monotonic() + 10
    while text not in answer:
        if time.monotonic() > deadline:
            raise RuntimeError(f"{url} answers {answer[-500:]}")
        time.sleep(0.05)
        try:
            answer = requests.get(url, timeout=5, verify=str(authority)).text
        except requests.RequestException as error:
            answer = str(error)
