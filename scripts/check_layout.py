"""Hold the rules of the layout that no other tool holds.

Prints one line a fault, with the exact path or name to add, and exits 1 if there is any.
"""

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from senformer.core import errors

ROOT = Path(__file__).resolve().parents[1]
SRC = ROOT / "src" / "senformer"
TESTS = ROOT / "tests"

# Folder -> name of its plug table: every file but those starting with "_" is one entry, file name = key
# (a hyphen of a key is an underscore of the name).
TABLES = {
    "dataset/splits": "SPLITTERS",
    "model/zoo": "MODELS",
    "model/attention": "ATTENTIONS",
    "model/attention/backends": "BACKENDS",
    "model/positions": "POSITIONS",
    "model/weights": "SOURCES",
    "train/losses": "LOSSES",
    "train/optimizers": "OPTIMIZERS",
    "train/schedules": "SCHEDULES",
    "evaluate/metrics": "METRICS",
    "evaluate/protocols": "PROTOCOLS",
    "variants/indels": "INDELS",
    "variants/scorers": "SCORERS",
    "variants/writers": "WRITERS",
    "report/figures": "FIGURES",
    "workflow/bench": "BENCHES",
}
# Files of a plug folder that hold what its plugs share, not a plug.
SHARED = {
    "dataset/splits": {"base", "groups", "refold"},
    "model/attention": {"base", "blocks", "reach", "relative", "rotary", "summary"},
    "model/attention/backends": {
        "base",
        "block_tables",
        "choose",
        "flex_limits",
        "relative_logits",
        "timing",
    },
    "model/weights": {
        "adopt",
        "enformer_names",
        "enformer_read",
        "enformer_sizes",
        "foreign",
        "keras_file",
        "layout",
        "pytorch_config",
        "state_file",
        "translate",
    },
    "model/positions": {"table"},
    "report/figures": {"style"},
    "train/losses": {"kind"},
    "variants/writers": {"base"},
    "train/optimizers": {"kind", "shared_count"},
    "train/schedules": {"schedule"},
}


def modules() -> Iterator[Path]:
    """Yield every module of the package but the folders' own."""
    yield from (path for path in sorted(SRC.rglob("*.py")) if path.name != "__init__.py")


def missing_tests() -> Iterator[str]:
    """Every module has a test file of the same name at the same place."""
    for path in modules():
        relative = path.relative_to(SRC)
        test = TESTS / relative.parent / f"test_{relative.name}"
        if not test.is_file():
            yield f"missing test file: {test.relative_to(ROOT)}"


def missing_table_lines() -> Iterator[str]:
    """Every plug file has its line in the folder's table, and every line its file."""
    for folder, table in TABLES.items():
        place = SRC / folder
        if not place.is_dir():
            continue
        keys = _table_keys(place / "__init__.py", table)
        if keys is None:
            yield f"{folder}/__init__.py: no table {table}"
            continue
        shared = SHARED.get(folder, set())
        files = {p.stem for p in place.glob("*.py")} - {"__init__"} - shared
        files = {name for name in files if not name.startswith("_")}
        names = {key.lower().replace("-", "_") for key in keys}
        yield from (f"{folder}: no line in {table} for {name}.py" for name in sorted(files - names))
        yield from (f"{folder}: no file for line {name!r} of {table}" for name in sorted(names - files))


def _table_keys(path: Path, table: str) -> set[str] | None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        value = getattr(node, "value", None)
        named = any(isinstance(target, ast.Name) and target.id == table for target in targets)
        if named and isinstance(value, ast.Dict):
            return {str(key.value) for key in value.keys if isinstance(key, ast.Constant)}
    return None


def stray_writes() -> Iterator[str]:
    """Only ``core/commit.py`` opens files for writing; nothing unpickles."""
    banned = {
        r"\bopen\([^)]*[\"'][wax]b?\+?[\"']": "open for writing: use core.commit",
        r"\.write_text\(|\.write_bytes\(": "write: use core.commit",
        r"\bpickle\.\w|joblib\.load|yaml\.load\(|(?<![.\w])eval\(": "unsafe loading",
        r"torch\.load\(|torch\.save\(": "pickle underneath: use safetensors",
    }
    for path in modules():
        if path.name == "commit.py":
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            for pattern, why in banned.items():
                if re.search(pattern, line) and "# allowed:" not in line:
                    yield f"{path.relative_to(ROOT)}:{number}: {why}"


def undocumented_parameters() -> Iterator[str]:
    """Every name under ``Parameters`` of a docstring stands in the signature."""
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                known = {a.arg for a in [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]}
                known |= {a.arg for a in (node.args.vararg, node.args.kwarg) if a}
                for name in _documented(ast.get_docstring(node) or ""):
                    if name not in known:
                        yield f"{path.relative_to(ROOT)}:{node.lineno}: {node.name} has no parameter {name!r}"


def _documented(docstring: str) -> Iterator[str]:
    section = re.search(r"^Parameters\n-+\n(.*?)(?=^\w[\w ]*\n-+\n|\Z)", docstring, re.MULTILINE | re.DOTALL)
    if section:
        for line in section.group(1).splitlines():
            if line and not line[0].isspace():
                yield from (name.strip().lstrip("*") for name in line.split(":")[0].split(","))


def error_codes() -> Iterator[str]:
    """The reference page lists each error code with its exit code, and no other."""
    page = (ROOT / "docs" / "reference" / "errors.md").read_text(encoding="utf-8")
    listed = {
        code: int(exit_code)
        for code, exit_code in re.findall(r"^\| (E\d{3}) \| (\d+) \|", page, re.MULTILINE)
    }
    raised: dict[str, set[int]] = defaultdict(set)
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            first = node.args[0] if isinstance(node, ast.Call) and node.args else None
            if isinstance(first, ast.Constant) and re.fullmatch(r"E\d{3}", str(first.value)):
                kind = getattr(errors, getattr(node.func, "id", ""), None)
                raised[first.value] |= {kind.exit_code} if kind else set()
    for code, exits in sorted(raised.items()):
        if exits and exits != {listed.get(code)}:
            yield f"docs/reference/errors.md: {code} exits with {exits}, the page says {listed.get(code)}"
    text = "".join(path.read_text(encoding="utf-8") for path in modules())
    yield from (
        f"docs/reference/errors.md: {code} is not listed" for code in sorted(set(raised) - set(listed))
    )
    yield from (
        f"docs/reference/errors.md: {code} is raised nowhere" for code in sorted(listed) if code not in text
    )


def long_pieces() -> Iterator[str]:
    """No file over 400 lines, no function body over 60."""
    for path in modules():
        text = path.read_text(encoding="utf-8")
        if text.count("\n") > 400:
            yield f"{path.relative_to(ROOT)}: {text.count(chr(10))} lines, over 400 is two files"
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
                length = (node.end_lineno or 0) - body[0].lineno + 1
                if length > 60:
                    yield f"{path.relative_to(ROOT)}:{node.lineno}: {node.name} has a body of {length} lines"


def main() -> None:
    """Print every fault."""
    checks = (
        missing_tests,
        missing_table_lines,
        stray_writes,
        undocumented_parameters,
        error_codes,
        long_pieces,
    )
    faults = [fault for check in checks for fault in check()]
    print("\n".join(faults) or f"layout: {len(list(modules()))} modules, no fault")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
