/* payments: from an order to its money.  Rules live in services/payment.h
 * and services/webhook.h. */
#include "services/payment.h"

#include "services/webhook.h"
#include "web/request.h"

struct initiate_input {
	struct uuid order_id;
};
#define S struct initiate_input
static const struct field initiate_input_fields[] = {
	IN_UUID(order_id, REQUIRED, "Order to pay"),
	{ 0 },
};
#undef S

#define S struct payment_verify
static const struct field payment_verify_fields[] = {
	IN_TEXT(razorpay_order_id, REQUIRED, 1, TEXT_MAX,
	    "As the checkout handed it back", .example = "order_Abc"),
	IN_TEXT(razorpay_payment_id, REQUIRED, 1, TEXT_MAX,
	    "As the checkout handed it back", .example = "pay_Abc"),
	IN_TEXT(razorpay_signature, REQUIRED, 1, TEXT_MAX,
	    "As the checkout handed it back"),
	{ 0 },
};
#undef S

#define S struct payment_find
static const struct field payment_find_fields[] = {
	IN_UUID(id, OPTIONAL, "Payment, or give order_id"),
	IN_UUID(order_id, OPTIONAL, "Order"),
	{ 0 },
};
#undef S

struct history_input {
	struct page_in paging;
};
#define S struct history_input
static const struct field history_input_fields[] = {
	IN_PAGE,
	{ 0 },
};
#undef S

static enum err
initiate_post(struct request *rq)
{
	const struct initiate_input *in = rq->in;

	return payment_initiate(&rq->ctx, in->order_id, rq->out);
}

static enum err
verify_post(struct request *rq)
{
	return payment_verify(&rq->ctx, rq->in, rq->out);
}

static enum err
status_get(struct request *rq)
{
	return payment_status(&rq->ctx, rq->in, rq->out);
}

static enum err
history_get(struct request *rq)
{
	const struct history_input *in = rq->in;
	struct page_out page = { 0 };

	TRY(payment_history(&rq->ctx, &in->paging, rq->out, &page));
	reply_page(rq, &page);
	return OK;
}

/* The signature covers bytes, so this route takes them as they are. */
static enum err
webhook_post(struct request *rq)
{
	struct webhook in = { .body = rq->raw_body,
		.len = rq->raw_body_len,
		.signature = request_header(rq, "HTTP_X_RAZORPAY_SIGNATURE"),
		.event_id = request_header(rq, "HTTP_X_RAZORPAY_EVENT_ID") };
	struct json j = js_to(rq->out);

	TRY(webhook_receive(&rq->ctx, &in));
	js_open(&j, '{');
	js_str(&j, "status", "ok");
	js_close(&j, '}');
	return OK;
}

static const struct route routes[] = {
	{
	    .method = POST,
	    .path = "/api/payments/initiate/",
	    .summary = "Open a payment with the provider",
	    .description =
		"A second call for the same unpaid order gives the "
		"same open payment.",
	    .allow = USER,
	    .idempotency = IDEMPOTENCY_MONEY,
	    .calls_out = true,
	    .pool = "provider",
	    .limit = LIMIT_INITIATE,
	    INPUT(initiate_input),
	    .status = 201,
	    .out = &payment_initiated_shape,
	    ERRORS(ERR_NOT_FOUND, ERR_INVALID_STATE, ERR_PAYMENT_PROVIDER),
	    .handler = initiate_post,
	},
	{
	    .method = POST,
	    .path = "/api/payments/verify/",
	    .summary = "Confirm what the checkout handed back",
	    .allow = USER,
	    .idempotency = IDEMPOTENCY_MONEY,
	    .calls_out = true,
	    .pool = "provider",
	    INPUT(payment_verify),
	    .status = 200,
	    .out = &payment_shape,
	    ERRORS(ERR_NOT_FOUND, ERR_INVALID_SIGNATURE),
	    .handler = verify_post,
	},
	{
	    .method = GET,
	    .path = "/api/payments/status/",
	    .summary = "One payment, by id or by its order",
	    .allow = USER,
	    .idempotency = IDEMPOTENCY_NONE,
	    INPUT(payment_find),
	    .status = 200,
	    .out = &payment_shape,
	    ERRORS(ERR_NOT_FOUND),
	    .handler = status_get,
	},
	{
	    .method = GET,
	    .path = "/api/payments/history/",
	    .summary = "Own payments, newest first",
	    .allow = USER,
	    .idempotency = IDEMPOTENCY_NONE,
	    INPUT(history_input),
	    .status = 200,
	    .out = &payment_shape,
	    .out_kind = OUT_IS_PAGE,
	    .handler = history_get,
	},
	{
	    .method = POST,
	    .path = "/api/payments/webhook/",
	    .summary = "Events of the payment provider",
	    .description =
		"The provider's JSON, signed in "
		"X-Razorpay-Signature (HMAC-SHA256 of the body, hex). A "
		"repeated x-razorpay-event-id changes nothing.",
	    .allow = PROVIDER,
	    .idempotency = IDEMPOTENCY_NONE,
	    .raw_body = true,
	    .limit = LIMIT_NONE,
	    .status = 200,
	    .out = &webhook_shape,
	    ERRORS(ERR_INVALID_SIGNATURE),
	    .handler = webhook_post,
	},
};

APP("payments", routes);

int
main(int argc, char **argv)
{
	return app_main(argc, argv, &app);
}
