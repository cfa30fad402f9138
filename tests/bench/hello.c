/*
 * hello: the least that a FastCGI program can do, 16 bytes of body.  What
 * haat answers from memory is measured against it.
 */
#include <fcgiapp.h>
#include <stdlib.h>

int
main(void)
{
	static const char answer[] = "Content-Type: text/plain\r\n\r\n"
				     "hello, hello ...";
	FCGX_Request r;

	if (FCGX_Init() != 0 || FCGX_InitRequest(&r, 0, 0) != 0)
		return EXIT_FAILURE;
	while (FCGX_Accept_r(&r) == 0) {
		FCGX_PutStr(answer, sizeof(answer) - 1, r.out);
		FCGX_Finish_r(&r);
	}
	return EXIT_SUCCESS;
}
