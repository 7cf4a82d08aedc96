"""What is measured: each function runs one cell once, on a plant of either side, and returns its figures."""
import os
import signal
import subprocess
import time

from world import Process, cpu_of, memory_of, monotonic_ns, objects_in, read_until


def _what(objects, what):
    return [o for o in objects if o.get("what") == what]


def _errors(members):
    text = b" ".join(member.errors for member in members).decode(errors="replace").strip()
    return text[-300:] or "a member did not end in time"


def _finish(members, seconds):
    end = time.monotonic() + seconds
    lists = [member.finish(end - time.monotonic()) for member in members]
    return [o for objects in lists for o in objects]


def knows(program, command):
    """Whether this build of a program has the command."""
    return subprocess.run([program, command, "--help"], capture_output=True).returncode == 0


def stream(plant, size, senders, order=None, safe=False, seconds=1.5):
    """Messages a second delivered at the slowest member, and processor time of all daemons and clients."""
    options = ["--size", size, "--senders", senders, "--seconds", seconds, "--patience", int(seconds + 25)]
    if plant.name == "cohort":
        options += ["--order", order or "cbcast"] + (["--safe"] if safe else [])
    before = plant.daemon_cpu()
    members = plant.members("stream", *options)

    def over(lists):
        everything = [o for objects in lists for o in objects]
        ended = any(not member.alive() and not _what(objects, "stream") for member, objects in zip(members, lists))
        return ended or _what(everything, "refused") or len(_what(everything, "stream")) == plant.sites
    lists = read_until(members, over, seconds + 20)
    refused = _what([o for objects in lists for o in objects], "refused")
    if refused:
        for member in members:
            member.kill()
        _finish(members, 2)
        return {"refused": refused[0]["why"]}
    if len(_what([o for objects in lists for o in objects], "stream")) < plant.sites:
        for member in members:
            member.kill(signal.SIGTERM)
    reports = _what(_finish(members, 5), "stream")
    daemons = plant.daemon_cpu() - before
    if len(reports) < plant.sites:
        return {"failed": _errors(members)}
    count = reports[0]["messages"]
    ordered = len({report["order"] for report in reports}) == 1
    faults = sum(report["faults"] for report in reports)
    if faults or (plant.name == "corosync" or order == "abcast") and not ordered:
        return {"failed": f"deliveries were wrong: {faults} faults, same order: {ordered}"}
    return {"per_s": min(r["per_s"] for r in reports), "mb_s": min(r["mb_s"] for r in reports),
            "daemon_us": daemons / count * 1e6, "client_us": sum(r["cpu_s"] for r in reports) / count * 1e6,
            "cpu_us": (daemons + sum(r["cpu_s"] for r in reports)) / count * 1e6, "messages": count}


def latency(plant, mode, size, order=None, rate=0, iterations=2000):
    """Quantiles of own delivery or of calls to all, with one outstanding."""
    options = ["--size", size, "--iterations", iterations, "--rate", rate, "--patience", 40]
    if plant.name == "cohort":
        options += ["--order", order or "cbcast"]
    members = plant.members(mode, *options)
    reports = [o for o in _finish(members, 41) if "p50_us" in o]
    if not reports:
        return {"failed": _errors(members)}
    if reports[0]["faults"]:
        return {"failed": "deliveries were wrong"}
    return {key: reports[0][key] for key in ("p50_us", "p99_us", "p999_us", "n")}


def updates(plant, connections, outstanding, count):
    """Durable updates of 100 bytes; ours come from one process with as many under way as all connections have."""
    if plant.name == "zookeeper":
        return plant.updates(connections, outstanding, count)
    members = plant.members("durable", "--size", 100, "--iterations", count,
                            "--outstanding", connections * outstanding, "--patience", 60)
    reports = [o for o in _finish(members, 61) if "p50_us" in o]
    if not reports:
        return {"failed": _errors(members)}
    if reports[0]["faults"]:
        return {"failed": "updates were wrong, or not durable"}
    return reports[0]


class Watch:
    """One watching member a site; what each of them has seen, with times."""

    def __init__(self, plant, sites, patience=120):
        self.members = {site: plant.member(site, "watch", "--group", "watched", "--patience", patience)
                        for site in sites}
        whole = len(self.members)
        self._read(lambda lists: all(any(o.get("members") == whole for o in objects) for objects in lists), 20)
        time.sleep(0.2)
        self.before = self._views()

    def _views(self):
        return sum(len(_what(objects, "view")) for objects in self._read(lambda lists: False, 0.05))

    def _read(self, satisfied, seconds):
        return read_until(list(self.members.values()), satisfied, seconds)

    def time_to(self, key, since_ns, but, seconds):
        """Milliseconds until the last of the others has seen a view with `key` set; None: it did not come."""
        others = [member for site, member in self.members.items() if site != but]

        def first(objects):
            return next((o["at_ns"] for o in objects if o.get(key) and o["at_ns"] > since_ns), None)
        lists = read_until(others, lambda lists: all(first(objects) for objects in lists), seconds)
        times = [first(objects) for objects in lists]
        return max(times) / 1e6 - since_ns / 1e6 if all(times) else None

    def changes(self):
        """How many views the members have seen, together, since all were there."""
        return self._views() - self.before

    def close(self):
        for member in self.members.values():
            member.kill(signal.SIGTERM)
        for member in self.members.values():
            member.stop(2)


def client_kill(plant, times):
    """SIGKILL of a client process to the new view at all other members, in ms, each time."""
    found = []
    for _ in range(times):
        watch = Watch(plant, range(1, plant.sites + 1))
        since = watch.members[plant.sites].kill_now()
        time.sleep(0.05)  # nothing else runs meanwhile, this program neither
        found.append({"ms": watch.time_to("departed", since, plant.sites, 10)})
        watch.close()
    return found


def client_end(plant):
    """SIGKILL of a client process until the kernel has taken it down, in ms."""
    watch = Watch(plant, range(1, plant.sites + 1))
    victim = watch.members[plant.sites]
    since = victim.kill_now()
    victim.popen.wait()
    ended = monotonic_ns()
    watch.close()
    return {"ms": (ended - since) / 1e6}


def joins(plant, iterations):
    watch = Watch(plant, range(1, plant.sites))
    joiner = plant.member(plant.sites, "joins", "--group", "watched", "--iterations", iterations, "--patience", 30)
    reports = _what(joiner.finish(31), "joins")
    watch.close()
    return reports[0] if reports else {"failed": _errors([joiner])}


def _site_loss(plant, lose):
    """Loses a site by lose(daemon); returns ms to the view of the others, and ms from the next start of its daemon
    until a member there is in everyone's view."""
    victim = plant.sites
    watch = Watch(plant, range(1, plant.sites + 1))
    since = monotonic_ns()
    lose(plant.daemons[victim])
    lost = watch.time_to("departed", since, victim, 30)
    plant.kill_site(victim)
    watch.members.pop(victim).stop(2)
    time.sleep(0.5)
    since = monotonic_ns()
    plant.start_site(victim)
    member = plant.member(victim, "watch", "--group", "watched", "--patience", 60)
    back = watch.time_to("joined", since, victim, 30)
    member.stop(2)
    watch.close()
    time.sleep(0.7)
    return lost, back


def daemon_kill(plant):
    return _site_loss(plant, lambda daemon: daemon.kill(signal.SIGKILL))


def silent_site(plant):
    return _site_loss(plant, lambda daemon: daemon.kill(signal.SIGSTOP))


def idle_cpu(plant, seconds):
    """Percent of a core that each daemon takes with nothing to do, the greatest."""
    before = {site: cpu_of(daemon.pid) for site, daemon in plant.daemons.items()}
    time.sleep(seconds)
    return max((cpu_of(daemon.pid) - before[site]) / seconds * 100 for site, daemon in plant.daemons.items())


def memory_after_load(plant, seconds=4):
    """MB of the largest daemon after a stream of small and one of large messages, and of a member."""
    for size in (64, 16384):
        stream(plant, size, 1, "abcast", seconds=seconds)
    watch = Watch(plant, range(1, plant.sites + 1))
    time.sleep(3)  # "after": a few seconds later
    result = {"daemon_mb": max(memory_of(daemon.pid) or 0 for daemon in plant.daemons.values()),
              "client_mb": max(memory_of(member.pid) or 0 for member in watch.members.values())}
    watch.close()
    return result


def memory_with_stopped_client(plant, seconds):
    """MB that the daemon of a stopped member grows to while the others stream at full speed."""
    members = plant.members("stream", "--size", 1024, "--senders", 1, "--seconds", seconds, "--patience",
                            int(seconds + 20))
    time.sleep(1.2)
    members[-1].kill(signal.SIGSTOP)
    highest = 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        highest = max([highest] + [memory_of(daemon.pid) or 0 for daemon in plant.daemons.values()])
        time.sleep(0.1)
    for member in members:
        member.kill()
    _finish(members, 2)
    time.sleep(1)
    return {"daemon_mb": highest}


def transfer(plant, state_bytes, seconds):
    """Seconds that a join with so much state takes, the longest gap that the others see meanwhile, and how long the
    machine itself stood still at most."""
    group = f"state-{state_bytes}-{monotonic_ns()}"

    def member(rank):
        return plant.member(rank + 1, "transfer", "--group", group, "--rank", rank, "--state", state_bytes,
                            "--patience", int(3 * seconds + 30))
    members = []
    machine = Process([plant.programs[plant.program], "standstill"])
    try:
        for rank in range(3):
            members.append(member(rank))
            lists = read_until(members, lambda lists: _what(lists[-1], "transferred"), seconds)
            if not _what(lists[-1], "transferred"):
                return {"failed": f"no state within {seconds} s at rank {rank}"}
            time.sleep(0.3)
        came = _what(objects_in(members[2].buffer), "transferred")[0]
        first = _what(objects_in(members[0].buffer), "transferred")[0]
        for process in members:
            process.kill(signal.SIGTERM)
        gaps = {o["rank"]: o["longest_ms"] for o in _what(_finish(members, 10), "gap")}
        if came["checksum"] != first["checksum"] or came["bytes"] != state_bytes:
            return {"failed": "the state that came is not the state that was given"}
        machine.kill(signal.SIGTERM)
        stood = _what(machine.finish(2), "standstill")
        return {"seconds": came["seconds"], "gap_ms": max(gaps.get(0, 0), gaps.get(1, 0)),
                "machine_ms": stood[0]["longest_ms"] if stood else None}
    finally:
        machine.stop(2)
        for process in members:
            process.stop(2)


def full_load(plant, seconds):
    """All cores busy with other work, and a stream beside: how many views changed that should not have."""
    watch = Watch(plant, range(1, plant.sites + 1), int(seconds + 120))
    burners = [Process(["sh", "-c", "while :; do :; done"], log=os.devnull) for _ in range(2 * (os.cpu_count() or 1))]
    try:
        end = time.monotonic() + seconds
        streams = 0
        while time.monotonic() < end:
            result = stream(plant, 1024, 1, "abcast", seconds=min(10, seconds / 2))
            streams += "per_s" in result
        return {"changes": watch.changes(), "streams": streams,
                "alive": sum(daemon.alive() for daemon in plant.daemons.values())}
    finally:
        for burner in burners:
            burner.stop(1)
        watch.close()
