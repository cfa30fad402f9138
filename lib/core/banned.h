/*
 * banned.h: calls that have no safe use here become compile errors.
 * Included by every file through the compiler's -include.
 */
#ifndef HAAT_CORE_BANNED_H
#define HAAT_CORE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define HAAT_BANNED(name) use_of_##name##_is_banned

#undef strcpy
#define strcpy(a, b) HAAT_BANNED(strcpy)
#undef strcat
#define strcat(a, b) HAAT_BANNED(strcat)
#undef strncpy
#define strncpy(a, b, n) HAAT_BANNED(strncpy)
#undef strncat
#define strncat(a, b, n) HAAT_BANNED(strncat)
#undef sprintf
#define sprintf(...) HAAT_BANNED(sprintf)
#undef vsprintf
#define vsprintf(...) HAAT_BANNED(vsprintf)
#undef strtok
#define strtok(a, b) HAAT_BANNED(strtok)
#undef atoi
#define atoi(a) HAAT_BANNED(atoi)
#undef atol
#define atol(a) HAAT_BANNED(atol)
#undef atoll
#define atoll(a) HAAT_BANNED(atoll)
#undef gmtime
#define gmtime(a) HAAT_BANNED(gmtime)
#undef localtime
#define localtime(a) HAAT_BANNED(localtime)
#undef gets
#define gets(a) HAAT_BANNED(gets)

#endif
