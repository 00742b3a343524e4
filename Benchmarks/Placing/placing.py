"""POST /v1/referrals, placed and durable: the service beside what people build on PostgreSQL, in turns, one run.

    placing.py --homeward PROGRAM --rival PROGRAM --postgres FOLDER:PORT:USER [--seconds 4] [--rounds 3] [--connections 32]

wrk keeps 64 connections alive on the same cores. Everyone on one hot block, then spread evenly over 60 districts with a block
each. Counted is what was answered with 2xx, and as many offers must
be in the store. Each round begins with fresh tables and a fresh folder. CPU is
that of the service, or of the rival and PostgreSQL together: trust it before rates where the cores are not idle.
"""
import argparse, os, re, shutil, statistics, subprocess, sys, tempfile, time

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, "../../scripts/acceptance"))
parser = argparse.ArgumentParser()
parser.add_argument("--homeward", required=True)
parser.add_argument("--rival", required=True)
parser.add_argument("--postgres", required=True)
parser.add_argument("--postmaster", type=int, help="the process id of PostgreSQL's first process, to count its CPU")
parser.add_argument("--folder", default=".")
parser.add_argument("--seconds", type=int, default=4)
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("--clients", type=int, default=64)
parser.add_argument("--connections", type=int, default=32)
options = parser.parse_args()
os.environ["HOMEWARD"] = options.homeward
from service import BANDS, DAYS, Service, day, must, new_key  # noqa: E402  (reads HOMEWARD)

FREE = 1_000_000_000  # never the reason for a refusal at the rival


def load(port, districts, word, key):
    host = f"127.0.0.1:{port}"
    done = subprocess.run(
        ["wrk", "-t1", f"-c{options.clients}", f"-d{options.seconds}s", "--timeout", "10s", "-s", f"{here}/place.lua",
         f"http://{host}", "--", str(districts), word, key, host], capture_output=True, text=True)
    must(done.returncode == 0, done.stderr)
    found = re.search(r"answered=(\d+) refused=(\d+) seconds=([\d.]+) p50=([\d.]+) p99=([\d.]+)", done.stdout)
    must(found, done.stdout)
    answered, refused, seconds, p50, p99 = map(float, found.groups())
    return dict(answered=answered, refused=refused, seconds=seconds, p50=p50, p99=p99)


def cpu(*pids):
    """CPU seconds that processes have used, and the children they have waited for."""
    ticks = 0
    for pid in pids:
        with open(f"/proc/{pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        ticks += sum(map(int, fields[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def postgres():
    """PostgreSQL's processes."""
    if options.postmaster is None:
        return []
    children = subprocess.run(["pgrep", "-P", str(options.postmaster)], capture_output=True, text=True).stdout.split()
    return [options.postmaster, *map(int, children)]


def counted(result, placed):
    """What was answered as done must have been placed; what was under way at the end may have been, too."""
    must(0 < result["answered"] - result["refused"] <= placed, f"{result} but {placed} offers")
    result["rate"] = (result["answered"] - result["refused"]) / result["seconds"]
    return result


def ours(districts):
    data = tempfile.mkdtemp(prefix="placing-", dir=options.folder)
    os.chmod(data, 0o700)
    try:
        commissioner = new_key(data, "commissioner", "council")
        referrer = new_key(data, "referrer", "ward")
        service = Service(data)
        client = service.client(commissioner)
        for number in range(1, districts + 1):
            zone, provider = f"zone-{number}", f"provider-{number}"
            for path, body in [
                    (f"/v1/zones/{zone}", {"name": zone, "districts": [f"CV{number}"]}),
                    (f"/v1/providers/{provider}", {"name": provider, "kind": "agency", "personalCare": True, "zones": [zone],
                                                   "status": "open"})]:
                status, _, answer = client.put(path, body)
                must(status in (200, 201), f"{path}: {status} {answer}")
            status, _, answer = client.post("/v1/blocks", {
                "zone": zone, "provider": provider, "from": day(0), "until": day(300), "ratePence": 2500,
                "funding": "betterCareFund", "skills": [],
                "weekly": [{"days": DAYS, "band": band, "minutes": 30_000, "carers": 100} for band in BANDS]})
            must(status == 201, f"block: {status} {answer}")
        before = cpu(service.process.pid)
        result = load(service.port, districts, f"{districts}", referrer)
        result["cpu"] = cpu(service.process.pid) - before
        must(service.stop() == 0, "the service did not stop cleanly")
        told = subprocess.run([options.homeward, "journal", "info", "--data", data], check=True, capture_output=True, text=True)
        return counted(result, int(re.search(r"offers (\d+)", told.stdout).group(1)))
    finally:
        shutil.rmtree(data)


def psql(*words):
    folder, port, user = options.postgres.split(":")
    return subprocess.run(["psql", "-qAt", "-v", "ON_ERROR_STOP=1", "-h", folder, "-p", port, "-U", user, "-d", "postgres", *words],
                          check=True, capture_output=True, text=True).stdout


def rival(districts):
    psql("-c", "DROP TABLE IF EXISTS offer, person, referral, block CASCADE")
    psql("-f", f"{here}/../PlacingRival/schema.sql")
    psql("-c", f"INSERT INTO block SELECT n, 'CV' || n, {FREE} FROM generate_series(1, {districts}) n")
    psql("-c", "VACUUM ANALYZE")
    psql("-c", "CHECKPOINT")
    server = subprocess.Popen([options.rival, "0", options.postgres, str(options.connections)], stdout=subprocess.PIPE, text=True)
    try:
        port = int(re.search(r":(\d+)\s*$", server.stdout.readline()).group(1))
        before = cpu(server.pid, *postgres())
        result = load(port, districts, f"{districts}-{time.monotonic_ns()}", "none")
        result["cpu"] = cpu(server.pid, *postgres()) - before
        return counted(result, int(psql("-c", "SELECT count(*) FROM offer")))
    finally:
        server.terminate()
        server.wait()


sides = {"homeward": ours, "PostgreSQL, a transaction and a row lock": rival}
for title, districts, goal in [("one hot block", 1, 10), ("spread over 60 blocks", 60, 2)]:
    results = {name: [] for name in sides}
    for _ in range(options.rounds):
        for name, side in sides.items():
            results[name].append(side(districts))
    print(f"{title}, {options.clients} clients, {options.rounds} rounds of {options.seconds} s in turns:")
    medians = {}
    for name, rounds in results.items():
        medians[name] = statistics.median(r["rate"] for r in rounds)
        each = ", ".join(f"{r['rate']:.0f}" for r in rounds)
        print(f"  {name}: {medians[name]:.0f} placed/s (median of {each}), "
              f"p50 {statistics.median(r['p50'] for r in rounds):.1f} ms, p99 {statistics.median(r['p99'] for r in rounds):.1f} ms, "
              f"{statistics.median(1e6 * r['cpu'] / r['answered'] for r in rounds):.0f} us of CPU each, "
              f"{sum(r['refused'] for r in rounds):.0f} refused")
    first, second = medians.values()
    print(f"  {first / second:.1f} times (goal {goal})", flush=True)
