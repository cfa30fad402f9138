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
CPPFLAGS := -D_GNU_SOURCE -Ilib -I$(B)/gen -include lib/core/banned.h
CFLAGS := -std=gnu17 -g $(WARN) $(CFLAGS_$(MODE)) $(EXTRA_CFLAGS)
LIBS = $(shell pkg-config --libs $(PKGS)) -lfcgi
ifneq ($(MAKECMDGOALS),help)
CPPFLAGS += $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
endif

LIB_SRC := $(wildcard lib/*/*.c)
LIB_OBJ := $(LIB_SRC:%.c=$(B)/%.o) $(B)/gen/queries.o
QUERIES := $(sort $(wildcard sql/queries/*.sql))
BINS := $(patsubst cgi-bin/%.c,$(B)/bin/%,$(wildcard cgi-bin/*.c))
JOBS := $(patsubst cron/%.c,$(B)/cron/%,$(wildcard cron/*.c))
UNITS := $(patsubst tests/unit/%.c,$(B)/tests/%,$(wildcard tests/unit/test_*.c))

.DELETE_ON_ERROR:
.SECONDARY:
MAKEFLAGS += --no-builtin-rules
$(if $(V),,.SILENT:)

build: $(BINS) $(JOBS) $(B)/endpoints.conf $(B)/schema.json ## Build (MODE=release, debug, asan, coverage)

$(B)/%.o: %.c | $(B)/gen/queries.h $(B)/gen/common_passwords.h $(B)/gen/migrations.h
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

$(B)/tests/%: $(B)/tests/unit/%.o $(B)/libhaat.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -o $@ $^ $(LDFLAGS_$(MODE)) $(LIBS) -lcmocka

# Statements become an enum and a table; see sql/gen.c.
build/gen: sql/gen.c
	@mkdir -p $(@D)
	$(CC) -std=gnu17 -O1 -g $(WARN) -D_GNU_SOURCE -o $@ $<
$(B)/gen/queries.h: build/gen $(QUERIES)
	@mkdir -p $(@D)
	@echo "  GEN   $@"
	build/gen $@ $(B)/gen/queries.c $(QUERIES)

$(B)/gen/migrations.h: $(wildcard sql/migrations/*.sql)
	@mkdir -p $(@D)
	printf 'enum { MIGRATION_LATEST = %d };\n' \
		$$(ls sql/migrations | sed -n 's/^0*\([0-9]*\)_.*/\1/p' | tail -1) >$@

# The common passwords of at least ten characters, sorted, as C strings.
PASSWORDS := node_modules/@zxcvbn-ts/language-common/src/passwords.json
$(PASSWORDS): package-lock.json
	scripts/node-modules
	touch -c $@
$(B)/gen/common_passwords.h: $(PASSWORDS)
	@mkdir -p $(@D)
	grep -o '"[^"\\]\{10,\}"' $< | LC_ALL=C sort -u | sed 's/$$/,/' >$@

# What the executables say about themselves.
$(B)/bin/%.openapi: $(B)/bin/%
	$< --check
	$< --openapi >$@
$(B)/schema.json: $(BINS:%=%.openapi)
	@echo "  GEN   $@"
	$(B)/bin/system --openapi-merge $^ >$@
$(B)/endpoints.conf: $(BINS) scripts/endpoints-conf
	@echo "  GEN   $@"
	scripts/endpoints-conf $(B)/bin >$@

-include $(LIB_SRC:%.c=$(B)/%.d) $(patsubst %.c,$(B)/%.d,$(wildcard cgi-bin/*.c cron/*.c tests/unit/*.c))
