#include "env.h"

#include "core/text.h"
#include "web/input.h"

struct part {
	int64_t quantity;
	const char *note;
};
#define S struct part
static const struct field part_fields[] = {
	IN_I64(quantity, REQUIRED, 1, 9999, "Units"),
	IN_TEXT(note, OPTIONAL, 0, 5, "A note"),
	{ 0 },
};
#undef S

struct order {
	struct uuid id;
	const char *name;
	const char *email;
	const char *password;
	const char *about;
	bool about_null;
	int64_t amount;
	int64_t count;
	struct opt_i64 least;
	bool urgent;
	const char *kind;
	struct part *part;
	struct list parts;
	struct texts tags;
	struct map attributes;
};
static const char *const kinds[] = { "plain", "gift", NULL };
#define S struct order
static const struct field order_fields[] = {
	IN_UUID(id, OPTIONAL, "An id"),
	IN_TEXT(name, REQUIRED, 2, 6, "A name"),
	IN_EMAIL(email, OPTIONAL, "An address"),
	IN_TEXT(password, REQUIRED | SECRET, 0, 128, "A password"),
	IN_TEXT_NULL(about, 10, "About it"),
	IN_I64(amount, OPTIONAL, -5, 1000, "An amount"),
	IN_I64(count, DEFAULT(7), 1, 10, "A number"),
	IN_OPT_I64(least, 0, 100, "Least"),
	IN_BOOL(urgent, OPTIONAL, "Now"),
	IN_ENUM(kind, DEFAULT(1), kinds, "What kind"),
	IN_OBJ(part, OPTIONAL, struct part, part_fields, "One part"),
	IN_LIST(parts, OPTIONAL, struct part, part_fields, 1, 3, "Parts"),
	IN_TEXTS(tags, OPTIONAL, 2, "Tags"),
	{ .name = "attributes",
	    .kind = FIELD_MAP,
	    .offset = FIELD_AT(attributes, struct map),
	    .flags = OPTIONAL,
	    .max = 2,
	    .help = "Free names" },
	{ 0 },
};
#undef S

static const struct route post = { .method = POST,
	.path = "/x/",
	INPUT(order) };

/* Binds a body in which the two required fields stand already. */
static enum err
bind_json(const char *members, struct request **out)
{
	struct arena *a = unit_ctx()->arena;
	char *body = strdup(arena_printf(a,
	    "{\"name\":\"Asha\","
	    "\"password\":\" \"%s%s}",
	    *members != '\0' ? "," : "", members));
	enum err err;

	*out = env_request(&post, NULL, "application/json", body,
	    strlen(body));
	free(body);
	err = input_query(*out);
	return err != OK ? err : input_bind(*out);
}

/* The messages as "field: message" lines. */
static const char *
told(struct request *rq)
{
	struct buf b;

	buf_init(&b, rq->ctx.arena, 65536);
	for (const struct field_error *e = rq->ctx.problem.errors; e != NULL;
	     e = e->next)
		buf_printf(&b, "%s%s: %s", b.len > 0 ? "\n" : "", e->field,
		    e->message);
	return buf_text(&b);
}

static void
good_values_arrive(void **state)
{
	struct request *rq;
	struct order *o;

	(void)state;
	assert_int_equal(
	    bind_json(
		"\"id\":\"0199A5B2-7c3e-7f10-8a54-2f6f5c1d9e01\","
		"\"email\":\"asha@example.com\",\"about\":null,\"amount\":-5,"
		"\"count\":10,\"least\":0,\"urgent\":true,\"kind\":\"plain\","
		"\"part\":{\"quantity\":2},\"parts\":[{\"quantity\":3,"
		"\"note\":\"\\u0939\\u093e\\u091f\"},{\"quantity\":4}],"
		"\"tags\":[\"a\",\"\"],\"attributes\":{\"Colour\":\"Red\"}",
		&rq),
	    OK);
	o = rq->in;
	assert_int_equal(o->id.bytes[1], 0x99);
	assert_string_equal(o->name, "Asha");
	assert_string_equal(o->password, " ");
	assert_string_equal(o->email, "asha@example.com");
	assert_null(o->about);
	assert_true(o->about_null);
	assert_int_equal(o->amount, -5);
	assert_int_equal(o->count, 10);
	assert_true(o->least.set);
	assert_int_equal(o->least.v, 0);
	assert_true(o->urgent);
	assert_ptr_equal(o->kind, kinds[0]);
	assert_int_equal(o->part->quantity, 2);
	assert_null(o->part->note);
	assert_int_equal(o->parts.n, 2);
	assert_string_equal(((struct part *)o->parts.v)[0].note,
	    "\xe0\xa4\xb9\xe0\xa4\xbe\xe0\xa4\x9f");
	assert_int_equal(((struct part *)o->parts.v)[1].quantity, 4);
	assert_int_equal(o->tags.n, 2);
	assert_int_equal(o->attributes.n, 1);
	assert_string_equal(o->attributes.names[0], "Colour");
	assert_string_equal(o->attributes.values[0], "Red");
}

static void
what_is_left_out_has_its_default(void **state)
{
	static const char *const rows[] = { "",
		"\"id\":null,\"email\":null,\"amount\":null,\"count\":null,"
		"\"least\":null,\"urgent\":null,\"kind\":null,\"part\":null,"
		"\"parts\":null,\"tags\":null,\"attributes\":null" };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct request *rq;
		struct order *o;

		CHECK(bind_json(rows[i], &rq) == OK, "%s", told(rq));
		o = rq->in;
		CHECK(uuid_is_zero(o->id) && o->email == NULL &&
			o->amount == 0 && o->count == 7 && !o->least.set &&
			!o->urgent && o->kind == kinds[1] &&
			o->part == NULL && o->parts.n == 0 &&
			o->tags.n == 0 && o->attributes.n == 0 &&
			!o->about_null,
		    "row %zu", i);
	}
}

static void
each_wrong_value_is_named(void **state)
{
	static const struct {
		const char *members;
		const char *want;
	} rows[] = {
		{ "\"id\":\"x\"", "id: This is not an id." },
		{ "\"id\":\"00000000-0000-0000-0000-000000000000\"",
		    "id: This is not an id." },
		{ "\"id\":7", "id: Must be a text." },
		{ "\"email\":\"asha\"", "email: Enter an e-mail address." },
		{ "\"email\":\"\"", "email: This may not be blank." },
		{ "\"email\":\"a@\"", "email: At least 3 characters." },
		{ "\"about\":\"0123456789x\"",
		    "about: At most 10 "
		    "characters." },
		{ "\"about\":\"a\\u0000b\"",
		    "about: This may not hold the character NUL." },
		{ "\"amount\":-6", "amount: Must be from -5 to 1000." },
		{ "\"amount\":1001", "amount: Must be from -5 to 1000." },
		{ "\"amount\":9223372036854775808",
		    "amount: Must be from -5 to 1000." },
		{ "\"amount\":-99999999999999999999",
		    "amount: Must be from -5 to 1000." },
		{ "\"amount\":1.5", "amount: Must be a whole number." },
		{ "\"amount\":1.0", "amount: Must be a whole number." },
		{ "\"amount\":1e2", "amount: Must be a whole number." },
		{ "\"amount\":\"2\"", "amount: Must be a whole number." },
		{ "\"amount\":true", "amount: Must be a whole number." },
		{ "\"amount\":[]", "amount: Must be a whole number." },
		{ "\"least\":101", "least: Must be from 0 to 100." },
		{ "\"urgent\":1", "urgent: Must be true or false." },
		{ "\"urgent\":\"true\"", "urgent: Must be true or false." },
		{ "\"kind\":\"Gift\"", "kind: Must be one of: plain, gift." },
		{ "\"kind\":\"\"", "kind: Must be one of: plain, gift." },
		{ "\"part\":[]", "part: Must be an object." },
		{ "\"part\":{}", "part.quantity: This field is required." },
		{ "\"part\":{\"quantity\":0}",
		    "part.quantity: Must be from 1 to 9999." },
		{ "\"part\":{\"quantity\":1,\"x\":1}",
		    "part.x: Unknown field." },
		{ "\"part\":{\"quantity\":1,\"note\":\"123456\"}",
		    "part.note: At most 5 characters." },
		{ "\"parts\":{}", "parts: Must be a list." },
		{ "\"parts\":[]", "parts: From 1 to 3 entries." },
		{ "\"parts\":[{},{},{},{}]", "parts: From 1 to 3 entries." },
		{ "\"parts\":[{\"quantity\":1},7]",
		    "parts: Every entry must be an object." },
		{ "\"parts\":[{\"quantity\":1},null]",
		    "parts: Every entry must be an object." },
		{ "\"parts\":[{\"quantity\":1},{\"quantity\":null}]",
		    "parts.1.quantity: This field is required." },
		{ "\"tags\":\"a\"", "tags: Must be a list." },
		{ "\"tags\":[\"a\",\"b\",\"c\"]",
		    "tags: At most 2 "
		    "entries." },
		{ "\"tags\":[1]", "tags: Every entry must be a short text." },
		{ "\"tags\":[null]",
		    "tags: Every entry must be a short "
		    "text." },
		{ "\"tags\":[\"\\u0000\"]",
		    "tags: Every entry must be a short text." },
		{ "\"attributes\":[]", "attributes: Must be an object." },
		{ "\"attributes\":{\"\":\"x\"}",
		    "attributes: Names and values must be short texts." },
		{ "\"attributes\":{\"a\":1}",
		    "attributes: Names and values must be short texts." },
		{ "\"attributes\":{\"a\":\"\",\"b\":\"\",\"c\":\"\"}",
		    "attributes: At most 2 entries." },
		{ "\"price\":1", "price: Unknown field." },
		{ "\"Name\":\"x\"", "Name: Unknown field." },
		{ "\"\":1", ": Unknown field." },
		{ "\"about_null\":true", "about_null: Unknown field." },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct request *rq;

		CHECK(bind_json(rows[i].members, &rq) == ERR_VALIDATION, "%s",
		    rows[i].members);
		CHECK(strcmp(told(rq), rows[i].want) == 0, "%s: %s",
		    rows[i].members, told(rq));
	}
}

static void
lengths_count_characters(void **state)
{
	static const struct {
		const char *name;
		const char *want; /* NULL: good */
	} rows[] = {
		{ "ab", NULL },
		{ "abcdef", NULL },
		{ "\xe0\xa4\xb9\xe0\xa4\xb9\xe0\xa4\xb9\xe0\xa4\xb9", NULL },
		{ "\xf0\x9f\x99\x82\xf0\x9f\x99\x82", NULL },
		{ "a", "name: At least 2 characters." },
		{ "abcdefg", "name: At most 6 characters." },
		{ "\xf0\x9f\x99\x82", "name: At least 2 characters." },
		{ "   ", "name: This may not be blank." },
		{ "\xe3\x80\x80\xc2\xa0", "name: This may not be blank." },
		{ "", "name: This may not be blank." },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char body[200];
		struct request *rq;

		snprintf(body, sizeof(body),
		    "{\"password\":\"\",\"name\":\"%s\"}", rows[i].name);
		rq = env_request(&post, NULL, "application/json", body,
		    strlen(body));
		assert_int_equal(input_query(rq), OK);
		CHECK((input_bind(rq) == OK) == (rows[i].want == NULL) &&
			strcmp(told(rq),
			    rows[i].want != NULL ? rows[i].want : "") == 0,
		    "'%s': %s", rows[i].name, told(rq));
	}
}

static void
all_faults_are_told_at_once(void **state)
{
	static const char body[] = "{\"count\":0,\"x\":1,\"kind\":7}";
	struct request *rq = env_request(&post, "y=1", "application/json",
	    body, strlen(body));

	(void)state;
	assert_int_equal(input_query(rq), OK);
	assert_int_equal(input_bind(rq), ERR_VALIDATION);
	assert_string_equal(told(rq),
	    "x: Unknown field.\nname: This field is required.\n"
	    "password: This field is required.\n"
	    "count: Must be from 1 to 10.\nkind: Must be a text.\n"
	    "y: Unknown parameter.");
}

static void
bodies_have_their_type_and_size(void **state)
{
	static const struct {
		const char *type, *body;
		enum err want;
	} rows[] = {
		{ "application/json",
		    "{\"name\":\"Asha\",\"password\":\"x\"}", OK },
		{ "Application/JSON ; Charset=UTF-8",
		    "{\"name\":\"Asha\",\"password\":\"x\"}", OK },
		{ "application/json;charset=\"utf-8\"",
		    "{\"name\":\"Asha\",\"password\":\"x\"}", OK },
		{ "application/json;",
		    "{\"name\":\"Asha\",\"password\":\"x\"}", OK },
		{ NULL, NULL, ERR_VALIDATION },
		{ "", NULL, ERR_VALIDATION },
		{ "", "", ERR_VALIDATION },
		{ "application/json", NULL, ERR_VALIDATION },
		{ NULL, "{}", ERR_UNSUPPORTED_MEDIA_TYPE },
		{ "text/plain", "{}", ERR_UNSUPPORTED_MEDIA_TYPE },
		{ "text/plain", NULL, ERR_UNSUPPORTED_MEDIA_TYPE },
		{ "application/x-www-form-urlencoded", "name=Asha",
		    ERR_UNSUPPORTED_MEDIA_TYPE },
		{ "application/jsonp", "{}", ERR_UNSUPPORTED_MEDIA_TYPE },
		{ "application/json; charset=utf-16", "{}",
		    ERR_UNSUPPORTED_MEDIA_TYPE },
		{ "application/json, text/plain", "{}",
		    ERR_UNSUPPORTED_MEDIA_TYPE },
		{ "application/json", "{", ERR_MALFORMED_JSON },
		{ "application/json", " ", ERR_MALFORMED_JSON },
		{ "application/json", "\xff", ERR_MALFORMED_JSON },
		{ "application/json", "[]", ERR_VALIDATION },
		{ "application/json", "null", ERR_VALIDATION },
		{ "application/json", "\"{}\"", ERR_VALIDATION },
		{ "application/json", "{}", ERR_VALIDATION },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct request *rq = env_request(&post, NULL, rows[i].type,
		    rows[i].body,
		    rows[i].body != NULL ? strlen(rows[i].body) : 0);
		enum err err;

		assert_int_equal(input_query(rq), OK);
		err = input_bind(rq);
		CHECK(err == rows[i].want, "%s with %s: %s",
		    rows[i].type != NULL ? rows[i].type : "no type",
		    rows[i].body != NULL ? rows[i].body : "no body",
		    err_code(err));
	}
}

static enum err
bind_length(const char *announced, size_t sent)
{
	char *body = malloc(sent + 1);
	struct request *rq;

	assert_non_null(body);
	memset(body, ' ', sent);
	memcpy(body, "{}", sent < 2 ? sent : 2);
	rq = env_request(&post, NULL, "application/json", body, sent);
	free(body);
	env_set("CONTENT_LENGTH", announced);
	assert_int_equal(input_query(rq), OK);
	return input_bind(rq);
}

static void
the_announced_length_is_kept(void **state)
{
	(void)state;
	assert_int_equal(bind_length("65536", 65536), ERR_VALIDATION);
	assert_int_equal(bind_length("65537", 65537), ERR_PAYLOAD_TOO_LARGE);
	assert_int_equal(bind_length("10000000", 10000000),
	    ERR_PAYLOAD_TOO_LARGE);
	assert_int_equal(bind_length("99999999999999999999", 10),
	    ERR_PAYLOAD_TOO_LARGE);
	assert_int_equal(bind_length("-1", 2), ERR_PAYLOAD_TOO_LARGE);
	assert_int_equal(bind_length("3", 2), ERR_BAD_REQUEST);
	assert_int_equal(bind_length("2", 300), ERR_VALIDATION);
}

struct filter {
	const char *q;
	struct opt_i64 min;
	int64_t page_size;
	bool in_stock;
	const char *from;
	const char *kind;
	struct uuid id;
	struct texts tag;
	struct map attr;
};
#define S struct filter
static const struct field filter_fields[] = {
	IN_TEXT(q, REQUIRED, 1, 10, "Words"),
	IN_OPT_I64(min, -10, INT64_C(999999999999999999), "Least"),
	IN_I64(page_size, DEFAULT(20), 1, 100, "Rows"),
	IN_BOOL(in_stock, OPTIONAL, "Stock"),
	{ .name = "from",
	    .kind = FIELD_DATE,
	    .offset = FIELD_AT(from, const char *),
	    .flags = OPTIONAL,
	    .help = "A day" },
	IN_ENUM(kind, OPTIONAL, kinds, "Kind"),
	IN_UUID(id, OPTIONAL, "Id"),
	IN_TEXTS(tag, OPTIONAL, 2, "Tags"),
	IN_ATTRS(attr, "Attributes"),
	{ 0 },
};
#undef S
static const struct route get = { .method = GET,
	.path = "/x/",
	INPUT(filter) };

static enum err
bind_query(const char *query, struct request **out)
{
	enum err err;

	*out = env_request(&get, query, NULL, NULL, 0);
	err = input_query(*out);
	return err != OK ? err : input_bind(*out);
}

static void
parameters_are_decoded(void **state)
{
	struct request *rq;
	struct filter *f;

	(void)state;
	assert_int_equal(
	    bind_query(
		"q=a+b%2Bc%3d%e0%A4%b9&&min=-10&"
		"in_stock=1&from=2024-02-29&kind=gift&tag=x&tag=&attr.Colour=Red&"
		"attr.Size+%26=L%3D1&",
		&rq),
	    OK);
	f = rq->in;
	assert_string_equal(f->q, "a b+c=\xe0\xa4\xb9");
	assert_true(f->min.set);
	assert_int_equal(f->min.v, -10);
	assert_int_equal(f->page_size, 20);
	assert_true(f->in_stock);
	assert_string_equal(f->from, "2024-02-29");
	assert_string_equal(f->kind, "gift");
	assert_int_equal(f->tag.n, 2);
	assert_string_equal(f->tag.v[1], "");
	assert_int_equal(f->attr.n, 2);
	assert_string_equal(f->attr.names[1], "Size &");
	assert_string_equal(f->attr.values[1], "L=1");
}

static void
each_wrong_parameter_is_named(void **state)
{
	static const struct {
		const char *query;
		const char *want; /* NULL: good */
	} rows[] = {
		{ "q=x", NULL },
		{ "q=x&min=999999999999999999", NULL },
		{ "q=x&in_stock=false", NULL },
		{ "q=x=y", NULL },
		{ NULL, "q: This parameter is required." },
		{ "", "q: This parameter is required." },
		{ "q", "q: This may not be blank." },
		{ "q=", "q: This may not be blank." },
		{ "q=%20", "q: This may not be blank." },
		{ "q=x&q=y", "q: This stands twice." },
		{ "q=%", "q: This is not percent-encoded UTF-8." },
		{ "q=%4", "q: This is not percent-encoded UTF-8." },
		{ "q=%zz", "q: This is not percent-encoded UTF-8." },
		{ "q=%4%31", "q: This is not percent-encoded UTF-8." },
		{ "q=a%00b", "q: This is not percent-encoded UTF-8." },
		{ "q=%ff", "q: This is not percent-encoded UTF-8." },
		{ "q=%ed%a0%80", "q: This is not percent-encoded UTF-8." },
		{ "q=\xff", "q: This is not percent-encoded UTF-8." },
		{ "%ff=x", "query: A parameter name is not valid UTF-8." },
		{ "q=x&min=", "min: Must be a whole number." },
		{ "q=x&min=-", "min: Must be a whole number." },
		{ "q=x&min=--1", "min: Must be a whole number." },
		{ "q=x&min=%2B1", "min: Must be a whole number." },
		{ "q=x&min=+1", "min: Must be a whole number." },
		{ "q=x&min=1.5", "min: Must be a whole number." },
		{ "q=x&min=0x10", "min: Must be a whole number." },
		{ "q=x&min=1e3", "min: Must be a whole number." },
		{ "q=x&min=1000000000000000000",
		    "min: Must be a whole number." },
		{ "q=x&min=-11",
		    "min: Must be from -10 to 999999999999999999." },
		{ "q=x&in_stock=yes", "in_stock: Must be true or false." },
		{ "q=x&from=2023-02-29",
		    "from: Enter a date as YYYY-MM-DD." },
		{ "q=x&kind=x", "kind: Must be one of: plain, gift." },
		{ "q=x&id=1", "id: This is not an id." },
		{ "q=x&tag=1&tag=2&tag=3", "tag: At most 2 short texts." },
		{ "q=x&tag=1&tag=2&tag=3&tag=4",
		    "tag: At most 2 short texts." },
		{ "q=x&attr.=1",
		    "attr: At most 10 attributes, by short names." },
		{ "q=x&attr=1", "attr: Unknown parameter." },
		{ "q=x&limit=1", "limit: Unknown parameter." },
		{ "q=x&Q=y", "Q: Unknown parameter." },
		{ "q=x&=1", ": Unknown parameter." },
		{ "q=x;min=1", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct request *rq;
		enum err err = bind_query(rows[i].query, &rq);

		CHECK(err == (rows[i].want == NULL ? OK : ERR_VALIDATION) &&
			strcmp(told(rq),
			    rows[i].want != NULL ? rows[i].want : "") == 0,
		    "%s: %s", rows[i].query != NULL ? rows[i].query : "none",
		    told(rq));
	}
}

static void
parameters_have_an_end(void **state)
{
	struct arena *a = arena_new();
	struct request *rq;
	struct buf b;

	(void)state;
	buf_init(&b, a, 65536);
	for (int i = 0; i < 101; i++)
		buf_lit(&b, "tag=1&");
	assert_int_equal(bind_query(buf_text(&b), &rq), ERR_VALIDATION);
	assert_string_equal(told(rq), "query: Too many parameters.");
	arena_free(a);
}

static void
ten_thousand_unknown_members_are_cheap(void **state)
{
	struct arena *a = arena_new();
	struct request *rq;
	struct buf b;

	(void)state;
	buf_init(&b, a, 65536);
	for (int i = 0; b.len < 60000; i++)
		buf_printf(&b, "%s\"%x\":0", i > 0 ? "," : "", i);
	assert_int_equal(bind_json(buf_text(&b), &rq), ERR_VALIDATION);
	arena_free(a);
}

static const struct CMUnitTest tests[] = {
	TEST("Good values arrive in their members", good_values_arrive),
	TEST("What is left out or null has its default",
	    what_is_left_out_has_its_default),
	TEST("Each wrong value is named by its path",
	    each_wrong_value_is_named),
	TEST("Lengths count characters, and a required text is not blank",
	    lengths_count_characters),
	TEST("All faults are told at once", all_faults_are_told_at_once),
	TEST("A body has the type of JSON, and is an object",
	    bodies_have_their_type_and_size),
	TEST("A body is as long as announced, up to 64 KiB",
	    the_announced_length_is_kept),
	TEST("Parameters are decoded once", parameters_are_decoded),
	TEST("Each wrong parameter is named", each_wrong_parameter_is_named),
	TEST("A query has a hundred parameters at most",
	    parameters_have_an_end),
	TEST("Thousands of unknown members cost little",
	    ten_thousand_unknown_members_are_cheap),
};

UNIT_MAIN(tests)
