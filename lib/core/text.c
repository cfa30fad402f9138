#include "core/text.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/utf8.h"

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool
is_domain_char(char c)
{
	return is_digit(c) || is_upper(c) || (c >= 'a' && c <= 'z') ||
	    c == '-' || c == '.';
}

const char *
text_check_email(const char *text)
{
	static const char wrong[] = "Enter an e-mail address.";
	const char *at = strrchr(text, '@');
	size_t local, domain;

	if (at == NULL)
		return wrong;
	local = (size_t)(at - text);
	domain = strlen(at + 1);
	if (local < 1 || local > 64 || domain < 3 || domain > 253 ||
	    text[0] == '.' || at[-1] == '.' || at[1] == '.' || at[1] == '-' ||
	    at[domain] == '.' || at[domain] == '-' ||
	    strchr(at + 1, '.') == NULL || strstr(text, "..") != NULL)
		return wrong;
	for (const char *p = text; p < at; p++)
		if ((unsigned char)*p <= 0x20 || (unsigned char)*p >= 0x7f ||
		    strchr("()<>[]:;@\\,\"", *p) != NULL)
			return wrong;
	for (const char *p = at + 1; *p != '\0'; p++)
		if (!is_domain_char(*p))
			return wrong;
	return NULL;
}

const char *
text_check_phone(const char *text)
{
	int digits = 0;

	for (const char *p = text; *p != '\0'; p++) {
		if (is_digit(*p))
			digits++;
		else if (!(*p == '+' && p == text) &&
		    strchr(" -().", *p) == NULL)
			return "Enter a phone number.";
	}
	return digits >= 7 && digits <= 15 ? NULL : "Enter a phone number.";
}

const char *
text_check_postal_code(const char *text)
{
	bool good = strnlen(text, 7) == 6 && text[0] != '0';

	for (int i = 0; good && i < 6; i++)
		good = is_digit(text[i]);
	return good ? NULL : "Enter a postal code of six digits.";
}

static int
base36(char c)
{
	return is_digit(c) ? c - '0' : c - 'A' + 10;
}

/* 0 stands for a digit, A for a capital, X for either, others for
 * themselves. */
static bool
has_shape(const char *s, const char *shape)
{
	for (; *shape != '\0'; s++, shape++) {
		bool good = *shape == '0' ? is_digit(*s) :
		    *shape == 'A'         ? is_upper(*s) :
		    *shape == 'X'         ? is_digit(*s) || is_upper(*s) :
					    *s == *shape;

		if (!good)
			return false;
	}
	return *s == '\0';
}

static bool
gstin_shape(const char *s)
{
	/* The registrations under one PAN are counted from 1; a Z in place
	 * 14. */
	return has_shape(s, "00AAAAA0000AXZX") && s[12] != '0';
}

const char *
text_check_pan(const char *text)
{
	return has_shape(text, "AAAAA0000A") ?
	    NULL :
	    "Enter a PAN of 10 characters.";
}

const char *
text_check_ifsc(const char *text)
{
	/* The fifth is always the digit 0. */
	return has_shape(text, "AAAAXXXXXXX") && text[4] == '0' ?
	    NULL :
	    "Enter an IFSC of 11 characters.";
}

const char *
text_check_bank_account(const char *text)
{
	size_t n = strspn(text, "0123456789");

	return text[n] == '\0' && n >= 9 && n <= 18 ?
	    NULL :
	    "Enter an account number of 9 to 18 digits.";
}

char *
text_mask(struct arena *a, const char *text)
{
	char *masked;
	size_t n;

	if (text == NULL)
		return NULL;
	masked = arena_strdup(a, text);
	n = strlen(masked);
	memset(masked, 'X', n > 4 ? n - 4 : n);
	return masked;
}

const char *
text_check_gstin(const char *text)
{
	int sum = 0;

	if (!gstin_shape(text))
		return "Enter a GSTIN of 15 characters.";
	for (int i = 0; i < 14; i++) {
		int v = base36(text[i]) * (i % 2 + 1);

		sum += v / 36 + v % 36;
	}
	if (base36(text[14]) != (36 - sum % 36) % 36)
		return "The check character of this GSTIN is wrong.";
	return NULL;
}

static const struct {
	const char *code;
	const char *name;
} states[] = {
	{ "01", "Jammu and Kashmir" },
	{ "02", "Himachal Pradesh" },
	{ "03", "Punjab" },
	{ "04", "Chandigarh" },
	{ "05", "Uttarakhand" },
	{ "06", "Haryana" },
	{ "07", "Delhi" },
	{ "08", "Rajasthan" },
	{ "09", "Uttar Pradesh" },
	{ "10", "Bihar" },
	{ "11", "Sikkim" },
	{ "12", "Arunachal Pradesh" },
	{ "13", "Nagaland" },
	{ "14", "Manipur" },
	{ "15", "Mizoram" },
	{ "16", "Tripura" },
	{ "17", "Meghalaya" },
	{ "18", "Assam" },
	{ "19", "West Bengal" },
	{ "20", "Jharkhand" },
	{ "21", "Odisha" },
	{ "22", "Chhattisgarh" },
	{ "23", "Madhya Pradesh" },
	{ "24", "Gujarat" },
	{ "26", "Dadra and Nagar Haveli and Daman and Diu" },
	{ "27", "Maharashtra" },
	{ "29", "Karnataka" },
	{ "30", "Goa" },
	{ "31", "Lakshadweep" },
	{ "32", "Kerala" },
	{ "33", "Tamil Nadu" },
	{ "34", "Puducherry" },
	{ "35", "Andaman and Nicobar Islands" },
	{ "36", "Telangana" },
	{ "37", "Andhra Pradesh" },
	{ "38", "Ladakh" },
	/* Names people still write. */
	{ "01", "Jammu & Kashmir" },
	{ "07", "New Delhi" },
	{ "07", "NCT of Delhi" },
	{ "21", "Orissa" },
	{ "34", "Pondicherry" },
	{ "05", "Uttaranchal" },
	{ "35", "Andaman & Nicobar Islands" },
	{ "26", "Dadra & Nagar Haveli and Daman & Diu" },
};

const char *
text_state_code(const char *name)
{
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (strcasecmp(states[i].name, name) == 0)
			return states[i].code;
	return NULL;
}

const char *
text_check_state(const char *text)
{
	return text_state_code(text) != NULL ?
	    NULL :
	    "Enter the name of a state or union territory.";
}

const char *
text_check_country(const char *text)
{
	return strcmp(text, "IN") == 0 ?
	    NULL :
	    "Only addresses in India (IN) are served.";
}

char *
text_lower(struct arena *a, const char *text)
{
	char *copy = arena_strdup(a, text);

	for (char *p = copy; *p != '\0'; p++)
		if (is_upper(*p))
			*p = (char)(*p - 'A' + 'a');
	return copy;
}

char *
text_slug(struct arena *a, const char *text, size_t max)
{
	char *slug = arena_alloc(a, max + 1);
	size_t n = 0;
	bool gap = false;

	for (; *text != '\0' && n < max; text++) {
		char c = *text;

		if (is_upper(c))
			c = (char)(c - 'A' + 'a');
		if (!is_digit(c) && !(c >= 'a' && c <= 'z')) {
			gap = n > 0;
			continue;
		}
		if (gap) {
			/* Two words never run into one. */
			if (n + 1 >= max)
				break;
			slug[n++] = '-';
			gap = false;
		}
		slug[n++] = c;
	}
	slug[n] = '\0';
	return slug;
}

char *
text_like(struct arena *a, const char *text)
{
	char *pattern = arena_alloc(a, strlen(text) * 2 + 3), *to = pattern;

	*to++ = '%';
	for (; *text != '\0'; text++) {
		if (strchr("%_\\", *text) != NULL)
			*to++ = '\\';
		*to++ = *text;
	}
	*to++ = '%';
	*to = '\0';
	return pattern;
}

char *
text_base64url(struct arena *a, const void *p, size_t len)
{
	const int variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
	size_t size = sodium_base64_encoded_len(len, variant);
	char *text = arena_alloc(a, size);

	return sodium_bin2base64(text, size, p, len, variant);
}

void *
text_unbase64url(struct arena *a, const char *text, size_t *len)
{
	size_t size = strlen(text);
	unsigned char *bytes = arena_alloc(a, size + 1);

	/* libsodium takes some bytes above ASCII for letters. */
	if (strspn(text,
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789-_") != size)
		return NULL;
	if (sodium_base642bin(bytes, size, text, size, NULL, len, NULL,
		sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0)
		return NULL;
	return bytes;
}

bool
text_i64(const char *text, int64_t *out)
{
	char *end;
	long long v;

	if (*text != '-' && (*text < '0' || *text > '9'))
		return false;
	errno = 0;
	v = strtoll(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0')
		return false;
	*out = v;
	return true;
}
