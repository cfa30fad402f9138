#include "unit.h"

#include <string.h>

#include "core/text.h"

struct check {
	const char *in;
	bool good;
};

static void
run_checks(const char *(*check)(const char *), const struct check *rows,
    size_t n)
{
	for (size_t i = 0; i < n; i++)
		CHECK((check(rows[i].in) == NULL) == rows[i].good, "'%s'",
		    rows[i].in);
}

#define L64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define L253                                                                 \
	L64 "." L64 "." L64 ".0123456789abcdef0123456789abcdef0123456789abc" \
	    "def012345.com"

static void
e_mail_addresses(void **state)
{
	static const struct check rows[] = {
		{ "asha@example.com", true },
		{ "a@b.co", true },
		{ "first.last+tag@sub.example.co.in", true },
		{ "o'neil_x-9!#$%&*/=?^`{|}~@example.com", true },
		{ "\xe0\xa4\x86@example.com", false },
		{ "asha@b\xc3\xbc"
		  "cher.example",
		    false },
		{ L64 "@example.com", true },
		{ "", false },
		{ "@", false },
		{ "asha", false },
		{ "@example.com", false },
		{ "asha@", false },
		{ "asha@example", false },
		{ "asha@.com", false },
		{ "asha@example.com.", false },
		{ "asha@-example.com", false },
		{ "asha@example.com-", false },
		{ "asha@exa_mple.com", false },
		{ "asha@exa mple.com", false },
		{ "asha@example..com", false },
		{ ".asha@example.com", false },
		{ "asha.@example.com", false },
		{ "as..ha@example.com", false },
		{ "as ha@example.com", false },
		{ "as@ha@example.com", false },
		{ "asha@example.com,b@example.com", false },
		{ "Asha <asha@example.com>", false },
		{ "\"asha\"@example.com", false },
		{ "asha\r\nBcc:x@example.com", false },
		{ "asha@example.com\nBcc: x", false },
		{ "asha\x7f@example.com", false },
		{ "asha@[127.0.0.1]", false },
		{ "x" L64 "@example.com", false },
		{ "a@" L253, true },
		{ "a@x" L253, false },
	};

	(void)state;
	assert_int_equal(strlen(L253), 253);
	run_checks(text_check_email, rows, COUNT(rows));
}

static void
phone_numbers(void **state)
{
	static const struct check rows[] = {
		{ "+919812345678", true },
		{ "098123 45678", true },
		{ "(022) 2345-6789", true },
		{ "1234567", true },
		{ "123456789012345", true },
		{ "123456", false },
		{ "1234567890123456", false },
		{ "", false },
		{ "+", false },
		{ "98+12345678", false },
		{ "++9812345678", false },
		{ "98123x45678", false },
		{ "9812345678\n", false },
		{ "\xe0\xa5\xaf\xe0\xa5\xae\xe0\xa5\xa7\xe0\xa5\xa8", false },
	};

	(void)state;
	run_checks(text_check_phone, rows, COUNT(rows));
}

static void
postal_codes_and_countries(void **state)
{
	static const struct check codes[] = {
		{ "560001", true },
		{ "110001", true },
		{ "999999", true },
		{ "060001", false },
		{ "56000", false },
		{ "5600011", false },
		{ "56000a", false },
		{ "560 01", false },
		{ "", false },
		{ "-60001", false },
	};
	static const struct check countries[] = {
		{ "IN", true },
		{ "in", false },
		{ "IND", false },
		{ "US", false },
		{ "", false },
	};

	(void)state;
	run_checks(text_check_postal_code, codes, COUNT(codes));
	run_checks(text_check_country, countries, COUNT(countries));
}

static void
gstins(void **state)
{
	static const struct check rows[] = {
		{ "27AAPFU0939F1ZV", true },
		{ "29AAGCB7383J1Z4", true },
		{ "27AAPFU0939F1ZU", false },
		{ "27AAPFU0939F1ZW", false },
		{ "72AAPFU0939F1ZV", false },
		{ "27APAFU0939F1ZV", false },
		{ "27aapfu0939f1zv", false },
		{ "27AAPFU0939F1XV", false },
		{ "27AAPFU0939F0ZW", false },
		{ "27AAPFU0939F1Z", false },
		{ "27AAPFU0939F1ZVV", false },
		{ "A7AAPFU0939F1ZV", false },
		{ "27AAPFUO939F1ZV", false },
		{ "27AAPFU0939 1ZV", false },
		{ "", false },
	};

	(void)state;
	run_checks(text_check_gstin, rows, COUNT(rows));
}

/* Exactly one check character fits, whatever stands before it. */
static void
one_check_character_fits(void **state)
{
	static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

	(void)state;
	for (int round = 0; round < 500; round++) {
		char text[16] = "00AAAAA0000A1Z0";
		int good = 0;

		for (int i = 0; i < 13; i++)
			text[i] = digits[i < 2 || (i >= 7 && i < 11) ?
				randombytes_uniform(10) :
				10 + randombytes_uniform(26)];
		for (int i = 0; i < 36; i++) {
			text[14] = digits[i];
			good += text_check_gstin(text) == NULL;
		}
		CHECK(good == 1, "%.14s", text);
	}
}

static void
pans(void **state)
{
	static const struct check rows[] = {
		{ "AAPFU0939F", true },
		{ "ABCDE1234F", true },
		{ "aapfu0939f", false },
		{ "AAPFU0939", false },
		{ "AAPFU0939FF", false },
		{ "AAPFU09390", false },
		{ "AAPF50939F", false },
		{ "AAPFU093OF", false },
		{ " APFU0939F", false },
		{ "XXXXXX939F", false },
		{ "", false },
	};

	(void)state;
	run_checks(text_check_pan, rows, COUNT(rows));
}

static void
bank_accounts(void **state)
{
	static const struct check branches[] = {
		{ "HDFC0001234", true },
		{ "SBIN0ABC12Z", true },
		{ "HDFC1001234", false },
		{ "HDFCO001234", false },
		{ "hdfc0001234", false },
		{ "HDF00001234", false },
		{ "HDFC000123", false },
		{ "HDFC00012345", false },
		{ "HDFC000123-", false },
		{ "", false },
	};
	static const struct check numbers[] = {
		{ "123456789", true },
		{ "000000000000000000", true },
		{ "12345678", false },
		{ "1234567890123456789", false },
		{ "12345678X", false },
		{ "1234 56789", false },
		{ "+123456789", false },
		{ "123456789\n", false },
		{ "XXXXXXXXXX4321", false },
		{ "", false },
	};

	(void)state;
	run_checks(text_check_ifsc, branches, COUNT(branches));
	run_checks(text_check_bank_account, numbers, COUNT(numbers));
}

static void
masks(void **state)
{
	static const struct {
		const char *in;
		const char *want;
	} rows[] = {
		{ "AAPFU0939F", "XXXXXX939F" },
		{ "12345", "X2345" },
		{ "1234", "XXXX" },
		{ "1", "X" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *got = text_mask(unit_ctx()->arena, rows[i].in);

		CHECK(strcmp(got, rows[i].want) == 0, "'%s': '%s'",
		    rows[i].in, got);
	}
	assert_null(text_mask(unit_ctx()->arena, NULL));
}

static void
patterns(void **state)
{
	static const struct {
		const char *in;
		const char *want;
	} rows[] = {
		{ "silk", "%silk%" },
		{ "100%", "%100\\%%" },
		{ "a_b", "%a\\_b%" },
		{ "\\", "%\\\\%" },
		{ "", "%%" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *got = text_like(unit_ctx()->arena, rows[i].in);

		CHECK(strcmp(got, rows[i].want) == 0, "'%s': '%s'",
		    rows[i].in, got);
	}
}

static void
states_have_codes(void **state)
{
	static const struct {
		const char *in;
		const char *want;
	} rows[] = {
		{ "Karnataka", "29" },
		{ "karnataka", "29" },
		{ "TAMIL NADU", "33" },
		{ "Delhi", "07" },
		{ "New Delhi", "07" },
		{ "Orissa", "21" },
		{ "Jammu & Kashmir", "01" },
		{ "Dadra and Nagar Haveli and Daman and Diu", "26" },
		{ "Ladakh", "38" },
		{ "", NULL },
		{ "Karnatak", NULL },
		{ " Karnataka", NULL },
		{ "29", NULL },
		{ "California", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *got = text_state_code(rows[i].in);

		CHECK((got == NULL) == (rows[i].want == NULL) &&
			(got == NULL || strcmp(got, rows[i].want) == 0),
		    "'%s': %s", rows[i].in, got != NULL ? got : "none");
		CHECK((text_check_state(rows[i].in) == NULL) ==
			(rows[i].want != NULL),
		    "'%s'", rows[i].in);
	}
}

static void
slugs(void **state)
{
	static const struct {
		const char *in;
		size_t max;
		const char *want;
	} rows[] = {
		{ "Cotton Kurta", 80, "cotton-kurta" },
		{ "  --Cotton   Kurta!! ", 80, "cotton-kurta" },
		{ "A&B (2 pcs)", 80, "a-b-2-pcs" },
		{ "caf\xc3\xa9 noir", 80, "caf-noir" },
		{ "\xe0\xa4\xb9\xe0\xa4\xbe\xe0\xa4\x9f", 80, "" },
		{ "", 80, "" },
		{ "abc", 0, "" },
		{ "abcdef", 3, "abc" },
		{ "ab cd", 5, "ab-cd" },
		{ "ab cd", 4, "ab-c" },
		{ "ab cd", 3, "ab" },
		{ "ab cd", 2, "ab" },
		{ "a/../b", 80, "a-b" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *got = text_slug(unit_ctx()->arena, rows[i].in,
		    rows[i].max);

		CHECK(strcmp(got, rows[i].want) == 0, "'%s' in %zu: '%s'",
		    rows[i].in, rows[i].max, got);
	}
}

static void
lower_case_is_ascii(void **state)
{
	(void)state;
	assert_string_equal(text_lower(unit_ctx()->arena, "AZaz09@[\xc3\x89"),
	    "azaz09@[\xc3\x89");
}

static void
base64url(void **state)
{
	static const struct {
		const char *text;
		const char *bytes;
		size_t len;
	} rows[] = {
		{ "", "", 0 },
		{ "Zg", "f", 1 },
		{ "Zm8", "fo", 2 },
		{ "Zm9v", "foo", 3 },
		{ "-_8", "\xfb\xff", 2 },
		{ "AA", "\0", 1 },
	};
	static const char *const bad[] = { "Z", "Zg=", "Zg==", "Zh", "+/8",
		"Zg\n", " Zg", "Zm 9v", "Zm9v\xc3", "Zm9vZ",
		"\xc3\xce\xd4\xce\xc4\xdd\x87\xdd" };
	struct arena *a = unit_ctx()->arena;
	size_t len;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const void *got = text_unbase64url(a, rows[i].text, &len);

		CHECK(strcmp(text_base64url(a, rows[i].bytes, rows[i].len),
			  rows[i].text) == 0,
		    "'%s'", rows[i].text);
		CHECK(got != NULL && len == rows[i].len &&
			memcmp(got, rows[i].bytes, len) == 0,
		    "'%s'", rows[i].text);
	}
	for (size_t i = 0; i < COUNT(bad); i++)
		CHECK(text_unbase64url(a, bad[i], &len) == NULL, "'%s'",
		    bad[i]);
}

static void
whole_numbers(void **state)
{
	static const struct check rows[] = {
		{ "0", true },
		{ "-1", true },
		{ "9223372036854775807", true },
		{ "-9223372036854775808", true },
		{ "9223372036854775808", false },
		{ "", false },
		{ "-", false },
		{ " 1", false },
		{ "+1", false },
		{ "1 ", false },
		{ "1.0", false },
		{ "0x1", false },
	};
	int64_t v;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		CHECK(text_i64(rows[i].in, &v) == rows[i].good, "'%s'",
		    rows[i].in);
	assert_true(text_i64("-42", &v));
	assert_int_equal(v, -42);
}

static const struct CMUnitTest tests[] = {
	TEST("An e-mail address is local@domain within RFC 5321's lengths",
	    e_mail_addresses),
	TEST("A phone number has 7 to 15 digits", phone_numbers),
	TEST("Postal codes have six digits, the country is India",
	    postal_codes_and_countries),
	TEST("A GSTIN has its shape and its check character", gstins),
	TEST("Exactly one check character fits a GSTIN",
	    one_check_character_fits),
	TEST("A PAN is five letters, four digits, a letter", pans),
	TEST("IFSC and account number have their shapes", bank_accounts),
	TEST("A mask leaves the last four", masks),
	TEST("The signs of a pattern stand for themselves", patterns),
	TEST("States are known by name, in any case", states_have_codes),
	TEST("A slug is ASCII words joined by one dash", slugs),
	TEST("Lower case is ASCII's only", lower_case_is_ascii),
	TEST("A whole number has nothing around it", whole_numbers),
	TEST("base64url has one text for each bytes", base64url),
};

UNIT_MAIN(tests)
