#!/usr/bin/env python3
"""The numbers that the code holds itself to.

Length of functions and files, parameters, depth of braces, own header first,
no preprocessor condition inside a function, and no state outside of structs.
Exceptions are listed here by name, with the reason. BUILD is a build without
sanitizers.
"""
import json
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("BUILD", ROOT / "build"))
ROOMS = ["common", "conf", "clockctl", "net", "parent"]

FUNCTION_MAX, FUNCTION_MEDIAN, FUNCTION_P90 = 80, 18, 45
FILE_MAX, PARAMETERS_MAX, DEPTH_MAX, LINE_MAX = 400, 6, 4, 80

# "file:function" or "file", and why.
LONG_FUNCTIONS = {}
LONG_FILES = {}
STATE = {
    # who writes lines is the same for the whole process
    "common/log.c": {"self"},
}

missed = []


def sources(pattern):
    return [p for room in ROOMS for p in sorted((ROOT / room).rglob(pattern))]


def name_of(path):
    return str(path.relative_to(ROOT))


def functions():
    """(file, name, lines, parameters) of each function, by ctags."""
    output = subprocess.run(
        ["ctags", "--output-format=json", "--languages=C", "--kinds-C=f",
         "--fields=+neS", "-f", "-", *map(str, sources("*.c"))],
        check=True, capture_output=True, text=True).stdout
    for line in output.splitlines():
        tag = json.loads(line)
        signature = tag.get("signature", "()").strip("()")
        parameters = 0 if signature in ("", "void") else \
            re.sub(r"\([^()]*\)", "", signature).count(",") + 1
        yield (name_of(Path(tag["path"])), tag["name"],
               tag["end"] - tag["line"] + 1, parameters)


def check_functions():
    found = list(functions())
    lengths = sorted(lines for _, _, lines, _ in found)
    median, p90 = lengths[len(lengths) // 2], lengths[len(lengths) * 9 // 10]
    print(f"functions: {len(found)}, median {median}, p90 {p90}, "
          f"max {lengths[-1]} lines")
    for file, name, lines, parameters in found:
        if lines > FUNCTION_MAX and f"{file}:{name}" not in LONG_FUNCTIONS:
            missed.append(f"{file}: {name}: {lines} lines")
        if parameters > PARAMETERS_MAX:
            missed.append(f"{file}: {name}: {parameters} parameters")
    if median > FUNCTION_MEDIAN or p90 > FUNCTION_P90:
        missed.append(f"functions: median {median}, p90 {p90}")


def stripped(text):
    """Without comments, strings and characters; the lines stay."""
    return re.sub(
        r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'',
        lambda m: "\n" * m.group().count("\n"), text, flags=re.S)


def check_text(path):
    name, text = name_of(path), path.read_text()
    count = text.count("\n")
    if count > FILE_MAX and name not in LONG_FILES:
        missed.append(f"{name}: {count} lines")
    if not text.startswith("/*"):
        missed.append(f"{name}: does not say first what it is")
    for number, line in enumerate(text.splitlines(), 1):
        if len(line.expandtabs(8)) > LINE_MAX:
            missed.append(f"{name}:{number}: wider than {LINE_MAX} columns")
    depth = 0
    for number, line in enumerate(stripped(text).splitlines(), 1):
        if depth > 0 and re.match(r"\s*#\s*if", line) and \
                path.suffix == ".c":
            missed.append(f"{name}:{number}: condition inside of braces")
        for sign in re.findall("[{}]", line):
            depth += 1 if sign == "{" else -1
            if depth > DEPTH_MAX:
                missed.append(f"{name}:{number}: braces {depth} deep")


def check_own_header(path):
    header = path.with_suffix(".h")
    if not header.exists():
        return
    first = re.search(r'^#include [<"]([^>"]+)', path.read_text(), re.M)
    if first is None or first.group(1) != name_of(header):
        missed.append(f"{name_of(path)}: its own header is not the first")


def owners():
    """Meson's name of an object ("net", "core_select.c.o") to its source."""
    table = {}
    for path in sources("*.c"):
        parts = path.relative_to(ROOT).parts
        for cut in range(1, len(parts)):
            key = "/".join(parts[:cut]), "_".join(parts[cut:]) + ".o"
            table[key] = name_of(path)
    return table


def mutable_objects(path):
    """In .data and .bss; constants that hold addresses are elsewhere."""
    output = subprocess.run(["nm", "-f", "sysv", path], check=True,
                            capture_output=True, text=True).stdout
    for line in output.splitlines():
        parts = [part.strip() for part in line.split("|")]
        if len(parts) == 7 and parts[3] == "OBJECT" and \
                re.fullmatch(r"\.t?(data|bss)(\..*)?", parts[6]) and \
                not parts[6].startswith(".data.rel.ro"):
            yield parts[0].split(".")[0]


def check_state():
    table, seen, total = owners(), set(), 0
    for path in BUILD.rglob("*.c.o"):
        target = path.parent.relative_to(BUILD).parent
        owner = table.get((str(target), path.name))
        if owner is None:
            continue
        seen.add(owner)
        for symbol in mutable_objects(path):
            total += 1
            if symbol not in STATE.get(owner, set()):
                missed.append(f"{owner}: {symbol} is mutable state")
    print(f"mutable objects: {total} in {len(seen)} files")
    if len(seen) < len(sources("*.c")) * 3 / 4:
        missed.append("state: most objects of the build were not found")


def main():
    check_functions()
    for path in sources("*.[ch]"):
        check_text(path)
    for path in sources("*.c"):
        check_own_header(path)
    check_state()
    for line in missed:
        print("MISSED", line)
    return 1 if missed else 0


sys.exit(main())
