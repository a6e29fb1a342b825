#!/usr/bin/env bash
# Mutation testing of the code that compares: does a test fail for every check that is taken out or turned round?
#
#   tests/long/mutants.sh [PART]...      (parts: verify log audit; all)
#
# A part is mutated in a small crate made of the modules that it needs and the tests that drive them, since a
# mutant of the whole program would take a minute. Prints the counts of each part and fails with survivors.
# Needs cargo-mutants; says so and ends well where it is missing. MUTANTS_DIR keeps the crates between runs,
# MUTANTS_ARGS is handed on (`--shard 0/8`, `--iterate`, `--list`), CARGO_MUTANTS names the program.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
mutants=${CARGO_MUTANTS:-cargo-mutants}
command -v "$mutants" >/dev/null || { echo "skipped: cargo-mutants is not installed (cargo install cargo-mutants)"; exit 0; }
dir=$(realpath -m "${MUTANTS_DIR:-$(mktemp -d)}")
export CARGO_TARGET_DIR=$dir/target TMPDIR=${MUTANTS_TMP:-${TMPDIR:-/tmp}}
[ -n "${MUTANTS_DIR:-}" ] || trap 'rm -rf "$dir"' EXIT
[ $# -gt 0 ] || set -- verify log audit

# The crate of a part: NAME, its modules, its crates, its tests.
crate() {
  local at=$dir/$1 modules=$2 crates=$3 tests=$4 m
  mkdir -p "$at"
  rm -rf "$at/src" "$at/templates" "$at/suite"
  mkdir -p "$at/src" "$at/suite"
  for m in $modules; do cp -r "$root/src/$m"* "$at/src/"; done
  for m in $tests; do cp -r "$root/tests/suite/$m"* "$at/suite/"; done
  cp -r "$root/templates" "$root/build.rs" "$at/"
  {
    echo '//! A part of the program, to be mutated.'
    echo '#![allow(dead_code, unused_imports)]'
    echo 'extern crate self as vanthu;'
    sed -n '/^macro_rules! table/,/^}/p' "$root/src/lib.rs"
    for m in $modules; do echo "pub mod $m;"; done
    for m in $tests; do
      local file=../suite/$m.rs
      [ -e "$root/tests/suite/$m.rs" ] || file=../suite/$m/mod.rs
      echo "#[cfg(test)] #[path = \"$file\"] mod suite_$m;"
    done
  } >"$at/src/lib.rs"
  {
    printf '[package]\nname = "part"\nversion = "0.1.0"\nedition = "2024"\n[lib]\nname = "part"\n[dependencies]\n'
    for m in $crates; do grep -m1 "^$m = " "$root/Cargo.toml" || { echo "no $m in Cargo.toml" >&2; exit 1; }; done
    printf '[build-dependencies]\n'
    for m in serde_json toml; do grep -m1 "^$m = " "$root/Cargo.toml"; done
    printf '[profile.dev]\ndebug = false\nopt-level = 0\n[profile.dev.package."*"]\nopt-level = 2\n[workspace]\n'
  } >"$at/Cargo.toml"
  [ -e "$at/Cargo.lock" ] || cp "$root/Cargo.lock" "$at/"
}

common="base64 jiff memchr qrcode rayon ring rustix serde serde_json signal-hook toml unicode-normalization proptest sha2 tempfile walkdir"
failed=0
for part in "$@"; do
  case $part in
    verify | log) crate "$part" "archive diagnostic model text world" "$common" "archive" ;;
    audit) crate "$part" "archive diagnostic model register text world" "$common calamine csv flate2 rusqlite rust_xlsxwriter" "" ;;
    *) echo "no part $part: verify log audit" >&2; exit 2 ;;
  esac
  case $part in
    verify)
      files=(-f 'src/archive/verify/*.rs')
      tests="archive::verify suite_archive::broken suite_archive::hostile suite_archive::logs suite_archive::reading suite_archive::refused suite_archive::runs"
      ;;
    # What reads and compares; what writes is the crash tests' matter.
    log)
      files=(); for f in checkpoint keys merkle note proof read tile tree; do files+=(-f "src/archive/log/$f.rs"); done
      tests="archive::log suite_archive::keys suite_archive::logs"
      ;;
    audit) files=(-f src/register/audit.rs); tests=register ;;
  esac
  status=0
  # shellcheck disable=SC2086
  (cd "$dir/$part" && "$mutants" mutants --in-place --timeout "${MUTANTS_TIMEOUT:-60}" "${files[@]}" ${MUTANTS_ARGS:-} -- --lib -- $tests) || status=$?
  out=$dir/$part/mutants.out
  count() { cat "$out/$1.txt" 2>/dev/null | wc -l; }
  echo "$part: $(count caught) caught, $(count unviable) unviable, $(count timeout) timeouts, $(count missed) survivors"
  # 3 is “timeouts only”: a mutant that never ends is noticed by whoever waits for it.
  [ $status -eq 0 ] || [ $status -eq 3 ] || failed=1
done
exit $failed
