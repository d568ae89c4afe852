#!/usr/bin/env python3
"""The detection table: real streams with an injected takeover, investigated by the program as it ships, scored from outside.

    CORDON_EVAL=… CORDON_VECTORS=… run.py [--streams NAME,…] [--seeds 1,2,…] [--plans fast,slow,…] [--jobs N] [--keep FOLDER]

Each plan of each seed is a trail of its own. Printed per stream and plan: persons disclosed up to and with the act that
cut, as median, largest and how many accounts were never cut; persons that the list missed or wrongly attributes; and over
all trails the false cuts and step-ups per 1000 clean account-weeks. CORDON_BINARY names the program.
"""
import argparse, collections, concurrent.futures, json, os, statistics, subprocess, sys, tempfile

OPENING = ["fast", "slow", "low_and_slow", "collude", "same_network", "mimic", "medical"]
LISTS = ["cookie", "spray", "sweep"]


def folder(name):
    value = os.environ.get(name)
    if not value or not os.path.isdir(value):
        sys.exit(f"{name} does not name a folder; the evaluation data is not part of this repository")
    return value


def one(tools, stream, seed, plan, program, keep):
    """Makes one trail, investigates it and gives its score."""
    with tempfile.TemporaryDirectory(prefix="cordon-eval-") as scratch:
        home = os.path.join(keep, f"{os.path.basename(stream).split('.')[0]}-{seed}-{plan}") if keep else scratch
        made, out = os.path.join(home, "made"), os.path.join(home, "incident")
        os.makedirs(made, exist_ok=True)
        subprocess.run([sys.executable, os.path.join(tools, "make_trail.py"), stream, made, "--seed", str(seed), "--attacks", plan], check=True, stdout=subprocess.DEVNULL)
        run = subprocess.run([program, "investigate", os.path.join(made, "trail.csv"), "--directory", os.path.join(made, "directory.csv"), "--out", out, "--lang", "en"],
                             stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        if run.returncode not in (0, 1, 3):
            raise RuntimeError(f"{stream} seed {seed} {plan}: status {run.returncode}: {run.stderr}")
        score = subprocess.run([sys.executable, os.path.join(tools, "score.py"), os.path.join(made, "truth.json"), out, "--json"], check=True, capture_output=True, text=True)
        return json.loads(score.stdout)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--streams", default="municipal-permits,bpi2013-incidents")
    ap.add_argument("--seeds", default="1,2,3,4,5")
    ap.add_argument("--plans", default=",".join(OPENING + LISTS + ["none"]))
    ap.add_argument("--jobs", type=int, default=1)
    ap.add_argument("--keep", help="keep trails and folders below this folder")
    a = ap.parse_args()
    tools, vectors = folder("CORDON_EVAL"), folder("CORDON_VECTORS")
    program = os.environ.get("CORDON_BINARY", ".build/release/cordon")
    work = [(stream, int(seed), plan) for stream in a.streams.split(",") for plan in a.plans.split(",") for seed in a.seeds.split(",")]
    with concurrent.futures.ThreadPoolExecutor(a.jobs) as pool:
        scores = list(pool.map(lambda w: one(tools, os.path.join(vectors, "streams", w[0] + ".csv.gz"), w[1], w[2], program, a.keep), work))

    attacks, totals = collections.defaultdict(list), collections.Counter()
    for (stream, _, plan), score in zip(work, scores):
        attacks[stream, plan] += score["attacks"]
        for key in ("false_cuts", "false_step_ups"):
            totals[stream, key] += score[key + "_per_1000_account_weeks"]["count"]
        totals[stream, "weeks"] += score["false_cuts_per_1000_account_weeks"]["clean_account_weeks"]

    print("%-20s %-13s %8s %7s %8s %6s %7s %6s  %s" % ("stream", "plan", "accounts", "median", "largest", "never", "missed", "wrong", "aim"))
    for (stream, plan), rows in attacks.items():
        if not rows:
            continue
        # An account that is never cut loses everything that it lost.
        lost = sorted(r["disclosed_before_cut"] if r["disclosed_before_cut"] is not None else r["disclosed_in_all"] for r in rows)
        never = sum(r["disclosed_before_cut"] is None for r in rows)
        median, aim = statistics.median(lost), 60 if plan in LISTS else 30
        print("%-20s %-13s %8d %7g %8d %6d %7d %6d  %s" % (stream, plan, len(rows), median, lost[-1], never, sum(r["missed_in_list"] for r in rows),
              sum(r["wrongly_attributed"] for r in rows), ("<= %d %s" % (aim, "reached" if median <= aim else "not reached"))))
    for stream in a.streams.split(",") + ["all"]:
        sums = collections.Counter()
        for (name, key), n in totals.items():
            if stream in (name, "all"):
                sums[key] += n
        weeks = max(1, sums["weeks"])
        print("%-20s false cuts %d in %d clean account-weeks = %.2f per 1000 (aim <= 5), step-ups %d = %.2f per 1000"
              % (stream, sums["false_cuts"], sums["weeks"], 1000 * sums["false_cuts"] / weeks, sums["false_step_ups"], 1000 * sums["false_step_ups"] / weeks))


if __name__ == "__main__":
    main()
