"""The tables of docs/performance.md, made of the records of one or more runs."""
from rows import Figures, all_rows, divide, number

BEGIN = "<!-- figures: begin (written by tests/bench/run --write) -->"
END = "<!-- figures: end -->"


def _bound(bar, bound):
    if bound is None:
        return "-"
    return f"{'>=' if bar.least else '<='} {number(bound)}{'' if bar.unit == 'x' else ' ' + bar.unit}"


def verdict(bars):
    """met, missed, or not measured: as far as the bars were measured, and named where some were not."""
    results = [bar.meets(bar.must) for bar in bars]
    if all(result is None for result in results):
        return "not measured"
    if any(result is False for result in results):
        return "**missed**"
    return "met" if all(results) else "met as far as measured"


def bars_table(records):
    lines = ["| row | figure | must | aim | measured | |", "|---|---|---|---|---|---|"]
    for row, title, bars in all_rows(records):
        def several(show):
            return "; ".join(dict.fromkeys(show(bar) for bar in bars))
        lines.append(f"| {row} | {title} | {several(lambda bar: _bound(bar, bar.must))} | "
                     f"{several(lambda bar: _bound(bar, bar.aim))} | {several(lambda bar: bar.shown().strip())} | "
                     f"{verdict(bars)} |")
    return lines


def _cell(figures, side, size, senders, order, safe, variant):
    wanted = dict(section="stream", side=side, size=size, senders=senders, order=order, safe=safe, variant=variant)
    if figures.values("refused", **wanted):
        return "refused"
    trouble = figures.trouble(**wanted)
    rate, mb, cpu = (figures.median(key, **wanted) for key in ("per_s", "mb_s", "cpu_us"))
    if rate is None:
        return "failed" if trouble else "-"
    return f"{number(rate)} ({number(mb)}; {number(cpu)}){trouble and ' **' + trouble + '**'}"


COLUMNS = (("Corosync agreed", "corosync", None, False), ("CBCAST", "cohort", "cbcast", False),
           ("ABCAST", "cohort", "abcast", False), ("safe ABCAST", "cohort", "abcast", True))


def stream_table(records, variant):
    figures = Figures(records)
    sizes = sorted({r["size"] for r in records if r["section"] == "stream" and r["variant"] == variant})
    lines = ["| bytes | senders | " + " | ".join(c[0] for c in COLUMNS) + " | CBCAST / Corosync | ABCAST / Corosync |",
             "|---|---|" + "---|" * (len(COLUMNS) + 2)]
    for size in sizes:
        for senders in (1, 3):
            cells = [_cell(figures, side, size, senders, order, safe, variant) for _, side, order, safe in COLUMNS]
            ratios = [number(figures.ratio("per_s", size, senders, order, variant=variant))
                      for order in ("cbcast", "abcast")]
            lines.append(f"| {size:,} | {senders} | " + " | ".join(cells + ratios) + " |")
    return lines


def latency_table(records):
    figures = Figures(records)
    keys = sorted({(r["mode"], r["sites"], r["size"], r["load"]) for r in records if r["section"] == "latency"},
                  key=str)
    lines = ["| what | sites | bytes | load | Corosync (udpu) | CBCAST | ABCAST |", "|---|---|---|---|---|---|---|"]
    for mode, sites, size, load in keys:
        def cell(side, order):
            wanted = dict(section="latency", mode=mode, sites=sites, size=size, load=load, side=side, order=order)
            three = [figures.median(key, **wanted) for key in ("p50_us", "p99_us", "p999_us")]
            return " / ".join(number(value) for value in three) if three[0] is not None else \
                ("failed" if figures.values("failed", **wanted) else "-")
        lines.append(f"| {mode} | {sites} | {size:,} | {load} | {cell('corosync', None)} | {cell('cohort', 'cbcast')} | "
                     f"{cell('cohort', 'abcast')} |")
    return lines


def single_table(records):
    """What has one figure: medians of all runs, with the least and the greatest."""
    lines = ["| what | side | median | least | greatest | n |", "|---|---|---|---|---|---|"]
    keys = {"client-kill": "ms", "client-end": "ms", "site-kill": "ms", "silent": "ms", "start": "ms",
            "join": "p50_us", "idle": "percent", "memory": "daemon_mb", "stopped": "daemon_mb", "load": "changes", "floor": "p50_us",
            "durable": "p50_us"}
    seen = {}
    for record in records:
        section = record["section"]
        if section == "transfer":
            for key in ("seconds", "gap_ms", "machine_ms"):
                seen.setdefault((f"transfer of {record['state']:,} B: {key}", record["side"]), []).append(record.get(key))
        elif section in keys:
            name = f"{section} {record.get('mode', '')}".strip()
            seen.setdefault((f"{name} ({keys[section]})", record["side"]), []).append(record.get(keys[section]))
    for (name, side), values in sorted(seen.items()):
        there = sorted(value for value in values if value is not None)
        if there:
            middle = Figures([{"v": v} for v in there]).median("v")
            lines.append(f"| {name} | {side} | {number(middle)} | {number(there[0])} | {number(there[-1])} | "
                         f"{len(there)} of {len(values)} |")
        else:
            lines.append(f"| {name} | {side} | failed | - | - | 0 of {len(values)} |")
    return lines


def report(records, about):
    lines = [f"Commit {about['commit']}, {about['date']}, {about['machine']}. {about['runs']} alternating runs; other "
             f"work on the machine took {about['others']} % of its cores.", "", "### The bars", ""]
    lines += bars_table(records)
    if any(r["section"] == "stream" for r in records):
        lines += ["", "### Throughput: messages a second at the slowest member (MB/s; CPU us a multicast, daemons and "
                  "clients)", ""] + stream_table(records, "plain")
        if any(r.get("variant") == "secure" for r in records):
            lines += ["", "### The same, encrypted (TLS; AES-256 and SHA-256)", ""] + stream_table(records, "secure")
    if any(r["section"] == "latency" for r in records):
        lines += ["", "### Latency, one outstanding: p50 / p99 / p99.9 us", ""] + latency_table(records)
    lines += ["", "### Membership, memory, idle CPU, transfer", ""] + single_table(records)
    return "\n".join(lines) + "\n"


def write_between_markers(path, text):
    with open(path) as file:
        page = file.read()
    before, rest = page.split(BEGIN)
    after = rest.split(END)[1]
    with open(path, "w") as file:
        file.write(before + BEGIN + "\n\n" + text + "\n" + END + after)


__all__ = ["report", "write_between_markers", "divide"]
