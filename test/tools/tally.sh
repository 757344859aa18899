# shellcheck shell=bash
# tally.sh - adds up runs that each end with 'N passed, N failed'; to be sourced.
set -uo pipefail

passed=0 failed=0

# add COMMAND... - runs it, shows its output, and adds what it counted.  One that
# breaks off, or whose exit status denies its count, has failed at least once.
add()
{
	local log rc count more=0
	log=$(mktemp)
	"$@" 2>&1 | tee "$log"
	rc=${PIPESTATUS[0]}
	count=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$log" | tail -n 1)
	rm -f "$log"
	if [[ $count =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
		passed=$((passed + BASH_REMATCH[1]))
		more=${BASH_REMATCH[2]}
	else
		rc=1
	fi
	if [ "$rc" != 0 ] && [ "$more" = 0 ]; then more=1; fi
	failed=$((failed + more))
}

# Prints the sum; the exit status is 1 if anything failed or nothing ran.
total()
{
	[ $((passed + failed)) -gt 0 ] || failed=1
	echo "$passed passed, $failed failed"
	[ "$failed" = 0 ]
}
