#include "razorpay_api.h"
#include "razorpay_control.h"
#include "razorpay_fault.h"

enum { OPEN = 1 << 0, CONTROL = 1 << 1 };

/* ":" stands for an id. */
static const struct call_route {
	const char *method;
	const char *path;
	void (*handler)(struct call *q);
	unsigned int flags;
} routes[] = {
	{ "POST", "/v1/orders", order_create, 0 },
	{ "GET", "/v1/orders", order_list, 0 },
	{ "GET", "/v1/orders/:", order_show, 0 },
	{ "GET", "/v1/orders/:/payments", order_payments, 0 },
	{ "GET", "/v1/payments", payment_list, 0 },
	{ "GET", "/v1/payments/:", payment_show, 0 },
	{ "POST", "/v1/payments/:/capture", payment_capture, 0 },
	{ "POST", "/v1/payments/:/refund", refund_create, 0 },
	{ "GET", "/v1/payments/:/refunds", payment_refunds, 0 },
	{ "GET", "/v1/payments/:/refunds/:", refund_show, 0 },
	{ "GET", "/v1/refunds", refund_list, 0 },
	{ "GET", "/v1/refunds/:", refund_show, 0 },
	{ "POST", "/v1/checkout/pay", checkout_pay, OPEN | CONTROL },
	{ "POST", "/v1/payments/play", payment_play, CONTROL },
	{ "POST", "/v1/refunds/play", refund_play, CONTROL },
	{ "GET", "/v1/faults", faults_show, CONTROL },
	{ "POST", "/v1/faults", faults_set, CONTROL },
	{ "DELETE", "/v1/faults", faults_clear, CONTROL },
	{ "GET", "/v1/books", books_show, CONTROL },
	{ "GET", "/v1/webhooks", webhooks_show, CONTROL },
	{ "POST", "/v1/webhooks/send", webhooks_send, CONTROL },
	{ "POST", "/v1/webhooks/release", webhooks_release, CONTROL },
};

/* Fills id[] from the segments that ":" stands for. */
static bool
matches(const char *pattern, const char *path, struct arena *a,
    const char *id[2])
{
	int n = 0;

	id[0] = id[1] = NULL;
	for (; *pattern != '\0'; pattern++) {
		size_t len = strcspn(path, "/");

		if (*pattern != ':') {
			if (*path++ != *pattern)
				return false;
			continue;
		}
		if (len == 0 || n == 2)
			return false;
		id[n++] = arena_strndup(a, path, len);
		path += len;
	}
	return *path == '\0' || strcmp(path, "/") == 0;
}

static const struct call_route *
find(const struct call *q, const char *id[2])
{
	for (size_t i = 0; i < sizeof(routes) / sizeof(*routes); i++)
		if (strcmp(routes[i].method, q->method) == 0 &&
		    matches(routes[i].path, q->path, q->arena, id))
			return &routes[i];
	return NULL;
}

bool
call_is_api(const struct call *q)
{
	const char *id[2];
	const struct call_route *r = find(q, id);

	return r != NULL && (r->flags & CONTROL) == 0;
}

bool
call_admit(struct call *q)
{
	const struct call_route *r = find(q, q->id);

	if (r != NULL)
		return (r->flags & OPEN) != 0 || call_authorized(q);
	REFUSE(q, .source = "NA", .step = "NA", .reason = "NA",
	    .description = "The requested URL was not found on the server.");
	return false;
}

void
call_serve(struct call *q)
{
	const struct call_route *r = find(q, q->id);

	if (r != NULL && call_parse(q))
		r->handler(q);
}
