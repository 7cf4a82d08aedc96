"""Merges what the programs' counters say and prints the tables. Started by tests/coverage/run, which builds and runs
the programs."""
import argparse
import concurrent.futures
import glob
import json
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PAGE = "docs/coverage-of-lines.md"
#: The layers and what must be reached of them in percent: (lines, branches).
LAYERS = {"platform/core": (95, 90), "platform/wire": None, "platform/tools": None, "platform/client": None}
#: One layer's folder within another's: sockets and threads, which the simulator replaces.
NOT_COUNTED = ("platform/client/adapters/",)
WORST = 10

MACRO = re.compile(r"COHORT_(ASSERT|MUTANT|BUGGIFY|PROBE|CELL)\(")
DELIBERATE_BUG = re.compile(r"if \((?:[^;{}|]*&& )?COHORT_(?:MUTANT|BUGGIFY)\(\"[^\"]*\"\)\)\s*")
NO_CODE = re.compile(r"\s*(//.*|[{}]*;?\s*(//.*)?|public:|private:)")
ALWAYS = re.compile(r"\s*(true|false)\s*")


def closing(text, at, pair):
    """The place behind the bracket that closes the one at `at`."""
    depth = 0
    while at < len(text):
        depth += (text[at] == pair[0]) - (text[at] == pair[1])
        at += 1
        if depth == 0:
            break
    return at


class Source:
    """A source file, and which of its lines and branches are of interest."""

    def __init__(self, path):
        with open(os.path.join(ROOT, path), encoding="utf-8") as file:
            self.text = file.read()
        self.lines = self.text.split("\n")
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line) + 1)
        self.macros = [(m.start(), closing(self.text, m.end() - 1, "()")) for m in MACRO.finditer(self.text)]
        self.left_out = {n for n, line in enumerate(self.lines, 1) if NO_CODE.fullmatch(line)}
        for match in DELIBERATE_BUG.finditer(self.text):
            block = self.text.startswith("{", match.end())
            end = closing(self.text, match.end(), "{}") if block else self.text.index(";", match.end())
            self.left_out.update(range(self.line_of(match.start()), self.line_of(end - 1) + 1))

    def line_of(self, at):
        return self.text.count("\n", 0, at) + 1

    def counts_line(self, number):
        return number not in self.left_out

    def counts_branch(self, first_line, first_column, last_line, last_column):
        """Not where a macro decides (an assertion, a deliberate bug), nor where nothing is decided at run time."""
        begin = self.starts[first_line - 1] + first_column - 1
        end = self.starts[last_line - 1] + last_column - 1
        if first_line in self.left_out or any(begin < to and at < end for at, to in self.macros):
            return False
        return not ALWAYS.fullmatch(self.text[begin:end]) and "if constexpr" not in self.lines[first_line - 1]


def counts_of_lines(segments):
    """Line -> how often it was reached, by llvm-cov's own rule: the most frequent region that begins in the line or
    reaches into it."""
    by_line = {}
    for segment in segments:
        by_line.setdefault(segment[0], []).append(segment)
    counts, reaching = {}, None
    for line in range(segments[0][0], segments[-1][0] + 1) if segments else ():
        here = by_line.get(line, [])
        begun = [s for s in here if s[3] and s[4] and not s[5]]
        skipped = bool(here) and not here[0][3] and here[0][4]
        if not skipped and ((reaching and reaching[3]) or begun):
            counts[line] = max([s[2] for s in begun] + ([reaching[2]] if reaching else []))
        if here:
            reaching = here[-1]
    return counts


def layer_of(path):
    if path.startswith(NOT_COUNTED):
        return None
    return next((layer for layer in LAYERS if path.startswith(layer + "/")), None)


def export(build, program, profile):
    """One program's files: path -> (lines, branches). Each program by itself: of two variants of a function (the
    simulator has its own, with probes and deliberate bugs) llvm-cov would keep the first one only."""
    command = ["llvm-cov-19", "export", os.path.join(build, "bin", program), "-instr-profile", profile,
               "-skip-functions", "-skip-expansions", "-ignore-filename-regex", "(^|/)(tests|usr)/"]
    # Its warnings of "mismatched data" are of functions that only another program has run: that one counts them.
    output = subprocess.run(command, check=True, capture_output=True).stdout
    files = {}
    for file in json.loads(output)["data"][0]["files"]:
        # Headers are found through links (cmake/Layers.cmake).
        found = re.search(r"(?:.*/)?(platform/.*)", file["filename"])
        path = os.path.normpath(found.group(1)) if found else ""
        if not layer_of(path):
            continue
        lines, branches = files.setdefault(path, ({}, {}))
        merge(lines, branches, counts_of_lines(file["segments"]), [(b[:4], b[4:6]) for b in file["branches"]])
    return files


def merge(lines, branches, more_lines, more_branches):
    for line, count in more_lines.items():
        lines[line] = lines.get(line, 0) + count
    for place, (yes, no) in more_branches:
        known = branches.setdefault(tuple(place), [0, 0])
        known[0] += yes
        known[1] += no


def measure(options):
    profile = os.path.join(options.measure, "all.profdata")
    raw = sorted(glob.glob(os.path.join(options.measure, "profiles", "*.profraw")))
    subprocess.run(["llvm-profdata-19", "merge", "-sparse", "-o", profile, *raw], check=True)
    merged = {}
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for files in pool.map(lambda program: export(options.measure, program, profile), options.programs.split()):
            for path, (lines, branches) in files.items():
                merge(*merged.setdefault(path, ({}, {})), lines, list(branches.items()))
    return {"commit": options.commit, "seeds": options.seeds, "scenarios": options.scenarios,
            "failed": [name for name in options.failed.split(",") if name],
            "files": [row_of(path, *merged[path]) for path in sorted(merged)],
            "in_no_program": in_no_program(merged)}


def in_no_program(merged):
    found = (os.path.relpath(name, ROOT) for layer in LAYERS
             for name in glob.glob(os.path.join(ROOT, layer, "**", "*.cpp"), recursive=True))
    return sorted(path for path in found if layer_of(path) and path not in merged)


def starting_together(places):
    groups = {}
    for place in places:
        groups.setdefault(place[:2], []).append(place)
    return groups.values()


def row_of(path, lines, branches):
    source = Source(path)
    lines = {number: count for number, count in lines.items() if source.counts_line(number)}
    # A condition of several parts counts by its parts; where temporaries have to be destroyed clang lists it whole too.
    whole = {max(places) for places in starting_together(branches) if len(places) > 1}
    branches = {place: taken for place, taken in branches.items()
                if place not in whole and source.counts_branch(*place)}
    missed = [{"line": place[0], "column": place[1], "never": "true" if not yes else "false"}
              for place, ways in sorted(branches.items()) for yes, count in ((False, ways[0]), (True, ways[1]))
              if not count]
    return {"path": path, "layer": layer_of(path), "lines": len(lines),
            "lines_reached": sum(1 for count in lines.values() if count), "branches": 2 * len(branches),
            "branches_reached": 2 * len(branches) - len(missed),
            "uncovered_lines": sorted(number for number, count in lines.items() if not count),
            "uncovered_branches": missed}


def add_layers(figures):
    keys = ("lines", "lines_reached", "branches", "branches_reached")
    figures["layers"] = []
    for layer, target in LAYERS.items():
        rows = [row for row in figures["files"] if row["layer"] == layer]
        total = {"layer": layer, "files": len(rows), **{key: sum(row[key] for row in rows) for key in keys}}
        if target:
            total["target"] = {"lines_percent": target[0], "branches_percent": target[1]}
        figures["layers"].append(total)
    return figures


def percent(reached, of):
    return 100 * reached / of if of else 0.0


def verdict(row):
    if "target" not in row:
        return "-"
    aims = ((name, row["target"][name + "_percent"], percent(row[name + "_reached"], row[name]))
            for name in ("lines", "branches"))
    return "; ".join(f"{name} >= {aim} %: {'met' if have >= aim else '**missed**'}" for name, aim, have in aims)


def table(figures):
    text = ["| layer | files | lines | reached | | branches | reached | | target |",
            "|---|---|---|---|---|---|---|---|---|"]
    for row in figures["layers"]:
        cells = [row["layer"], f"{row['files']}"]
        for name in ("lines", "branches"):
            cells += [f"{row[name]:,}", f"{row[name + '_reached']:,}",
                      f"{percent(row[name + '_reached'], row[name]):.1f} %"]
        text.append("| " + " | ".join(cells + [verdict(row)]) + " |")
    core = [row for row in figures["files"] if row["layer"] == "platform/core"]
    core.sort(key=lambda row: (len(row["uncovered_lines"]), len(row["uncovered_branches"])), reverse=True)
    text += ["", f"The {WORST} files of platform/core with the most lines that nothing reached:", "",
             "| file | lines | not reached | branches | not taken |", "|---|---|---|---|---|"]
    text += [f"| {row['path']} | {row['lines']} | {len(row['uncovered_lines'])} | {row['branches']} | "
             f"{len(row['uncovered_branches'])} |" for row in core[:WORST]]
    return text


def remarks(figures):
    text = []
    if figures["in_no_program"]:
        text.append("In none of the programs, so not counted: " + ", ".join(figures["in_no_program"]) + ".")
    if figures["failed"]:
        text.append("**Failed, and counted as far as they came:** " + ", ".join(figures["failed"]) + ".")
    return text


def page(figures):
    return "\n".join([
        "# Lines and branches that the tests reach", "",
        f"Written by `tests/coverage/run --seeds {figures['seeds']} --write` at commit {figures['commit']}: unit "
        f"tests of core, wire, tools, client and sim, {figures['scenarios']} scenarios and seeds 1 to {figures['seeds']} of the "
        "simulator's profile `swarm`. What is counted stands in [testing.md](testing.md#lines-and-branches).", "",
        *table(figures), *[line for remark in remarks(figures) for line in ("", remark)], ""])


def uncovered(figures, below):
    for row in figures["files"]:
        if not (row["path"] == below or row["path"].startswith(below.rstrip("/") + "/")):
            continue
        lines = Source(row["path"]).lines
        for number in row["uncovered_lines"]:
            print(f"{row['path']}:{number}: {lines[number - 1]}")
        for branch in row["uncovered_branches"]:
            if branch["line"] not in row["uncovered_lines"]:
                print(f"{row['path']}:{branch['line']}:{branch['column']}: never {branch['never']}: "
                      f"{lines[branch['line'] - 1].strip()}")


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--measure", metavar="BUILD", help="count what the profiles of this build folder say")
    parser.add_argument("--programs", default="", help="the programs that ran, as words")
    parser.add_argument("--seeds", type=int, default=0)
    parser.add_argument("--scenarios", type=int, default=0)
    parser.add_argument("--commit", default="unknown")
    parser.add_argument("--failed", default="", help="the parts that failed, with commas between them")
    parser.add_argument("--from", dest="earlier", metavar="FILE", help="the figures of an earlier run")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--write", action="store_true", help="into " + PAGE)
    parser.add_argument("--uncovered", metavar="PATH", action="append", default=[])
    return parser.parse_args()


def main():
    options = parse()
    if options.earlier:
        with open(options.earlier, encoding="utf-8") as file:
            figures = json.load(file)
    else:
        figures = add_layers(measure(options))
        with open(os.path.join(options.measure, "figures.json"), "w", encoding="utf-8") as file:
            json.dump(figures, file)
    if options.write:
        with open(os.path.join(ROOT, PAGE), "w", encoding="utf-8") as file:
            file.write(page(figures))
    if options.json:
        print(json.dumps(figures))
    elif options.uncovered:
        for below in options.uncovered:
            uncovered(figures, below)
    else:
        print("\n".join(table(figures) + remarks(figures)))


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        sys.stderr.write((error.stderr or b"").decode())
        sys.exit(f"tests/coverage/run: {error.cmd[0]} failed, so nothing was counted; what it said is above")
