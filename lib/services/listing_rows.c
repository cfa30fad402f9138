#include "services/listing_rows.h"

#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "core/csv.h"
#include "core/json.h"
#include "core/text.h"
#include "core/utf8.h"
#include "core/values.h"
#include "services/listing.h"
#include "services/listing_plan.h"

/* What a column holds. */
enum cell_kind { CELL_ID, CELL_TEXT, CELL_NUMBER, CELL_HSN, CELL_JSON };

static const struct column {
	enum cell_kind kind;
	bool of_product; /* said of the product, not of the variant */
	int64_t min, max;
} columns[COL_COUNT] = {
	[COL_PRODUCT_ID] = { CELL_ID },
	[COL_NAME] = { CELL_TEXT, true, 0, TEXT_MAX },
	[COL_CATEGORY] = { CELL_TEXT, true, 0, TEXT_MAX },
	[COL_BRAND] = { CELL_TEXT, true, 0, TEXT_MAX },
	[COL_DESCRIPTION] = { CELL_TEXT, true, 0, DESCRIPTION_MAX },
	[COL_SKU] = { CELL_TEXT, false, 0, TEXT_MAX },
	[COL_PRICE] = { CELL_NUMBER, false, 1, LISTING_PRICE_MAX },
	[COL_COMPARE_AT_PRICE] = { CELL_NUMBER, false, 1, LISTING_PRICE_MAX },
	[COL_STOCK] = { CELL_NUMBER, false, 0, LISTING_STOCK_MAX },
	[COL_MIN_ORDER_QUANTITY] = { CELL_NUMBER, true, 1,
	    LISTING_MINIMUM_MAX },
	[COL_TAX_RATE_BPS] = { CELL_NUMBER, true, 0, LISTING_TAX_MAX_BPS },
	[COL_HSN_CODE] = { CELL_HSN, true, 0, TEXT_MAX },
	[COL_OPTIONS] = { CELL_JSON },
	[COL_ATTRIBUTES] = { CELL_JSON, true },
	[COL_PRICE_TIERS] = { CELL_JSON },
};

struct import_reader {
	struct csv_reader *csv;
	/* Which column a cell belongs to. */
	enum listing_column at[CSV_CELLS_MAX];
	size_t ncells;
	bool has[COL_COUNT];
	/* The run: what its first row said. */
	struct arena *run;
	const char *head[COL_COUNT];
	int64_t head_line;
	struct csv_row row;
};

void
import_fault_add(struct ctx *c, struct import_row *row, const char *column,
    const char *fmt, ...)
{
	struct import_fault *f = ARENA_NEW(c->arena, struct import_fault);
	va_list ap;

	va_start(ap, fmt);
	f->column = column;
	f->message = arena_vprintf(c->arena, fmt, ap);
	va_end(ap);
	*row->faults_end = f;
	row->faults_end = &f->next;
}

#define WRONG(c, row, column, ...)                                           \
	import_fault_add((c), (row), listing_columns[column], __VA_ARGS__)

/* --- the header ----------------------------------------------------------- */

static const char *
trimmed(struct arena *a, const char *cell)
{
	size_t len;

	cell += strspn(cell, " \t");
	len = strlen(cell);
	while (len > 0 && (cell[len - 1] == ' ' || cell[len - 1] == '\t'))
		len--;
	return text_lower(a, arena_strndup(a, cell, len));
}

static void
read_name(struct ctx *c, struct import_reader *r, size_t i)
{
	const char *name = trimmed(c->arena, csv_plain(r->row.cells[i]));
	size_t column = 0;

	while (
	    column < COL_COUNT && strcmp(listing_columns[column], name) != 0)
		column++;
	if (column == COL_COUNT) {
		(void)fail_field(c, "file", "Unknown column: %.*s.",
		    (int)utf8_prefix(name, 100), name);
		return;
	}
	if (r->has[column])
		(void)fail_field(c, "file", "The column %s stands twice.",
		    name);
	r->has[column] = true;
	r->at[i] = (enum listing_column)column;
}

static enum err
read_header(struct ctx *c, struct import_reader *r)
{
	if (!csv_next(r->csv, &r->row))
		return fail_field(c, "file", "The file is empty.");
	if (r->row.wrong != NULL)
		return fail_field(c, "file", "%s", r->row.wrong);
	r->ncells = r->row.n;
	for (size_t i = 0; i < r->ncells; i++)
		read_name(c, r, i);
	if (!r->has[COL_SKU])
		(void)fail_field(c, "file", "The column sku is missing.");
	return c->problem.err;
}

static size_t
read_file(void *arg, char *p, size_t len)
{
	ssize_t n = read(*(int *)arg, p, len);

	return n > 0 ? (size_t)n : 0;
}

static void
free_arena(void *a)
{
	arena_free(a);
}

enum err
import_open(struct ctx *c, int fd, struct import_reader **out)
{
	struct import_reader *r = ARENA_NEW(c->arena, struct import_reader);
	int *from = ARENA_NEW(c->arena, int);

	*from = fd;
	if (lseek(fd, 0, SEEK_SET) != 0)
		return fault(c, "import: a file cannot be read");
	r->run = arena_new();
	arena_defer(c->arena, free_arena, r->run);
	r->csv = csv_open(c->arena, (struct csv_source){ read_file, from });
	*out = r;
	return read_header(c, r);
}

/* --- runs ----------------------------------------------------------------- */

static bool
is_given(const char *cell)
{
	return cell != NULL && *cell != '\0';
}

static bool
same_cell(const char *a, const char *b)
{
	return a != NULL && b != NULL && *a != '\0' && strcmp(a, b) == 0;
}

static bool
goes_on(const struct import_reader *r, const char *const cells[COL_COUNT])
{
	if (is_given(cells[COL_PRODUCT_ID]) ||
	    is_given(r->head[COL_PRODUCT_ID]))
		return same_cell(cells[COL_PRODUCT_ID],
		    r->head[COL_PRODUCT_ID]);
	return same_cell(cells[COL_NAME], r->head[COL_NAME]);
}

/* The cells of the row by their columns, NULL for those it lacks; true if it
 * goes on with the run, else it begins the next one. */
static bool
take_cells(struct import_reader *r, const char *cells[COL_COUNT])
{
	memset(cells, 0, COL_COUNT * sizeof(*cells));
	if (r->row.wrong == NULL && r->row.n == r->ncells)
		for (size_t i = 0; i < r->ncells; i++)
			cells[r->at[i]] = csv_plain(r->row.cells[i]);
	if (goes_on(r, cells))
		return true;
	arena_reset(r->run);
	for (size_t i = 0; i < COL_COUNT; i++)
		r->head[i] = cells[i] != NULL ?
		    arena_strdup(r->run, cells[i]) :
		    NULL;
	r->head_line = r->row.line;
	return false;
}

/* --- cells ---------------------------------------------------------------- */

static void
read_text(struct ctx *c, struct import_row *row, enum listing_column i)
{
	if (utf8_length(row->text[i]) > (size_t)columns[i].max)
		WRONG(c, row, i, "At most %lld characters.",
		    (long long)columns[i].max);
	else if ((i == COL_NAME || i == COL_SKU) && utf8_blank(row->text[i]))
		WRONG(c, row, i, "This may not be blank.");
}

static void
read_number(struct ctx *c, struct import_row *row, enum listing_column i)
{
	const struct column *col = &columns[i];
	const char *wrong;

	if (!text_i64(row->text[i], &row->number[i])) {
		WRONG(c, row, i, "Must be a whole number.");
		return;
	}
	if (row->number[i] < col->min || row->number[i] > col->max) {
		WRONG(c, row, i, "Must be from %lld to %lld.",
		    (long long)col->min, (long long)col->max);
		return;
	}
	wrong = i == COL_TAX_RATE_BPS ? listing_check_tax(row->number[i]) :
					NULL;
	if (wrong != NULL)
		WRONG(c, row, i, "%s", wrong);
}

static struct json_object *
parse(struct ctx *c, const char *text)
{
	struct problem before = c->problem;
	struct json_object *o = NULL;

	if (json_parse(c, text, strlen(text), &o) != OK)
		o = NULL;
	c->problem = before;
	return o;
}

static void
read_object(struct ctx *c, struct import_row *row, enum listing_column i)
{
	bool numbers = i == COL_ATTRIBUTES;
	struct json_object *o = parse(c, row->text[i]);
	const char *wrong = !json_object_is_type(o, json_type_object) ?
	    "Must be a JSON object." :
	    values_check(c->arena, o,
		numbers ? LISTING_ATTRIBUTES_MAX : LISTING_OPTIONS_MAX,
		numbers);

	if (wrong != NULL)
		WRONG(c, row, i, "%s", wrong);
	else
		row->json[i] = values_text(c->arena, o);
}

/* NULL, or what is wrong with it. */
static const char *
read_tier(struct json_object *o, struct listing_tier *tier)
{
	struct json_object *v;

	*tier = (struct listing_tier){ .audience = "all" };
	if (!json_object_is_type(o, json_type_object))
		return "Every entry must be an object.";
	json_object_object_foreach(o, name, value) {
		bool number = json_object_is_type(value, json_type_int);

		if (strcmp(name, "min_quantity") == 0 && number)
			tier->min_quantity = json_object_get_int64(value);
		else if (strcmp(name, "price") == 0 && number)
			tier->price = json_object_get_int64(value);
		else if (strcmp(name, "audience") != 0)
			return "An entry has min_quantity, price (whole "
			       "numbers) and audience.";
	}
	if (tier->min_quantity < 1 ||
	    tier->min_quantity > LISTING_MINIMUM_MAX)
		return "min_quantity must be from 1 to 9999.";
	if (tier->price < 1 || tier->price > LISTING_PRICE_MAX)
		return "price must be from 1 to 10000000000.";
	if (!json_object_object_get_ex(o, "audience", &v))
		return NULL;
	tier->audience = json_object_get_string(v);
	if (tier->audience == NULL ||
	    (strcmp(tier->audience, "all") != 0 &&
		strcmp(tier->audience, "business") != 0))
		return "audience must be all or business.";
	return NULL;
}

static void
read_tiers(struct ctx *c, struct import_row *row, enum listing_column i)
{
	struct json_object *list = parse(c, row->text[i]);
	struct listing_tier tiers[LISTING_TIERS_MAX];
	const char *wrong = NULL;
	size_t n;

	if (!json_object_is_type(list, json_type_array)) {
		WRONG(c, row, i, "Must be a JSON list.");
		return;
	}
	n = json_object_array_length(list);
	if (n > LISTING_TIERS_MAX) {
		WRONG(c, row, i, "At most %d entries.", LISTING_TIERS_MAX);
		return;
	}
	for (size_t k = 0; k < n && wrong == NULL; k++)
		wrong = read_tier(json_object_array_get_idx(list, k),
		    &tiers[k]);
	if (wrong == NULL)
		wrong = listing_tiers_text(c, tiers, n, &row->json[i]);
	if (wrong != NULL)
		WRONG(c, row, i, "%s", wrong);
}

static void
read_cell(struct ctx *c, struct import_row *row, enum listing_column i)
{
	const char *wrong;

	switch (columns[i].kind) {
	case CELL_ID:
		if (!uuid_parse(row->text[i], &row->product_id) ||
		    uuid_is_zero(row->product_id))
			WRONG(c, row, i, "This is not an id.");
		break;
	case CELL_TEXT:
		read_text(c, row, i);
		break;
	case CELL_NUMBER:
		read_number(c, row, i);
		break;
	case CELL_HSN:
		wrong = listing_check_hsn(row->text[i]);
		if (wrong != NULL)
			WRONG(c, row, i, "%s", wrong);
		break;
	case CELL_JSON:
		if (i == COL_PRICE_TIERS)
			read_tiers(c, row, i);
		else
			read_object(c, row, i);
	}
}

/* An empty cell of the product's is as in the first row of its run; any other
 * must be the same there. */
static const char *
settle_cell(struct ctx *c, const struct import_reader *r,
    struct import_row *row, enum listing_column i, const char *cell)
{
	if (!columns[i].of_product || row->line == r->head_line ||
	    !row->names_product || cell == NULL)
		return cell;
	if (is_given(cell) && !same_cell(cell, r->head[i]))
		WRONG(c, row, i,
		    "In line %lld, the same product has another one.",
		    (long long)r->head_line);
	return is_given(cell) ? cell : r->head[i];
}

static void
read_cells(struct ctx *c, const struct import_reader *r,
    struct import_row *row, const char *const cells[COL_COUNT])
{
	row->names_product = is_given(cells[COL_PRODUCT_ID]) ||
	    is_given(cells[COL_NAME]);
	for (enum listing_column i = 0; i < COL_COUNT; i++) {
		const char *cell = settle_cell(c, r, row, i, cells[i]);

		if (cell == NULL)
			continue;
		row->state[i] = *cell != '\0' ? CELL_GIVEN : CELL_EMPTY;
		if (row->state[i] != CELL_GIVEN)
			continue;
		row->text[i] = arena_strdup(c->arena, cell);
		read_cell(c, row, i);
	}
	if (row->state[COL_SKU] != CELL_GIVEN)
		WRONG(c, row, COL_SKU, "This field is required.");
}

/* --- rows ----------------------------------------------------------------- */

void
import_skip(struct import_reader *r, int64_t n)
{
	const char *cells[COL_COUNT];

	for (int64_t i = 0; i < n && csv_next(r->csv, &r->row); i++)
		(void)take_cells(r, cells);
}

int64_t
import_count(struct import_reader *r, int64_t max)
{
	int64_t n = 0;

	while (n <= max && csv_next(r->csv, &r->row))
		n++;
	return n;
}

static void
read_row(struct ctx *c, struct import_reader *r, struct import_row *row,
    size_t *bytes)
{
	const char *cells[COL_COUNT];

	(void)take_cells(r, cells);
	if (r->row.wrong != NULL) {
		import_fault_add(c, row, "row", "%s", r->row.wrong);
		return;
	}
	if (r->row.n != r->ncells) {
		import_fault_add(c, row, "row",
		    "This row has %zu cells, the header %zu.", r->row.n,
		    r->ncells);
		return;
	}
	for (size_t i = 0; i < r->row.n; i++)
		*bytes += strlen(r->row.cells[i]);
	read_cells(c, r, row, (const char *const *)cells);
}

bool
import_next(struct ctx *c, struct import_reader *r, struct import_row *row,
    size_t *bytes)
{
	if (!csv_next(r->csv, &r->row))
		return false;
	*row = (struct import_row){ .line = r->row.line };
	row->faults_end = &row->faults;
	read_row(c, r, row, bytes);
	row->read_end = row->faults_end;
	return true;
}
