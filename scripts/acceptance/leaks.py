#!/usr/bin/env python3
"""Plants names, references, NHS numbers and free text in every field that takes them, then searches everything that was
written or answered: database, log, snapshots, mark, backups, what the program printed and what it prints when it crashes,
answers, errors, probes. They are found in the vault only, and only encrypted. Then the person is forgotten: gone from the
live files and from the next backup, and gone again when an older backup is restored with the list of who was forgotten;
and the vault's key is changed under load, after which the old one can go."""
import base64, glob, shutil, sqlite3
from service import *

MARK = "Zebedee"
data = folder()
keys = small_county(data)
configuration = os.path.join(data, "homeward.json")
with open(configuration, "w") as file:
    json.dump({"snapshotRecords": 1, "snapshotSeconds": 0}, file)
service = Service(data, arguments=["--config", configuration])
set_up(service.client(keys["commissioner"]))
answers = []


def ask(role, method, path, body=None, keep=True):
    status, headers, answer = service.client(keys[role]).request(method, path, body)
    if keep:
        answers.append((f"{method} {path}", json.dumps([status, headers, answer])))
    return status, headers, answer


planted = referral(f"{MARK}-REF-1", visits=[visit("bed", 20, shortVisitReason=f"{MARK} short")])
planted["person"] = {"reference": f"{MARK}-REF-1", "nhsNumber": "999 000 0018", "name": f"{MARK} Name",
                     "address": f"1 {MARK} Street", "telephone": f"{MARK}-01632"}
planted["externalIds"] = [{"system": "https://example.nhs.uk/referral", "value": f"{MARK}-77120"}]
planted["needs"].update({"transfers": f"{MARK} transfers", "risks": f"{MARK} risks"})
planted["home"]["access"] = f"{MARK} key safe"
planted["assessment"]["by"] = f"{MARK} therapist"
status, _, made = ask("referrer", "POST", "/v1/referrals", planted, keep=False)
must(status == 201, f"{status} {made}")
referrer_sees = ask("referrer", "GET", f"/v1/referrals/{made['id']}", keep=False)[2]
must(referrer_sees["person"]["reference"] == f"{MARK}-REF-1", "the ward cannot read whom it reads about")
ask("clinician", "POST", f"/v1/referrals/{made['id']}/triage",
    {"outcome": "careOnly", "by": {"name": f"{MARK} physio", "role": "physiotherapist"}, "note": f"{MARK} note"}, keep=False)
offer = made["offer"]
status, _, package = ask("provider", "PUT", f"/v1/offers/{offer}/acceptance", {
    "firstVisit": {"date": day(0), "band": "bed"}, "conditions": f"{MARK} conditions",
    "by": {"name": f"{MARK} manager", "role": "manager", "telephone": f"{MARK} 960"}}, keep=False)
must(status == 200, f"{status} {package}")
status, headers, person = ask("provider", "GET", f"/v1/packages/{package['id']}/person", keep=False)
must(status == 200 and person["name"] == f"{MARK} Name" and "no-store" in headers["cache-control"], f"{status} {person}")
ask("provider", "PUT", f"/v1/packages/{package['id']}/first-visit",
    {"date": day(1), "band": "bed", "reason": f"{MARK} postponed"}, keep=False)
ask("broker", "PUT", f"/v1/packages/{package['id']}/ending",
    {"at": now(), "outcome": "neverStarted", "by": {"name": f"{MARK} broker", "role": "broker"}}, keep=False)

# Errors must not say what they were given, and those who may not see a person must not.
for body in [changed for changed in (
        {**planted, "person": {**planted["person"], "nhsNumber": "999 000 0011"}}, {**planted, MARK: 1},
        {**planted, "district": MARK}, {**planted, "source": MARK}, {**planted, "visits": MARK})]:
    status, _, answer = service.client(keys["referrer"]).post("/v1/referrals", body)
    must(status == 400, f"{status} {answer}")
    if MARK not in body:
        answers.append(("error", json.dumps(answer)))
for role in ("commissioner", "dashboard", "other"):
    for path in (f"/v1/referrals/{made['id']}", f"/v1/referrals/{made['id']}/explanation", "/v1/waiting", "/v1/capacity",
                 f"/v1/packages/{package['id']}", f"/v1/referrals/{made['id']}/person", "/v1/referrals", "/v1/packages"):
        ask(role, "GET", path)
for path in ("/healthz", "/readyz", "/openapi.json"):
    ask("dashboard", "GET", path)


def command(*words):
    done = subprocess.run([HOMEWARD, *words], capture_output=True, text=True)
    printed.append(done.stdout + done.stderr)
    must(done.returncode == 0, f"{words}: {done.stderr}")
    return done.stdout


def search(folder):
    """Every file of a folder; the vault's key may be there."""
    files = [path for path in glob.glob(f"{folder}/**", recursive=True) if os.path.isfile(path)]
    for path in files:
        with open(path, "rb") as file:
            content = file.read()
        must(not any(secret.encode() in content for secret in secrets), f"found in {path}")
    return len(files)


def rows_of(folder):
    """All rows of all tables, as text."""
    base = sqlite3.connect(f"file:{folder}/homeward.sqlite?mode=ro", uri=True)
    tables = [row[0] for row in base.execute("select name from sqlite_master where type = 'table'")]
    rows = [[value.decode(errors="replace") if isinstance(value, bytes) else str(value) for value in row]
            for table in tables for row in base.execute(f"select * from {table}")]
    base.close()
    return rows


secrets, printed = [MARK, "9990000018", "999 000 0018", "88213"], []
deadline = time.monotonic() + 10
while not glob.glob(f"{data}/snapshots/*.snapshot"):
    must(time.monotonic() < deadline, "no snapshot was written")
    time.sleep(0.05)
backups = folder()
command("backup", "--data", data, "--to", f"{backups}/before")
# What a crash prints: the program is made to trap while it has everything in memory.
# A handler that prints where it was returns once it has, since no instruction failed; so the process is killed then.
service.process.send_signal(signal.SIGILL)
deadline = time.monotonic() + 60
while service.process.poll() is None and time.monotonic() < deadline:
    with open(service.log.name) as file:
        if "Backtrace took" in file.read():
            break
    time.sleep(0.1)
if service.process.poll() is None:
    service.kill()
with open(service.log.name) as file:
    crash = file.read()
for name, text in answers:
    must(not any(secret in text for secret in secrets), f"found in the answer of {name}")
found = rows_of(data)
for row in found:
    must(not any(secret in value for secret in secrets for value in row), "found in a row")
must(any("person" in row for row in found), "the vault holds no person")
files = search(data) + search(backups)
must(glob.glob(f"{data}/*-wal") and os.path.getsize(glob.glob(f"{data}/*-wal")[0]) > 0, "there is no log to search")
print(f"marked values in {len(answers)} answers, {len(found)} rows and {files} files (database, log, snapshots, mark, backup, "
      f"printed lines, {len(crash)} bytes of crash output): none; the person's sealed row is there, and opens for those "
      "who may see it")

# Forgotten: live, in the next backup, and in an older one by the list.
service = Service(data, arguments=["--config", configuration])
person = next(row[1] for row in rows_of(data) if "person" in row)
sealed = [row for row in rows_of(f"{backups}/before") if len(row) == 4 and row[1] == person]
command("forget", made["id"], "--data", data)
status, _, gone = service.client(keys["broker"]).get(f"/v1/referrals/{made['id']}")
must(status == 200 and gone["person"].get("reference") is None, f"{status} {gone['person']}")
command("backup", "--data", data, "--to", f"{backups}/after")
listed = command("forgotten", "--data", f"{backups}/after")
must(person in listed, f"the list does not name the person: {listed}")
with open(f"{backups}/forgotten", "w") as file:
    file.write(listed)
for where in (data, f"{backups}/after"):
    must(not any(len(row) == 4 and row[1] == person for row in rows_of(where)), f"the person is still in {where}")
command("restore", "--from", f"{backups}/before", "--data", f"{backups}/plain")
must(any(len(row) == 4 and row[1] == person for row in rows_of(f"{backups}/plain")), "the older backup has no person")
command("restore", "--from", f"{backups}/before", "--data", f"{backups}/restored", "--forgotten", f"{backups}/forgotten")
must(not any(len(row) == 4 and row[1] == person for row in rows_of(f"{backups}/restored")), "the person came back")
with open(f"{backups}/cut", "w") as file:
    file.write("\n".join(listed.splitlines()[:-1]) + "\n")
cut = subprocess.run([HOMEWARD, "restore", "--from", f"{backups}/before", "--data", f"{backups}/by-cut", "--forgotten", f"{backups}/cut"],
                     capture_output=True, text=True)
must(cut.returncode == 1 and "# N forgotten" in cut.stderr, f"a list that was cut short: {cut.returncode} {cut.stderr}")
with open("/dev/full", "w") as full:
    lost = subprocess.run([HOMEWARD, "forgotten", "--data", data], stdout=full, stderr=subprocess.PIPE, text=True)
must(lost.returncode == 1 and "standard output" in lost.stderr, f"a list on a full disk: {lost.returncode} {lost.stderr}")
print(f"{len(sealed)} sealed rows of the person: gone from the live store and the next backup; an older backup restored with "
      "the list has none; a list that was cut short is refused, one that a full disk did not take ends with 1")

# A new key, under load.
made = []
for index in range(40):
    status, _, body = service.client(keys["referrer"]).post(
        "/v1/referrals", {**planted, "person": {**planted["person"], "reference": f"{MARK}-{index}"}}, {"Idempotency-Key": f"k{index}"})
    must(status == 201, f"{status} {body}")
    made.append(body["id"])
service.stop()
with open(f"{data}/vault.key") as file:
    old = file.read()
with open(f"{data}/vault.key", "w") as file:
    file.write(f"2:{base64.b64encode(os.urandom(32)).decode()}\n{old}")
service = Service(data, arguments=["--config", configuration])
deadline = time.monotonic() + 30
while True:
    status, _, again = service.client(keys["referrer"]).post(
        "/v1/referrals", {**planted, "person": {**planted["person"], "reference": f"{MARK}-0"}}, {"Idempotency-Key": "k0"})
    must(status == 201 and again["id"] == made[0], f"the same key came to another referral: {status} {again}")
    ready = service.client(None).get("/readyz")[2]["default"]
    if ready["isVerified"]:
        break
    must(time.monotonic() < deadline, f"not through after 30 s: {ready}")
command("vault", "reseal", "--data", data)
told = command("vault", "status", "--data", data)
must("0 values under key 1\n" in told, f"some are under the old key: {told}")
service.stop()
with open(f"{data}/vault.key") as file:
    lines = file.readlines()
with open(f"{data}/vault.key", "w") as file:
    file.writelines(line for line in lines if not line.startswith("1:"))
service = Service(data, arguments=["--config", configuration])
for identifier in made:
    status, _, body = service.client(keys["broker"]).get(f"/v1/referrals/{identifier}")
    must(status == 200 and MARK in body["person"]["reference"], f"{identifier} cannot be read under the new key")
must(service.stop() == 0, "the service did not stop cleanly")
for text in printed:
    must(not any(secret in text for secret in secrets), "found in what a command printed")
search(data)
search(backups)
print(f"a new key: {ready['resealed']} values sealed anew beside running requests, {told.strip().splitlines()[-1]}; "
      "the old key was removed and everybody can be read")
print(verify(data))
shutil.rmtree(data)
shutil.rmtree(backups)
