"""What keeps the start short must change nothing of what is imported."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

EAGER = """
import json
from lsprotocol import types
"""
LATE = """
import json
from prodready.lsp import starting
with starting.uncollected():
    starting.import_types()
from lsprotocol import types
"""
CLASSES = """
classes = {name: value for name, value in types.ALL_TYPES_MAP.items() if isinstance(value, type)}
"""
DESCRIBE = (
    CLASSES
    + """
import attrs, inspect, re
from lsprotocol.converters import get_converter

get_converter()  # resolves the names of types
words = lambda value: re.sub(" at 0x[0-9a-f]+", "", repr(value))
described = {}
for name, cls in classes.items():
    if attrs.has(cls):
        fields = [
            [field.name, str(field.type), repr(field.default), field.inherited, field.eq, words(field.validator)]
            for field in attrs.fields(cls)
        ]
        parameters = [[each.name, repr(each.default)] for each in inspect.signature(cls).parameters.values()]
        hashed = cls.__hash__ is None
        described[name] = [fields, parameters, list(cls.__match_args__), hashed, "__eq__" in vars(cls)]
print(json.dumps(described))
"""
)


def seen(*programs: str) -> Any:
    """Return what programs print that run one after the other in a new process."""
    done = subprocess.run([sys.executable, "-c", "".join(programs)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_every_class_becomes_what_it_would_have_been() -> None:
    late = seen(LATE, DESCRIBE)
    assert len(late) > 500
    assert late == seen(EAGER, DESCRIBE)


def test_a_class_is_completed_when_it_is_used_and_no_other_is() -> None:
    program = """
from lsprotocol.converters import get_converter
completed = lambda: {name for name, cls in classes.items() if "__match_args__" in vars(cls)}
get_converter()
begun = completed()
start = types.Position(1, 2)
first = completed() - begun
span = types.Range(start, types.Position(3, character=4))
print(json.dumps([len(begun) < 10, sorted(first), sorted(completed() - begun)]))
"""
    assert seen(LATE, CLASSES, program) == [True, ["Position"], ["Position", "Range"]]


def test_objects_behave() -> None:
    program = """
import gc
import attrs
from lsprotocol.converters import get_converter

class Place(types.Position):
    pass

class Here(types.Location):
    def __init__(self):
        super().__init__("file:///here", types.Range(Place(1, 2), Place(1, 3)))

made = types.Range(types.Position(1, 2), types.Position(3, character=4))
try:
    types.Position("1", 2)
except ValueError as error:
    refused = type(error).__name__
print(json.dumps({
    "shown": repr(made),
    "equal": [types.Position(1, 2) == types.Position(1, 2), types.Position(1, 2) == types.Position(1, 3)],
    "sub-classes": [repr(Place(1, 2)), Here().uri],
    "refused": refused,
    "structured": repr(get_converter().structure({"line": 1, "character": 2}, types.Position)),
    "collects": gc.isenabled(),
    "attrs is as it was": attrs.define.__module__,
}))
"""
    assert seen(LATE, program) == {
        "shown": "1:2-3:4",
        "equal": [True, False],
        "sub-classes": ["1:2", "file:///here"],
        "refused": "ValueError",
        "structured": "1:2",
        "collects": True,
        "attrs is as it was": "attr._next_gen",
    }


def test_threads_that_need_the_same_class_at_once_all_get_it() -> None:
    program = """
import sys
import threading

sys.setswitchinterval(1e-6)
names = [name for name, cls in classes.items() if hasattr(cls, "__annotations__") and name.endswith("Options")]
wrong = []
barrier = threading.Barrier(8)

def make():
    barrier.wait()
    for name in names:
        try:
            classes[name]()
        except TypeError as error:
            if "required" not in str(error):
                wrong.append(f"{name}: {error}")

threads = [threading.Thread(target=make) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(json.dumps([len(names) > 50, wrong]))
"""
    assert seen(LATE, CLASSES, program) == [True, []]


def test_what_attrs_refuses_is_raised_each_time() -> None:
    program = """
import attrs

def refuse(cls, **options):
    raise TypeError(f"no {cls.__name__}")

attrs.define = refuse
told = []
for _ in range(2):
    try:
        types.Position(1, 2)
    except TypeError as error:
        told.append(str(error))
print(json.dumps(told))
"""
    assert seen(LATE, program) == ["no Position", "no Position"]
