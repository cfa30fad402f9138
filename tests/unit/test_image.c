/* Pictures that are what they should be, and those that are made to hurt. */
#include "unit.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <webp/encode.h>
#include <zlib.h>

#include "core/buf.h"
#include "io/image_pixels.h"

/* --- making pictures ---------------------------------------------------- */

/* Left half red, right half blue, a white top left corner: every turn of it
 * is told apart. */
static struct pixels
picture(struct arena *a, int width, int height, int channels)
{
	struct pixels px = { width, height, channels, NULL };
	size_t n = (size_t)channels;

	px.data = arena_array(a, (size_t)height, (size_t)width * n);
	for (int y = 0; y < height; y++) {
		for (int x = 0; x < width; x++) {
			unsigned char *p = px.data +
			    ((size_t)y * (size_t)width + (size_t)x) * n;
			bool left = x < width / 2;
			bool corner = left && y < height / 2;

			p[0] = left ? 255 : 0;
			if (n >= 3) {
				p[1] = corner ? 255 : 0;
				p[2] = corner || !left ? 255 : 0;
			}
			if (n == 4)
				p[3] = left ? 255 : 0;
		}
	}
	return px;
}

static int
memory_file(void)
{
	int fd = memfd_create("picture", 0);

	assert_true(fd >= 0);
	return fd;
}

static struct buf
slurp(struct arena *a, int fd)
{
	struct stat st;
	struct buf b;
	char *p;

	assert_int_equal(fstat(fd, &st), 0);
	p = arena_alloc(a, (size_t)st.st_size + 1);
	assert_int_equal(pread(fd, p, (size_t)st.st_size, 0), st.st_size);
	buf_init(&b, a, (size_t)st.st_size + 65536);
	buf_raw(&b, p, (size_t)st.st_size);
	return b;
}

static struct buf
jpeg_of(struct arena *a, const struct pixels *px)
{
	int fd = memory_file();

	assert_true(image_write_jpeg(px, 1, fd, a, 95));
	return slurp(a, fd);
}

static struct buf
png_of(struct arena *a, const struct pixels *px)
{
	int fd = memory_file();

	assert_true(image_write_png(px, 1, fd, a));
	return slurp(a, fd);
}

static struct buf
webp_of(struct arena *a, const struct pixels *px)
{
	uint8_t *p = NULL;
	size_t n = px->channels == 4 ?
	    WebPEncodeLosslessRGBA(px->data, px->width, px->height,
		px->width * 4, &p) :
	    WebPEncodeRGB(px->data, px->width, px->height, px->width * 3, 95,
		&p);
	struct buf b;

	assert_true(n > 0);
	buf_init(&b, a, n + 65536);
	buf_raw(&b, p, n);
	WebPFree(p);
	return b;
}

static void
put_be32(struct buf *b, size_t v)
{
	const unsigned char bytes[] = { (unsigned char)(v >> 24),
		(unsigned char)(v >> 16), (unsigned char)(v >> 8),
		(unsigned char)v };

	buf_raw(b, bytes, 4);
}

static void
put_chunk(struct buf *b, const char *type, const void *p, size_t len)
{
	uLong crc = crc32(0, (const Bytef *)type, 4);

	put_be32(b, len);
	buf_raw(b, type, 4);
	buf_raw(b, p, len);
	put_be32(b, len > 0 ? crc32(crc, p, (uInt)len) : crc);
}

/* The PNG with a chunk behind its header. */
static struct buf
with_chunk(const struct buf *png, const char *type, const void *p, size_t len)
{
	struct buf b;

	buf_init(&b, png->arena, png->len + len + 64);
	buf_raw(&b, png->data, 33);
	put_chunk(&b, type, p, len);
	buf_raw(&b, png->data + 33, png->len - 33);
	return b;
}

/* So many zeroes, packed, behind a head. */
static struct buf
packed_zeroes(struct arena *a, const char *head, size_t head_len, size_t n)
{
	static unsigned char zeroes[1 << 20], out[1 << 16];
	z_stream z = { 0 };
	struct buf b;

	buf_init(&b, a, 4 << 20);
	buf_raw(&b, head, head_len);
	assert_int_equal(deflateInit(&z, 9), Z_OK);
	while (n > 0 || z.avail_in > 0) {
		if (z.avail_in == 0) {
			z.avail_in = (uInt)(n < sizeof(zeroes) ?
				n :
				sizeof(zeroes));
			z.next_in = zeroes;
			n -= z.avail_in;
		}
		z.next_out = out;
		z.avail_out = sizeof(out);
		deflate(&z, n > 0 ? Z_NO_FLUSH : Z_FINISH);
		buf_raw(&b, out, sizeof(out) - z.avail_out);
	}
	z.next_out = out;
	z.avail_out = sizeof(out);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	buf_raw(&b, out, sizeof(out) - z.avail_out);
	deflateEnd(&z);
	assert_true(buf_ok(&b));
	return b;
}

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

/* --- making them anew --------------------------------------------------- */

struct made {
	enum err err;
	enum image_kind kind;
	struct buf out, thumbnail;
	struct pixels px, small;
};

static struct pixels
decoded(struct arena *a, const struct buf *b)
{
	struct image_work w = { .arena = a,
		.in = (const unsigned char *)b->data,
		.len = b->len,
		.orientation = 1 };
	enum image_end end = image_kind(b->data, b->len) == IMAGE_JPEG ?
	    image_read_jpeg(&w) :
	    image_read_png(&w);

	assert_true(end == IMAGE_MADE_JPEG || end == IMAGE_MADE_PNG);
	assert_int_equal(w.orientation, 1);
	return w.px;
}

static struct made
remake(struct ctx *c, const struct buf *in)
{
	int fd = memory_file(), out = memory_file(), small = memory_file();
	struct made m = { 0 };

	assert_int_equal(write(fd, in->data, in->len), in->len);
	m.err = image_remake(c, fd, in->len, out, small, &m.kind);
	if (m.err == OK) {
		m.out = slurp(c->arena, out);
		m.thumbnail = slurp(c->arena, small);
		m.px = decoded(c->arena, &m.out);
		m.small = decoded(c->arena, &m.thumbnail);
	}
	close(fd);
	close(out);
	close(small);
	return m;
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
	return p[0] > 128 ? p[1] > 128 ? 'w' : 'r' : 'b';
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

/* --- those that are made to hurt ---------------------------------------- */

static void
refused(const struct buf *in, const char *why, const char *name)
{
	struct ctx *c = unit_ctx();
	struct arena *mine = arena_new();
	struct buf copy;
	struct made m;

	buf_init(&copy, mine, in->len + 1);
	buf_raw(&copy, in->data, in->len);
	m = remake(c, &copy);
	CHECK(m.err == ERR_VALIDATION &&
		strcmp(c->problem.errors->message, why) == 0,
	    "%s: %s", name,
	    c->problem.errors != NULL ? c->problem.errors->message : "taken");
	arena_free(mine);
}

#define TOO_LARGE "At most 40 megapixels."
#define TOO_MUCH "This picture takes too much work. Save it anew."
#define BROKEN "This picture is broken."

static struct buf
png_header(struct arena *a, size_t width, size_t height)
{
	static const char rest[] = "\x08\x02\0\0\0";
	struct buf b, head;

	buf_init(&head, a, 64);
	put_be32(&head, width);
	put_be32(&head, height);
	buf_raw(&head, rest, 5);
	buf_init(&b, a, 8 << 20);
	buf_lit(&b, "\x89PNG\r\n\x1a\n");
	put_chunk(&b, "IHDR", head.data, head.len);
	return b;
}

static void
sizes_are_read_before_anything(void **state)
{
	static const struct {
		size_t width, height;
		const char *why;
	} rows[] = {
		{ 50000, 50000, TOO_LARGE },
		{ 0x7fffffff, 0x7fffffff, TOO_LARGE },
		{ 0xffffffff, 1, TOO_LARGE },
		{ 40000001, 1, TOO_LARGE },
		{ 0, 5, TOO_LARGE },
		/* Small enough, and then nothing. */
		{ 8000, 5000, BROKEN },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena *a = arena_new();
		struct buf data = packed_zeroes(a, "", 0, 1000);
		struct buf b = png_header(a, rows[i].width, rows[i].height);

		put_chunk(&b, "IDAT", data.data, data.len);
		put_chunk(&b, "IEND", "", 0);
		refused(&b, rows[i].why, "png");
		arena_free(a);
	}
}

static void
a_jpeg_says_its_size_too(void **state)
{
	struct arena *a = arena_new();
	struct pixels px = picture(a, 64, 64, 3);
	struct buf b = jpeg_of(a, &px);
	char *sof = memmem(b.data, b.len, "\xff\xc0", 2);

	(void)state;
	assert_non_null(sof);
	memset(sof + 5, 0xf0, 4); /* 61680 × 61680 */
	refused(&b, TOO_LARGE, "jpeg");
	arena_free(a);
}

static void
packed_texts_stay_small(void **state)
{
	static const struct {
		const char *type;
		const char *head;
		size_t head_len;
	} rows[] = {
		{ "zTXt", "a\0\0", 3 },
		{ "iCCP", "a\0\0", 3 },
		{ "iTXt", "a\0\1\0en\0x\0", 9 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena *a = arena_new();
		struct pixels px = picture(a, 64, 64, 3);
		struct buf png = png_of(a, &px), bomb, b;
		struct ctx *c;
		struct made m;

		bomb = packed_zeroes(a, rows[i].head, rows[i].head_len,
		    (size_t)200 << 20);
		b = with_chunk(&png, rows[i].type, bomb.data, bomb.len);
		refused(&b, TOO_MUCH, rows[i].type);
		/* One of usual size is dropped, no more. */
		bomb = packed_zeroes(a, rows[i].head, rows[i].head_len,
		    (size_t)1 << 20);
		b = with_chunk(&png, rows[i].type, bomb.data, bomb.len);
		c = unit_ctx();
		m = remake(c, &b);
		CHECK(m.err == OK &&
			memmem(m.out.data, m.out.len, rows[i].type, 4) ==
			    NULL,
		    "%s", rows[i].type);
		arena_free(a);
	}
}

static void
chunks_and_scans_have_an_end(void **state)
{
	struct arena *a = arena_new();
	struct pixels px = picture(a, 64, 64, 1);
	struct buf png = png_of(a, &px), jpeg = jpeg_of(a, &px), b;
	char *sos = memmem(jpeg.data, jpeg.len, "\xff\xda", 2);
	char *sof = memmem(jpeg.data, jpeg.len, "\xff\xc0", 2);

	(void)state;
	buf_init(&b, a, 16 << 20);
	buf_raw(&b, png.data, 33);
	for (int i = 0; i < 100000; i++)
		put_chunk(&b, "tEXt", "a\0b", 3);
	buf_raw(&b, png.data + 33, png.len - 33);
	refused(&b, TOO_MUCH, "chunks");

	/* A progressive one whose first scan comes 100,000 times. */
	assert_true(sos != NULL && sof != NULL);
	sof[1] = (char)0xc2;
	buf_init(&b, a, 16 << 20);
	buf_raw(&b, jpeg.data, (size_t)(sos - jpeg.data));
	for (int i = 0; i < 100000; i++)
		buf_lit(&b, "\xff\xda\0\x08\x01\x01\0\0\0\x01\x3f\xff\0");
	buf_lit(&b, "\xff\xd9");
	assert_true(buf_ok(&b));
	{
		struct ctx *c = unit_ctx();
		struct made m = remake(c, &b);

		assert_int_equal(m.err, ERR_VALIDATION);
	}
	arena_free(a);
}

static void
moving_pictures_are_refused(void **state)
{
	static const char webp[] =
	    "RIFF\x2c\0\0\0WEBPVP8X\x0a\0\0\0\x02\0\0\0\x3f\0\0\x3f\0\0"
	    "ANIM\x06\0\0\0\0\0\0\0\0\0ANMF\0\0\0\0";
	struct arena *a = arena_new();
	struct buf b;

	(void)state;
	buf_init(&b, a, 4096);
	buf_raw(&b, webp, sizeof(webp) - 1);
	refused(&b, "Pictures must not move.", "webp");
	arena_free(a);
}

static void
other_files_are_no_pictures(void **state)
{
	static const char *const rows[] = { "", "<svg xmlns=''></svg>    ",
		"GIF89a\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01",
		"<!doctype html><html>", "%PDF-1.7 and more of it",
		"<?php echo 1; ?>         ", "PK\x03\x04............",
		"BM..................",
		"RIFF\x01\x01\x01\x01WAVEfmt xxxxxxx" };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		CHECK(image_kind(rows[i], strlen(rows[i])) == IMAGE_NONE,
		    "row %zu", i);
	assert_int_equal(image_kind("\x89PNG\r\n\x1a\n", 8), IMAGE_NONE);
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
	TEST("Sizes are read before anything else",
	    sizes_are_read_before_anything),
	TEST("A JPEG says its size too", a_jpeg_says_its_size_too),
	TEST("Packed texts and profiles stay small", packed_texts_stay_small),
	TEST("Chunks and scans have an end", chunks_and_scans_have_an_end),
	TEST("Moving pictures are refused", moving_pictures_are_refused),
	TEST("Other files are no pictures", other_files_are_no_pictures),
};

UNIT_MAIN(tests)
