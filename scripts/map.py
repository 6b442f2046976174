"""Print the structure as it stands: folders, sizes, longest files and functions, import rows."""

import ast
import re
from collections import Counter
from pathlib import Path

SRC = Path(__file__).resolve().parents[1] / "src" / "senformer"


def functions(path: Path) -> list[tuple[int, str]]:
    """Return (body length, place) of every function in a file."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef):
            body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
            length = (node.end_lineno or 0) - body[0].lineno + 1
            found.append((length, f"{path.relative_to(SRC)}:{node.lineno} {node.name}"))
    return found


def main() -> None:
    """Print the map."""
    files = sorted(SRC.rglob("*.py"))
    lines = {path: path.read_text(encoding="utf-8").count("\n") for path in files}
    folders: Counter[str] = Counter()
    rows: dict[str, Counter[str]] = {}
    for path in files:
        row = path.relative_to(SRC).parts[0].removesuffix(".py")
        folders[row] += lines[path]
        text = path.read_text(encoding="utf-8")
        for target in re.findall(r"from senformer\.(\w+)", text):
            if target != row:
                rows.setdefault(row, Counter())[target] += 1
    print(f"{len(files)} files, {sum(lines.values())} lines\n")
    for row, total in folders.most_common():
        imports = ", ".join(f"{name} {n}" for name, n in rows.get(row, Counter()).most_common())
        print(f"{row:<12} {total:>6} lines   imports: {imports or '-'}")
    print("\nlongest files")
    for path, total in sorted(lines.items(), key=lambda item: -item[1])[:10]:
        print(f"{total:>6}  {path.relative_to(SRC)}")
    print("\nlongest functions")
    for length, place in sorted((f for path in files for f in functions(path)), reverse=True)[:10]:
        print(f"{length:>6}  {place}")


if __name__ == "__main__":
    main()
