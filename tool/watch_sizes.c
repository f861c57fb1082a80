// SPDX-License-Identifier: GPL-2.0
/* `watch --summary`, and `watch --replay`, which shows the same from a file. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "cli/complain.h"
#include "folio/recording.h"
#include "folio/screen.h"
#include "watch.h"

#define NS_PER_MS	1000000ULL

/* How long the last look of a file stays, unless a key is pressed: a day. */
#define LONG		(86400 * NS_PER_SECOND)

/**
 * struct looks - the looks that are shown
 * @when: at what times
 * @selection: live: which folios
 * @filter: live: and which of them
 * @state: live: where records are read
 * @begin: live: when the first look was begun
 * @saved: replay: the file
 * @tick: the number of the current look
 * @of: the current look and those around it
 * @is_there: which of them is there
 * @top: number of the first row on the screen
 */
static struct {
	const struct watch_when *when;
	const struct selection *selection;
	const struct filter *filter;
	struct page_state state;
	uint64_t begin;
	struct saved saved;
	uint64_t tick;
	struct look of[3];
	bool is_there[3];
	uint64_t top;
} looks;

enum { BEFORE, NOW, NEXT };

static void looks_show(const char *title)
{
	const struct look *old = looks.is_there[BEFORE] ? &looks.of[BEFORE] : NULL;

	screen_draw_look(title, &looks.of[NOW], old, &looks.top, terminal_size());
}

static void looks_scroll(enum terminal_key key)
{
	if (key == KEY_UP || key == KEY_PAGE_UP)
		looks.top -= !!looks.top;
	else if (key == KEY_DOWN || key == KEY_PAGE_DOWN)
		looks.top++;
}

static bool looks_is_last(uint64_t tick)
{
	return looks.when->count && tick + 1 >= looks.when->count;
}

/* The current look becomes the one before. */
static void looks_step(void)
{
	looks.of[BEFORE] = looks.of[NOW];
	looks.is_there[BEFORE] = looks.is_there[NOW];
}

/* ---- live ---- */

static int looks_take(uint64_t tick)
{
	const uint64_t now = terminal_now();
	int ret;

	looks_step();
	ret = look_take(&looks.of[NOW], looks.selection, looks.filter, &looks.state);
	looks.of[NOW].tick = tick;
	looks.of[NOW].ms = (now - looks.begin) / NS_PER_MS;
	looks.is_there[NOW] = true;
	return ret;
}

static int draw_live(uint64_t tick)
{
	char title[128], what[80];
	int ret = looks_take(tick);

	if (ret)
		return ret;
	watch_name(looks.selection, what, sizeof(what));
	snprintf(title, sizeof(title), "%.60s, look %" PRIu64 "  (q quits)", what, tick);
	looks_show(title);
	return 0;
}

static uint64_t pause_live(uint64_t tick)
{
	return looks_is_last(tick) ? 0 : looks.when->interval;
}

static int print_live(struct out *out)
{
	uint64_t deadline = looks.begin;

	out->stream = true;
	for (uint64_t tick = 0;; tick++) {
		int ret = looks_take(tick);

		if (ret)
			return ret;
		look_put(out, &looks.of[NOW]);
		if (out->error || looks_is_last(tick))
			return 0;
		deadline += looks.when->interval;
		terminal_sleep(deadline);
	}
}

int watch_sizes(struct out *out, const struct watch_when *when,
		const struct selection *selection, const struct filter *filter)
{
	static const struct watched live = { draw_live, pause_live, looks_scroll };
	int ret;

	looks.when = when;
	looks.selection = selection;
	looks.filter = filter;
	looks.begin = terminal_now();
	ret = page_state_open(&looks.state);
	if (ret)
		return ret;
	ret = out->json ? print_live(out) : watch_on_screen(&live);
	page_state_close(&looks.state);
	return ret;
}

/* ---- from a file ---- */

/* Reads the look behind the next one. Returns 0, or -errno after a complaint. */
static int looks_read_next(void)
{
	int ret = recording_next(&looks.saved, &looks.of[NEXT]);

	looks.is_there[NEXT] = ret == 1;
	return ret < 0 ? ret : 0;
}

static int looks_go_to(uint64_t tick)
{
	if (tick == looks.tick)
		return 0;
	looks.tick = tick;
	looks_step();
	looks.of[NOW] = looks.of[NEXT];
	return looks_read_next();
}

static int draw_file(uint64_t tick)
{
	char title[128];
	int ret = looks.is_there[NEXT] ? looks_go_to(tick) : 0;

	if (ret)
		return ret;
	snprintf(title, sizeof(title), "%.40s, look %" PRIu64 "%s  (q quits)", looks.saved.path,
		 looks.of[NOW].tick, looks.is_there[NEXT] ? "" : ", the last one");
	looks_show(title);
	return 0;
}

/* Where the recording was continued, the next look begins anew at 0. */
static uint64_t pause_file(uint64_t tick)
{
	const uint64_t now = looks.of[NOW].ms, next = looks.of[NEXT].ms;
	double ms;

	if (looks_is_last(tick))
		return 0;
	if (!looks.is_there[NEXT])
		return LONG;
	ms = (next > now ? next - now : 1000) / looks.when->speed;
	return ms > 1 ? ms * NS_PER_MS : NS_PER_MS;
}

int watch_replay(const struct watch_when *when, const char *path)
{
	static const struct watched file = { draw_file, pause_file, looks_scroll };
	int ret = saved_open(&looks.saved, path, SAVED_RECORDING);

	if (ret)
		return ret;
	looks.when = when;
	ret = recording_next(&looks.saved, &looks.of[NOW]);
	if (!ret)
		complain("%s has no look: the recording was interrupted before the first one",
			 path);
	looks.is_there[NOW] = ret == 1;
	if (ret == 1)
		ret = looks_read_next() ?: watch_on_screen(&file);
	else if (!ret)
		ret = -ENODATA;
	saved_close(&looks.saved);
	return ret;
}
