# haat: build, run, test.  `make help` lists the targets.
MODE ?= release
B := build/$(MODE)
PKGS := libpq hiredis json-c libjwt libcurl libsodium
CC := gcc
WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wwrite-strings -Wvla -Wformat=2 -Wno-missing-field-initializers -Werror
CFLAGS_release := -O2 -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE
LDFLAGS_release := -pie -Wl,-z,relro,-z,now
CFLAGS_debug := -O0 -DHAAT_FAULTS
CFLAGS_asan := -O1 -fno-omit-frame-pointer -DHAAT_FAULTS \
	-fsanitize=address,undefined -fno-sanitize-recover=undefined
LDFLAGS_asan := -fsanitize=address,undefined
CFLAGS_coverage := -O0 --coverage -DHAAT_FAULTS
LDFLAGS_coverage := --coverage
CPPFLAGS = -D_GNU_SOURCE -Ilib -I$(B)/gen -include lib/core/banned.h $(PKG_CFLAGS)
CFLAGS = -std=gnu17 -g $(WARN) $(CFLAGS_$(MODE)) $(EXTRA_CFLAGS)
# Asked once, and only after the packages are there.
PKG_CFLAGS = $(eval PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS)))$(PKG_CFLAGS)
PKG_LIBS = $(eval PKG_LIBS := $(shell pkg-config --libs $(PKGS)))$(PKG_LIBS)
LIBS = $(PKG_LIBS) -lfcgi -lz
# Nothing but what calls lib/io/image.h takes image*.o out of the library.
IMAGE_USERS := $(B)/bin/uploads $(addprefix $(B)/tests/test_,corpus image image_hostile)
$(IMAGE_USERS): LIBS += -ljpeg -lpng -lwebp

LIB_SRC := $(wildcard lib/*/*.c)
LIB_OBJ := $(LIB_SRC:%.c=$(B)/%.o) $(B)/gen/queries.o
QUERIES := $(sort $(wildcard sql/queries/*.sql))
FAKES := $(B)/fakes/razorpay
FAKE_OBJ := $(patsubst %.c,$(B)/%.o,$(wildcard tests/fakes/*.c))
BINS := $(patsubst cgi-bin/%.c,$(B)/bin/%,$(wildcard cgi-bin/*.c))
JOBS := $(patsubst cron/%.c,$(B)/cron/%,$(wildcard cron/*.c))
UNITS := $(patsubst tests/unit/%.c,$(B)/tests/%,$(wildcard tests/unit/test_*.c))

.DELETE_ON_ERROR:
.SECONDARY:
MAKEFLAGS += --no-builtin-rules
$(if $(V),,.SILENT:)

build: $(BINS) $(JOBS) $(FAKES) $(B)/endpoints.conf $(B)/schema.json ## Build (MODE=release, debug, asan, coverage)

# Installs what building needs, unless it is there.
build/deps: scripts/packages
	scripts/packages install build
	@mkdir -p build && touch $@

$(B)/%.o: %.c | build/deps $(B)/gen/queries.h $(B)/gen/common_passwords.h $(B)/gen/migrations.h
	@mkdir -p $(@D)
	@echo "  CC    $<"
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(B)/gen/queries.o: $(B)/gen/queries.h
	$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $(B)/gen/queries.c

$(B)/libhaat.a: $(LIB_OBJ)
	@echo "  AR    $@"
	rm -f $@ && ar rcs $@ $^

$(B)/bin/%: $(B)/cgi-bin/%.o $(B)/libhaat.a
	@mkdir -p $(@D)
	@echo "  LD    $@"
	$(CC) $(CFLAGS) -o $@ $^ $(LDFLAGS_$(MODE)) $(LIBS)

$(B)/cron/%: $(B)/cron/%.o $(B)/libhaat.a
	@mkdir -p $(@D)
	@echo "  LD    $@"
	$(CC) $(CFLAGS) -o $@ $^ $(LDFLAGS_$(MODE)) $(LIBS)

# The sandbox of the payment provider; never part of an installed package.
$(B)/fakes/razorpay: $(FAKE_OBJ) $(B)/libhaat.a
	@mkdir -p $(@D)
	@echo "  LD    $@"
	$(CC) $(CFLAGS) -o $@ $^ $(LDFLAGS_$(MODE)) $(LIBS)

$(B)/tests/%: $(B)/tests/unit/%.o $(B)/libhaat.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -o $@ $^ $(LDFLAGS_$(MODE)) $(LIBS) -lcmocka

# Programs that tests ask.
$(B)/tools/%: $(B)/tests/tools/%.o $(B)/libhaat.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -o $@ $^ $(LDFLAGS_$(MODE)) $(LIBS)

$(B)/bench/%: $(B)/tests/bench/%.o $(B)/libhaat.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -o $@ $^ $(LDFLAGS_$(MODE)) $(LIBS)

# Statements become an enum and a table; see sql/gen.c.
build/gen: sql/gen.c | build/deps
	@mkdir -p $(@D)
	$(CC) -std=gnu17 -O1 -g $(WARN) -D_GNU_SOURCE -o $@ $<
$(B)/gen/queries.h: build/gen $(QUERIES)
	@mkdir -p $(@D)
	@echo "  GEN   $@"
	build/gen $@ $(B)/gen/queries.c $(QUERIES)

# Made each time, written when another migration is the latest.
$(B)/gen/migrations.h: FORCE
	@mkdir -p $(@D)
	printf 'enum { MIGRATION_LATEST = %d };\n' \
		$$(ls sql/migrations | sed -n 's/^0*\([0-9]*\)_.*/\1/p' | tail -1) >$@.new
	cmp -s $@.new $@ && rm $@.new || mv $@.new $@
.PHONY: FORCE

# The common passwords of at least ten characters, sorted, as C strings.
PASSWORDS := node_modules/@zxcvbn-ts/language-common/src/passwords.json
$(PASSWORDS): package-lock.json
	scripts/node-modules
	touch -c $@
$(B)/gen/common_passwords.h: $(PASSWORDS)
	@mkdir -p $(@D)
	grep -o '"[^"\\]\{10,\}"' $< | LC_ALL=C sort -u | sed 's/$$/,/' >$@

# --- running ----------------------------------------------------------------
STACK := MODE=$(MODE) scripts/stack

run: build static ## Install, build, then run in the foreground; Ctrl-C stops it
	scripts/packages install run
	exec env $(STACK) run
start: build static ## The same in the background
	scripts/packages install run
	$(STACK) start
stop: ## Stop what start began
	$(STACK) stop
status: ## Tell what runs
	$(STACK) status
reload: build static ## Take up new programs without a failed request
	$(STACK) reload
psql: ## A PostgreSQL shell (reads a script from standard input)
	$(STACK) psql
redis-cli: ## A Redis shell (reads a script from standard input)
	$(STACK) redis-cli
dead-letters: ## Messages that could not be sent, and why
	$(STACK) dead-letters
migrate: ## Bring the tables up to date
	$(STACK) migrate
schema: ## Write the running instance's structure to sql/schema.sql
	scripts/schema >sql/schema.sql
admin: ## Make an administrator: make admin EMAIL=you@example.com
	$(STACK) admin "$(EMAIL)" "$(NAME)"
demo: ## Load the demo data anew: make demo SCALE=20000 LINES=1000000
	$(if $(LINES),DEMO_LINES=$(LINES)) $(STACK) demo $(SCALE)
doctor: ## Name each missing piece and its fix
	scripts/doctor
static: ## The pages, in build/static
	scripts/static

# --- checking ---------------------------------------------------------------
test: ## Everything that CI runs
	scripts/packages install build run test
	tests/run
browser: ## The pages in headless Chromium
	scripts/packages install build run test browser
	tests/run browser
screenshots: ## Pictures of every page, into build/screenshots
	scripts/packages install build run test browser
	tests/run browser tests/browser/screenshots.mjs
lighthouse: ## What Lighthouse says of the pages (fetched from npm for this)
	scripts/packages install build run browser
	tests/browser/lighthouse
sweep: ## A death at every system call of what moves money (an hour)
	scripts/packages install build run test
	tests/run sweep
market: ## 200 buyers and a faulty payment provider: make market CLIENTS=200 SEED=1
	scripts/packages install build run test
	MARKET_CLIENTS=$(or $(CLIENTS),200) SEED=$(SEED) tests/run api tests/api/market.test.mjs
bench: ## Speed held against its targets: make bench, make bench SCALE=1000000
	scripts/packages install build node run bench
	tests/bench/run $(if $(SCALE),--grow "10000 100000 $(SCALE)")
bench-compare: ## The ratios of the last run beside those of the last release
	node tests/bench/compare.mjs
unit: $(UNITS) ## Unit tests only
	set -e; for t in $^; do $$t; done
lint: ## Format, static analysis, rules of the house
	scripts/packages install build lint
	scripts/lint
format: ## Format all C
	clang-format -i $$(git ls-files '*.c' '*.h')
invariants: ## Check the running instance's books and stock
	MODE=$(MODE) tests/invariants
fuzz: ## Fuzz the parsers: make fuzz SECONDS=60
	scripts/packages install build lint
	tests/fuzz/run $(SECONDS)
check-docker: ## The steps of the Dockerfile in a bare Debian root
	scripts/clean-root dockerfile
check-clean: ## make run and make test in a bare Debian root
	scripts/clean-root check
clean: ## Remove what was built
	rm -rf build
help: ## This list
	sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1\t\2/p' Makefile | expand -t 16

.PHONY: build run start stop status reload psql redis-cli dead-letters migrate schema admin demo doctor static test sweep browser screenshots lighthouse \
	market bench bench-compare unit lint format invariants fuzz check-docker check-clean clean help

# What the executables say about themselves.
$(B)/bin/%.openapi: $(B)/bin/%
	$< --check
	$< --openapi >$@
$(B)/schema.json: $(BINS:%=%.openapi)
	@echo "  GEN   $@"
	$(B)/bin/system --openapi-merge $^ >$@
$(B)/endpoints.conf: $(BINS) scripts/endpoints-conf lighttpd/pools
	@echo "  GEN   $@"
	scripts/endpoints-conf $(B)/bin >$@

-include $(LIB_SRC:%.c=$(B)/%.d) $(patsubst %.c,$(B)/%.d,$(wildcard cgi-bin/*.c cron/*.c tests/unit/*.c tests/fakes/*.c tests/tools/*.c tests/bench/*.c))
