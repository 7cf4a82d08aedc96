"""Runs both sides in turn and prints the tables. Started by tests/bench/run, which sees to packages and the build."""
import argparse
import json
import os
import signal
import subprocess
import sys
import time

sys.dont_write_bytecode = True  # nothing is left behind in the sources

import measure
from plants import ROOT, Cohort, Corosync, ZooKeeper, install_programs
from table import report, write_between_markers
from world import Hosts, Lock, Process, Trouble, favour_us, machine_busy, objects_in, say

SIZES = (16, 64, 256, 1024, 4096, 16384, 65536, 1000000)
#: Beyond what Corosync takes without a stall: ours alone, to see that there is no cliff.
LARGE = (4000000, 16000000)
SECTIONS = ("stream", "latency", "five", "members", "sites", "idle", "memory", "transfer", "load", "secure", "durable", "scale")


class Bench:
    def __init__(self, options):
        self.options = options
        self.folder = os.path.join(ROOT, "build", "bench")
        self.programs = install_programs(options.build, os.path.join(self.folder, "bin"))
        self.hosts = Hosts(5)
        self.plants = []
        self.records = []
        self.run = 0
        self.curves = None
        self.raw = open(os.path.join(self.folder, "results.jsonl"), "a")

    def put(self, section, side, result, **key):
        record = {"section": section, "side": side, "run": self.run, **key, **result,
                  "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}
        self.records.append(record)
        self.raw.write(json.dumps(record) + "\n")
        self.raw.flush()
        if section == "about":
            return
        shown = " ".join(f"{k}={v:.4g}" if isinstance(v, float) else f"{k}={v}" for k, v in record.items()
                         if k not in ("at", "run") and v is not None)
        say(shown)

    def up(self, kind, name, **settings):
        plant = kind(self.hosts, os.path.join(self.folder, name), self.programs, **settings)
        self.plants.append(plant)
        plant.start()
        return plant

    def down(self, *plants):
        for plant in plants or list(self.plants):
            plant.stop()
            self.plants.remove(plant)

    def close(self):
        try:
            self.down()
        finally:
            Hosts.down()

    # ---- sections

    def stream(self, variant="plain", sizes=None):
        quick = self.options.quick
        seconds = 1.0 if quick else 1.5
        sizes = sizes or ((64, 1024, 16384, 65536, 1000000) if quick else SIZES)
        secure = variant == "secure"

        def lasting(size):
            """Of large ones few are sent: so long that the first one's way and the last one's are a small part."""
            return 3 * seconds if size >= 1000000 else seconds
        theirs = self.up(Corosync, "corosync", crypto=secure)
        ours = self.up(Cohort, "cohort", secure=secure)
        for self.run in range(self.options.runs):
            for size in sizes:
                for senders in (1, 3):
                    self.put("stream", "corosync", measure.stream(theirs, size, senders, seconds=lasting(size)),
                             size=size, senders=senders, order=None, safe=False, variant=variant)
                    for order, safe in (("cbcast", False), ("abcast", False), ("abcast", True)):
                        if safe and (secure or (quick and self.run)):
                            continue
                        self.put("stream", "cohort",
                                 measure.stream(ours, size, senders, order, safe, lasting(size)), size=size,
                                 senders=senders, order=order, safe=safe, variant=variant)
            for size in () if secure else LARGE:
                self.put("stream", "cohort", measure.stream(ours, size, 1, "cbcast", False, lasting(size)), size=size,
                         senders=1, order="cbcast", safe=False, variant=variant)
        self.down(theirs, ours)

    def half_load(self, plant, order):
        """Half of what the plant takes from one sender, so that both sides are loaded alike."""
        full = measure.stream(plant, 64, 1, order, seconds=1.0)
        return full.get("per_s", 20000) / 2

    def latency(self, sites=3):
        quick = self.options.quick
        iterations = 2000 if quick else 5000
        theirs = self.up(Corosync, "corosync-udpu", transport="udpu", sites=sites)
        ours = self.up(Cohort, "cohort-latency", sites=sites)
        cells = [(theirs, None), (ours, "cbcast"), (ours, "abcast")]
        loads = {} if sites > 3 else {id(p) + hash(o): self.half_load(p, o) for p, o in cells}
        for self.run in range(self.options.runs):
            for mode in ("own-delivery", "calls") if sites == 3 else ("calls",):
                for size in (16,) if sites > 3 else (16, 1024) if quick else (16, 1024, 16384):
                    for load in ("idle", "half") if sites == 3 and size == 16 else ("idle",):
                        for plant, order in cells:
                            rate = loads[id(plant) + hash(order)] if load == "half" else 0
                            self.put("latency", plant.name,
                                     measure.latency(plant, mode, size, order, rate, iterations), mode=mode,
                                     size=size, load=load, order=order, sites=sites)
            if sites == 3:
                self.floor()
        self.down(theirs, ours)

    def floor(self):
        """What the machine can do with no protocol in the way, in the same minute."""
        process = Process([self.programs["cohort-bench"], "floor", "--iterations", "3000"])
        for line in process.finish(30):
            self.put("floor", "machine", {k: line[k] for k in ("p50_us", "p99_us", "p999_us")}, mode=line["mode"])

    def five(self):
        self.latency(sites=5)
        # The ratio of row 12: the two in turn, since a machine is not as fast in one minute as in the next.
        for self.run in range(self.options.runs):
            for sites in (3, 5):
                plant = self.up(Cohort, "cohort-five", sites=sites)
                self.put("five", plant.name, measure.latency(plant, "calls", 16, "cbcast", 0, 5000), sites=sites)
                self.down(plant)

    def members(self):
        for self.run in range(min(2, self.options.runs)):
            for kind, name in ((Corosync, "corosync"), (Cohort, "cohort-members")):
                plant = self.up(kind, name)
                for value in measure.client_kill(plant, 5 if self.options.quick else 8):
                    self.put("client-kill", plant.name, value)
                self.put("client-end", plant.name, measure.client_end(plant))
                self.put("join", plant.name, measure.joins(plant, 300))
                self.down(plant)

    def sites(self):
        plant = self.up(Cohort, "cohort-sites")
        for self.run in range(5 if self.options.quick else 20):
            self._lost(plant, "site-kill", measure.daemon_kill)
        for self.run in range(2 if self.options.quick else 5):
            self._lost(plant, "silent", measure.silent_site)
        self.down(plant)
        if not self.options.quick:
            plant = self.up(Corosync, "corosync")
            for self.run in range(3):
                self._lost(plant, "site-kill", measure.daemon_kill)
            self.down(plant)

    def _lost(self, plant, section, how):
        lost, back = how(plant)
        self.put(section, plant.name, {"ms": lost})
        self.put("start", plant.name, {"ms": back})

    def idle(self):
        plant = self.up(Cohort, "cohort-idle")
        for self.run in range(2):
            time.sleep(1)
            self.put("idle", plant.name, {"percent": measure.idle_cpu(plant, 5 if self.options.quick else 10)})
        self.down(plant)

    def memory(self):
        for kind, name in ((Cohort, "cohort-memory"), (Corosync, "corosync")):
            plant = self.up(kind, name)
            self.put("memory", plant.name, measure.memory_after_load(plant, 2 if self.options.quick else 4))
            self.down(plant)
        plant = self.up(Cohort, "cohort-memory")
        self.put("stopped", plant.name, measure.memory_with_stopped_client(plant, 8 if self.options.quick else 15))
        self.down(plant)

    def transfer(self):
        for state in (1 << 20, 64 << 20 if self.options.quick else 1 << 30):
            plant = self.up(Cohort, "cohort-transfer")
            for self.run in range(1 if self.options.quick else 5):
                self.put("transfer", plant.name, measure.transfer(plant, state, 40 if self.options.quick else 120),
                         state=state)
            self.down(plant)

    def load(self):
        seconds = self.options.minutes * 60 if self.options.minutes else 20 if self.options.quick else 600
        plant = self.up(Cohort, "cohort-load")
        self.put("load", plant.name, measure.full_load(plant, seconds), seconds=seconds)
        self.down(plant)

    def secure(self):
        self.stream("secure", (64, 1024))

    def durable(self):
        """Updates of 100 bytes that are on stable storage at a majority before they count."""
        if not measure.knows(self.programs["cohort-bench"], "durable"):
            say("durable: not measured, this build has no durable delivery")
            return
        single, many = (300, 3000) if self.options.quick else (1500, 20000)
        for self.run in range(self.options.runs):
            for kind, name in ((ZooKeeper, "zookeeper"), (Cohort, "cohort-durable")):
                plant = self.up(kind, name)
                one = measure.updates(plant, 1, 1, single)
                rate = measure.updates(plant, 16, 16, many)
                self.put("durable", plant.name, {"p50_us": one.get("p50_us"), "p99_us": one.get("p99_us"),
                                                 "per_s": rate.get("per_s")})
                self.down(plant)


    def scale(self):
        """Curves in virtual time: nothing else on the machine changes them."""
        if self.options.quick and not self.options.only:
            say("scale: left out of a quick look (some minutes): --only scale")
            return
        process = Process([self.programs["cohort-bench"], "scale"])
        process.finish(3000)
        self.curves = process.output.decode()
        print(self.curves)


def about(options, others):
    def first(path, start, fallback):
        with open(path) as file:
            return next((line.split(":", 1)[1].strip() for line in file if line.startswith(start)), fallback)
    commit = subprocess.run(["git", "-C", ROOT, "describe", "--always", "--dirty", "--abbrev=10"], capture_output=True,
                            text=True).stdout.strip()
    machine = f"{os.cpu_count()} cores of {first('/proc/cpuinfo', 'model name', 'an unknown processor')}, " \
              f"Linux {os.uname().release}"
    return {"commit": commit or "unknown", "date": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
            "machine": machine, "runs": options.runs, "others": others}


def parse():
    parser = argparse.ArgumentParser(prog="tests/bench/run", description=__doc__)
    parser.add_argument("--build", default=os.path.join(ROOT, "build", "release"), help="the build folder")
    parser.add_argument("--quick", action="store_true", help="a look: fewer sizes and runs, under 15 minutes")
    parser.add_argument("--runs", type=int, help="alternating runs (5; with --quick 2)")
    parser.add_argument("--only", help=f"some of: {','.join(SECTIONS)}")
    parser.add_argument("--minutes", type=float, help="how long section 'load' lasts (10; with --quick 20 s)")
    parser.add_argument("--json", action="store_true", help="print the records as JSON, one array")
    parser.add_argument("--write", action="store_true", help="write the tables into docs/performance.md")
    parser.add_argument("--from", dest="source", help="make the tables of a file of records, measure nothing")
    options = parser.parse_args()
    options.runs = options.runs or (2 if options.quick else 5)
    options.sections = options.only.split(",") if options.only else SECTIONS
    unknown = [name for name in options.sections if name not in SECTIONS]
    if unknown:
        parser.error(f"unknown section '{unknown[0]}'; there are: {', '.join(SECTIONS)}")
    return options


def measured(options):
    """Runs the sections; a section that fails is reported and the others go on."""
    lock = Lock()
    favour_us()
    busy, own, began = machine_busy(), ours_and_children(), time.monotonic()
    bench = Bench(options)
    failed = []
    try:
        for name in options.sections:
            started = time.monotonic()
            try:
                getattr(bench, name)()
            except Trouble as trouble:
                failed.append(name)
                say(f"section '{name}' failed: {trouble}")
                bench.down()
            say(f"section '{name}' took {time.monotonic() - started:.0f} s")
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        bench.close()
        spent = (time.monotonic() - began) * (os.cpu_count() or 1)
        foreign = machine_busy() - busy - (ours_and_children() - own)
        bench.put("about", None, about(options, f"{max(0.0, foreign) / spent * 100:.0f}"))
        del lock
    return bench.records, failed, bench.curves


def ours_and_children():
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def main():
    options = parse()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(130))
    failed, curves = [], None
    try:
        if options.source:
            with open(options.source, "rb") as file:
                records = objects_in(file.read())
        else:
            records, failed, curves = measured(options)
    except Trouble as trouble:
        say(str(trouble))
        return 2
    except KeyboardInterrupt:
        say("stopped by Ctrl-C; everything that was started has ended")
        return 130
    told = [record for record in records if record["section"] == "about"]
    records = [record for record in records if record["section"] != "about"]
    facts = told[-1] if told else about(options, "an unknown")
    text = report(records, facts)
    print(json.dumps(records) if options.json else text)
    if options.write and records:
        write_between_markers(os.path.join(ROOT, "docs", "performance.md"), text)
    if options.write and curves:
        text = f"Core of commit {facts['commit']}.\n\n{curves.strip()}\n"
        write_between_markers(os.path.join(ROOT, "docs", "scaling.md"), text)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
