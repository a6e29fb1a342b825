#!/usr/bin/env bash
# Whole-process ratios against other programs in one run: true, cp + sync, sha256sum.
#
# Usage: benches/peers.sh [folder on the disk to measure]     (needs python3; builds the release)
# PARTS="draft decision durable campaign verify memory" chooses; memory issues 100,000 documents and takes minutes.
# Every figure is a median of pairs that were measured in turn, so that a busy machine slows both.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build --release --quiet
vanthu=$PWD/${CARGO_TARGET_DIR:-target}/release/vanthu
[ -x "$vanthu" ] || vanthu=$CARGO_TARGET_DIR/release/vanthu
dir=$(mktemp -d "${1:-${TMPDIR:-/tmp}}/vanthu-peers.XXXXXX")
# Sealed bags are read-only.
trap 'chmod -R u+w "$dir"; rm -rf "$dir"' EXIT
PARTS=${PARTS:-draft decision durable campaign verify memory} python3 - "$vanthu" "$dir" "$PWD/samples/so-noi-vu" <<'P'
import os, random, resource, shutil, statistics, subprocess, sys, time
vanthu, top, sample = sys.argv[1:]
parts = os.environ["PARTS"].split()
TODAY = ["--today", "2026-11-22"]

HEAD = """---
loai: cong-van
don-vi-soan: VP
trich-yeu: mời dự hội nghị tổng kết công tác năm 2026
kinh-gui: "{{don_vi}}"
noi-nhan: [Như trên]
---
Sở Nội vụ trân trọng kính mời {{ho_ten}}, {{chuc_vu}} {{don_vi}}, dự hội nghị tổng kết công tác năm 2026.

1. Thời gian: 08 giờ 00 ngày 18 tháng 12 năm 2026.

2. Địa điểm: Hội trường tầng 2, trụ sở Sở Nội vụ.
"""
TAIL = "\nĐề nghị {{don_vi}} xác nhận tham dự trước ngày 15 tháng 12 năm 2026./.\n"


def long_text(paragraphs):
    """Text that does not compress away, so that a file comes to about 20 KB."""
    chance = random.Random(20)
    syllable = lambda: chance.choice("b c d g h l m n s t v x".split()) + chance.choice("a e i o u ô ê ơ ư".split()) + chance.choice(["", "c", "n", "ng", "t", "m", "p"])
    return "".join("\n" + " ".join(syllable() for _ in range(90)).capitalize() + ".\n" for _ in range(paragraphs))


def office(name, rows, middle=""):
    """A fresh office with a job of so many letters."""
    path = f"{top}/{name}"
    os.mkdir(path)
    shutil.copy(f"{sample}/vanthu.toml", path)
    with open(f"{path}/thu.md", "w") as f:
        f.write(HEAD + middle + TAIL)
    with open(f"{path}/don-vi.csv", "w") as f:
        f.write("Đơn vị,Họ tên,Chức vụ\n")
        for i in range(1, rows + 1):
            f.write(f"Phòng Nghiệp vụ số {i},Nguyễn Văn Bình,Trưởng phòng\n")
    with open(f"{path}/job.toml", "w") as f:
        f.write('title = "thư"\n[[steps]]\nsource = "thu.md"\ndata = "don-vi.csv"\n')
    return path


def run(args, cwd=None):
    """Seconds of wall time and of processor time."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    done = subprocess.run(args, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(f"{args}: {done.returncode} {done.stderr.decode()[:400]}")
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def peak(args, cwd):
    """Most memory that a command held, in MB."""
    code = "import resource,subprocess,sys; subprocess.run(sys.argv[1:],stdout=subprocess.DEVNULL,check=True); print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    out = subprocess.run([sys.executable, "-c", code, *args], cwd=cwd, capture_output=True)
    if out.returncode:
        sys.exit(f"{args}: {out.stderr.decode()[-400:]}")
    return int(out.stdout) / 1024


def fresh(command, path, out):
    """The same where the draft is not there yet: one that is there as it would be written is left alone."""
    out = f"{path}/{out}"
    for name in os.listdir(out) if os.path.isdir(out) else []:
        os.remove(f"{out}/{name}")
    return run(command, path)[0]


def medians(pairs):
    return [statistics.median(side) for side in zip(*pairs)]


def bags(path):
    """Folders of all bags, sealed or open."""
    for side in ("bags", "open"):
        root = f"{path}/archive/{side}"
        for year in sorted(os.listdir(root)) if os.path.isdir(root) else []:
            for bag in sorted(os.listdir(f"{root}/{year}")):
                if os.path.isdir(f"{root}/{year}/{bag}/data"):
                    yield f"{root}/{year}/{bag}"


if "draft" in parts:
    plan = f"{top}/plan"
    shutil.copytree(sample, plan)
    command = [vanthu, "draft", "thi-dua-nam-2026.md", "--out", "ra", "-q", *TODAY]
    ours, true = medians([(fresh(command, plan, "ra"), run(["true"])[0]) for _ in range(41)])
    print(f"draft of one plan: {1000*ours:.1f} ms; true: {1000*true:.1f} ms; more by {1000*(ours-true):.1f} ms", flush=True)

DECISION = """---
loai: quyet-dinh
trich-yeu: Về việc tặng Giấy khen của Giám đốc Sở Nội vụ
tham-quyen: GIÁM ĐỐC SỞ NỘI VỤ
noi-nhan: [Như Điều 2]
---
Căn cứ Luật Thi đua, khen thưởng ngày 15 tháng 6 năm 2022;
Theo đề nghị của Chánh Văn phòng Sở.

QUYẾT ĐỊNH:

Điều 1. Tặng Giấy khen của Giám đốc Sở Nội vụ cho các cá nhân đã có thành tích xuất sắc năm 2026 (có Danh sách kèm theo).

Điều 2. Chánh Văn phòng Sở và các cá nhân có tên tại Điều 1 chịu trách nhiệm thi hành Quyết định này./.

=== DANH SÁCH
Cá nhân được tặng Giấy khen

{{#each hang}}
{{inc @index}}. Bà {{ho_va_ten}}, {{chuc_vu}}, {{don_vi_cong_tac}}{{#if @last}}./.{{else}};{{/if}}
{{/each}}
"""
CAMPAIGN = """[campaign]
title = "phong trào thi đua năm 2026"
lists = ["ds.csv"]
form = "giay-khen"
achievement = "có thành tích xuất sắc trong phong trào thi đua năm 2026"
[campaign.proposal]
proposer = "Văn phòng Sở"
addressees = "Giám đốc Sở Nội vụ"
[campaign.council]
title = "Hội đồng Thi đua - Khen thưởng Sở Nội vụ"
date = 2026-11-12
chair = "Bà Lê Thị Minh Châu, Giám đốc Sở"
secretary = "Bà Hoàng Thị Kim Ngân, văn thư viên"
members = ["Bà Lê Thị Minh Châu", "Ông Vũ Quang Hải", "Bà Đỗ Thị Lan"]
[campaign.votes]
tellers = ["Ông Vũ Quang Hải", "Bà Đỗ Thị Lan"]
[campaign.decision]
giver = "Giám đốc Sở Nội vụ"
authority = "GIÁM ĐỐC SỞ NỘI VỤ"
money = true
"""


def people(path, rows):
    """A list of so many people who were all voted for."""
    given = "An Bình Châu Dung Giang Hà Khánh Lan Minh Ngọc Oanh Phúc Quỳnh Sơn Thảo Uyên Vân Xuân Yến Đức".split()
    with open(path, "w") as f:
        f.write("STT,Giới tính,Họ và tên,Chức vụ,Đơn vị công tác,Thành tích,Đồng ý,Không đồng ý\n")
        for i in range(rows):
            name = f"Nguyễn Thị {given[i // 400 % 20]} {given[i // 20 % 20]} {given[i % 20]}"
            f.write(f"{i + 1},Nữ,{name},Chuyên viên,Phòng Nghiệp vụ số {i % 40 + 1},hoàn thành xuất sắc nhiệm vụ thứ {i} năm 2026,3,0\n")


if "decision" in parts:
    path = f"{top}/decision"
    shutil.copytree(sample, path)
    with open(f"{path}/qd.md", "w") as f:
        f.write(DECISION)
    for rows, rounds in ((30, 41), (5000, 11)):
        people(f"{path}/ds{rows}.csv", rows)
        command = [vanthu, "draft", "qd.md", "--data", f"ds{rows}.csv", "--out", f"ra{rows}", "-q", *TODAY]
        ours, true = medians([(fresh(command, path, f"ra{rows}"), run(["true"])[0]) for _ in range(rounds)])
        print(f"award decision with {rows} rows: {1000*ours:.1f} ms; true: {1000*true:.1f} ms", flush=True)

if "campaign" in parts:
    pairs, whole, most = [], [], 0
    for n in range(6):
        path = f"{top}/campaign{n}"
        os.mkdir(path)
        shutil.copy(f"{sample}/vanthu.toml", path)
        people(f"{path}/ds.csv", 2000)
        with open(f"{path}/dot.toml", "w") as f:
            f.write(CAMPAIGN)
        command = [vanthu, "run", "dot.toml", "-q", *TODAY]
        subprocess.run(["sync"])
        if n == 0:
            most = peak(command, path)
            continue
        ours = run(command, path)[0]
        printed = [f"{path}/ban-hanh"]
        everything = [f"{path}/archive", f"{path}/register.db", f"{path}/ds-ket-qua.xlsx"]
        for name, times, files in (("bags", pairs, list(bags(path))), ("all", whole, everything)):
            os.mkdir(f"{path}/{name}")
            subprocess.run(["sync"])
            times.append((ours, run(["sh", "-c", f"cp -r {' '.join(files + printed)} {path}/{name}/ && sync"])[0]))
    for what, times in (("bags and what is printed", pairs), ("all that was written", whole)):
        ours, copy = medians(times)
        ratio = statistics.median(o / c for o, c in times)
        print(f"campaign for 2000 people, durable: {ours:.2f} s; cp -r + sync of {what}: {copy:.2f} s; {ratio:.2f} times; {most:.0f} MB at most", flush=True)


def durably(title, second):
    """2000 letters issued, in a new office or in one that holds as many already, beside `cp -r` and `sync` of their
    bags; in a new office also beside those of all that issuing wrote: archive with log and journal, and register."""
    bare, whole = [], []
    for n in range(7):
        path = office(f"durable{second:d}{n}", 2000)
        if second:
            run([vanthu, "run", "job.toml", "-q", *TODAY], path)
        before = set(bags(path))
        subprocess.run(["sync"])
        ours = run([vanthu, "run", "job.toml", "-q", "--again", *TODAY], path)[0]
        for name, pairs, files in (
            ("bags", bare, [bag for bag in bags(path) if bag not in before]),
            ("all", whole, [] if second else [f"{path}/archive", f"{path}/register.db"]),
        ):
            if files:
                os.mkdir(f"{path}/{name}")
                subprocess.run(["sync"])
                pairs.append((ours, run(["sh", "-c", f"cp -r {' '.join(files)} {path}/{name}/ && sync"])[0]))
    for what, pairs in (("their bags", bare), ("all that was written", whole)):
        if pairs:
            ours, copy = medians(pairs)
            rate = statistics.median(c / o for o, c in pairs)
            print(f"2000 letters issued durably, {title}: {ours:.2f} s ({2000/ours:.0f}/s); cp -r + sync of {what}: {copy:.2f} s ({2000/copy:.0f}/s); {100*rate:.0f} % of its rate", flush=True)


if "durable" in parts:
    durably("new office", False)
    durably("second batch", True)

if "verify" in parts:
    path = office("verify", 20000, long_text(28))
    run([vanthu, "run", "job.toml", "-q", *TODAY], path)
    sums = "; ".join(f"(cd {bag} && sha256sum -c --quiet manifest-sha256.txt)" for bag in bags(path))
    size = sum(os.path.getsize(os.path.join(d, f)) for b in bags(path) for d, _, fs in os.walk(b + "/data") for f in fs)
    pairs = [(run([vanthu, "verify", "-q"], path)[1], run(["sh", "-ec", sums])[1]) for _ in range(5)]
    ours, theirs = medians(pairs)
    print(f"verify of 20000 files of {size/20000/1000:.1f} KB, CPU: {ours:.2f} s; sha256sum -c: {theirs:.2f} s; ratio {ours/theirs:.2f}", flush=True)

if "memory" in parts:
    path = office("memory", 100000)
    print(f"batch of 100000 rows: {peak([vanthu, 'run', 'job.toml', '-q', *TODAY], path):.0f} MB at most", flush=True)
    print(f"verify of 100000 files: {peak([vanthu, 'verify', '-q'], path):.0f} MB at most", flush=True)
P
