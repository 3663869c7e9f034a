#!/usr/bin/env bash
# Checks Ferry's protocol with spin: every configuration exhaustively (README.md explains them).
#
#   check.sh            each configuration must satisfy every property
#   check.sh --mutants  each deliberate error of the protocol must violate the property it breaks
#
# Exits with 0 only if all is as it must be and every search was complete. JOBS (default: the number
# of cores, at most 2) sets how many searches run at once; each takes at most 1500 MB.
set -u -o pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
work="$(mktemp -d "${TMPDIR:-/tmp}/ferry-protocol.XXXXXX")"
readonly here work
readonly cut_short='depth too small|out of memory|reached -DMEMLIM|not completed'
trap 'rm -rf "$work"' EXIT

# name | what spin is given
readonly configurations='
one-no-fault       |
one-timeout        | -DTIMEOUT
one-bad-input      | -DINPUT
one-late-failure   | -DLATE
one-stall          | -DSTALL
one-death          | -DDEATH
one-death-and-more | -DDEATH -DTIMEOUT -DLATE
one-destroy        | -DDESTROY
one-abort          | -DABORT
one-slot-reuse     | -DTIMEOUT -DINPUT -DSLOTS=1 -DCALLS=3 -DRANKS=2
one-abort-queue    | -DABORT -DRANKS=2 -DCALLS=3
two-no-fault       | -DTWO
two-timeout        | -DTWO -DTIMEOUT
two-bad-input      | -DTWO -DINPUT
two-late-failure   | -DTWO -DLATE
two-stall          | -DTWO -DSTALL
two-death          | -DTWO -DDEATH
two-abort          | -DTWO -DABORT
grid-timeout       | -DGRID -DCALLS=1 -DSLOTS=1 -DTIMEOUT
grid-bad-input     | -DGRID -DCALLS=1 -DSLOTS=1 -DINPUT -DCOMBINE
grid-late-failure  | -DGRID -DCALLS=1 -DSLOTS=1 -DLATE -DCOMBINE
grid-death         | -DGRID -DCALLS=1 -DSLOTS=1 -DDEATH
grid-abort         | -DGRID -DCALLS=1 -DSLOTS=1 -DABORT -DCOMBINE
cycles-no-fault    | -DTWO
cycles-timeout     | -DTIMEOUT
cycles-stall       | -DSTALL
cycles-death       | -DDEATH
'

# The same for the join, join.pml.
readonly joins='
join-no-fault      |
join-death         | -DDEATH
join-limits        | -DLATE
join-death-limits  | -DDEATH -DLATE
join-four          | -DDEATH -DLATE -DRANKS=4
'

# name | property it must violate (letters: any of them) | what spin is given
readonly mutants='
reads-before-go          | 2   | -DBUG_READS_BEFORE_GO
overtakes-decider        | 23  | -DBUG_OVERTAKES_DECIDER -DTIMEOUT
no-takeover-of-decider   | 1   | -DBUG_NO_TAKEOVER -DDEATH
text-after-verdict       | 4   | -DBUG_TEXT_AFTER_VERDICT -DTIMEOUT
rewrites-named-text      | 4   | -DBUG_REWRITES_TEXT -DTIMEOUT
fails-without-release    | 13  | -DBUG_FAILS_WITHOUT_RELEASE -DLATE
leaves-undecided-board   | 13  | -DBUG_LEAVES_UNDECIDED -DTWO -DTIMEOUT
release-watches-others   | 23  | -DBUG_RELEASE_WATCHES -DTWO -DTIMEOUT
waits-too-early          | 1   | -DBUG_WAITS_TOO_EARLY -DGRID -DCALLS=1 -DCOMBINE -DLATE -DFAULTS=2
released-before-arrival  | 13  | -DBUG_RELEASED_BEFORE_ARRIVAL -DDEATH
believes-old-read        | 4   | -DBUG_BELIEVES_OLD_READ -DDEATH
gives-up-silently        | 34  | -DBUG_GIVES_UP_SILENTLY -DSTALL
no-spread                | 57  | -DBUG_NO_SPREAD -DTWO -DTIMEOUT
throws-its-own-text      | 5   | -DBUG_THROWS_ITS_OWN -DTWO -DLATE -DFAULTS=2
abort-outlives-its-call  | 6   | -DBUG_ABORT_OUTLIVES_CALL -DABORT
drops-early              | 13  | -DBUG_DROPS_EARLY -DABORT -DRANKS=2 -DCALLS=3
drops-silently           | 7   | -DBUG_DROPS_SILENTLY -DABORT
drops-and-runs           | 7   | -DBUG_DROPS_AND_RUNS -DABORT
join-leaves-open         | 4   | -DBUG_LEAVES_OPEN -DLATE
join-believes-death      | 4   | -DBUG_BELIEVES_DEATH -DDEATH
'

readonly properties='
1 every wait ends (no deadlock, no endless loop)
2 records and rows are read only after GO
3 nobody leaves a call while a live peer may still read its rows
4 one verdict and one text per board and call
5 a failure on one board fails the call on the others, with the same text
6 a call fails if, and only if, something went wrong in that call
7 a number that was taken is answered exactly once, on every board
'
readonly join_properties='
1 every wait ends
2 a join fails only for a death or a limit
3 nobody joins a group that is not whole
4 all ranks that live have joined, or none has
'

# verify NAME FLAGS: leaves "STATES VERDICT" in NAME.result; the verdict is "holds", "violates P" or
# "incomplete: REASON".
verify() {
  local name="$1" folder="$work/$1" model=ferry kind=-DSAFETY arguments="" output
  read -ra flags <<< "$2"
  [[ $name == join-* ]] && model=join
  if [[ $name == cycles-* ]]; then
    kind=-DNP
    arguments=-l
  fi
  mkdir "$folder" && cd "$folder" || return
  if ! spin -a "${flags[@]}" "$here/$model.pml" > spin.out 2>&1; then
    echo "0 incomplete: spin: $(head -1 spin.out)" > "$work/$name.result"
    return
  fi
  if ! cc -O2 -w "$kind" -DCOLLAPSE -DMEMLIM=1500 -DNOFAIR -o pan pan.c 2> cc.out; then
    echo "0 incomplete: cc: $(head -1 cc.out)" > "$work/$name.result"
    return
  fi
  # shellcheck disable=SC2086  # no argument at all when empty
  output="$(./pan -m20000 -w23 $arguments 2>&1)"
  echo "$(sed -nE 's/^ *([0-9]+) states, stored.*/\1/p' <<< "$output") $(judge "$output")" \
    > "$work/$name.result"
  cd "$work" && rm -rf "$folder"
}

# judge OUTPUT: the verdict in what pan printed.
judge() {
  if grep -q 'assertion violated ((\?[0-9]>0)' <<< "$1"; then
    echo "violates $(sed -nE 's/.*assertion violated \(\(?([0-9])>0\).*/\1/p' <<< "$1" | head -1)"
  elif grep -qE 'pan:[0-9]+: (invalid end state|non-progress cycle)' <<< "$1"; then
    echo "violates 1"
  elif grep -qiE "$cut_short" <<< "$1"; then
    echo "incomplete: $(grep -iE "$cut_short" <<< "$1" | head -1)"
  elif grep -q 'errors: 0' <<< "$1"; then
    echo "holds"
  else
    echo "incomplete: $(tail -1 <<< "$1")"
  fi
}

# run_all LIST FLAGS_COLUMN: verifies every line of LIST, JOBS at a time.
run_all() {
  local jobs="${JOBS:-$(nproc)}" name flags
  ((jobs > 2)) && [[ -z ${JOBS:-} ]] && jobs=2
  while IFS='|' read -r -a columns; do
    name="${columns[0]:-}" name="${name// /}"
    [[ -n $name ]] || continue
    flags="${columns[$2]:-}"
    while (($(jobs -rp | wc -l) >= jobs)); do wait -n; done
    verify "$name" "$flags" &
  done <<< "$1"
  wait
}

# check_configurations LIST PROPERTIES
check_configurations() {
  local failures=0 total=0 searches=0 violated="" name states verdict
  run_all "$1" 1
  while IFS='|' read -r name _; do
    name="${name// /}"
    [[ -n $name ]] || continue
    read -r states verdict < "$work/$name.result"
    printf '%-20s %9s states  %s\n' "$name" "$states" "$verdict"
    total=$((total + states))
    searches=$((searches + 1))
    [[ $verdict == holds ]] || failures=$((failures + 1))
    [[ $verdict == violates* ]] && violated+=" ${verdict#violates }"
  done <<< "$1"
  while read -r number sentence; do
    [[ -n $number ]] || continue
    verdict="holds in $searches searches, $total states"
    ((failures == 0)) || verdict="not shown: a search above failed"
    [[ $violated != *" $number"* ]] || verdict="VIOLATED"
    printf 'property %s: %s: %s\n' "$number" "$sentence" "$verdict"
  done <<< "$2"
  return $((failures > 0))
}

check_mutants() {
  local failures=0 name expected states verdict
  run_all "$mutants" 2
  while IFS='|' read -r name expected _; do
    name="${name// /}" expected="${expected// /}"
    [[ -n $name ]] || continue
    read -r states verdict < "$work/$name.result"
    if [[ $verdict =~ ^violates\ [$expected]$ ]]; then
      printf '%-25s caught: %s (%s states)\n' "$name" "$verdict" "$states"
    else
      printf '%-25s NOT CAUGHT: %s, expected a violation of %s\n' "$name" "$verdict" "$expected"
      failures=$((failures + 1))
    fi
  done <<< "$mutants"
  return $((failures > 0))
}

for tool in spin cc; do
  command -v "$tool" > /dev/null || { echo "check.sh: $tool is not installed" >&2; exit 1; }
done
case "${1:-}" in
  '')
    check_configurations "$configurations" "$properties"
    calls=$?
    check_configurations "$joins" "$join_properties"
    exit $((calls | $?))
    ;;
  --mutants) check_mutants ;;
  *) echo "usage: check.sh [--mutants]" >&2; exit 2 ;;
esac
