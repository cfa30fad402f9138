#include "io/http.h"

#include <curl/curl.h>
#include <string.h>
#include <strings.h>

#include "core/buf.h"
#include "core/fault.h"
#include "core/log.h"

/* The process's connections, like those to the database and the cache. */
static CURL *easy;

struct answer {
	struct buf body;
	struct buf headers;
};

static size_t
take_body(char *p, size_t size, size_t n, void *arg)
{
	struct answer *a = arg;

	(void)size;
	buf_raw(&a->body, p, n);
	return buf_ok(&a->body) ? n : 0;
}

static size_t
take_header(char *p, size_t size, size_t n, void *arg)
{
	struct answer *a = arg;

	(void)size;
	/* Of "100 Continue" and the answer, the last one counts. */
	if (n >= 5 && strncmp(p, "HTTP/", 5) == 0)
		buf_clear(&a->headers);
	buf_raw(&a->headers, p, n);
	return buf_ok(&a->headers) ? n : 0;
}

static void
free_slist(void *list)
{
	curl_slist_free_all(list);
}

static bool
add_header(struct ctx *c, struct curl_slist **list, const char *line)
{
	struct curl_slist *longer;

	/* A header that holds a line's end would be two. */
	if (strpbrk(line, "\r\n") != NULL)
		return false;
	longer = curl_slist_append(*list, line);
	if (longer == NULL)
		return false;
	if (*list == NULL)
		arena_defer(c->arena, free_slist, longer);
	*list = longer;
	return true;
}

static bool
make_headers(struct ctx *c, const struct http_request *in,
    struct curl_slist **list)
{
	const char *type = in->content_type != NULL ? in->content_type :
						      "application/json";

	*list = NULL;
	/* No waiting for "100 Continue", and no form's type on our bodies. */
	if (!add_header(c, list, "Expect:") ||
	    !add_header(c, list, "Accept: application/json"))
		return false;
	if (in->body != NULL &&
	    !add_header(c, list,
		arena_printf(c->arena, "Content-Type: %s", type)))
		return false;
	for (size_t i = 0; i < in->nheaders; i++)
		if (!add_header(c, list, in->headers[i]))
			return false;
	return true;
}

static bool
is_get(const struct http_request *in)
{
	return strcmp(in->method, "GET") == 0;
}

static size_t
answer_max(const struct http_request *in)
{
	return in->answer_max != 0 ? in->answer_max : HTTP_ANSWER_MAX;
}

#define SET(option, value)                                                   \
	(curl_easy_setopt(easy, CURLOPT_##option, (value)) == CURLE_OK)

static bool
set_rules(const struct http_request *in)
{
	long connect = in->connect_ms != 0 ? in->connect_ms : HTTP_CONNECT_MS;
	long total = in->total_ms != 0 ? in->total_ms : HTTP_TOTAL_MS;

	return SET(NOSIGNAL, 1L) && SET(PROTOCOLS_STR, "http,https") &&
	    SET(FOLLOWLOCATION, 0L) && SET(PROXY, "") &&
	    SET(SSL_VERIFYPEER, 1L) && SET(SSL_VERIFYHOST, 2L) &&
	    SET(SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) &&
	    SET(CONNECTTIMEOUT_MS, connect) && SET(TIMEOUT_MS, total) &&
	    SET(MAXFILESIZE, (long)answer_max(in)) &&
	    SET(USERAGENT, "haat") &&
	    SET(HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) &&
	    SET(FRESH_CONNECT, in->repeatable || is_get(in) ? 0L : 1L);
}

static bool
set_request(const struct http_request *in, struct curl_slist *headers,
    struct answer *a)
{
	bool good = SET(URL, in->url) && SET(HTTPHEADER, headers) &&
	    SET(WRITEFUNCTION, take_body) && SET(WRITEDATA, a) &&
	    SET(HEADERFUNCTION, take_header) && SET(HEADERDATA, a);

	if (in->body != NULL)
		good = good && SET(POST, 1L) &&
		    SET(POSTFIELDSIZE, (long)in->body_len) &&
		    SET(POSTFIELDS, in->body);
	if (in->body != NULL || !is_get(in))
		good = good && SET(CUSTOMREQUEST, in->method);
	if (in->basic_user != NULL)
		good = good && SET(HTTPAUTH, (long)CURLAUTH_BASIC) &&
		    SET(USERNAME, in->basic_user) &&
		    SET(PASSWORD,
			in->basic_password != NULL ? in->basic_password : "");
	return good;
}

static bool
ready(void)
{
	if (easy != NULL) {
		/* Forgets the request before, keeps its connection. */
		curl_easy_reset(easy);
		return true;
	}
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return false;
	easy = curl_easy_init();
	return easy != NULL;
}

/* What a failure says about whether the request arrived. */
static enum http_result
judge(CURLcode code, const struct answer *a)
{
	long sent = 0;

	if (code == CURLE_OK)
		return HTTP_OK;
	/* Bytes of requests sent, over all tries. */
	if (curl_easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &sent) ==
		CURLE_OK &&
	    sent == 0)
		return HTTP_UNREACHABLE;
	if (!buf_ok(&a->body) || !buf_ok(&a->headers) ||
	    code == CURLE_FILESIZE_EXCEEDED)
		return HTTP_TOO_LARGE;
	switch (code) {
	case CURLE_WEIRD_SERVER_REPLY:
	case CURLE_UNSUPPORTED_PROTOCOL: /* no status line: HTTP/0.9 */
	case CURLE_BAD_CONTENT_ENCODING:
	case CURLE_HTTP_RETURNED_ERROR:
		return HTTP_JUNK;
	default:
		return HTTP_UNKNOWN;
	}
}

const char *
http_result_name(enum http_result result)
{
	static const char *const names[] = {
		[HTTP_OK] = "ok",
		[HTTP_UNREACHABLE] = "unreachable",
		[HTTP_UNKNOWN] = "no answer",
		[HTTP_TOO_LARGE] = "answer too large",
		[HTTP_JUNK] = "no HTTP",
	};

	return names[result];
}

static void
tell(struct ctx *c, const struct http_request *in, enum http_result result,
    const char *why)
{
	const char *host = strstr(in->url, "://");
	size_t len;

	host = host != NULL ? host + 3 : in->url;
	len = strcspn(host, "/?#");
	/* A name and a password may stand in front. */
	for (const char *at = host; (size_t)(at - host) < len; at++) {
		if (*at != '@')
			continue;
		len -= (size_t)(at + 1 - host);
		host = at + 1;
	}
	log_warn("http %s: %s: %s host=%.*s request_id=%s",
	    in->name != NULL ? in->name : "-", http_result_name(result), why,
	    (int)len, host, c->request_id != NULL ? c->request_id : "-");
}

static enum http_result
perform(struct ctx *c, const struct http_request *in, struct answer *a)
{
	struct curl_slist *headers;
	enum http_result result;
	CURLcode code;

	if (!ready() || !make_headers(c, in, &headers) || !set_rules(in) ||
	    !set_request(in, headers, a)) {
		tell(c, in, HTTP_UNREACHABLE, "cannot be made");
		return HTTP_UNREACHABLE;
	}
	code = curl_easy_perform(easy);
	result = judge(code, a);
	if (result != HTTP_OK)
		tell(c, in, result, curl_easy_strerror(code));
	return result;
}

enum http_result
http_send(struct ctx *c, const struct http_request *in,
    struct http_response *out)
{
	struct answer a;
	enum http_result result;
	long status = 0;

	*out = (struct http_response){ .body = "", .headers = "" };
	/* Twice, as a call can fail on its way there and on its way back. */
	if (fault_point("http"))
		return HTTP_UNREACHABLE;
	buf_init(&a.body, c->arena, answer_max(in));
	buf_init(&a.headers, c->arena, HTTP_HEADERS_MAX);
	result = perform(c, in, &a);
	if (easy != NULL &&
	    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status) ==
		CURLE_OK)
		out->status = (int)status;
	if (result == HTTP_OK && fault_point("http answer")) {
		out->status = 0;
		return HTTP_UNKNOWN;
	}
	if (result != HTTP_OK)
		return result;
	out->body = buf_text(&a.body);
	out->len = a.body.len;
	out->headers = buf_text(&a.headers);
	return HTTP_OK;
}

const char *
http_header(struct ctx *c, const struct http_response *r, const char *name)
{
	size_t len = strlen(name);
	const char *line = r->headers;

	while (*line != '\0') {
		size_t all = strcspn(line, "\r\n");

		if (all > len && line[len] == ':' &&
		    strncasecmp(line, name, len) == 0) {
			const char *v = line + len + 1;
			size_t blank = strspn(v, " \t");

			return arena_strndup(c->arena, v + blank,
			    all - len - 1 - blank);
		}
		line += all;
		line += strspn(line, "\r\n");
	}
	return NULL;
}

void
http_close(void)
{
	if (easy != NULL)
		curl_easy_cleanup(easy);
	easy = NULL;
}
