/* The whole document from the fragments of all executables; see openapi.h. */
#include <stdio.h>

#include "core/json.h"
#include "web/openapi.h"

static const char head[] =
    "{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"haat\","
    "\"version\":\"1.0.0\",\"summary\":\"Multi-vendor marketplace\","
    "\"description\":\"Errors are problem+json with a stable `code`. Lists "
    "are pages with `next` and `previous` links. Amounts are integers in "
    "the currency's minor unit.\"},\"servers\":[{\"url\":\"/\"}],"
    "\"security\":[],\"components\":{\"securitySchemes\":{\"bearer\":{"
    "\"type\":\"http\",\"scheme\":\"bearer\",\"bearerFormat\":\"JWT\","
    "\"description\":\"The access token of auth/login/\"}},"
    "\"parameters\":{\"IdempotencyKey\":{\"name\":\"Idempotency-Key\","
    "\"in\":\"header\",\"required\":false,\"description\":\"1 to 255 "
    "visible ASCII characters without comma. The same key and request give "
    "the first answer again.\",\"schema\":{\"type\":\"string\","
    "\"minLength\":1,\"maxLength\":255}}},\"schemas\":{\"problem\":{"
    "\"type\":\"object\",\"description\":\"RFC 9457\",\"properties\":{"
    "\"type\":{\"type\":\"string\"},\"title\":{\"type\":\"string\"},"
    "\"status\":{\"type\":\"integer\"},\"detail\":{\"type\":\"string\"},"
    "\"code\":{\"type\":\"string\"},\"request_id\":{\"type\":\"string\"},"
    "\"errors\":{\"type\":\"object\",\"additionalProperties\":{\"type\":"
    "\"array\",\"items\":{\"type\":\"string\"}}}},\"required\":[\"type\","
    "\"title\",\"status\",\"detail\",\"code\",\"request_id\"],"
    "\"additionalProperties\":false}";

static void
collect(struct json_object *into, struct json_object *file, const char *key)
{
	struct json_object *part;

	if (!json_object_object_get_ex(file, key, &part))
		return;
	json_object_object_foreach(part, name, value) {
		json_object_object_add(into, name, json_object_get(value));
	}
}

static void
print_members(struct json_object *o, bool comma)
{
	json_object_object_foreach(o, name, value) {
		printf("%s\"%s\":%s", comma ? "," : "", name,
		    json_object_to_json_string_ext(value,
			JSON_C_TO_STRING_NOSLASHESCAPE));
		comma = true;
	}
}

int
openapi_merge(struct arena *a, char **files, int n)
{
	struct json_object *paths = json_object_new_object();
	struct json_object *schemas = json_object_new_object();

	(void)a;
	for (int i = 0; i < n; i++) {
		struct json_object *o = json_object_from_file(files[i]);

		if (o == NULL) {
			fprintf(stderr, "%s: %s\n", files[i],
			    json_util_get_last_err());
			return 1;
		}
		collect(paths, o, "paths");
		collect(schemas, o, "schemas");
		json_object_put(o);
	}
	printf("%s", head);
	print_members(schemas, true);
	printf("}},\"paths\":{");
	print_members(paths, false);
	printf("}}\n");
	json_object_put(paths);
	json_object_put(schemas);
	return 0;
}
