#include "razorpay_webhook.h"

#include "core/clock.h"
#include "core/log.h"

enum {
	INLINE_TRIES = 5,
	BACKOFF_MS = 50,
	ASIDE_MS = 10 * 1000,
	/* A day of these. */
	TRIES_MAX = 24 * 60 * 6,
	SHUFFLE_WINDOW = 32,
	CONNECT_MS = 2000,
	TOTAL_MS = 5000,
	POLL_MS = 1000
};

TAILQ_HEAD(event_list, event);

struct sender {
	struct sandbox *sandbox;
	struct arena *arena; /* of the event that is on its way */
	CURLM *multi;
	CURL *easy;
	struct curl_slist *headers;
	struct event *current;
	bool missigned; /* the current try */
	struct event_list waiting;
	struct event_list held;
	struct webhook_knobs knobs;
	struct sender_counts counts;
	uint64_t random;
};

static int64_t
after_ms(int64_t ms)
{
	return clock_mono_us() + ms * 1000;
}

/* --- lists --------------------------------------------------------------- */

static void
add_waiting(struct sender *s, struct event *e)
{
	TAILQ_INSERT_TAIL(&s->waiting, e, entry);
	s->counts.waiting++;
}

static void
add_held(struct sender *s, struct event *e)
{
	TAILQ_INSERT_TAIL(&s->held, e, entry);
	s->counts.held++;
}

static void
take_waiting(struct sender *s, struct event *e)
{
	TAILQ_REMOVE(&s->waiting, e, entry);
	s->counts.waiting--;
}

static void
let_go(struct sender *s, struct event *e)
{
	TAILQ_REMOVE(&s->held, e, entry);
	s->counts.held--;
	e->released = true;
	e->due_us = after_ms(s->knobs.delay_ms);
	add_waiting(s, e);
}

void
sender_add(struct sender *s, struct event *e)
{
	e->due_us = after_ms(s->knobs.delay_ms);
	if (s->knobs.hold)
		add_held(s, e);
	else
		add_waiting(s, e);
}

void
sender_again(struct sender *s, struct event *e)
{
	if (!e->sent)
		return;
	e->sent = e->released = false;
	e->attempts = e->missigned = e->copies = 0;
	sender_add(s, e);
}

void
sender_release(struct sender *s, const char *const *names, size_t n)
{
	struct event *e, *next;

	for (size_t i = 0; i < n; i++)
		for (e = TAILQ_FIRST(&s->held); e != NULL; e = next) {
			next = TAILQ_NEXT(e, entry);
			if (strcmp(e->name, names[i]) == 0)
				let_go(s, e);
		}
	while ((e = TAILQ_FIRST(&s->held)) != NULL)
		let_go(s, e);
}

void
sender_knobs(struct sender *s, const struct webhook_knobs *k)
{
	bool stop = k->hold && !s->knobs.hold;
	bool go = !k->hold && s->knobs.hold;
	struct event *e;

	s->knobs = *k;
	if (go)
		sender_release(s, NULL, 0);
	while (stop && (e = TAILQ_FIRST(&s->waiting)) != NULL) {
		take_waiting(s, e);
		add_held(s, e);
	}
}

struct sender_counts
sender_counts(const struct sender *s)
{
	struct sender_counts c = s->counts;

	c.waiting += s->current != NULL;
	return c;
}

/* --- choosing ------------------------------------------------------------ */

static struct event *
choose_shuffled(struct sender *s, int64_t now)
{
	struct event *due[SHUFFLE_WINDOW], *e;
	size_t n = 0;

	TAILQ_FOREACH(e, &s->waiting, entry)
	{
		if (e->due_us <= now)
			due[n++] = e;
		if (n == SHUFFLE_WINDOW)
			break;
	}
	s->random = s->random * 6364136223846793005U + 1442695040888963407U;
	return n > 0 ? due[(s->random >> 33) % n] : NULL;
}

/*
 * The first one, or one behind others that have been refused often.  *at: when
 * the next one is due, if none is now.
 */
static struct event *
choose(struct sender *s, int64_t now, int64_t *at)
{
	struct event *e;

	*at = INT64_MAX;
	if (s->knobs.shuffle) {
		e = choose_shuffled(s, now);
		if (e != NULL)
			return e;
	}
	TAILQ_FOREACH(e, &s->waiting, entry)
	{
		if (e->due_us <= now)
			return e;
		if (e->due_us < *at)
			*at = e->due_us;
		if (e->attempts < INLINE_TRIES)
			break;
	}
	return NULL;
}

/* --- one try ------------------------------------------------------------- */

/* Its parameters are libcurl's. */
static size_t
/* NOLINTNEXTLINE(readability-non-const-parameter) */
drop(char *p, size_t size, size_t n, void *arg)
{
	(void)p;
	(void)arg;
	return size * n;
}

static void
set_headers(struct sender *s, const struct event *e, const char *body)
{
	char signature[65];
	const char *const lines[] = {
		"Content-Type: application/json",
		"User-Agent: Razorpay-Webhook/v1",
		"Expect:",
		arena_printf(s->arena, "X-Razorpay-Event-Id: %s", e->id),
	};
	struct curl_slist *list = NULL;

	sign_hex(s->sandbox->settings.webhook_secret, body, e->body_len,
	    signature);
	if (s->missigned)
		signature[63] = signature[63] == '0' ? '1' : '0';
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		list = curl_slist_append(list, lines[i]);
	list = curl_slist_append(list,
	    arena_printf(s->arena, "X-Razorpay-Signature: %s", signature));
	curl_easy_setopt(s->easy, CURLOPT_HTTPHEADER, list);
	curl_slist_free_all(s->headers);
	s->headers = list;
}

static void
start(struct sender *s, struct event *e)
{
	const char *body;

	arena_reset(s->arena);
	body = state_event_body(s->sandbox->state, e, s->arena);
	if (body == NULL) {
		/* Not yet on the disk: the next turn. */
		e->due_us = after_ms(1);
		return;
	}
	take_waiting(s, e);
	s->current = e;
	s->missigned = e->missigned < s->knobs.missign;
	set_headers(s, e, body);
	curl_easy_setopt(s->easy, CURLOPT_POSTFIELDS, body);
	curl_easy_setopt(s->easy, CURLOPT_POSTFIELDSIZE_LARGE,
	    (curl_off_t)e->body_len);
	if (curl_multi_add_handle(s->multi, s->easy) != CURLM_OK) {
		log_error("cannot send event %s", e->id);
		abort();
	}
}

static void
refused(struct sender *s, struct event *e, long status)
{
	int64_t wait = BACKOFF_MS;

	s->counts.refused++;
	if (s->missigned) {
		e->missigned++;
		e->due_us = after_ms(0);
	} else {
		wait <<= e->attempts < INLINE_TRIES ? e->attempts : 0;
		if (++e->attempts >= INLINE_TRIES)
			wait = ASIDE_MS;
		if (e->attempts == 1 || e->attempts == INLINE_TRIES)
			log_warn("event %s %s: status=%ld attempts=%d", e->id,
			    e->name, status, e->attempts);
		e->due_us = after_ms(wait);
	}
	if (e->attempts >= TRIES_MAX) {
		state_event_sent(s->sandbox->state, e);
		return;
	}
	/* In front: it keeps its place in the order. */
	TAILQ_INSERT_HEAD(&s->waiting, e, entry);
	s->counts.waiting++;
}

static void
finished(struct sender *s, CURLcode result)
{
	struct event *e = s->current;
	long status = 0;

	if (e == NULL)
		return;
	curl_easy_getinfo(s->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_multi_remove_handle(s->multi, s->easy);
	s->current = NULL;
	if (result != CURLE_OK || status < 200 || status > 299 ||
	    s->missigned) {
		refused(s, e, status);
	} else if (e->copies++ < s->knobs.duplicate) {
		e->due_us = after_ms(0);
		TAILQ_INSERT_HEAD(&s->waiting, e, entry);
		s->counts.waiting++;
	} else {
		s->counts.sent++;
		state_event_sent(s->sandbox->state, e);
	}
	/* The knob may have come while this one was on its way. */
	if (s->knobs.hold && !e->sent && !e->released) {
		take_waiting(s, e);
		add_held(s, e);
	}
}

/* --- the loop's side ----------------------------------------------------- */

CURLM *
sender_multi(struct sender *s)
{
	return s->multi;
}

int
sender_timeout_ms(struct sender *s)
{
	int64_t now = clock_mono_us(), at;

	if (s->current != NULL || TAILQ_EMPTY(&s->waiting) ||
	    s->sandbox->settings.webhook_url[0] == '\0')
		return POLL_MS;
	/* choose() changes nothing but its own random number. */
	if (choose(s, now, &at) != NULL)
		return 0;
	at = (at - now) / 1000 + 1;
	return at < POLL_MS ? (int)at : POLL_MS;
}

void
sender_step(struct sender *s)
{
	int running, left;
	CURLMsg *m;
	int64_t at;

	curl_multi_perform(s->multi, &running);
	while ((m = curl_multi_info_read(s->multi, &left)) != NULL)
		if (m->msg == CURLMSG_DONE)
			finished(s, m->data.result);
	if (s->current != NULL || s->sandbox->settings.webhook_url[0] == '\0')
		return;
	struct event *e = choose(s, clock_mono_us(), &at);
	if (e == NULL)
		return;
	start(s, e);
	curl_multi_perform(s->multi, &running);
}

struct sender *
sender_new(struct sandbox *sandbox)
{
	struct sender *s = ARENA_NEW(state_arena(sandbox->state),
	    struct sender);
	const struct list *all = state_events(sandbox->state);

	s->sandbox = sandbox;
	s->arena = arena_new();
	TAILQ_INIT(&s->waiting);
	TAILQ_INIT(&s->held);
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK ||
	    (s->multi = curl_multi_init()) == NULL ||
	    (s->easy = curl_easy_init()) == NULL)
		return NULL;
	curl_easy_setopt(s->easy, CURLOPT_URL, sandbox->settings.webhook_url);
	curl_easy_setopt(s->easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(s->easy, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(s->easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(s->easy, CURLOPT_POST, 1L);
	curl_easy_setopt(s->easy, CURLOPT_WRITEFUNCTION, drop);
	curl_easy_setopt(s->easy, CURLOPT_CONNECTTIMEOUT_MS,
	    (long)CONNECT_MS);
	curl_easy_setopt(s->easy, CURLOPT_TIMEOUT_MS, (long)TOTAL_MS);
	for (size_t i = 0; i < all->n; i++) {
		struct event *e = all->items[i];

		if (!e->sent)
			add_waiting(s, e);
	}
	return s;
}
