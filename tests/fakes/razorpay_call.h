/*
 * razorpay_call.h: one request and its answer: input from a query, a form or
 * JSON, and the provider's envelopes.  Knows nothing of sockets.
 */
#ifndef HAAT_FAKES_RAZORPAY_CALL_H
#define HAAT_FAKES_RAZORPAY_CALL_H

#include "core/json.h"
#include "razorpay_state.h"

struct faults;
struct sender;

struct settings {
	const char *key_id;
	const char *key_secret;
	const char *webhook_secret;
	const char *webhook_url; /* "" for nowhere */
	const char *account_id;
};

struct sandbox {
	struct settings settings;
	struct state *state;
	struct faults *faults;
	struct sender *sender;
};

struct call {
	struct arena *arena;
	struct sandbox *sandbox;
	/* The request; header fields are NULL when missing. */
	const char *method;
	const char *path; /* from "/v1/" on */
	const char *query;
	const char *authorization;
	const char *content_type;
	const char *idempotency_key;
	const char *body;
	size_t body_len;
	/* What route and parser made of it. */
	const char *id[2];
	struct json_object *args; /* of the query */
	struct json_object *in;   /* of the body */
	/* The answer. */
	int status;
	struct buf out;
	const char *location;
	bool busy; /* the same idempotency key is under way elsewhere */
};

/* Fills args and in; false after a refusal. */
bool call_parse(struct call *q);

/* The member of the body, NULL if it is not there or null. */
struct json_object *call_member(const struct call *q, const char *name);
/* As text, also of a number; NULL if it is not there. */
const char *call_text(const struct call *q, const char *name);

enum input { ABSENT, MALFORMED, GIVEN };
/* A whole number, written as a number or as text. */
enum input call_amount(const struct call *q, const char *name, int64_t *v);

/* A number of the query, or fallback where there is none of sense. */
int64_t call_arg(const struct call *q, const char *name, int64_t fallback);

/* Begins an answer of 200: an object, which the caller closes. */
struct json call_answer(struct call *q);

/* The provider's words for a request that it refuses. */
struct refusal {
	int status;         /* 400 */
	const char *code;   /* BAD_REQUEST_ERROR */
	const char *source; /* business */
	const char *step;   /* payment_initiation */
	const char *reason; /* input_validation_failed */
	const char *field;  /* or NULL: left out */
	/* What "metadata" names. */
	const char *order_id;
	const char *payment_id;
	const char *description;
};

/* Answers with that; what is 0 or NULL is as in the comments above. */
void call_refuse(struct call *q, const struct refusal *r);
#define REFUSE(q, ...) call_refuse((q), &(struct refusal){ __VA_ARGS__ })

/* Whether the request has the right key; else it is answered. */
bool call_authorized(struct call *q);

/* HMAC-SHA256 in hexadecimal. */
void sign_hex(const char *secret, const char *text, size_t len, char hex[65]);

/* Whether there is such a route and the caller may use it; else the call is
 * answered. */
bool call_admit(struct call *q);

/* Does what an admitted call asks for. */
void call_serve(struct call *q);

/* A route for the shop, which faults may befall, not one for the tests. */
bool call_is_api(const struct call *q);

#endif
