/* From query or body to a struct.  A first byte "q" makes the rest a query,
 * anything else a JSON body. */
#include <sys/mman.h>
#include <unistd.h>

#include "core/utf8.h"
#include "fuzz.h"
#include "web/input.h"
#include "web/problem.h"

struct fuzz_part {
	int64_t quantity;
	const char *note;
};
#define S struct fuzz_part
static const struct field fuzz_part_fields[] = {
	IN_I64(quantity, REQUIRED, 1, 9999, "Units"),
	IN_TEXT(note, OPTIONAL, 0, 50, "A note"),
	{ 0 },
};
#undef S

static const char *const kinds[] = { "plain", "gift", NULL };

struct order {
	struct uuid id;
	const char *name;
	const char *email;
	const char *about;
	bool about_null;
	int64_t amount;
	struct opt_i64 least;
	bool urgent;
	const char *kind;
	struct fuzz_part *part;
	struct list parts;
	struct texts tags;
	struct map map;
};
#define S struct order
static const struct field order_fields[] = {
	IN_UUID(id, OPTIONAL, "An id"),
	IN_TEXT(name, REQUIRED, 2, 60, "A name"),
	IN_EMAIL(email, OPTIONAL, "An address"),
	IN_TEXT_NULL(about, 100, "About it"),
	IN_I64(amount, DEFAULT(3), -5, INT64_C(1000000000000), "An amount"),
	IN_OPT_I64(least, 0, 100, "Least"),
	IN_BOOL(urgent, OPTIONAL, "Now"),
	IN_ENUM(kind, DEFAULT(1), kinds, "What kind"),
	IN_OBJ(part, OPTIONAL, struct fuzz_part, fuzz_part_fields,
	    "One part"),
	IN_LIST(parts, OPTIONAL, struct fuzz_part, fuzz_part_fields, 1, 5,
	    "Parts"),
	IN_TEXTS(tags, OPTIONAL, 5, "Tags"),
	{ .name = "map",
	    .kind = FIELD_MAP,
	    .offset = FIELD_AT(map, struct map),
	    .flags = OPTIONAL,
	    .max = 5,
	    .help = "Free names" },
	{ 0 },
};
#undef S

struct filter {
	const char *name;
	struct opt_i64 least;
	bool urgent;
	const char *day;
	const char *kind;
	struct uuid id;
	struct texts tags;
	struct map map;
};
#define S struct filter
static const struct field filter_fields[] = {
	IN_TEXT(name, REQUIRED, 1, 60, "Words"),
	IN_OPT_I64(least, -10, 10, "Least"),
	IN_BOOL(urgent, OPTIONAL, "Now"),
	{ .name = "day",
	    .kind = FIELD_DATE,
	    .offset = FIELD_AT(day, const char *),
	    .flags = OPTIONAL,
	    .help = "A day" },
	IN_ENUM(kind, DEFAULT(0), kinds, "Kind"),
	IN_UUID(id, OPTIONAL, "Id"),
	IN_TEXTS(tags, OPTIONAL, 5, "Tags"),
	IN_ATTRS(map, "Attributes"),
	{ 0 },
};
#undef S

static const struct route post = { .method = POST,
	.path = "/x/",
	INPUT(order) };
static const struct route get = { .method = GET,
	.path = "/x/",
	INPUT(filter) };

/* Texts that arrived are UTF-8 within their limits. */
static void
check_text(const char *s, size_t min, size_t max)
{
	if (s != NULL)
		MUST(utf8_valid(s, strlen(s)) && utf8_length(s) >= min &&
		    utf8_length(s) <= max);
}

static void
check_texts(const struct texts *t, const struct map *m)
{
	MUST(t->n <= 5 && m->n <= 10);
	for (size_t i = 0; i < t->n; i++)
		check_text(t->v[i], 0, TEXT_MAX);
	for (size_t i = 0; i < m->n; i++) {
		check_text(m->names[i], 1, TEXT_MAX);
		check_text(m->values[i], 0, TEXT_MAX);
	}
}

static void
check_order(const struct order *o)
{
	MUST(o->name != NULL && !utf8_blank(o->name));
	check_text(o->name, 2, 60);
	check_text(o->email, 3, EMAIL_MAX);
	check_text(o->about, 0, 100);
	MUST(o->amount >= -5 && o->amount <= INT64_C(1000000000000));
	MUST(o->least.v >= 0 && o->least.v <= 100);
	MUST(o->kind == kinds[0] || o->kind == kinds[1]);
	if (o->part != NULL)
		MUST(o->part->quantity >= 1 && o->part->quantity <= 9999);
	MUST(o->parts.n <= 5);
	for (size_t i = 0; i < o->parts.n; i++) {
		const struct fuzz_part *p =
		    (const struct fuzz_part *)o->parts.v + i;

		MUST(p->quantity >= 1 && p->quantity <= 9999);
		check_text(p->note, 0, 50);
	}
	check_texts(&o->tags, &o->map);
}

static void
put_env(struct ctx *c, const char *query, const char *body, size_t len)
{
	static int fd = -1;

	if (fd < 0) {
		fd = memfd_create("body", 0);
		MUST(fd >= 0 && dup2(fd, STDIN_FILENO) == STDIN_FILENO);
	}
	MUST(ftruncate(fd, 0) == 0 &&
	    pwrite(fd, body, len, 0) == (ssize_t)len &&
	    lseek(STDIN_FILENO, 0, SEEK_SET) == 0);
	MUST(setenv("QUERY_STRING", query, 1) == 0 &&
	    setenv("CONTENT_TYPE", "application/json", 1) == 0 &&
	    setenv("CONTENT_LENGTH", arena_printf(c->arena, "%zu", len), 1) ==
		0);
}

int HARNESS(const uint8_t *data, size_t size);

int
HARNESS(const uint8_t *data, size_t size)
{
	struct ctx *c = unit_ctx();
	struct request *rq = ARENA_NEW(c->arena, struct request);
	bool query = size > 0 && data[0] == 'q';
	const char *text = arena_strndup(c->arena, (const char *)data, size);
	struct json_object *o;
	enum err err;

	put_env(c, query ? text + 1 : "", text, query ? 0 : size);
	rq->ctx = *c;
	rq->io = io_open();
	rq->route = query ? &get : &post;
	rq->out = ARENA_NEW(c->arena, struct buf);
	buf_init(rq->out, c->arena, BUF_CAP_REPLY);
	err = input_query(rq);
	if (err == OK)
		err = input_bind(rq);
	if (err != OK) {
		MUST(err_status(err) == 400 || err_status(err) == 413);
		problem_write(rq, err);
		MUST(
		    json_parse(c, buf_text(rq->out), rq->out->len, &o) == OK);
	} else if (query) {
		const struct filter *f = rq->in;

		MUST(!utf8_blank(f->name));
		check_text(f->name, 1, 60);
		check_texts(&f->tags, &f->map);
	} else {
		check_order(rq->in);
	}
	return 0;
}
