/*
 * internal.h: what the parts of lib/db share, and nobody else includes.
 */
#ifndef HAAT_DB_INTERNAL_H
#define HAAT_DB_INTERNAL_H

#include <libpq-fe.h>

#include "db/db.h"
#include "db/query.h"

enum { COMPOSED_MAX = 512 };

/* One statement on its way. */
struct op {
	struct op *next;
	const char *name; /* prepared under this name; NULL: not prepared */
	const char *text;
	bool *prepared; /* where to note that it is */
	bool prepare;   /* goes out with its Parse message */
	enum row_kind kind;
	bool is_commit;
	const struct arg *args;
	size_t nargs;
	struct rows *out;
	int64_t *changed;
};

struct op_list {
	struct op *first;
	struct op **end;
};

struct composed {
	uint64_t hash;
	bool prepared;
	char name[24];
};

struct db {
	PGconn *conn;
	bool prepared[Q_COUNT + 1];
	struct composed composed[COMPOSED_MAX];
	struct op_list queue;
	struct op_list last;
	int depth;
	/* The connection died since the transaction began. */
	bool tx_lost;
	bool checked; /* looked at in this request */
	int64_t used_at;
	int64_t answer_us; /* how long it is waited for */
	uint64_t told;     /* changes heard of */
	enum err (*explain)(struct ctx *, enum err, void *);
	void *explain_arg;
};

/* A statement in the arena, its arguments copied. */
struct op *db_op_new(struct ctx *c, struct args args, struct rows *out);
void db_list_append(struct op_list *l, struct op *op);
/* Puts all of from behind to, and leaves from empty. */
void db_list_move(struct op_list *to, struct op_list *from);

/* Reads what the server said unasked between answers: that something was
 * changed, or goodbye. */
bool db_is_dead(PGconn *conn);

#endif
