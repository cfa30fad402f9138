/*
 * signatures: what the shop thinks of signatures, for the test that compares
 * it with the provider's own package.  A line of the input is the body, the
 * secret and the signature in hexadecimal; the answer is 1 or 0 on a line.
 */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "io/provider.h"

enum { BYTES_MAX = 512 * 1024 };

/* Reads hexadecimal up to the separator; false where the input ends. */
static bool
read_hex(char separator, char *out, size_t *len)
{
	static char hex[2 * BYTES_MAX + 2];
	size_t n = 0;
	int c;

	while ((c = getchar()) != EOF && c != separator)
		if (n < sizeof(hex))
			hex[n++] = (char)c;
	if (c == EOF ||
	    sodium_hex2bin((unsigned char *)out, BYTES_MAX, hex, n, NULL, len,
		NULL) != 0)
		return false;
	out[*len] = '\0';
	return true;
}

int
main(void)
{
	static char body[BYTES_MAX + 1], secret[BYTES_MAX + 1],
	    signature[BYTES_MAX + 1];
	size_t body_len, len;

	if (sodium_init() < 0)
		return 1;
	while (read_hex(' ', body, &body_len) &&
	    read_hex(' ', secret, &len) && read_hex('\n', signature, &len))
		printf("%d\n",
		    provider_signature_matches(body, body_len, secret,
			signature));
	return 0;
}
