"""What a file is for: its path decides where it can, then a glance at its text; the configuration overrules both."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prodready.engine.settings import Role
from prodready.project import roles
from prodready.project.globs import GlobSet
from prodready.project.roles import role_of

ROOT = Path("/home/ada/tests/shop")
"""A root below a directory tests/, which must not count."""


def judge(relative: str, text: str = "", **more: object) -> tuple[str, str]:
    role, reason = role_of(ROOT / relative, text, ROOT, **more)  # type: ignore[arg-type]
    return role.value, reason


SERVICE = ("service", "Nothing marks it as anything else, so it is taken for service code.")


@pytest.mark.parametrize(
    ("relative", "role", "reason"),
    [
        ("app/orders.py", *SERVICE),
        ("tests/test_orders.py", "test", "A file called test_orders.py holds tests."),
        ("app/orders_test.py", "test", "A file called orders_test.py holds tests."),
        ("app/conftest.py", "test", "A file called conftest.py holds tests."),
        ("app/tests/factories.py", "test", "It lies in a directory tests/."),
        ("test/helpers.py", "test", "It lies in the project's directory test/."),
        ("django/test/client.py", *SERVICE),
        ("app/latest.py", *SERVICE),
        ("app/migrations/0001_initial.py", "migration", "It lies in a directory migrations/."),
        ("alembic/versions/a1_add.py", "migration", "It belongs to Alembic's migrations."),
        ("alembic/env.py", "migration", "It belongs to Alembic's migrations."),
        ("app/versions/a.py", *SERVICE),
        ("app/_vendor/six.py", "generated", "It lies in a directory _vendor/, for code that is copied from others."),
        ("vendored/pint/x.py", "generated", "It lies in a directory vendored/, for code that is copied from others."),
        ("shop/vendor/orders.py", *SERVICE),
        ("setup.py", "script", "A file called setup.py is a script."),
        ("noxfile.py", "script", "A file called noxfile.py is a script."),
        ("scripts/load.py", "script", "It lies in a directory scripts/."),
        ("tools/load.py", "script", "It lies in the project's directory tools/."),
        ("app/tools/search.py", *SERVICE),
        ("examples/shop/orders.py", *SERVICE),
        ("app/cli/run.py", "cli", "It lies in a directory cli/."),
        ("app/cli.py", "cli", "A file called cli.py is a command line."),
        ("app/__main__.py", "cli", "A file called __main__.py is a command line."),
        ("manage.py", "cli", "A file called manage.py is a command line."),
        ("app/management/commands/sync.py", "cli", "It lies in a directory management/commands/."),
        ("management/commands/sync.py", "cli", "It lies in a directory management/commands/."),
        ("app/commands/sync.py", *SERVICE),
        ("app/settings.py", "settings", "Its name is that of a settings module."),
        ("app/settings_prod.py", "settings", "Its name is that of a settings module."),
        ("app/settings/production.py", "settings", "Its name is that of a settings module."),
        ("app/settings_service.py", *SERVICE),
        ("app/settings/views.py", *SERVICE),
        ("app/config.py", *SERVICE),
        ("notes/a.ipynb", "notebook", "It is a notebook."),
        ("app/orders_pb2.py", "generated", "Files called orders_pb2.py are made by the protocol buffer compiler."),
        (
            "app/orders_pb2_grpc.py",
            "generated",
            "Files called orders_pb2_grpc.py are made by the protocol buffer compiler.",
        ),
    ],
)
def test_path_alone(relative: str, role: str, reason: str) -> None:
    """Each kind of path has its role, and the reason names what decided."""
    assert judge(relative) == (role, reason)


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("import click\n", "cli"),
        ("import os, argparse as ap\n", "cli"),
        ("from typer.main import Typer\n", "cli"),
        ("\r\n\r\nimport fire\r\n", "cli"),
        ("import os\rimport fire\r", "cli"),
        ("import os # import click\n", "service"),
        ("import firebase\nfrom clickhouse import connect\n", "service"),
        ("from .click import x\n", "service"),
        ('"""Use it so:\n\nimport click\n"""\n', "service"),
        ("def main():\n    import argparse\n", "service"),
        ("if __name__ == '__main__':\n    import argparse\n", "service"),
        ("import argparse\nfrom fastapi import FastAPI\napp = FastAPI(title='x')\n", "service"),
        ("import click, flask\n\ndef make():\n    app: flask.Flask = flask.Flask(__name__)\n", "service"),
        ("import argparse\nfrom fastapi import FastAPI\ndef make():\n    return FastAPI()\n", "service"),
        ("import click\nfrom flask import Flask\nclass MyApp(Flask): ...\n", "cli"),
        ('import click\nimport flask\n"""\napp = Flask(__name__)\n"""\n', "cli"),
        ("import pytest\n\n@pytest.fixture\ndef shop(): ...\n", "test"),
        ("import pytest\nclass Shop:\n    @pytest.fixture()\n    def order(self): ...\n", "test"),
        ("import pytest\n\ndef pytest_addoption(parser): ...\n", "test"),
        ("import pytest\n\ndef near(a, b):\n    return a == pytest.approx(b)\n", "service"),
        ('"""Use it so:\n\n@pytest.fixture\n"""\n', "service"),
        ("import unittest\n\nclass ShopCase(unittest.TestCase): ...\n", "test"),
        ("class TestCaseRunner(Runner): ...\n", "service"),
        ("from alembic import op\n", "migration"),
        ("from alembic import context, op\n", "migration"),
        ("from alembic import command\nfrom alembic.config import Config\n", "service"),
        ("from alembic import operations\n", "service"),
        ("from setuptools import Command, find_packages\n", "script"),
        ("from setuptools import find_packages\n", "script"),
        ("from distutils.command.clean import clean as _clean\n", "script"),
        ("import setuptools.command.build_py\n", "script"),
        ("from distutils.version import LooseVersion\nfrom setuptools import distutils\n", "service"),
        ("#!/usr/bin/env python3\nx = 1\n", "script"),
        ("# -*- coding: utf-8 -*-\n#!/usr/bin/env python3\n", "service"),
        ("INSTALLED_APPS = []\n", "settings"),
        ("x = 1\nINSTALLED_APPS += ['a']\n", "settings"),
        ("# Code generated by openapi. DO NOT EDIT.\nx = 1\n", "generated"),
        (
            "#!/usr/bin/env python\n\n# Autogenerated by Thrift\n#  DO NOT EDIT UNLESS SURE\nx = 1\n",
            "generated",
        ),
        ("# @generated\n", "generated"),
        (
            '# coding: utf-8\n\n"""\n    Shop API\n\n    Generated by: https://openapi-generator.tech\n"""\n',
            "generated",
        ),
        ("'''Shop\n\nGenerated by OpenAPI Generator (https://openapi-generator.tech)\n'''\n", "generated"),
        ('"""Reads what was generated by OpenAPI Generator.\n"""\nx = 1\n', "service"),
        ('x = """\nGenerated by: https://openapi-generator.tech\n"""\n', "service"),
        ("# Do not edit: this file is\r\n# generated from the schema.\r\n", "generated"),
        ("# The id is generated by the database.\n", "service"),
        ("x = 1\n# Code generated by a. DO NOT EDIT.\n", "service"),
        ('"""Generated reports. Do not edit them by hand."""\n', "service"),
    ],
)
def test_text_decides(text: str, role: str) -> None:
    """Top-level imports, calls that make an application, and first comments count; documentation does not."""
    assert judge("app/main.py", text)[0] == role


def test_leftover_first_line_in_a_package() -> None:
    """In a package `#!` counts only where the file can be started as a program."""
    text = "#!/usr/bin/env python\nx = 1\n"
    assert judge("app/a.py", text, in_package=True) == SERVICE
    started = text + 'if __name__ == "__main__":\n    x()\n'
    reason = 'Its first line "#!" says that it is started as a program.'
    assert judge("app/a.py", started, in_package=True) == ("script", reason)


def test_pydantic_settings() -> None:
    """A settings class makes a file settings where its name says so too, and it is no service."""
    text = "from pydantic_settings import BaseSettings\nclass Settings(BaseSettings):\n    x: int\n"
    assert judge("app/config.py", text) == ("settings", "It defines a class of pydantic settings.")
    assert judge("app/orders.py", text) == SERVICE
    assert judge("app/config.py", text + "from fastapi import FastAPI\napp = FastAPI()\n") == (
        "service",
        "It makes a web application or a part of one (FastAPI).",
    )


def test_console_script_target() -> None:
    """A module that a console script starts is a command line, unless it makes an application."""
    scripts = frozenset({"shop.run"})
    reason = "A console script of pyproject.toml starts in it."
    assert judge("shop/run.py", console_modules=scripts, module="shop.run") == ("cli", reason)
    assert judge("shop/other.py", console_modules=scripts, module="shop.other") == SERVICE
    text = "from fastapi import FastAPI\napp = FastAPI()\n"
    assert judge("shop/run.py", text, console_modules=scripts, module="shop.run")[0] == "service"


def test_configuration_overrules() -> None:
    """The first role whose globs match wins over everything else."""
    overrides = {Role.SCRIPT: GlobSet(["jobs/"]), Role.SERVICE: GlobSet(["tests/stub.py", "*.py"])}
    assert judge("jobs/cli.py", overrides=overrides) == (
        "script",
        'It matches "jobs/" of roles.script in the configuration.',
    )
    assert judge("tests/stub.py", overrides=overrides)[0] == "service"


def test_outside_of_the_root() -> None:
    """Of a file outside of the root only the name counts."""
    assert role_of(Path("/opt/tests/a.py"), "", ROOT) == (Role.SERVICE, SERVICE[1])
    assert role_of(Path("/opt/lib/test_a.py"), "", ROOT)[0] is Role.TEST


@given(st.text(alphabet=st.sampled_from("import cloFsk=A(P)\"'#\n\r\t:é"), max_size=80))
def test_any_text_has_a_role(text: str) -> None:
    """No text makes it fail, and the reason is always a sentence."""
    role, reason = role_of(ROOT / "app/a.py", text, ROOT)
    assert isinstance(role, Role)
    assert reason.endswith(".")


class Counted(str):
    """A text that adds up how many characters were counted through."""

    seen = 0

    def count(self, sub: str, start: int, end: int) -> int:  # type: ignore[override]
        self.seen += end - start
        return super().count(sub, start, end)


def test_thousands_of_imports_are_not_each_looked_at_from_the_beginning() -> None:
    text = Counted("\nimport click" * 2000 + "\nfrom fastapi import FastAPI" * 2000)

    assert roles._imports(text) == ["click", "fastapi"]
    assert text.seen <= 4 * len(text)


def test_a_line_of_thousands_of_makers_is_not_each_time_looked_at_from_its_beginning() -> None:
    text = "\nfrom fastapi import FastAPI\n" + "FastAPI(" * 100 + "\nx = 1; app = FastAPI()\napp: FastAPI = FastAPI()\n"

    assert roles._app_made(text, ["fastapi"]) == "FastAPI"
    assert roles._app_made(text.replace("app:", "," * 300 + "app:"), ["fastapi"]) is None
