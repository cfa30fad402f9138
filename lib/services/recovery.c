#include "services/recovery.h"

#include "core/json.h"

const char *
recovery_text(struct ctx *c, const char *kind, struct uuid id)
{
	struct json j;
	struct buf b;

	buf_init(&b, c->arena, 512);
	j = js_to(&b);
	js_open(&j, '{');
	js_str(&j, "kind", kind);
	js_uuid(&j, "id", id);
	js_close(&j, '}');
	return buf_text(&b);
}
