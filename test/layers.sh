#!/usr/bin/env bash
# layers.sh - checks the rules that the compiler does not know: which file may
# include which, who owns which dangerous part of PostgreSQL's interface, what
# the exported names look like, sizes, and that every test is run.
#
# Prints each violation as FILE:LINE: TEXT; exit status 1 if there is any.  The
# names are checked in the objects that are there: build first.
set -uo pipefail
cd "$(dirname "$(realpath "$0")")/.." || exit 2
unset MAKEFLAGS MFLAGS MAKELEVEL

# Headers without a .c file of their own, and the layer they are the lowest of.
header_only='
compat.h            BASE
errcodes.h          BASE
kind.h              SCHEMA
'

# What only its owner may use: a regular expression for whole words, and files
# of src/.  Comments and strings do not count.
owners='
SPI_\w+                                 query.c txn.c
(Abort|Start|Commit)\w*Transaction\w*    txn.c worker.c
(Create\w*|Define|Start|Run|Drop)Portal|Portal(Define|Start|Run|Drop)\w*  exec.c compat.h
PG_VERSION_NUM                          compat.h
BeginInternalSubTransaction             subxact.c
SetUserIdAndSecContext|NewGUCNestLevel  env.c
LockAcquire\w*|LockRelease\w*           locks.c compat.h
SET_LOCKTAG_\w+                         locks.c
rd_createSubid                          caches.c watch.c
ResetCatalogCaches|RelationCacheInval\w* caches.c
raw_parser|core_yylex                   script.c scan.c
object_access_hook                      observe.c
(enable|disable|Register)_?[Tt]imeout\w* watch.c env.c
RegisterDynamicBackgroundWorker         launch.c
(standard_)?ProcessUtility              exec.c nostorage.c
ProcessUtility_hook                     nostorage.c
(standard_)?ExecutorRun                 exec.c compat.h
pgstat_report_activity                  progress.c
Async_Notify                            progress.c hook.c
'

# Names that the module may export.
exported='^(sm_|schemamig_|pg_finfo_schemamig_|Pg_magic_func$|_PG_init$)'

max_file=900
max_function=100

violations=0
violation()
{
	echo "$1"
	violations=$((violations + 1))
}

# Passes on a checker's output lines as violations.
violations_from()
{
	local line
	while IFS= read -r line; do
		violation "$line"
	done < <("$@")
}

variable() { make -s "print-$1" 2>/dev/null; }

mapfile -t sources < <(find src -name '*.[ch]' | sort)
[ ${#sources[@]} -gt 0 ] || violation "src:0: no source files"

# code FILE... - their lines as FILE:LINE: TEXT, with comments and the contents
# of strings blanked out
code()
{
	perl -0777 -ne '
		s{(/\*.*?\*/|//[^\n]*)|("(?:\\.|[^"\\\n])*")|(\x27(?:\\.|[^\x27\\\n])*\x27)}
		 {my $c = defined $1 ? $1 : ""; defined $2 ? "\"\"" : defined $3 ? "0" : " " . $c =~ s/[^\n]//gr}gse;
		my $n = 0;
		print "$ARGV:", ++$n, ": $_\n" for split /\n/, $_, -1;
	' "$@"
}

# ---------------------------------------------------------------------------
# Includes: lower layers, and in its own layer to the left, only

# The files in order, one 'NAME LAYER' for each, lowest first.
ranking()
{
	local layer object
	for layer in $(variable LAYERS); do
		awk -v layer="$layer" '$2 == layer {sub(/\.h$/, "", $1); print $1, layer}' <<<"$header_only"
		for object in $(variable "$layer"); do
			echo "$object $layer"
		done
	done
}

includes()
{
	perl -e '
		my ($ranking, @files) = @ARGV;
		my (%rank, %layer);
		for (split /\n/, $ranking) {
			my ($name, $layer) = split;
			$rank{$name} = keys %rank;
			$layer{$name} = $layer;
		}
		for my $file (@files) {
			(my $name = $file) =~ s{^src/(.*)\.[ch]$}{$1};
			if (!defined $rank{$name}) {
				print "$file:1: is in no layer of the Makefile\n";
				next;
			}
			open my $fh, "<", $file or die "$file: $!";
			while (<$fh>) {
				next unless /^\s*#\s*include\s+"([^"]+)"/;
				my $header = $1;
				# ours are named relative to src/ or to the including file
				my ($dir) = $name =~ m{^(.*/)};
				$header = $dir . $header if defined $dir && -e "src/$dir$header";
				next unless -e "src/$header";
				(my $other = $header) =~ s/\.h$//;
				next if $other eq $name;
				if (!defined $rank{$other}) {
					print "$file:$.: includes $header, which is in no layer of the Makefile\n";
				} elsif ($rank{$other} > $rank{$name}) {
					print "$file:$.: $name ($layer{$name}) includes $header ($layer{$other}) from its right or above\n";
				}
			}
		}
	' "$(ranking)" "${sources[@]}"
}

unlisted_objects()
{
	local object
	for object in $(variable OBJS); do
		[ -e "${object%.o}.c" ] || echo "Makefile:1: $object has no ${object%.o}.c"
	done
}

violations_from includes
violations_from unlisted_objects

# ---------------------------------------------------------------------------
# Owners of dangerous interfaces

owned()
{
	local pattern allowed file
	while read -r pattern allowed; do
		[ -n "$pattern" ] || continue
		local -a others=()
		for file in "${sources[@]}"; do
			case " $allowed " in *" ${file#src/} "*) ;; *) others+=("$file") ;; esac
		done
		[ ${#others[@]} = 0 ] || code "${others[@]}" | grep -P "^[^:]*:\d+:.*\b($pattern)\b" |
			sed "s|\$|    -- only in $allowed|"
	done <<<"$owners"
}

# elog(ERROR) is for what cannot happen, and says why it cannot, in a comment
# before or in the statement.
uncommented_elog()
{
	perl -ne '
		push @{$lines{$ARGV}}, $_;
		END {
			for my $file (sort keys %lines) {
				my @l = @{$lines{$file}};
				for my $i (0 .. $#l) {
					next unless $l[$i] =~ /\belog\s*\(\s*(ERROR|FATAL|PANIC)\b/;
					my $end = $i;
					$end++ while $end < $#l && $l[$end] !~ /;/;
					my $text = join "", @l[($i ? $i - 1 : 0) .. $end];
					print "$file:", $i + 1, ": elog() without a comment why it cannot happen\n"
						unless $text =~ m{/\*|\*/|//};
				}
			}
		}
	' "${sources[@]}"
}

violations_from owned
violations_from uncommented_elog

# ---------------------------------------------------------------------------
# Exported names.  Up to PostgreSQL 15 all modules of a server share one space
# of names, and whatever is not static is exported.

symbols()
{
	local object line
	for object in $(variable OBJS); do
		[ -e "$object" ] || continue
		nm --defined-only --extern-only --format=posix "$object" | awk '$2 ~ /^[A-Z]$/ {print $1}' |
			grep -vE "$exported" | while read -r name; do
				line=$(grep -nE "^($name|.*[ *]$name)\b *[(;=[]" "${object%.o}.c" | head -n 1 | cut -d: -f1)
				echo "${object%.o}.c:${line:-1}: exported name $name: not sm_, schemamig_"
			done
	done
}

if compgen -G 'src/*.o' >/dev/null; then
	violations_from symbols
else
	echo "layers.sh: exported names not checked, nothing is built" >&2
fi

# ---------------------------------------------------------------------------
# Sizes, unfinished places

long_files()
{
	wc -l src/*.[ch] src/*/*.[ch] 2>/dev/null |
		awk -v max=$max_file '$2 != "total" && $1 > max {print $2 ":" max + 1 ": file of " $1 " lines"}'
}

long_functions()
{
	ctags --languages=C --c-kinds=f --fields=+ne -o - "${sources[@]}" |
		perl -F'\t' -ane '
			my ($line) = /\tline:(\d+)/; my ($end) = /\tend:(\d+)/;
			printf "%s:%d: function %s of %d lines\n", $F[1], $line, $F[0], $end - $line + 1
				if $end - $line + 1 > '$max_function
}

unfinished()
{
	grep -rnwE 'TODO|FIXME|XXX' src sql schemamig.control Makefile README.md doc test \
		--include='*' --exclude=layers.sh --exclude-dir=data 2>/dev/null | sed 's/^\([^:]*:[^:]*:\) */\1 /'
}

violations_from long_files
violations_from long_functions
violations_from unfinished

# ---------------------------------------------------------------------------
# Tests: all are run, and pg_regress, which takes expected/ and results/ of
# regression tests and specs together, cannot mistake one for another

# names FOLDER SUFFIX - the files there, without the suffix
names() { find "$1" -name "*$2" -printf '%f\n' 2>/dev/null | sed "s/\\$2\$//" | LC_ALL=C sort; }

tests()
{
	local name base regress
	regress=" $(variable REGRESS) "
	for name in $(names test/sql .sql); do
		[[ $regress == *" $name "* ]] || echo "test/sql/$name.sql:1: is not in the Makefile's REGRESS"
		[ ! -e "sql/$name.sql" ] || echo "test/sql/$name.sql:1: is called like a script in sql/"
		[ ! -e "test/specs/$name.spec" ] || echo "test/sql/$name.sql:1: is called like a spec"
		[ -e "expected/$name.out" ] || echo "test/sql/$name.sql:1: has no expected output"
	done
	for name in $(names test/specs .spec); do
		[ -e "expected/$name.out" ] || echo "test/specs/$name.spec:1: has no expected output"
	done
	for name in $(names expected .out); do
		base=${name%_[0-9]}
		[ -e "test/sql/$name.sql" ] || [ -e "test/specs/$name.spec" ] ||
			[ -e "test/sql/$base.sql" ] || [ -e "test/specs/$base.spec" ] ||
			echo "expected/$name.out:1: is the output of no test"
	done
	for name in $regress; do
		[ -e "test/sql/$name.sql" ] || echo "Makefile:1: REGRESS names $name, which is not in test/sql"
	done
}

violations_from tests

[ $violations = 0 ] || echo "layers.sh: $violations violations" >&2
[ $violations = 0 ]
