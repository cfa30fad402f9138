/* Pictures that are what they should be. */
#include "pictures.h"

/* EXIF data that says this orientation, with a place in it. */
static void
put_exif(struct buf *b, int orientation)
{
	buf_lit(b, "MM\0*\0\0\0\x08\0\x02\x01\x12\0\x03\0\0\0\x01\0");
	buf_char(b, (char)orientation);
	buf_lit(b, "\0\0\x88\x25\0\x04\0\0\0\x01\0\0\0\0\0\0\0\0GPS-PLACE");
}

static struct buf
with_exif(const struct buf *jpeg, int orientation)
{
	struct buf exif, b;

	buf_init(&exif, jpeg->arena, 4096);
	buf_lit(&exif, "Exif\0\0");
	put_exif(&exif, orientation);
	buf_init(&b, jpeg->arena, jpeg->len + 4096);
	buf_raw(&b, jpeg->data, 2);
	buf_lit(&b, "\xff\xe1");
	buf_char(&b, (char)((exif.len + 2) >> 8));
	buf_char(&b, (char)(exif.len + 2));
	buf_raw(&b, exif.data, exif.len);
	buf_raw(&b, jpeg->data + 2, jpeg->len - 2);
	return b;
}

/* 'r', 'b', 'w' or '-' for what cannot be seen. */
static char
colour_at(const struct pixels *px, int x, int y)
{
	const unsigned char *p = px->data +
	    ((size_t)y * (size_t)px->width + (size_t)x) *
		(size_t)px->channels;

	if (px->channels == 4 && p[3] < 128)
		return '-';
	if (p[0] <= 128)
		return 'b';
	return p[1] > 128 ? 'w' : 'r';
}

/* The colours of the four quarters, in reading order. */
static const char *
quarters(const struct pixels *px)
{
	static char text[5];
	int left = px->width / 4, right = px->width * 3 / 4;
	int top = px->height / 4, bottom = px->height * 3 / 4;

	text[0] = colour_at(px, left, top);
	text[1] = colour_at(px, right, top);
	text[2] = colour_at(px, left, bottom);
	text[3] = colour_at(px, right, bottom);
	return text;
}

static void
pictures_are_made_anew(void **state)
{
	static const struct {
		struct buf (*make)(struct arena *a, const struct pixels *px);
		int width, height, channels;
		enum image_kind kind;
		int small_width, small_height;
		const char *seen;
	} rows[] = {
		{ jpeg_of, 640, 480, 3, IMAGE_JPEG, 400, 300, "wbrb" },
		{ jpeg_of, 480, 640, 3, IMAGE_JPEG, 300, 400, "wbrb" },
		{ jpeg_of, 64, 48, 3, IMAGE_JPEG, 64, 48, "wbrb" },
		{ png_of, 640, 480, 3, IMAGE_PNG, 400, 300, "wbrb" },
		{ png_of, 640, 480, 4, IMAGE_PNG, 400, 300, "w-r-" },
		{ webp_of, 640, 480, 3, IMAGE_JPEG, 400, 300, "wbrb" },
		{ webp_of, 640, 480, 4, IMAGE_PNG, 400, 300, "w-r-" },
		{ png_of, 2000, 4, 3, IMAGE_PNG, 400, 1, NULL },
		{ png_of, 1, 1, 3, IMAGE_PNG, 1, 1, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ctx *c = unit_ctx();
		struct pixels px = picture(c->arena, rows[i].width,
		    rows[i].height, rows[i].channels);
		struct buf in = rows[i].make(c->arena, &px);
		struct made m = remake(c, &in);

		CHECK(m.err == OK && m.kind == rows[i].kind, "row %zu", i);
		CHECK(image_kind(m.out.data, m.out.len) == m.kind, "row %zu",
		    i);
		CHECK(m.px.width == rows[i].width &&
			m.px.height == rows[i].height,
		    "row %zu", i);
		CHECK(m.small.width == rows[i].small_width &&
			m.small.height == rows[i].small_height,
		    "row %zu", i);
		if (rows[i].seen == NULL)
			continue;
		CHECK(strcmp(quarters(&m.px), rows[i].seen) == 0,
		    "row %zu: %s", i, quarters(&m.px));
		CHECK(strcmp(quarters(&m.small), rows[i].seen) == 0,
		    "row %zu: %s", i, quarters(&m.small));
	}
}

static void
large_pictures_become_smaller(void **state)
{
	static const struct {
		struct buf (*make)(struct arena *a, const struct pixels *px);
		int width, height, made_width, made_height;
	} rows[] = {
		{ jpeg_of, 5000, 100, 3750, 75 }, /* 6/8 */
		{ png_of, 5000, 100, 4096, 82 },
		{ webp_of, 100, 5000, 82, 4096 },
		{ png_of, 100, 8192, 50, 4096 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ctx *c = unit_ctx();
		struct pixels px = picture(c->arena, rows[i].width,
		    rows[i].height, 3);
		struct buf in = rows[i].make(c->arena, &px);
		struct made m = remake(c, &in);

		CHECK(m.err == OK && m.px.width == rows[i].made_width &&
			m.px.height == rows[i].made_height,
		    "row %zu: %d x %d", i, m.px.width, m.px.height);
		CHECK(strcmp(quarters(&m.px), "wbrb") == 0, "row %zu: %s", i,
		    quarters(&m.px));
	}
}

static void
pictures_stand_upright(void **state)
{
	/* What "wbrb" looks like in each of EXIF's eight ways. */
	static const char *const seen[] = { "", "wbrb", "bwbr", "brbw",
		"rbwb", "wrbb", "rwbb", "bbrw", "bbwr" };

	(void)state;
	for (int way = 1; way <= 8; way++) {
		struct ctx *c = unit_ctx();
		struct pixels px = picture(c->arena, 80, 40, 3);
		struct buf plain = jpeg_of(c->arena, &px);
		struct buf in = with_exif(&plain, way);
		struct made m = remake(c, &in);

		CHECK(m.err == OK && m.px.width == (way < 5 ? 80 : 40),
		    "way %d", way);
		CHECK(strcmp(quarters(&m.px), seen[way]) == 0, "way %d: %s",
		    way, quarters(&m.px));
		CHECK(strcmp(quarters(&m.small), seen[way]) == 0,
		    "way %d: %s", way, quarters(&m.small));
		CHECK(memmem(m.out.data, m.out.len, "Exif", 4) == NULL &&
			memmem(m.out.data, m.out.len, "GPS", 3) == NULL,
		    "way %d", way);
	}
}

static void
a_png_turns_as_its_exif_says(void **state)
{
	struct ctx *c = unit_ctx();
	struct pixels px = picture(c->arena, 80, 40, 3);
	struct buf plain = png_of(c->arena, &px), exif, in;
	struct made m;

	(void)state;
	buf_init(&exif, c->arena, 4096);
	put_exif(&exif, 6);
	in = with_chunk(&plain, "eXIf", exif.data, exif.len);
	m = remake(c, &in);
	assert_int_equal(m.err, OK);
	assert_string_equal(quarters(&m.px), "rwbb");
	assert_null(memmem(m.out.data, m.out.len, "GPS", 3));
}

static void
odd_exif_turns_nothing(void **state)
{
	static const struct {
		const char *p;
		size_t len;
	} rows[] = {
		{ "", 0 },
		{ "II*\0", 4 },
		{ "II*\0\xff\xff\xff\xff", 8 },
		{ "MM\0*\0\0\0\x08\xff\xff", 10 },
		{ "MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x09\0\0",
		    22 },
		{ "MM\0*\0\0\0\x08\0\x01\x01\x12\0\x04\0\0\0\x01\0\x06\0\0",
		    22 },
		{ "MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06", 20 },
		{ "XX\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0",
		    22 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		CHECK(exif_orientation((const unsigned char *)rows[i].p,
			  rows[i].len) == 1,
		    "row %zu", i);
	assert_int_equal(
	    exif_orientation(
		(const unsigned char
			*)"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0"
			  "\x06\0\0\0",
		22),
	    6);
}

static void
nothing_behind_the_pixels_stays(void **state)
{
	static const char tail[] = "<script>alert(1)</script>PK\x03\x04";
	struct buf (*const make[])(struct arena * a,
	    const struct pixels *px) = { jpeg_of, png_of, webp_of };

	(void)state;
	for (size_t i = 0; i < COUNT(make); i++) {
		struct ctx *c = unit_ctx();
		struct pixels px = picture(c->arena, 64, 64, 3);
		struct buf in = make[i](c->arena, &px);
		struct made m;

		buf_raw(&in, tail, sizeof(tail));
		m = remake(c, &in);
		CHECK(m.err == OK &&
			memmem(m.out.data, m.out.len, "script", 6) == NULL,
		    "row %zu", i);
	}
}

/* Every cut of a picture, in steps, and nothing of it. */
static void
half_a_picture_is_refused(void **state)
{
	struct buf (*const make[])(struct arena * a,
	    const struct pixels *px) = { jpeg_of, png_of, webp_of };

	(void)state;
	for (size_t i = 0; i < COUNT(make); i++) {
		for (int part = 0; part < 16; part++) {
			struct ctx *c = unit_ctx();
			struct pixels px = picture(c->arena, 64, 64, 3);
			struct buf in = make[i](c->arena, &px);
			struct made m;

			in.len = in.len * (size_t)part / 16;
			m = remake(c, &in);
			CHECK(m.err == ERR_VALIDATION &&
				strcmp(c->problem.errors->field, "file") == 0,
			    "row %zu, %d/16", i, part);
		}
	}
}

static const struct CMUnitTest tests[] = {
	TEST("Pictures are made anew, with a small one beside",
	    pictures_are_made_anew),
	TEST("Large pictures become smaller", large_pictures_become_smaller),
	TEST("Pictures stand upright as EXIF says, which is dropped",
	    pictures_stand_upright),
	TEST("A PNG turns as its EXIF says", a_png_turns_as_its_exif_says),
	TEST("Odd EXIF turns nothing", odd_exif_turns_nothing),
	TEST("Nothing behind the pixels stays",
	    nothing_behind_the_pixels_stays),
	TEST("Half a picture is refused", half_a_picture_is_refused),
};

UNIT_MAIN(tests)
