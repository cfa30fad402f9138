#include "unit.h"

#include <string.h>

#include "io/provider.h"

#define AA10 "\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa"
#define AA131                                                                \
	AA10 AA10 AA10 AA10 AA10 AA10 AA10 AA10 AA10 AA10 AA10 AA10 AA10     \
	    "\xaa"
#define OB "\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b"

static void
signatures_are_those_of_rfc_4231(void **state)
{
	static const struct {
		const char *key, *data, *mac;
	} rows[] = {
		{ OB OB, "Hi There",
		    "b0344c61d8db38535ca8afceaf0bf12b"
		    "881dc200c9833da726e9376c2e32cff7" },
		{ "Jefe", "what do ya want for nothing?",
		    "5bdcc146bf60754e6a042426089575c7"
		    "5a003f089d2739839dec58b964ec3843" },
		{ AA131,
		    "Test Using Larger Than Block-Size Key - Hash Key First",
		    "60e431591ee0b67f0d8a26aacbf5b77f"
		    "8e0bc6213728c5140546040f0ee37f54" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t len = strlen(rows[i].data);
		char mac[65];

		CHECK(provider_signature_matches(rows[i].data, len,
			  rows[i].key, rows[i].mac),
		    "case %zu", i);
		CHECK(!provider_signature_matches(rows[i].data, len - 1,
			  rows[i].key, rows[i].mac),
		    "case %zu", i);
		for (size_t k = 0; k < 64; k++) {
			memcpy(mac, rows[i].mac, sizeof(mac));
			mac[k] = mac[k] == '0' ? '1' : '0';
			CHECK(!provider_signature_matches(rows[i].data, len,
				  rows[i].key, mac),
			    "case %zu at %zu", i, k);
		}
	}
}

/* Order, payment or webhook body, secret, MAC: those that the provider's own
 * packages are tested with. */
static const struct {
	const char *order, *payment, *secret, *mac;
} checkouts[] = {
	{ "fake_order_id", "fake_payment_id", "key_secret",
	    "b2335e3b0801106b84a7faff035df56e"
	    "cffde06918c9ddd1f0fafbb37a51cc89" },
	{ "pay_IDZNwZZFtnjyym", "sub_ID6MOhgkcoHj9I",
	    "EnLs21M47BllR3X8PSFtjtbd",
	    "601f383334975c714c91a7d97dd723eb"
	    "56520318355863dcf3821c0d07a17693" },
};

static void
a_checkout_is_signed_as_the_provider_does(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(checkouts); i++) {
		struct ctx *c = unit_ctx();
		const char *order = checkouts[i].order;
		const char *payment = checkouts[i].payment;
		const char *mac = checkouts[i].mac;

		unit_config(c)->razorpay_key_secret = checkouts[i].secret;
		CHECK(provider_checkout_matches(c, order, payment, mac),
		    "row %zu", i);
		CHECK(!provider_checkout_matches(c, payment, order, mac),
		    "row %zu", i);
		CHECK(!provider_checkout_matches(c, order, "", mac),
		    "row %zu", i);
		CHECK(!provider_checkout_matches(c, order, payment, ""),
		    "row %zu", i);
		unit_config(c)->razorpay_key_secret = "another";
		CHECK(!provider_checkout_matches(c, order, payment, mac),
		    "row %zu", i);
	}
}

static void
a_webhook_is_signed_as_the_provider_does(void **state)
{
	static const char body[] = "{\"a\":1,\"b\":2,\"c\":{\"d\":3}}";
	static const char spaced[] = "{\"a\": 1,\"b\":2,\"c\":{\"d\":3}}";
	static const char mac[] = "2fe04e22977002e6c7cb553adab8b460"
				  "cb9e2a4970d5953cb27a8472752e3bbc";

	(void)state;
	assert_true(
	    provider_signature_matches(body, strlen(body), "123456", mac));
	assert_false(provider_signature_matches(spaced, strlen(spaced),
	    "123456", mac));
	assert_false(
	    provider_signature_matches(body, strlen(body), "12345", mac));
}

static void
nothing_else_is_a_signature(void **state)
{
	static const char *const rows[] = { NULL, "", "5bdc",
		"5BDCC146BF60754E6A042426089575C7"
		"5A003F089D2739839DEC58B964EC3843",
		" 5bdcc146bf60754e6a042426089575c7"
		"5a003f089d2739839dec58b964ec3843",
		"5bdcc146bf60754e6a042426089575c7"
		"5a003f089d2739839dec58b964ec38430",
		"5bdcc146bf60754e6a042426089575c7"
		"5a003f089d2739839dec58b964ec384",
		"W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=" };
	static const char data[] = "what do ya want for nothing?";

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		CHECK(!provider_signature_matches(data, strlen(data), "Jefe",
			  rows[i]),
		    "row %zu", i);
}

static void
an_empty_secret_signs_nothing(void **state)
{
	(void)state;
	/* HMAC-SHA256 of nothing under the empty key. */
	assert_false(provider_signature_matches("", 0, "",
	    "b613679a0814d9ec772f95d778c35fc5"
	    "ff1697c493715653c6c712144292c5ad"));
}

static const struct CMUnitTest tests[] = {
	TEST("Signatures are those of RFC 4231",
	    signatures_are_those_of_rfc_4231),
	TEST("What the checkout hands back is signed as the provider does",
	    a_checkout_is_signed_as_the_provider_does),
	TEST("A webhook is signed as the provider does",
	    a_webhook_is_signed_as_the_provider_does),
	TEST("Only 64 lower-case digits are a signature",
	    nothing_else_is_a_signature),
	TEST("An empty secret signs nothing", an_empty_secret_signs_nothing),
};

UNIT_MAIN(tests)
