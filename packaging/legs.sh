#!/usr/bin/env bash
# Runs commands, so many at a time, the next as soon as one has ended; each with its name, and its output to
# build/NAME.log, shown when it has ended; its exit code is in build/NAME.state. Ends with 1 where one of them failed. A
# pytest that finds no test for its options (5) has not failed unless all of them found none.
#   legs.sh HOW_MANY NAME COMMAND NAME COMMAND …
set -uo pipefail
workers=$1
shift
mkdir -p build
queue=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null; rm -rf "$queue"' EXIT
trap 'exit 130' INT TERM

forget() {
  rm -f build/failed-once.txt
  while [ $# -gt 0 ]; do rm -f "build/$1.state" && shift 2; done
}

work() {
  while [ $# -gt 0 ]; do
    if mkdir "$queue/$1" 2>/dev/null; then # nobody else has it
      echo "--- $1: begun"
      bash -c "$2" >"build/$1.log" 2>&1 </dev/null
      echo $? >"build/$1.state"
      printf -- '--- %s\n%s\n' "$1" "$(cat "build/$1.log")"
    fi
    shift 2
  done
}

forget "$@"
for _ in $(seq "$workers"); do work "$@" & done
wait
failed=0 found=0
while [ $# -gt 0 ]; do
  state=$(cat "build/$1.state" 2>/dev/null || echo none)
  case $state in
    0) found=1 ;;
    5) ;;
    *) found=1 failed=1 && echo "$1: failed ($state), see build/$1.log" >&2 ;;
  esac
  shift 2
done
[ "$found" = 1 ] || exit 2 # nothing was tried
exit "$failed"
