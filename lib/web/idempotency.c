#include "web/idempotency.h"

#include <sodium.h>
#include <string.h>

#include "core/memo.h"
#include "db/idem_lock.h"
#include "io/redis.h"
#include "web/form.h"
#include "web/limit.h"
#include "web/problem.h"

enum { KEEP_SECS = 24 * 3600, KEY_MAX = 255, PRINT = 32 };

/* --- the key ------------------------------------------------------------ */

static enum err
invalid_key(struct ctx *c)
{
	return fail(c, ERR_INVALID_IDEMPOTENCY_KEY,
	    "The key must be one value of 1 to 255 visible ASCII characters "
	    "without comma.");
}

static const char *
principal_of(struct request *rq)
{
	char id[UUID_TEXT];

	if (uuid_is_zero(rq->ctx.caller.id))
		return "anon";
	uuid_format(rq->ctx.caller.id, id);
	return arena_printf(rq->ctx.arena, "u:%s", id);
}

enum err
idempotency_read(struct request *rq)
{
	struct ctx *c = &rq->ctx;
	const char *v = request_header(rq, "HTTP_IDEMPOTENCY_KEY");
	size_t len;

	if (rq->route->idempotency < IDEMPOTENCY_KEY)
		return OK;
	if (v == NULL) {
		if (!c->config->require_idempotency_key)
			return OK;
		return fail(c, ERR_INVALID_IDEMPOTENCY_KEY,
		    "Send an Idempotency-Key header.");
	}
	len = strlen(v);
	if (len >= 2 && v[0] == '"' && v[len - 1] == '"') {
		v++;
		len -= 2;
	}
	if (len < 1 || len > KEY_MAX)
		return invalid_key(c);
	for (size_t i = 0; i < len; i++)
		if (v[i] < 0x21 || v[i] > 0x7e || v[i] == ',')
			return invalid_key(c);
	c->idem_key = arena_strndup(c->arena, v, len);
	c->idem_principal = principal_of(rq);
	rq->keyed = true;
	return OK;
}

/* --- the fingerprint ---------------------------------------------------- */

static int
compare_params(const void *a, const void *b)
{
	const struct param *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order != 0 ? order : strcmp(x->value, y->value);
}

void
idempotency_fingerprint(struct request *rq)
{
	const char *secret = rq->ctx.config->app_secret;
	crypto_auth_hmacsha256_state st;
	struct param *sorted;
	struct buf b;

	buf_init(&b, rq->ctx.arena, BUF_CAP_REPLY);
	buf_printf(&b, "%s %s\n", rq->method, rq->path);
	sorted = arena_memdup(rq->ctx.arena, rq->params,
	    rq->nparams * sizeof(*sorted));
	if (rq->nparams > 0)
		qsort(sorted, rq->nparams, sizeof(*sorted), compare_params);
	for (size_t i = 0; i < rq->nparams; i++) {
		buf_url_arg(&b, sorted[i].name);
		buf_char(&b, '=');
		buf_url_arg(&b, sorted[i].value);
		buf_char(&b, '&');
	}
	buf_char(&b, '\n');
	if (rq->json != NULL)
		json_canonical(&b, rq->json);
	if (rq->form != NULL)
		form_canonical(rq->form, &b);
	crypto_auth_hmacsha256_init(&st, (const unsigned char *)secret,
	    strlen(secret));
	crypto_auth_hmacsha256_update(&st,
	    (const unsigned char *)"idempotency", 11);
	crypto_auth_hmacsha256_update(&st,
	    (const unsigned char *)buf_text(&b), b.len);
	crypto_auth_hmacsha256_final(&st, rq->fingerprint);
}

static const char *
cache_key(struct request *rq)
{
	unsigned char digest[crypto_hash_sha256_BYTES];
	struct buf b;

	crypto_hash_sha256(digest, (const unsigned char *)rq->ctx.idem_key,
	    strlen(rq->ctx.idem_key));
	buf_init(&b, rq->ctx.arena, 512);
	buf_printf(&b, "idem:%s:", rq->ctx.idem_principal);
	buf_hex(&b, digest, sizeof(digest));
	return buf_text(&b);
}

/* --- answers in memory --------------------------------------------------- */

/* An answer to a key is for ever, so what is remembered is as good as what is
 * stored. */
struct remembered {
	unsigned char fingerprint[PRINT];
	int status;
	char content_type[48];
	char body[];
};

static const char *
memory_key(struct request *rq, size_t *len)
{
	const char *key = arena_printf(rq->ctx.arena, "key %s %s",
	    rq->ctx.idem_principal, rq->ctx.idem_key);

	*len = strlen(key);
	return key;
}

static struct remembered *
recall(struct request *rq, size_t *body_len)
{
	size_t len;
	const char *key = memory_key(rq, &len);
	struct remembered *m = memo_find(rq->answers, key, len, body_len);

	if (m != NULL)
		*body_len -= sizeof(*m);
	return m;
}

static void
remember(struct request *rq, const char *body, size_t body_len)
{
	size_t len, type_len = strlen(rq->content_type);
	const char *key = memory_key(rq, &len);
	struct remembered *m;

	/* What must not be stored is made anew each time. */
	if (rq->route->replay != NULL || type_len >= sizeof(m->content_type))
		return;
	m = memo_keep(rq->answers, key, len, sizeof(*m) + body_len);
	if (m == NULL)
		return;
	memcpy(m->fingerprint, rq->fingerprint, PRINT);
	m->status = rq->status;
	memcpy(m->content_type, rq->content_type, type_len + 1);
	if (body_len > 0)
		memcpy(m->body, body, body_len);
}

bool
idempotency_remembers(struct request *rq)
{
	size_t len;

	return rq->keyed && rq->ctx.config->hot_answers_ms > 0 &&
	    !rq->route->multipart && recall(rq, &len) != NULL;
}

bool
idempotency_replay(struct request *rq)
{
	size_t len;
	const struct remembered *m = recall(rq, &len);

	idempotency_fingerprint(rq);
	if (m == NULL ||
	    sodium_memcmp(m->fingerprint, rq->fingerprint, PRINT) != 0)
		return false;
	rq->replayed = true;
	rq->from_memory = true;
	rq->status = m->status;
	rq->content_type = arena_strdup(rq->ctx.arena, m->content_type);
	reply_header(rq, "Idempotent-Replayed", "true");
	buf_raw(rq->out, m->body, len);
	return true;
}

/* --- answers kept ------------------------------------------------------- */

struct kept {
	const unsigned char *fingerprint;
	int status;
	const char *content_type;
	const char *body;
	size_t body_len;
};

static enum err
replay(struct request *rq, const struct kept *k)
{
	if (sodium_memcmp(k->fingerprint, rq->fingerprint, PRINT) != 0)
		return fail(&rq->ctx, ERR_IDEMPOTENCY_KEY_REUSED,
		    "This key was sent with another request.");
	rq->replayed = true;
	rq->status = k->status;
	rq->content_type = arena_strdup(rq->ctx.arena, k->content_type);
	reply_header(rq, "Idempotent-Replayed", "true");
	limit_give_back(rq);
	if (rq->route->replay != NULL && k->status < 300)
		return rq->route->replay(rq,
		    arena_strndup(rq->ctx.arena, k->body, k->body_len));
	buf_raw(rq->out, k->body, k->body_len);
	remember(rq, k->body, k->body_len);
	return OK;
}

/* An answer that is made anew (register) may write. */
static enum err
replay_within(struct request *rq, const struct kept *k, struct tx *tx)
{
	TRY(replay(rq, k));
	return tx_commit(tx);
}

/* In the cache: fingerprint, status in three digits, type, NUL, body. */
static void
cache_store(struct request *rq, const char *body, size_t len)
{
	struct buf b;

	remember(rq, body, len);
	buf_init(&b, rq->ctx.arena, BUF_CAP_REPLY);
	buf_raw(&b, rq->fingerprint, PRINT);
	buf_i64(&b, rq->status);
	buf_raw(&b, rq->content_type, strlen(rq->content_type) + 1);
	buf_raw(&b, body, len);
	/* The row is there in any case; half an answer is worse than none. */
	if (buf_ok(&b))
		redis_setex(&rq->ctx, cache_key(rq), KEEP_SECS, buf_text(&b),
		    b.len);
}

static bool
cache_find(struct request *rq, struct kept *k)
{
	const char *v, *type, *end;
	size_t len;

	if (!redis_get(&rq->ctx, cache_key(rq), &v, &len) || v == NULL ||
	    len < PRINT + 5)
		return false;
	type = v + PRINT + 3;
	end = memchr(type, '\0', len - PRINT - 3);
	if (end == NULL)
		return false;
	*k = (struct kept){
		.fingerprint = (const unsigned char *)v,
		.status = (v[PRINT] - '0') * 100 + (v[PRINT + 1] - '0') * 10 +
		    (v[PRINT + 2] - '0'),
		.content_type = type,
		.body = end + 1,
		.body_len = len - (size_t)(end + 1 - v),
	};
	return true;
}

/* bytea comes as "\x…". */
static unsigned char *
bytes_of(struct ctx *c, const char *hex, size_t *len)
{
	size_t chars = strlen(hex);
	unsigned char *p = arena_alloc(c->arena, chars / 2 + 1);

	*len = 0;
	if (chars >= 2)
		sodium_hex2bin(p, chars / 2, hex + 2, chars - 2, NULL, len,
		    NULL);
	return p;
}

static enum err
row_find(struct request *rq, struct kept *k, bool *found)
{
	struct ctx *c = &rq->ctx;
	struct rows r;
	size_t len;

	TRY(db_maybe(c, Q_IDEMPOTENCY_FIND,
	    ARGS(A(c->idem_principal), A(c->idem_key)), &r, found));
	if (!*found)
		return OK;
	k->fingerprint = bytes_of(c, col_text(&r), &len);
	k->status = (int)col_i64(&r);
	k->content_type = col_text(&r);
	k->body = (const char *)bytes_of(c, col_text(&r), &k->body_len);
	return OK;
}

/* --- the work ----------------------------------------------------------- */

static int64_t
lock_of(struct request *rq)
{
	return idem_lock_of(&rq->ctx, rq->ctx.idem_principal,
	    rq->ctx.idem_key);
}

/*
 * Takes the key: *found an answer, or the lock is ours until the end of the
 * transaction.  The row is read after the lock is held, by a statement of its
 * own, so that it sees what the winner of the lock has committed.
 */
static enum err
claim(struct request *rq, struct kept *k, bool *found)
{
	struct ctx *c = &rq->ctx;
	struct rows locked;

	db_queue_rows(c, Q_IDEMPOTENCY_LOCK, ARGS(arg_i64(lock_of(rq))),
	    &locked);
	TRY(row_find(rq, k, found));
	row_next(&locked);
	/* A row that is there is committed, whoever holds the lock. */
	if (*found || col_bool(&locked))
		return OK;
	c->problem.retry_after_secs = 1;
	return fail(c, ERR_IDEMPOTENCY_IN_PROGRESS,
	    "The first request with this key is still running.");
}

static void
queue_answer(struct request *rq)
{
	struct ctx *c = &rq->ctx;
	const char *body = rq->keep != NULL ? rq->keep : buf_text(rq->out);
	size_t len = rq->keep != NULL ? strlen(body) : rq->out->len;

	db_queue(c, Q_IDEMPOTENCY_FINISH,
	    ARGS(A(c->idem_principal), A(c->idem_key),
		arg_bytes(rq->fingerprint, PRINT), A(rq->status),
		A(rq->content_type), arg_bytes(body, len)));
}

/* Refusals by the business rules, not by the shape of the request. */
static bool
is_kept_refusal(enum err err)
{
	return err_status(err) == 409 && err != ERR_IDEMPOTENCY_KEY_REUSED &&
	    err != ERR_IDEMPOTENCY_IN_PROGRESS;
}

/* Stores a refusal, in a transaction of its own: the work is undone. */
static enum err
keep_refusal(struct request *rq, enum err refusal)
{
	struct ctx *c = &rq->ctx;
	struct problem problem = c->problem;
	struct kept k;
	bool found;
	TX_SCOPE(tx, c);

	problem_clear(c);
	TRY(claim(rq, &k, &found));
	if (found)
		return replay_within(rq, &k, &tx);
	c->problem = problem;
	problem_write(rq, refusal);
	queue_answer(rq);
	TRY(tx_commit(&tx));
	cache_store(rq, buf_text(rq->out), rq->out->len);
	return OK;
}

static enum err
work_once(struct request *rq, enum err (*work)(struct request *rq))
{
	struct ctx *c = &rq->ctx;
	struct kept k;
	bool found;
	TX_SCOPE(tx, c);

	TRY(claim(rq, &k, &found));
	if (found)
		return replay_within(rq, &k, &tx);
	TRY(work(rq));
	queue_answer(rq);
	TRY(tx_commit(&tx));
	return OK;
}

/* --- work that calls out ------------------------------------------------ */

static void
note_begun(struct ctx *c, const char *recovery)
{
	struct request *rq = c->answer_arg;

	db_queue(c, Q_IDEMPOTENCY_START,
	    ARGS(A(c->idem_principal), A(c->idem_key),
		arg_bytes(rq->fingerprint, PRINT), A(recovery)));
}

static void
note_ready(struct ctx *c)
{
	struct request *rq = c->answer_arg;

	db_queue(c, Q_IDEMPOTENCY_COMPLETE,
	    ARGS(A(c->idem_principal), A(c->idem_key),
		arg_bytes(rq->fingerprint, PRINT), A(rq->status),
		A(rq->content_type),
		arg_bytes(buf_text(rq->out), rq->out->len)));
}

/* An answer that is there, or nothing: then the work runs, or goes on where
 * a process died.  The same key with another request is refused either way. */
static enum err
look(struct request *rq, struct kept *k, bool *found)
{
	struct ctx *c = &rq->ctx;
	struct rows r;
	size_t len;
	bool known;

	*found = false;
	TRY(db_maybe(c, Q_IDEMPOTENCY_LOOK,
	    ARGS(A(c->idem_principal), A(c->idem_key)), &r, &known));
	if (!known)
		return OK;
	k->fingerprint = bytes_of(c, col_text(&r), &len);
	*found = col_bool(&r);
	if (!*found) {
		if (sodium_memcmp(k->fingerprint, rq->fingerprint, PRINT) ==
		    0)
			return OK;
		return fail(c, ERR_IDEMPOTENCY_KEY_REUSED,
		    "This key was sent with another request.");
	}
	k->status = (int)col_i64(&r);
	k->content_type = col_text(&r);
	k->body = (const char *)bytes_of(c, col_text(&r), &k->body_len);
	return OK;
}

static enum err
work_locked(struct request *rq, enum err (*work)(struct request *rq))
{
	struct ctx *c = &rq->ctx;
	struct kept k;
	bool found;
	enum err err;

	TRY(look(rq, &k, &found));
	if (found)
		return replay(rq, &k);
	c->answer_arg = rq;
	c->on_answer_begun = note_begun;
	c->on_answer_ready = note_ready;
	err = work(rq);
	c->on_answer_begun = NULL;
	c->on_answer_ready = NULL;
	if (err != OK && !is_kept_refusal(err))
		return err;
	if (err != OK)
		problem_write(rq, err);
	/* Where the work has stored it already, this changes nothing. */
	note_ready(c);
	return db_flush(c);
}

/*
 * The lock is the session's: it dies with this process, so nothing stays
 * wedged, and it spans the transactions of the work.
 */
static enum err
work_calling_out(struct request *rq, enum err (*work)(struct request *rq))
{
	struct ctx *c = &rq->ctx;
	int64_t lock = lock_of(rq);
	struct problem problem;
	struct rows r;
	enum err err;

	TRY(db_one(c, Q_IDEMPOTENCY_SESSION_LOCK, ARGS(A(lock)), &r));
	if (!col_bool(&r)) {
		c->problem.retry_after_secs = 1;
		return fail(c, ERR_IDEMPOTENCY_IN_PROGRESS,
		    "The first request with this key is still running.");
	}
	err = work_locked(rq, work);
	problem = c->problem;
	if (db_one(c, Q_IDEMPOTENCY_SESSION_UNLOCK, ARGS(A(lock)), &r) != OK)
		db_close(c->db);
	c->problem = problem;
	if (err == OK && !rq->replayed)
		cache_store(rq, buf_text(rq->out), rq->out->len);
	return err;
}

enum err
idempotency_run(struct request *rq, enum err (*work)(struct request *rq))
{
	struct kept k;
	enum err err;

	idempotency_fingerprint(rq);
	if (cache_find(rq, &k))
		return replay(rq, &k);
	if (rq->route->calls_out)
		return work_calling_out(rq, work);
	err = work_once(rq, work);
	if (err == OK && !rq->replayed)
		cache_store(rq,
		    rq->keep != NULL ? rq->keep : buf_text(rq->out),
		    rq->keep != NULL ? strlen(rq->keep) : rq->out->len);
	if (err != OK && is_kept_refusal(err))
		return keep_refusal(rq, err);
	return err;
}
