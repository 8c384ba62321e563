"""The files in deploy/: commands and options exist, services may do little, headers are those of the portals."""

import configparser
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
import typer.main
import yaml
from typer.testing import CliRunner

from mapping.cli import app
from scripts.check_docs import wrong_command
from web.access.mailer import mail_settings
from web.headers import DATA_HEADERS, EMBEDDED, HEADERS, LOADED, headers_for

DEPLOY = Path(__file__).resolve().parents[3] / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
SERVICES = [path for path in UNITS if path.suffix == ".service"]
NGINX = sorted(DEPLOY.glob("nginx-*.conf"))
HARDENED = (
    "NoNewPrivileges",
    "ProtectSystem",
    "ProtectHome",
    "PrivateTmp",
    "PrivateDevices",
    "RestrictNamespaces",
    "LockPersonality",
    "SystemCallFilter",
    "CapabilityBoundingSet",
    "UMask",
)


def lines(path, name):
    return re.findall(rf"^{name}=(.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.name)
def test_services_run_commands_that_exist_and_may_do_little(path):
    for command in lines(path, "ExecStart"):
        if command.startswith("/opt/rohnamo/bin/"):
            own = command.removeprefix("/opt/rohnamo/bin/")
            assert list(wrong_command(own, typer.main.get_command(app), set())) == []
    assert lines(path, "User") == ["rohnamo"]
    for name in HARDENED:
        assert lines(path, name), name
    assert lines(path, "ProtectSystem") == ["strict"]


def test_a_portal_that_fails_at_once_is_started_again_for_ever():
    """Five starts within ten seconds are the last ones that systemd makes by itself."""
    for path in SERVICES:
        assert lines(path, "RestartSec") == ["10" for _ in lines(path, "Restart")], path.name


def test_only_the_staff_can_see_the_directory():
    private, directory = "/srv/rohnamo/private", "/srv/rohnamo/private/directory"
    for path in SERVICES:
        hidden = " ".join(lines(path, "InaccessiblePaths")).split()
        written = " ".join(lines(path, "ReadWritePaths")).split()
        if path.name == "rohnamo-partner.service":
            assert directory in hidden
        elif path.name == "rohnamo-site.service":
            assert private in hidden
        elif path.name == "rohnamo-public.service":
            assert written == ["/srv/rohnamo/inbox"]
            assert "private" not in "".join(lines(path, "ExecStart"))


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_units_are_units(path, tmp_path):
    parser = configparser.RawConfigParser(strict=False)
    parser.read_string(path.read_text(encoding="utf-8"))
    assert "Unit" in parser
    if shutil.which("systemd-analyze") is None:
        return
    for each in UNITS:  # a timer needs its service; programs are not installed here
        text = each.read_text(encoding="utf-8").replace("/opt/rohnamo/bin/rohnamo", "/bin/true")
        (tmp_path / each.name).write_text(text, encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", str(tmp_path / path.name)], capture_output=True, text=True, check=False
    )
    assert not [line for line in done.stderr.splitlines() if path.name in line], done.stderr


@pytest.mark.parametrize("path", NGINX, ids=lambda path: path.name)
def test_configuration_of_the_web_server_is_whole(path):
    code = re.sub(r'#.*|"[^"]*"|\'[^\']*\'', "", path.read_text(encoding="utf-8"))
    assert code.count("{") == code.count("}")
    for line in filter(None, map(str.strip, code.splitlines())):
        assert line[-1] in ";{}" or line.startswith("log_format"), line
    hosts = re.findall(r"^ +server_name ([a-z.]+)\.help\.example;|^ +server_name help\.example;", code, re.MULTILINE)
    assert code.count("include /etc/nginx/rohnamo/tls.conf;") == len(hosts)
    assert ("ssl_reject_handshake on;" in code) == bool(hosts)
    if path.name == "nginx-tls.conf":
        assert "server_tokens off;" in code
        assert "ssl_protocols TLSv1.2 TLSv1.3;" in code


def test_the_web_server_sends_the_headers_of_the_portals():
    text = (DEPLOY / "nginx-headers.conf").read_text(encoding="utf-8")
    tls, public = ((DEPLOY / f"nginx-{name}.conf").read_text(encoding="utf-8") for name in ("tls", "public"))
    sent_alone = headers_for("/en/embed.html")
    for variable, value in re.findall(r'^set \$(rohnamo_\w+) "(.*)";', tls, re.MULTILINE):
        text = text.replace(f"${variable}", value)
    assert f'location ~ "^{EMBEDDED.pattern}$"' in public
    assert 'set $rohnamo_framers "*";' in public
    assert "frame-ancestors *" in sent_alone["Content-Security-Policy"]
    sent = dict(re.findall(r'^add_header (\S+) "(.*)" always;$', text, re.MULTILINE))
    assert {name: sent[name] for name in HEADERS} == HEADERS
    assert set(sent) - set(HEADERS) == {"Strict-Transport-Security"}
    for block in re.findall(r"location [^{]+\{(.*?)\n    \}", public, re.DOTALL):
        assert "add_header" not in block or "rohnamo/headers.conf" in block  # headers of a block replace those above
    logged = re.findall(r"log_format.*", public)
    assert logged
    assert not re.search(r"remote_addr|request_uri|\$uri|\$request\b|user_agent|referer", logged[0])


@pytest.mark.parametrize("name", ["nginx-public.conf", "Caddyfile.public"])
def test_web_servers_let_browsers_keep_what_the_live_portal_lets_them_keep(name):
    assert f"^{LOADED.pattern}$" in (DEPLOY / name).read_text(encoding="utf-8")


def test_the_container_runs_as_nobody_special():
    words = (DEPLOY / "Containerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    steps = [line.split()[0] for line in words.splitlines() if line and not line.startswith("#")]
    known = {"FROM", "RUN", "COPY", "USER", "WORKDIR", "ENV", "EXPOSE", "ENTRYPOINT", "CMD"}
    assert set(steps) <= known
    assert steps.index("USER") < steps.index("ENTRYPOINT")
    assert re.search(r"^USER rohnamo$", words, re.MULTILINE)
    assert "--require-hashes" in words
    copied = [each for line in words.splitlines() if line.startswith("COPY") for each in line.split()[1:-1]]
    assert not {".", "build", "tests"} & set(copied)  # a checkout may hold a private folder
    for each in copied:
        assert each.startswith("--from=build") or each == "/opt/rohnamo" or (DEPLOY.parent / each).exists(), each


def test_the_container_has_the_numbers_that_the_files_of_the_host_belong_to():
    words = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    (user,) = re.findall(r"^adduser --system --group --uid (\d+) .* rohnamo$", PAGE.read_text(), re.MULTILINE)
    assert re.findall(r"(?:groupadd --system|useradd --system --uid \d+) --gid (\d+) ", words) == [user, user]
    assert f"--uid {user} " in words


def test_the_web_server_can_read_the_site():
    assert lines(DEPLOY / "systemd" / "rohnamo-site.service", "UMask") == ["0022"]


def test_the_folders_of_the_public_host_are_made_before_a_container_makes_them_for_root():
    made = re.findall(r"^install -d .*?((?: /srv/\S+)+)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    mounted = {
        volume.split(":")[0] for name in ("public", "public-web") for volume in COMPOSE["services"][name]["volumes"]
    }
    assert {folder for folder in mounted if folder.startswith("/srv")} <= {*" ".join(made).split()}


def test_the_example_of_mail_settings_can_be_read():
    found = mail_settings(DEPLOY / "mail.toml", {})
    assert found is not None
    assert (found.security, found.port) == ("starttls", 587)


@pytest.mark.parametrize("name", ["public", "private"])
def test_no_address_has_many_connections_or_takes_its_time(name):
    text = (DEPLOY / f"nginx-{name}.conf").read_text(encoding="utf-8")
    assert f"limit_conn_zone $binary_remote_addr zone=rohnamo_{name}:" in text
    assert text.count(f"limit_conn rohnamo_{name} ") == 2  # both servers
    assert "client_header_timeout 15s;" in text


def test_the_private_portals_learn_from_nginx_where_a_guess_comes_from():
    text = (DEPLOY / "nginx-private.conf").read_text(encoding="utf-8")
    assert text.count("proxy_set_header X-Forwarded-For $remote_addr;") == text.count("proxy_pass ")
    for portal in ("partner", "staff"):
        (command,) = lines(DEPLOY / "systemd" / f"rohnamo-{portal}.service", "ExecStart")
        assert command.endswith("--proxies 1")


COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
OWN = {name: service for name, service in COMPOSE["services"].items() if service["image"] == "rohnamo"}
SETTING = re.compile(r"^#?(ROHNAMO_[A-Z_]+)=(.*)$", re.MULTILINE)
SETTINGS = dict(SETTING.findall((DEPLOY / "rohnamo.env").read_text(encoding="utf-8")))


def test_each_host_has_services_and_networks_of_its_own():
    networks = {"public": set(), "private": set()}
    for service in COMPOSE["services"].values():
        (host,) = service["profiles"]
        networks[host] |= set(service["networks"])
        assert "network_mode" not in service
        assert service["read_only"]
        assert service["cap_drop"] == ["ALL"]
    assert not networks["public"] & networks["private"]
    assert {name for name, network in COMPOSE["networks"].items() if network.get("internal")} == {
        "public-inside",
        "private-inside",
    }
    assert [name for name, service in COMPOSE["services"].items() if "ports" in service] == [
        "public-web",
        "private-web",
    ]
    assert COMPOSE["services"]["private-web"]["ports"] == ["${ROHNAMO_BIND:-127.0.0.1}:443:443"]


def test_the_public_containers_see_nothing_private():
    for name in ("public", "public-web"):
        service = COMPOSE["services"][name]
        assert "private" not in str(service)
        assert "env_file" not in service  # no password of mails
    assert "/srv/rohnamo/private/directory" in COMPOSE["services"]["partner"]["tmpfs"]
    assert "env_file" not in COMPOSE["services"]["partner"]


def test_containers_run_what_the_units_run():
    for name in ("public", "partner", "staff"):
        (unit,) = lines(DEPLOY / "systemd" / f"rohnamo-{name}.service", "ExecStart")
        assert unit == f"/opt/rohnamo/bin/rohnamo {COMPOSE['services'][name]['command']}"
        port = re.search(r"--port (\d+)", unit).group(1)
        assert f"127.0.0.1:{port}/" in COMPOSE["services"][name]["healthcheck"]["test"][-1]
        assert OWN[name]["environment"]["ROHNAMO_HOST"] == "0.0.0.0"
    for command in re.findall(r"^ *rohnamo (.*?)(?: && .*)?$", OWN["daily"]["command"][0], re.MULTILINE):
        assert list(wrong_command(f"rohnamo {command}", typer.main.get_command(app), set())) == []


def test_the_container_builds_a_site_once_for_each_edition(tmp_path):
    """The third look comes after an edition that was published while the site was built; then all is quiet."""
    for name, script in {
        "sleep": "[ $(cat looks | wc -c) -lt 5 ] && printf . >> looks",
        "rohnamo": "echo $1 >> ran; [ -e late ] || until [ public.db -nt site.begun ]; do touch late public.db; done",
    }.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / name).chmod(0o755)
    (tmp_path / "backups").mkdir()
    (tmp_path / "backups/today.backup").touch()
    for name in ("looks", "public.db"):
        (tmp_path / name).touch()
    loop = OWN["daily"]["command"][0].replace("$$", "$")
    subprocess.run(["sh", "-c", loop], cwd=tmp_path, env={"PATH": f"{tmp_path}:{os.environ['PATH']}"}, check=False)
    assert (tmp_path / "ran").read_text().split() == ["site", "site"]


def test_both_ways_build_the_site_of_an_edition_that_was_written_before_the_last_site(tmp_path):
    """Who confirms an edition gives a file its name that may have waited for days."""
    condition = re.findall(r"if (\[ .* \]); then", OWN["daily"]["command"][0])[0].replace("$$", "$")
    (unit,) = lines(DEPLOY / "systemd" / "rohnamo-site.service", "ExecCondition")
    assert shlex.split(unit.replace("$$", "$")) == ["/bin/sh", "-c", condition]

    def is_due():
        return subprocess.run(["sh", "-c", condition], cwd=tmp_path, check=False).returncode == 0

    def touch(name, after):
        """Write a file at a later tick of the system's clock than another was."""
        (tmp_path / name).touch()
        while (tmp_path / name).stat().st_mtime_ns <= (tmp_path / after).stat().st_ctime_ns:
            (tmp_path / name).touch()

    (tmp_path / "public.db").touch()
    (tmp_path / "staged.db").touch()
    assert is_due()
    touch("site.built", after="staged.db")
    assert not is_due()
    touch("clock", after="site.built")
    (tmp_path / "staged.db").rename(tmp_path / "public.db")
    assert is_due()


def test_both_ways_read_the_same_settings():
    text = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    assert set(re.findall(r"\$\{(ROHNAMO_[A-Z]+)", text)) <= set(SETTINGS)
    caddy = "".join(path.read_text(encoding="utf-8") for path in DEPLOY.glob("Caddyfile.*"))
    assert set(re.findall(r"\{\$(ROHNAMO_[A-Z]+)\}", caddy)) <= set(SETTINGS)
    read = {value for path in SERVICES for value in lines(path, "EnvironmentFile")}
    assert read == {"-/etc/rohnamo/rohnamo.env"}
    mail = {name: value or "x" for name, value in SETTINGS.items() if name.startswith("ROHNAMO_MAIL_")}
    assert mail_settings(None, mail) is not None


def test_caddy_sends_the_headers_of_the_portals():
    text = (DEPLOY / "Caddyfile.public").read_text(encoding="utf-8")
    own, unframed, data = re.findall(r"^\theader(?: @\w+)? \{\n(.*?)\n\t\}", text, re.DOTALL | re.MULTILINE)
    sent = dict(re.findall(r'^\t\t(\S+) "(.*)"$', own + "\n" + unframed, re.MULTILINE))
    alone = dict(re.findall(r'^\theader @framed (\S+) "(.*)"$', text, re.MULTILINE))
    assert alone.items() <= headers_for("/en/embed.html").items()
    assert text.count(f"path_regexp ^{EMBEDDED.pattern}$") == 2
    sent |= dict(re.findall(r'^\theader @own (\S+) "(.*)"$', text, re.MULTILINE))
    assert {name: sent[name] for name in HEADERS} == HEADERS
    of_data = dict(re.findall(r'^\t\t(\S+) "(.*)"$', data, re.MULTILINE))
    assert of_data == DATA_HEADERS
    assert {*re.findall(r"@data path (.+)", text)} == {*re.findall(r"@own not path (.+)", text)} == {"/api/* /data/*"}
    for path in DEPLOY.glob("Caddyfile.*"):
        code = re.sub(r"#.*", "", path.read_text(encoding="utf-8"))
        assert code.count("{") == code.count("}")
        for portal, port in re.findall(r"reverse_proxy ([a-z]+):(\d+)", code):
            assert f"--port {port} " in OWN[portal]["command"] + " "


PAGE = DEPLOY.parent / "docs" / "deploy.md"
ELSEWHERE = (
    r"adduser|apt-get|python3 -m venv|/opt/|cd deploy|ln |docker|systemctl|rsync|nginx|for part|rm -f /etc|  ROHNAMO"
)
"""Commands that change the machine, need a network or another host."""


def test_the_page_is_followed_from_top_to_bottom(tmp_path, tiny_in_one_language):
    """Every command of the page that needs no other machine, in a root of its own, in the order of the page."""
    blocks = re.findall(r"```sh\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    for folder in ("etc/systemd/system", "etc/nginx/conf.d"):  # as Debian has them
        (tmp_path / folder).mkdir(parents=True)
    ran = []
    for line in "".join(blocks).splitlines():
        if re.match(ELSEWHERE, line):
            continue
        assert not line.startswith("rohnamo "), "what root writes the portals cannot"
        command = re.sub(r"^sudo -u rohnamo ", "", line)
        command = re.sub(r"-([og]) (root|rohnamo|push) ", "", command)
        command = re.sub(r"(/srv|/etc)/", rf"{tmp_path}\1/", command)
        command = command.replace("cp -r country", f"cp -r {tiny_in_one_language}")
        if command.startswith("rohnamo "):
            words = shlex.split(command)[1:]
            done = CliRunner().invoke(app, words)
            assert done.exit_code == 0 or "no mail server" in str(done.exception), (line, done.output, done.exception)
            ran.append(words[0])
        else:
            subprocess.run(["sh", "-c", command], cwd=DEPLOY.parent, check=True)
    assert ran == ["setup", "publish", "publish", "site", "remind", "backup", "restore"]
    served = "".join(service["command"] for service in OWN.values() if isinstance(service["command"], str))
    for path in set(re.findall(r"/srv/rohnamo/[\w./]+", served)) - {"/srv/rohnamo/inbox/inbox.db"}:
        made = tmp_path / path.lstrip("/")
        assert made.exists() or made.name in ("inbox.db", "ledger.db"), path  # these two are made when first written
