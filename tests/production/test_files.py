"""The files of the example: what they name exists."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from klantportaal import open_portal
from tests.support import clamd
from tests.support.demo import ROOT

EXAMPLE = ROOT / "examples" / "production"
UNITS = sorted((EXAMPLE / "systemd").glob("*.service"))


def variables() -> dict[str, str]:
    """Read the file of variables."""
    lines = (EXAMPLE / "portal.env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def test_the_words_are_right() -> None:
    """AL-1: every word of the example is one that `open_portal` takes. The secrets are left to whoever fills it in."""
    assert list(open_portal.wrong_variables(variables())) == ["KLANTPORTAAL_PEPPER"]
    filled = {**variables(), "KLANTPORTAAL_PEPPER": "ab" * 32}
    assert open_portal.wrong_variables(filled) == {}


def test_the_extras_exist() -> None:
    """What the example installs has extras that the package has."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    for name in ("Dockerfile", "README.md"):
        (named,) = re.findall(r"klantportaal[\w.-]*\[([a-z0-9,]+)\]", (EXAMPLE / name).read_text())
        assert set(named.split(",")) <= set(extras)


def test_the_hosts_read_what_is_in_the_file() -> None:
    """Every variable that a host needs is in the file of variables."""
    needed = set(re.findall(r'os\.environ\["(\w+)"\]', (EXAMPLE / "hosts.py").read_text()))
    assert needed
    assert needed <= variables().keys()


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_units(unit: Path) -> None:
    """Each unit reads the variables, runs as the portal's user, and starts a command that exists. The store differs."""
    settings = dict(re.findall(r"^(\w+)=(.*)$", unit.read_text(), re.MULTILINE))
    if unit.stem == "klantportaal-store":
        assert settings["User"] == "ceph"
        assert settings["EnvironmentFile"] == "/etc/klantportaal/store.env"
        assert settings["ExecStart"] == "/bin/bash /srv/portal/store.sh"
        return
    assert settings["User"] == "portal"
    assert settings["EnvironmentFile"] == "/etc/klantportaal/portal.env"
    program, *rest = settings["ExecStart"].removeprefix("/srv/portal/venv/bin/").split()
    assert program in ("gunicorn", "klantportaal")
    if program == "klantportaal":
        assert rest[0] in ("migrate", "worker")
    else:
        assert rest[-1] == '"hosts:flask_application()"'
    for named in re.findall(r"klantportaal-[a-z]+@?\.service", unit.read_text()):
        assert (unit.parent / named).exists()


def test_clamd_reports_what_it_does_not_scan() -> None:
    """AT-3: the scanner in a container has the lines of the how-to, without which the portal takes no file."""
    lines = dict(line.split(maxsplit=1) for line in (EXAMPLE / "clamd.conf").read_text().splitlines() if line[0] != "#")
    assert lines.items() >= clamd.configuration().items()


def waited_for(service: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Read what a service waits for, by name. A list has no conditions."""
    named = service.get("depends_on", {})
    return named if isinstance(named, dict) else {name: {} for name in named}


def test_the_store_in_a_container() -> None:
    """Its image has the script that is started and asked. It gets its keys only. The word names it."""
    store = yaml.safe_load((EXAMPLE / "compose.yaml").read_text())["services"]["store"]
    image = (EXAMPLE / store["build"]["dockerfile"]).read_text()
    assert "COPY store.sh /srv/\n" in image
    assert 'CMD ["bash", "/srv/store.sh"]' in image
    assert store["healthcheck"]["test"] == ["CMD", "bash", "/srv/store.sh", "check"]
    assert store["env_file"] == "store.env"
    (folder,) = (volume.split(":")[1] for volume in store["volumes"])
    assert f"STORE_FOLDER:-{folder}}}" in (EXAMPLE / "store.sh").read_text()
    assert f" {folder}\n" in image
    (word,) = re.findall(r"s3://portal/\S+", (EXAMPLE / "compose.yaml").read_text())
    assert word == variables()["KLANTPORTAAL_FILES"].replace("127.0.0.1", "store")


def test_containers() -> None:
    """What containers wait for and read exists, or is described. All start again, and believe nginx alone."""
    services = yaml.safe_load((EXAMPLE / "compose.yaml").read_text())["services"]
    each = list(services.values())
    assert {name for one in each for name in one.get("depends_on", ())} <= services.keys()
    assert {one["restart"] for name, one in services.items() if name != "migrate"} == {"always"}
    mounted = [volume.split(":")[0] for one in each for volume in one.get("volumes", ())]
    assert [name for name in mounted if name[0] == "." and not (EXAMPLE / name).exists()] == ["./tls"]
    conditions = {(name, one.get("condition")) for service in each for name, one in waited_for(service).items()}
    assert {"healthcheck" in services[name] for name, told in conditions if told == "service_healthy"} == {True}
    assert ("store", "service_healthy") in conditions
    names = set(re.findall(r"\$\{(\w+)\}", (EXAMPLE / "nginx.conf.template").read_text()))
    nginx = services["nginx"]
    assert nginx["environment"].keys() == names - {"NAMES"}
    for host in ("host", "second-host"):
        assert services[host]["environment"]["PROXIES"] == nginx["networks"]["default"]["ipv4_address"]
