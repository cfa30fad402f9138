#include "unit.h"

#include <string.h>

#include "core/json.h"
#include "core/template.h"
#include "services/notification.h"

static const char *
filled(struct ctx *c, const char *text, const char *json,
    enum template_form form)
{
	struct json_object *data;
	struct buf b;

	assert_int_equal(json_parse(c, json, strlen(json), &data), OK);
	buf_init(&b, c->arena, TEMPLATE_OUT_MAX);
	template_fill(&b, text, data, form);
	assert_true(buf_ok(&b));
	return buf_text(&b);
}

static void
amounts_are_grouped(void **state)
{
	static const struct {
		int64_t in;
		const char *currency, *want;
	} rows[] = {
		{ 0, "INR", "₹0.00" },
		{ 5, "INR", "₹0.05" },
		{ 99999, "INR", "₹999.99" },
		{ 100000, "INR", "₹1,000.00" },
		{ 12345600, "INR", "₹1,23,456.00" },
		{ 123456789, "INR", "₹12,34,567.89" },
		{ 1234567890, "INR", "₹1,23,45,678.90" },
		{ -150, "INR", "-₹1.50" },
		{ 123456789, "USD", "USD 1,234,567.89" },
		{ 12345678, "USD", "USD 123,456.78" },
		{ INT64_MIN, "USD", "-USD 92,233,720,368,547,758.08" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ctx *c = unit_ctx();
		struct buf b;

		buf_init(&b, c->arena, 200);
		template_money(&b, rows[i].in, rows[i].currency);
		CHECK(strcmp(buf_text(&b), rows[i].want) == 0, "%lld: %s",
		    (long long)rows[i].in, buf_text(&b));
	}
}

static void
names_become_values(void **state)
{
	static const struct {
		const char *text, *json, *want;
		enum template_form form;
	} rows[] = {
		{ "plain", "{}", "plain", TEMPLATE_TEXT },
		{ "a {{x}} b", "{\"x\":\"1\"}", "a 1 b", TEMPLATE_TEXT },
		{ "{{x}}{{x}}", "{\"x\":7}", "77", TEMPLATE_TEXT },
		{ "{{money x}}", "{\"x\":250000}", "₹2,500.00",
		    TEMPLATE_TEXT },
		{ "{{money x}}", "{\"x\":250000,\"currency\":\"EUR\"}",
		    "EUR 2,500.00", TEMPLATE_TEXT },
		{ "{{x}}", "{\"x\":\"<&\\\"'>\"}", "&lt;&amp;&quot;&#39;&gt;",
		    TEMPLATE_HTML },
		{ "<b>{{x}}</b>", "{\"x\":\"{{y}}\",\"y\":\"no\"}",
		    "<b>{{y}}</b>", TEMPLATE_HTML },
		{ "{{x}}", "{\"x\":\"<&\"}", "<&", TEMPLATE_TEXT },
		{ "{{x}}", "{\"x\":\"a\\nb\\u0007c\"}", "a\nb c",
		    TEMPLATE_TEXT },
		{ "{{x}}", "{\"x\":\"a\\r\\n.\\r\\n\\rb\"}", "a\n.\n b",
		    TEMPLATE_TEXT },
		{ "{{x}}", "{\"x\":\"a\\r\\nBcc: y\"}", "a  Bcc: y",
		    TEMPLATE_LINE },
		/* What is no name stays as it is. */
		{ "a {{x", "{\"x\":1}", "a {{x", TEMPLATE_TEXT },
		{ "a }} {x}", "{\"x\":1}", "a }} {x}", TEMPLATE_TEXT },
		/* A line whose names are all empty is left out. */
		{ "a\nWhy: {{x}}\nb\n", "{}", "a\nb\n", TEMPLATE_TEXT },
		{ "a\nWhy: {{x}}\nb\n", "{\"x\":null}", "a\nb\n",
		    TEMPLATE_TEXT },
		{ "a\nWhy: {{x}}\nb\n", "{\"x\":\"\"}", "a\nb\n",
		    TEMPLATE_TEXT },
		{ "{{x}} of {{y}}\n", "{\"y\":\"1\"}", " of 1\n",
		    TEMPLATE_TEXT },
		{ "a\n\n{{x}}\n\nb\n", "{}", "a\n\nb\n", TEMPLATE_TEXT },
		{ "a\n\n{{x}}\n{{y}}\n\nb\n", "{}", "a\n\nb\n",
		    TEMPLATE_TEXT },
		{ "a\n\n{{x}}\n\nb\n", "{\"x\":\"1\"}", "a\n\n1\n\nb\n",
		    TEMPLATE_TEXT },
		{ "{{money x}}\nb", "{}", "b", TEMPLATE_TEXT },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *got = filled(unit_ctx(), rows[i].text,
		    rows[i].json, rows[i].form);

		CHECK(strcmp(got, rows[i].want) == 0, "%s: %s", rows[i].text,
		    got);
	}
}

/* Whether the word stands among those, which spaces and brackets divide. */
static bool
is_among(const char *word, size_t len, const char *words)
{
	while (*words != '\0') {
		size_t n = strcspn(words, " []");

		if (n == len && strncmp(words, word, len) == 0)
			return true;
		words += n + (words[n] != '\0');
	}
	return false;
}

static void
check_names(const char *type, const char *text, const char *names)
{
	const char *open = text;

	while ((open = strstr(open, "{{")) != NULL) {
		size_t len;

		open += 2;
		if (strncmp(open, "money ", 6) == 0)
			open += 6;
		len = strcspn(open, "}");
		CHECK(strncmp(open + len, "}}", 2) == 0 &&
			(is_among(open, len, names) ||
			    is_among(open, len, "full_name public_url")),
		    "%s: %.*s", type, (int)len, open);
	}
}

static void
check_type(const char *type, const char *names)
{
	struct ctx *c = unit_ctx();
	const struct template *t;

	unit_config(c)->template_dir = "templates";
	CHECK(template_find(c, type, &t) == OK, "%s", type);
	check_names(type, t->title, names);
	check_names(type, t->brief, names);
	check_names(type, t->text, names);
	check_names(type, t->html, names);
	check_names(type, t->before, "");
	check_names(type, t->behind, "");
}

static void
every_type_has_a_template_that_fits(void **state)
{
	(void)state;
	for (size_t i = 0; notification_type(i) != NULL; i++)
		check_type(notification_type(i), notification_names(i));
	check_type("verify", "token");
	check_type("reset", "token");
}

static void
a_missing_template_is_a_fault(void **state)
{
	struct ctx *c = unit_ctx();
	const struct template *t;

	(void)state;
	unit_config(c)->template_dir = "/nowhere";
	assert_int_equal(template_find(c, "none", &t), ERR_INTERNAL);
}

static const struct CMUnitTest tests[] = {
	TEST("Amounts are grouped as their currency is", amounts_are_grouped),
	TEST("Names become values, escaped for where they stand",
	    names_become_values),
	TEST("Every type of news has a template, and it shows known names",
	    every_type_has_a_template_that_fits),
	TEST("A missing template is a fault", a_missing_template_is_a_fault),
};

UNIT_MAIN(tests)
