/* JPEG in and out, by libjpeg; see image_pixels.h. */
#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <jerror.h>
#include <jpeglib.h>

#include "io/image_pixels.h"

enum {
	SCANS_MAX = 100,   /* usual are 1 and about 10 */
	EXIF_MAX = 0xffff, /* of one marker */
	EIGHTHS = 8        /* libjpeg scales by n/8 */
};

struct jump {
	struct jpeg_error_mgr mgr;
	jmp_buf to;
	enum image_end why;
};

_Noreturn static void
leave(j_common_ptr any, enum image_end why)
{
	struct jump *j = (struct jump *)any->err;

	j->why = why;
	longjmp(j->to, 1);
}

_Noreturn static void
on_error(j_common_ptr any)
{
	leave(any, IMAGE_BROKEN);
}

/* What decoders shrug at: half a picture is none.  Oddities that lose nothing
 * pass. */
static void
on_message(j_common_ptr any, int level)
{
	if (level >= 0)
		return;
	switch (any->err->msg_code) {
	case JWRN_EXTRANEOUS_DATA:
	case JWRN_ADOBE_XFORM:
	case JWRN_JFIF_MAJOR:
		return;
	default:
		leave(any, IMAGE_BROKEN);
	}
}

/* Called while scans are read: each costs a walk over the whole picture. */
static void
on_progress(j_common_ptr any)
{
	if (any->is_decompressor &&
	    ((j_decompress_ptr)any)->input_scan_number > SCANS_MAX)
		leave(any, IMAGE_TOO_COMPLEX);
}

static struct jpeg_error_mgr *
errors_of(struct jump *j)
{
	struct jpeg_error_mgr *mgr = jpeg_std_error(&j->mgr);

	mgr->error_exit = on_error;
	mgr->emit_message = on_message;
	return mgr;
}

/* --- in ----------------------------------------------------------------- */

static int
orientation_of(const struct jpeg_decompress_struct *d)
{
	for (jpeg_saved_marker_ptr m = d->marker_list; m != NULL; m = m->next)
		if (m->marker == JPEG_APP0 + 1 && m->data_length > 6 &&
		    memcmp(m->data, "Exif\0\0", 6) == 0)
			return exif_orientation(m->data + 6,
			    m->data_length - 6);
	return 1;
}

/* Decodes at the largest of n/8 that needs no more shrinking. */
static void
choose_scale(struct jpeg_decompress_struct *d)
{
	unsigned side = d->image_width > d->image_height ? d->image_width :
							   d->image_height;

	d->scale_denom = EIGHTHS;
	d->scale_num = EIGHTHS;
	while (d->scale_num > 1 &&
	    side * d->scale_num > IMAGE_SIDE_MAX * EIGHTHS)
		d->scale_num--;
}

/* Printers' colours, which Adobe's programs store inverted. */
static void
cmyk_to_rgb(unsigned char *row, int width)
{
	for (int x = 0; x < width; x++) {
		const unsigned char *from = row + (size_t)x * 4;
		unsigned k = from[3];
		unsigned char rgb[3];

		for (int i = 0; i < 3; i++)
			rgb[i] = (unsigned char)(from[i] * k / 255);
		memcpy(row + (size_t)x * 3, rgb, 3);
	}
}

static void
read_rows(struct image_work *w, struct jpeg_decompress_struct *d)
{
	bool cmyk = d->out_color_space == JCS_CMYK;
	int width = (int)d->output_width;
	unsigned char *row = arena_array(w->arena, d->output_width,
	    (size_t)d->output_components);

	w->px = (struct pixels){ .width = (int)d->output_width,
		.height = (int)d->output_height,
		.channels = cmyk ? 3 : d->output_components };
	shrink_begin(&w->shrink, w->arena, &w->px, IMAGE_SIDE_MAX);
	while (d->output_scanline < d->output_height) {
		(void)jpeg_read_scanlines(d, &row, 1); /* one, or an error */
		if (cmyk)
			cmyk_to_rgb(row, width);
		shrink_row(&w->shrink, row);
	}
}

static enum image_end
read_picture(struct image_work *w, struct jpeg_decompress_struct *d)
{
	jpeg_save_markers(d, JPEG_APP0 + 1, EXIF_MAX);
	jpeg_mem_src(d, w->in, w->len);
	if (jpeg_read_header(d, TRUE) != JPEG_HEADER_OK)
		return IMAGE_BROKEN;
	if (!pixels_fit(d->image_width, d->image_height))
		return IMAGE_TOO_LARGE;
	w->orientation = orientation_of(d);
	if (d->jpeg_color_space == JCS_CMYK ||
	    d->jpeg_color_space == JCS_YCCK)
		d->out_color_space = JCS_CMYK;
	else if (d->num_components == 1)
		d->out_color_space = JCS_GRAYSCALE;
	else
		d->out_color_space = JCS_RGB;
	choose_scale(d);
	(void)jpeg_start_decompress(d); /* never suspends from memory */
	read_rows(w, d);
	(void)jpeg_finish_decompress(d);
	return IMAGE_MADE_JPEG;
}

enum image_end
image_read_jpeg(struct image_work *w)
{
	struct jpeg_decompress_struct *d = ARENA_NEW(w->arena,
	    struct jpeg_decompress_struct);
	struct jpeg_progress_mgr *progress = ARENA_NEW(w->arena,
	    struct jpeg_progress_mgr);
	struct jump *j = ARENA_NEW(w->arena, struct jump);
	enum image_end end;

	d->err = errors_of(j);
	if (setjmp(j->to) != 0) {
		jpeg_destroy_decompress(d);
		return j->why;
	}
	jpeg_create_decompress(d);
	progress->progress_monitor = on_progress;
	d->progress = progress;
	end = read_picture(w, d);
	jpeg_destroy_decompress(d);
	return end;
}

/* --- out ---------------------------------------------------------------- */

static void
write_rows(struct jpeg_compress_struct *e, const struct pixels *px,
    int orientation, struct arena *a)
{
	unsigned char *row = arena_array(a, e->image_width,
	    (size_t)px->channels);

	for (unsigned y = 0; y < e->image_height; y++) {
		pixels_upright_row(px, orientation, (int)y, row);
		(void)jpeg_write_scanlines(e, &row, 1);
	}
}

bool
image_write_jpeg(const struct pixels *px, int orientation, int fd,
    struct arena *a, int quality)
{
	struct jpeg_compress_struct *e = ARENA_NEW(a,
	    struct jpeg_compress_struct);
	struct jump *j = ARENA_NEW(a, struct jump);
	FILE *f = fdopen(fd, "wb");
	int width, height;

	if (f == NULL)
		return false;
	e->err = errors_of(j);
	if (setjmp(j->to) != 0) {
		jpeg_destroy_compress(e);
		return false;
	}
	jpeg_create_compress(e);
	jpeg_stdio_dest(e, f);
	pixels_upright_size(px, orientation, &width, &height);
	e->image_width = (unsigned)width;
	e->image_height = (unsigned)height;
	e->input_components = px->channels;
	e->in_color_space = px->channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
	jpeg_set_defaults(e);
	jpeg_set_quality(e, quality, TRUE);
	jpeg_start_compress(e, TRUE);
	write_rows(e, px, orientation, a);
	jpeg_finish_compress(e);
	jpeg_destroy_compress(e);
	return fflush(f) == 0;
}
