#!/usr/bin/env python3
"""One NTP question, and what must hold for the answer.

    ask.py HOST [--mode 3|1] [--version N] [--stratum A-B] [--leap N]
        [--offset S --within S] [--from-ntp-port] [--no-answer]

Prints the answer's fields on one line; exit status 1 where something does not
hold, 2 without an answer. --mode 1 has the shape of Windows XP's request:
version 3, symmetric active, from port 123, a reference time that is not 0.
"""
import argparse
import os
import socket
import struct
import sys
import time

SINCE_1900 = 2208988800


def to_ntp(seconds):
    whole = int(seconds)
    return struct.pack(
        ">II", whole + SINCE_1900 & 0xFFFFFFFF,
        int((seconds - whole) * 2**32) & 0xFFFFFFFF)


def from_ntp(data, near):
    whole, fraction = struct.unpack(">II", data)
    value = whole - SINCE_1900 + fraction / 2**32
    return value + round((near - value) / 2**32) * 2**32


def request(mode, version, transmit):
    if mode == 1:
        head = struct.pack(">BBbb", version << 3 | 1, 0, 10, -6)
        return (head + struct.pack(">II", 0x10000, 0x10000) + bytes(4) +
                to_ntp(time.time() - 900) + bytes(16) + transmit)
    return struct.pack(">BBbb", version << 3 | mode, 0, 6, 32) + bytes(36) + \
        transmit


def exchange(args, transmit):
    family, _, _, _, to = socket.getaddrinfo(
        args.host, args.port, type=socket.SOCK_DGRAM)[0]
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        if args.from_ntp_port:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind(("", 123))
        sock.connect(to)
        sock.settimeout(args.timeout)
        sent = time.time()
        sock.send(request(args.mode, args.version, transmit))
        try:
            answer = sock.recv(2048)
        except (socket.timeout, ConnectionRefusedError):
            return None, sent, sent
        return answer, sent, time.time()


def problems(args, answer, transmit, fields):
    want_mode = 2 if args.mode == 1 else 4
    checks = [
        ("length", len(answer) == 48),
        ("mode", answer[0] & 7 == want_mode),
        ("version", answer[0] >> 3 & 7 == args.version),
        ("origin", answer[24:32] == transmit),
    ]
    if args.stratum:
        low, _, high = args.stratum.partition("-")
        checks.append(("stratum",
                       int(low) <= fields["stratum"] <= int(high or low)))
    if args.leap is not None:
        checks.append(("leap", fields["leap"] == args.leap))
    if args.refid is not None:
        checks.append(("refid", fields["refid"] == args.refid))
    if args.offset is not None:
        checks.append(
            ("offset", abs(fields["offset"] - args.offset) <= args.within))
    return [name for name, good in checks if not good]


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("host")
    parser.add_argument("--port", type=int, default=123)
    parser.add_argument("--mode", type=int, default=3)
    parser.add_argument("--version", type=int, default=4)
    parser.add_argument("--stratum")
    parser.add_argument("--leap", type=int)
    parser.add_argument("--refid")
    parser.add_argument("--offset", type=float)
    parser.add_argument("--within", type=float, default=0.001)
    parser.add_argument("--timeout", type=float, default=1)
    parser.add_argument("--from-ntp-port", action="store_true")
    parser.add_argument("--no-answer", action="store_true")
    return parser.parse_args()


def main():
    args = arguments()
    transmit = os.urandom(8) if args.mode != 1 else to_ntp(time.time())
    answer, sent, received = exchange(args, transmit)
    if answer is None:
        print("no answer")
        return 0 if args.no_answer else 2
    if args.no_answer:
        print("an answer of", len(answer), "bytes")
        return 1
    if len(answer) < 48:
        print("short:", len(answer))
        return 1
    rec, xmt = from_ntp(answer[32:40], sent), from_ntp(answer[40:48], sent)
    delay, dispersion = struct.unpack(">II", answer[4:12])
    fields = {
        "mode": answer[0] & 7,
        "version": answer[0] >> 3 & 7,
        "leap": answer[0] >> 6,
        "stratum": answer[1],
        "refid": ".".join(str(b) for b in answer[12:16]),
        "root_delay": round(delay / 65536, 6),
        "root_dispersion": round(dispersion / 65536, 6),
        "offset": round((rec - sent + xmt - received) / 2, 6),
        "delay": round(received - sent - (xmt - rec), 6),
    }
    wrong = problems(args, answer, transmit, fields)
    print(*(f"{k}={v}" for k, v in fields.items()),
          *(f"WRONG:{name}" for name in wrong))
    return 1 if wrong else 0


sys.exit(main())
