"""Runs ntpd for a test, in a network namespace of the test's own, and never
with the right to set a clock.

A test file calls isolate() first, then Daemon(...). Every wait is for a
condition, with a generous bound; nothing is asserted about how long it took.
"""
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

NO_CLOCK = ['setpriv', '--bounding-set', '-sys_time', '--inh-caps',
            '-sys_time']

# Freed memory is to be used again: the tests look at what a process keeps.
SANITIZER = ':'.join(filter(None, [os.environ.get('ASAN_OPTIONS'),
                                   'quarantine_size_mb=1']))


def isolate():
    """Again from the start in a new network namespace, loopback up."""
    if os.environ.get('TIMEBALL_ISOLATED') != '1':
        if os.geteuid() != 0:
            sys.exit('needs root: network namespaces, uids of the roles')
        os.environ['TIMEBALL_ISOLATED'] = '1'
        os.execvp('unshare', ['unshare', '--net'] + NO_CLOCK +
                  [sys.executable] + sys.argv)
    subprocess.run(['ip', 'link', 'set', 'lo', 'up'], check=True)


def build():
    return os.path.abspath(os.environ.get('BUILD', 'build'))


def ntpd_path():
    return os.path.join(build(), 'parent', 'ntpd')


def wait_for(what, condition, seconds=30):
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f'{what}: not within {seconds} s')
        time.sleep(0.002)


def query(address='127.0.0.1', port=123, wait=1.0):
    """One client request; the answer, or None."""
    nonce = os.urandom(8)
    family = socket.AF_INET6 if ':' in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        sock.settimeout(wait)
        sock.connect((address, port))
        sock.send(b'\x23' + bytes(39) + nonce)
        try:
            answer = sock.recv(512)
        except OSError:
            return None
    assert len(answer) == 48 and answer[24:32] == nonce
    return answer


class Daemon:
    def __init__(self, conf, *arguments, user=None, env=None, pass_fds=(),
                 command=None, foreground=True, observe=True):
        self.directory = tempfile.mkdtemp(prefix='timeball-test-')
        os.chmod(self.directory, 0o755)
        self.conf = os.path.join(self.directory, 'ntp.conf')
        self.log = os.path.join(self.directory, 'log')
        self.configure(conf)
        head = list(NO_CLOCK)
        if user is not None:
            head += ['--reuid', str(user), '--regid', str(user),
                     '--clear-groups']
        head += [command or ntpd_path(), '-c', self.conf]
        if observe:
            head.append('--observe')
        if foreground:
            head.append('-n')
        with open(self.log, 'wb') as log:
            self.process = subprocess.Popen(
                head + list(arguments), stdout=log, stderr=log,
                stdin=subprocess.DEVNULL, pass_fds=pass_fds,
                env=dict(os.environ, ASAN_OPTIONS=SANITIZER, **(env or {})))

    def configure(self, text):
        temporary = self.conf + '.new'
        with open(temporary, 'w') as file:
            file.write(text)
        os.rename(temporary, self.conf)

    def lines(self):
        with open(self.log, errors='replace') as file:
            return file.read().splitlines()

    def logged(self, pattern):
        return [line for line in self.lines() if re.search(pattern, line)]

    def wait_log(self, pattern, count=1, seconds=30):
        def there():
            if len(self.logged(pattern)) >= count:
                return self.logged(pattern)
            if self.process.poll() is not None and \
                    len(self.logged(pattern)) < count:
                raise AssertionError(
                    f'ended ({self.process.returncode}) without '
                    f'{pattern!r}:\n' + '\n'.join(self.lines()[-20:]))
            return None
        try:
            return wait_for(pattern, there, seconds)
        except AssertionError as error:
            raise AssertionError(f'{error}\n' +
                                 '\n'.join(self.lines()[-20:])) from None

    def ready(self):
        self.wait_log('ntpd .* is ready')
        return self

    def hup(self):
        self.process.send_signal(signal.SIGHUP)

    def children(self):
        """{role: pid} of the direct children."""
        path = f'/proc/{self.process.pid}/task/{self.process.pid}/children'
        found = {}
        with open(path) as file:
            for pid in file.read().split():
                try:
                    with open(f'/proc/{pid}/cmdline', 'rb') as command:
                        name = command.read().split(b'\0')[0].decode()
                except OSError:
                    continue
                if name.startswith('ntpd-'):
                    found[name[5:]] = int(pid)
        return found

    def family(self):
        return dict(self.children(), parent=self.process.pid)

    def stop(self, number=signal.SIGTERM, seconds=10):
        """The exit status, once everything that was started is gone."""
        pids = list(self.family().values()) if self.process.poll() is None \
            else []
        if self.process.poll() is None:
            self.process.send_signal(number)
        status = self.process.wait(seconds)
        for pid in pids:
            wait_for(f'process {pid} is gone',
                     lambda pid=pid: not os.path.exists(f'/proc/{pid}'), 5)
        return status

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if kind is not None:
            sys.stderr.write('\n'.join(self.lines()[-40:]) + '\n')
        shutil.rmtree(self.directory, ignore_errors=True)


def descriptors(pid):
    return len(os.listdir(f'/proc/{pid}/fd'))


def resident_kib(pid):
    with open(f'/proc/{pid}/status') as file:
        for line in file:
            if line.startswith('VmRSS:'):
                return int(line.split()[1])
    raise AssertionError('no VmRSS')


def run_tests(tests):
    """All of them, each on its own; the exit status of the file."""
    failed = 0
    for test in tests:
        name = test.__name__.replace('_', ' ')
        try:
            test()
            print(f'ok: {name}', flush=True)
        except AssertionError as error:
            failed += 1
            print(f'FAILED: {name}: {error}', flush=True)
    return 1 if failed else 0
