/*
 * mail.h: one mail to one person, plain text and HTML (RFC 5322, 2045-2047).
 *
 * With SMTP_URL it goes there: smtps, or smtp with STARTTLS, which is a must
 * where the address holds a password, and needless on this machine.
 * Certificates are verified, against SMTP_CA_FILE where that is set.  Without
 * SMTP_URL each mail becomes a file in STATE_DIR/mail that a person can read.
 *
 * Date and Message-ID come from the mail's own time and id, so that a repeat
 * can be recognised: the same id in a mailbox, the same file in the folder.
 */
#ifndef HAAT_IO_MAIL_H
#define HAAT_IO_MAIL_H

#include "core/buf.h"
#include "core/ctx.h"

struct mail {
	struct uuid id;
	int64_t at_us;
	const char *to; /* an address alone */
	const char *subject;
	const char *text;
	const char *html;
};

enum mail_result {
	MAIL_SENT,
	MAIL_REFUSED, /* for good: no such mailbox, no such address */
	MAIL_LATER,   /* this one not now, or nobody knows */
	MAIL_AWAY,    /* the server cannot be reached: no mail at all now */
};

/* Never inside a transaction.  why is for the log and for people; set unless
 * the mail was sent. */
enum mail_result mail_send(struct ctx *c, const struct mail *m,
    const char **why);

enum mail_form {
	MAIL_FOR_SMTP,   /* lines end in CRLF, seven bits */
	MAIL_FOR_FOLDER, /* lines end in LF, UTF-8 as it is */
};

/* The message as it goes out.  ERR_VALIDATION where the address could not
 * stand in a header or in a command of SMTP. */
enum err mail_compose(struct ctx *c, const struct mail *m,
    enum mail_form form, struct buf *out);

/* Closes the connection to the server. */
void mail_close(void);

#endif
