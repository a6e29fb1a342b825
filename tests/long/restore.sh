#!/usr/bin/env bash
# The restore drill as it would come: the machine is lost, a backup is all there is. Somebody else, on another
# machine, in another folder and with another home, goes on from it.
#
#   tests/long/restore.sh [PROGRAM]        (target/debug/vanthu)
#
# As root another user (nobody) and, where the system lets us, another host name; says which of these it could not do.
set -euo pipefail
program=$(realpath "${1:-target/debug/vanthu}")
work=$(mktemp -d); trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
office=$work/office copy=$work/backup; mkdir "$office"
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
bag_size = 3
TOML
printf -- '---\nloai: ke-hoach\ntrich-yeu: Kiểm tra phòng cháy\nnoi-nhan: [Các phòng]\n---\nCác phòng thực hiện./.\n' >"$office/kh.md"
for _ in 1 2 3 4 5 6 7; do "$program" --office "$office" --today 2026-11-22 issue "$office/kh.md" -q >/dev/null; done
"$program" --office "$office" --today 2026-11-22 backup "$copy" -q >/dev/null
cp "$program" "$work/vanthu"; cp "$office/kh.md" "$copy/"
key=$office/vanthu.key
# The key is kept apart from the backup, as it should be, unless the backup has it.
[ -e "$copy/vanthu.key" ] || cp "$key" "$copy/vanthu.key"
rm -rf "$office.gone"; mv "$office" "$office.gone"
new=$work/elsewhere/kho-moi; mkdir -p "$work/elsewhere" "$work/home"; cp -r "$copy" "$new"
as=() host=()
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
  chmod 755 "$work"; chown -R 65534:65534 "$work/elsewhere" "$work/home"
  as=(setpriv --reuid 65534 --regid 65534 --clear-groups)
else echo "not as another user: needs root and setpriv"; fi
if unshare -u true 2>/dev/null; then host=(unshare -u sh -c 'echo may-khac >/proc/sys/kernel/hostname; exec "$@"' sh); else echo "not under another host name: needs unshare -u"; fi
there() { (cd "$new" && env -i PATH="$PATH" HOME="$work/home" LANG=C.UTF-8 "${host[@]}" "${as[@]}" "$work/vanthu" "$@"); }
there --today 2026-11-23 restore --accept -q >"$work/said" 2>&1 || { echo "restore says $?"; cat "$work/said"; exit 1; }
there --today 2026-11-23 verify >"$work/said" 2>&1 || { echo "verify says $?"; cat "$work/said"; exit 1; }
code=$(there --today 2026-11-23 issue kh.md --json | python3 -c 'import json,sys; print(json.load(sys.stdin)["issued"][0]["code"])')
[ "$code" = "08/KH-SNV" ] || { echo "the next number is $code, not 08/KH-SNV"; exit 1; }
there --today 2026-11-23 verify >"$work/said" 2>&1 || { echo "verify afterwards says $?"; cat "$work/said"; exit 1; }
echo "done: $(stat -c %U "$new/register.db" 2>/dev/null || echo ?) went on from the backup with $code; all there before and after"
