/* Pictures that are made to hurt. */
#include "pictures.h"

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
	TEST("Sizes are read before anything else",
	    sizes_are_read_before_anything),
	TEST("A JPEG says its size too", a_jpeg_says_its_size_too),
	TEST("Packed texts and profiles stay small", packed_texts_stay_small),
	TEST("Chunks and scans have an end", chunks_and_scans_have_an_end),
	TEST("Moving pictures are refused", moving_pictures_are_refused),
	TEST("Other files are no pictures", other_files_are_no_pictures),
};

UNIT_MAIN(tests)
