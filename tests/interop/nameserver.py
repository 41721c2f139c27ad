#!/usr/bin/env python3
"""A name server for tests: nameserver.py ADDRESS TABLE

TABLE is a file that is read again for each question, so that a test can change
what is true; a line: NAME ADDRESS... | NAME silent. A name that is not in it
does not exist."""

import ipaddress
import socket
import struct
import sys

TYPE_A, TYPE_AAAA, CLASS_IN = 1, 28, 1
NO_SUCH_NAME = 3


def question(packet):
    """The name, the type, and where the question ends."""
    labels = []
    at = 12
    while packet[at] != 0:
        labels.append(packet[at + 1:at + 1 + packet[at]].decode('ascii'))
        at += 1 + packet[at]
    kind, = struct.unpack_from('>H', packet, at + 1)
    return '.'.join(labels).lower(), kind, at + 5


def lookup(path, name):
    with open(path, encoding='ascii') as table:
        for line in table:
            words = line.split()
            if words and words[0] == name:
                return words[1:]
    return None


def record(kind, text):
    """Name (a pointer to the question), type, class, 60 s, address."""
    address = ipaddress.ip_address(text)
    if (kind == TYPE_A) != (address.version == 4):
        return b''
    return struct.pack('>HHHIH', 0xc00c, kind, CLASS_IN, 60,
                       len(address.packed)) + address.packed


def answer(packet, path):
    name, kind, end = question(packet)
    found = lookup(path, name)
    print(name, kind, 'none' if found is None else ' '.join(found), flush=True)
    if found == ['silent']:
        return None
    records = []
    if found is not None and kind in (TYPE_A, TYPE_AAAA):
        records = [r for r in (record(kind, text) for text in found) if r]
    flags = 0x8180 | (NO_SUCH_NAME if found is None else 0)
    return (packet[:2] + struct.pack('>HHHHH', flags, 1, len(records), 0, 0) +
            packet[12:end] + b''.join(records))


def main():
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind((sys.argv[1], 53))
    print('ready', flush=True)
    while True:
        packet, client = sock.recvfrom(1500)
        reply = answer(packet, sys.argv[2])
        if reply is not None:
            sock.sendto(reply, client)


main()
