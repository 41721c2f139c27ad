#!/usr/bin/env python3
"""SIGHUP is a transaction: what did not change keeps everything, a broken file
changes nothing, and nothing is lost or leaked however often it happens."""
import os
import re
import socket
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from daemon import (Daemon, descriptors, isolate, query, resident_kib,
                    run_tests, wait_for)
from responder import Responder

HEAD = 'interface ignore all\ninterface listen 127.0.0.1\n'
ANSWER_DELAY = 0.4


def servers(numbers):
    return ''.join(f'server 127.1.0.{n} iburst minpoll 3 maxpoll 3\n'
                   for n in numbers)


def measured(daemon, number):
    """The samples that net made of this server, as its debug lines."""
    return daemon.logged(rf'net: 127\.1\.0\.{number} offset .* reach')


def change_of_configuration():
    responder = Responder([f'127.1.0.{n}' for n in range(1, 6)], ANSWER_DELAY)
    responder.start()
    with Daemon(HEAD + servers([1, 2, 3, 4]), '-D', '2') as daemon:
        daemon.ready()
        clockctl = daemon.children()['observe']
        # The bursts at the start are over: from here on one poll in 8 s.
        wait_for('the bursts', lambda: all(
            len(responder.requests[f'127.1.0.{n}']) >= 9
            for n in (1, 2, 3, 4)), 60)
        count = len(responder.requests['127.1.0.2'])
        wait_for('a request in flight', lambda:
                 len(responder.requests['127.1.0.2']) > count)
        daemon.configure(HEAD + servers([1, 2, 3, 5]) + 'tos minsane 2\n')
        begun = time.monotonic()
        daemon.hup()
        daemon.wait_log('configuration 2 is in force')
        print(f'    in force after {time.monotonic() - begun:.3f} s')
        changed = time.monotonic()
        wait_for('the new server', lambda:
                 len(measured(daemon, 5)) >= 3, 60)
        wait_for('polls of the old ones', lambda: all(
            len([1 for at, _ in responder.requests[f'127.1.0.{n}']
                 if at > changed]) >= 2 for n in (1, 2, 3)), 60)
        for n in (1, 2, 3):
            after = [at for at, _ in responder.requests[f'127.1.0.{n}']
                     if at > begun - 4]
            gaps = [b - a for a, b in zip(after, after[1:])]
            assert min(gaps) > 4, f'server {n}: a new burst: {gaps}'
            assert len(daemon.logged(
                rf'127\.1\.0\.{n}: association started')) == 1
        assert not [1 for at, _ in responder.requests['127.1.0.4']
                    if at > changed + 1], 'the dropped server is still asked'
        assert len(daemon.logged(
            r'127\.1\.0\.5: association started')) == 1
        # Every answer became a sample: the one in flight too.
        for n in (1, 2, 3):
            wait_for(f'a sample of every answer of server {n}', lambda n=n:
                     len(measured(daemon, n)) >=
                     responder.answers[f'127.1.0.{n}'] - 1)
            reach = re.search(r'reach (\d+)', measured(daemon, n)[-1])
            assert int(reach.group(1), 8) > 1, 'reach started anew'
        wait_for('the sample of the request in flight', lambda:
                 len(measured(daemon, 2)) > count)
        assert daemon.children()['observe'] == clockctl
        assert daemon.stop() == 0
    responder.stop()


def broken_file():
    good = HEAD + servers([1])
    with Daemon(good) as daemon:
        before = daemon.ready().children()
        daemon.configure(HEAD + servers([1]) + 'tos minsane two\n'
                         'server 127.1.0.2 ibrust\n')
        daemon.hup()
        daemon.wait_log('reload refused')
        line = daemon.logged('ibrust')[0]
        assert re.search(r'ntp\.conf:5:18: error: ', line), line
        assert daemon.logged(r'ntp\.conf:4:13: error: '), 'only the first'
        assert not daemon.logged('configuration 2')
        assert daemon.children() == before
        assert query() is not None
        daemon.configure(good + servers([2]))
        daemon.hup()
        daemon.wait_log('configuration 2 is in force: 2 sources')
        # A file that is not there is broken, too.
        os.unlink(daemon.conf)
        daemon.hup()
        daemon.wait_log('reload refused', 2)
        assert daemon.children() == before
        assert query() is not None
        assert daemon.stop() == 0


def a_taken_address_refuses_the_reload():
    os.system('ip address add 192.0.2.99/32 dev lo')
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(('192.0.2.99', 123))
        with Daemon(HEAD + servers([1])) as daemon:
            before = daemon.ready().children()
            daemon.configure(HEAD + servers([1, 2]) +
                             'interface listen 192.0.2.99\n')
            daemon.hup()
            daemon.wait_log('cannot bind UDP port 123 of 192.0.2.99')
            daemon.wait_log('reload refused')
            assert not daemon.logged('configuration 2')
            assert not daemon.logged('127.1.0.2')
            assert daemon.children() == before
            assert query() is not None
            other.close()
            daemon.hup()
            daemon.wait_log('configuration 2 is in force: 2 sources')
            assert query('192.0.2.99') is not None
            assert daemon.stop() == 0
    os.system('ip address del 192.0.2.99/32 dev lo')


def sockets_come_and_go():
    with Daemon(HEAD) as daemon:
        before = daemon.ready().children()
        assert query('127.0.0.9', wait=0.2) is None
        daemon.configure(HEAD + 'interface listen 127.0.0.0/8\n')
        os.system('ip address add 127.0.0.9/8 dev lo')
        daemon.hup()
        daemon.wait_log('configuration 2 is in force')
        assert query('127.0.0.9') is not None
        assert query('127.0.0.1') is not None
        daemon.configure(HEAD)
        os.system('ip address del 127.0.0.9/8 dev lo')
        daemon.hup()
        daemon.wait_log('configuration 3 is in force')
        assert query('127.0.0.9', wait=0.2) is None
        assert daemon.children() == before
        # An address that comes later is bound without being told.
        daemon.configure(HEAD + 'interface listen 127.0.0.8/29\n')
        daemon.hup()
        daemon.wait_log('configuration 4 is in force')
        os.system('ip address add 127.0.0.9/8 dev lo')
        wait_for('the new address', lambda: query('127.0.0.9', wait=0.1))
        os.system('ip address del 127.0.0.9/8 dev lo')
        wait_for('it is gone', lambda: not query('127.0.0.9', wait=0.1))
        assert query('127.0.0.1') is not None
        # Nobody is to be answered any more: the worker goes.
        daemon.configure('interface ignore all\n')
        daemon.hup()
        wait_for('serve is gone', lambda: 'serve' not in daemon.children())
        assert query(wait=0.2) is None
        daemon.configure(HEAD)
        daemon.hup()
        wait_for('serve is back', lambda: query(wait=0.1) is not None)
        assert daemon.stop() == 0


class Load(threading.Thread):
    """Queries without a pause; counts answers that did not come."""

    def __init__(self):
        super().__init__(daemon=True)
        self.running = True
        self.asked = self.lost = 0

    def run(self):
        while self.running:
            self.asked += 1
            if query(wait=2.0) is None:
                self.lost += 1
            time.sleep(0.002)


def a_thousand_reloads_under_load():
    responder = Responder(['127.1.0.1', '127.1.0.2'])
    responder.start()
    files = [HEAD + servers([1]), HEAD + servers([1, 2]) +
             'tos minsane 2\ninterface listen 192.0.2.99\n']
    os.system('ip address add 192.0.2.99/32 dev lo')
    load = Load()
    with Daemon(files[0]) as daemon:
        before = daemon.ready().family()
        load.start()
        for count in range(1, 1001):
            daemon.configure(files[count % 2])
            daemon.hup()
            wait_for(f'reload {count}', lambda: reloaded(daemon, count + 1))
            if count == 200:
                fds = {role: descriptors(pid)
                       for role, pid in before.items()}
                kib = {role: resident_kib(pid)
                       for role, pid in before.items()}
        load.running = False
        load.join()
        assert daemon.family() == before, 'somebody was started anew'
        for change in ('1 sources, 2 sockets', '2 sources, 3 sockets'):
            assert len(daemon.logged(change)) >= 500, change
        for role, pid in before.items():
            # A request in flight has one, for a moment.
            wait_for(f'{role} has no more descriptors than it had',
                     lambda pid=pid, most=fds[role]:
                     descriptors(pid) <= most)
            grown = resident_kib(pid) - kib[role]
            assert grown < 400, f'{role} grew by {grown} KiB'
        print(f'    {load.asked} queries, {load.lost} lost')
        assert load.asked > 100 and load.lost == 0
        # As fast as they can be sent, they are remembered, once.
        daemon.configure(files[0])
        for _ in range(1000):
            daemon.hup()
        wait_for('the last of them', lambda: reloaded(daemon, 1002))
        assert query() is not None
        assert daemon.stop() == 0
    responder.stop()


class Tail:
    """Reads on from where it was: the log grows long."""
    def __init__(self):
        self.offset, self.last = {}, {}


TAIL = Tail()


def reloaded(daemon, generation):
    with open(daemon.log, errors='replace') as file:
        file.seek(TAIL.offset.get(daemon.log, 0))
        text = file.read()
        TAIL.offset[daemon.log] = file.tell()
    found = re.findall(r'configuration (\d+) is in force', text)
    if found:
        TAIL.last[daemon.log] = int(found[-1])
    return TAIL.last.get(daemon.log, 0) >= generation


if __name__ == '__main__':
    isolate()
    sys.exit(run_tests([change_of_configuration, broken_file,
                        a_taken_address_refuses_the_reload,
                        sockets_come_and_go,
                        a_thousand_reloads_under_load]))
