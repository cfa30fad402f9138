#include "razorpay_fault.h"

#include "razorpay_webhook.h"

enum { RULES_MAX = 256, MATCH = 128, LOCATION = 256 };
enum { TIMEOUT_MS = 10000, DRIP_MS = 200, BIG_BODY = 5 * 1024 * 1024 };

static const char *const kind_names[] = { "none", "timeout", "reset", "500",
	"400", "401", "redirect", "slow-drip", "junk", "big-body", "slow" };

struct rule {
	char match[MATCH];
	char location[LOCATION];
	enum fault_kind kind;
	bool executes;
	int64_t times;
	int64_t timeout_ms; /* 0: as set for all */
	int64_t drip_ms;
};

struct faults {
	struct rule rules[RULES_MAX];
	int nrules;
	int64_t timeout_ms;
	int64_t drip_ms;
	int64_t per_mille;
	int64_t seed;
	uint64_t random;
	int64_t served;
	int64_t hits[FAULT_KINDS][2]; /* by kind, and whether it executes */
	unsigned int random_kinds;    /* 1 << kind */
	bool refunds_pend;
	struct webhook_knobs webhooks;
};

static void
reset(struct faults *f)
{
	*f = (struct faults){ .timeout_ms = TIMEOUT_MS, .drip_ms = DRIP_MS };
}

struct faults *
faults_new(struct arena *a)
{
	struct faults *f = ARENA_NEW(a, struct faults);

	reset(f);
	return f;
}

bool
faults_refunds_pend(const struct faults *f)
{
	return f->refunds_pend;
}

const struct webhook_knobs *
faults_webhooks(const struct faults *f)
{
	return &f->webhooks;
}

/* --- choosing ------------------------------------------------------------ */

/* splitmix64. */
static uint64_t
next_random(struct faults *f)
{
	uint64_t z = f->random += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

/* A segment of the pattern that begins with "*" or ":" stands for any. */
static bool
path_matches(const char *pattern, const char *path)
{
	while (*pattern != '\0' && *path != '\0') {
		size_t n = strcspn(pattern, "/"), m = strcspn(path, "/");

		if (n == 0 ? m != 0 :
			     *pattern != '*' && *pattern != ':' &&
			    (n != m || memcmp(pattern, path, n) != 0))
			return false;
		pattern += n;
		path += m;
		if (*pattern != *path)
			return false;
		pattern += *pattern == '/';
		path += *path == '/';
	}
	return *pattern == '\0' && *path == '\0';
}

static bool
rule_matches(const char *match, const struct call *q)
{
	size_t n = strlen(q->method);

	if (strcmp(match, "*") == 0)
		return true;
	return strncmp(match, q->method, n) == 0 && match[n] == ' ' &&
	    path_matches(match + n + 1, q->path);
}

static struct fault_chosen
chosen(struct faults *f, const struct rule *r)
{
	f->served++;
	f->hits[r->kind][r->executes]++;
	return (struct fault_chosen){
		.kind = r->kind,
		.executes = r->executes,
		.timeout_ms = r->timeout_ms > 0 ? r->timeout_ms :
						  f->timeout_ms,
		.drip_ms = r->drip_ms > 0 ? r->drip_ms : f->drip_ms,
		.location = r->location[0] != '\0' ? r->location : NULL,
	};
}

static bool
always_executes(enum fault_kind kind)
{
	return kind == FAULT_SLOW_DRIP || kind == FAULT_JUNK ||
	    kind == FAULT_BIG_BODY || kind == FAULT_SLOW;
}

/* Any kind, before and after the work alike. */
static struct fault_chosen
random_fault(struct faults *f)
{
	struct rule r = { .kind = FAULT_NONE };
	enum fault_kind kinds[FAULT_KINDS];
	size_t n = 0;

	if (f->per_mille == 0 ||
	    next_random(f) % 1000 >= (uint64_t)f->per_mille)
		return (struct fault_chosen){ .kind = FAULT_NONE };
	for (int k = FAULT_NONE + 1; k < FAULT_KINDS; k++)
		if ((f->random_kinds & 1U << k) != 0)
			kinds[n++] = (enum fault_kind)k;
	if (n == 0)
		return (struct fault_chosen){ .kind = FAULT_NONE };
	r.kind = kinds[next_random(f) % n];
	r.executes = always_executes(r.kind) || next_random(f) % 2 == 0;
	return chosen(f, &r);
}

struct fault_chosen
faults_take(struct faults *f, const struct call *q)
{
	for (int i = 0; i < f->nrules; i++) {
		struct rule r = f->rules[i];

		if (!rule_matches(r.match, q))
			continue;
		if (strcmp(r.match, "*") == 0 && !call_is_api(q))
			continue;
		if (--f->rules[i].times == 0) {
			f->nrules--;
			memmove(&f->rules[i], &f->rules[i + 1],
			    (size_t)(f->nrules - i) * sizeof(r));
		}
		/* The text must outlive the rule. */
		struct fault_chosen c = chosen(f, &r);
		if (c.location != NULL)
			c.location = arena_strdup(q->arena, c.location);
		return c;
	}
	return call_is_api(q) ? random_fault(f) :
				(struct fault_chosen){ .kind = FAULT_NONE };
}

/* --- answering ----------------------------------------------------------- */

static void
answer_big(struct call *q)
{
	char *spaces = arena_alloc(q->arena, BIG_BODY);

	memset(spaces, ' ', BIG_BODY);
	buf_raw(&q->out, spaces, BIG_BODY);
}

void
fault_answer(struct call *q, const struct fault_chosen *f)
{
	switch (f->kind) {
	case FAULT_500:
		REFUSE(q, .status = 500, .code = "SERVER_ERROR",
		    .source = "NA", .step = "NA", .reason = "NA",
		    .description = "We are facing some trouble completing "
				   "your request at the moment. Please try "
				   "again shortly.");
		break;
	case FAULT_400:
		REFUSE(q, .source = "NA", .step = "NA", .reason = "NA",
		    .description = "invalid request sent");
		break;
	case FAULT_401:
		REFUSE(q, .status = 401,
		    .description = "Authentication failed");
		break;
	case FAULT_REDIRECT:
		buf_clear(&q->out);
		q->status = 308;
		q->location = f->location != NULL ?
		    f->location :
		    arena_printf(q->arena, "http://redirect.invalid%s",
			q->path);
		break;
	case FAULT_JUNK:
		buf_clear(&q->out);
		q->status = 200;
		buf_lit(&q->out, "<html><body>{\"id\":\"order_");
		break;
	case FAULT_BIG_BODY:
		answer_big(q);
		break;
	default:
		break;
	}
}

/* --- the knobs ----------------------------------------------------------- */

static const char *
fault_name(struct arena *a, const struct rule *r)
{
	bool plain = r->executes == always_executes(r->kind);

	return plain ? kind_names[r->kind] :
		       arena_printf(a, "after-%s", kind_names[r->kind]);
}

static void
show_random(struct json *j, const struct faults *f)
{
	js_open_key(j, "random", '{');
	js_i64(j, "seed", f->seed);
	js_i64(j, "per_mille", f->per_mille);
	js_open_key(j, "faults", '[');
	for (int k = FAULT_NONE + 1; k < FAULT_KINDS; k++)
		if ((f->random_kinds & 1U << k) != 0)
			js_str(j, NULL, kind_names[k]);
	js_close(j, ']');
	js_close(j, '}');
}

static void
show_hits(struct arena *a, struct json *j, const struct faults *f)
{
	js_open_key(j, "hits", '{');
	for (int k = FAULT_NONE + 1; k < FAULT_KINDS; k++)
		for (int executes = 0; executes < 2; executes++) {
			struct rule r = { .kind = (enum fault_kind)k,
				.executes = executes };

			if (f->hits[k][executes] > 0)
				js_i64(j, fault_name(a, &r),
				    f->hits[k][executes]);
		}
	js_close(j, '}');
}

void
faults_show(struct call *q)
{
	const struct faults *f = q->sandbox->faults;
	struct json j = call_answer(q);

	js_open_key(&j, "next", '[');
	for (int i = 0; i < f->nrules; i++) {
		const struct rule *r = &f->rules[i];

		js_open(&j, '{');
		js_str(&j, "match", r->match);
		js_str(&j, "fault", fault_name(q->arena, r));
		js_i64(&j, "times", r->times);
		js_close(&j, '}');
	}
	js_close(&j, ']');
	js_open_key(&j, "webhooks", '{');
	js_i64(&j, "duplicate", f->webhooks.duplicate);
	js_bool(&j, "shuffle", f->webhooks.shuffle);
	js_i64(&j, "delay_ms", f->webhooks.delay_ms);
	js_i64(&j, "missign", f->webhooks.missign);
	js_bool(&j, "hold", f->webhooks.hold);
	js_close(&j, '}');
	show_random(&j, f);
	js_i64(&j, "timeout_ms", f->timeout_ms);
	js_i64(&j, "drip_ms", f->drip_ms);
	js_str(&j, "refunds", f->refunds_pend ? "pending" : "processed");
	js_i64(&j, "served", f->served);
	show_hits(q->arena, &j, f);
	js_close(&j, '}');
}

static const char *
text_of(struct json_object *o, const char *name)
{
	struct json_object *m = json_object_object_get(o, name);

	return m != NULL ? json_object_get_string(m) : NULL;
}

static void
set_number(struct json_object *o, const char *name, int64_t *v)
{
	struct json_object *m = json_object_object_get(o, name);

	if (m != NULL && json_object_get_int64(m) >= 0)
		*v = json_object_get_int64(m);
}

static void
set_flag(struct json_object *o, const char *name, bool *v)
{
	struct json_object *m = json_object_object_get(o, name);

	if (m != NULL)
		*v = json_object_get_boolean(m);
}

static bool
read_kind(const char *name, struct rule *r)
{
	int kind;

	if (name == NULL)
		return false;
	if (strncmp(name, "after-", 6) == 0) {
		r->executes = true;
		name += 6;
	} else if (strncmp(name, "before-", 7) == 0) {
		name += 7;
	}
	kind = name_index(kind_names, FAULT_KINDS, name);
	if (kind <= FAULT_NONE)
		return false;
	r->kind = (enum fault_kind)kind;
	r->executes = r->executes || always_executes(r->kind);
	return true;
}

static bool
add_rule(struct faults *f, struct json_object *o)
{
	const char *match = text_of(o, "match");
	const char *location = text_of(o, "location");
	struct rule r = { .times = 1 };

	if (match == NULL || strlen(match) >= MATCH ||
	    f->nrules == RULES_MAX || !read_kind(text_of(o, "fault"), &r))
		return false;
	snprintf(r.match, MATCH, "%s", match);
	snprintf(r.location, LOCATION, "%s",
	    location != NULL ? location : "");
	set_number(o, "times", &r.times);
	set_number(o, "timeout_ms", &r.timeout_ms);
	set_number(o, "drip_ms", &r.drip_ms);
	if (r.times > 0)
		f->rules[f->nrules++] = r;
	return true;
}

static bool
set_random(struct faults *f, struct json_object *o)
{
	struct json_object *names;

	set_number(o, "seed", &f->seed);
	set_number(o, "per_mille", &f->per_mille);
	f->random = (uint64_t)f->seed;
	f->random_kinds = (1U << FAULT_KINDS) - 1;
	if (!json_object_object_get_ex(o, "faults", &names))
		return true;
	f->random_kinds = 0;
	if (!json_object_is_type(names, json_type_array))
		return false;
	for (size_t i = 0; i < json_object_array_length(names); i++) {
		struct rule r = { .times = 0 };

		if (!read_kind(json_object_get_string(
				   json_object_array_get_idx(names, i)),
			&r))
			return false;
		f->random_kinds |= 1U << r.kind;
	}
	return true;
}

static void
set_webhooks(struct faults *f, struct json_object *o)
{
	set_number(o, "duplicate", &f->webhooks.duplicate);
	set_number(o, "delay_ms", &f->webhooks.delay_ms);
	set_number(o, "missign", &f->webhooks.missign);
	set_flag(o, "shuffle", &f->webhooks.shuffle);
	set_flag(o, "hold", &f->webhooks.hold);
}

/* All of it or nothing. */
static bool
apply(struct faults *f, struct json_object *in)
{
	struct json_object *next = json_object_object_get(in, "next");
	struct json_object *o = json_object_object_get(in, "random");
	const char *refunds = text_of(in, "refunds");

	if (o != NULL && !set_random(f, o))
		return false;
	if (next != NULL && !json_object_is_type(next, json_type_array))
		return false;
	for (size_t i = 0; next != NULL && i < json_object_array_length(next);
	     i++)
		if (!add_rule(f, json_object_array_get_idx(next, i)))
			return false;
	o = json_object_object_get(in, "webhooks");
	if (o != NULL)
		set_webhooks(f, o);
	set_number(in, "timeout_ms", &f->timeout_ms);
	set_number(in, "drip_ms", &f->drip_ms);
	if (refunds != NULL)
		f->refunds_pend = strcmp(refunds, "pending") == 0;
	return true;
}

void
faults_set(struct call *q)
{
	struct faults *f = q->sandbox->faults;
	struct faults *changed = arena_memdup(q->arena, f, sizeof(*f));

	if (!apply(changed, q->in)) {
		REFUSE(q, .description = "There is no such fault");
		return;
	}
	*f = *changed;
	sender_knobs(q->sandbox->sender, &f->webhooks);
	faults_show(q);
}

void
faults_clear(struct call *q)
{
	struct faults *f = q->sandbox->faults;

	reset(f);
	sender_knobs(q->sandbox->sender, &f->webhooks);
	faults_show(q);
}
