#!/usr/bin/env bash
# Cuts the power: an office lives on an ext4 image on a loop device; at a random moment the image is copied as it
# stands (what was not synced is not in it), the copy is mounted and must hold everything acknowledged.
#
#   tests/long/power.sh [CUTS] [PROGRAM]         (100, target/debug/vanthu)
#
# Needs root and loop devices; says so and ends well where these are missing.
set -euo pipefail
cuts=${1:-100}
[[ $cuts =~ ^[0-9]+$ ]] || { echo "how many? $0 [CUTS] [PROGRAM]" >&2; exit 2; }
program=$(realpath "${2:-target/debug/vanthu}")
skip() { echo "skipped: $1"; exit 0; }
[ "$(id -u)" = 0 ] || skip "needs root"
command -v mkfs.ext4 >/dev/null || skip "needs mkfs.ext4"
work=$(mktemp -d)
there=$work/there; copy=$work/copy; mkdir "$there" "$copy"
writer=
cleanup() {
  [ -z "$writer" ] || { touch "$work/stop"; kill -CONT -- "-$writer" 2>/dev/null || true; kill -- "-$writer" 2>/dev/null || true; wait "$writer" 2>/dev/null || true; }
  # A program that was started last may still be at work there.
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    ! mountpoint -q "$copy" || umount "$copy" 2>/dev/null || true
    ! mountpoint -q "$there" || umount "$there" 2>/dev/null || true
    if mountpoint -q "$copy" || mountpoint -q "$there"; then sleep 1; else break; fi
  done
  rm -rf "$work"
}
trap cleanup EXIT
truncate -s 96M "$work/disk"; mkfs.ext4 -q -F "$work/disk"
mount -o loop "$work/disk" "$there" 2>/dev/null || skip "no loop device can be mounted"
office=$there/office; said=$work/acknowledged; mkdir "$office"; : >"$said"
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
sync -f "$there"
"$program" --office "$office" --today 2026-11-22 issue "$office/kh.md" --json >"$work/first"
echo 1 >>"$said"
# Its own group, so that everything in it can be held still while the disk is copied: else the copy would be
# of many moments at once, which no power cut ever leaves.
set -m
(
  cd "$office"
  while [ ! -e "$work/stop" ]; do
    # The answer is outside the image: what stands in it was acknowledged.
    if "$program" --today 2026-11-22 issue kh.md --json >"$work/answer" 2>/dev/null; then
      python3 -c 'import json,sys; print(json.load(sys.stdin)["issued"][0]["code"].split("/")[0])' <"$work/answer" >>"$said"
    fi
    rm -rf ban-hanh
  done
) &
writer=$!
set +m
for ((n = 1; n <= cuts; n++)); do
  sleep "0.$(printf '%03d' $((RANDOM % 900 + 50)))"
  # First what was acknowledged, then the disk: what comes in between is only more on the disk.
  kill -STOP -- "-$writer"
  cp "$said" "$work/kept"
  cp --sparse=always "$work/disk" "$work/cut"
  kill -CONT -- "-$writer"
  mount -o loop "$work/cut" "$copy"
  status=0
  "$program" --office "$copy/office" --today 2026-11-22 verify --no-log -q >"$work/verify" 2>&1 || status=$?
  if [ $status -ne 0 ]; then echo "cut $n: verify says $status"; cat "$work/verify"; exit 1; fi
  "$program" --office "$copy/office" book outgoing --year 2026 --format json >"$work/book"
  python3 - "$work/book" "$work/kept" "$copy/office/archive" <<'PY'
import glob, json, os, sys
numbers = [e["number"] for e in json.load(open(sys.argv[1]))["entries"]]
assert numbers == list(range(1, len(numbers) + 1)), f"numbers do not run on: {numbers[-5:]}"
last = max(int(line) for line in open(sys.argv[2]))
assert last <= len(numbers), f"{last} was acknowledged, the book ends with {len(numbers)}"
empty = [f for f in glob.glob(sys.argv[3] + "/*/*/*/data/*/*") if os.path.getsize(f) == 0]
assert not empty, empty
PY
  # The next number follows, and all is well afterwards.
  "$program" --office "$copy/office" --today 2026-11-22 issue "$copy/office/kh.md" -q >/dev/null
  "$program" --office "$copy/office" --today 2026-11-22 verify --no-log -q >/dev/null
  umount "$copy"
  ((n % 10 == 0)) && echo "$n cuts, $(wc -l <"$said") acknowledged: all there" || true
  [ "$(df --output=pcent "$there" | tr -dc 0-9)" -lt 85 ] || { echo "the disk is nearly full after $n cuts"; break; }
done
echo "done: $((n > cuts ? cuts : n)) cuts, $(wc -l <"$said") acknowledged numbers, none lost, none twice, no empty file"
