#!/usr/bin/env bash
# install_test.sh BUILD CMAKE: installs below a prefix of its own; a second install keeps an
# edited configuration.
set -euo pipefail
build=$1 cmake=$2
prefix=$(mktemp -d)
trap 'rm -rf "$prefix"' EXIT
fail() { echo "FAILED: $*" >&2; exit 1; }

"$cmake" --install "$build" --prefix "$prefix" >/dev/null
"$prefix/bin/banyan" --version || fail "the installed program does not start"
config=$prefix/etc/banyan/banyan.toml
[ -f "$config" ] || fail "no configuration"
grep -q "^ExecStart=$prefix/bin/banyan serve --config $config\$" \
  "$prefix/lib/systemd/system/banyan.service" || fail "the unit names other paths"
echo '# edited' >>"$config"
"$cmake" --install "$build" --prefix "$prefix" >/dev/null
tail -n 1 "$config" | grep -q '^# edited$' || fail "the configuration was overwritten"
