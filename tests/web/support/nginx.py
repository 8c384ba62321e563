"""A real nginx on this machine with the files of deploy/, before portals that run on waitress; for tests."""

import http.client
import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

from scripts.ports import free_port
from tests.web.support.certificates import certificate

DEPLOY = Path(__file__).resolve().parents[3] / "deploy"
NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")

MAIN = """
{user}
pid {folder}/nginx.pid;
error_log {folder}/start.log warn;
daemon off;
worker_processes 1;
events {{ worker_connections 256; }}
http {{
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    include {folder}/site.conf;
}}
"""


class Web:
    """A running nginx: what it answers under which name; ``where`` is the address from which it is asked."""

    def __init__(self, folder: Path, tls: int, plain: int):
        self.folder, self.tls, self.plain = folder, tls, plain
        self.trust = ssl.create_default_context(cafile=folder / "fullchain.pem")

    def ask(self, host, path, *, method="GET", where="127.0.0.1", body=None, **headers):
        """Return (status, headers, text) of an answer over TLS."""
        made = socket.create_connection(("127.0.0.1", self.tls), timeout=60, source_address=(where, 0))
        connection = http.client.HTTPConnection(host)
        connection.sock = self.trust.wrap_socket(made, server_hostname=host)
        try:
            connection.request(method, path, body, {name.replace("_", "-"): said for name, said in headers.items()})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read().decode("utf-8", "replace")
        finally:
            connection.close()

    def ask_plain(self, host, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.plain, timeout=60)
        try:
            connection.request("GET", path, headers={"Host": host})
            answer = connection.getresponse()
            return answer.status, answer.headers.get("Location")
        finally:
            connection.close()


@contextmanager
def nginx(folder: Path, name: str, changes: dict[str, str]):
    """Run nginx with one of the configurations, its paths and ports changed to those of a trial."""
    plain = 1 + (tls := free_port(2))
    certificate(folder, *set(re.findall(r"(\w+\.help\.example|help\.example)", (DEPLOY / name).read_text())))
    for part in ("headers", "tls", "proxy"):
        shutil.copy(DEPLOY / f"nginx-{part}.conf", folder / f"{part}.conf")
    shutil.copy(DEPLOY / "refused.html", folder / "refused.html")
    shutil.copy(DEPLOY / name, folder / "site.conf")
    for path in folder.glob("*.conf"):
        text = path.read_text(encoding="utf-8")
        for old, new in {
            "/etc/nginx/rohnamo/": f"{folder}/",
            "/etc/nginx/rohnamo;": f"{folder};",
            "/etc/ssl/rohnamo": str(folder),
            "/var/log/nginx": str(folder),
            "include mime.types": "include /etc/nginx/mime.types",
            **changes,
        }.items():
            text = text.replace(old, new)
        text = re.sub(r"^ *listen \[::\].*\n", "", text, flags=re.MULTILINE)
        text = re.sub(r"listen 443\b", f"listen 127.0.0.1:{tls}", text)
        text = re.sub(r"listen 80\b", f"listen 127.0.0.1:{plain}", text)
        path.write_text(text, encoding="utf-8")
    main = folder / "nginx.conf"
    main.write_text(MAIN.format(folder=folder, user="" if os.geteuid() else "user root;"), encoding="utf-8")
    running = subprocess.Popen([NGINX, "-p", str(folder), "-c", str(main), "-e", str(folder / "start.log")])
    try:
        _wait(running, tls, folder)
        yield Web(folder, tls, plain)
    finally:
        running.terminate()
        running.wait(timeout=60)


def _wait(running, port: int, folder: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if running.poll() is not None:
            raise RuntimeError((folder / "start.log").read_text(encoding="utf-8"))
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError("nginx does not answer")
