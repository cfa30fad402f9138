#include "unit.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "core/json.h"
#include "web/openapi.h"
#include "web/request.h"

static enum err
handler(struct request *rq)
{
	(void)rq;
	return OK;
}

static const char *const colours[] = { "red", "blue", NULL };

struct inner {
	int64_t n;
};
#define S struct inner
static const struct field inner_fields[] = {
	IN_I64(n, REQUIRED, 1, 9, "A number"),
	{ 0 },
};
#undef S

struct outer {
	struct uuid id;
	const char *name;
	const char *email;
	const char *password;
	int64_t n;
	struct opt_i64 least;
	bool flag;
	const char *colour;
	struct inner *one;
	struct list many;
	struct texts tags;
	struct map attr;
};
#define S struct outer
static const struct field outer_fields[] = {
	IN_UUID(id, REQUIRED, "An \"id\" \\ with\nodd text"),
	IN_TEXT(name, REQUIRED, 0, 80, "A name", .example = "\"Asha\""),
	IN_EMAIL(email, OPTIONAL, "An address"),
	IN_TEXT(password, REQUIRED | SECRET, 12, 128, "A password"),
	IN_I64(n, DEFAULT(3), -5, 9, "A number"),
	IN_OPT_I64(least, 0, 9, "Another"),
	IN_BOOL(flag, OPTIONAL, "A flag"),
	IN_ENUM(colour, DEFAULT(1), colours, "A colour"),
	IN_OBJ(one, OPTIONAL, struct inner, inner_fields, "One"),
	IN_LIST(many, REQUIRED, struct inner, inner_fields, 1, 5, "Many"),
	IN_TEXTS(tags, OPTIONAL, 5, "Tags"),
	IN_ATTRS(attr, "Attributes"),
	{ 0 },
};
#undef S

static const struct field part_fields[] = {
	OUT_TEXT_NULL("note", "A note"),
	{ 0 },
};
static const struct shape part_shape = { "part", "A part", part_fields };
static const struct field thing_fields[] = {
	OUT_UUID("id", "Its id"),
	OUT_TEXT("name", "Its name"),
	OUT_I64("n", "A number"),
	OUT("rating", FIELD_NUMBER, 0, "A rating"),
	OUT_BOOL("flag", "A flag"),
	OUT_TIME("at", "When"),
	OUT_TIME_NULL("until", "Until when"),
	OUT_ENUM("colour", colours, "A colour"),
	OUT_OBJ("part", &part_shape, "A part"),
	OUT_OBJ_NULL("spare", &part_shape, "Another"),
	OUT_LIST("parts", &part_shape, "All"),
	OUT("attributes", FIELD_MAP, OPTIONAL, "Free names"),
	OUT("day", FIELD_DATE, OPTIONAL, "A day"),
	{ 0 },
};
static const struct shape thing_shape = { "thing", "A thing", thing_fields };

#define GOOD_GET                                                             \
	.method = GET, .path = "/api/things/", .summary = "List things",     \
	.allow = PUBLIC, .idempotency = IDEMPOTENCY_NONE, .status = 200,     \
	.out = &thing_shape, .handler = handler

static const struct field a_flag[] = {
	{ .name = "x", .kind = FIELD_BOOL, .flags = REQUIRED, .help = "X" },
	{ 0 }
};
static const struct field no_help[] = {
	{ .name = "x", .kind = FIELD_BOOL, .flags = REQUIRED }, { 0 }
};
static const struct field no_need[] = {
	{ .name = "x", .kind = FIELD_BOOL, .help = "X" }, { 0 }
};
static const struct field no_name[] = {
	{ .kind = FIELD_BOOL, .flags = REQUIRED, .help = "X" }, { 0 }
};
static const struct field twice[] = {
	{ .name = "x", .kind = FIELD_BOOL, .flags = REQUIRED, .help = "X" },
	{ .name = "x",
	    .kind = FIELD_I64,
	    .flags = REQUIRED,
	    .max = 1,
	    .help = "X" },
	{ 0 },
};
static const struct field nested[] = { { .name = "x",
					   .kind = FIELD_OBJ,
					   .flags = REQUIRED,
					   .help = "X",
					   .fields = no_help,
					   .size = 1 },
	{ 0 } };
static const struct field no_range[] = { { .name = "x",
					     .kind = FIELD_I64,
					     .flags = REQUIRED,
					     .help = "X",
					     .min = 5,
					     .max = 4 },
	{ 0 } };
static const struct field no_values[] = {
	{ .name = "x", .kind = FIELD_ENUM, .flags = REQUIRED, .help = "X" },
	{ 0 }
};

static const struct field a_file[] = { { .name = "x",
					   .kind = FIELD_FILE,
					   .flags = REQUIRED,
					   .help = "X",
					   .max = 1,
					   .values = colours },
	{ 0 } };
static const struct field no_limit[] = { { .name = "x",
					     .kind = FIELD_FILE,
					     .flags = REQUIRED,
					     .help = "X",
					     .values = colours },
	{ 0 } };
static const struct field no_types[] = { { .name = "x",
					     .kind = FIELD_FILE,
					     .flags = REQUIRED,
					     .help = "X",
					     .max = 1 },
	{ 0 } };
static const struct field an_object[] = { { .name = "x",
					      .kind = FIELD_OBJ,
					      .flags = REQUIRED,
					      .help = "X",
					      .fields = a_flag,
					      .size = 1 },
	{ 0 } };

#define GOOD_WRITE                                                           \
	.method = POST, .path = "/api/things/", .summary = "Add a thing",    \
	.allow = USER, .idempotency = IDEMPOTENCY_KEY, .status = 201,        \
	.out = &thing_shape, .handler = handler
#define GOOD_FORM GOOD_WRITE, .multipart = true, .in_size = 8

static const struct {
	const char *why;
	struct route route;
} incomplete[] = {
	{ "no method",
	    { .path = "/x/",
		.summary = "X",
		.allow = PUBLIC,
		.idempotency = IDEMPOTENCY_NONE,
		.status = 200,
		.out = &thing_shape,
		.handler = handler } },
	{ "no path",
	    { .method = GET,
		.summary = "X",
		.allow = PUBLIC,
		.idempotency = IDEMPOTENCY_NONE,
		.status = 200,
		.out = &thing_shape,
		.handler = handler } },
	{ "a path without its last /",
	    { .method = GET,
		.path = "/x",
		.summary = "X",
		.allow = PUBLIC,
		.idempotency = IDEMPOTENCY_NONE,
		.status = 200,
		.out = &thing_shape,
		.handler = handler } },
	{ "a relative path",
	    { .method = GET,
		.path = "x/",
		.summary = "X",
		.allow = PUBLIC,
		.idempotency = IDEMPOTENCY_NONE,
		.status = 200,
		.out = &thing_shape,
		.handler = handler } },
	{ "nobody allowed",
	    { .method = GET,
		.path = "/x/",
		.summary = "X",
		.idempotency = IDEMPOTENCY_NONE,
		.status = 200,
		.out = &thing_shape,
		.handler = handler } },
	{ "no summary",
	    { .method = GET,
		.path = "/x/",
		.allow = PUBLIC,
		.idempotency = IDEMPOTENCY_NONE,
		.status = 200,
		.out = &thing_shape,
		.handler = handler } },
	{ "no idempotency",
	    { .method = POST,
		.path = "/x/",
		.summary = "X",
		.allow = USER,
		.status = 200,
		.out = &thing_shape,
		.handler = handler } },
	{ "a read with a key",
	    { .method = GET,
		.path = "/x/",
		.summary = "X",
		.allow = USER,
		.idempotency = IDEMPOTENCY_KEY,
		.status = 200,
		.out = &thing_shape,
		.handler = handler } },
	{ "no status",
	    { .method = GET,
		.path = "/x/",
		.summary = "X",
		.allow = USER,
		.idempotency = IDEMPOTENCY_NONE,
		.out = &thing_shape,
		.handler = handler } },
	{ "no answer",
	    { .method = GET,
		.path = "/x/",
		.summary = "X",
		.allow = USER,
		.idempotency = IDEMPOTENCY_NONE,
		.status = 200,
		.handler = handler } },
	{ "no handler",
	    { .method = GET,
		.path = "/x/",
		.summary = "X",
		.allow = USER,
		.idempotency = IDEMPOTENCY_NONE,
		.status = 200,
		.out = &thing_shape } },
	{ "fields without a size", { GOOD_GET, .in = outer_fields } },
	{ "a size without fields", { GOOD_GET, .in_size = 8 } },
	{ "a field without help", { GOOD_GET, .in = no_help, .in_size = 8 } },
	{ "a field neither required nor optional",
	    { GOOD_GET, .in = no_need, .in_size = 8 } },
	{ "a field without a name",
	    { GOOD_GET, .in = no_name, .in_size = 8 } },
	{ "a field twice", { GOOD_GET, .in = twice, .in_size = 8 } },
	{ "a bad field inside another",
	    { GOOD_GET, .in = nested, .in_size = 8 } },
	{ "a number without a range",
	    { GOOD_GET, .in = no_range, .in_size = 8 } },
	{ "a choice without values",
	    { GOOD_GET, .in = no_values, .in_size = 8 } },
	{ "a file outside of a form",
	    { GOOD_WRITE, .in = a_file, .in_size = 8 } },
	{ "a file without a limit", { GOOD_FORM, .in = no_limit } },
	{ "a file without types", { GOOD_FORM, .in = no_types } },
	{ "a form with an object", { GOOD_FORM, .in = an_object } },
	{ "a form without fields", { GOOD_WRITE, .multipart = true } },
	{ "a form in a read",
	    { GOOD_GET, .multipart = true, .in = a_flag, .in_size = 8 } },
	{ "a form of raw bytes",
	    { GOOD_FORM, .raw_body = true, .in = a_file } },
	{ "a file of no type, as answer",
	    { GOOD_GET, .out_kind = OUT_IS_FILE } },
	{ "types of what is no file",
	    { GOOD_GET, .out_kind = OUT_IS_PLAIN, .media = colours } },
};

/* The number of complaints, which go to standard error. */
static int
check_quietly(const struct route *routes, size_t n)
{
	struct app app = { .name = "unit", .routes = routes, .nroutes = n };
	int old = dup(STDERR_FILENO), null = open("/dev/null", O_WRONLY);
	int faults;

	assert_true(old >= 0 && null >= 0);
	assert_int_equal(dup2(null, STDERR_FILENO), STDERR_FILENO);
	faults = route_check(&app);
	assert_int_equal(dup2(old, STDERR_FILENO), STDERR_FILENO);
	close(old);
	close(null);
	return faults;
}

static void
incomplete_tables_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(incomplete); i++)
		CHECK(check_quietly(&incomplete[i].route, 1) > 0, "%s",
		    incomplete[i].why);
}

static void
a_route_stands_once(void **state)
{
	static const struct route forms[] = { { GOOD_FORM, .in = a_file } };
	static const struct route again[] = { { GOOD_GET }, { GOOD_GET } };
	static const struct route nowhere[] = { { .path = NULL },
		{ GOOD_GET }, { .path = NULL } };

	(void)state;
	assert_int_equal(check_quietly(again, 1), 0);
	assert_int_equal(check_quietly(forms, 1), 0);
	assert_int_equal(check_quietly(again, 2), 1);
	assert_int_equal(check_quietly(nowhere, 3), 2);
}

static const struct route routes[] = {
	{ GOOD_GET, .out_kind = OUT_IS_PAGE },
	{ GOOD_FORM, .in = a_file },
	{
	    .method = GET,
	    .path = "/api/things/export/",
	    .summary = "All things",
	    .allow = USER,
	    .idempotency = IDEMPOTENCY_NONE,
	    .status = 200,
	    .out_kind = OUT_IS_FILE,
	    .media = colours,
	    .handler = handler,
	},
	{
	    .method = POST,
	    .path = "/api/things/add/",
	    .summary = "Add a \"thing\"",
	    .allow = USER,
	    .idempotency = IDEMPOTENCY_MONEY,
	    INPUT(outer),
	    .status = 201,
	    .out = &thing_shape,
	    ERRORS(ERR_INSUFFICIENT_STOCK, ERR_ALREADY_EXISTS),
	    .handler = handler,
	},
	{
	    .method = DELETE,
	    .path = "/api/things/",
	    .summary = "Delete things",
	    .allow = ADMIN,
	    .idempotency = IDEMPOTENCY_NONE,
	    .status = 200,
	    .out = &thing_shape,
	    .handler = handler,
	},
	{
	    .method = PUT,
	    .path = "/file/",
	    .summary = "Store a file",
	    .allow = APPROVED | ADMIN,
	    .idempotency = IDEMPOTENCY_KEY,
	    .status = 200,
	    .out_kind = OUT_IS_PLAIN,
	    .handler = handler,
	},
};

static struct json_object *
member(struct json_object *o, const char *path)
{
	char name[100];

	while (*path != '\0') {
		size_t len = strcspn(path, " ");

		snprintf(name, sizeof(name), "%.*s", (int)len, path);
		CHECK(json_object_object_get_ex(o, name, &o), "no %s", name);
		path += len + strspn(path + len, " ");
	}
	return o;
}

static void
the_fragment_is_json_and_whole(void **state)
{
	static const struct app app = { .name = "unit",
		.routes = routes,
		.nroutes = COUNT(routes) };
	struct ctx *c = unit_ctx();
	struct json_object *o;
	struct buf b;
	static const char *const there[] = {
		"paths /api/things/ get responses 200",
		"paths /api/things/ delete responses 403",
		"paths /api/things/add/ post responses 409 content "
		"application/problem+json examples insufficient_stock",
		"paths /api/things/add/ post requestBody content "
		"application/json schema properties many items properties n",
		"paths /api/things/ post requestBody content "
		"multipart/form-data schema properties x format",
		"paths /api/things/ post requestBody content "
		"multipart/form-data encoding x contentType",
		"paths /api/things/export/ get responses 200 content red "
		"schema",
		"paths /file/ put responses 200",
		"schemas thing properties spare anyOf",
		"schemas thing_page properties results items $ref",
		"schemas part",
	};

	(void)state;
	assert_int_equal(route_check(&app), 0);
	buf_init(&b, c->arena, BUF_CAP_REPLY);
	openapi_fragment(c->arena, &app, &b);
	assert_true(buf_ok(&b));
	CHECK(json_parse(c, buf_text(&b), b.len, &o) == OK, "%s: %s",
	    c->problem.detail, buf_text(&b));
	for (size_t i = 0; i < COUNT(there); i++)
		(void)member(o, there[i]);
	assert_string_equal(json_object_get_string(member(o,
				"paths /api/things/add/ post operationId")),
	    "things_add_post");
}

static const struct CMUnitTest tests[] = {
	TEST("An incomplete table is refused", incomplete_tables_are_refused),
	TEST("A route stands once, and one without a path is no crash",
	    a_route_stands_once),
	TEST("The OpenAPI fragment is JSON with all that the table says",
	    the_fragment_is_json_and_whole),
};

UNIT_MAIN(tests)
