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
                    run_tests, wait_for)
from responder import Responder

CONF = 'interface ignore all\ninterface listen 127.0.0.1\n'
SERVER = CONF + 'server 127.1.0.1 iburst minpoll 3\n'


def ended(daemon, seconds=20):
    return daemon.process.wait(seconds)


def no_right_to_set_the_clock_is_one_clear_line():
    with Daemon(CONF, observe=False) as daemon:
        assert ended(daemon) == 1
        lines = daemon.logged('CAP_SYS_TIME')
        assert len(lines) == 1, lines
        assert '--observe' in lines[0] and 'disable ntp' in lines[0]
        assert not daemon.logged('net is started')


def disable_ntp_needs_no_right():
    with Daemon(CONF + 'disable ntp\n', observe=False) as daemon:
        daemon.ready()
        assert daemon.logged('is ready.*observing')
        assert query() is not None
        # There is no way back to the right once it was missing.
        daemon.configure(CONF)
        daemon.hup()
        daemon.wait_log('until a restart: CAP_SYS_TIME was missing')
        assert daemon.stop() == 0


def a_broken_file_does_not_start():
    with Daemon(CONF + 'servr 127.0.0.1\n') as daemon:
        assert ended(daemon) == 1
        assert daemon.logged(r'ntp\.conf:3:1: error: .*servr')


def root_may_not_be_unprivileged():
    with Daemon(CONF, '--unprivileged') as daemon:
        assert ended(daemon) == 1
        assert daemon.logged('--unprivileged is not for root')


def a_user_starts_unprivileged_and_only_so():
    with Daemon('interface ignore all\n', user=12345) as daemon:
        assert ended(daemon) == 1
        assert daemon.logged('must be started by root')
    with Daemon('interface ignore all\n', '--unprivileged',
                user=12345) as daemon:
        daemon.ready()
        for role, pid in daemon.family().items():
            assert os.stat(f'/proc/{pid}').st_uid in (0, 12345), role
            with open(f'/proc/{pid}/status') as status:
                text = status.read()
            assert 'NoNewPrivs:\t1' in text and 'Seccomp:\t2' in text, role
            assert re.search(r'CapPrm:\t0+\n', text), role
        assert daemon.stop() == 0
    with Daemon(CONF, '--unprivileged', user=12345) as daemon:
        with open('/proc/sys/net/ipv4/ip_unprivileged_port_start') as file:
            free = int(file.read()) <= 123
        if free:
            daemon.ready()
        else:
            assert ended(daemon) == 1
            assert daemon.logged('cannot bind UDP port 123 of 127.0.0.1')


def a_taken_port_is_named():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(('127.0.0.1', 123))
        with Daemon(CONF) as daemon:
            assert ended(daemon) == 1
            lines = daemon.logged('cannot bind UDP port 123 of 127.0.0.1: '
                                  'Address already in use')
            assert len(lines) == 1, daemon.lines()


def a_second_instance_is_refused():
    with tempfile.TemporaryDirectory() as directory:
        pidfile = f'{directory}/ntpd.pid'
        with Daemon(CONF, '-p', pidfile) as first:
            first.ready()
            with open(pidfile) as file:
                assert int(file.read()) == first.process.pid
            with Daemon('interface ignore all\n', '-p', pidfile) as second:
                assert ended(second) == 1
                assert second.logged(f'another daemon has it, pid '
                                     f'{first.process.pid}')
            assert first.stop() == 0
        assert not os.path.exists(pidfile)
        # What a crash left behind is no obstacle.
        with open(pidfile, 'w') as file:
            file.write('1\n')
        with Daemon(CONF, '-p', pidfile) as third:
            third.ready()


def term_and_int_end_all():
    for number in (signal.SIGTERM, signal.SIGINT):
        with Daemon(CONF) as daemon:
            daemon.ready()
            begun = time.monotonic()
            assert daemon.stop(number) == 0
            print(f'    ended after {time.monotonic() - begun:.3f} s')
            assert daemon.lines()[-1].endswith('stopped')


def a_child_that_hangs_does_not_stop_the_end():
    with Daemon(CONF) as daemon:
        daemon.ready()
        for role, pid in daemon.children().items():
            os.kill(pid, signal.SIGSTOP)
        assert daemon.stop() == 0


def net_serve_and_resolver_come_back():
    responder = Responder(['127.1.0.1'])
    responder.start()
    with Daemon(SERVER, '-D', '2') as daemon:
        before = daemon.ready().children()
        for role in ('net', 'serve', 'resolver'):
            os.kill(before[role], signal.SIGKILL)
            daemon.wait_log(f'{role} was killed by signal 9.*again in 1 s')
        wait_for('all of them are back', lambda:
                 len(daemon.children()) == 4, 30)
        after = daemon.children()
        assert after['observe'] == before['observe']
        assert not set(after.values()) & set(before.values()) - \
            {before['observe']}
        wait_for('an answer again', lambda: query(wait=0.2) is not None)
        daemon.wait_log('association started', 2)
        count = len(daemon.logged('127.1.0.1 offset'))
        daemon.wait_log('127.1.0.1 offset', count + 2)
        # The new one is the only one that clockctl listens to.
        with open(f'/proc/{after["net"]}/cmdline') as file:
            assert 'epoch=2' in file.read().split('\0')
        # Once more: the wait doubles.
        os.kill(after['serve'], signal.SIGKILL)
        daemon.wait_log('serve was killed by signal 9.*again in 2 s')
        # A reload reaches who is down when it comes back.
        daemon.configure(SERVER + 'server 127.1.0.2\n')
        daemon.hup()
        daemon.wait_log('configuration 2 is in force')
        wait_for('serve is back', lambda: 'serve' in daemon.children())
        wait_for('an answer again', lambda: query(wait=0.2) is not None)
        assert daemon.stop() == 0
    responder.stop()


def the_death_of_clockctl_ends_all():
    with Daemon(CONF) as daemon:
        children = daemon.ready().children()
        os.kill(children['observe'], signal.SIGKILL)
        assert ended(daemon) == 1
        assert daemon.logged('clockctl was killed by signal 9')
        for role, pid in children.items():
            wait_for(f'{role} is gone', lambda pid=pid:
                     not os.path.exists(f'/proc/{pid}'))


def the_death_of_the_parent_ends_all():
    with Daemon(CONF) as daemon:
        children = daemon.ready().children()
        daemon.process.kill()
        for role, pid in children.items():
            wait_for(f'{role} is gone', lambda pid=pid:
                     not os.path.exists(f'/proc/{pid}'), 10)


def once_sets_the_clock_and_says_so():
    responder = Responder(['127.1.0.1'])
    responder.start()
    with Daemon(SERVER, '-q', '-g') as daemon:
        assert ended(daemon, 90) == 0
        assert daemon.logged('clock is set')
        assert not daemon.logged('serve')
    responder.stop()


def once_without_an_answer_fails_in_bounded_time():
    with Daemon(SERVER, '-q', '-g') as daemon:
        assert ended(daemon, 120) == 1
        assert daemon.logged('clock is not set: no source answers')


def the_service_manager_is_told():
    with tempfile.TemporaryDirectory() as directory:
        path = f'{directory}/notify'
        manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        manager.bind(path)
        manager.settimeout(20)

        def heard(word):
            text = ''
            while word not in text:
                text = manager.recv(4096).decode()
            return text
        reading, writing = os.pipe()
        with Daemon(CONF, '--notify-fd', str(writing), pass_fds=[writing],
                    env={'NOTIFY_SOCKET': path,
                         'WATCHDOG_USEC': '400000'}) as daemon:
            os.close(writing)
            heard('READY=1')
            assert os.read(reading, 10) == b'\n'
            assert os.read(reading, 10) == b''
            heard('WATCHDOG=1')
            daemon.hup()
            assert 'MONOTONIC_USEC=' in heard('RELOADING=1')
            heard('READY=1')
            heard('WATCHDOG=1')
            # One that hangs: no sign of life for all.
            os.kill(daemon.children()['net'], signal.SIGSTOP)
            time.sleep(1)
            manager.setblocking(False)
            try:
                while True:
                    manager.recv(4096)
            except BlockingIOError:
                pass
            time.sleep(1)
            try:
                assert b'WATCHDOG' not in manager.recv(4096)
            except BlockingIOError:
                pass
            manager.setblocking(True)
            manager.settimeout(20)
            daemon.process.send_signal(signal.SIGTERM)
            heard('STOPPING=1')
            assert daemon.process.wait(10) == 0
        os.close(reading)
        manager.close()


def the_log_is_opened_anew():
    with tempfile.TemporaryDirectory() as directory:
        path = f'{directory}/ntpd.log'
        with Daemon(CONF + 'server 127.1.0.1\n', '-l', path) as daemon:
            wait_for('the log', lambda: os.path.exists(path) and
                     'is ready' in open(path).read())
            before = daemon.family()
            for number in (signal.SIGHUP, signal.SIGUSR1):
                os.rename(path, path + '.1')
                daemon.process.send_signal(number)
                wait_for('a new log', lambda: os.path.exists(path))
                inode = os.stat(path).st_ino
                for role, pid in before.items():
                    if role == 'observe':
                        continue    # it logs nothing
                    wait_for(f'{role} writes to the new log',
                             lambda pid=pid: os.stat(
                                 f'/proc/{pid}/fd/2').st_ino == inode)
                assert daemon.family() == before, 'somebody was started anew'
            assert daemon.stop() == 0


def files_belong_to_the_owner_of_their_directory():
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)
        os.mkdir(f'{directory}/ntp')
        os.chown(f'{directory}/ntp', 12345, 12346)
        log, pidfile = f'{directory}/ntp/log', f'{directory}/ntp/pid'
        drift = f'{directory}/ntp/drift'
        with open(drift, 'w') as file:
            file.write('-1.5\n')
        os.chown(drift, 12345, 12346)
        os.chmod(drift, 0o600)      # root without DAC_OVERRIDE cannot
        with Daemon(CONF, '-l', log, '-p', pidfile, '-f', drift) as daemon:
            wait_for('the log', lambda: os.path.exists(log) and
                     'is ready' in open(log).read())
            for path in (log, pidfile):
                status = os.stat(path)
                assert (status.st_uid, status.st_gid) == (12345, 12346), path
            assert 'drift' not in open(log).read()
            assert daemon.stop() == 0
            assert not os.path.exists(pidfile)


def a_missing_drift_directory_is_said_once():
    with Daemon(CONF + 'driftfile /nonexistent/drift\n') as daemon:
        daemon.ready()
        assert daemon.stop() == 0
        assert len(daemon.logged('drift')) == 1


def the_background_is_reached_when_it_is_ready():
    with tempfile.TemporaryDirectory() as directory:
        conf, pidfile = f'{directory}/ntp.conf', f'{directory}/pid'
        log = f'{directory}/log'
        command = NO_CLOCK + [ntpd_path(), '--observe', '-c', conf, '-p',
                              pidfile, '-l', log]
        with open(conf, 'w') as file:
            file.write(CONF)
        done = subprocess.run(command, timeout=30, capture_output=True)
        assert done.returncode == 0, done
        with open(pidfile) as file:
            pid = int(file.read())
        # Ready when the command comes back, and nothing holds its output.
        assert query() is not None
        os.kill(pid, signal.SIGTERM)
        wait_for('the end', lambda: not os.path.exists(f'/proc/{pid}'))
        with open(conf, 'w') as file:
            file.write('servr x\n')
        done = subprocess.run(command, timeout=30, capture_output=True)
        assert done.returncode == 1
        assert b'ntp.conf:1:1: error' in done.stderr, done.stderr


def who_waits_for_the_clock_is_told():
    responder = Responder(['127.1.0.1'])
    responder.start()
    with tempfile.TemporaryDirectory() as directory:
        conf, pidfile = f'{directory}/ntp.conf', f'{directory}/pid'
        command = NO_CLOCK + [ntpd_path(), '--observe', '-c', conf, '-p',
                              pidfile, '-l', f'{directory}/log', '-w']

        def stop():
            with open(pidfile) as file:
                pid = int(file.read())
            os.kill(pid, signal.SIGTERM)
            wait_for('the end', lambda: not os.path.exists(f'/proc/{pid}'))
        with open(conf, 'w') as file:
            file.write(SERVER)
        done = subprocess.run(command + ['90'], timeout=120)
        assert done.returncode == 0
        with open(f'{directory}/log') as file:
            assert 'clock is synchronised' in file.read()
        stop()
        # In vain: the command says so, the daemon goes on.
        with open(conf, 'w') as file:
            file.write(CONF + 'server 127.1.0.2\n')
        done = subprocess.run(command + ['1'], timeout=30)
        assert done.returncode == 1
        assert query() is not None
        stop()
    responder.stop()


def a_flood_from_inside_is_ended():
    """What net could do if it were taken over: a file descriptor of its
    channel, stolen here with a debugger's right, sends STATUS for ever."""
    with Daemon(CONF) as daemon:
        net = daemon.ready().children()['net']
        libc = ctypes.CDLL(None, use_errno=True)
        pidfd = libc.syscall(434, net, 0)
        channel = libc.syscall(438, pidfd, 3, 0)
        assert channel >= 0, os.strerror(ctypes.get_errno())
        sock = socket.socket(fileno=channel)
        alive = struct.pack('=HHI', 0x0383, 8, 0)
        try:
            while True:
                sock.send(alive)
        except OSError:
            pass
        sock.close()
        daemon.wait_log('net sends without end')
        daemon.wait_log('net (was killed|exited).*again in 1 s')
        wait_for('a new net', lambda: daemon.children().get('net', net) != net)
        assert daemon.stop() == 0


def a_message_that_is_none_ends_its_sender():
    with Daemon(CONF) as daemon:
        before = daemon.ready().children()
        libc = ctypes.CDLL(None, use_errno=True)
        for role in ('net', 'serve', 'resolver'):
            pidfd = libc.syscall(434, before[role], 0)
            channel = libc.syscall(438, pidfd, 3, 0)
            assert channel >= 0, os.strerror(ctypes.get_errno())
            sock = socket.socket(fileno=channel)
            sock.send(struct.pack('=HHI', 0x0283, 8, 0))    # clockctl's
            sock.close()
            daemon.wait_log(f'{role} broke the protocol')
        wait_for('all are new', lambda: len(daemon.children()) == 4 and not
                 (set(daemon.children().values()) & set(before.values()))
                 - {before['observe']})
        assert daemon.stop() == 0


ROLES = {'ntpd-clockctl': 'clockctl', 'ntpd-observe': 'clockctl',
         'ntpd-net': 'net', 'ntpd-serve': 'net/serve',
         'ntpd-resolver': 'net/resolver'}


def the_siblings_are_found_wherever_it_stands():
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)
        together, moved = f'{directory}/one', f'{directory}/moved'
        os.mkdir(together)
        for name, place in dict(ROLES, ntpd='parent').items():
            shutil.copy(f'{build()}/{place}/{name}', together)
        with Daemon(CONF, command=f'{together}/ntpd') as daemon:
            for role, pid in daemon.ready().children().items():
                path = os.readlink(f'/proc/{pid}/exe')
                assert path == f'{together}/ntpd-{role}', path
            assert daemon.stop() == 0
        # Installed, and the prefix moved to where it was not compiled for.
        subprocess.run(['meson', 'install', '-C', build(), '--no-rebuild',
                        '--destdir', moved], check=True, timeout=120,
                       stdout=subprocess.DEVNULL)
        found = [f'{path}/ntpd' for path, _, files in os.walk(moved)
                 if 'ntpd' in files]
        assert len(found) == 1, found
        with Daemon(CONF, command=found[0]) as daemon:
            for role, pid in daemon.ready().children().items():
                path = os.readlink(f'/proc/{pid}/exe')
                assert path.startswith(moved), path
            assert daemon.stop() == 0
        # One is missing: those of another place are not taken instead.
        os.unlink(f'{together}/ntpd-serve')
        with Daemon(CONF, command=f'{together}/ntpd') as daemon:
            assert ended(daemon) == 1
            assert daemon.logged('ntpd-.*No such file')


def an_upgrade_does_not_mix_versions():
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)
        for name, place in dict(ROLES, ntpd='parent').items():
            shutil.copy(f'{build()}/{place}/{name}', directory)
        with Daemon(CONF, command=f'{directory}/ntpd') as daemon:
            serve = daemon.ready().children()['serve']
            for name in ROLES:
                os.unlink(f'{directory}/{name}')
                shutil.copy('/bin/false', f'{directory}/{name}')
            os.kill(serve, signal.SIGKILL)
            wait_for('serve is back, as it was', lambda:
                     query(wait=0.2) is not None)
            assert daemon.stop() == 0


def check_dump_and_version():
    with tempfile.TemporaryDirectory() as directory:
        conf = f'{directory}/ntp.conf'

        def run(*arguments):
            return subprocess.run([ntpd_path(), '-c', conf, *arguments],
                                  timeout=30, capture_output=True, text=True)
        with open(conf, 'w') as file:
            file.write('server 192.0.2.1 iburst\ntinker panic 0\n')
        assert run('--check').returncode == 0
        dump = run('--dump')
        assert dump.returncode == 0 and '192.0.2.1' in dump.stdout
        with open(conf, 'w') as file:
            file.write(dump.stdout)
        assert run('--dump').stdout == dump.stdout
        with open(conf, 'w') as file:
            file.write('server 192.0.2.1 ibrust\n')
        bad = run('--check')
        assert bad.returncode == 1
        assert re.search(r'ntp\.conf:1:18: error: ', bad.stderr), bad.stderr
        assert run('--dump').returncode == 1
        assert re.match(r'ntpd .*\d+\.\d+', run('--version').stdout)
        assert run('--nonsense').returncode == 2


if __name__ == '__main__':
    isolate()
    sys.exit(run_tests([
        no_right_to_set_the_clock_is_one_clear_line,
        disable_ntp_needs_no_right, a_broken_file_does_not_start,
        root_may_not_be_unprivileged, a_user_starts_unprivileged_and_only_so,
        a_taken_port_is_named, a_second_instance_is_refused,
        term_and_int_end_all, a_child_that_hangs_does_not_stop_the_end,
        net_serve_and_resolver_come_back, the_death_of_clockctl_ends_all,
        the_death_of_the_parent_ends_all, once_sets_the_clock_and_says_so,
        once_without_an_answer_fails_in_bounded_time,
        the_service_manager_is_told, the_log_is_opened_anew,
        files_belong_to_the_owner_of_their_directory,
        a_missing_drift_directory_is_said_once,
        the_background_is_reached_when_it_is_ready,
        who_waits_for_the_clock_is_told, a_flood_from_inside_is_ended,
        a_message_that_is_none_ends_its_sender,
        the_siblings_are_found_wherever_it_stands,
        an_upgrade_does_not_mix_versions, check_dump_and_version]))
