#!/usr/bin/env bash
# deb_test.sh BUILD CPACK: builds the .deb and checks what is in it and what its scripts say.
set -euo pipefail
build=$1 cpack=$2
if ! command -v dpkg-deb >/dev/null; then
  echo "skipped: dpkg-deb is absent"
  exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "FAILED: $*" >&2; exit 1; }

"$cpack" -G DEB --config "$build/CPackConfig.cmake" -B "$work/out" >"$work/log" 2>&1 ||
  { cat "$work/log" >&2; fail "cpack"; }
debs=("$work"/out/banyan_*.deb)
[ ${#debs[@]} = 1 ] || fail "one package expected: ${debs[*]}"
deb=${debs[0]}

field() { dpkg-deb --field "$deb" "$1"; }
[ "$(field Package)" = banyan ] || fail "package name"
[[ "$(field Depends)" == *adduser* ]] || fail "Depends lacks adduser: $(field Depends)"
for library in libc6 libsqlite3-0 libgit2; do
  [[ "$(field Depends)" == *$library* ]] || fail "Depends lacks $library: $(field Depends)"
done
! "$cpack" -G DEB --config "$build/CPackConfig.cmake" -B "$work/without" \
  -D "CPACK_BANYAN_DEB_TOOLS=file;no-such-tool" >"$work/log" 2>&1 ||
  fail "packed without a tool that says which libraries are needed"
grep -q 'The package needs no-such-tool' "$work/log" ||
  { cat "$work/log" >&2; fail "it is not said which tool is missing"; }

dpkg-deb --extract "$deb" "$work/tree"
for file in usr/bin/banyan usr/lib/systemd/system/banyan.service etc/banyan/banyan.toml \
    usr/share/doc/banyan/copyright usr/share/man/man1/banyan.1 \
    usr/share/bash-completion/completions/banyan; do
  [ -s "$work/tree/$file" ] || fail "the package lacks $file"
done
[ -x "$work/tree/usr/bin/banyan" ] || fail "banyan is not executable"
extra=$(cd "$work/tree" && find . -type f ! -path './usr/bin/banyan' ! -path './etc/banyan/*' \
  ! -path './usr/share/*' ! -path './usr/lib/systemd/system/banyan.service')
[ -z "$extra" ] || fail "unexpected files: $extra"
dpkg-deb --contents "$deb" | grep -v ' root/root ' && fail "files that are not root's"
grep -q '^ExecStart=/usr/bin/banyan serve --config /etc/banyan/banyan.toml$' \
  "$work/tree/usr/lib/systemd/system/banyan.service" || fail "the unit starts something else"

grep -q '^data = "/var/lib/banyan"$' "$work/tree/etc/banyan/banyan.toml" || fail "data directory"

dpkg-deb --control "$deb" "$work/control"
# As `banyan admin doctor` wants it: each start of the service sets the mode again.
grep -q '^StateDirectoryMode=0700$' "$work/tree/usr/lib/systemd/system/banyan.service" &&
  grep -q 'install -d -o banyan -g banyan -m 0700 /var/lib/banyan$' "$work/control/postinst" ||
  fail "others may look into the data directory"
[ "$(cat "$work/control/conffiles")" = /etc/banyan/banyan.toml ] || fail "conffiles"
for script in postinst prerm postrm; do
  [ -x "$work/control/$script" ] || fail "$script is not executable"
  sh -n "$work/control/$script" || fail "$script does not parse"
done
if command -v systemd-analyze >/dev/null; then
  # It also misses the units of a whole system; only what it says of our keys matters.
  verdict=$(systemd-analyze verify "$work/tree/usr/lib/systemd/system/banyan.service" 2>&1 || true)
  if grep -E 'banyan.service:[0-9]+:' <<<"$verdict"; then fail "the unit has faults"; fi
fi
echo "$(basename "$deb"): $(field Depends)"
