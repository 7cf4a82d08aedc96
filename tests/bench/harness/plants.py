"""The two sides, started and used the same way: our daemons, and Corosync's."""
import os
import shutil
import signal
import time

from world import Process, Trouble, cpu_of, read_until, run


ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
#: Makes a plant's authority and the sites' certificates.
CERTIFICATES = os.path.join(ROOT, "deploy", "certificates")


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

    def __init__(self, *arguments, secure=False, **named):
        super().__init__(*arguments, **named)
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder)
        self.file = os.path.join(self.folder, "plant.toml")
        extra = self._security(secure)
        with open(self.file, "w") as file:
            file.write('[plant]\nname = "bench"\nmodel = "minifab"\nclock_factor = 1\ndata_directory = "d"\n' + extra)
            for site in range(1, self.sites + 1):
                file.write(f'[[sites]]\nnumber = {site}\nname = "site{site}"\naddress = "10.77.0.{site}"\n'
                           "port = 7100\n")

    def _security(self, secure):
        """What the plant file says of TLS; with it on, the certificates are made."""
        if not os.access(CERTIFICATES, os.X_OK):
            if secure:
                raise Trouble(f"{CERTIFICATES} is missing: this build knows no TLS, so it cannot be measured")
            return ""
        if not secure:
            return 'tls = "off-closed-network"\n'
        run(CERTIFICATES, "plant", os.path.join(self.folder, "tls"), "bench",
            *[str(site) for site in range(1, self.sites + 1)])
        return 'tls = "on"\n'

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


class ZooKeeper:
    """Three servers of Debian's zookeeper, one a host, which write every update to disk at a majority."""
    JAR = "/usr/share/java/zookeeper.jar"
    name = "zookeeper"

    def __init__(self, hosts, folder, programs):
        self.hosts, self.folder, self.programs = hosts, folder, programs
        self.servers = []
        if not os.path.exists(self.JAR) or not shutil.which("java"):
            raise Trouble("zookeeper is not installed: apt-get install --no-install-recommends zookeeper")
        shutil.rmtree(folder, ignore_errors=True)

    def start(self):
        for site in range(1, 4):
            folder = os.path.join(self.folder, str(site))
            os.makedirs(folder)
            with open(os.path.join(folder, "myid"), "w") as file:
                file.write(str(site))
            with open(os.path.join(folder, "zoo.cfg"), "w") as file:
                file.write(f"tickTime=2000\ninitLimit=10\nsyncLimit=5\ndataDir={folder}\nclientPort=2181\n"
                           "admin.enableServer=false\nmaxClientCnxns=0\n")
                file.writelines(f"server.{k}=10.77.0.{k}:2888:3888\n" for k in range(1, 4))
            with open(os.path.join(folder, "log4j.properties"), "w") as file:
                file.write("log4j.rootLogger=ERROR, C\nlog4j.appender.C=org.apache.log4j.ConsoleAppender\n"
                           "log4j.appender.C.layout=org.apache.log4j.SimpleLayout\n")
            argv = ["java", "-Xmx512m", "-cp", f"{folder}:{self.JAR}",
                    "org.apache.zookeeper.server.quorum.QuorumPeerMain", os.path.join(folder, "zoo.cfg")]
            self.servers.append(Process(self.hosts.inside(site, argv), log=os.path.join(folder, "server.out")))
        end = time.monotonic() + 30
        while "failed" in self.updates(1, 1, 1):
            if time.monotonic() > end:
                raise Trouble(f"zookeeper: the servers did not come together in 30 s; see {self.folder}/*/server.out")
            time.sleep(0.5)
        self.updates(16, 4, 8000)  # its virtual machine compiles what is used often

    def updates(self, connections, outstanding, count):
        client = Process(self.hosts.inside(1, [
            self.programs["cohort-bench"], "keeper", "--address", "10.77.0.1", "--connections", connections,
            "--outstanding", outstanding, "--count", count]))
        lines = client.finish(60)
        return lines[0] if lines else {"failed": client.errors.decode(errors="replace")[-200:]}

    def stop(self):
        for server in self.servers:
            server.stop()


def install_programs(build, folder):
    """Copies of the programs, as an installation makes them and Corosync's are: the kernel keeps what a linker has
    written in small pieces, and each costs a fault of its own."""
    os.makedirs(folder, exist_ok=True)
    found = {}
    for name in ("cohortd", "cohort-bench", "cpg-bench"):
        path = os.path.join(build, "bin", name)
        if not os.access(path, os.X_OK):
            raise Trouble(f"{path} is missing: build the targets cohortd, cohort-bench and cpg-bench "
                          "(the last needs libcpg-dev)")
        found[name] = os.path.join(folder, name)
        if os.path.exists(found[name]):
            os.unlink(found[name])
        shutil.copy2(path, found[name])
    return found
