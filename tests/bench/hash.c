/*
 * hash: microseconds of one verification of a password, the least of ten.
 * The hash to verify, as the database keeps it, is the first argument; so the
 * costs are those that are in force.
 */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double
now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

int
main(int argc, char **argv)
{
	double least = 1e12;

	if (argc != 3 || sodium_init() < 0)
		return EXIT_FAILURE;
	for (int i = 0; i < 10; i++) {
		double began = now_us(), took;

		if (crypto_pwhash_str_verify(argv[1], argv[2],
			strlen(argv[2])) != 0)
			return EXIT_FAILURE;
		took = now_us() - began;
		least = took < least ? took : least;
	}
	printf("%.0f\n", least);
	return EXIT_SUCCESS;
}
