#!/usr/bin/env python3
"""Who may include whom: two floors and four arrows.

Every file belongs to the row with the longest prefix of its path; it may
include project headers only from the places of that row. Headers are named by
their path from the root; config.h is the generated one.
"""
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

ROWS = {
    "common/": ["common/"],
    "conf/": ["conf/", "common/"],
    "parent/": ["parent/", "conf/", "common/"],
    "clockctl/": ["clockctl/", "common/"],
    "net/": ["net/*", "net/core/", "net/io/", "common/"],
    "net/core/": ["net/core/", "common/"],
    "net/io/": ["net/io/", "common/"],
    "net/serve/": ["net/serve/", "common/"],
    "net/resolver/": ["net/resolver/", "common/"],
}

# System headers that a row does not see: clockctl links libc and libseccomp.
FORBIDDEN = {
    "clockctl/": re.compile(r"bsd/|nettle/|math\.h|stdio\.h"),
    "net/core/": re.compile(r"stdio|unistd|time\.h|errno|sys/|syslog|poll"),
    "conf/": re.compile(r"unistd|time\.h|sys/|syslog|poll|fcntl"),
}

# Linked by a test's program only.
EXEMPT = {"clockctl/record.c"}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)


def inside(place, header):
    """"net/*" is the folder itself without those below it."""
    if place.endswith("*"):
        return re.fullmatch(re.escape(place[:-1]) + r"[^/]+", header)
    return header.startswith(place)


def problems(name, text):
    row = max((r for r in ROWS if name.startswith(r)), key=len)
    for kind, header in INCLUDE.findall(text):
        if kind == "<":
            if row in FORBIDDEN and name not in EXEMPT and \
                    FORBIDDEN[row].match(header):
                yield f"{name}: <{header}> is not for {row}"
        elif header == "config.h":
            continue
        elif not (ROOT / header).exists():
            yield f'{name}: "{header}" is no path from the root'
        elif not any(inside(place, header) for place in ROWS[row]):
            yield f'{name}: "{header}" is not for {row}'


def main():
    found, files = [], 0
    for top in sorted({row.split("/")[0] for row in ROWS}):
        for path in sorted((ROOT / top).rglob("*.[ch]")):
            files += 1
            found.extend(problems(str(path.relative_to(ROOT)),
                                  path.read_text()))
    print(*found, sep="\n")
    print(f"{files} files, {len(found)} includes out of place")
    return 1 if found or files < 50 else 0


sys.exit(main())
