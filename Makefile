# schemamig: schema migrations inside the server
#
#   make, make install, make installcheck    as with every extension (PGXS);
#                                            PG_CONFIG=... chooses the server
#   make test            everything on a private, throw-away server of the
#                        newest PostgreSQL, or of the given PG_CONFIG=...
#   make test CELL=17    the same on another server; the cells are described
#                        in test/tools/pgtest
#   make test TESTS="graph lock_wait 003_restore"
#                        only these: names of regression tests, isolation
#                        specs and TAP scripts, without folder and suffix
#   make test-all        all the servers that we support, also with assertions
#                        and with the address sanitizer
#   make test-valgrind   under valgrind (slow)
#   make demo, make bench
#   make torture CELL=17 SEED=1 ROUNDS=5
#                        PostgreSQL's own regression database, made by baseline()
#                        and by autogenerate() (slow)
#   make format          the sources as .clang-format has them
#
# The test targets build in a copy: neither this directory nor any installed
# server is touched.  What they fetch is kept in a cache, see
# test/tools/common.sh.

# The layers, from the lowest to the highest.  A file includes headers of lower
# layers, and in its own layer of files to its left, only; test/layers.sh
# checks that.
LAYERS = BASE MODEL RUN SCHEMA TOOLS

BASE = guc env query txn pause args module
MODEL = graph name target move range plan scan checksum variable classify mark script revision squash
RUN = tenant progress observe locks trust hook vtable mirror journal unfinished prepare inblock watch blockers attempt exec \
	repeat run step outside runner migrate keyset cursor batch replica backfill launch worker follow stamp
SCHEMA = caches coltype object deparse delta kinds acl dress filter reach others snapshot \
	kinds/options kinds/foreign kinds/attribute kinds/relation kinds/schema kinds/extension kinds/type kinds/enum kinds/composite \
	kinds/domain kinds/function kinds/table online kinds/inherited_notnull kinds/notnull kinds/identity kinds/column kinds/sequence kinds/default kinds/condition kinds/inherited_key kinds/partition \
	kinds/view kinds/matview kinds/view_column kinds/not_valid kinds/constraint kinds/index kinds/trigger kinds/policy kinds/aggregate kinds/rule kinds/statistics \
	kinds/collation kinds/basetype kinds/rangetype kinds/conversion kinds/operator kinds/opclass \
	kinds/textsearch kinds/tabletype \
	kinds/access_method kinds/language kinds/foreign_data_wrapper kinds/server kinds/user_mapping \
	kinds/transform kinds/cast kinds/publication kinds/subscription kinds/event_trigger kinds/default_privileges \
	cycle namesakes descent edges order diff lockmode emit serialize subxact allow touch hint ddl relocate aside unenforced nostorage bounds bodies enumval displace solo seqlock enact scratch \
	rename_name rename_set rename_along rename_same rename_order rename_extension rename_catalog rename_guess rename model \
	compare prove request check
TOOLS = author registry inspect render offline validate autogenerate \
	source formats formats/native formats/alembic formats/dbmate formats/goose formats/golang_migrate \
	formats/flyway formats/node_pg_migrate formats/sqitch formats/graphile_migrate folder repeatable condense export import adopt

MODULE_big = schemamig
OBJS = $(foreach layer,$(LAYERS),$(patsubst %,src/%.o,$($(layer))))

EXTENSION = schemamig
PG_CPPFLAGS = -I$(srcdir)/src
DATA = sql/schemamig--1.0.sql
PGFILEDESC = "schemamig - schema migrations inside the server"

# Regression tests (test/sql) in the order in which they run.  The extension is
# there already; every test leaves the database as it found it, so that each
# can run alone.
REGRESS = revision script state migrate graph tenant hook security validate conformance offline formats repeatable squash autogenerate rename install

# Isolation specs (test/specs) and TAP scripts (test/t): all there are.
ISOLATION := $(sort $(patsubst test/specs/%.spec,%,$(wildcard test/specs/*.spec)))
PROVE_TESTS := $(sort $(wildcard test/t/*.pl))
TAP_TESTS := $(if $(PROVE_TESTS),1)

# pg_regress and pg_isolation_regress look into their output directory first:
# so both find expected/ at the top, although their input is in test/.  (They
# would find sql/ there as well: no test may be called like a script in sql/.)
REGRESS_OPTS = --inputdir=test --load-extension=schemamig
ISOLATION_OPTS = --inputdir=test --outputdir=. --load-extension=schemamig
NO_LOCALE = 1
ENCODING = UTF8

PG_CONFIG ?= pg_config
PGXS := $(wildcard $(shell $(PG_CONFIG) --pgxs 2>/dev/null))
ifneq ($(PGXS),)
include $(PGXS)
else
all install installcheck uninstall clean:
	@echo "'$(PG_CONFIG) --pgxs' names no file: install PostgreSQL's server development files" >&2
	@echo "or call make with PG_CONFIG=/path/to/pg_config" >&2; exit 1
endif

# PGXS does not track headers everywhere.
$(OBJS): $(wildcard src/*.h src/*/*.h)

# The server for the tests: a cell, else the server that was asked for, else
# the newest that can be had.
ifneq ($(filter command line environment,$(origin PG_CONFIG)),)
CELL = $(shell command -v $(PG_CONFIG) || echo $(PG_CONFIG))
else
CELL = newest
endif
CELLS = 15 17 18 18-assert 15-asan

test:
	@test/tools/pgtest '$(CELL)' $(TESTS)

test-all:
	@test/tools/matrix $(CELLS)

test-valgrind:
	@test/tools/matrix 18-valgrind

demo:
	@test/tools/throwaway --cell '$(CELL)' -- test/demo
# the catalogs of 10,000 tables have to fit
bench:
	@test/tools/throwaway --cell '$(CELL)' --set 'shared_buffers = 1GB' -- test/bench/run

export SEED ROUNDS KEEP
torture:
	@test/tools/throwaway --cell '$(CELL)' --set 'wal_level = logical' --database none -- test/torture/run

format:
	clang-format -i src/*.[ch] src/*/*.[ch]

# For the test scripts: the value of a variable of this file.
print-%:
	@echo $($*)

.PHONY: test test-all test-valgrind demo bench torture format
