#!/usr/bin/env bash
# Eight processes receive and issue at once in one office; afterwards each series must run 1, 2, 3 … without
# gap or double, the archive must verify, and no process may have waited for ever.
#
#   tests/long/clerks.sh [EACH] [ROUNDS] [PROGRAM]        (100, 10, target/debug/vanthu)
#
# Each of the eight receives EACH documents and issues EACH letters in each of ROUNDS rounds: 1,000 of both by default.
set -euo pipefail
each=${1:-100}; rounds=${2:-10}
program=$(realpath "${3:-target/debug/vanthu}")
work=$(mktemp -d); trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cat >"$work/vanthu.toml" <<'TOML'
[organ]
name = "SỞ NỘI VỤ"
in_text = "Sở Nội vụ tỉnh An Hải"
code = "SNV"
place = "An Hải"
[signers.giam-doc]
position = "GIÁM ĐỐC"
name = "Lê Thị Minh Châu"
[defaults]
signer = "giam-doc"
archive_copy = "VT"
unit = "VP"
TOML
cat >"$work/thu.md" <<'MD'
---
loai: cong-van
trich-yeu: mời dự họp tổng kết năm 2026
kinh-gui: "{{don_vi}}"
noi-nhan: [Như trên]
---
Sở Nội vụ mời {{don_vi}} dự họp tổng kết công tác năm 2026./.
MD
python3 - "$program" "$work" "$each" "$rounds" <<'P'
import json, os, subprocess, sys, threading, time
program, office, each, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
took, failed = [], []


def run(*args):
    start = time.perf_counter()
    done = subprocess.run([program, "--today", "2026-11-23", *args], cwd=office, capture_output=True, timeout=7200)
    took.append((time.perf_counter() - start, args[0]))
    if done.returncode:
        failed.append((args, done.returncode, done.stderr.decode()[:400]))


def clerk(n):
    for r in range(rounds):
        with open(f"{office}/den-{n}-{r}.csv", "w") as f:
            f.write("Cơ quan ban hành,Số ký hiệu,Ngày văn bản,Trích yếu\n")
            f.writelines(f"Sở {n},{r}{i}/S{n},2026-11-20,báo cáo {i}\n" for i in range(each))
        with open(f"{office}/di-{n}-{r}.csv", "w") as f:
            f.write("Đơn vị\n" + "".join(f"Phòng {n}.{r}.{i}\n" for i in range(each)))
        with open(f"{office}/viec-{n}-{r}.toml", "w") as f:
            f.write(f'title = "x"\n[[steps]]\nsource = "thu.md"\ndata = "di-{n}-{r}.csv"\n')
        both = [("receive", "--sheet", f"den-{n}-{r}.csv", "-q", "--wait", "3600"), ("run", f"viec-{n}-{r}.toml", "-q", "--wait", "3600")]
        for args in both if n % 2 == 0 else reversed(both):
            run(*args)


start = time.perf_counter()
threads = [threading.Thread(target=clerk, args=(n,)) for n in range(8)]
[t.start() for t in threads]
[t.join() for t in threads]
wall = time.perf_counter() - start
assert not failed, failed[:3]
for book in ("incoming", "outgoing"):
    out = subprocess.run([program, "book", book, "--format", "json"], cwd=office, capture_output=True, check=True).stdout
    numbers = [e["number"] for e in json.loads(out)["entries"]]
    assert numbers == list(range(1, 8 * each * rounds + 1)), f"{book}: {len(numbers)} numbers do not run on"
done = subprocess.run([program, "verify", "-q"], cwd=office, capture_output=True)
assert done.returncode == 0, done.stdout.decode()[-800:]
took.sort()
total = 16 * each * rounds
print(f"8 processes, {each * rounds} received and {each * rounds} issued each, in batches of {each}: {wall:.1f} s, {total / wall:.0f} documents a second")
print(f"a command took {took[len(took) // 2][0]:.2f} s in the middle and {took[-1][0]:.2f} s at most, its turn at the lock included")
print("no gap, no double, the archive verifies")
P
