"""The bars: what must hold, what is aimed at, and whether it was met. Sources: docs/performance.md."""
import statistics


def median(values):
    values = [value for value in values if value is not None]
    return statistics.median(values) if values else None


class Figures:
    """All records of a run, and questions to them."""

    def __init__(self, records):
        self.records = records

    def values(self, key, **wanted):
        return [record[key] for record in self.records
                if key in record and all(record.get(name) == value for name, value in wanted.items())]

    def median(self, key, **wanted):
        return median(self.values(key, **wanted))

    def stream(self, key, side, size, senders=1, order=None, safe=False, variant="plain"):
        return self.median(key, section="stream", side=side, size=size, senders=senders, order=order, safe=safe,
                           variant=variant)

    def trouble(self, **wanted):
        """What went wrong in some run of a cell, in words; empty: nothing."""
        records = [r for r in self.records if all(r.get(name) == value for name, value in wanted.items())]
        for what in ("refused", "failed"):
            count = sum(what in record for record in records)
            if count:
                return f"{what} in {count} of {len(records)} runs"
        return ""

    def stream_bar(self, label, key, size, senders, order, must, aim=None, variant="plain", **more):
        trouble = self.trouble(section="stream", side="cohort", size=size, senders=senders, order=order, safe=False,
                               variant=variant)
        return Bar(label, self.ratio(key, size, senders, order, variant=variant), must, aim, trouble=trouble, **more)

    def ratio(self, key, size, senders, order, safe=False, variant="plain"):
        return divide(self.stream(key, "cohort", size, senders, order, safe, variant),
                      self.stream(key, "corosync", size, senders, variant=variant))


def divide(a, b):
    return a / b if a is not None and b else None


class Bar:
    """One condition: a value against its must and its aim, smaller or greater."""

    def __init__(self, label, value, must, aim=None, unit="x", least=True, note="", trouble=""):
        self.label, self.value, self.must, self.aim = label, value, must, aim
        self.unit, self.least, self.note, self.trouble = unit, least, note, trouble

    def meets(self, bar):
        if self.trouble:
            return False
        if self.value is None or bar is None:
            return None
        return self.value >= bar if self.least else self.value <= bar

    def shown(self):
        if self.value is None:
            return f"{self.label} {self.trouble or 'not measured'}"
        return f"{self.label} {number(self.value)} {self.unit}{self.note}{self.trouble and f' ({self.trouble})'}"


def number(value):
    if value is None:
        return "-"
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def missing(values):
    """In words: how many of the times did not come at all."""
    lost = sum(value is None for value in values)
    return f"{lost} of {len(values)} did not come" if lost else ""


def quantile(values, part):
    values = sorted(value for value in values if value is not None)
    return values[min(len(values) - 1, int(part * len(values)))] if values else None


def _streams(f):
    jgroups = {1024: 2.6, 16384: 357 / 125, 65536: 315 / 106}

    def causal(label, size, must, aim):
        return f.stream_bar(label, "per_s", size, 1, "cbcast", must, aim)
    yield 1, "CBCAST stream, 64 B", [causal("", 64, 2.5, 645 / 197)]
    yield 2, "CBCAST stream, 1 KiB", [causal("", 1024, jgroups[1024], 1.25 * jgroups[1024])]
    yield 3, "CBCAST stream, 16 and 64 KiB", [causal("16 KiB", 16384, jgroups[16384], 500 / 125),
                                              causal("64 KiB", 65536, jgroups[65536], 500 / 106)]
    # No cliff: the largest size moves nearly as many bytes a second as the one that is compared.
    largest = divide(f.stream("mb_s", "cohort", 16000000, 1, "cbcast"),
                     f.stream("mb_s", "cohort", 1000000, 1, "cbcast"))
    yield 4, "CBCAST stream, 1,000,000 B; 16,000,000 B against it", [
        causal("", 1000000, 2.5, 484 / 139),
        Bar("16 MB", largest, 0.8, 1.0, trouble=f.trouble(section="stream", size=16000000, side="cohort"))]
    for row, size, must, aim in ((5, 64, 1.25, 0.7), (6, 1024, 2.0, 0.8)):
        bars = []
        for senders in (1, 3):
            own = f.stream("per_s", "cohort", size, senders, "cbcast")
            peer = f.stream("per_s", "corosync", size, senders)
            bars.append(f.stream_bar(f"{senders} sender{'s' * (senders > 1)}", "per_s", size, senders, "abcast", must,
                                     divide(aim * own, peer) if own else None))
        yield row, f"ABCAST stream, {size} B", bars
    yield 7, "CPU a multicast, all daemons and clients (ABCAST)", [
        f.stream_bar(f"{size} B", "cpu_us", size, 1, "abcast", 0.5, aim, least=False,
                     note=f" ({number(f.stream('cpu_us', 'cohort', size, 1, 'abcast'))} us; CBCAST "
                          f"{number(f.stream('cpu_us', 'cohort', size, 1, 'cbcast'))} us)")
        for size, aim in ((64, 0.3), (1024, 0.32))]


def _latencies(f):
    def pair(mode, order, quantile_key, size=16):
        ours = f.median(quantile_key, section="latency", mode=mode, side="cohort", order=order, size=size, load="idle",
                        sites=3)
        theirs = f.median(quantile_key, section="latency", mode=mode, side="corosync", size=size, load="idle", sites=3)
        return divide(ours, theirs), f" ({number(ours)} us)"

    def bars(mode, order, musts, aim_from=None, factor=1.0):
        made = []
        for key, must in musts:
            value, note = pair(mode, order, key)
            theirs = f.median(key, section="latency", mode=mode, side="corosync", size=16, load="idle", sites=3)
            floor = f.median(key, section="floor", mode=aim_from) if aim_from else None
            trouble = f.trouble(section="latency", mode=mode, side="cohort", order=order, size=16, load="idle", sites=3)
            made.append(Bar(key[:-3], value, must, divide(factor * floor, theirs) if floor else None, least=False,
                            note=note, trouble=trouble))
        return made
    yield 8, "ABCAST own delivery, one outstanding (Corosync udpu)", bars(
        "own-delivery", "abcast", (("p50_us", 1.0), ("p99_us", 1.0), ("p999_us", 1.0)), "tcp", 1.3)
    yield 9, "CBCAST own delivery", bars("own-delivery", "cbcast", (("p50_us", 0.75 * 112 / 114),), "unix", 1.2)
    yield 10, "call to ALL three, CBCAST", bars("calls", "cbcast", (("p50_us", 0.8), ("p99_us", 1.0)), "relay", 1.5)
    yield 11, "call to ALL three, ABCAST", bars("calls", "abcast", (("p50_us", 1.0),))

    def calls(sites):
        return f.median("p50_us", section="five", side="cohort", sites=sites)
    yield 12, "call to ALL, five members against three", [
        Bar("p50", divide(calls(5), calls(3)), 1.7, 1.4, least=False, trouble=f.trouble(section="five"))]


def _membership(f):
    kills = f.values("ms", section="client-kill", side="cohort")
    theirs = f.median("ms", section="client-kill", side="corosync")
    gone = f.median("ms", section="client-end", side="cohort")
    note = f" (Corosync {number(theirs)} ms" if theirs else ""
    note += f"{'; ' if note else ' ('}the kernel needs {number(gone)} ms to take a process down" if gone else ""
    yield 13, "SIGKILL of a client to the view everywhere", [
        Bar("p50", median(kills), 2.0, 1.1, "ms", least=False, note=note + ")" if note else "", trouble=missing(kills)),
        Bar("most", quantile(kills, 1), 5.0, None, "ms", False)]
    ours = f.median("p50_us", section="join", side="cohort")
    theirs = f.median("p50_us", section="join", side="corosync")
    yield 14, "client joins: call to own view", [
        Bar("p50", divide(ours, theirs), 1.0, 1.5 * 87 / 268, least=False, note=f" ({number(ours)} us)")]
    sites = f.values("ms", section="site-kill", side="cohort")
    yield 15, "SIGKILL of a daemon to the view at all survivors", [
        Bar("p99", quantile(sites, 0.99), 50, None, "ms", False, trouble=missing(sites)), Bar("p50", median(sites), 50, 10, "ms", False)]
    silent = f.values("ms", section="silent", side="cohort")
    yield 16, "silent (frozen) site to the view", [
        Bar("most", quantile(silent, 1), 1500, 1000, "ms", False, trouble=missing(silent)),
        Bar("views changed under full load", f.median("changes", section="load", side="cohort"), 0, 0, "", False)]
    starts = f.values("ms", section="start", side="cohort")
    yield 17, "daemon start to in everyone's view", [
        Bar("p50", median(starts), 433, 100, "ms", False, trouble=missing(starts))]
    yield 18, "memory after load, and with one stopped client", [
        Bar("daemon", f.median("daemon_mb", section="memory", side="cohort"), 22, 14, "MB", False),
        Bar("client", f.median("client_mb", section="memory", side="cohort"), 2, None, "MB", False),
        Bar("with one stopped client", f.median("daemon_mb", section="stopped", side="cohort"), 22 + 64, None, "MB",
            False)]


def _rest(f):
    latency = f.median("p50_us", section="latency", mode="own-delivery", side="cohort", order="abcast", size=16,
                       load="idle", sites=3)
    peer = f.median("p50_us", section="latency", mode="own-delivery", side="corosync", size=16, load="idle", sites=3)
    yield 19, "replicated state change in memory (an ABCAST update; JetStream by way of Corosync)", [
        Bar("latency", divide(latency, peer), 0.75 * 203 / 114, 0.25 * 733 / 114, least=False,
            note=f" ({number(latency)} us)"),
        Bar("rate", f.ratio("per_s", 64, 1, "abcast"), 1.5 * 66 / 197, 10 * 8.3 / 197)]
    durable = f.median("p50_us", section="durable", side="cohort")
    keeper = f.median("p50_us", section="durable", side="zookeeper")
    rate = f.median("per_s", section="durable", side="cohort")
    yield 20, "durable state change, 100 B, against ZooKeeper", [
        Bar("latency", divide(durable, keeper), 0.6, None, least=False),
        Bar("rate", divide(rate, f.median("per_s", section="durable", side="zookeeper")), 2.0)]
    yield 22, "idle CPU of a daemon, three sites", [
        Bar("", f.median("percent", section="idle", side="cohort"), 1.0, 0.2, "% of a core", False)]
    yield "TLS", "ABCAST stream with TLS on, Corosync with crypto on", [
        f.stream_bar("64 B", "per_s", 64, 1, "abcast", 1.25, variant="secure"),
        f.stream_bar("1 KiB", "per_s", 1024, 1, "abcast", 2.0, variant="secure")]
    trouble = f.trouble(section="transfer", side="cohort", state=1 << 30)
    gaps = f.values("gap_ms", section="transfer", side="cohort", state=1 << 30)
    machine = f.median("machine_ms", section="transfer", side="cohort", state=1 << 30)
    yield "gap", "longest gap that others see while a member joins with 1 GiB", [
        Bar("median of the runs", f.median("gap_ms", section="transfer", side="cohort", state=1 << 30), 50, 10, "ms",
            False, f" (greatest {number(quantile(gaps, 1))} ms; the machine itself stood still for {number(machine)} ms)",
            trouble)]


def all_rows(records):
    figures = Figures(records)
    for group in (_streams, _latencies, _membership, _rest):
        yield from group(figures)
