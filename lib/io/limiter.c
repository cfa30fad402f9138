#include "io/limiter.h"

#include <string.h>

#include "core/clock.h"
#include "core/config.h"
#include "io/redis.h"

enum { LOCAL_SLOTS = 4096 };

/*
 * The stored value is the theoretical arrival time: when the allowance will
 * be whole again.  Times in microseconds of the cache's own clock.
 */
static const char script[] =
    "local t = redis.call('TIME')\n"
    "local now = t[1] * 1000000 + t[2]\n"
    "local cell, burst, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), "
    "tonumber(ARGV[3])\n"
    "local tat = tonumber(redis.call('GET', KEYS[1]) or now)\n"
    "if tat < now then tat = now end\n"
    "local want = cost > 0 and cost or 100\n"
    "local new = tat + cell * want / 100\n"
    "local allowed = 1\n"
    "if new - now > cell * burst then allowed = 0 end\n"
    "if cost < 0 then\n"
    "  tat = math.max(now, tat + cell * cost / 100)\n"
    "  allowed = 1\n"
    "elseif cost > 0 and allowed == 1 then tat = new end\n"
    "if cost ~= 0 and tat > now then\n"
    "  redis.call('SET', KEYS[1], string.format('%.0f', tat), 'PX',\n"
    "    math.ceil((tat - now) / 1000))\n"
    "elseif cost < 0 then redis.call('DEL', KEYS[1]) end\n"
    "return {allowed, math.floor((cell * burst - (tat - now)) / cell),\n"
    "  math.ceil((new - now - cell * burst) / 1000000),\n"
    "  math.ceil((tat - now) / 1000000)}\n";

struct slot {
	uint64_t who;
	int64_t tat;
};

static uint64_t
hash(const char *s)
{
	uint64_t h = 1469598103934665603u;

	for (; *s != '\0'; s++)
		h = (h ^ (unsigned char)*s) * 1099511628211u;
	return h;
}

/* A small table of this process, for while the cache is away; a collision
 * makes two callers share an allowance, which errs on the strict side. */
static struct slot *
local_slot(uint64_t who)
{
	static struct slot slots[LOCAL_SLOTS];

	return &slots[who % LOCAL_SLOTS];
}

/* The arithmetic of the script. */
static void
take_local(const char *key, int64_t cell, int64_t burst, int64_t cost,
    int64_t out[4])
{
	uint64_t who = hash(key);
	struct slot *s = local_slot(who);
	int64_t now = clock_mono_us();
	int64_t tat, new;

	if (s->who != who && s->tat <= now)
		*s = (struct slot){ .who = who };
	tat = s->tat > now ? s->tat : now;
	new = tat + cell *(cost > 0 ? cost : 100) / 100;
	out[0] = cost < 0 || new - now <= cell *burst;
	if (cost < 0)
		tat += cell * cost / 100;
	else if (cost > 0 && out[0])
		tat = new;
	if (tat < now)
		tat = now;
	s->tat = tat;
	out[1] = (cell * burst - (tat - now)) / cell;
	out[2] = (new - now - cell *burst + 999999) / 1000000;
	out[3] = (tat - now + 999999) / 1000000;
}

static const char *
key_of(struct ctx *c, const struct limit *l, const char *who)
{
	return arena_printf(c->arena, "limit:%s:%s", l->name, who);
}

struct limit_state
limiter_take(struct ctx *c, const struct limit *l, const char *who,
    int64_t cost_pct)
{
	int64_t burst = l->count * c->config->rate_limit_scale_pct / 100;
	int64_t cell, out[4];
	struct limit_state s = { .allowed = true };
	const char *key = key_of(c, l, who);

	if (c->config->rate_limit_scale_pct == 0)
		return s;
	if (burst < 1)
		burst = 1;
	cell = l->period_secs * 1000000 / burst;
	if (cell < 1)
		cell = 1;
	if (!redis_script(c, script, key,
		(const char *const[]){
		    arena_printf(c->arena, "%lld", (long long)cell),
		    arena_printf(c->arena, "%lld", (long long)burst),
		    arena_printf(c->arena, "%lld", (long long)cost_pct),
		    NULL },
		out, 4)) {
		s.local = true;
		take_local(key, cell, burst, cost_pct, out);
	}
	s.counted = true;
	s.allowed = out[0] != 0;
	s.limit = burst;
	s.remaining = out[1] > 0 ? out[1] : 0;
	s.retry_after_secs = out[2] > 0 ? out[2] : 1;
	s.reset_secs = out[3] > 0 ? out[3] : 0;
	return s;
}

enum err
limiter_verdict(struct ctx *c, struct limit_state s)
{
	if (s.allowed)
		return OK;
	c->problem.retry_after_secs = (int)s.retry_after_secs;
	return fail(c, ERR_RATE_LIMITED,
	    "Too many requests. Try again in %lld seconds.",
	    (long long)s.retry_after_secs);
}

void
limiter_clear(struct ctx *c, const struct limit *l, const char *who)
{
	const char *key = key_of(c, l, who);
	uint64_t known = hash(key);
	struct slot *s = local_slot(known);

	if (c->config->rate_limit_scale_pct == 0)
		return;
	if (s->who == known)
		s->tat = 0;
	redis_del(c, key);
}
