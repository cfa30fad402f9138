/* What handlers answer with; see request.h. */
#include <string.h>

#include "web/request.h"

void
reply_header(struct request *rq, const char *name, const char *value)
{
	struct header *h = ARENA_NEW(rq->ctx.arena, struct header);

	h->name = name;
	h->value = value;
	h->next = rq->headers;
	rq->headers = h;
}

static const struct field detail_fields[] = {
	OUT_TEXT("detail", "What was done"),
	{ 0 },
};
const struct shape detail_shape = { "detail", "A sentence", detail_fields };

void
reply_detail(struct request *rq, const char *detail)
{
	struct json j = js_to(rq->out);

	js_open(&j, '{');
	js_str(&j, "detail", detail);
	js_close(&j, '}');
}

/* The request's own address with another cursor in place of the page. */
static const char *
page_link(struct request *rq, const char *cursor)
{
	struct buf b;

	if (cursor == NULL)
		return NULL;
	buf_init(&b, rq->ctx.arena, 64 * 1024);
	buf_str(&b, rq->path);
	buf_char(&b, '?');
	for (size_t i = 0; i < rq->nparams; i++) {
		const struct param *p = &rq->params[i];

		if (strcmp(p->name, "page") == 0 ||
		    strcmp(p->name, "cursor") == 0)
			continue;
		buf_url_arg(&b, p->name);
		buf_char(&b, '=');
		buf_url_arg(&b, p->value);
		buf_char(&b, '&');
	}
	buf_lit(&b, "cursor=");
	buf_url_arg(&b, cursor);
	return buf_text(&b);
}

void
reply_page_with(struct request *rq, const struct page_out *page,
    const char *name, const char *json)
{
	struct buf *b = ARENA_NEW(rq->ctx.arena, struct buf);
	struct json j;

	buf_init(b, rq->ctx.arena, BUF_CAP_REPLY);
	j = js_to(b);
	js_open(&j, '{');
	js_i64(&j, "count", page->count);
	if (page->count_is_estimate)
		js_bool(&j, "count_is_estimate", true);
	js_str(&j, "next", page_link(rq, page->next));
	js_str(&j, "previous", page_link(rq, page->previous));
	js_key(&j, "results");
	buf_char(b, '[');
	buf_raw(b, buf_text(rq->out), rq->out->len);
	js_close(&j, ']');
	if (name != NULL)
		js_raw(&j, name, json);
	js_close(&j, '}');
	b->overflow = b->overflow || !buf_ok(rq->out);
	rq->out = b;
}

void
reply_page(struct request *rq, const struct page_out *page)
{
	reply_page_with(rq, page, NULL, NULL);
}
