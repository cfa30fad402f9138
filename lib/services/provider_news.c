#include "services/provider_news.h"

#include <sodium.h>
#include <string.h>

#include "core/clock.h"
#include "core/config.h"
#include "core/json.h"
#include "db/db.h"
#include "services/notification.h"

static const int64_t hour_us = 3600LL * 1000 * 1000;

/* The same for one key within one hour: what makes it told once. */
static struct uuid
this_hour(const char *key_id)
{
	crypto_generichash_state st;
	int64_t hour = clock_now_us() / hour_us;
	struct uuid id;

	crypto_generichash_init(&st, NULL, 0, sizeof(id.bytes));
	crypto_generichash_update(&st, (const unsigned char *)key_id,
	    strlen(key_id));
	crypto_generichash_update(&st, (const unsigned char *)&hour,
	    sizeof(hour));
	crypto_generichash_final(&st, id.bytes, sizeof(id.bytes));
	return id;
}

void
provider_tell(struct ctx *c, const struct provider_problem *why)
{
	const char *key_id = c->config->razorpay_key_id;
	struct news n = { .type = "provider_keys_refused",
		.source_id = this_hour(key_id) };
	struct json j;
	struct buf b;

	if (!why->keys_refused)
		return;
	buf_init(&b, c->arena, 4096);
	j = js_to(&b);
	js_open(&j, '{');
	js_str(&j, "key_id", key_id);
	js_close(&j, '}');
	n.data = buf_text(&b);
	notification_queue_admins(c, &n);
	if (db_flush(c) != OK)
		problem_clear(c);
}
