# shellcheck shell=bash
# apt.sh - a private package manager state for pgroot and pgsrc, which source it.
#
# They look into releases of Debian other than the machine's own, without root
# and without touching its package lists: apt works on a directory of its own,
# with the machine's apt.conf.d (a proxy, say) still in force.

# Sets $mirror and $security to the archives which this machine uses.
find_mirrors()
{
	local uris

	uris=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/debian.sources \
		/etc/apt/mirrors/*.list 2>/dev/null | sed 's/#.*//' |
		grep -oE 'https?://[^ ]+' | sed 's,/$,,' | sort -u) || true
	mirror=$(grep -m1 -E '/debian$' <<<"$uris") ||
		die "this machine's apt knows no mirror of Debian"
	security=$(grep -m1 -E '/debian-security$' <<<"$uris") || security=
}

# releases VERSION - the releases to look in, best first, for PostgreSQL VERSION
releases()
{
	local first=
	case $1 in
		15) first=bookworm ;;
		17) first=trixie ;;
		18) first=forky ;;
	esac
	echo "$first bookworm trixie forky sid"
}

# private_apt DIR - makes apt work in DIR from here on
private_apt()
{
	mkdir -p "$1"/{lists,cache/archives}/partial "$1"/etc/empty
	: >"$1/status"
	cat >"$1/apt.conf" <<-CONF
	Dir::Etc::sourcelist "$1/etc/sources.list";
	Dir::Etc::sourceparts "$1/etc/empty";
	Dir::State::lists "$1/lists";
	Dir::State::status "$1/status";
	Dir::Cache "$1/cache";
	APT::Install-Recommends "0";
	APT::Sandbox::User "";
	Debug::NoLocking "1";
	CONF
	export APT_CONFIG=$1/apt.conf
}

# use_release deb|deb-src RELEASE - lets that apt see RELEASE only
use_release()
{
	local dir=${APT_CONFIG%/*} signed='[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]'
	{
		echo "$1 $signed $mirror $2 main"
		# (the security archive's sources are not served everywhere)
		if [ "$1" = deb ] && [ -n "$security" ]; then
			case $2 in
				bookworm | trixie) echo "$1 $signed $security $2-security main" ;;
			esac
		fi
	} >"$dir/etc/sources.list"
	apt-get -qq update >"$dir/update.log" 2>&1 || { cat "$dir/update.log" >&2; return 1; }
}
