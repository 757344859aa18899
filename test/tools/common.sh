# shellcheck shell=bash
# common.sh - what the scripts of this directory share; each sources it first.
#
# All they fetch or build lies under one cache directory:
#   $SCHEMAMIG_CACHE, else /var/tmp/schemamig-cache for root, else
#   ~/.cache/schemamig
# with deb/VERSION and src/VERSION (servers, kept), work/ (one directory for
# each run, removed at its end) and failed/CELL (the last failed run of a cell).
# The compiler's results are kept there as well where ccache is installed.
# To make everything anew, remove it.
set -euo pipefail
unset MAKEFLAGS MFLAGS MAKELEVEL	# when started from make: ours is a new one
unset "${!PG@}" TEMP_CONFIG EXTRA_REGRESS_OPTS

tools=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
me=${0##*/}

die()
{
	echo "$me: $*" >&2
	exit 1
}

# Sets $cache and, for root, $user: the ordinary user for whom root goes on.
# That is the owner of the cache, if there is one; a directory of that name made
# by anybody else is not to be trusted.
find_cache()
{
	if [ "$(id -u)" != 0 ]; then
		user=
		cache=${SCHEMAMIG_CACHE:-$HOME/.cache/schemamig}
		mkdir -p "$cache"
	else
		cache=${SCHEMAMIG_CACHE:-/var/tmp/schemamig-cache}
		user=$(stat -c %U "$cache" 2>/dev/null || echo root)
		case $user in
			postgres | nobody) ;;
			root) user=$(id -un postgres 2>/dev/null || echo nobody) ;;
			*) die "$cache belongs to $user" ;;
		esac
		install -d -o "$user" -g "$(id -gn "$user")" "$cache"
	fi
	cache=$(realpath "$cache")
}

# enter NAME ARGUMENT... - go on as an ordinary user in a copy of the project.
#
# PostgreSQL refuses to run as root, and the checkout may lie where only root
# may look.  So this copies the project (without what was built in it) to a new
# directory and, started as root, runs the calling script's copy there once more
# with the same arguments, as postgres or nobody; that second time it returns.
# Afterwards $work is the directory of this run, $work/ext the copy, and the
# current directory; $TMPDIR is its directory for sockets, whose paths must be
# short, and other temporary files.
enter()
{
	local name=$1
	shift

	if [ -z "${SCHEMAMIG_WORK:-}" ]; then
		find_cache
		mkdir -p "$cache/work"
		find "$cache/work" -mindepth 1 -maxdepth 1 -mmin +1440 -exec rm -rf {} +
		work=$(mktemp -d "$cache/work/$name.XXXXXX")
		mkdir "$work/ext"
		tar -C "$tools/../.." --exclude-vcs --exclude='*.o' --exclude='*.bc' \
			--exclude='*.so' --exclude=./tmp_check --exclude=./results \
			--exclude=./output_iso --exclude=./log -cf - . |
			tar -C "$work/ext" -xf -
		if [ -n "$user" ]; then
			chown "$user:" "$cache/work"
			chown -R "$user:" "$work"
			cd "$work/ext"
			exec setpriv --reuid="$user" --regid="$(id -gn "$user")" --clear-groups \
				env HOME="$work" SCHEMAMIG_CACHE="$cache" \
				SCHEMAMIG_WORK="$work" "$work/ext/test/tools/$me" "$@"
		fi
	else
		cache=$SCHEMAMIG_CACHE work=$SCHEMAMIG_WORK
		unset SCHEMAMIG_WORK
	fi
	export SCHEMAMIG_CACHE=$cache
	TMPDIR=$(mktemp -d /tmp/schemamig.XXXXXX)
	export TMPDIR
	trap leave EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
	cd "$work/ext"
	tools=$work/ext/test/tools
}

# Ends a run, however it ends: no server stays, nor any file, except that a
# failed run is kept as $cache/failed/$keep_as where that is set.  The calling
# script's at_end, if it has one, has the last word.
leave()
{
	local rc=$? pidfile

	trap '' INT TERM HUP
	cd /
	find "$work" -name postmaster.pid 2>/dev/null | while read -r pidfile; do
		"$bindir/pg_ctl" -s -D "${pidfile%/*}" -m immediate stop >/dev/null 2>&1 || true
	done
	rm -rf "$TMPDIR"
	if [ "$rc" != 0 ] && [ -n "${keep_as:-}" ]; then
		rm -rf "$cache/failed/$keep_as"
		mkdir -p "$cache/failed"
		mv "$work" "$cache/failed/$keep_as"
		echo "$me: logs are in $cache/failed/$keep_as" >&2
	else
		rm -rf "$work"
	fi
	if declare -F at_end >/dev/null; then at_end "$rc"; fi
}

# get_server CELL - makes a private server for this run and sets $bindir to its
# programs and $make to the make command that builds for it.
get_server()
{
	local pg_config

	pg_config=$("$tools/pgcopy" "$1" "$work/pg")
	bindir=${pg_config%/*}
	# (the TAP modules drop LC_ALL, and LANG decides the encoding of their servers)
	export PATH="$bindir:$PATH" LC_ALL=C.UTF-8 LANG=C.UTF-8
	make=(make -s "PG_CONFIG=$pg_config" with_llvm=no)
	if command -v ccache >/dev/null; then
		export CCACHE_DIR=$cache/ccache CCACHE_BASEDIR=$work CCACHE_NOHASHDIR=1
		make+=("CC=ccache $("$pg_config" --cc)")
	fi
}

# build LOG ARGUMENT... - builds and installs the extension for that server.
build()
{
	local log=$1
	shift
	"${make[@]}" "$@" -j"$(nproc)" all >"$log" 2>&1 &&
		"${make[@]}" "$@" install >>"$log" 2>&1
}

# need_for CELL - gets the packages without which CELL cannot be made.
need_for()
{
	case $1 in
		*/*) "$tools/need" build ;;
		*-valgrind) "$tools/need" build source valgrind ;;
		*-assert) "$tools/need" build source valgrind ;;
		*) "$tools/need" build binary ;;
	esac
}
