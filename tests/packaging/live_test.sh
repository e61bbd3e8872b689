#!/usr/bin/env bash
# live_test.sh BUILD: installs, upgrades, removes and purges the package for real. Only for a
# machine that is thrown away afterwards, as tests/debian13 makes one.
set -euo pipefail
build=$1
[ "${BANYAN_DISPOSABLE:-}" = 1 ] || { echo "refused: set BANYAN_DISPOSABLE=1" >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "FAILED: $*" >&2; exit 1; }
export DEBIAN_FRONTEND=noninteractive

cpack -G DEB --config "$build/CPackConfig.cmake" -B "$work/out" >/dev/null
chmod 755 "$work"
deb=$(echo "$work"/out/banyan_*.deb)
apt-get install -y -qq --no-install-recommends "$deb" >"$work/log" 2>&1 ||
  { cat "$work/log" >&2; fail "install"; }
banyan --version || fail "the program does not start"
[ "$(stat -c '%U:%G %a' /var/lib/banyan)" = 'banyan:banyan 700' ] || fail "/var/lib/banyan"
[ "$(stat -c '%U:%G %a' /etc/banyan/banyan.toml)" = 'root:banyan 640' ] || fail "banyan.toml"

echo '# edited' >>/etc/banyan/banyan.toml
touch /var/lib/banyan/content
dpkg --force-confold -i "$deb" >/dev/null 2>&1 || fail "upgrade"
tail -n 1 /etc/banyan/banyan.toml | grep -q '^# edited$' || fail "upgrade lost the configuration"

apt-get remove -y -qq banyan >/dev/null 2>&1 || fail "remove"
[ ! -e /usr/bin/banyan ] || fail "the program is still there"
[ -f /etc/banyan/banyan.toml ] || fail "remove took the configuration"
apt-get purge -y -qq banyan >"$work/log" 2>&1 || fail "purge"
[ ! -e /etc/banyan/banyan.toml ] || fail "purge left the configuration"
[ -f /var/lib/banyan/content ] || fail "purge took the content"
grep -q 'was kept' "$work/log" || fail "purge did not say that content was kept"
echo "installed, upgraded, removed and purged"
