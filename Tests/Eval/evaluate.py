#!/usr/bin/env python3
"""The detection table: takeovers injected into real streams, one plan a trail, investigated and held against the truth.

    evaluate.py CORDON [--seeds 1-5] [--streams a,b] [--plans p,q] [--degrade nosession] [--work FOLDER] [--keep] [--json FILE]

CORDON is the release program. CORDON_EVAL names the folder with make_trail.py and score.py, CORDON_VECTORS the one that
holds streams/*.csv.gz; without them it says so and ends with status 0. Prints per stream and plan: persons disclosed before
the cut (median and maximum over seeds and accounts; an account never cut counts as infinitely many), accounts never cut,
persons missed and wrongly attributed; per stream the false cuts per 1000 clean account-weeks with their exact 95 % interval.
"""
import argparse, collections, json, math, os, shutil, statistics, subprocess, sys, tempfile, time

PLANS = "fast slow low_and_slow collude same_network mimic medical cookie spray sweep".split()
STREAMS = "bpi2013-incidents municipal-permits".split()


def numbers(text):
    """`1-3,7` is 1, 2, 3 and 7."""
    out = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        out += range(int(first), int(last or first) + 1)
    return out


def interval(k, weeks):
    """Exact 95 % interval of a Poisson rate per 1000, by bisection on the tail (no scipy needed)."""
    def below(mean, n):
        return sum(math.exp(-mean + i * math.log(mean) - math.lgamma(i + 1)) for i in range(n + 1)) if mean > 0 else 1.0
    def solve(target, n):
        lo, hi = 0.0, 10.0 + 3 * (n + 1)
        for _ in range(200):
            mid = (lo + hi) / 2
            lo, hi = (mid, hi) if below(mid, n) > target else (lo, mid)
        return lo
    return (1000 * solve(.975, k - 1) / weeks if k else 0.0), 1000 * solve(.025, k) / weeks


def one(cordon, tools, streams, stream, seed, plan, degrade, work):
    trail, folder = os.path.join(work, "trail"), os.path.join(work, "folder")
    for path in (trail, folder):
        shutil.rmtree(path, ignore_errors=True)
    os.makedirs(trail)
    os.symlink("/dev/null", os.path.join(trail, "trail.ndjson"))  # the CSV form says the same and is a fifteenth in size
    make = [sys.executable, os.path.join(tools, "make_trail.py"), os.path.join(streams, stream + ".csv.gz"), trail, "--seed", str(seed), "--attacks", plan]
    subprocess.run(make + (["--degrade", degrade] if degrade else []), check=True, stdout=subprocess.DEVNULL)
    began = time.monotonic()
    done = subprocess.run([cordon, "investigate", os.path.join(trail, "trail.csv"), "--directory", os.path.join(trail, "directory.csv"), "--out", folder, "--no-input"],
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    took = time.monotonic() - began
    if done.returncode not in (0, 1, 3):
        sys.exit("cordon ended with %d on %s seed %d %s: %s" % (done.returncode, stream, seed, plan, done.stderr[-500:]))
    scored = subprocess.run([sys.executable, os.path.join(tools, "score.py"), os.path.join(trail, "truth.json"), folder, "--json"], check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(scored.stdout), took


def table(results):
    for stream, rows in results.items():
        print(stream)
        print("  %-13s %7s %7s %9s %8s %7s %11s" % ("plan", "median", "max", "never cut", "missed", "wrong", "attributed"))
        weeks = sum(r["false_cuts_per_1000_account_weeks"]["clean_account_weeks"] for _, r in rows)
        wrong = sum(len(r["false_cuts"]) for _, r in rows)
        by_plan = collections.defaultdict(list)
        for _, r in rows:
            for attack in r["attacks"]:
                by_plan[attack["plan"]].append(attack)
        for plan in [p for p in PLANS if p in by_plan]:
            lost = [math.inf if a["disclosed_before_cut"] is None else a["disclosed_before_cut"] for a in by_plan[plan]]
            cut = [x for x in lost if x < math.inf]
            print("  %-13s %7s %7s %9s %8d %7d %11d" % (plan, "%g" % statistics.median(lost), max(cut) if cut else "-", "%d/%d" % (len(lost) - len(cut), len(lost)),
                  sum(a["missed_in_list"] for a in by_plan[plan]), sum(a["wrongly_attributed"] for a in by_plan[plan]), sum(a["attributed"] for a in by_plan[plan])))
        low, high = interval(wrong, weeks)
        print("  false cuts: %d in %d clean account-weeks = %.2f per 1000 (95 %%: %.2f to %.2f)" % (wrong, weeks, 1000 * wrong / weeks, low, high))


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("cordon"), ap.add_argument("--seeds", default="1-5"), ap.add_argument("--streams", default=",".join(STREAMS))
    ap.add_argument("--plans", default=",".join(PLANS)), ap.add_argument("--degrade", default=""), ap.add_argument("--work"), ap.add_argument("--keep", action="store_true")
    ap.add_argument("--json", help="also write every score to this file")
    a = ap.parse_args()
    tools, vectors = os.environ.get("CORDON_EVAL"), os.environ.get("CORDON_VECTORS")
    if not tools or not vectors:
        print("CORDON_EVAL or CORDON_VECTORS is not set: nothing evaluated")
        return
    work = a.work or tempfile.mkdtemp(prefix="cordon-eval-")
    results, times = collections.defaultdict(list), []
    try:
        for stream in a.streams.split(","):
            for seed in numbers(a.seeds):
                for plan in a.plans.split(","):
                    score, took = one(a.cordon, tools, os.path.join(vectors, "streams"), stream, seed, plan, a.degrade, work)
                    results[stream].append(((seed, plan), score))
                    times.append(took)
                    print("%s seed %d %s: %.1f s" % (stream, seed, plan, took), file=sys.stderr)
    finally:
        if not a.keep:
            shutil.rmtree(work, ignore_errors=True)
    table(results)
    print("investigate: median %.2f s, longest %.2f s over %d trails" % (statistics.median(times), max(times), len(times)))
    if a.json:
        with open(a.json, "w") as f:
            json.dump({s: [{"seed": k[0], "plan": k[1], "score": r} for k, r in rows] for s, rows in results.items()}, f, indent=1)


if __name__ == "__main__":
    main()
