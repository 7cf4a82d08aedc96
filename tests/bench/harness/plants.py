"""The two sides, started and used the same way: our daemons, and Corosync's."""
import os
import shutil
import signal
import time

from world import Process, Trouble, cpu_of, read_until, run


class Plant:
    """Some daemons, one a host, and load generators that talk to them."""
    name = ""

    def __init__(self, hosts, folder, programs, sites=3):
        self.hosts = hosts
        self.folder = folder
        self.programs = programs
        self.sites = sites
        self.daemons = {}
        os.makedirs(folder, exist_ok=True)

    def start(self):
        for site in range(1, self.sites + 1):
            self.start_site(site)
        self.await_all()

    def await_all(self, seconds=30):
        """Returns when a group with one member a site has come together."""
        members = [self.member(site, "watch", "--group", "probe", "--patience", seconds)
                   for site in range(1, self.sites + 1)]
        try:
            def whole(lists):
                return all(any(o.get("members") == self.sites for o in objects) for objects in lists)
            if not whole(read_until(members, whole, seconds)):
                errors = b" ".join(m.popen.stderr.read() or b"" for m in members if not m.alive())
                raise Trouble(f"{self.name}: the daemons did not come together in {seconds} s; their logs are in "
                              f"{self.folder} {errors.decode(errors='replace')[-300:]}")
        finally:
            for member in members:
                member.stop()
        time.sleep(0.3)

    def member(self, site, mode, *options):
        return Process(self.hosts.inside(site, [self.programs[self.program], mode] +
                                         self.member_options(site) + list(options)))

    def members(self, mode, *options):
        """One a site; rank 0 is on site 1."""
        return [self.member(site, mode, "--members", self.sites, "--rank", site - 1, *options)
                for site in range(1, self.sites + 1)]

    def daemon_cpu(self):
        return sum(cpu_of(daemon.pid) for daemon in self.daemons.values())

    def stop(self):
        for daemon in self.daemons.values():
            daemon.kill(signal.SIGTERM)
        for daemon in self.daemons.values():
            daemon.stop(4)
        self.daemons = {}

    def kill_site(self, site):
        daemon = self.daemons.pop(site)
        daemon.kill()
        daemon.popen.wait()


class Cohort(Plant):
    name = "cohort"
    program = "cohort-bench"

    def __init__(self, *arguments, extra="", **named):
        super().__init__(*arguments, **named)
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder)
        self.file = os.path.join(self.folder, "plant.toml")
        with open(self.file, "w") as file:
            file.write('[plant]\nname = "bench"\nmodel = "minifab"\nclock_factor = 1\ndata_directory = "d"\n' + extra)
            for site in range(1, self.sites + 1):
                file.write(f'[[sites]]\nnumber = {site}\nname = "site{site}"\naddress = "10.77.0.{site}"\n'
                           "port = 7100\n")

    def member_options(self, site):
        return ["--config", self.file, "--site", site]

    def start_site(self, site):
        self.daemons[site] = Process(
            self.hosts.inside(site, [self.programs["cohortd"], "--config", self.file, "--site", site]),
            log=os.path.join(self.folder, f"cohortd-{site}.out"))


class Corosync(Plant):
    name = "corosync"
    program = "cpg-bench"

    def __init__(self, *arguments, transport="knet", crypto=False, token=0, consensus=0, **named):
        super().__init__(*arguments, **named)
        self.pids = set()
        self.file = os.path.join(self.folder, "corosync.conf")
        key = os.path.join(self.folder, "authkey")
        with open(key, "wb") as file:
            file.write(os.urandom(256))
        os.chmod(key, 0o400)
        with open(self.file, "w") as file:
            file.write(f"totem {{\n version: 2\n cluster_name: bench\n transport: {transport}\n")
            if transport == "knet":
                file.write(f" crypto_cipher: aes256\n crypto_hash: sha256\n keyfile: {key}\n" if crypto else
                           " crypto_cipher: none\n crypto_hash: none\n")
            if token:
                file.write(f" token: {token}\n token_coefficient: 0\n consensus: {consensus}\n")
            file.write("}\nnodelist {\n")
            for site in range(1, self.sites + 1):
                file.write(f" node {{\n  ring0_addr: 10.77.0.{site}\n  name: n{site}\n  nodeid: {site}\n }}\n")
            # Real-time priority, its default, costs it a factor of four here: it gets its better setting.
            file.write("}\nlogging {\n to_stderr: no\n to_syslog: no\n to_logfile: no\n}\n"
                       "system {\n sched_rr: no\n}\n")

    def member_options(self, site):
        return ["--site", site]

    def start_site(self, site):
        # A private /run and state directory for every host; /dev/shm stays shared with its clients.
        command = ("mount -t tmpfs tmpfs /run && mount -t tmpfs tmpfs /var/lib/corosync && "
                   f"exec corosync -f -c {self.file}")
        self.daemons[site] = Process(self.hosts.inside(site, ["unshare", "-m", "sh", "-c", command]),
                                     log=os.path.join(self.folder, f"corosync-{site}.out"))
        self.pids.add(self.daemons[site].pid)

    def stop(self):
        super().stop()
        # A killed daemon leaves its shared memory behind.
        for name in os.listdir("/dev/shm"):
            if any(name.startswith((f"qb-{pid}-", f"qb-corosync-{pid}-")) for pid in self.pids):
                run("rm", "-rf", os.path.join("/dev/shm", name), check=False)


def all_programs(build):
    found = {}
    for name in ("cohortd", "cohort-bench", "cpg-bench"):
        path = os.path.join(build, "bin", name)
        if not os.access(path, os.X_OK):
            raise Trouble(f"{path} is missing: build the targets cohortd, cohort-bench and cpg-bench "
                          "(the last needs libcpg-dev)")
        found[name] = path
    return found
