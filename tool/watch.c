// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/complain.h"
#include "cli/out.h"
#include "folio/screen.h"
#include "folio/show.h"
#include "kernel/mm_ids.h"
#include "noun.h"

#define NS_PER_SECOND	1000000000ULL
#define MAX_SECONDS	86400

/* ---- with -j: what has changed since the last look ---- */

/* The number of slots. Each of the two tables takes 8 MiB. */
#define LOOK_SLOTS	(1u << 19)
#define LOOK_MAX	(LOOK_SLOTS / 4 * 3)

/* A folio, by its first page frame. If @hash is 0, the slot is free. */
struct look_slot {
	uint64_t pfn;
	uint64_t hash;
};

/**
 * struct looks - this look, and the one before
 * @now: what was found so far
 * @last: what was found the last time
 * @nr: folios in @now
 */
struct looks {
	struct look_slot *now;
	struct look_slot *last;
	unsigned int nr;
};

#define FNV_BASIS	0xcbf29ce484222325ULL
#define FNV_PRIME	0x100000001b3ULL

/* Fowler-Noll-Vo 1a, by words. */
static uint64_t hash_add(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * FNV_PRIME;
	return hash ^ hash >> 29;
}

/* Hashes all that is shown, except that somebody just held the lock. */
static uint64_t hash_of(const struct folio *folio)
{
	const struct rmap_ab_page *page = &folio->page;
	uint64_t hash = FNV_BASIS;

	hash = hash_add(hash, (uint64_t)page->order << 8 | page->kind);
	hash = hash_add(hash, page->flags & ~(RMAP_AB_PAGE_ANON_EXCLUSIVE |
					 RMAP_AB_PAGE_RACY |
					 RMAP_AB_FOLIO_LOCKED));
	hash = hash_add(hash, page->refcount);
	hash = hash_add(hash, page->pincount);
	hash = hash_add(hash, page->entire_mapcount);
	hash = hash_add(hash, page->large_mapcount);
	hash = hash_add(hash, page->nr_pages_mapped);
	hash = hash_add(hash, page->index);
	hash = hash_add(hash, page->memcg);
	for (size_t i = 0; i < folio->nr_runs; i++) {
		const struct run *run = &folio->runs[i];

		hash = hash_add(hash, run->count);
		hash = hash_add(hash, run->page_mapcount);
		hash = hash_add(hash, run->anon_exclusive);
	}
	for (size_t i = 0; folio_has_mm_ids(folio) && i < MM_SLOTS; i++)
		hash = hash_add(hash, (uint64_t)folio->slots[i].mm_id << 32 |
				      (uint32_t)folio->slots[i].mapcount);
	return hash ? hash : 1;
}

static struct look_slot *slot_of(struct look_slot *slots, uint64_t pfn)
{
	size_t i = pfn * 0x9e3779b97f4a7c15ULL >> 32;

	for (i %= LOOK_SLOTS; slots[i].hash && slots[i].pfn != pfn;)
		i = (i + 1) % LOOK_SLOTS;
	return &slots[i];
}

static void looks_free(struct looks *looks)
{
	free(looks->now);
	free(looks->last);
}

static int looks_init(struct looks *looks)
{
	*looks = (struct looks){
		.now = calloc(LOOK_SLOTS, sizeof(*looks->now)),
		.last = calloc(LOOK_SLOTS, sizeof(*looks->last)),
	};
	if (looks->now && looks->last)
		return 0;
	looks_free(looks);
	return complain_errno(ENOMEM, "watch");
}

static int complain_many(void)
{
	complain("there are more than %u folios, too many to watch: choose a part with --addr or a filter",
		 LOOK_MAX);
	return -E2BIG;
}

/* Returns 0; @change: the word for what has happened to it, or NULL. */
static int looks_add(struct looks *looks, const struct folio *folio,
		     const char **change)
{
	struct look_slot *now = slot_of(looks->now, folio->pfn);
	struct look_slot *last = slot_of(looks->last, folio->pfn);

	if (!now->hash && ++looks->nr > LOOK_MAX)
		return complain_many();
	*now = (struct look_slot){ folio->pfn, hash_of(folio) };
	*change = !last->hash ? "new" :
		  last->hash != now->hash ? "changed" : NULL;
	return 0;
}

/* Ends the look. */
static void looks_next(struct looks *looks)
{
	struct look_slot *last = looks->last;

	looks->last = looks->now;
	looks->now = last;
	memset(looks->now, 0, LOOK_SLOTS * sizeof(*looks->now));
	looks->nr = 0;
}

/* ---- the noun ---- */

/**
 * struct watch - a repeated view
 * @interval: from one look to the next, in ns
 * @count: number of looks; 0: until the user ends it
 * @state: where records are read
 * @totals: of this look
 * @looks: for JSON: what was found
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
	struct page_state state;
	struct totals totals;
	struct looks looks;
	struct screen screen;
	struct terminal_size size;
	struct show_change change;
} watch = { .interval = NS_PER_SECOND };

/* Takes seconds, with or without a fraction. */
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

static int take_json(const struct folio *folio)
{
	int ret = looks_add(&watch.looks, folio, &watch.change.change);

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
	struct looks *looks = &watch.looks;
	int ret = 0;

	watch.change.change = "gone";
	for (size_t i = 0; i < LOOK_SLOTS && !ret; i++) {
		const struct look_slot *last = &looks->last[i];

		if (!last->hash || slot_of(looks->now, last->pfn)->hash)
			continue;
		show_gone(watch.out, &watch.change, last->pfn);
		ret = out_failed();
	}
	return ret;
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
			ret = watch_gone();
		looks_next(&watch.looks);
		if (ret || watch_is_last(tick))
			break;
		deadline += watch.interval;
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

static void set_title(uint64_t tick)
{
	const struct selection *selection = &watch.selection;
	char what[80];
	int len = 60;

	if (selection->by == SELECT_PID)
		name_processes(selection, what, sizeof(what));
	else if (selection->by == SELECT_PFN)
		snprintf(what, sizeof(what), "page frames from %" PRIu64,
			 selection->pfns.first);
	else
		snprintf(what, sizeof(what), "%s", selection->file);
	snprintf(watch.screen.title, sizeof(watch.screen.title),
		 "%.*s, look %" PRIu64 "  (q quits)", len, what, tick);
}

/* Waits for the next look. A key that moves the list begins one at once. */
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
	ret = looks_init(&watch.looks);
	if (ret)
		return ret;
	ret = watch_json();
	looks_free(&watch.looks);
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
	if (page_state_open(&watch.state))
		return EXIT_KERNEL;
	ret = watch_it();
	page_state_close(&watch.state);
	/* main() complains about an output that failed. */
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
