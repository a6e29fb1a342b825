#!/usr/bin/env bash
# Rate of `vanthu receive` for a folder of PDFs: durable, stamped, with the copies for people.
#
# Usage: benches/receive.sh [folder on the disk to measure]     (needs python3; builds the release)
# N=1000 files, RUNS=5; PDFS=FOLDER takes that folder's files instead of made ones. A made file has one page
# or two of Vietnamese text in an embedded font; every one is another. `cp -r` and `sync` of what was written follow each run.
set -euo pipefail
cd "$(dirname "$0")/.."
if [ -z "${VANTHU:-}" ]; then
  cargo build --release --quiet
  VANTHU=$PWD/target/release/vanthu
  [ -x "$VANTHU" ] || VANTHU=$CARGO_TARGET_DIR/release/vanthu
fi
dir=$(mktemp -d "${1:-${TMPDIR:-/tmp}}/vanthu-receive.XXXXXX")
# Sealed bags are read-only.
trap 'chmod -R u+w "$dir"; rm -rf "$dir"' EXIT
python3 - "$VANTHU" "$dir" "$PWD" "${N:-1000}" "${RUNS:-5}" "${PDFS:-}" <<'P'
import os, random, resource, shutil, statistics, subprocess, sys, time, zlib
vanthu, top, root, count, runs, given = sys.argv[1:]
count, runs = int(count), int(runs)


def letters(font):
    """Glyph and advance of each letter of a TrueType file with a cmap of format 4."""
    short = lambda at: int.from_bytes(font[at : at + 2], "big")
    long = lambda at: int.from_bytes(font[at : at + 4], "big")
    tables = {font[12 + 16 * i : 16 + 16 * i].decode(): long(20 + 16 * i) for i in range(short(4))}
    sub = tables["cmap"] + long(tables["cmap"] + 8)
    n = short(sub + 6) // 2
    found = {}
    for i in range(n):
        end, start = short(sub + 14 + 2 * i), short(sub + 16 + 2 * n + 2 * i)
        delta, at = short(sub + 16 + 4 * n + 2 * i), sub + 16 + 6 * n + 2 * i
        for code in range(start, min(end, 0xFFFE) + 1):
            offset = short(at)
            glyph = (code + delta) & 0xFFFF if offset == 0 else short(at + offset + 2 * (code - start))
            if glyph:
                found[chr(code)] = glyph
    many = short(tables["hhea"] + 34)
    return found, lambda g: short(tables["hmtx"] + 4 * min(g, many - 1))


font = open(f"{root}/templates/fonts/VanthuSerif-Regular.ttf", "rb").read()
glyphs, advance = letters(font)
packed = zlib.compress(font, 9)
wide = "0 [" + " ".join(str(advance(g) * 1000 // 2048) for g in range(max(glyphs.values()) + 1)) + "]"
pairs = sorted((g, c) for c, g in glyphs.items())
cmap = "begincmap\n1 begincodespacerange <0000> <FFFF> endcodespacerange\n" + "".join(
    f"{len(part)} beginbfchar\n" + "".join(f"<{g:04X}> <{ord(c):04X}>\n" for g, c in part) + "endbfchar\n"
    for part in (pairs[i : i + 100] for i in range(0, len(pairs), 100))
) + "endcmap"


def pdf(n):
    """A letter of one page or two."""
    chance = random.Random(n)
    word = lambda: chance.choice("b c d g h l m n s t v x".split()) + chance.choice("a e i o u ô ê ơ ư ế ộ".split()) + chance.choice(["", "c", "n", "ng", "t"])
    line = lambda: " ".join(word() for _ in range(16))
    show = lambda x, y, text: f"BT /F 13 Tf {x} {y} Td <{''.join(f'{glyphs[c]:04X}' for c in text)}> Tj ET\n"
    first = show(60, 780, "SỞ XÂY DỰNG") + show(300, 780, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM") + show(60, 740, f"Số: {n}/SXD-VP")
    first += show(300, 740, "Lam Giang, ngày 17 tháng 3 năm 2026") + show(60, 720, f"V/v báo cáo tháng, lần {n}")
    pages = [first + "".join(show(85, 600 - 18 * i, line()) for i in range(28))]
    if n % 3 == 0:
        pages.append("".join(show(85, 780 - 18 * i, line()) for i in range(30)) + show(60, 200, "Nơi nhận:") + show(350, 200, "GIÁM ĐỐC"))
    kids = [10 + 2 * i for i in range(len(pages))]
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: f"<< /Type /Pages /Kids [{' '.join(f'{k} 0 R' for k in kids)}] /Count {len(kids)} >>".encode(),
        3: b"<< /Type /Font /Subtype /Type0 /BaseFont /AAAAAA+Serif /Encoding /Identity-H /DescendantFonts [4 0 R] /ToUnicode 6 0 R >>",
        4: f"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /AAAAAA+Serif /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor 5 0 R /W [{wide}] /CIDToGIDMap /Identity >>".encode(),
        5: b"<< /Type /FontDescriptor /FontName /AAAAAA+Serif /Flags 4 /FontBBox [-180 -300 1100 1010] /ItalicAngle 0 /Ascent 891 /Descent -216 /CapHeight 660 /StemV 80 /FontFile2 7 0 R >>",
    }
    stream = lambda data, more=b"": b"<< /Length %d /Filter /FlateDecode %s>>\nstream\n%s\nendstream" % (len(data), more, data)
    objects[6] = stream(zlib.compress(cmap.encode()))
    objects[7] = stream(packed, b"/Length1 %d " % len(font))
    for k, page in zip(kids, pages):
        objects[k] = f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F 3 0 R >> >> /Contents {k + 1} 0 R >>".encode()
        objects[k + 1] = stream(zlib.compress(page.encode()))
    out, places = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), {}
    for number in sorted(objects):
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, objects[number])
    start = len(out)
    out += b"xref\n0 1\n0000000000 65535 f \n" + b"".join(b"%d 1\n%010d 00000 n \n" % (n, p) for n, p in places.items())
    return bytes(out) + b"trailer\n<< /Root 1 0 R /Size %d >>\nstartxref\n%d\n%%%%EOF\n" % (max(objects) + 1, start)


folder = f"{top}/den-moi"
if given:
    os.mkdir(folder)
    for name in sorted(os.listdir(given))[:count]:
        shutil.copy(f"{given}/{name}", folder)
else:
    os.mkdir(folder)
    for n in range(1, count + 1):
        with open(f"{folder}/{n:05}.pdf", "wb") as f:
            f.write(pdf(n))
names = os.listdir(folder)
size = sum(os.path.getsize(f"{folder}/{n}") for n in names) / len(names) / 1024
times = []
for run in range(runs):
    office = f"{top}/{run}"
    os.mkdir(office)
    shutil.copy(f"{root}/samples/so-noi-vu/vanthu.toml", office)
    subprocess.run(["sync"])
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run([vanthu, "receive", folder, "--yes", "--from", "Sở Xây dựng", "-q", "--today", "2026-11-22"], cwd=office, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(f"receive: {done.returncode} {done.stderr.decode()[:400]}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    start = time.perf_counter()
    subprocess.run(["sh", "-c", "cp -r archive den copy/ && sync"], cwd=office, check=False) if os.mkdir(f"{office}/copy") is None else None
    times.append((wall, cpu, time.perf_counter() - start))
wall, cpu, copy = (statistics.median(t) for t in zip(*times))
print(f"{len(names)} PDFs of {size:.0f} KB received, stamped and durable: {wall:.2f} s ({len(names)/wall:.0f}/s), {1000*cpu/len(names):.2f} ms of processor time each; cp -r + sync of the same files: {copy:.2f} s")
P
