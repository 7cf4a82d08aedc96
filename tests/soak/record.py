"""docs/soak.tsv: one line a step of a long proof (docs/testing.md "Long proofs")."""
import dataclasses
import os
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FILE = os.path.join(ROOT, "docs", "soak.tsv")
#: What a proof is about. A change elsewhere leaves what was proved as it is.
SIMULATED = ("platform", ":!platform/sim/app")
REAL = ("platform", ":!platform/sim")  # real processes: the simulator only judges what they wrote down


@dataclasses.dataclass
class Step:
    """One line; the fields are its columns."""
    commit: str
    proof: str
    part: str
    runs: int
    failed: int
    skipped: int
    seconds: float
    figures: str
    failures: str

    def line(self):
        fields = dataclasses.astuple(self)
        return "\t".join(f"{x:.0f}" if isinstance(x, float) else str(x) or "-" for x in fields) + "\n"


HEAD = "\t".join(field.name for field in dataclasses.fields(Step)) + "\n"


def git(*words):
    return subprocess.run(["git", "-C", ROOT, *words], capture_output=True, text=True, check=True).stdout.strip()


def code(paths):
    """The last commit that changed what is proved; with a + where the working tree differs from it."""
    changed = git("status", "--porcelain", "--", *paths)
    return git("log", "-1", "--format=%h", "--", *paths) + ("+" if changed else "")


def steps():
    with open(FILE, encoding="utf-8") as file:
        lines = file.read().splitlines()
    if lines[0] + "\n" != HEAD:
        raise SystemExit(f"{FILE}:1: these are not the columns that this program writes: {HEAD}")
    return [_parse(number, line) for number, line in enumerate(lines[1:], 2)]


def _parse(number, line):
    fields = line.split("\t")
    try:
        return Step(*fields[:3], *map(int, fields[3:6]), float(fields[6]), *fields[7:9])
    except (ValueError, TypeError) as error:
        raise SystemExit(f"{FILE}:{number}: not a step: {error}") from error


def append(step):
    with open(FILE, "a", encoding="utf-8") as file:
        file.write(step.line())
    verdict = "nothing failed" if step.failed == 0 else f"FAILED: {step.failures}"
    skipped = f", {step.skipped} skipped" if step.skipped else ""
    print(f"{step.proof} {step.part}: {step.runs} runs{skipped} in {step.seconds:.0f} s, {verdict}; {step.figures}", flush=True)
