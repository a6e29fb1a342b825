#!/usr/bin/env bash
# Word templates beside docxtpl (PyPI), docxtemplater and easy-template-x (npm), in one run.
#
# Usage: benches/word-peers.sh            (needs python3, node, npm and their registries; builds the benches)
# DOCS=2000 ROWS="30 5000" choose the work; PROFILE=dev measures a build without cargo's release profile;
# BENCH names a program of the benches that is built already.
# The same two templates, with each program's own tags, and the same data; everything in memory, one
# thread, the template read once where the program can keep it. Of the others processor time is counted,
# of ours time on the clock: on a busy machine the ratios are lower than they should be, never higher.
set -euo pipefail
cd "$(dirname "$0")/.."
docs=${DOCS:-2000} rows=${ROWS:-30 5000} profile=${PROFILE:-bench}
dir=$(mktemp -d "${TMPDIR:-/tmp}/vanthu-word-peers.XXXXXX")
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" -q install docxtpl
npm --prefix "$dir" --silent install docxtemplater pizzip easy-template-x

ours() {
  if [ -n "${BENCH:-}" ]; then CARGO_MANIFEST_DIR=$PWD "$BENCH" --bench "word template"; return; fi
  cargo bench -q --profile "$profile" --bench pipeline -- "word template"
}
ours > "$dir/ours.txt" 2>&1 || { cat "$dir/ours.txt"; exit 1; }

cat > "$dir/make.py" <<'P'
# The templates with the tags of the others, and the data.
import json, re, sys, zipfile
out, docs, rows = sys.argv[1], int(sys.argv[2]), [int(r) for r in sys.argv[3].split()]

def change(name, to, turn):
    with zipfile.ZipFile(f"benches/word/{name}.docx") as z, zipfile.ZipFile(f"{out}/{to}.docx", "w", zipfile.ZIP_DEFLATED) as o:
        for item in z.namelist():
            data = z.read(item)
            o.writestr(item, turn(data.decode()).encode() if item == "word/document.xml" else data)

def jinja(xml):
    row = re.search(r"<w:tr(?: [^>]*)?>(?:(?!</w:tr>).)*\{\{#each hang\}\}.*?</w:tr>", xml, re.S)
    if row:
        text = row.group(0)
        cell = lambda tag: "<w:tr><w:tc><w:p><w:r><w:t>" + tag + "</w:t></w:r></w:p></w:tc></w:tr>"
        inner = text.replace("{{#each hang}}{{inc @index}}", "{{ loop.index }}").replace("{{/each}}", "")
        inner = re.sub(r"\{\{(\w+)\}\}", r"{{ r.\1 }}", inner)
        xml = xml.replace(text, cell("{%tr for r in hang %}") + inner + cell("{%tr endfor %}"))
    return xml

def single(xml):
    xml = xml.replace("{{#each hang}}{{inc @index}}", "{#hang}{so}").replace("{{/each}}", "{/hang}")
    return re.sub(r"\{\{(\w+)\}\}", r"{\1}", xml)

for name in ("giay-khen", "quyet-dinh"):
    change(name, f"{name}-jinja", jinja)
    change(name, f"{name}-single", single)

def person(n):
    return {"ho_ten": f"Nguyễn Thị Thanh Hà {n}", "gioi_tinh": "nữ", "chuc_vu": "Chuyên viên",
            "don_vi": f"Phòng Nghiệp vụ {n // 7}", "hinh_thuc": "Giấy khen",
            "thanh_tich": "Đã có thành tích xuất sắc trong phong trào thi đua thực hiện nhiệm vụ công tác năm 2026",
            "so": f"{n:04}", "ngay": "2026-11-22", "tien": 390000}

json.dump([person(n) for n in range(docs)], open(f"{out}/people.json", "w"))
for count in rows:
    json.dump({"hang": [person(n) for n in range(count)], "tong": count, "tien": count * 390000}, open(f"{out}/rows-{count}.json", "w"))
P
python3 "$dir/make.py" "$dir" "$docs" "$rows"

cat > "$dir/docxtpl_run.py" <<'P'
import io, json, sys, time
from docxtpl import DocxTemplate
top, rows = sys.argv[1], sys.argv[2].split()
def fill(name, data):
    t = DocxTemplate(f"{top}/{name}-jinja.docx")
    t.render(data)
    out = io.BytesIO()
    t.save(out)
    return out.tell()
people = json.load(open(f"{top}/people.json"))[:60]
fill("giay-khen", people[0])
start = time.process_time()
for p in people: fill("giay-khen", p)
print("cert", (time.process_time() - start) / len(people))
for count in rows:
    data = json.load(open(f"{top}/rows-{count}.json"))
    start = time.process_time()
    fill("quyet-dinh", data)
    print(f"rows-{count}", time.process_time() - start)
P
cat > "$dir/docxtemplater_run.js" <<'P'
const fs = require("fs"), PizZip = require("pizzip"), Docxtemplater = require("docxtemplater");
const [top, rows] = [process.argv[2], process.argv[3].split(" ")];
function fill(name, data) {
  const doc = new Docxtemplater(new PizZip(fs.readFileSync(`${top}/${name}-single.docx`)), { paragraphLoop: true, linebreaks: true });
  doc.render(data);
  return doc.getZip().generate({ type: "nodebuffer", compression: "DEFLATE" }).length;
}
const people = JSON.parse(fs.readFileSync(`${top}/people.json`)).slice(0, 300);
people.slice(0, 50).forEach((p) => fill("giay-khen", p));
const cpu = () => { const u = process.cpuUsage(); return (u.user + u.system) / 1e6; };
let start = cpu();
people.forEach((p) => fill("giay-khen", p));
console.log("cert", (cpu() - start) / people.length);
for (const count of rows) {
  const data = JSON.parse(fs.readFileSync(`${top}/rows-${count}.json`));
  start = cpu();
  fill("quyet-dinh", data);
  console.log(`rows-${count}`, cpu() - start);
}
P
cat > "$dir/easy_run.js" <<'P'
const fs = require("fs"), { TemplateHandler } = require("easy-template-x");
const [top, rows] = [process.argv[2], process.argv[3].split(" ")];
const handler = new TemplateHandler();
const fill = (name, data) => handler.process(fs.readFileSync(`${top}/${name}-single.docx`), data);
(async () => {
  const people = JSON.parse(fs.readFileSync(`${top}/people.json`)).slice(0, 300);
  for (const p of people.slice(0, 50)) await fill("giay-khen", p);
  const cpu = () => { const u = process.cpuUsage(); return (u.user + u.system) / 1e6; };
  let start = cpu();
  for (const p of people) await fill("giay-khen", p);
  console.log("cert", (cpu() - start) / people.length);
  for (const count of rows) {
    const data = JSON.parse(fs.readFileSync(`${top}/rows-${count}.json`));
    start = cpu();
    await fill("quyet-dinh", data);
    console.log(`rows-${count}`, cpu() - start);
  }
})();
P
"$dir/venv/bin/python" -W ignore "$dir/docxtpl_run.py" "$dir" "$rows" > "$dir/docxtpl.txt"
(cd "$dir" && node docxtemplater_run.js "$dir" "$rows") > "$dir/docxtemplater.txt"
(cd "$dir" && node easy_run.js "$dir" "$rows") > "$dir/easy-template-x.txt"

python3 - "$dir" "$rows" <<'P'
import re, sys
top, rows = sys.argv[1], sys.argv[2].split()
unit = {"ns": 1e-9, "µs": 1e-6, "us": 1e-6, "ms": 1e-3, "s": 1.0}
ours, name = {}, None
for line in open(f"{top}/ours.txt"):
    found = re.match(r"word template/(.*?)(?:\s+time:|$)", line.strip())
    name = found.group(1).strip() if found else name
    time = re.search(r"time:\s*\[\S+ \S+ (\S+) (\S+) ", line)
    if time and name:
        ours[name] = float(time.group(1)) * unit[time.group(2)]
mine = {"cert": ours["2000 certificates, one core"] / 2000}
mine.update({f"rows-{r}": ours[f"decision with {r} rows"] for r in rows if f"decision with {r} rows" in ours})
print(f"{'':18}{'certificate':>16}" + "".join(f"{r + ' rows':>16}" for r in rows))
show = lambda s: f"{s * 1e6:.0f} µs" if s < 1e-3 else f"{s * 1e3:.1f} ms"
print(f"{'vanthu':18}" + "".join(f"{show(v):>16}" for v in mine.values()))
for peer in ("docxtpl", "docxtemplater", "easy-template-x"):
    theirs = {k: float(v) for k, v in (line.split() for line in open(f"{top}/{peer}.txt"))}
    print(f"{peer:18}" + "".join(f"{show(theirs[k]):>10} {theirs[k] / v:4.0f}×" for k, v in mine.items()))
P
