#!/usr/bin/env python3
"""restrict and the rate limit, from the file to the wire: who is served is what
the file says, and what it says after a reload."""
import os
import socket
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from daemon import Daemon, isolate, query, resident_kib, run_tests

LOCAL = 'server 127.127.1.0\ntos orphanwait 0\n'


def ask(source, count=1, port=0, fence=True):
    """Requests from this address; the answers, in the order they came."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        # with port 123: beside the wildcard socket of the daemon
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        sock.bind((source, port))
        sock.connect(('127.0.0.1', 123))
        for number in range(count):
            sock.send(b'\x23' + bytes(39) + number.to_bytes(8, 'big'))
            if fence and number % 20 == 19:
                assert query('127.0.0.1') is not None
        # the same queue: what is before this one has been dealt with
        assert query('127.0.0.1') is not None
        answers = []
        sock.setblocking(False)
        while True:
            try:
                answers.append(sock.recv(512))
            except BlockingIOError:
                return answers


def is_rate(answer):
    return answer[1] == 0 and answer[12:16] == b'RATE'


def a_reload_changes_who_is_served():
    with Daemon(LOCAL + 'restrict 127.0.0.8/29 ignore\n') as daemon:
        daemon.ready()
        assert len(ask('127.0.0.2')) == 1
        assert ask('127.0.0.9') == []
        daemon.configure(LOCAL + 'restrict 127.0.0.8/29 ignore\n'
                         'restrict 127.0.0.9 ntpport\n'
                         'restrict 127.0.0.10\nrestrict 127.0.0.2 noserve\n')
        daemon.hup()
        daemon.wait_log('configuration 2 is in force')
        assert ask('127.0.0.2') == []
        assert ask('127.0.0.9') == []
        assert len(ask('127.0.0.9', port=123)) == 1
        assert len(ask('127.0.0.10')) == 1
        assert ask('127.0.0.11') == []
        daemon.configure(LOCAL + 'restrict 127.0.0.9 nonsense\n')
        daemon.hup()
        daemon.wait_log('reload refused')
        assert ask('127.0.0.9') == []
        daemon.configure(LOCAL)
        daemon.hup()
        daemon.wait_log('configuration 3 is in force')
        assert len(ask('127.0.0.9')) == 1
        assert daemon.stop() == 0


def a_name_is_looked_up():
    """localhost is in /etc/hosts, or the library knows it."""
    with Daemon(LOCAL + 'restrict -4 localhost noserve\n') as daemon:
        daemon.ready()
        daemon.wait_log('addresses of names in restrict lines changed')
        daemon.wait_log('configuration 2 is in force')
        assert query('127.0.0.1', wait=0.3) is None
        assert query('::1') is not None
        daemon.configure(LOCAL)
        daemon.hup()
        daemon.wait_log('configuration 3 is in force')
        assert query('127.0.0.1') is not None
        assert daemon.stop() == 0


def who_asks_too_often_is_told_rarely():
    with Daemon(LOCAL + 'restrict default limited kod\n'
                'restrict 127.0.0.1\n') as daemon:
        daemon.ready()
        answers = ask('127.0.0.9', 1000)
        times = [answer for answer in answers if not is_rate(answer)]
        told = [answer for answer in answers if is_rate(answer)]
        print(f'    of 1000: {len(times)} answers, {len(told)} RATE')
        assert times[:20] == answers[:20]
        assert 20 < len(times) < 200 and 1 <= len(told) < 20
        for answer in told:
            assert answer[24:32] == answer[32:40] == answer[40:48]
            assert answer[0] >> 6 == 3
        # another one is not concerned; nobody is without the flag
        assert len(ask('127.0.0.10', 20)) == 20
        daemon.configure(LOCAL + 'restrict default limited\n'
                         'restrict 127.0.0.1\ndisable monitor\n')
        daemon.hup()
        daemon.wait_log('configuration 2 is in force')
        assert len(ask('127.0.0.9', 200)) == 200
        assert daemon.stop() == 0


def many_clients_are_remembered_in_bounded_memory():
    with Daemon(LOCAL + 'restrict default limited\nrestrict 127.0.0.1\n'
                'mru maxmem 256\n') as daemon:
        daemon.ready()
        pid = daemon.children()['serve']
        before = resident_kib(pid)
        answered = 0
        for number in range(20000):
            address = f'127.{1 + number // 65536}.{number // 256 % 256}.' \
                f'{number % 256}'
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
                sock.bind((address, 0))
                sock.sendto(b'\x23' + bytes(47), ('127.0.0.1', 123))
            if number % 20 == 19:
                answered += query('127.0.0.1') is not None
        grown = resident_kib(pid) - before
        print(f'    20000 addresses: {grown} KiB more')
        assert answered == 1000 and grown < 600
        assert daemon.stop() == 0


if __name__ == '__main__':
    isolate()
    sys.exit(run_tests([a_reload_changes_who_is_served,
                        a_name_is_looked_up,
                        who_asks_too_often_is_told_rarely,
                        many_clients_are_remembered_in_bounded_memory]))
