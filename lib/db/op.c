/* Statements on their way, in lists; see internal.h. */
#include "db/internal.h"

void
db_list_append(struct op_list *l, struct op *op)
{
	if (l->first == NULL)
		l->end = &l->first;
	*l->end = op;
	l->end = &op->next;
}

void
db_list_move(struct op_list *to, struct op_list *from)
{
	struct op *next;

	for (struct op *op = from->first; op != NULL; op = next) {
		next = op->next;
		op->next = NULL;
		db_list_append(to, op);
	}
	from->first = NULL;
}

struct op *
db_op_new(struct ctx *c, struct args args, struct rows *out)
{
	struct op *op = ARENA_NEW(c->arena, struct op);

	op->args = args.n == 0 ?
	    NULL :
	    arena_memdup(c->arena, args.v, args.n * sizeof(*args.v));
	op->nargs = args.n;
	op->out = out;
	return op;
}
