#include "io/storage.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/buf.h"
#include "core/clock.h"
#include "core/config.h"
#include "core/fault.h"
#include "core/log.h"

enum { NAME_BYTES = 16, ENDING_MAX = 12 };

/* In front of the name of a file that is not kept yet. */
#define UNFINISHED ".new-"

/* --- folders and names -------------------------------------------------- */

static const char *
folder_of(struct ctx *c, enum storage_area area)
{
	const struct config *s = c->config;

	if (area == STORAGE_MEDIA)
		return *s->media_dir != '\0' ?
		    arena_printf(c->arena, "%s/files", s->media_dir) :
		    arena_printf(c->arena, "%s/media/files", s->state_dir);
	if (area == STORAGE_IMPORTS)
		return arena_printf(c->arena, "%s/private/imports",
		    s->state_dir);
	return *s->document_dir != '\0' ?
	    s->document_dir :
	    arena_printf(c->arena, "%s/private/documents", s->state_dir);
}

static enum err
broken(struct ctx *c, const char *what, const char *path)
{
	log_error("storage: cannot %s %s: %s request_id=%s", what, path,
	    strerror(errno), c->request_id);
	return fail(c, ERR_UNAVAILABLE,
	    "Files cannot be stored at the moment. Try again later.");
}

/* Whether something fails here on purpose, as a full disk does. */
static bool
breaks(void)
{
	if (!fault_point("storage"))
		return false;
	errno = ENOSPC;
	return true;
}

/* Hex digits and an ending of small letters: no way out of the folder. */
static bool
is_name(const char *name)
{
	size_t n = strspn(name, "0123456789abcdef");
	size_t ending = strspn(name + n, ".abcdefghijklmnopqrstuvwxyz");

	return n == 2 * NAME_BYTES && ending <= ENDING_MAX &&
	    name[n + ending] == '\0' && (ending == 0 || name[n] == '.');
}

const char *
storage_name(struct ctx *c)
{
	unsigned char random[NAME_BYTES];
	struct buf b;

	randombytes_buf(random, sizeof(random));
	buf_init(&b, c->arena, 64);
	buf_hex(&b, random, sizeof(random));
	return buf_text(&b);
}

/* --- descriptors -------------------------------------------------------- */

static void
close_fd(void *handle)
{
	close((int)(intptr_t)handle);
}

static void
close_later(struct ctx *c, int fd)
{
	arena_defer(c->arena, close_fd, (void *)(intptr_t)fd);
}

enum err
storage_spool(struct ctx *c, int *fd)
{
	const char *folder = folder_of(c, STORAGE_DOCUMENTS);
	char *path = arena_printf(c->arena, "%s/" UNFINISHED "XXXXXX",
	    folder);

	*fd = breaks() ? -1 : mkostemp(path, O_CLOEXEC);
	if (*fd < 0)
		return broken(c, "make a file in", folder);
	close_later(c, *fd);
	return unlink(path) == 0 ? OK : broken(c, "unlink", path);
}

enum err
storage_write(struct ctx *c, int fd, const void *p, size_t len)
{
	while (len > 0) {
		ssize_t n = breaks() ? -1 : write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return broken(c, "write", "a file");
		p = (const char *)p + n;
		len -= (size_t)n;
	}
	return OK;
}

/* --- files -------------------------------------------------------------- */

static void
give_up(void *handle)
{
	struct storage_file *f = handle;

	close(f->fd);
	if (!f->kept)
		(void)unlink(f->path); /* else the sweeper finds it */
}

enum err
storage_new(struct ctx *c, enum storage_area area, const char *name,
    struct storage_file **out)
{
	struct storage_file *f = ARENA_NEW(c->arena, struct storage_file);

	if (!is_name(name))
		return fault(c, "storage: no name for a file");
	f->area = area;
	f->name = name;
	f->path = arena_printf(c->arena, "%s/" UNFINISHED "%s",
	    folder_of(c, area), name);
	f->fd = breaks() ?
	    -1 :
	    open(f->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
		0600);
	if (f->fd < 0)
		return broken(c, "make", f->path);
	arena_defer(c->arena, give_up, f);
	*out = f;
	return OK;
}

static bool
sync_folder(const char *folder)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool good = fd >= 0 && fsync(fd) == 0;

	if (fd >= 0)
		close(fd);
	return good;
}

enum err
storage_keep(struct ctx *c, struct storage_file *f)
{
	const char *folder = folder_of(c, f->area);
	const char *path = arena_printf(c->arena, "%s/%s", folder, f->name);
	mode_t mode = f->area == STORAGE_MEDIA ? 0644 : 0600;

	if (breaks() || fchmod(f->fd, mode) != 0 || fsync(f->fd) != 0)
		return broken(c, "sync", f->path);
	if (rename(f->path, path) != 0)
		return broken(c, "rename", f->path);
	f->kept = true;
	return sync_folder(folder) ? OK : broken(c, "sync", folder);
}

enum err
storage_open(struct ctx *c, enum storage_area area, const char *name, int *fd)
{
	const char *path;

	if (!is_name(name))
		return fault(c, "storage: no name of a file");
	path = arena_printf(c->arena, "%s/%s", folder_of(c, area), name);
	*fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (*fd < 0 && errno == ENOENT)
		return fail(c, ERR_NOT_FOUND, "This file is not there.");
	if (*fd < 0)
		return broken(c, "open", path);
	close_later(c, *fd);
	return OK;
}

enum err
storage_remove(struct ctx *c, enum storage_area area, const char *name)
{
	const char *path;
	bool unfinished = strncmp(name, UNFINISHED, strlen(UNFINISHED)) == 0;

	if (!unfinished && !is_name(name))
		return fault(c, "storage: no name of a file");
	if (strchr(name, '/') != NULL)
		return fault(c, "storage: no name of a file");
	path = arena_printf(c->arena, "%s/%s", folder_of(c, area), name);
	if (unlink(path) != 0 && errno != ENOENT)
		return broken(c, "remove", path);
	return OK;
}

/* --- lists -------------------------------------------------------------- */

static enum err
show_entry(struct ctx *c, int folder, const char *name,
    enum err (*each)(struct ctx *c, const struct storage_entry *e, void *arg),
    void *arg)
{
	struct storage_entry e = { .name = name };
	struct stat st;

	e.unfinished = strncmp(name, UNFINISHED, strlen(UNFINISHED)) == 0;
	/* What is not of our making stays. */
	if (!e.unfinished && !is_name(name))
		return OK;
	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
	    !S_ISREG(st.st_mode))
		return OK;
	e.age_secs = clock_now_us() / 1000000 - (int64_t)st.st_mtime;
	return each(c, &e, arg);
}

static void
close_folder(DIR **d)
{
	if (*d != NULL)
		closedir(*d);
}

enum err
storage_list(struct ctx *c, enum storage_area area,
    enum err (*each)(struct ctx *c, const struct storage_entry *e, void *arg),
    void *arg)
{
	const char *folder = folder_of(c, area);
	__attribute__((cleanup(close_folder))) DIR *d = opendir(folder);
	struct dirent *entry;

	if (d == NULL)
		return broken(c, "list", folder);
	while (errno = 0, (entry = readdir(d)) != NULL)
		TRY(show_entry(c, dirfd(d), entry->d_name, each, arg));
	return errno == 0 ? OK : broken(c, "list", folder);
}
