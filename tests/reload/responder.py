"""A small NTP server for tests: many addresses, one thread, a journal.

Answers mode 3 from this machine's own clock, after a delay if told to. Keeps
for every address when a request came and what its transmit timestamp was, so
that a test can tell a burst from a poll and a lost answer from a sent one.
"""
import select
import socket
import struct
import threading
import time

NTP_UNIX = 2208988800


def ntp_now():
    ns = time.time_ns()
    return (ns // 10**9 + NTP_UNIX) << 32 | (ns % 10**9 * 2**32 // 10**9)


class Responder(threading.Thread):
    def __init__(self, addresses, delay=0.0):
        super().__init__(daemon=True)
        self.delay = delay
        self.requests = {address: [] for address in addresses}
        self.answers = {address: 0 for address in addresses}
        self.sockets = {}
        for address in addresses:
            sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            sock.bind((address, 123))
            self.sockets[sock] = address
        self.pending = []
        self.running = True

    def receive(self, sock):
        data, client = sock.recvfrom(512)
        if len(data) < 48 or data[0] & 7 != 3:
            return
        now = time.monotonic()
        self.requests[self.sockets[sock]].append((now, data[40:48]))
        self.pending.append((now + self.delay, sock, client, data, ntp_now()))

    def answer(self, sock, client, data, received):
        head = struct.pack('!BBbbIII', 0x24, 1, struct.unpack('b', data[2:3])[0],
                           -20, 0, 0x20, 0x47505300)
        sock.sendto(head + struct.pack('!Q', received) + data[40:48] +
                    struct.pack('!QQ', received, ntp_now()), client)
        self.answers[self.sockets[sock]] += 1

    def run(self):
        while self.running:
            ready, _, _ = select.select(list(self.sockets), [], [], 0.005)
            for sock in ready:
                self.receive(sock)
            now = time.monotonic()
            due = [item for item in self.pending if item[0] <= now]
            self.pending = [item for item in self.pending if item[0] > now]
            for item in due:
                self.answer(*item[1:])

    def stop(self):
        self.running = False
        self.join()
        for sock in self.sockets:
            sock.close()
