"""What the tests in VS Code share: a browser, and windows of one server that come with a picture of a failure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.editors import programs, vscode
from tests.editors.vscode import Profile

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext


@pytest.fixture(scope="session")
def context() -> Iterator[BrowserContext]:
    """A browser without a past, whose user lets pages use the clipboard."""
    with vscode.browser() as context:
        yield context


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Profile:
    """A profile with nothing in it but the extension from its package."""
    made = Profile(tmp_path_factory.mktemp("vscode") / "profile")
    made.install(programs.vsix())
    return made


@pytest.fixture(scope="module")
def address(profile: Profile) -> Iterator[str]:
    """Where VS Code is served for the profile."""
    with profile.serve() as address:
        yield address
