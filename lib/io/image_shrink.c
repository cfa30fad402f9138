/* Pixels: sizes, shrinking; see image_pixels.h. */
#include <string.h>

#include "io/image_pixels.h"

bool
pixels_fit(int64_t width, int64_t height)
{
	/* The first two keep the product within its type. */
	return width >= 1 && height >= 1 && width <= IMAGE_PIXELS_MAX &&
	    height <= IMAGE_PIXELS_MAX && width * height <= IMAGE_PIXELS_MAX;
}

static int
scaled(int a, int b, int side)
{
	int n = (int)(((int64_t)a * side + b / 2) / b);

	return n > 0 ? n : 1;
}

void
pixels_bound(int *w, int *h, int side)
{
	if (*w <= side && *h <= side)
		return;
	if (*w >= *h) {
		*h = scaled(*h, *w, side);
		*w = side;
	} else {
		*w = scaled(*w, *h, side);
		*h = side;
	}
}

/* Where the i-th of n falls among m. */
static struct tap
tap_of(int64_t i, int64_t n, int64_t m)
{
	int64_t to = i * m / n, edge = (to + 1) * n, end = (i + 1) * m;
	int64_t first = (end < edge ? end : edge) - i * m;

	return (struct tap){ .to = (int)to,
		.first = (float)first / (float)n,
		.rest = (float)(m - first) / (float)n,
		.ends = end >= edge };
}

void
shrink_begin(struct shrink *s, struct arena *a, struct pixels *to, int side)
{
	int width = to->width, height = to->height;
	size_t wide;

	pixels_bound(&to->width, &to->height, side);
	wide = (size_t)to->width * (size_t)to->channels;
	to->data = arena_array(a, (size_t)to->height, wide);
	*s = (struct shrink){ .to = to, .width = width, .height = height };
	if (to->width == width && to->height == height)
		return;
	s->columns = ARENA_ARRAY(a, (size_t)width, struct tap);
	for (int x = 0; x < width; x++)
		s->columns[x] = tap_of(x, width, to->width);
	s->row = ARENA_ARRAY(a, wide, float);
	s->sum = ARENA_ARRAY(a, wide, float);
}

/* Sums up the columns of a row, colours weighed by their alpha. */
static void
gather(struct shrink *s, const unsigned char *row)
{
	int n = s->to->channels, last = n - 1;
	bool alpha = n == 2 || n == 4;
	size_t wide = (size_t)s->to->width * (size_t)n;

	memset(s->row, 0, wide * sizeof(*s->row));
	for (int x = 0; x < s->width; x++, row += n) {
		const struct tap *t = &s->columns[x];
		float *to = s->row + (size_t)t->to * (size_t)n;
		float weight = alpha ? (float)row[last] / 255 : 1;

		for (int i = 0; i < n; i++) {
			float v = row[i];

			if (!alpha || i != last)
				v *= weight;
			to[i] += v * t->first;
			if (t->rest > 0)
				to[n + i] += v * t->rest;
		}
	}
}

static unsigned char
byte_of(float v)
{
	v += 0.5F;
	return v <= 0 ? 0 : v >= 255 ? 255 : (unsigned char)v;
}

/* The sum of rows becomes a row of the picture. */
static void
put_row(struct shrink *s, int y)
{
	int n = s->to->channels, last = n - 1;
	bool alpha = n == 2 || n == 4;
	size_t wide = (size_t)s->to->width * (size_t)n;
	unsigned char *to = s->to->data + (size_t)y * wide;

	for (size_t at = 0; at < wide; at += (size_t)n) {
		const float *sum = s->sum + at;

		for (int i = 0; i < n; i++) {
			if (!alpha || i == last)
				to[at + (size_t)i] = byte_of(sum[i]);
			else if (sum[last] > 0)
				to[at + (size_t)i] = byte_of(
				    sum[i] * 255 / sum[last]);
		}
	}
}

void
shrink_row(struct shrink *s, const unsigned char *row)
{
	size_t wide = (size_t)s->to->width * (size_t)s->to->channels;
	struct tap t = tap_of(s->y, s->height, s->to->height);

	if (s->y >= s->height)
		return;
	s->y++;
	if (s->columns == NULL) {
		memcpy(s->to->data + (size_t)(s->y - 1) * wide, row, wide);
		return;
	}
	gather(s, row);
	for (size_t i = 0; i < wide; i++)
		s->sum[i] += s->row[i] * t.first;
	if (!t.ends)
		return;
	put_row(s, t.to);
	for (size_t i = 0; i < wide; i++)
		s->sum[i] = s->row[i] * t.rest;
}

struct pixels
pixels_shrunk(struct arena *a, const struct pixels *px, int side)
{
	size_t wide = (size_t)px->width * (size_t)px->channels;
	struct pixels small = *px;
	struct shrink s;

	shrink_begin(&s, a, &small, side);
	for (int y = 0; y < px->height; y++)
		shrink_row(&s, px->data + (size_t)y * wide);
	return small;
}

/* --- upright ------------------------------------------------------------ */

void
pixels_upright_size(const struct pixels *px, int orientation, int *width,
    int *height)
{
	bool turned = orientation >= 5;

	*width = turned ? px->height : px->width;
	*height = turned ? px->width : px->height;
}

/* Which pixel stands at column x of row y, of the eight ways to hold a
 * camera. */
static size_t
source_of(const struct pixels *px, int orientation, int x, int y)
{
	int right = px->width - 1, bottom = px->height - 1;
	int column, row;

	switch (orientation) {
	case 2:
	case 3:
		column = right - x;
		break;
	case 5:
	case 6:
		column = y;
		break;
	case 7:
	case 8:
		column = right - y;
		break;
	default:
		column = x;
	}
	switch (orientation) {
	case 3:
	case 4:
		row = bottom - y;
		break;
	case 5:
	case 8:
		row = x;
		break;
	case 6:
	case 7:
		row = bottom - x;
		break;
	default:
		row = y;
	}
	return ((size_t)row * (size_t)px->width + (size_t)column) *
	    (size_t)px->channels;
}

void
pixels_upright_row(const struct pixels *px, int orientation, int y,
    unsigned char *row)
{
	size_t n = (size_t)px->channels;
	int width, height;

	pixels_upright_size(px, orientation, &width, &height);
	if (orientation == 1) {
		memcpy(row, px->data + source_of(px, 1, 0, y),
		    (size_t)width * n);
		return;
	}
	for (int x = 0; x < width; x++)
		memcpy(row + (size_t)x * n,
		    px->data + source_of(px, orientation, x, y), n);
}
