#!/usr/bin/env bash
# Writes both lock files, with hashes and for every supported Python and machine; options go on to uv (--upgrade).
# What `make run` installs has the extra [calls]: one key that reaches nobody is none.
# The development lock holds all of the runtime lock in the same versions, so that one installation serves both.
set -euo pipefail
cd "$(dirname "$0")/.."
compile() {
  .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
    --no-emit-index-url --no-emit-find-links --no-config "$@"
}
# setuptools builds the project itself, without build isolation: so it is locked as well.
build=$(mktemp --suffix=.in)
trap 'rm -f "$build"' EXIT
echo 'setuptools>=77' >"$build"
compile "$@" pyproject.toml "$build" --extra calls --output-file packaging/requirements.lock >/dev/null
compile "$@" pyproject.toml "$build" --extra dev --constraints packaging/requirements.lock \
  --output-file packaging/requirements-dev.lock >/dev/null
if grep -qiE '^pyside6(-addons)?==' packaging/requirements.lock || grep -qE '://|^pyside6==' packaging/requirements*.lock; then
  echo "lock: PySide6-Addons or an address got into the locks; find out which package brings it." >&2
  exit 1
fi
