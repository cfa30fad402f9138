#include "services/audit_list.h"

#include <string.h>

#include "core/config.h"
#include "core/json.h"
#include "db/list.h"

static const struct field actor_fields[] = {
	OUT_UUID("id", "Administrator"),
	OUT_TEXT_NULL("email", "Address at the time",
	    .example = "meera@example.com"),
	{ 0 },
};
static const struct shape actor_shape = { "audit_actor", "Who did it",
	actor_fields };
static const struct field entry_fields[] = {
	OUT_UUID("id", "Entry"),
	OUT_TIME("at", "When"),
	OUT_OBJ_NULL("actor", &actor_shape, "Who; null for the machine"),
	OUT_TEXT("action", "thing.verb", .example = "seller.approve"),
	OUT_TEXT("entity", "Kind of thing", .example = "seller"),
	OUT_TEXT_NULL("entity_id", "Which one"),
	OUT("changes", FIELD_MAP, 0, "By field: a pair of before and after"),
	OUT_TEXT_NULL("ip", "From where", .example = "203.0.113.7"),
	OUT_TEXT_NULL("request_id", "In which request"),
	{ 0 },
};
const struct shape audit_entry_shape = { "audit_entry",
	"What an administrator did", entry_fields };

static struct uuid
write_entry(struct rows *r, struct json *j)
{
	struct uuid id = col_uuid(r), actor;
	const char *email;

	js_open(j, '{');
	js_uuid(j, "id", id);
	js_time(j, "at", col_i64(r));
	actor = col_uuid(r);
	email = col_text(r);
	if (uuid_is_zero(actor)) {
		js_null(j, "actor");
	} else {
		js_open_key(j, "actor", '{');
		js_uuid(j, "id", actor);
		js_str(j, "email", email);
		js_close(j, '}');
	}
	js_str(j, "action", col_text(r));
	js_str(j, "entity", col_text(r));
	js_str(j, "entity_id", col_text(r));
	js_raw(j, "changes", col_text(r));
	js_str(j, "ip", col_text(r));
	js_str(j, "request_id", col_text(r));
	js_close(j, '}');
	return id;
}

static void
add_actor(struct list_rows *l, const char *actor)
{
	struct uuid id;

	if (actor == NULL)
		return;
	if (uuid_parse(actor, &id))
		list_where(l, F_AUDIT_BY_ACTOR, ARGS(A(id)));
	else
		list_where(l, F_AUDIT_BY_ADDRESS, ARGS(A(actor)));
}

static void
add_action(struct ctx *c, struct list_rows *l, const char *action)
{
	if (action == NULL)
		return;
	if (action[strlen(action) - 1] == '.')
		list_where(l, F_AUDIT_OF_KIND,
		    ARGS(A(list_prefix(c, action))));
	else
		list_where(l, F_AUDIT_OF_ACTION, ARGS(A(action)));
}

enum err
audit_list(struct ctx *c, const struct audit_search *in, struct buf *out,
    struct page_out *page)
{
	const char *zone = c->config->shop_timezone;
	struct json j = js_to(out);
	struct list_rows l;

	TRY(list_begin(c, &l, &in->paging, list_by_age(in->sort),
	    F_AUDIT_COLUMNS));
	list_where(&l, F_AUDIT_ENTRIES, NO_ARGS);
	add_actor(&l, in->actor);
	add_action(c, &l, in->action);
	if (in->entity != NULL)
		list_where(&l, F_AUDIT_OF_ENTITY, ARGS(A(in->entity)));
	if (in->entity_id != NULL)
		list_where(&l, F_AUDIT_OF_ENTITY_ID, ARGS(A(in->entity_id)));
	if (in->from != NULL)
		list_where(&l, F_AUDIT_FROM, ARGS(A(in->from), A(zone)));
	if (in->to != NULL)
		list_where(&l, F_AUDIT_TO, ARGS(A(in->to), A(zone)));
	TRY(list_fetch(c, &l));
	while (list_next(&l))
		list_at(&l, write_entry(&l.rows, &j));
	list_end(c, &l, page);
	return OK;
}
