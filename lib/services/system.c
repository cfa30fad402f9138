#include "services/system.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/config.h"
#include "core/json.h"
#include "db/db.h"
#include "io/redis.h"
#include "migrations.h" /* generated: MIGRATION_LATEST */

static const char *const states[] = { "ok", "degraded", "down", NULL };

static const struct field health_fields[] = {
	OUT_TEXT("status", "Always ok", .example = "ok"),
	{ 0 },
};
const struct shape health_shape = { "health", "Whether it runs",
	health_fields };

static const struct field check_fields[] = {
	OUT_ENUM("database", states, "PostgreSQL"),
	OUT_ENUM("cache", states, "Redis"),
	OUT_ENUM("migrations", states, "The database's structure"),
	OUT_ENUM("jobs", states, "Scheduled work"),
	{ 0 },
};
static const struct shape checks_shape = { "health_checks",
	"One state for each part", check_fields };

static const struct field ready_fields[] = {
	OUT_ENUM("status", states, "The worst of the checks"),
	OUT_OBJ("checks", &checks_shape, "The parts"),
	{ 0 },
};
const struct shape ready_shape = { "readiness", "Whether it can work",
	ready_fields };

enum state { STATE_OK, STATE_DEGRADED, STATE_DOWN };

void
system_health(struct buf *out)
{
	buf_lit(out, "{\"status\":\"ok\"}");
}

static enum state
worse(enum state a, enum state b)
{
	return a > b ? a : b;
}

int
system_ready(struct ctx *c, struct buf *out)
{
	enum state database = STATE_OK, cache = STATE_OK, jobs = STATE_OK;
	enum state migrations = STATE_OK, all;
	struct json j = js_to(out);
	struct rows r;

	if (db_one(c, Q_SYSTEM_STATE, NO_ARGS, &r) != OK) {
		database = migrations = jobs = STATE_DOWN;
	} else {
		if (col_i64(&r) < MIGRATION_LATEST)
			migrations = STATE_DOWN;
		/* With 0 the schedule is somebody else's to watch. */
		if (col_i64(&r) > 0 && c->config->cron)
			jobs = STATE_DEGRADED;
		/* A letter that died today wants a person. */
		if (col_bool(&r))
			jobs = STATE_DEGRADED;
	}
	if (!redis_ping(c))
		cache = STATE_DEGRADED;
	problem_clear(c);
	all = worse(worse(database, cache), worse(migrations, jobs));
	js_open(&j, '{');
	js_str(&j, "status", states[all]);
	js_open_key(&j, "checks", '{');
	js_str(&j, "database", states[database]);
	js_str(&j, "cache", states[cache]);
	js_str(&j, "migrations", states[migrations]);
	js_str(&j, "jobs", states[jobs]);
	js_close(&j, '}');
	js_close(&j, '}');
	return all == STATE_DOWN ? 503 : 200;
}

enum err
system_schema(struct ctx *c, struct buf *out)
{
	char *piece = arena_alloc(c->arena, 65536);
	int fd = open(c->config->schema_file, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return fault(c, "cannot open %s", c->config->schema_file);
	while ((n = read(fd, piece, 65536)) > 0)
		buf_raw(out, piece, (size_t)n);
	close(fd);
	return n < 0 ? fault(c, "cannot read the schema") : OK;
}
