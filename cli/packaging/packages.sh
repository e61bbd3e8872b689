# Sourced by tests/run and cli/quickstart, with bash. Installs Debian packages, and only those that
# are missing; says nothing when there is nothing to do.

# The packages that the given lists name: one a line, '#' begins a comment.
listed_packages() {
  sed -e 's/#.*//' "$@" | tr -s ' \t' '\n' | grep . | sort -u
}

is_installed() {
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# install_packages NAME...: as root or through sudo, without a question; fails with apt's own words.
install_packages() {
  local missing=() package root=()
  for package in "$@"; do
    is_installed "$package" || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null; then
      echo "These packages are missing; install them as root: ${missing[*]}" >&2
      return 1
    fi
    root=(sudo -n)
  fi
  echo "Installing: ${missing[*]}"
  local log
  log=$(mktemp)
  if ! { "${root[@]}" apt-get update &&
         "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y \
           --no-install-recommends "${missing[@]}"; } </dev/null >"$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    return 1
  fi
  rm -f "$log"
}
