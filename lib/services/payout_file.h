/*
 * payout_file.h: what sellers are to be paid, as a table that a bank's upload
 * can be made from: a row per settlement that is requested or processing and
 * comes to more than nothing, oldest first.
 *
 * It shows bank accounts in full, so that each reading is written into the
 * audit trail before the first byte goes out.
 */
#ifndef HAAT_SERVICES_PAYOUT_FILE_H
#define HAAT_SERVICES_PAYOUT_FILE_H

#include "core/ctx.h"
#include "core/sink.h"

/* The memory is that of a few hundred rows. */
enum err payout_file(struct ctx *c, const struct sink *to);

#endif
