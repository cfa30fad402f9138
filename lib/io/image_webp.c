/* WebP in, by libwebp; see image_pixels.h. */
#include <string.h>

#include <webp/decode.h>

#include "io/image_pixels.h"

/* The EXIF chunk of a RIFF file ("WebP Container Specification"). */
static int
orientation_of(const unsigned char *p, size_t len)
{
	enum { RIFF_HEADER = 12, CHUNK = 8 };

	for (size_t at = RIFF_HEADER; at + CHUNK <= len;) {
		const unsigned char *head = p + at;
		size_t n = (size_t)head[4] | (size_t)head[5] << 8 |
		    (size_t)head[6] << 16 | (size_t)head[7] << 24;

		at += CHUNK;
		if (n > len - at)
			return 1;
		if (memcmp(head, "EXIF", 4) == 0)
			return exif_orientation(p + at, n);
		at += n + (n & 1);
	}
	return 1;
}

/* The decoder shrinks by itself, as it goes. */
static enum image_end
decode(struct image_work *w, WebPDecoderConfig *config)
{
	struct pixels *px = &w->px;
	WebPRGBABuffer *out = &config->output.u.RGBA;

	px->width = config->input.width;
	px->height = config->input.height;
	px->channels = config->input.has_alpha ? 4 : 3;
	pixels_bound(&px->width, &px->height, IMAGE_SIDE_MAX);
	config->options.use_scaling = px->width != config->input.width ||
	    px->height != config->input.height;
	config->options.scaled_width = px->width;
	config->options.scaled_height = px->height;
	out->stride = px->width * px->channels;
	out->size = (size_t)out->stride * (size_t)px->height;
	px->data = out->rgba = arena_alloc(w->arena, out->size);
	config->output.colorspace = px->channels == 4 ? MODE_RGBA : MODE_RGB;
	config->output.is_external_memory = 1;
	switch (WebPDecode(w->in, w->len, config)) {
	case VP8_STATUS_OK:
		return px->channels == 4 ? IMAGE_MADE_PNG : IMAGE_MADE_JPEG;
	case VP8_STATUS_OUT_OF_MEMORY:
		return IMAGE_TOO_COMPLEX;
	default:
		return IMAGE_BROKEN;
	}
}

enum image_end
image_read_webp(struct image_work *w)
{
	WebPDecoderConfig config;

	if (!WebPInitDecoderConfig(&config) ||
	    WebPGetFeatures(w->in, w->len, &config.input) != VP8_STATUS_OK)
		return IMAGE_BROKEN;
	if (config.input.has_animation)
		return IMAGE_MOVING;
	if (!pixels_fit(config.input.width, config.input.height))
		return IMAGE_TOO_LARGE;
	w->orientation = orientation_of(w->in, w->len);
	return decode(w, &config);
}
