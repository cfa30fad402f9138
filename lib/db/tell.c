/* What other processes changed; see db.h. */
#include "db/internal.h"

void
db_tell(struct ctx *c)
{
	db_queue(c, Q_CHANGE_NOTIFY, NO_ARGS);
}

uint64_t
db_told(struct ctx *c)
{
	struct db *db = c->db;
	PGnotify *n;

	/* Who finds it dead is whoever uses it next. */
	if (db->conn == NULL || db_is_dead(db->conn))
		return db->told;
	while ((n = PQnotifies(db->conn)) != NULL) {
		PQfreemem(n);
		db->told++;
	}
	return db->told;
}
