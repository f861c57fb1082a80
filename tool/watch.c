// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/complain.h"
#include "cli/out.h"
#include "folio/screen.h"
#include "folio/seen.h"
#include "folio/show.h"
#include "kernel/mm_ids.h"
#include "noun.h"
#include "watch.h"

#define MAX_SECONDS	86400

/**
 * struct watch - a repeated view
 * @when: when to look
 * @summary: how many folios there are of which size, not the folios
 * @replay: a file of such looks
 * @state: where records are read
 * @totals: of this look
 * @seen: for JSON: what was found
 * @screen: for a terminal: the same, of what is on the screen
 * @size: of the terminal
 * @change: for JSON: what is in front of each folio
 */
static struct watch {
	struct selection selection;
	struct filter filter;
	struct watch_when when;
	bool summary;
	const char *replay;
	struct out *out;
	struct page_state state;
	struct totals totals;
	struct seen seen;
	struct screen screen;
	struct terminal_size size;
	struct show_change change;
} watch = { .when = { .interval = NS_PER_SECOND } };

int watch_take_seconds(const struct opt *opt, const char *arg)
{
	char option[32];
	double seconds;
	int ret;

	snprintf(option, sizeof(option), "--%s", opt->name);
	ret = number_fraction(option, arg, 0.01, MAX_SECONDS, &seconds);
	if (!ret)
		*(uint64_t *)opt->to = seconds * NS_PER_SECOND;
	return ret;
}

static int take_speed(const struct opt *opt, const char *arg)
{
	return number_fraction("--speed", arg, 0.01, 1000, opt->to);
}

static const struct opt options[] = {
	SELECT_OPTIONS(&watch.selection),
	FILTER_OPTIONS(watch.filter),
	OPT_HEADING("When to look"),
	OPT_CALL("interval", "SECONDS",
		 "from one look to the next, 1 if not given; 0.01 to 86400",
		 watch_take_seconds, &watch.when.interval, NULL),
	OPT_NUMBER("count", "N", "end after this many looks", &watch.when.count, 1,
		   INT64_MAX),
	OPT_HEADING("What to show"),
	OPT_FLAG("summary",
		 "how many there are of each kind and size, instead; of all memory if WHICH is missing",
		 &watch.summary),
	OPT_TEXT("replay", "FILE", "the same from a file of 'rmapctl record'",
		 &watch.replay, words_files),
	OPT_CALL("speed", "X", "with --replay: so many times as fast as it was; 0.01 to 1000",
		 take_speed, &watch.when.speed, NULL),
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

static int take_json(const struct folio *folio)
{
	int ret = seen_add(&watch.seen, folio, &watch.change.change);

	if (ret || !watch.change.change)
		return ret;
	show_change(watch.out, &watch.change, folio, has_addresses());
	return out_failed();
}

static int watch_take(const struct folio *folio)
{
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
	struct folio_walk walk;
	struct folio *folio;
	int ret = folio_walk_begin(&walk, &watch.selection, &watch.state);

	if (ret)
		return ret;
	watch.totals = (struct totals){ };
	mm_owners_forget();
	while ((ret = folio_walk_next(&walk, &folio)) == 1) {
		ret = watch_take(folio);
		if (ret)
			break;
	}
	totals_add_walk(&watch.totals, &walk);
	folio_walk_end(&walk);
	return ret;
}

/* Prints what was there at the last look and is gone now. */
static int watch_gone(void)
{
	uint64_t pfn;
	size_t at = 0;
	int ret = 0;

	watch.change.change = "gone";
	while (!ret && seen_gone(&watch.seen, &at, &pfn)) {
		show_gone(watch.out, &watch.change, pfn);
		ret = out_failed();
	}
	return ret;
}

static bool watch_is_last(uint64_t tick)
{
	return watch.when.count && tick + 1 >= watch.when.count;
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
			ret = watch_gone();
		seen_next(&watch.seen);
		if (ret || watch_is_last(tick))
			break;
		deadline += watch.when.interval;
		terminal_sleep(deadline);
	}
	return ret;
}

static void name_processes(const struct selection *selection, char *to, size_t size)
{
	const struct numbers *pids = &selection->pids;
	int used = snprintf(to, size, "%s", selection->cgroup ?: pids->nr > 1 ? "processes" :
			    "process");

	for (size_t i = 0; i < pids->nr && used < (int)size; i++)
		used += snprintf(to + used, size - used, "%s%" PRIu64,
				 i || selection->cgroup ? ", " : " ", pids->of[i]);
}

void watch_name(const struct selection *selection, char *to, size_t size)
{
	if (selection->by == SELECT_PID)
		name_processes(selection, to, size);
	else if (selection->by == SELECT_PFN)
		snprintf(to, size, "page frames from %" PRIu64, selection->pfns.first);
	else
		snprintf(to, size, "%s", selection->file);
}

static void set_title(uint64_t tick)
{
	char what[80];

	watch_name(&watch.selection, what, sizeof(what));
	snprintf(watch.screen.title, sizeof(watch.screen.title),
		 "%.60s, look %" PRIu64 "  (q quits)", what, tick);
}

static int watch_draw(uint64_t tick)
{
	int ret;

	watch.size = terminal_size();
	screen_begin(&watch.screen, watch.size);
	ret = watch_look();
	set_title(tick);
	if (!ret)
		screen_draw(&watch.screen, &watch.totals, watch.size);
	return ret;
}

static uint64_t watch_pause(uint64_t tick)
{
	return watch_is_last(tick) ? 0 : watch.when.interval;
}

static void watch_scroll(enum terminal_key key)
{
	screen_scroll(&watch.screen, key);
}

/* Waits for the next look. A key that moves the list begins one at once. */
static bool wait_for_next(const struct watched *what, uint64_t deadline, bool *quit)
{
	enum terminal_key key;

	do {
		key = terminal_wait(deadline);
	} while (key == KEY_OTHER);
	*quit = key == KEY_QUIT;
	what->scroll(key);
	return key == KEY_NONE;
}

int watch_on_screen(const struct watched *what)
{
	uint64_t deadline = terminal_now(), tick = 0, pause = 0;
	bool quit = false, next = true;
	int ret = terminal_enter();

	while (!ret && !quit) {
		ret = what->draw(tick);
		if (!ret && ferror(stdout))
			ret = -EPIPE;
		if (next)
			pause = what->pause(tick);
		if (ret || !pause)
			break;
		if (next)
			deadline += pause;
		next = wait_for_next(what, deadline, &quit);
		tick += next;
	}
	terminal_leave();
	return ret;
}

static int watch_folios(void)
{
	static const struct watched folios = { watch_draw, watch_pause, watch_scroll };
	int ret;

	if (!watch.out->json)
		return watch_on_screen(&folios);
	ret = seen_init(&watch.seen);
	if (ret)
		return ret;
	ret = watch_json();
	seen_free(&watch.seen);
	return ret;
}

static void watch_help(void)
{
	kinds_help();
	show_help(SHOW_CHANGE);
}

static int watch_it(void)
{
	int ret;

	if (watch.replay)
		return watch_replay(&watch.when, watch.replay);
	if (watch.summary)
		return watch_sizes(watch.out, &watch.when, &watch.selection, &watch.filter);
	ret = page_state_open(&watch.state);
	if (ret)
		return ret;
	ret = watch_folios();
	page_state_close(&watch.state);
	return ret;
}

static int check_replay(const struct out *out)
{
	static const struct filter no_filter;

	if (out->json)
		complain("what --replay shows is JSON in the file: leave out -j");
	else if (watch.selection.by || watch.selection.has_range || watch.summary ||
		 memcmp(&watch.filter, &no_filter, sizeof(no_filter)))
		complain("--replay shows what is in the file: only --speed and --count go with it");
	else
		return 0;
	return EXIT_USAGE;
}

static int check_watch(const struct out *out)
{
	if (watch.replay)
		return check_replay(out);
	if (watch.when.speed) {
		complain("--speed goes with --replay");
		return EXIT_USAGE;
	}
	if (watch.summary)
		select_all_unless_said(&watch.selection);
	return select_check(&watch.selection, "watch");
}

static int do_watch(struct out *out, int argc, char **argv)
{
	int ret = check_watch(out);

	(void)argc;
	(void)argv;
	if (ret)
		return ret;
	if (out->timestamp && (!out->json || watch.summary)) {
		complain(out->json ? "--summary has the time in any case: leave out -t" :
			 "-t goes with -j here");
		return EXIT_USAGE;
	}
	if (!watch.when.speed)
		watch.when.speed = 1;
	watch.out = out;
	ret = watch_it();
	/* main() complains about an output that failed. */
	return ret && !out_failed() ? EXIT_KERNEL : EXIT_FINE;
}

const struct noun noun_watch = {
	.name = "watch",
	.args = "[WHICH...]",
	.brief = "look at folios again and again",
	.about = SELECT_ARGS "\n"
		 "\n"
		 "Looks at folios again and again. On a terminal, each is one line, and what\n"
		 "has changed since the last look is shown in reverse; the cursor keys move\n"
		 "the list, q quits. With -j, the first look prints an object on a line for\n"
		 "each folio, and each later one for what is new, changed or gone.\n"
		 "\n"
		 "With --summary, it is a line for each kind and size, and what runs; with -j,\n"
		 "an object on a line for each look, as 'rmapctl record' writes it. --replay\n"
		 "shows that from a file, without the module and without root.",
	.flags = NOUN_JSON | NOUN_TIME,
	.options = options,
	.help = watch_help,
	.run = do_watch,
};
