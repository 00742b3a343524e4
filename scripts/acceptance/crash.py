#!/usr/bin/env python3
"""kill -9 in the middle of clients at work, so many times, on one process or on two that share a folder, at random moments
and while a snapshot is being written. After each restart everything is held against what clients were told: acknowledged
referrals, acceptances and claims are there; whatever was not answered is asked for again under its key and happens once;
positions never fall; and, folder by folder, the ledgers add up, the chain holds, every referral is somebody's, and no
name stands in any file. Prints the seed, and how soon the service was ready again (a figure, not a pass or fail)."""
import argparse, glob, random, shutil
from service import *

CLIENTS = 12
ROUNDS_OF_A_FOLDER = 25
# Snapshots as often as can be, so that many rounds begin from one and some die over one.
CONFIGURATION = {"snapshotRecords": 40, "snapshotSeconds": 0, "tickMilliseconds": 200}

parser = argparse.ArgumentParser()
parser.add_argument("--rounds", type=int, default=int(os.environ.get("CRASH_ROUNDS", "20")))
parser.add_argument("--seed", type=int, default=int(time.time()))
options = parser.parse_args()
print(f"seed {options.seed}")
chance = random.Random(options.seed)


begun = now()


def ask(reference):
    """The same words whenever it is asked for again."""
    return referral(reference, visits=[visit("tea", 15, shortVisitReason="a prompt")],
                    assessment={"by": "Bea Example", "role": "OT", "at": begun})


class Folder:
    """One data folder with all that clients were ever told about it."""

    def __init__(self):
        self.data = folder()
        self.configuration = os.path.join(self.data, "homeward.json")
        with open(self.configuration, "w") as file:
            json.dump(CONFIGURATION, file)
        self.keys = small_county(self.data)
        self.referrals = {}  # id -> (reference, idempotency key)
        self.packages = {}  # offer -> package
        self.position = 0
        service = self.start()
        set_up(service.client(self.keys["commissioner"]), minutes=25_000, carers=30)
        service.stop()

    def start(self):
        began = time.monotonic()
        service = Service(self.data, arguments=["--config", self.configuration])
        while service.client(None).get("/readyz")[0] != 200:
            must(time.monotonic() - began < 30, "the service is not ready after 30 s")
        back.append(time.monotonic() - began)
        return service

    def finish(self):
        """The last look: a clean stop, the ledgers, the chain, every referral somebody's, and no name in any file."""
        service = self.start()
        listed = service.client(self.keys["broker"]).all("/v1/referrals?limit=1000")
        must({r["id"] for r in listed} == set(self.referrals),
             f"{len(listed)} referrals are there, {len(self.referrals)} were told of")
        must(service.stop() == 0, "the service did not stop cleanly")
        verify(self.data)
        for path in glob.glob(f"{self.data}/**", recursive=True):
            if os.path.isfile(path) and not path.endswith("vault.key"):
                with open(path, "rb") as file:
                    text = file.read()
                must(b"CRASH-" not in text and b"Ada Example" not in text, f"a name stands in {path}")
        shutil.rmtree(self.data)


class Round:
    """Clients at work on some services until these are killed."""

    def __init__(self, home, number):
        self.home, self.number = home, number
        self.lock, self.stop = threading.Lock(), threading.Event()
        self.told, self.accepted, self.claimed = {}, {}, []
        self.unheard = []  # (kind, ...) asked for and not answered
        self.after_kill = 0
        self.killed = threading.Event()
        self.services = [home.start() for _ in range(chance.choice([1, 1, 2]))]
        self.block = buy(self.services[0].client(home.keys["commissioner"]), 60, 1, bands=["morning"])["id"]

    def work(self, index, dice):
        service = self.services[index % len(self.services)]
        broker = Client(service.port, self.home.keys["broker"])
        offers, mine = [], []
        for turn in range(100_000):
            if self.stop.is_set():
                return
            kind = dice.random()
            if kind < 0.1:
                doing = ("claim",)
            elif kind < 0.3 and offers:
                doing = ("accept", offers.pop(dice.randrange(len(offers))))
            elif kind < 0.4 and mine:
                doing = ("refer",) + dice.choice(mine)
            else:
                name = f"CRASH-{self.number}-{index}-{turn}"
                doing = ("refer", name, name.lower())
            try:
                offer = self.perform(broker, doing)
            except (OSError, http.client.HTTPException):
                with self.lock:
                    self.unheard.append(doing)
                return
            if doing[0] == "refer":
                if doing[1:] not in mine:
                    mine.append(doing[1:])
                if offer:
                    offers.append(offer)
            if self.killed.is_set():
                self.after_kill += 1

    def perform(self, broker, doing):
        """Asks once. What is answered is written down as told; 503 is no answer."""
        kind = doing[0]
        if kind == "refer":
            _, reference, key = doing
            status, headers, body = broker.post(
                "/v1/referrals", ask(reference),
                {"Idempotency-Key": key})
            if status == 503:
                return self.not_heard(doing)
            must(status == 201, f"referral: {status} {body}")
            with self.lock:
                known = self.told.setdefault(reference, (body["id"], key))
                must(known[0] == body["id"], f"{reference} is {known[0]} and {body['id']}")
                self.home.position = max(self.home.position, int(headers["homeward-position"]))
            return body.get("offer")
        if kind == "accept":
            offer = doing[1]
            status, _, body = broker.put(f"/v1/offers/{offer}/acceptance", {
                "firstVisit": {"date": day(0), "band": "tea"},
                "by": {"name": "Ed Example", "role": "coordinator", "telephone": "01632 960000"}})
            if status == 503:
                return self.not_heard(doing)
            must(status == 200, f"acceptance: {status} {body}")
            with self.lock:
                must(self.accepted.setdefault(offer, body["id"]) == body["id"], f"{offer} became two packages")
            return None
        status, _, body = broker.post(f"/v1/blocks/{self.block}/claims", {
            "provider": "birch", "weekly": [{"days": DAYS, "band": "morning", "minutes": 60}]})
        must(status in (201, 409, 422, 503), f"claim: {status} {body}")
        if status == 201:
            with self.lock:
                self.claimed.append(body["id"])
        return None

    def not_heard(self, doing):
        with self.lock:
            self.unheard.append(doing)

    def kill(self):
        """Waits for a random moment, or for one at which a snapshot is being written, and kills."""
        draft = f"{self.home.data}/snapshots/default.draft"
        wait, end = chance.uniform(0.02, 0.7), time.monotonic() + 1.5
        if chance.random() < 0.4:
            while time.monotonic() < end and not os.path.exists(draft):
                time.sleep(0.0002)
        else:
            time.sleep(wait)
        victims = list(self.services)
        chance.shuffle(victims)
        victims.pop().kill()
        self.killed.set()
        if os.path.exists(draft):
            over_snapshots.append(self.number)
        if victims:
            # The other goes on alone for a while: what its clients are told counts too.
            time.sleep(chance.uniform(0.0, 0.3))
            victims.pop().kill()
        self.stop.set()

    def check(self, service):
        """Everything told is so, and what was not answered is asked for again and happens once."""
        broker = service.client(self.home.keys["broker"])
        must(len(self.claimed) <= 1, f"the last hour was claimed {len(self.claimed)} times")
        for doing in self.unheard:
            if doing[0] != "claim":
                # Twice, the second time as a repetition of the first.
                self.perform(broker, doing)
                self.perform(broker, doing)
        for reference, (identifier, _) in self.told.items():
            status, headers, body = broker.get(f"/v1/referrals/{identifier}")
            must(status == 200 and body["person"]["reference"] == reference,
                 f"{identifier} was acknowledged and is gone: {status}")
            must(int(headers["homeward-position"]) >= self.home.position, "the journal is shorter than what was answered")
        for offer, package in self.accepted.items():
            status, _, body = broker.get(f"/v1/packages/{package}")
            must(status == 200 and body["offer"] == offer, f"{package} was acknowledged and is gone: {status} {body}")
        claims = [c["id"] for c in broker.get(f"/v1/blocks/{self.block}")[2]["claims"]]
        must(len(claims) <= 1 and set(self.claimed) <= set(claims), f"claimed was {self.claimed}, there is {claims}")
        self.home.referrals.update({identifier: told for told, (identifier, _) in self.told.items()})
        self.home.packages.update(self.accepted)
        # Some of what was told in earlier rounds.
        for identifier, reference in chance.sample(sorted(self.home.referrals.items()), min(10, len(self.home.referrals))):
            body = broker.get(f"/v1/referrals/{identifier}")[2]
            must(body["person"]["reference"] == reference, f"{identifier} of an earlier round is another now")


back, over_snapshots, counts, home = [], [], dict(referrals=0, packages=0, claims=0, unheard=0, two=0, alone=0), None
began = time.monotonic()
for number in range(options.rounds):
    if home is None:
        home = Folder()
    current = Round(home, number)
    seeds = [chance.getrandbits(64) for _ in range(CLIENTS)]
    killer = threading.Thread(target=current.kill)
    killer.start()
    for failure in in_threads(CLIENTS, lambda index: current.work(index, random.Random(seeds[index]))):
        if failure is not None:
            raise failure
    killer.join()
    service = home.start()
    current.check(service)
    service.kill()
    counts["referrals"] += len(current.told)
    counts["packages"] += len(current.accepted)
    counts["claims"] += len(current.claimed)
    counts["unheard"] += len(current.unheard)
    counts["two"] += len(current.services) > 1
    counts["alone"] += current.after_kill > 0 and len(current.services) > 1
    if (number + 1) % ROUNDS_OF_A_FOLDER == 0 or number + 1 == options.rounds:
        home.finish()
        home = None
        print(f"round {number + 1}: {counts}, {len(over_snapshots)} died over a snapshot", flush=True)
back.sort()
print(f"{options.rounds} rounds in {time.monotonic() - began:.0f} s, {counts['two']} with two processes: "
      f"{counts['referrals']} referrals, {counts['packages']} packages and {counts['claims']} claims acknowledged, none lost; "
      f"{counts['unheard']} asked for again; {len(over_snapshots)} killed over a snapshot; "
      f"ready again in {back[len(back) // 2]:.2f} s (median), {back[-1]:.2f} s (slowest)")
