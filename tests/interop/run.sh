#!/usr/bin/env bash
# An archive made by the program, checked by programs that know nothing of it: sha256sum, bagit.py (PyPI bagit), Go's
# own packages (golang.org/x/mod/sumdb) and aics-tlog (PyPI, Python 3.12), each where it can be found. A changed byte
# must be refused by each of them.
#
#   tests/interop/run.sh [PROGRAM] [SAMPLE]       (target/debug/vanthu, samples/day-du)
#
# BAGIT and AICS_TLOG name the programs if they are not on the path.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
program=$(realpath "${1:-$root/target/debug/vanthu}")
sample=${2:-$root/samples/day-du}
work=$(mktemp -d); trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cp -r "$sample" "$work/office"; cd "$work/office"
# Bags of three, so that some are sealed.
if grep -q '^\[options\]' vanthu.toml; then sed -i 's/^\[options\]/[options]\nbag_size = 3/' vanthu.toml; else printf '\n[options]\nbag_size = 3\n' >>vanthu.toml; fi
job=JOB.toml; [ -e "$job" ] || job=lo.toml
"$program" --today 2026-11-20 run "$job" -q >/dev/null
cp archive/log/checkpoint "$work/first"
printf -- '---\nloai: ke-hoach\ntrich-yeu: Kiểm tra phòng cháy\nnoi-nhan: [Các phòng]\n---\nCác phòng thực hiện./.\n' >ke-hoach-kiem-tra.md
"$program" --today 2026-11-21 issue ke-hoach-kiem-tra.md -q >/dev/null
code=$("$program" book outgoing --format json | python3 -c 'import json,sys; e=json.load(sys.stdin)["entries"][-1]; print(e.get("code") or "%02d/%s" % (e["number"], e["fields"]["notation"]))')
"$program" proof "$code" --out "$work/p.tlog-proof" >/dev/null
key=$("$program" keys | tail -1)
echo "$key" >"$work/key"
log=$PWD/archive/log
position=$(sed -n 's/^index //p' "$work/p.tlog-proof")
sed -n 's/^extra //p' "$work/p.tlog-proof" | base64 -d >"$work/leaf"
document=
for f in archive/*/*/*/data/*/*; do
  if grep -q "$(sha256sum "$f" | cut -c1-64)" "$work/leaf"; then document=$PWD/$f; fi
done
failed=0
say() { echo "$1: $2"; }
expect() { # NAME yes|no COMMAND…
  local name=$1 want=$2; shift 2
  local is=yes; "$@" >"$work/said" 2>&1 || is=no
  if [ $is = "$want" ]; then say "$name" ok; else say "$name" "WRONG"; cat "$work/said"; failed=1; fi
}
sums() { (cd "$1" && sha256sum --quiet --strict -c manifest-sha256.txt); }
bags=(archive/bags/*/*/); [ -d "${bags[0]}" ] || { echo "no bag was sealed"; exit 1; }
broken=$work/broken; cp -r "${bags[0]}" "$broken"; chmod -R u+w "$broken"
victim=$(find "$broken/data" -type f | head -1); printf x | dd of="$victim" bs=1 seek=9 conv=notrunc 2>/dev/null
for bag in "${bags[@]}" archive/open/*/*/; do [ ! -d "$bag" ] || expect "sha256sum, $bag" yes sums "$bag"; done
expect "sha256sum, a changed byte" no sums "$broken"
bagit=${BAGIT:-$(command -v bagit.py || true)}
if [ -n "$bagit" ]; then
  for bag in "${bags[@]}"; do expect "bagit.py, $bag" yes "$bagit" --validate "$bag"; done
  expect "bagit.py, a changed byte" no "$bagit" --validate "$broken"
else say "bagit.py" "skipped, not installed (PyPI: bagit)"; fi
cp -r archive/log "$work/log"; chmod -R u+w "$work/log"
tile=$(find "$work/log/tile/entries" -type f | head -1); printf x | dd of="$tile" bs=1 seek=30 conv=notrunc 2>/dev/null
if [ -d /usr/share/gocode/src/golang.org/x/mod/sumdb/tlog ] && command -v go >/dev/null; then
  go_() { GOPATH=/usr/share/gocode GO111MODULE=off GOFLAGS= GOCACHE=${GOCACHE:-$work/go} go run "$root/tests/interop/tlog.go" "$@"; }
  expect "x/mod/sumdb, the log" yes go_ log "$key" "$log"
  expect "x/mod/sumdb, the log with a changed byte" no go_ log "$key" "$work/log"
  expect "x/mod/sumdb, a proof" yes go_ proof "$key" "$work/p.tlog-proof" "$document"
  expect "x/mod/sumdb, the proof of another file" no go_ proof "$key" "$work/p.tlog-proof" "$victim"
else say "x/mod/sumdb" "skipped, not installed (Debian: golang-golang-x-mod-dev)"; fi
aics=${AICS_TLOG:-$(command -v aics-tlog || true)}
if [ -n "$aics" ]; then
  expect "aics-tlog, the checkpoint" yes "$aics" verify-checkpoint --tiles "$log" --log-key "$key"
  expect "aics-tlog, an entry" yes "$aics" verify-inclusion --tiles "$log" --log-key "$key" --index "$position" --leaf "$work/leaf"
  expect "aics-tlog, the log only grew" yes "$aics" verify-consistency --tiles "$log" --log-key "$key" --old-checkpoint "$work/first"
  echo x >>"$work/leaf"
  expect "aics-tlog, another entry" no "$aics" verify-inclusion --tiles "$log" --log-key "$key" --index "$position" --leaf "$work/leaf"
  sed 's/^\(.\{30\}\)./\1x/' "$log/checkpoint" >"$work/log/checkpoint"
  expect "aics-tlog, a changed checkpoint" no "$aics" verify-checkpoint --tiles "$work/log" --log-key "$key"
else say "aics-tlog" "skipped, not installed (PyPI: aics-tlog, Python 3.12)"; fi
exit $failed
