#include "io/image.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "core/log.h"
#include "io/image_pixels.h"
#include "io/sandbox.h"

enum {
	MIB = 1024 * 1024,
	/* The coefficients of a progressive JPEG of 40 megapixels are 240 MB,
	 * the rows of an interlaced PNG 160 MB; what is kept, 67 MB more. */
	MEMORY_MAX = 448 * MIB,
	FILE_MAX = 80 * MIB,
	CPU_SECS = 10,
	WALL_SECS = 20,
	QUALITY = 88,
	THUMBNAIL_QUALITY = 80
};

enum image_kind
image_kind(const void *p, size_t len)
{
	if (len < IMAGE_KIND_BYTES)
		return IMAGE_NONE;
	if (memcmp(p, "\xff\xd8\xff", 3) == 0)
		return IMAGE_JPEG;
	if (memcmp(p, "\x89PNG\r\n\x1a\n", 8) == 0)
		return IMAGE_PNG;
	if (memcmp(p, "RIFF", 4) == 0 &&
	    memcmp((const char *)p + 8, "WEBP", 4) == 0)
		return IMAGE_WEBP;
	return IMAGE_NONE;
}

/* --- inside the sandbox ------------------------------------------------- */

static bool
read_all(int fd, unsigned char *to, size_t len)
{
	if (lseek(fd, 0, SEEK_SET) != 0)
		return false;
	while (len > 0) {
		ssize_t n = read(fd, to, len);

		if (n <= 0)
			return false;
		to += n;
		len -= (size_t)n;
	}
	return true;
}

static enum image_end
read_any(struct image_work *w)
{
	switch (image_kind(w->in, w->len)) {
	case IMAGE_JPEG:
		return image_read_jpeg(w);
	case IMAGE_PNG:
		return image_read_png(w);
	case IMAGE_WEBP:
		return image_read_webp(w);
	default:
		return IMAGE_BROKEN;
	}
}

static bool
write_one(struct image_work *w, const struct pixels *px, enum image_end kind,
    int fd, int quality)
{
	return kind == IMAGE_MADE_JPEG ?
	    image_write_jpeg(px, w->orientation, fd, w->arena, quality) :
	    image_write_png(px, w->orientation, fd, w->arena);
}

/* in, out and thumbnail; arg is the length of the first. */
static int
work(const int *fds, void *arg)
{
	struct image_work w = { .arena = arena_new(), .orientation = 1 };
	unsigned char *in;
	enum image_end end;
	struct pixels small;

	w.len = *(const size_t *)arg;
	w.in = in = arena_alloc(w.arena, w.len);
	if (!read_all(fds[0], in, w.len))
		return IMAGE_BROKEN;
	end = read_any(&w);
	if (end != IMAGE_MADE_JPEG && end != IMAGE_MADE_PNG)
		return end;
	if (!write_one(&w, &w.px, end, fds[1], QUALITY))
		return IMAGE_NO_ROOM;
	if (fds[2] < 0)
		return end;
	small = pixels_shrunk(w.arena, &w.px, IMAGE_THUMBNAIL_SIDE);
	if (!write_one(&w, &small, end, fds[2], THUMBNAIL_QUALITY))
		return IMAGE_NO_ROOM;
	return end;
}

/* --- outside ------------------------------------------------------------ */

static enum err
refuse(struct ctx *c, const struct sandbox_end *end)
{
	switch (end->status) {
	case IMAGE_BROKEN:
		return fail_field(c, "file", "This picture is broken.");
	case IMAGE_TOO_LARGE:
		return fail_field(c, "file", "At most %d megapixels.",
		    IMAGE_PIXELS_MAX / 1000000);
	case IMAGE_MOVING:
		return fail_field(c, "file", "Pictures must not move.");
	case IMAGE_NO_ROOM:
		log_error("image: cannot write a picture request_id=%s",
		    c->request_id);
		return fail(c, ERR_UNAVAILABLE,
		    "Files cannot be stored at the moment. Try again later.");
	default:
		/* Its memory or time came to an end, or a decoder broke. */
		return fail_field(c, "file",
		    "This picture takes too much work. Save it anew.");
	}
}

enum err
image_remake(struct ctx *c, int fd, size_t len, int out, int thumbnail,
    enum image_kind *kind)
{
	const struct sandbox box = {
		.memory_bytes = MEMORY_MAX,
		.file_bytes = FILE_MAX,
		.cpu_secs = CPU_SECS,
		.wall_secs = WALL_SECS,
		.fds = { fd, out, thumbnail, -1 },
		.work = work,
		.arg = &len,
	};
	struct sandbox_end end;

	TRY(sandbox_run(c, &box, &end));
	log_info("image bytes=%zu end=%d signal=%d us=%lld peak_kib=%lld "
		 "request_id=%s",
	    len, end.status, end.signal, (long long)end.us,
	    (long long)end.peak_kib, c->request_id);
	if (end.status != IMAGE_MADE_JPEG && end.status != IMAGE_MADE_PNG)
		return refuse(c, &end);
	*kind = end.status == IMAGE_MADE_JPEG ? IMAGE_JPEG : IMAGE_PNG;
	return OK;
}
