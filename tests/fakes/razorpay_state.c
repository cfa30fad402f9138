#include "razorpay_state.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/log.h"
#include "razorpay_journal.h"

const char *const order_status_names[] = { "created", "attempted", "paid" };
const char *const payment_status_names[] = { "authorized", "captured",
	"refunded", "failed" };
const char *const refund_status_names[] = { "pending", "processed",
	"failed" };
const char *const method_names[] = { "upi", "card", "netbanking", "wallet" };

int
name_index(const char *const *names, int n, const char *name)
{
	for (int i = 0; i < n; i++)
		if (name != NULL && strcmp(names[i], name) == 0)
			return i;
	return -1;
}

void
state_new_id(const char *prefix, char id[ID_TEXT])
{
	static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz";
	size_t n = (size_t)snprintf(id, ID_TEXT, "%s", prefix);

	for (int i = 0; i < ID_RANDOM; i++)
		id[n++] = digits[randombytes_uniform(sizeof(digits) - 1)];
	id[n] = '\0';
}

static int64_t
now_secs(void)
{
	return clock_now_us() / 1000000;
}

static const char *
keep(struct state *s, const char *text)
{
	return text != NULL ? arena_strdup(s->arena, text) : NULL;
}

/* --- what a change does in memory, at work and when read again ----------- */

struct order *
put_order(struct state *s, const struct order *draft)
{
	struct order *o = arena_memdup(s->arena, draft, sizeof(*draft));

	o->receipt = keep(s, draft->receipt);
	o->notes = keep(s, draft->notes);
	table_put(&s->orders, s->arena, o->id, o);
	if (o->receipt != NULL)
		table_put(&s->receipts, s->arena, o->receipt, o);
	list_add(&s->order_list, s->arena, o);
	return o;
}

struct payment *
put_payment(struct state *s, const struct payment *draft)
{
	struct payment *p = arena_memdup(s->arena, draft, sizeof(*draft));
	struct order *o = p->order;

	p->amount = o->amount;
	p->next = o->payments;
	o->payments = p;
	o->attempts++;
	if (o->status == ORDER_CREATED)
		o->status = ORDER_ATTEMPTED;
	table_put(&s->payments, s->arena, p->id, p);
	list_add(&s->payment_list, s->arena, p);
	return p;
}

void
put_capture(struct payment *p)
{
	p->status = PAYMENT_CAPTURED;
	/* Also of an order that is paid twice no more than its amount. */
	p->order->amount_paid = p->order->amount;
	p->order->status = ORDER_PAID;
}

/* Its refund comes by a line of its own. */
void
put_return(struct payment *p)
{
	p->returned = true;
}

static void
count_refunded(struct payment *p, int64_t amount)
{
	p->amount_refunded += amount;
	p->status = p->amount_refunded == p->amount ? PAYMENT_REFUNDED :
						      PAYMENT_CAPTURED;
}

struct refund *
put_refund(struct state *s, const struct refund *draft)
{
	struct refund *r = arena_memdup(s->arena, draft, sizeof(*draft));

	r->receipt = keep(s, draft->receipt);
	r->notes = keep(s, draft->notes);
	r->key = keep(s, draft->key);
	r->next = r->payment->refunds;
	r->payment->refunds = r;
	if (r->status != REFUND_FAILED)
		count_refunded(r->payment, r->amount);
	table_put(&s->refunds, s->arena, r->id, r);
	if (r->key != NULL)
		table_put(&s->keys, s->arena, r->key, r);
	list_add(&s->refund_list, s->arena, r);
	return r;
}

void
put_refund_status(struct refund *r, enum refund_status status)
{
	if (status == REFUND_FAILED && r->status != REFUND_FAILED)
		count_refunded(r->payment, -r->amount);
	if (status != REFUND_FAILED && r->status == REFUND_FAILED)
		count_refunded(r->payment, r->amount);
	r->status = status;
}

struct event *
put_event(struct state *s, const char *id, const char *name, int64_t body_at,
    size_t body_len)
{
	struct event *e = ARENA_NEW(s->arena, struct event);

	e->id = id;
	snprintf(e->name, sizeof(e->name), "%s", name);
	e->seq = (int64_t)s->event_list.n;
	e->body_at = body_at;
	e->body_len = body_len;
	table_put(&s->events, s->arena, e->id, e);
	list_add(&s->event_list, s->arena, e);
	return e;
}

/* A process that ends may hold the journal a little longer. */
static bool
lock(int fd)
{
	for (int tries = 0; tries < 50; tries++) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return true;
		usleep(100 * 1000);
	}
	return false;
}

struct state *
state_open(const char *folder)
{
	struct arena *a = arena_new();
	struct state *s = ARENA_NEW(a, struct state);
	const char *path;

	s->arena = a;
	s->lines_arena = arena_new();
	path = arena_printf(a, "%s/sandbox", folder);
	(void)mkdir(path, 0700); /* open() tells whether it is there */
	path = arena_printf(a, "%s/sandbox/razorpay.journal", folder);
	s->fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (s->fd < 0 || !lock(s->fd) || !read_journal(s)) {
		log_error("cannot use %s: %m", path);
		return NULL;
	}
	buf_init(&s->lines, s->lines_arena, LINES_MAX);
	return s;
}

/* --- writing it ---------------------------------------------------------- */

void
state_sync(struct state *s)
{
	size_t done = 0;

	if (s->lines.len == 0)
		return;
	while (done < s->lines.len) {
		ssize_t n = write(s->fd, s->lines.data + done,
		    s->lines.len - done);

		if (n <= 0)
			break;
		done += (size_t)n;
	}
	if (done < s->lines.len || !buf_ok(&s->lines) ||
	    (s->matters && fdatasync(s->fd) != 0)) {
		log_error("cannot write the journal: %m");
		abort();
	}
	s->matters = false;
	s->size += (int64_t)done;
	arena_reset(s->lines_arena);
	buf_init(&s->lines, s->lines_arena, LINES_MAX);
}

static struct json
line_open(struct state *s, const char *type)
{
	struct json j = js_to(&s->lines);

	s->matters = true;
	js_open(&j, '{');
	js_str(&j, "t", type);
	return j;
}

static void
line_close(struct state *s, struct json *j)
{
	js_close(j, '}');
	buf_char(&s->lines, '\n');
}

struct order *
state_add_order(struct state *s, const struct order *draft)
{
	struct order o = *draft;
	struct json j;

	state_new_id("order_", o.id);
	o.created_at_secs = now_secs();
	j = line_open(s, "order");
	js_str(&j, "id", o.id);
	js_i64(&j, "amount", o.amount);
	js_str(&j, "receipt", o.receipt);
	js_str(&j, "notes", o.notes);
	js_i64(&j, "at", o.created_at_secs);
	line_close(s, &j);
	return put_order(s, &o);
}

struct payment *
state_add_payment(struct state *s, struct order *o, enum method method,
    enum payment_status status)
{
	struct payment p = {
		.order = o,
		.method = method,
		.status = status,
		.created_at_secs = now_secs(),
	};
	struct json j;

	state_new_id("pay_", p.id);
	j = line_open(s, "payment");
	js_str(&j, "id", p.id);
	js_str(&j, "order", o->id);
	js_str(&j, "method", method_names[method]);
	js_str(&j, "status", payment_status_names[status]);
	js_i64(&j, "at", p.created_at_secs);
	line_close(s, &j);
	return put_payment(s, &p);
}

void
state_capture(struct state *s, struct payment *p)
{
	struct json j = line_open(s, "capture");

	js_str(&j, "id", p->id);
	line_close(s, &j);
	put_capture(p);
}

void
state_return(struct state *s, struct payment *p)
{
	struct json j = line_open(s, "return");

	js_str(&j, "id", p->id);
	line_close(s, &j);
	put_return(p);
}

struct refund *
state_add_refund(struct state *s, struct payment *p,
    const struct refund *draft)
{
	struct refund r = *draft;
	char hash[2 * KEY_HASH + 1];
	struct json j;

	state_new_id("rfnd_", r.id);
	r.payment = p;
	r.first_status = r.status;
	r.created_at_secs = now_secs();
	sodium_bin2hex(hash, sizeof(hash), r.key_hash, KEY_HASH);
	j = line_open(s, "refund");
	js_str(&j, "id", r.id);
	js_str(&j, "payment", p->id);
	js_i64(&j, "amount", r.amount);
	js_str(&j, "status", refund_status_names[r.status]);
	js_bool(&j, "optimum", r.optimum);
	js_str(&j, "receipt", r.receipt);
	js_str(&j, "notes", r.notes);
	js_str(&j, "key", r.key);
	js_str(&j, "hash", hash);
	js_i64(&j, "at", r.created_at_secs);
	line_close(s, &j);
	return put_refund(s, &r);
}

void
state_refund_move(struct state *s, struct refund *r,
    enum refund_status status)
{
	struct json j = line_open(s, "refund_status");

	js_str(&j, "id", r->id);
	js_str(&j, "status", refund_status_names[status]);
	line_close(s, &j);
	put_refund_status(r, status);
}

struct event *
state_add_event(struct state *s, const char *id, const char *name,
    const char *body)
{
	int64_t at;

	s->matters = true;
	buf_lit(&s->lines, EVENT_HEAD);
	buf_str(&s->lines, id);
	buf_lit(&s->lines, EVENT_BODY);
	at = s->size + (int64_t)s->lines.len;
	buf_str(&s->lines, body);
	buf_lit(&s->lines, "}\n");
	return put_event(s, keep(s, id), name, at, strlen(body));
}

void
state_event_sent(struct state *s, struct event *e)
{
	e->sent = true;
	buf_lit(&s->lines, SENT_HEAD);
	buf_i64(&s->lines, e->seq);
	buf_lit(&s->lines, "}\n");
}

/* --- looking up ---------------------------------------------------------- */

static void *
find(const struct table *t, const char *key)
{
	return key != NULL ? table_get(t, key) : NULL;
}

struct order *
state_order(struct state *s, const char *id)
{
	return find(&s->orders, id);
}

struct order *
state_order_by_receipt(struct state *s, const char *receipt)
{
	return find(&s->receipts, receipt);
}

struct payment *
state_payment(struct state *s, const char *id)
{
	return find(&s->payments, id);
}

struct refund *
state_refund(struct state *s, const char *id)
{
	return find(&s->refunds, id);
}

struct refund *
state_refund_by_key(struct state *s, const char *key)
{
	return find(&s->keys, key);
}

struct event *
state_event(struct state *s, const char *id)
{
	return find(&s->events, id);
}

const struct list *
state_orders(const struct state *s)
{
	return &s->order_list;
}

const struct list *
state_payments(const struct state *s)
{
	return &s->payment_list;
}

const struct list *
state_refunds(const struct state *s)
{
	return &s->refund_list;
}

const struct list *
state_events(const struct state *s)
{
	return &s->event_list;
}

struct arena *
state_arena(struct state *s)
{
	return s->arena;
}

const char *
state_event_body(struct state *s, const struct event *e, struct arena *a)
{
	char *body;

	if (e->body_at + (int64_t)e->body_len > s->size)
		return NULL;
	body = arena_alloc(a, e->body_len + 1);
	if (pread(s->fd, body, e->body_len, e->body_at) !=
	    (ssize_t)e->body_len)
		return NULL;
	return body;
}
