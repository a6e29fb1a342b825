#!/usr/bin/env bash
# Kills the program at random moments and checks after each kill that nothing acknowledged was lost.
#
#   tests/long/kills.sh [KILLS] [PROGRAM]        (2000, target/debug/vanthu)
#
# What was acknowledged is kept outside the office: the answers of `vanthu issue --json`. After each kill the
# archive must verify; at the end, and every 50 kills, each acknowledged number must stand in the book once with
# the bytes that were acknowledged, and numbers must run 1, 2, 3 …
#
# A kill counts as "midway" if it left something to mend or to finish: numbers reserved, staged files, or rows that
# were registered and never acknowledged; read from a copy of the register before anything opens it again.
set -euo pipefail
kills=${1:-2000}
[[ $kills =~ ^[0-9]+$ ]] || { echo "how many? $0 [KILLS] [PROGRAM]" >&2; exit 2; }
program=$(realpath "${2:-target/debug/vanthu}")
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
office=$work/office; said=$work/acknowledged; mkdir "$office"; : >"$said"
cat >"$office/vanthu.toml" <<'TOML'
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
[options]
bag_size = 5
TOML
printf -- '---\nloai: ke-hoach\ntrich-yeu: Kiểm tra phòng cháy\nnoi-nhan: [Các phòng]\n---\nCác phòng thực hiện./.\n' >"$office/kh.md"
run() { "$program" --office "$office" --today 2026-11-22 "$@"; }

check_book() {
  run book outgoing --format json >"$work/book.json"
  python3 - "$work/book.json" "$said" "$office/archive" <<'PY'
import json, sys, hashlib, glob, os
book = json.load(open(sys.argv[1]))["entries"]
numbers = [e["number"] for e in book]
assert numbers == list(range(1, len(numbers) + 1)), f"numbers do not run on: {numbers[-5:]}"
acknowledged = [line.split() for line in open(sys.argv[2])]
known = {f"{e['number']:02d}" for e in book}
for code in acknowledged:
    number = code[0].split("/")[0]
    assert number in known, f"{code[0]} was acknowledged and is gone"
    files = glob.glob(os.path.join(sys.argv[3], "*/*/*/data/*/" + f"{int(number):06d}-*.docx"))
    assert len(files) == 1, f"{code[0]}: {files}"
    digest = hashlib.sha256(open(files[0], "rb").read()).hexdigest()
    assert os.path.basename(files[0])[7:15] == digest[:8], f"{code[0]}: other bytes"
PY
}

# What the kill left: `reserved`, `staged`, `registered`, or nothing.
cat >"$work/left.py" <<'PY'
import glob, os, shutil, sqlite3, sys
office, copy, answered = sys.argv[1], sys.argv[2], sys.argv[3]
for end in ("", "-wal"):
    if os.path.exists(office + "/register.db" + end):
        shutil.copyfile(office + "/register.db" + end, copy + end)
    elif os.path.exists(copy + end):
        os.remove(copy + end)
if os.path.exists(copy + "-shm"):
    os.remove(copy + "-shm")
db = sqlite3.connect(copy)
if db.execute("SELECT count(*) FROM reservations").fetchone()[0]:
    print("reserved")
elif db.execute("SELECT count(*) FROM entries").fetchone()[0] > int(answered):
    print("registered")
elif any(os.path.isfile(f) for f in glob.glob(office + "/archive/staging/**", recursive=True)):
    print("staged")
else:
    print("nothing")
PY
declare -A left=([reserved]=0 [registered]=0 [staged]=0 [nothing]=0)
# How long a whole run takes, so that the kills are spread over it and some runs end before theirs.
for first in 1 2 3 4; do
  begin=$(date +%s%N); run issue "$office/kh.md" -q >/dev/null; span=$((($(date +%s%N) - begin) / 1000))
  echo "0$first/KH-SNV" >>"$said"
done
struck=0 entries=4
tally() { echo "$struck struck, $((left[reserved] + left[staged] + left[registered])) of them midway (reserved ${left[reserved]}, staged ${left[staged]}, registered and not said ${left[registered]}), $(wc -l <"$said") acknowledged"; }
for ((n = 1; n <= kills; n++)); do
  (cd "$office" && exec "$program" --today 2026-11-22 issue kh.md --json) >"$work/answer" 2>/dev/null &
  child=$!
  # Microseconds: spread over a whole run, as long as runs are at the moment.
  wait_us=$(((RANDOM * 32768 + RANDOM) % (span + 1)))
  sleep "$((wait_us / 1000000)).$(printf '%06d' $((wait_us % 1000000)))"
  if kill -9 $child 2>/dev/null; then struck=$((struck + 1)) span=$((span * 102 / 100)); else span=$((span * 90 / 100)); fi
  ended=0; wait $child 2>/dev/null || ended=$?
  if [ $ended -ne 0 ]; then
    what=$(python3 "$work/left.py" "$office" "$work/copy.db" "$entries"); left[$what]=$((left[$what] + 1))
    # A row that was registered stays, acknowledged or not.
    [ "$what" != registered ] || entries=$((entries + 1))
  else
    entries=$((entries + 1))
    python3 -c 'import json,sys; print(json.load(sys.stdin)["issued"][0]["code"])' <"$work/answer" >>"$said"
  fi
  status=0; run verify --no-log -q >"$work/verify" 2>&1 || status=$?
  if [ ! -e "$office/register.db" ] || grep -q 'chưa ban hành văn bản nào' "$work/verify"; then status=0; fi
  if [ $status -ne 0 ]; then echo "kill $n: verify says $status"; cat "$work/verify"; exit 1; fi
  rm -f "$office"/archive/reports/*
  if ((n % 50 == 0)); then check_book; echo "$n kills: $(tally): all there"; fi
done
check_book
echo "done: $kills kills: $(tally) numbers, none lost, none twice"
