/* Pictures, decoded here instead of in the sandbox: what is found is a bug of
 * ours or of a library, which the sandbox would have held. */
#include "fuzz.h"
#include "io/image_pixels.h"

/* Large ones are only slow. */
enum { SIDE_MAX = 600 };

static bool
is_small(const uint8_t *data, size_t size)
{
	/* The sides of a PNG and of a JPEG stand at many places; ours are
	 * made small by what the corpus holds, so a bound on time is enough
	 * for the others. */
	if (image_kind(data, size) != IMAGE_PNG || size < 24)
		return true;
	return data[16] == 0 && data[17] == 0 && data[20] == 0 &&
	    data[21] == 0 && (data[18] << 8 | data[19]) <= SIDE_MAX &&
	    (data[22] << 8 | data[23]) <= SIDE_MAX;
}

int HARNESS(const uint8_t *data, size_t size);

int
HARNESS(const uint8_t *data, size_t size)
{
	struct ctx *c = unit_ctx();
	struct image_work w = { .arena = c->arena,
		.in = data,
		.len = size,
		.orientation = 1 };
	enum image_end end = IMAGE_BROKEN;

	switch (is_small(data, size) ? image_kind(data, size) : IMAGE_NONE) {
	case IMAGE_JPEG:
		end = image_read_jpeg(&w);
		break;
	case IMAGE_PNG:
		end = image_read_png(&w);
		break;
	case IMAGE_WEBP:
		end = image_read_webp(&w);
		break;
	case IMAGE_NONE:
		(void)exif_orientation(data, size);
		return 0;
	}
	MUST(w.orientation >= 1 && w.orientation <= 8);
	if (end != IMAGE_MADE_JPEG && end != IMAGE_MADE_PNG)
		return 0;
	MUST(w.px.width >= 1 && w.px.width <= IMAGE_SIDE_MAX);
	MUST(w.px.height >= 1 && w.px.height <= IMAGE_SIDE_MAX);
	MUST(end == IMAGE_MADE_PNG ||
	    (w.px.channels != 2 && w.px.channels != 4));
	(void)pixels_shrunk(c->arena, &w.px, IMAGE_THUMBNAIL_SIDE);
	return 0;
}
