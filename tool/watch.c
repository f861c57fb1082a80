// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/complain.h"
#include "cli/out.h"
#include "folio/filter.h"
#include "folio/folios.h"
#include "folio/kind.h"
#include "folio/known.h"
#include "folio/screen.h"
#include "folio/show.h"
#include "folio/show_text.h"
#include "noun.h"

#define NS_PER_SECOND	1000000000ULL
#define MAX_SECONDS	86400

/**
 * struct watch - a view that goes on
 * @interval: from one look to the next, in ns
 * @count: so many looks; 0: until somebody has seen enough
 * @totals: of this look
 * @known: for JSON: what the last look found
 * @screen: for a terminal: the same, of what is on the screen
 * @size: of the terminal
 * @change: for JSON: what is in front of each folio
 */
static struct watch {
	struct selection selection;
	struct filter filter;
	uint64_t interval;
	uint64_t count;
	struct out *out;
	struct view view;
	struct totals totals;
	struct known known;
	struct screen screen;
	struct terminal_size size;
	struct show_change change;
} watch = { .interval = NS_PER_SECOND };

/* Seconds, with a fraction or without. */
static int take_interval(const struct opt *opt, const char *arg)
{
	double seconds;
	char *end;

	(void)opt;
	seconds = strtod(arg, &end);
	if (!strspn(arg, "0123456789.") || *end ||
	    strspn(arg, "0123456789.") != strlen(arg)) {
		complain("--interval '%s': that is no number of seconds", arg);
		return EXIT_USAGE;
	}
	if (seconds < 0.01 || seconds > MAX_SECONDS) {
		complain("--interval %s: it must be from 0.01 to %d seconds",
			 arg, MAX_SECONDS);
		return EXIT_USAGE;
	}
	watch.interval = seconds * NS_PER_SECOND;
	return 0;
}

static const struct opt options[] = {
	SELECT_OPTIONS(&watch.selection),
	FILTER_OPTIONS(watch.filter),
	OPT_HEADING("When to look"),
	OPT_CALL("interval", "SECONDS",
		 "from one look to the next, 1 if not given; 0.01 to 86400",
		 take_interval, NULL, NULL),
	OPT_NUMBER("count", "N", "end after this many looks", &watch.count, 1,
		   INT64_MAX),
	{ }
};

static bool has_addresses(void)
{
	return watch.selection.by == SELECT_PID;
}

static int out_failed(void)
{
	return watch.out->error || ferror(watch.out->to) ? -EPIPE : 0;
}

static int take_json(struct folio *folio)
{
	static const char *const names[] = {
		[KNOWN_NEW] = "new", [KNOWN_CHANGED] = "changed",
	};
	int ret = known_look(&watch.known, folio);

	if (ret <= KNOWN_SAME)
		return ret;
	watch.change.change = names[ret];
	show_change(watch.out, &watch.change, folio, has_addresses());
	return out_failed();
}

static int watch_take(void *data, struct folio *folio)
{
	(void)data;
	if (!filter_takes(&watch.filter, folio))
		return 0;
	totals_add(&watch.totals, folio);
	if (watch.out->json)
		return take_json(folio);
	screen_take(&watch.screen, folio, has_addresses());
	return 0;
}

static int watch_look(void)
{
	struct folios folios = { .view = &watch.view, .visit = watch_take };
	int ret;

	watch.totals = (struct totals){ };
	ret = folios_walk(&folios, &watch.selection);
	watch.totals.missing = folios.missing;
	watch.totals.not_folios = folios.not_folios;
	watch.totals.twice = folios.twice;
	return ret;
}

static int watch_gone(void *data, uint64_t pfn)
{
	(void)data;
	watch.change.change = "gone";
	show_gone(watch.out, &watch.change, pfn);
	return out_failed();
}

static bool watch_is_last(uint64_t tick)
{
	return watch.count && tick + 1 >= watch.count;
}

static int watch_json(void)
{
	uint64_t deadline = terminal_now();
	int ret = 0;

	watch.out->stream = true;
	for (uint64_t tick = 0; !ret; tick++) {
		watch.change.tick = tick;
		watch.change.timestamp = watch.out->timestamp ? out_now() :
					 NULL;
		ret = watch_look();
		if (!ret)
			ret = known_next(&watch.known, watch_gone, NULL);
		if (ret || watch_is_last(tick))
			break;
		deadline += watch.interval;
		terminal_sleep(deadline);
	}
	return ret;
}

static void set_title(uint64_t tick)
{
	const struct selection *selection = &watch.selection;
	char what[80];
	int len = 60;

	if (selection->by == SELECT_PID)
		snprintf(what, sizeof(what), "process %" PRIu64,
			 selection->pid);
	else if (selection->by == SELECT_PFN)
		snprintf(what, sizeof(what), "page frames from %" PRIu64,
			 selection->pfns.first);
	else
		snprintf(what, sizeof(what), "%s", selection->file);
	snprintf(watch.screen.title, sizeof(watch.screen.title),
		 "%.*s, look %" PRIu64 "  (q quits)", len, what, tick);
}

/* Keys move the list; it is looked at again, too. */
static bool wait_for_next(uint64_t deadline, bool *quit)
{
	enum terminal_key key;

	do {
		key = terminal_wait(deadline);
	} while (key == KEY_OTHER);
	*quit = key == KEY_QUIT;
	screen_scroll(&watch.screen, key);
	return key == KEY_NONE;
}

static int draw(uint64_t tick)
{
	int ret;

	watch.size = terminal_size();
	screen_begin(&watch.screen, watch.size);
	ret = watch_look();
	set_title(tick);
	if (!ret)
		screen_draw(&watch.screen, &watch.totals, watch.size);
	return ret ? ret : out_failed();
}

static int watch_screen(void)
{
	uint64_t deadline = terminal_now(), tick = 0;
	bool quit = false, next = true;
	int ret = terminal_enter();

	while (!ret && !quit) {
		ret = draw(tick);
		if (next)
			deadline += watch.interval;
		if (ret || (next && watch_is_last(tick)))
			break;
		next = wait_for_next(deadline, &quit);
		tick += next;
	}
	terminal_leave();
	return ret;
}

static int watch_it(void)
{
	int ret;

	if (!watch.out->json)
		return watch_screen();
	ret = known_init(&watch.known);
	if (ret)
		return ret;
	ret = watch_json();
	known_free(&watch.known);
	return ret;
}

static void watch_help(void)
{
	kinds_help();
	show_help(SHOW_CHANGE);
}

static int do_watch(struct out *out, int argc, char **argv)
{
	int ret = select_check(&watch.selection, "watch");

	(void)argc;
	(void)argv;
	if (ret)
		return ret;
	if (out->timestamp && !out->json) {
		complain("-t goes with -j here");
		return EXIT_USAGE;
	}
	watch.out = out;
	if (view_open(&watch.view))
		return EXIT_KERNEL;
	ret = watch_it();
	view_close(&watch.view);
	/* main() has the words for an output that failed */
	return ret && !out_failed() ? EXIT_KERNEL : EXIT_FINE;
}

const struct noun noun_watch = {
	.name = "watch",
	.args = "WHICH...",
	.brief = "look at folios again and again",
	.about = SELECT_ARGS "\n"
		 "\n"
		 "Looks at folios again and again. On a terminal, each is one line, and what\n"
		 "has changed since the last look is shown in reverse; the cursor keys move\n"
		 "the list, q quits. With -j, the first look prints an object on a line for\n"
		 "each folio, and each later one for what is new, changed or gone.",
	.flags = NOUN_JSON | NOUN_TIME,
	.options = options,
	.help = watch_help,
	.run = do_watch,
};
