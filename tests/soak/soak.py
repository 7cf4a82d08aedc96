"""Runs the long proofs step by step. Started by tests/soak/run."""
import argparse
import json
import os
import re
import subprocess
import sys
import time

sys.dont_write_bytecode = True  # nothing is left behind in the sources

from record import REAL, ROOT, SIMULATED, Step, append, code, steps

#: Small plants of which every order is tried: its name, and the words for cohort-sim explore.
SCOPES = {
    "1 multicast": "--multicasts 1 --no-crash",
    "1 multicast, a cut": "--multicasts 1 --no-crash --cut",
    "2 multicasts": "--multicasts 2 --no-crash",
    "2 multicasts, a cut": "--multicasts 2 --no-crash --cut",
    "a crash": "--multicasts 0",
    "a crash, a cut": "--multicasts 0 --cut",
    "1 multicast, a crash": "--multicasts 1",
    "1 multicast, a crash, a cut": "--multicasts 1 --cut",
    "2 multicasts, a crash": "--multicasts 2",
    "2 multicasts, a crash, a cut": "--multicasts 2 --cut --states 20000000",
}
for _start in ("first", "one-view", "decided-at-one", "decided-at-two", "accepted-by-two", "accepted-by-one"):
    SCOPES[f"cold start ({_start}), a crash, a cut"] = f"--multicasts 0 --cut --cold {_start}"


class Unusable(Exception):
    """A program could not be run, or did not print what it should."""


def run(*words, **options):
    """What the program prints; it may fail: that is what a proof is about."""
    done = subprocess.run(words, cwd=ROOT, stdout=subprocess.PIPE, text=True, **options)
    if done.returncode not in (0, 1):
        raise Unusable(f"{' '.join(words)} ended with {done.returncode}")
    return done.stdout


def run_json(*words):
    text = run(*words)
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise Unusable(f"{' '.join(words)} printed no JSON: {error}") from error


def build(preset, *targets):
    for words in (["cmake", "--preset", preset, "--log-level=WARNING"],
                  ["cmake", "--build", "--preset", preset, "--target", *targets]):
        if subprocess.run(words, cwd=ROOT, stdout=sys.stderr).returncode != 0:
            raise Unusable(f"{' '.join(words)} failed")
    return os.path.join(ROOT, "build", preset, "bin")


def _one_line(text):
    """Fit for a column of the file, where commas separate what failed."""
    return " ".join(text.replace(",", ";").split())


class Proofs:
    def __init__(self, options):
        self.options = options
        self.code = {proof: code(REAL if proof in ("tsan", "fuzz", "lab", "load") else SIMULATED)
                     for proof in PROOFS}
        self.failed = 0

    def mine(self, proof):
        """The steps of this proof that ran the present code."""
        return [step for step in steps() if step.proof == proof and step.commit == self.code[proof]]

    def put(self, proof, part, runs, failures, seconds, figures, skipped=0):
        self.failed += len(failures)
        append(Step(self.code[proof], proof, part, runs, len(failures), skipped, seconds, figures,
                    ",".join(map(str, failures)) or "none"))

    def _in_a_row(self, proof):
        """How many of the last steps did not fail, back to one that did."""
        row = 0
        for step in self.mine(proof):
            row = 0 if step.failed else row + 1
        return row

    # ---- the proofs

    def seeds(self):
        """Seeds that nobody has run before."""
        binaries = build("release", "cohort-sim")
        while sum(step.runs for step in self.mine("seeds")) < self.options.count:
            self._seeds("seeds", binaries, 500)

    def asan(self):
        """Seeds under the address and undefined-behaviour sanitizers."""
        binaries = build("asan", "cohort-sim")
        while sum(step.seconds for step in self.mine("asan")) < 60 * self.options.minutes:
            self._seeds("asan", binaries, 100)

    def _seeds(self, proof, binaries, count):
        profile = self.options.profile
        ends = [int(step.part.split("..")[1]) for step in steps()
                if step.proof == proof and step.part.split()[0] == profile]
        first = max(ends, default=0) + 1
        last = first + count - 1
        result = run_json(os.path.join(binaries, "cohort-sim"), "run", "--profile", profile, "--seeds",
                          f"{first}..{last}", "--jobs", str(self.options.jobs), "--keep-going", "--json")
        sums = result["sums"]
        figures = (f"{sums['events']} events, {sums['virtual_ms'] / 3.6e6:.1f} virtual hours, "
                   f"{sums['site_crashes']} crashes of sites, {sums['process_crashes']} of processes, "
                   f"{sums['partitions']} partitions, {len(result['probes'])} probes")
        failures = [f"{failure['seed']} ({failure['violations'][0]['property']})" for failure in result["failures"]]
        self.put(proof, f"{profile} {first}..{last}", result["seeds"], failures, result["seconds"], figures)

    def lab(self):
        """All scenarios of the lab, so many times in a row; a skipped one counts as failed."""
        binaries = build("release", "cohort-lab")
        as_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
        while self._in_a_row("lab") < self.options.times:
            done = len(self.mine("lab"))
            began = time.monotonic()
            result = run_json(*as_root, os.path.join(binaries, "cohort-lab"), "--directory", "build/lab", "--json",
                              "--seed", str(done + 1))
            failures = [f"{entry['name']} ({_one_line(entry['why'])})" for entry in result["runs"]
                        if entry["state"] != "passed"]
            self.put("lab", f"round {done + 1}", len(result["runs"]), failures, time.monotonic() - began,
                     f"{result['passed']} passed", result["skipped"])

    def load(self):
        """All cores busy with other work, streams running: no view may change."""
        minutes = self.options.minutes
        if any(int(step.part.split()[0]) >= minutes for step in self.mine("load")):
            return
        records = run_json("tests/bench/run", "--only", "load", "--minutes", str(minutes), "--json")
        figures = [record for record in records if record["section"] == "load"]
        if len(figures) != 1:
            raise Unusable("tests/bench/run measured no load")
        changes = figures[0]["changes"]
        self.put("load", f"{minutes} minutes", 1, [f"{changes} views changed"] if changes else [], 60.0 * minutes,
                 f"{changes} views changed")

    def tsan(self):
        """Data races in all that has threads."""
        if self.mine("tsan"):
            return
        began = time.monotonic()
        text = run("tests/sanitizers/run", "--preset", "tsan")
        summary = re.search(r"(\d+)% tests passed, (\d+) tests failed out of (\d+)", text)
        if not summary:
            raise Unusable("tests/sanitizers/run --preset tsan printed no summary")
        failures = re.findall(r"\d+ - (\S+) \(", text)
        self.put("tsan", "tests with threads", int(summary[3]), failures, time.monotonic() - began, summary[0])

    def fuzz(self):
        """libFuzzer on every decoder, under sanitizers."""
        binaries = build("fuzz", "cohort-fuzz", "cohort-fuzz-replay")
        targets = run(os.path.join(binaries, "cohort-fuzz-replay"), "--list").split()
        seconds = self.options.seconds
        done = {step.part for step in self.mine("fuzz") if step.seconds >= seconds}
        for target in targets:
            if target in done:
                continue
            line = next((line for line in run("tests/fuzz/run", "--seconds", str(seconds), target).splitlines()
                         if line.startswith(target + ":")), None)
            if line is None:
                raise Unusable(f"tests/fuzz/run said nothing of {target}")
            self.put("fuzz", target, 1, [target] if "BROKEN" in line else [], float(seconds),
                     line.split(": ", 1)[1])

    def explore(self):
        """Every order of small plants, to the end."""
        binaries = build("release", "cohort-sim")
        done = {step.part for step in self.mine("explore")}
        for scope, words in SCOPES.items():
            if scope in done:
                continue
            began = time.monotonic()
            text = run(os.path.join(binaries, "cohort-sim"), "explore", "--must-complete", "--quiet", "--jobs",
                       str(self.options.jobs), *words.split())
            summary = next((line for line in text.splitlines() if " states (" in line), None)
            if summary is None:
                raise Unusable(f"cohort-sim explore {words} printed no summary")
            bad = "all of them" not in summary or len(text.splitlines()) > 1
            self.put("explore", scope, 1, [scope] if bad else [], time.monotonic() - began, summary.split(": ", 1)[1])

    def campaign(self):
        """10,000 seeds of all profiles, what they reach, and every deliberate bug: docs/simulator-coverage.md."""
        if self.mine("campaign"):
            return
        binaries = build("release", "cohort-sim")
        began = time.monotonic()
        text = run(os.path.join(binaries, "cohort-sim"), "coverage", "--commit", self.code["campaign"], "--jobs",
                   str(self.options.jobs))
        summary = text.rstrip().splitlines()[-1]
        counts = [int(number) for number in re.findall(r"\d+", summary)]
        if len(counts) != 4:
            raise Unusable(f"cohort-sim coverage ended with '{summary}'")
        self.put("campaign", "10000 seeds", 10000, [summary] if any(counts) else [], time.monotonic() - began, summary)

    # ---- what there is

    def tell(self):
        simulated, real = self.code["seeds"], self.code["lab"]
        print(f"Of the code of commit {simulated} (of real processes {real}):")
        for proof in PROOFS:
            mine = self.mine(proof)
            runs = sum(step.runs for step in mine)
            failed = sum(step.failed for step in mine)
            seconds = sum(step.seconds for step in mine)
            text = f"{runs} runs in {len(mine)} steps, {failed} failed, {seconds / 60:.0f} minutes" if mine else "not run"
            print(f"  {proof:<9} {text:<60} {getattr(Proofs, proof).__doc__.splitlines()[0]}")


PROOFS = ("seeds", "asan", "tsan", "fuzz", "explore", "campaign", "lab", "load")


def parse():
    parser = argparse.ArgumentParser(prog="tests/soak/run", description=__doc__, add_help=False)
    parser.add_argument("proofs", nargs="*", metavar="PROOF")
    parser.add_argument("--count", type=int, default=50000)
    parser.add_argument("--profile", default="swarm")
    parser.add_argument("--minutes", type=int, default=60)
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    for name in options.proofs:
        if name not in PROOFS and name != "all":
            parser.error(f"there is no proof '{name}'; there are {', '.join(PROOFS)}, and all")
    return options


def main():
    options = parse()
    proofs = Proofs(options)
    if not options.proofs:
        proofs.tell()
        return 0
    if subprocess.run(["deploy/setup", "--quiet"], cwd=ROOT).returncode != 0:
        return 2
    try:
        for name in PROOFS if "all" in options.proofs else options.proofs:
            getattr(proofs, name)()
    except Unusable as error:
        print(f"tests/soak/run: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return 1 if proofs.failed else 0


if __name__ == "__main__":
    sys.exit(main())
