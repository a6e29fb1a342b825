#!/usr/bin/env bash
# Runs the main job on copies of two sample offices: draft, check, issue, a batch of 30 letters, the book, verification.
# Chạy thử trọn một vòng trên bản sao của hai cơ quan mẫu. Thư mục samples/ không bị thay đổi.
#
#   samples/chay-thu.sh              in Vietnamese;  VANTHU_LANG=en samples/chay-thu.sh  in English
#   VANTHU_BIN=/path/to/vanthu       use a program that is already built
#   CHAY_THU_DIR=DIR                 work there instead of target/chay-thu (must be new or made by this script)
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
work=${CHAY_THU_DIR:-$root/target/chay-thu}
unset VANTHU_OFFICE

vanthu() {
  if [ -n "${VANTHU_BIN:-}" ]; then
    "$VANTHU_BIN" --today 2026-11-22 "$@"
  else
    cargo run --release --locked --quiet --manifest-path "$root/Cargo.toml" -- --today 2026-11-22 "$@"
  fi
}
say() {
  if [ "${VANTHU_LANG:-vi}" = en ]; then printf '\n== %s\n' "$2"; else printf '\n== %s\n' "$1"; fi
}

# Only a folder that this script made is thrown away.
if [ -e "$work" ]; then
  if [ ! -e "$work/.chay-thu" ]; then
    echo "$work: already there, not made by this script" >&2
    exit 2
  fi
  chmod -R u+w "$work"
  rm -rf "$work"
fi
mkdir -p "$work"
: >"$work/.chay-thu"
cp -r "$root/samples/so-noi-vu" "$root/samples/thu-moi" "$work/"

cd "$work/so-noi-vu"
say "1. Dự thảo một kế hoạch: số và ngày để trống" "1. Draft a plan: number and day stay blank"
vanthu draft thi-dua-so-hoa.md --out du-thao
say "2. Kiểm tra thể thức" "2. Check it against the format rules"
vanthu check thi-dua-so-hoa.md
say "3. Cấp số, vào sổ, lưu" "3. Number, register and file it"
vanthu issue thi-dua-so-hoa.md

cd "$work/thu-moi"
say "4. Xem trước 30 thư mời từ bảng tính: chưa thay đổi gì" "4. Preview 30 letters from a workbook: nothing changes"
vanthu run JOB.toml --dry-run
say "5. Ban hành cả lô" "5. Issue the whole batch"
vanthu run JOB.toml

say "6. Sổ đăng ký văn bản đi" "6. The outgoing book"
for office in so-noi-vu thu-moi; do
  vanthu --office "$work/$office" book outgoing --year 2026
done

cd "$work/thu-moi"
say "7. In sổ để đóng quyển, tìm một văn bản, lập hồ sơ" "7. Print the book to bind, find a document, make a dossier"
vanthu book outgoing --format docx --out so-di.docx
vanthu find "nop tai lieu" --limit 3
vanthu dossier import danh-muc-ho-so.csv --year 2026
vanthu dossier add 01.VP 30/TTLTLS-TT
vanthu dossier show 01.VP --year 2026

say "8. Đối chiếu kho lưu trữ với sổ" "8. Verify the archive against the register"
for office in so-noi-vu thu-moi; do
  vanthu --office "$work/$office" verify
done

if command -v sha256sum >/dev/null; then
  say "9. Kiểm tra lại bằng sha256sum, không dùng vanthu" "9. Check once more with sha256sum, without vanthu"
  cd "$work/thu-moi/archive/open/2026/000001"
  sha256sum --quiet -c manifest-sha256.txt
  echo OK
fi

say "Xong. Văn bản nằm trong:" "Done. The documents are in:"
echo "$work"
