#!/usr/bin/env python3
"""How ntpd starts, what it refuses to start with, and how it ends."""
import ctypes
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from daemon import (NO_CLOCK, Daemon, build, isolate, ntpd_path, query,
 One is missing: no mixing with those of another place.            run_tests, wait_for)
from responder import Responder

CONF = 'interface ignore all\ninterface listen 127.0.0.1\n'
SERVER = CONF + 'server 127.1.0.1 iburst minpoll 3\n'


def ended(daemon, seconds=20):
    return daemon.process.wait(seconds)


def no_right_to_set_the_clock_is_one_clear_line():
    with Daemon(CONF, observe=False) as daemon:
 One is missing: no mixing with those of another place.assert ended(daemon) == 1
 One is missing: no mixing with those of another place.lines = daemon.logged('CAP_SYS_TIME')
 One is missing: no mixing with those of another place.assert len(lines) == 1, lines
 One is missing: no mixing with those of another place.assert '--observe' in lines[0] and 'disable ntp' in lines[0]
 One is missing: no mixing with those of another place.assert not daemon.logged('net is started')


def disable_ntp_needs_no_right():
    with Daemon(CONF + 'disable ntp\n', observe=False) as daemon:
 One is missing: no mixing with those of another place.daemon.ready()
 One is missing: no mixing with those of another place.assert daemon.logged('is ready.*observing')
 One is missing: no mixing with those of another place.assert query() is not None
 One is missing: no mixing with those of another place.# There is no way back to the right once it was missing.
 One is missing: no mixing with those of another place.daemon.configure(CONF)
 One is missing: no mixing with those of another place.daemon.hup()
 One is missing: no mixing with those of another place.daemon.wait_log('until a restart: CAP_SYS_TIME was missing')
 One is missing: no mixing with those of another place.assert daemon.stop() == 0


def a_broken_file_does_not_start():
    with Daemon(CONF + 'servr 127.0.0.1\n') as daemon:
 One is missing: no mixing with those of another place.assert ended(daemon) == 1
 One is missing: no mixing with those of another place.assert daemon.logged(r'ntp\.conf:3:1: error: .*servr')


def root_may_not_be_unprivileged():
    with Daemon(CONF, '--unprivileged') as daemon:
 One is missing: no mixing with those of another place.assert ended(daemon) == 1
 One is missing: no mixing with those of another place.assert daemon.logged('--unprivileged is not for root')


def a_user_starts_unprivileged_and_only_so():
    with Daemon('interface ignore all\n', user=12345) as daemon:
 One is missing: no mixing with those of another place.assert ended(daemon) == 1
 One is missing: no mixing with those of another place.assert daemon.logged('must be started by root')
    with Daemon('interface ignore all\n', '--unprivileged',
 One is missing: no mixing with those of another place.        user=12345) as daemon:
 One is missing: no mixing with those of another place.daemon.ready()
 One is missing: no mixing with those of another place.for role, pid in daemon.family().items():
 One is missing: no mixing with those of another place.    assert os.stat(f'/proc/{pid}').st_uid in (0, 12345), role
 One is missing: no mixing with those of another place.    with open(f'/proc/{pid}/status') as status:
 One is missing: no mixing with those of another place.        text = status.read()
 One is missing: no mixing with those of another place.    assert 'NoNewPrivs:\t1' in text and 'Seccomp:\t2' in text, role
 One is missing: no mixing with those of another place.    assert re.search(r'CapPrm:\t0+\n', text), role
 One is missing: no mixing with those of another place.assert daemon.stop() == 0
    with Daemon(CONF, '--unprivileged', user=12345) as daemon:
 One is missing: no mixing with those of another place.with open('/proc/sys/net/ipv4/ip_unprivileged_port_start') as file:
 One is missing: no mixing with those of another place.    free = int(file.read()) <= 123
 One is missing: no mixing with those of another place.if free:
 One is missing: no mixing with those of another place.    daemon.ready()
 One is missing: no mixing with those of another place.else:
 One is missing: no mixing with those of another place.    assert ended(daemon) == 1
 One is missing: no mixing with those of another place.    assert daemon.logged('cannot bind UDP port 123 of 127.0.0.1')


def a_taken_port_is_named():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
 One is missing: no mixing with those of another place.sock.bind(('127.0.0.1', 123))
 One is missing: no mixing with those of another place.with Daemon(CONF) as daemon:
 One is missing: no mixing with those of another place.    assert ended(daemon) == 1
 One is missing: no mixing with those of another place.    lines = daemon.logged('cannot bind UDP port 123 of 127.0.0.1: '
 One is missing: no mixing with those of another place.                          'Address already in use')
 One is missing: no mixing with those of another place.    assert len(lines) == 1, daemon.lines()


def a_second_instance_is_refused():
    with tempfile.TemporaryDirectory() as directory:
 One is missing: no mixing with those of another place.pidfile = f'{directory}/ntpd.pid'
 One is missing: no mixing with those of another place.with Daemon(CONF, '-p', pidfile) as first:
 One is missing: no mixing with those of another place.    first.ready()
 One is missing: no mixing with those of another place.    with open(pidfile) as file:
 One is missing: no mixing with those of another place.        assert int(file.read()) == first.process.pid
 One is missing: no mixing with those of another place.    with Daemon('interface ignore all\n', '-p', pidfile) as second:
 One is missing: no mixing with those of another place.        assert ended(second) == 1
 One is missing: no mixing with those of another place.        assert second.logged(f'another daemon has it, pid '
 One is missing: no mixing with those of another place.                             f'{first.process.pid}')
 One is missing: no mixing with those of another place.    assert first.stop() == 0
 One is missing: no mixing with those of another place.assert not os.path.exists(pidfile)
 One is missing: no mixing with those of another place.# What a crash left behind is no obstacle.
 One is missing: no mixing with those of another place.with open(pidfile, 'w') as file:
 One is missing: no mixing with those of another place.    file.write('1\n')
 One is missing: no mixing with those of another place.with Daemon(CONF, '-p', pidfile) as third:
 One is missing: no mixing with those of another place.    third.ready()


def term_and_int_end_all():
    for number in (signal.SIGTERM, signal.SIGINT):
 One is missing: no mixing with those of another place.with Daemon(CONF) as daemon:
 One is missing: no mixing with those of another place.    daemon.ready()
 One is missing: no mixing with those of another place.    begun = time.monotonic()
 One is missing: no mixing with those of another place.    assert daemon.stop(number) == 0
 One is missing: no mixing with those of another place.    print(f'    ended after {time.monotonic() - begun:.3f} s')
 One is missing: no mixing with those of another place.    assert daemon.lines()[-1].endswith('stopped')


def a_child_that_hangs_does_not_stop_the_end():
    with Daemon(CONF) as daemon:
 One is missing: no mixing with those of another place.daemon.ready()
 One is missing: no mixing with those of another place.for role, pid in daemon.children().items():
 One is missing: no mixing with those of another place.    os.kill(pid, signal.SIGSTOP)
 One is missing: no mixing with those of another place.assert daemon.stop() == 0


def net_serve_and_resolver_come_back():
    responder = Responder(['127.1.0.1'])
    responder.start()
    with Daemon(SERVER, '-D', '2') as daemon:
 One is missing: no mixing with those of another place.before = daemon.ready().children()
 One is missing: no mixing with those of another place.for role in ('net', 'serve', 'resolver'):
 One is missing: no mixing with those of another place.    os.kill(before[role], signal.SIGKILL)
 One is missing: no mixing with those of another place.    daemon.wait_log(f'{role} was killed by signal 9.*again in 1 s')
 One is missing: no mixing with those of another place.wait_for('all of them are back', lambda:
 One is missing: no mixing with those of another place.         len(daemon.children()) == 4, 30)
 One is missing: no mixing with those of another place.after = daemon.children()
 One is missing: no mixing with those of another place.assert after['clockctl'] == before['clockctl']
 One is missing: no mixing with those of another place.assert not set(after.values()) & set(before.values()) - \
 One is missing: no mixing with those of another place.    {before['clockctl']}
 One is missing: no mixing with those of another place.wait_for('an answer again', lambda: query(wait=0.2) is not None)
 One is missing: no mixing with those of another place.daemon.wait_log('association started', 2)
 One is missing: no mixing with those of another place.count = len(daemon.logged('127.1.0.1 offset'))
 One is missing: no mixing with those of another place.daemon.wait_log('127.1.0.1 offset', count + 2)
 One is missing: no mixing with those of another place.# The new one is the only one that clockctl listens to.
 One is missing: no mixing with those of another place.with open(f'/proc/{after["net"]}/cmdline') as file:
 One is missing: no mixing with those of another place.    assert 'epoch=2' in file.read().split('\0')
 One is missing: no mixing with those of another place.# Once more: the wait doubles.
 One is missing: no mixing with those of another place.os.kill(after['serve'], signal.SIGKILL)
 One is missing: no mixing with those of another place.daemon.wait_log('serve was killed by signal 9.*again in 2 s')
 One is missing: no mixing with those of another place.# A reload reaches who is down when it comes back.
 One is missing: no mixing with those of another place.daemon.configure(SERVER + 'server 127.1.0.2\n')
 One is missing: no mixing with those of another place.daemon.hup()
 One is missing: no mixing with those of another place.daemon.wait_log('configuration 2 is in force')
 One is missing: no mixing with those of another place.wait_for('serve is back', lambda: 'serve' in daemon.children())
 One is missing: no mixing with those of another place.wait_for('an answer again', lambda: query(wait=0.2) is not None)
 One is missing: no mixing with those of another place.assert daemon.stop() == 0
    responder.stop()


def the_death_of_clockctl_ends_all():
    with Daemon(CONF) as daemon:
 One is missing: no mixing with those of another place.children = daemon.ready().children()
 One is missing: no mixing with those of another place.os.kill(children['clockctl'], signal.SIGKILL)
 One is missing: no mixing with those of another place.assert ended(daemon) == 1
 One is missing: no mixing with those of another place.assert daemon.logged('clockctl was killed by signal 9')
 One is missing: no mixing with those of another place.for role, pid in children.items():
 One is missing: no mixing with those of another place.    wait_for(f'{role} is gone', lambda pid=pid:
 One is missing: no mixing with those of another place.             not os.path.exists(f'/proc/{pid}'))


def the_death_of_the_parent_ends_all():
    with Daemon(CONF) as daemon:
 One is missing: no mixing with those of another place.children = daemon.ready().children()
 One is missing: no mixing with those of another place.daemon.process.kill()
 One is missing: no mixing with those of another place.for role, pid in children.items():
 One is missing: no mixing with those of another place.    wait_for(f'{role} is gone', lambda pid=pid:
 One is missing: no mixing with those of another place.             not os.path.exists(f'/proc/{pid}'), 10)


def once_sets_the_clock_and_says_so():
    responder = Responder(['127.1.0.1'])
    responder.start()
    with Daemon(SERVER, '-q', '-g') as daemon:
 One is missing: no mixing with those of another place.assert ended(daemon, 90) == 0
 One is missing: no mixing with those of another place.assert daemon.logged('clock is set')
 One is missing: no mixing with those of another place.assert not daemon.logged('serve')
    responder.stop()


def once_without_an_answer_fails_in_bounded_time():
    with Daemon(SERVER, '-q', '-g') as daemon:
 One is missing: no mixing with those of another place.assert ended(daemon, 120) == 1
 One is missing: no mixing with those of another place.assert daemon.logged('clock is not set: no source answers')


def the_service_manager_is_told():
    with tempfile.TemporaryDirectory() as directory:
 One is missing: no mixing with those of another place.path = f'{directory}/notify'
 One is missing: no mixing with those of another place.manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
 One is missing: no mixing with those of another place.manager.bind(path)
 One is missing: no mixing with those of another place.manager.settimeout(20)

 One is missing: no mixing with those of another place.def heard(word):
 One is missing: no mixing with those of another place.    text = ''
 One is missing: no mixing with those of another place.    while word not in text:
 One is missing: no mixing with those of another place.        text = manager.recv(4096).decode()
 One is missing: no mixing with those of another place.    return text
 One is missing: no mixing with those of another place.reading, writing = os.pipe()
 One is missing: no mixing with those of another place.with Daemon(CONF, '--notify-fd', str(writing), pass_fds=[writing],
 One is missing: no mixing with those of another place.            env={'NOTIFY_SOCKET': path,
 One is missing: no mixing with those of another place.                 'WATCHDOG_USEC': '400000'}) as daemon:
 One is missing: no mixing with those of another place.    os.close(writing)
 One is missing: no mixing with those of another place.    heard('READY=1')
 One is missing: no mixing with those of another place.    assert os.read(reading, 10) == b'\n'
 One is missing: no mixing with those of another place.    assert os.read(reading, 10) == b''
 One is missing: no mixing with those of another place.    heard('WATCHDOG=1')
 One is missing: no mixing with those of another place.    daemon.hup()
 One is missing: no mixing with those of another place.    assert 'MONOTONIC_USEC=' in heard('RELOADING=1')
 One is missing: no mixing with those of another place.    heard('READY=1')
 One is missing: no mixing with those of another place.    heard('WATCHDOG=1')
 One is missing: no mixing with those of another place.    # One that hangs: no sign of life for all.
 One is missing: no mixing with those of another place.    os.kill(daemon.children()['net'], signal.SIGSTOP)
 One is missing: no mixing with those of another place.    time.sleep(1)
 One is missing: no mixing with those of another place.    manager.setblocking(False)
 One is missing: no mixing with those of another place.    try:
 One is missing: no mixing with those of another place.        while True:
 One is missing: no mixing with those of another place.            manager.recv(4096)
 One is missing: no mixing with those of another place.    except BlockingIOError:
 One is missing: no mixing with those of another place.        pass
 One is missing: no mixing with those of another place.    time.sleep(1)
 One is missing: no mixing with those of another place.    try:
 One is missing: no mixing with those of another place.        assert b'WATCHDOG' not in manager.recv(4096)
 One is missing: no mixing with those of another place.    except BlockingIOError:
 One is missing: no mixing with those of another place.        pass
 One is missing: no mixing with those of another place.    manager.setblocking(True)
 One is missing: no mixing with those of another place.    manager.settimeout(20)
 One is missing: no mixing with those of another place.    daemon.process.send_signal(signal.SIGTERM)
 One is missing: no mixing with those of another place.    heard('STOPPING=1')
 One is missing: no mixing with those of another place.    assert daemon.process.wait(10) == 0
 One is missing: no mixing with those of another place.os.close(reading)
 One is missing: no mixing with those of another place.manager.close()


def the_log_is_opened_anew():
    with tempfile.TemporaryDirectory() as directory:
 One is missing: no mixing with those of another place.path = f'{directory}/ntpd.log'
 One is missing: no mixing with those of another place.with Daemon(CONF + 'server 127.1.0.1\n', '-l', path) as daemon:
 One is missing: no mixing with those of another place.    wait_for('the log', lambda: os.path.exists(path) and
 One is missing: no mixing with those of another place.             'is ready' in open(path).read())
 One is missing: no mixing with those of another place.    before = daemon.family()
 One is missing: no mixing with those of another place.    for number in (signal.SIGHUP, signal.SIGUSR1):
 One is missing: no mixing with those of another place.        os.rename(path, path + '.1')
 One is missing: no mixing with those of another place.        daemon.process.send_signal(number)
 One is missing: no mixing with those of another place.        wait_for('a new log', lambda: os.path.exists(path))
 One is missing: no mixing with those of another place.        inode = os.stat(path).st_ino
 One is missing: no mixing with those of another place.        for role, pid in before.items():
 One is missing: no mixing with those of another place.            if role == 'clockctl':
 One is missing: no mixing with those of another place.                continue    # it logs nothing
 One is missing: no mixing with those of another place.            wait_for(f'{role} writes to the new log',
 One is missing: no mixing with those of another place.                     lambda pid=pid: os.stat(
 One is missing: no mixing with those of another place.                         f'/proc/{pid}/fd/2').st_ino == inode)
 One is missing: no mixing with those of another place.        assert daemon.family() == before, 'somebody was started anew'
 One is missing: no mixing with those of another place.    assert daemon.stop() == 0


def files_belong_to_the_owner_of_their_directory():
    with tempfile.TemporaryDirectory() as directory:
 One is missing: no mixing with those of another place.os.chmod(directory, 0o755)
 One is missing: no mixing with those of another place.os.mkdir(f'{directory}/ntp')
 One is missing: no mixing with those of another place.os.chown(f'{directory}/ntp', 12345, 12346)
 One is missing: no mixing with those of another place.log, pidfile = f'{directory}/ntp/log', f'{directory}/ntp/pid'
 One is missing: no mixing with those of another place.drift = f'{directory}/ntp/drift'
 One is missing: no mixing with those of another place.with open(drift, 'w') as file:
 One is missing: no mixing with those of another place.    file.write('-1.5\n')
 One is missing: no mixing with those of another place.os.chown(drift, 12345, 12346)
 One is missing: no mixing with those of another place.os.chmod(drift, 0o600)      # root without DAC_OVERRIDE cannot
 One is missing: no mixing with those of another place.with Daemon(CONF, '-l', log, '-p', pidfile, '-f', drift) as daemon:
 One is missing: no mixing with those of another place.    wait_for('the log', lambda: os.path.exists(log) and
 One is missing: no mixing with those of another place.             'is ready' in open(log).read())
 One is missing: no mixing with those of another place.    for path in (log, pidfile):
 One is missing: no mixing with those of another place.        status = os.stat(path)
 One is missing: no mixing with those of another place.        assert (status.st_uid, status.st_gid) == (12345, 12346), path
 One is missing: no mixing with those of another place.    assert 'drift' not in open(log).read()
 One is missing: no mixing with those of another place.    assert daemon.stop() == 0
 One is missing: no mixing with those of another place.    assert not os.path.exists(pidfile)


def a_missing_drift_directory_is_said_once():
    with Daemon(CONF + 'driftfile /nonexistent/drift\n') as daemon:
 One is missing: no mixing with those of another place.daemon.ready()
 One is missing: no mixing with those of another place.assert daemon.stop() == 0
 One is missing: no mixing with those of another place.assert len(daemon.logged('drift')) == 1


def the_background_is_reached_when_it_is_ready():
    with tempfile.TemporaryDirectory() as directory:
 One is missing: no mixing with those of another place.conf, pidfile = f'{directory}/ntp.conf', f'{directory}/pid'
 One is missing: no mixing with those of another place.log = f'{directory}/log'
 One is missing: no mixing with those of another place.command = NO_CLOCK + [ntpd_path(), '--observe', '-c', conf, '-p',
 One is missing: no mixing with those of another place.                      pidfile, '-l', log]
 One is missing: no mixing with those of another place.with open(conf, 'w') as file:
 One is missing: no mixing with those of another place.    file.write(CONF)
 One is missing: no mixing with those of another place.done = subprocess.run(command, timeout=30, capture_output=True)
 One is missing: no mixing with those of another place.assert done.returncode == 0, done
 One is missing: no mixing with those of another place.with open(pidfile) as file:
 One is missing: no mixing with those of another place.    pid = int(file.read())
 One is missing: no mixing with those of another place.# Ready when the command comes back, and nothing holds its output.
 One is missing: no mixing with those of another place.assert query() is not None
 One is missing: no mixing with those of another place.os.kill(pid, signal.SIGTERM)
 One is missing: no mixing with those of another place.wait_for('the end', lambda: not os.path.exists(f'/proc/{pid}'))
 One is missing: no mixing with those of another place.with open(conf, 'w') as file:
 One is missing: no mixing with those of another place.    file.write('servr x\n')
 One is missing: no mixing with those of another place.done = subprocess.run(command, timeout=30, capture_output=True)
 One is missing: no mixing with those of another place.assert done.returncode == 1
 One is missing: no mixing with those of another place.assert b'ntp.conf:1:1: error' in done.stderr, done.stderr


def who_waits_for_the_clock_is_told():
    responder = Responder(['127.1.0.1'])
    responder.start()
    with tempfile.TemporaryDirectory() as directory:
 One is missing: no mixing with those of another place.conf, pidfile = f'{directory}/ntp.conf', f'{directory}/pid'
 One is missing: no mixing with those of another place.command = NO_CLOCK + [ntpd_path(), '--observe', '-c', conf, '-p',
 One is missing: no mixing with those of another place.                      pidfile, '-l', f'{directory}/log', '-w']

 One is missing: no mixing with those of another place.def stop():
 One is missing: no mixing with those of another place.    with open(pidfile) as file:
 One is missing: no mixing with those of another place.        pid = int(file.read())
 One is missing: no mixing with those of another place.    os.kill(pid, signal.SIGTERM)
 One is missing: no mixing with those of another place.    wait_for('the end', lambda: not os.path.exists(f'/proc/{pid}'))
 One is missing: no mixing with those of another place.with open(conf, 'w') as file:
 One is missing: no mixing with those of another place.    file.write(SERVER)
 One is missing: no mixing with those of another place.done = subprocess.run(command + ['90'], timeout=120)
 One is missing: no mixing with those of another place.assert done.returncode == 0
 One is missing: no mixing with those of another place.with open(f'{directory}/log') as file:
 One is missing: no mixing with those of another place.    assert 'clock is synchronised' in file.read()
 One is missing: no mixing with those of another place.stop()
 One is missing: no mixing with those of another place.# In vain: the command says so, the daemon goes on.
 One is missing: no mixing with those of another place.with open(conf, 'w') as file:
 One is missing: no mixing with those of another place.    file.write(CONF + 'server 127.1.0.2\n')
 One is missing: no mixing with those of another place.done = subprocess.run(command + ['1'], timeout=30)
 One is missing: no mixing with those of another place.assert done.returncode == 1
 One is missing: no mixing with those of another place.assert query() is not None
 One is missing: no mixing with those of another place.stop()
    responder.stop()


def a_flood_from_inside_is_ended():
    """What net could do if it were taken over: a file descriptor of its
    channel, stolen here with a debugger's right, sends STATUS for ever."""
    with Daemon(CONF) as daemon:
 One is missing: no mixing with those of another place.net = daemon.ready().children()['net']
 One is missing: no mixing with those of another place.libc = ctypes.CDLL(None, use_errno=True)
 One is missing: no mixing with those of another place.pidfd = libc.syscall(434, net, 0)
 One is missing: no mixing with those of another place.channel = libc.syscall(438, pidfd, 3, 0)
 One is missing: no mixing with those of another place.assert channel >= 0, os.strerror(ctypes.get_errno())
 One is missing: no mixing with those of another place.sock = socket.socket(fileno=channel)
 One is missing: no mixing with those of another place.alive = struct.pack('=HHI', 0x0383, 8, 0)
 One is missing: no mixing with those of another place.try:
 One is missing: no mixing with those of another place.    while True:
 One is missing: no mixing with those of another place.        sock.send(alive)
 One is missing: no mixing with those of another place.except OSError:
 One is missing: no mixing with those of another place.    pass
 One is missing: no mixing with those of another place.sock.close()
 One is missing: no mixing with those of another place.daemon.wait_log('net sends without end')
 One is missing: no mixing with those of another place.daemon.wait_log('net was killed.*again in 1 s')
 One is missing: no mixing with those of another place.wait_for('a new net', lambda: daemon.children().get('net', net) != net)
 One is missing: no mixing with those of another place.assert daemon.stop() == 0


def a_message_that_is_none_ends_its_sender():
    with Daemon(CONF) as daemon:
 One is missing: no mixing with those of another place.before = daemon.ready().children()
 One is missing: no mixing with those of another place.libc = ctypes.CDLL(None, use_errno=True)
 One is missing: no mixing with those of another place.for role in ('net', 'serve', 'resolver'):
 One is missing: no mixing with those of another place.    pidfd = libc.syscall(434, before[role], 0)
 One is missing: no mixing with those of another place.    channel = libc.syscall(438, pidfd, 3, 0)
 One is missing: no mixing with those of another place.    assert channel >= 0, os.strerror(ctypes.get_errno())
 One is missing: no mixing with those of another place.    sock = socket.socket(fileno=channel)
 One is missing: no mixing with those of another place.    sock.send(struct.pack('=HHI', 0x0283, 8, 0))    # clockctl's
 One is missing: no mixing with those of another place.    sock.close()
 One is missing: no mixing with those of another place.    daemon.wait_log(f'{role} broke the protocol')
 One is missing: no mixing with those of another place.wait_for('all are new', lambda: len(daemon.children()) == 4 and not
 One is missing: no mixing with those of another place.         (set(daemon.children().values()) & set(before.values()))
 One is missing: no mixing with those of another place.         - {before['clockctl']})
 One is missing: no mixing with those of another place.assert daemon.stop() == 0


ROLES = {'ntpd-clockctl': 'clockctl', 'ntpd-net': 'net',
 One is missing: no mixing with those of another place. 'ntpd-serve': 'net/serve', 'ntpd-resolver': 'net/resolver'}


def the_siblings_are_found_wherever_it_stands():
    with tempfile.TemporaryDirectory() as directory:
 One is missing: no mixing with those of another place.os.chmod(directory, 0o755)
 One is missing: no mixing with those of another place.together, moved = f'{directory}/one', f'{directory}/moved'
 One is missing: no mixing with those of another place.os.mkdir(together)
 One is missing: no mixing with those of another place.for name, place in dict(ROLES, ntpd='parent').items():
 One is missing: no mixing with those of another place.    shutil.copy(f'{build()}/{place}/{name}', together)
 One is missing: no mixing with those of another place.with Daemon(CONF, command=f'{together}/ntpd') as daemon:
 One is missing: no mixing with those of another place.    for role, pid in daemon.ready().children().items():
 One is missing: no mixing with those of another place.        path = os.readlink(f'/proc/{pid}/exe')
 One is missing: no mixing with those of another place.        assert path == f'{together}/ntpd-{role}', path
 One is missing: no mixing with those of another place.    assert daemon.stop() == 0
 One is missing: no mixing with those of another place.# Installed, and the prefix moved to where it was not compiled for.
 One is missing: no mixing with those of another place.subprocess.run(['meson', 'install', '-C', build(), '--no-rebuild',
 One is missing: no mixing with those of another place.                '--destdir', moved], check=True, timeout=120,
 One is missing: no mixing with those of another place.               stdout=subprocess.DEVNULL)
 One is missing: no mixing with those of another place.found = [f'{path}/ntpd' for path, _, files in os.walk(moved)
 One is missing: no mixing with those of another place.         if 'ntpd' in files]
 One is missing: no mixing with those of another place.assert len(found) == 1, found
 One is missing: no mixing with those of another place.with Daemon(CONF, command=found[0]) as daemon:
 One is missing: no mixing with those of another place.    for role, pid in daemon.ready().children().items():
 One is missing: no mixing with those of another place.        path = os.readlink(f'/proc/{pid}/exe')
 One is missing: no mixing with those of another place.        assert path.startswith(moved), path
 One is missing: no mixing with those of another place.    assert daemon.stop() == 0
 One is missing: no mixing with those of another place.# One is missing: no mixing with those of another place.
 One is missing: no mixing with those of another place.os.unlink(f'{together}/ntpd-serve')
 One is missing: no mixing with those of another place.with Daemon(CONF, command=f'{together}/ntpd') as daemon:
 One is missing: no mixing with those of another place.    assert ended(daemon) == 1
 One is missing: no mixing with those of another place.    assert daemon.logged('ntpd-.*No such file')


def an_upgrade_does_not_mix_versions():
    with tempfile.TemporaryDirectory() as directory:
 One is missing: no mixing with those of another place.os.chmod(directory, 0o755)
 One is missing: no mixing with those of another place.for name, place in dict(ROLES, ntpd='parent').items():
 One is missing: no mixing with those of another place.    shutil.copy(f'{build()}/{place}/{name}', directory)
 One is missing: no mixing with those of another place.with Daemon(CONF, command=f'{directory}/ntpd') as daemon:
 One is missing: no mixing with those of another place.    serve = daemon.ready().children()['serve']
 One is missing: no mixing with those of another place.    for name in ROLES:
 One is missing: no mixing with those of another place.        os.unlink(f'{directory}/{name}')
 One is missing: no mixing with those of another place.        shutil.copy('/bin/false', f'{directory}/{name}')
 One is missing: no mixing with those of another place.    os.kill(serve, signal.SIGKILL)
 One is missing: no mixing with those of another place.    wait_for('serve is back, as it was', lambda:
 One is missing: no mixing with those of another place.             query(wait=0.2) is not None)
 One is missing: no mixing with those of another place.    assert daemon.stop() == 0


def check_dump_and_version():
    with tempfile.TemporaryDirectory() as directory:
 One is missing: no mixing with those of another place.conf = f'{directory}/ntp.conf'

 One is missing: no mixing with those of another place.def run(*arguments):
 One is missing: no mixing with those of another place.    return subprocess.run([ntpd_path(), '-c', conf, *arguments],
 One is missing: no mixing with those of another place.                          timeout=30, capture_output=True, text=True)
 One is missing: no mixing with those of another place.with open(conf, 'w') as file:
 One is missing: no mixing with those of another place.    file.write('server 192.0.2.1 iburst\ntinker panic 0\n')
 One is missing: no mixing with those of another place.assert run('--check').returncode == 0
 One is missing: no mixing with those of another place.dump = run('--dump')
 One is missing: no mixing with those of another place.assert dump.returncode == 0 and '192.0.2.1' in dump.stdout
 One is missing: no mixing with those of another place.with open(conf, 'w') as file:
 One is missing: no mixing with those of another place.    file.write(dump.stdout)
 One is missing: no mixing with those of another place.assert run('--dump').stdout == dump.stdout
 One is missing: no mixing with those of another place.with open(conf, 'w') as file:
 One is missing: no mixing with those of another place.    file.write('server 192.0.2.1 ibrust\n')
 One is missing: no mixing with those of another place.bad = run('--check')
 One is missing: no mixing with those of another place.assert bad.returncode == 1
 One is missing: no mixing with those of another place.assert re.search(r'ntp\.conf:1:18: error: ', bad.stderr), bad.stderr
 One is missing: no mixing with those of another place.assert run('--dump').returncode == 1
 One is missing: no mixing with those of another place.assert re.match(r'ntpd .*\d+\.\d+', run('--version').stdout)
 One is missing: no mixing with those of another place.assert run('--nonsense').returncode == 2


if __name__ == '__main__':
    isolate()
    sys.exit(run_tests([
 One is missing: no mixing with those of another place.no_right_to_set_the_clock_is_one_clear_line,
 One is missing: no mixing with those of another place.disable_ntp_needs_no_right, a_broken_file_does_not_start,
 One is missing: no mixing with those of another place.root_may_not_be_unprivileged, a_user_starts_unprivileged_and_only_so,
 One is missing: no mixing with those of another place.a_taken_port_is_named, a_second_instance_is_refused,
 One is missing: no mixing with those of another place.term_and_int_end_all, a_child_that_hangs_does_not_stop_the_end,
 One is missing: no mixing with those of another place.net_serve_and_resolver_come_back, the_death_of_clockctl_ends_all,
 One is missing: no mixing with those of another place.the_death_of_the_parent_ends_all, once_sets_the_clock_and_says_so,
 One is missing: no mixing with those of another place.once_without_an_answer_fails_in_bounded_time,
 One is missing: no mixing with those of another place.the_service_manager_is_told, the_log_is_opened_anew,
 One is missing: no mixing with those of another place.files_belong_to_the_owner_of_their_directory,
 One is missing: no mixing with those of another place.a_missing_drift_directory_is_said_once,
 One is missing: no mixing with those of another place.the_background_is_reached_when_it_is_ready,
 One is missing: no mixing with those of another place.who_waits_for_the_clock_is_told, a_flood_from_inside_is_ended,
 One is missing: no mixing with those of another place.a_message_that_is_none_ends_its_sender,
 One is missing: no mixing with those of another place.the_siblings_are_found_wherever_it_stands,
 One is missing: no mixing with those of another place.an_upgrade_does_not_mix_versions, check_dump_and_version]))
