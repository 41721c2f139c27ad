#!/usr/bin/env python3
"""The pure core asks nothing of the system.

The undefined symbols of each library (or of one object of it) that
symbols.allow names are within its lines there, or are defined by the same
library or by common/libcommon_pure.a. BUILD is a build without sanitizers.
"""
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
BUILD = Path(os.environ.get("BUILD", HERE.parents[1] / "build"))
SHARED = "common/libcommon_pure.a"


def nm(path, member, option):
    """Symbols of an archive, or of its object made from member."""
    output = subprocess.run(["nm", "-A", option, path], check=True,
                            capture_output=True, text=True).stdout
    symbols = set()
    for line in output.splitlines():
        where, _, symbol = line.rpartition(" ")
        if not member or f"{member}.o:" in where:
            symbols.add(symbol)
    return symbols


def allowed():
    rules, everybody = {}, set()
    for line in (HERE / "symbols.allow").read_text().splitlines():
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if words[0] == "*":
            everybody.update(words[1:])
        else:
            rules.setdefault(words[0], set()).update(words[1:])
    return {name: symbols | everybody for name, symbols in rules.items()}


def main():
    missed = 0
    shared = nm(BUILD / SHARED, "", "--defined-only")
    for name, may in allowed().items():
        library, _, member = name.partition(":")
        path = BUILD / library
        asked = nm(path, member, "--undefined-only")
        own = nm(path, member, "--defined-only")
        if not own:
            print(f"MISSED {name}: nothing is in it")
            missed += 1
        wrong = sorted(asked - own - may - shared)
        if wrong:
            print(f"MISSED {name}: asks for", *wrong)
            missed += 1
        else:
            outside = sorted(asked - own - shared)
            print(f"ok     {name}: {len(own)} symbols, asks for", *outside)
    return 1 if missed else 0


sys.exit(main())
