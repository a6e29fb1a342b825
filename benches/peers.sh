#!/usr/bin/env bash
# Whole-process ratios against other programs in one run: true, cp + sync, sha256sum.
# Usage: benches/peers.sh [folder on the disk to measure]   (needs a release build and python3)
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build --release --quiet
V=$PWD/target/release/vanthu
dir=$(mktemp -d "${1:-${TMPDIR:-/tmp}}/vanthu-peers.XXXXXX")
trap 'rm -rf "$dir"' EXIT
cp -r samples/so-noi-vu "$dir/plan"
mkdir "$dir/batch"
cp samples/so-noi-vu/vanthu.toml "$dir/batch/"
python3 - "$dir/batch" <<'P'
import sys
d = sys.argv[1]
open(d + "/thu.md", "w").write("""---
loai: cong-van
don-vi-soan: VP
trich-yeu: mời dự hội nghị tổng kết công tác năm 2026
kinh-gui: "{{don_vi}}"
noi-nhan: [Như trên]
---
Sở Nội vụ trân trọng kính mời {{ho_ten}}, {{chuc_vu}} {{don_vi}}, dự hội nghị tổng kết công tác năm 2026.

1. Thời gian: 08 giờ 00 ngày 18 tháng 12 năm 2026.

2. Địa điểm: Hội trường tầng 2, trụ sở Sở Nội vụ.

Đề nghị {{don_vi}} xác nhận tham dự trước ngày 15 tháng 12 năm 2026./.
""")
for n in (2000, 20000, 100000):
    with open(f"{d}/{n}.csv", "w") as f:
        f.write("Đơn vị,Họ tên,Chức vụ\n")
        for i in range(1, n + 1):
            f.write(f"Phòng Nghiệp vụ số {i},Nguyễn Văn Bình,Trưởng phòng\n")
    open(f"{d}/job{n}.toml", "w").write(f'title="thư"\n[[steps]]\nsource="thu.md"\ndata="{n}.csv"\n')
P
python3 - "$V" "$dir" <<'P'
import os, resource, shutil, statistics, subprocess, sys, time
v, d = sys.argv[1:]
def run(args, cwd=None):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    done = subprocess.run(args, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(f"{args}: {done.returncode} {done.stderr.decode()[:400]}")
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
def peak(args, cwd=None):
    out = subprocess.run(["/usr/bin/env", "python3", "-c", "import resource,subprocess,sys; subprocess.run(sys.argv[1:],stdout=subprocess.DEVNULL,check=True); print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss//1024)", *args], cwd=cwd, capture_output=True, check=True)
    return int(out.stdout)
plan = [v, "draft", "thi-dua-nam-2026.md", "--out", "ra", "-q"]
pairs = [(run(plan, d + "/plan")[0], run(["true"])[0]) for _ in range(21)]
a, b = (statistics.median(x) * 1000 for x in zip(*pairs))
print(f"draft of one plan: {a:.1f} ms, true: {b:.1f} ms, more by {a - b:.1f} ms")
ratios = []
for n in range(5):
    office = f"{d}/o{n}"
    shutil.copytree(d + "/batch", office)
    subprocess.run(["sync"])
    ours = run([v, "run", "job2000.toml", "-q"], office)[0]
    copy = run(["sh", "-c", f"cp -r {office}/archive/bags {office}/copy; sync"])[0]
    ratios.append((ours, copy))
ours, copy = (statistics.median(x) for x in zip(*ratios))
print(f"2000 letters issued durably: {ours:.2f} s ({2000/ours:.0f}/s); cp -r + sync: {copy:.2f} s ({2000/copy:.0f}/s); rate {100*copy/ours:.0f} % of cp")
big = d + "/big"
shutil.copytree(d + "/batch", big)
print(f"memory of a batch of 100000 rows: {peak([v, 'run', 'job100000.toml', '-q'], big)} MB")
print(f"memory of verify over 100000 files: {peak([v, 'verify', '-q'], big)} MB")
twenty = d + "/twenty"
shutil.copytree(d + "/batch", twenty)
run([v, "run", "job20000.toml", "-q"], twenty)
bags = "for m in archive/bags/*/*/manifest-sha256.txt; do (cd $(dirname $m) && sha256sum -c --quiet manifest-sha256.txt); done"
pairs = [(run([v, "verify", "-q"], twenty)[1], run(["sh", "-c", bags], twenty)[1]) for _ in range(5)]
a, b = (statistics.median(x) for x in zip(*pairs))
print(f"verify of 20000 files, CPU: {a:.2f} s, sha256sum -c: {b:.2f} s, ratio {a/b:.2f}")
P
