#!/usr/bin/env bash
# Does it matter how much is there already? An office with a thousand entries beside one with a million, in one run:
# issuing rate and memory with real syncs, a proof, verification.
#
# Usage: benches/million.sh [PROGRAM] [folder on the disk to measure]     (needs python3)
# ENTRIES=1000000 FILES=100000 PAIRS=5 BATCH=1000 change the sizes. The entries come by `vanthu receive --sheet`, papers without files,
# in batches of ten thousand; FILES of them are letters with files. About 3 GB a million entries, 8 GB a million files.
# Every ratio is the median of pairs that were measured in turn, so that a busy machine slows both.
set -euo pipefail
program=$(realpath "${1:-target/release/vanthu}")
dir=$(mktemp -d "${2:-${TMPDIR:-/tmp}}/vanthu-million.XXXXXX")
trap 'chmod -R u+w "$dir"; rm -rf "$dir"' EXIT
ENTRIES=${ENTRIES:-1000000} FILES=${FILES:-100000} PAIRS=${PAIRS:-5} BATCH=${BATCH:-1000} \
  python3 - "$program" "$dir" <<'P'
import os, resource, statistics, subprocess, sys, time
vanthu, top = sys.argv[1:]
entries, files, pairs, batch = (int(os.environ[k]) for k in ("ENTRIES", "FILES", "PAIRS", "BATCH"))
CONFIG = """[organ]
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
"""
LETTER = """---
loai: cong-van
don-vi-soan: VP
trich-yeu: mời dự hội nghị tổng kết công tác năm 2026
kinh-gui: "{{don_vi}}"
noi-nhan: [Như trên]
---
Sở Nội vụ trân trọng kính mời {{don_vi}} dự hội nghị tổng kết công tác năm 2026.

Đề nghị {{don_vi}} xác nhận tham dự trước ngày 15 tháng 12 năm 2026./.
"""
# Runs a command and prints the most memory that it held, its processor time and its wall time.
METER = """import resource, subprocess, sys, time
start = time.perf_counter()
done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
wall = time.perf_counter() - start
use = resource.getrusage(resource.RUSAGE_CHILDREN)
print(use.ru_maxrss / 1024, use.ru_utime + use.ru_stime, wall)
sys.stderr.buffer.write(done.stderr[-400:])
sys.exit(done.returncode)"""


def vt(office, *args):
    done = subprocess.run([sys.executable, "-c", METER, vanthu, "--today", "2026-11-22", *args], cwd=office, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{args}: {done.returncode} {done.stderr}")
    return [float(x) for x in done.stdout.split()]


count = 0


def letters(office, rows):
    """Issues so many letters that were never issued before."""
    global count
    count += 1
    with open(f"{office}/don-vi.csv", "w") as f:
        f.write("Đơn vị\n" + "".join(f"Phòng {count}-{i}\n" for i in range(rows)))
    with open(f"{office}/job.toml", "w") as f:
        f.write(f'title = "thư {count}"\n[[steps]]\nsource = "thu.md"\ndata = "don-vi.csv"\n')
    out = vt(office, "run", "job.toml", "-q")
    subprocess.run(["rm", "-rf", f"{office}/ban-hanh"])
    return out


def papers(office, first, rows):
    with open(f"{office}/den.csv", "w") as f:
        f.write("Cơ quan ban hành,Số ký hiệu,Ngày văn bản,Loại,Trích yếu\n")
        for i in range(first, first + rows):
            f.write(f"UBND xã số {i},{i % 90_000 + 1}/KH-UBND,20/11/2026,Kế hoạch,Kế hoạch công tác số {i}\n")
    out = vt(office, "receive", "--sheet", "den.csv", "--no-stamp", "--arrived", "2026-11-22", "-q")
    subprocess.run(["rm", "-rf", f"{office}/den"])
    return out


def office(name, size, with_files):
    path = f"{top}/{name}"
    os.mkdir(path)
    open(f"{path}/vanthu.toml", "w").write(CONFIG)
    open(f"{path}/thu.md", "w").write(LETTER)
    start = time.time()
    for first in range(0, with_files, 10_000):
        letters(path, min(10_000, with_files - first))
    for first in range(0, size - with_files, 10_000):
        papers(path, first, min(10_000, size - with_files - first))
        if first % 100_000 == 0:
            print(f"  {name}: {with_files + first + 10_000} entries after {time.time() - start:.0f} s", flush=True)
    return path


small = office("small", 1_000, 0)
large = office("large", entries, files)
print(f"entries there: 1,000 and {entries:,} ({files:,} with files)", flush=True)
for what, job in [(f"issuing {batch} letters", lambda o: letters(o, batch)), ("entering 1,000 papers", lambda o: papers(o, 5_000_000 + 1_000 * count, 1_000))]:
    for o in (small, large):
        job(o)
    runs = [(job(small), job(large)) for _ in range(pairs)]
    for at, name in [(2, "wall"), (1, "processor"), (0, "memory")]:
        ratio = statistics.median(b[at] / a[at] for a, b in runs)
        a, b = (statistics.median(r[i][at] for r in runs) for i in (0, 1))
        unit = "MB" if at == 0 else "s"
        print(f"{what}: {name} {a:.3g} {unit} and {b:.3g} {unit}, ratio {ratio:.2f}", flush=True)
proofs = [vt(large, "proof", "01/SNV-VP", "--out", f"{top}/p.tlog-proof") for _ in range(5)] if files else []
if proofs:
    print(f"proof of one of {entries:,}: {1000 * statistics.median(p[2] for p in proofs):.0f} ms the whole command, {os.path.getsize(top + '/p.tlog-proof')} bytes", flush=True)
memory, cpu, wall = vt(large, "verify", "-q")
print(f"verify of {entries:,} entries, {files:,} files: {memory:.0f} MB, {cpu:.1f} s of processor, {wall:.1f} s", flush=True)
P
