"""Where a new logger and its import go, and when there is no place or name for them."""

from __future__ import annotations

import ast

import pytest

from prodready.engine.settings import SharedLogger
from prodready.fixes.draft import Draft
from tests.fixes.marks import analysed, plain_marks, planned_text


def _log(draft: Draft, node: ast.AST) -> None:
    name, kind = draft.logger(node)
    draft.replace_node(node, f"{name}.info('{kind}')")


@pytest.fixture(autouse=True)
def _marks(monkeypatch: pytest.MonkeyPatch) -> None:
    plain_marks(monkeypatch, _log)


USE = "\n\ndef f():\n    mark()\n"
USED = "\n\ndef f():\n    logger.info('stdlib')\n"
DEFINED = "logger = logging.getLogger(__name__)\n"


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        pytest.param("import os\n", f"import logging\nimport os\n\n{DEFINED}", id="sorted before"),
        pytest.param("import abc\n", f"import abc\nimport logging\n\n{DEFINED}", id="sorted behind"),
        pytest.param("import abc\nimport os\n", f"import abc\nimport logging\nimport os\n\n{DEFINED}", id="between"),
        pytest.param("import logging\n", f"import logging\n\n{DEFINED}", id="already imported"),
        pytest.param("import os, logging\n", f"import os, logging\n\n{DEFINED}", id="imported with others"),
        pytest.param(
            "import logging as log_lib\n",
            "import logging as log_lib\n\nlogger = log_lib.getLogger(__name__)\n",
            id="imported under another name",
        ),
        pytest.param("import logging.handlers\n", f"import logging.handlers\n\n{DEFINED}", id="bound by a submodule"),
        pytest.param(
            "from abc import ABC\n",
            f"import logging\nfrom abc import ABC\n\n{DEFINED}",
            id="before names",
        ),
        pytest.param("import requests\n", f"import logging\n\nimport requests\n\n{DEFINED}", id="a section of its own"),
        pytest.param(
            "'''Doc.'''\n\n# for the API\nimport requests\n",
            f"'''Doc.'''\n\nimport logging\n\n# for the API\nimport requests\n\n{DEFINED}",
            id="a comment stays with its import",
        ),
        pytest.param("from . import x\n", f"import logging\n\nfrom . import x\n\n{DEFINED}", id="before relative ones"),
        pytest.param(
            "from __future__ import annotations\n",
            f"from __future__ import annotations\n\nimport logging\n\n{DEFINED}",
            id="behind __future__",
        ),
        pytest.param(
            '"""Doc."""\n\nfrom __future__ import annotations\n\nimport os\n',
            f'"""Doc."""\n\nfrom __future__ import annotations\n\nimport logging\nimport os\n\n{DEFINED}',
            id="behind docstring and __future__",
        ),
        pytest.param('"""Doc."""\n', f'"""Doc."""\n\nimport logging\n\n{DEFINED}', id="behind a docstring alone"),
        pytest.param(
            "#!/usr/bin/env python\n# -*- coding: utf-8 -*-\nimport os\n",
            f"#!/usr/bin/env python\n# -*- coding: utf-8 -*-\nimport logging\nimport os\n\n{DEFINED}",
            id="behind shebang and coding line",
        ),
        pytest.param(
            "#!/usr/bin/env python\nimport requests\n",
            f"#!/usr/bin/env python\nimport logging\n\nimport requests\n\n{DEFINED}",
            id="behind a shebang that stands on the import",
        ),
        pytest.param(
            "import os\nfrom typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    import logging\n",
            "import logging\nimport os\nfrom typing import TYPE_CHECKING\n\n"
            f"if TYPE_CHECKING:\n    import logging\n\n{DEFINED}",
            id="an import for type checkers does not count",
        ),
        pytest.param(
            "import os\n\ntry:\n    import ujson as json\nexcept ImportError:\n    import json\n",
            "import logging\nimport os\n\n"
            f"try:\n    import ujson as json\nexcept ImportError:\n    import json\n\n{DEFINED}",
            id="a guarded import belongs to the imports",
        ),
        pytest.param(
            "import os\n__version__ = '1'\nimport sys\n",
            f"import logging\nimport os\n__version__ = '1'\nimport sys\n\n{DEFINED}",
            id="a version between imports",
        ),
        pytest.param(
            "from os import (\n    path,\n)\n",
            f"import logging\nfrom os import (\n    path,\n)\n\n{DEFINED}",
            id="lines",
        ),
        pytest.param("import os; import sys\n", f"import logging\nimport os; import sys\n\n{DEFINED}", id="two"),
    ],
)
def test_the_import_goes_to_its_sorted_place_and_the_logger_behind_the_imports(head: str, expected: str) -> None:
    assert planned_text(analysed(head + USE)) == expected + USED


def test_windows_line_ends_are_kept() -> None:
    before = f"import os\n{USE}".replace("\n", "\r\n")
    assert planned_text(analysed(before)) == f"import logging\nimport os\n\n{DEFINED}{USED}".replace("\n", "\r\n")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "def f():\n    mark()\n",
            f"import logging\n\n{DEFINED}\n\ndef f():\n    logger.info('stdlib')\n",
            id="nothing else",
        ),
        pytest.param(
            "# A licence.\n\n# about f\ndef f():\n    mark()\n",
            f"# A licence.\n\nimport logging\n\n{DEFINED}\n# about f\ndef f():\n    logger.info('stdlib')\n",
            id="comments above",
        ),
        pytest.param(
            "#!/usr/bin/env python\ndef f():\n    mark()\n",
            f"#!/usr/bin/env python\nimport logging\n\n{DEFINED}\n\ndef f():\n    logger.info('stdlib')\n",
            id="a shebang",
        ),
        pytest.param(
            "def f():\n    mark()",
            f"import logging\n\n{DEFINED}\n\ndef f():\n    logger.info('stdlib')",
            id="no last line end",
        ),
        pytest.param("mark()\n", f"import logging\n\n{DEFINED}\nlogger.info('stdlib')\n", id="module-level code"),
    ],
)
def test_a_module_without_imports_gets_both_at_its_top(text: str, expected: str) -> None:
    assert planned_text(analysed(text)) == expected


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("stdlib", "import os\n\nlogger = logging.getLogger(__name__)\n"),
        ("structlog", "import os\n\nimport structlog\n\nlogger = structlog.get_logger(__name__)\n"),
        ("loguru", "import os\n\nfrom loguru import logger\n"),
    ],
)
def test_the_projects_library_is_the_one_that_is_imported(kind: str, expected: str) -> None:
    head = "import logging\n" if kind == "stdlib" else ""
    assert planned_text(analysed(f"import os\n{USE}", logger_kind=kind)) == (
        head + expected + f"\n\ndef f():\n    logger.info('{kind}')\n"
    )


@pytest.mark.parametrize(
    ("head", "call"),
    [
        ("import logging\nlog = logging.getLogger('x')\n", "log.info('stdlib')"),
        ("import structlog\nlog = structlog.get_logger().bind(a=1)\n", "log.info('structlog')"),
        ("from loguru import logger\n", "logger.info('loguru')"),
    ],
)
def test_a_logger_that_is_there_is_used(head: str, call: str) -> None:
    assert planned_text(analysed(head + USE)) == head + USE.replace("mark()", call)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        pytest.param(f"import logging\ndef logger(): pass\n{USE}", "_logger", id="taken in the module"),
        pytest.param("import logging\n\n\ndef f(logger):\n    mark()\n", "_logger", id="taken by a parameter"),
        pytest.param(
            "import logging\n_logger = logger = 1\n\n\ndef f():\n    mark()\n",
            "log",
            id="the second choice taken as well",
        ),
    ],
)
def test_a_name_that_is_taken_gives_way_to_another(text: str, name: str) -> None:
    result = planned_text(analysed(text))
    assert result is not None
    assert f"{name} = logging.getLogger(__name__)\n" in result
    assert f"    {name}.info('stdlib')\n" in result


def test_the_name_from_the_settings_comes_first() -> None:
    result = planned_text(analysed(f"import logging\n{USE}", logger_name="LOG"))
    assert result == f"import logging\n\nLOG = logging.getLogger(__name__)\n{USED.replace('logger', 'LOG')}"


def test_a_parameter_named_like_the_library_does_not_matter() -> None:
    result = planned_text(analysed("import os\n\n\ndef f(logging):\n    mark()\n"))
    assert result == f"import logging\nimport os\n\n{DEFINED}\n\ndef f(logging):\n    logger.info('stdlib')\n"


def test_module_level_code_between_imports_gets_the_logger_above_it() -> None:
    text = "import os\n\nmark()\n\nimport sys\n"
    expected = f"import logging\nimport os\n\n{DEFINED}\nlogger.info('stdlib')\n\nimport sys\n"
    assert planned_text(analysed(text)) == expected


def test_module_level_code_beside_an_import_asks_for_the_logger() -> None:
    expected = "import logging\nimport os; logging.getLogger(__name__).info('stdlib')\n"
    assert planned_text(analysed("import os; mark()\n")) == expected


def test_the_import_goes_in_front_of_guarded_ones_that_need_it() -> None:
    head = '"""Shop."""\n\nfrom __future__ import annotations\n\n'
    guarded = "try:\n    import shop\nexcept ImportError:\n    shop = {}\n"
    expected = f"{head}import logging\n\n{guarded}".format("logging.getLogger(__name__).info('stdlib')")
    text = f"{head}{guarded}".format("mark()")
    assert planned_text(analysed(text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("logging = 1\n\n\ndef f():\n    mark()\n", id="the library's name means something else"),
        pytest.param(
            "logger = _logger = log = module_logger = 1\n\n\ndef f():\n    mark()\n", id="every usual name is taken"
        ),
    ],
)
def test_no_fix_is_offered_where_a_logger_cannot_be_had(text: str) -> None:
    assert planned_text(analysed(text)) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "mark()\nimport logging\nlogger = logging.getLogger()\n",
            "import logging\n\nlogging.getLogger(__name__).info('stdlib')\nlogger = logging.getLogger()\n",
            id="alone",
        ),
        pytest.param(
            "import os\n\nmark()\n\nimport logging\nimport sys\n\nlogger = logging.getLogger()\n",
            "import logging\nimport os\n\nlogging.getLogger(__name__).info('stdlib')\n\n"
            "import sys\n\nlogger = logging.getLogger()\n",
            id="among others",
        ),
        pytest.param(
            "mark()\nimport logging, os\nlogger = logging.getLogger()\n",
            "import logging\n\nlogging.getLogger(__name__).info('stdlib')\nimport logging, os\n"
            "logger = logging.getLogger()\n",
            id="in a statement with others, which stays",
        ),
    ],
)
def test_an_import_that_comes_too_late_for_a_logger_is_moved(text: str, expected: str) -> None:
    assert planned_text(analysed(text)) == expected


SHARED = SharedLogger("app.log", "app_logger", "stdlib", frozenset({"app.log", "app.settings"}))


@pytest.mark.parametrize(
    ("module", "head", "expected"),
    [
        pytest.param(
            "app.jobs",
            "import os\n",
            "import os\n\nfrom app.log import app_logger\n\n\ndef f():\n    app_logger.info('stdlib')\n",
            id="imported like the neighbours do",
        ),
        pytest.param(
            "app.jobs",
            "import os\n\nimport requests\n\nfrom app import models\nfrom app.views import home\n",
            "import os\n\nimport requests\n\nfrom app import models\nfrom app.log import app_logger\n"
            "from app.views import home\n\n\ndef f():\n    app_logger.info('stdlib')\n",
            id="among the project's own imports",
        ),
        pytest.param(
            "app.jobs",
            "import requests\n",
            "import requests\n\nfrom app.log import app_logger\n\n\ndef f():\n    app_logger.info('stdlib')\n",
            id="behind those of other packages",
        ),
        pytest.param(
            "app.settings",
            "import os\n",
            f"import logging\nimport os\n\n{DEFINED}{USED}",
            id="not in a module that the logger's own module needs",
        ),
        pytest.param(
            "tools.jobs",
            "import os\n",
            f"import logging\nimport os\n\n{DEFINED}{USED}",
            id="not from another package, which may not be loaded",
        ),
        pytest.param(
            "app.jobs",
            f"import logging\n\n{DEFINED}",
            f"import logging\n\n{DEFINED}{USED}",
            id="a logger that is there comes first",
        ),
        pytest.param(
            "app.jobs",
            "app_logger = 1\n",
            f"import logging\n\n{DEFINED}\napp_logger = 1\n{USED}",
            id="a name that is taken gives way to a logger of one's own",
        ),
    ],
)
def test_a_logger_that_the_modules_around_share_is_imported(module: str, head: str, expected: str) -> None:
    assert planned_text(analysed(head + USE, module=module, shared_logger=SHARED)) == expected
