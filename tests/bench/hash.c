/*
 * hash: how many passwords a processor can verify: the reference of sign-in.
 *
 *	hash HASH PASSWORD SECONDS
 *
 * HASH is one that the shop keeps, so its costs are those in force.  Prints
 * how many were verified, and the microseconds of the middle one.
 */
#include <sodium.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { TIMES_MAX = 100000 };

static double
now_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

int
main(int argc, char **argv)
{
	static double times[TIMES_MAX];
	size_t n = 0;
	double ends;

	if (argc != 4 || sodium_init() < 0)
		return EXIT_FAILURE;
	ends = now_us() + strtod(argv[3], NULL) * 1e6;
	while (n < TIMES_MAX && now_us() < ends) {
		double began = now_us();

		if (crypto_pwhash_str_verify(argv[1], argv[2],
			strlen(argv[2])) != 0)
			return EXIT_FAILURE;
		times[n++] = now_us() - began;
	}
	qsort(times, n, sizeof(*times), by_value);
	printf("%zu %.0f\n", n, n > 0 ? times[n / 2] : 0);
	return EXIT_SUCCESS;
}
