"""The stage: network namespaces, processes that die with us, and what they cost."""
import ctypes
import fcntl
import json
import os
import selectors
import signal
import subprocess
import sys
import time

PREFIX = "cb"  # of every namespace and link that is made here
HZ = os.sysconf("SC_CLK_TCK")
PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


class Trouble(Exception):
    """Something that a person has to know: what, why, what to do."""


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


def run(*argv, check=True):
    done = subprocess.run(argv, capture_output=True, text=True)
    if check and done.returncode:
        raise Trouble(f"'{' '.join(argv)}' failed: {done.stderr.strip()}")
    return done


def favour_us():
    """Others may share the machine: what is measured, both sides alike, goes first."""
    try:
        with open("/proc/self/autogroup", "w") as file:
            file.write("-20")
    except OSError:
        pass  # no autogroups: niceness alone has to do
    try:
        os.nice(-20)
    except OSError as error:
        say(f"cannot raise the priority ({error}): other work on this machine will blur the figures")


class Lock:
    """One bench at a time on a machine."""

    def __init__(self):
        self.file = open("/run/cohort-bench.lock", "w")
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Trouble("another run of the bench is under way on this machine: wait until it has ended")


class Hosts:
    """Hosts cb-h1..N at 10.77.0.1..N, on a bridge in a namespace of its own: nothing reaches outside."""

    def __init__(self, count, mtu=1500):
        self.count = count
        self.down()
        bridge = f"{PREFIX}-sw"
        run("ip", "netns", "add", bridge)
        run("ip", "-n", bridge, "link", "add", "br0", "mtu", str(mtu), "type", "bridge")
        run("ip", "-n", bridge, "link", "set", "br0", "up")
        for i in range(1, count + 1):
            host = f"{PREFIX}-h{i}"
            run("ip", "netns", "add", host)
            run("ip", "-n", host, "link", "set", "lo", "up")
            run("ip", "-n", bridge, "link", "add", f"p{i}", "mtu", str(mtu), "type", "veth",
                "peer", "name", "eth0", "netns", host, "mtu", str(mtu))
            run("ip", "-n", bridge, "link", "set", f"p{i}", "master", "br0", "up")
            run("ip", "-n", host, "addr", "add", f"10.77.0.{i}/24", "dev", "eth0")
            run("ip", "-n", host, "link", "set", "eth0", "mtu", str(mtu), "up")

    def inside(self, number, argv):
        # Not `ip netns exec`: it gives each process a mount namespace of its own, and the kernel takes a copy of all
        # the host's mounts down with a process that dies.
        return ["nsenter", f"--net=/run/netns/{PREFIX}-h{number}", "--"] + [str(word) for word in argv]

    @staticmethod
    def down():
        for line in run("ip", "netns", "list").stdout.splitlines():
            name = line.split()[0]
            if name.startswith(PREFIX + "-"):
                run("ip", "netns", "del", name, check=False)


def _die_with_parent():
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT, signal.SIGTERM})


class Process:
    """A program that prints one JSON object a line; dies with us."""

    def __init__(self, argv, log=None):
        sink = open(log, "ab") if log else subprocess.PIPE
        self.popen = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE if not log else sink,
                                      stderr=sink if log else subprocess.PIPE, preexec_fn=_die_with_parent,
                                      start_new_session=False)
        self.pid = self.popen.pid
        self.buffer = b""
        self.errors = b""
        self.output = b""

    def alive(self):
        return self.popen.poll() is None

    def kill(self, how=signal.SIGKILL):
        if self.alive():
            self.popen.send_signal(how)

    def kill_now(self):
        """SIGKILL; returns when it was sent."""
        os.kill(self.popen.pid, 0)  # what Python needs for this call is in place before the clock is read
        sent = monotonic_ns()
        os.kill(self.popen.pid, signal.SIGKILL)
        return sent

    def finish(self, seconds):
        """Waits for the end; returns the objects that were printed."""
        try:
            out, self.errors = self.popen.communicate(timeout=max(0.1, seconds))
        except subprocess.TimeoutExpired:
            self.kill()
            out, self.errors = self.popen.communicate()
            self.errors += b" (it did not end in time)"
        self.output = self.buffer + (out or b"")
        return objects_in(self.output)

    def stop(self, seconds=5):
        self.kill(signal.SIGTERM)
        try:
            self.popen.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            self.popen.wait()


def objects_in(text):
    found = []
    for line in text.decode(errors="replace").splitlines():
        if line.startswith("{"):
            try:
                found.append(json.loads(line))
            except ValueError:
                pass
    return found


def read_until(processes, satisfied, seconds):
    """Reads what the processes print until satisfied(lists of objects); returns the lists."""
    selector = selectors.DefaultSelector()
    for index, process in enumerate(processes):
        os.set_blocking(process.popen.stdout.fileno(), False)
        selector.register(process.popen.stdout, selectors.EVENT_READ, index)
    end = time.monotonic() + seconds
    try:
        while True:
            lists = [objects_in(process.buffer) for process in processes]
            if satisfied(lists) or time.monotonic() > end:
                return lists
            for key, _ in selector.select(0.05):
                more = key.fileobj.read()
                if more:
                    processes[key.data].buffer += more
                elif more == b"":
                    selector.unregister(key.fileobj)
    finally:
        selector.close()


def cpu_of(pid):
    """Seconds of processor time, user and system, of all threads of a process."""
    total = 0
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/schedstat") as file:
                total += int(file.read().split()[0])
    except (OSError, IndexError):
        pass
    return total / 1e9


def memory_of(pid):
    """Proportional set size in MB: shared pages count for those who share them."""
    try:
        with open(f"/proc/{pid}/smaps_rollup") as file:
            for line in file:
                if line.startswith("Pss:"):
                    return int(line.split()[1]) / 1024
    except OSError:
        pass
    return None


def machine_busy():
    """Seconds that all cores together were busy since the machine started."""
    with open("/proc/stat") as file:
        words = [int(word) for word in file.readline().split()[1:9]]
    return (sum(words) - words[3] - words[4]) / HZ


def monotonic_ns():
    return time.clock_gettime_ns(time.CLOCK_MONOTONIC)
