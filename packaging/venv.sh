#!/usr/bin/env bash
# Makes or completes a virtual environment: venv.sh DIR LOCK. Installs the lock by its hashes, then this project on top.
# A Debian python3 without python3-venv has no ensurepip: then pip itself is fetched, by its hash in the lock.
set -euo pipefail
cd "$(dirname "$0")/.."
dir=$1
lock=$2
python=${PYTHON:-python3}
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
  echo "setup: Python 3.11 or newer is needed and \"$python\" is not; name one that is: make setup PYTHON=/path/to/python3." >&2
  exit 1
fi
if ! "$dir/bin/python" -m pip --version >/dev/null 2>&1; then
  echo "setup: making $dir"
  rm -rf "$dir"
  if "$python" -c 'import ensurepip' 2>/dev/null; then
    "$python" -m venv "$dir"
  else
    "$python" -m venv --without-pip "$dir"
    "$dir/bin/python" packaging/get_pip.py packaging/requirements-dev.lock
  fi
fi
echo "setup: installing $lock into $dir"
pip=("$dir/bin/python" -m pip --disable-pip-version-check --no-input install --quiet)
"${pip[@]}" --require-hashes --no-deps --only-binary :all: --requirement "$lock"
# what setuptools says about an editable installation is read only when it fails
said=$("${pip[@]}" --no-deps --no-build-isolation --no-index --editable . 2>&1) || {
  printf '%s\n' "$said" >&2
  exit 1
}
# a first start that also compiles is seconds slower
"$dir/bin/python" -m compileall -q cockpit widgets layouts || true
