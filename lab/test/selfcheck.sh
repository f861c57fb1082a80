# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# The lab's tests of itself: that what a guest says arrives unchanged, that no
# failure passes for a success, and that nothing is left behind.

selfcheck_run() {
	temp_dir CHECK
	unset LAB_TEST_AGAIN
	selfcheck_words
	selfcheck_status
	selfcheck_streams
	selfcheck_files
	selfcheck_hooks
	selfcheck_seed
	selfcheck_failures
	selfcheck_endings
	selfcheck_cache
	selfcheck_suites
	selfcheck_source
	selfcheck_tap
	selfcheck_functions
	selfcheck_left
	selfcheck_make
	selfcheck_own
	selfcheck_runner
	tap_plan
}

# in_guest OPTIONS... -- COMMAND...: sets GOT; stdout and stderr go to files.
in_guest() {
	GOT=0
	"$LAB/run" exec "$@" >"$CHECK/out" 2>"$CHECK/err" </dev/null || GOT=$?
}

# expect NAME STATUS [PATTERN]: what in_guest left, and words on stderr.
expect() {
	local name=$1 status=$2 pattern=${3-}
	if [[ $GOT != "$status" ]]; then
		selfcheck_failed "$name" "exit status $GOT instead of $status"
	elif [[ -n $pattern ]] && ! grep -Eq -- "$pattern" "$CHECK/err"; then
		selfcheck_failed "$name" "nothing on stderr matches '$pattern'"
	else
		tap_ok "$name"
	fi
}

# selfcheck_failed NAME WORDS: a failed case, what was wrong, and the end of what was
# said. The lab's summary shows the comments of a case; the directory will be gone.
selfcheck_failed() {
	tap_not_ok "$1"
	printf '# %s; stderr ends:\n' "$2"
	tail -n 15 "$CHECK/err" | sed 's/^/#   /'
}

# ---- before anything is done -----------------------------------------------
selfcheck_words() {
	local command
	for command in demo try test bench exec shell kernel package; do
		tap_case "$command --help" selfcheck_says 0 "^  $command " "$command" --help
	done
	LAB_JOBS=x tap_case "LAB_JOBS is a number" selfcheck_says 2 "LAB_JOBS takes a number, not 'x'" test style
	tap_case "package: a file that is no configuration" selfcheck_says 2 'it is no kernel configuration' package --config "$TOP/README.md"
	tap_case "package: a file that is not there" selfcheck_says 2 "there is no readable '/none'" package --config /none
	RMAP_AB_CACHE=$LAB/run/cache tap_case "a cache that cannot be written" selfcheck_says 244 'cache .* cannot be written; RMAP_AB_CACHE' exec -- true
	tap_case "without a network, there is LAB_KERNEL_SRC" selfcheck_offline
}

# selfcheck_says STATUS PATTERN ARG...: of the lab, with nothing else on stderr.
selfcheck_says() {
	local want=$1 pattern=$2 status=0
	shift 2
	"$LAB/run" "$@" >"$CHECK/out" 2>&1 </dev/null || status=$?
	[[ $status == "$want" ]] && grep -Eq -- "$pattern" "$CHECK/out" && ! grep -q 'line [0-9]*:' "$CHECK/out"
}

# A new cache, and an apt that reaches nobody.
selfcheck_offline() {
	mkdir "$CHECK/offline"
	printf '%s\n' '#!/bin/sh' 'exit 100' >"$CHECK/offline/apt-get"
	chmod +x "$CHECK/offline/apt-get"
	LAB_KERNEL_SRC='' RMAP_AB_CACHE=$CHECK/offline PATH=$CHECK/offline:$PATH \
		selfcheck_says 1 'LAB_KERNEL_SRC names a tree' kernel release
}

# ---- the command's status --------------------------------------------------
selfcheck_status() {
	in_guest -- true
	expect "a command that succeeds" 0
	in_guest -- sh -c 'exit 125'
	expect "a command's exit status is ours" 125
	in_guest -- no-such-command
	expect "a command that does not exist" 127 'no-such-command: No such file'
	in_guest -- /etc/passwd
	expect "a command that cannot run" 126
	# shellcheck disable=SC2016 # the guest's own pid
	in_guest -- sh -c 'kill -TERM $$'
	expect "a command killed by a signal" 143
	in_guest -- sh -c 'exit 241'
	expect "no command can pretend to be a kernel warning" 239
	in_guest --no-such-option -- true
	expect "bad usage is the lab's own status" 244 'no-such-option'
}

# ---- output ----------------------------------------------------------------
selfcheck_streams() {
	in_guest -- sh -c 'echo to-stdout; echo to-stderr >&2'
	tap_case "stdout is the command's alone" diff - "$CHECK/out" <<<to-stdout
	tap_case "stderr has the command's words" grep -qx to-stderr "$CHECK/err"
	selfcheck_bytes
	selfcheck_stdin
	selfcheck_slow_reader
	selfcheck_no_reader
	selfcheck_shell
	in_guest --timeout 120 -- sh -c 'sleep 1000 & echo started'
	expect "a daemon that keeps stdout open holds nothing up" 0
}

# 100 MB in which every byte value occurs, through the guest and back.
selfcheck_bytes() {
	head -c 100000000 /dev/urandom >"$CHECK/bytes"
	in_guest --add "$CHECK/bytes:/bytes" -- cat /bytes
	tap_case "100 MB come back unchanged" cmp "$CHECK/bytes" "$CHECK/out"
	rm "$CHECK/bytes"
}

# What goes in, and its end: of a file, of nothing, of what never ends.
selfcheck_stdin() {
	head -c 20000000 /dev/urandom >"$CHECK/bytes"
	GOT=0
	"$LAB/run" exec -- cat <"$CHECK/bytes" >"$CHECK/out" 2>"$CHECK/err" || GOT=$?
	expect "a command that reads to the end of its input" 0
	tap_case "20 MB go in unchanged" cmp "$CHECK/bytes" "$CHECK/out"
	rm "$CHECK/bytes"
	GOT=0
	: | "$LAB/run" exec --timeout 120 -- cat >"$CHECK/out" 2>"$CHECK/err" || GOT=$?
	expect "an input that is empty ends" 0
	in_guest --timeout 120 -- cat
	expect "so does none" 0
	"$LAB/run" exec --timeout 120 -- cat >"$CHECK/out" 2>"$CHECK/err" <&- || GOT=$?
	expect "so does one that is closed" 0
	mkfifo "$CHECK/input"
	"$LAB/run" exec --timeout 120 -- true <>"$CHECK/input" >"$CHECK/out" 2>"$CHECK/err" || GOT=$?
	expect "a command that does not read ends, though its input does not" 0
}

# The guest has long written everything when the reader begins.
selfcheck_slow_reader() {
	local count
	count=$("$LAB/run" exec -- head -c 20000000 /dev/zero 2>"$CHECK/err" | (sleep 8 && wc -c))
	tap_case "a slow reader loses nothing" test "$count" = 20000000
}

selfcheck_no_reader() {
	local line
	line=$(timeout 120 "$LAB/run" exec -- yes 2>"$CHECK/err" | head -n 1) || true
	tap_case "a reader that leaves ends the guest" test "$line" = y
}

selfcheck_shell() {
	GOT=0
	# shellcheck disable=SC2016 # for the guest's shell
	echo 'echo $((40 + 2))x; exit 6' | "$LAB/run" shell >"$CHECK/out" 2>"$CHECK/err" || GOT=$?
	expect "a shell ends with its own status" 6
	tap_case "and its console is ours" grep -q '^42x' "$CHECK/out"
	selfcheck_terminal
}

# A person at a terminal, played by this: it has a size, Ctrl-C is for what runs
# in the guest, and the terminal is left as it was found.
selfcheck_terminal() {
	local status=0 pid from to
	# shellcheck disable=SC2016 # for that shell
	coproc TERMINAL { LAB=$LAB TTY_FILE=$CHECK/tty SHELL=/bin/bash script -qefc 'stty rows 40 columns 100; was=$(stty -g)
		tty >"$TTY_FILE"; "$LAB/run" shell; status=$?; [[ $(stty -g) != "$was" ]] || echo "as it was"
		exit $status' "$CHECK/typescript" 2>&1; }
	pid=$TERMINAL_PID
	# bash forgets its own when the other side ends.
	exec {from}<&"${TERMINAL[0]}" {to}>&"${TERMINAL[1]}"
	# The one that says so is the one that reads: before there is another process, the
	# guest's shell may lose a Ctrl-C.
	{
		selfcheck_hears ' # '
		# shellcheck disable=SC2016 # for the guest's shell
		echo 'stty size; sh -c "echo read\$((6 * 7)); exec cat"'
		selfcheck_hears read42
		printf '\x03'
		selfcheck_hears ' # '
		stty -F "$(<"$CHECK/tty")" rows 50 columns 120
		# An interactive shell hands the terminal to each stty, and gives up when one has
		# ended before that.
		# shellcheck disable=SC2016 # for the guest's shell
		echo 'sh -c '\''until [ "$(stty size)" = "50 120" ]; do :; done'\''; echo resized$((6 * 7))'
		selfcheck_hears resized42
		selfcheck_hears ' # '
		echo 'exit 6'
	} <&"$from" >&"$to"
	cat <&"$from" >"$CHECK/rest"
	exec {from}<&- {to}>&-
	wait "$pid" || status=$?
	tap_case "a terminal: the shell's status" test "$status" = 6
	tap_case "a terminal: its size is known in the guest" grep -q '^40 100' "$CHECK/typescript"
	tap_case "a terminal: so is the one that it gets" grep -q '^resized42' "$CHECK/typescript"
	tap_case "a terminal: left as it was" grep -q '^as it was' "$CHECK/typescript"
}

# Reads up to a text, which need not end a line; nothing more, or it is lost.
selfcheck_hears() {
	local text=$1 said='' char
	while [[ $said != *"$text"* ]]; do
		if ! LC_ALL=C IFS= read -rN 1 -t 300 char; then
			printf "# waited for '%s', heard only: %s\n" "$text" "$said" >&2
			return 1
		fi
		said+=$char
	done
}

# ---- what needs a kernel of its own, or leaves a warning behind -------------
selfcheck_hooks() {
	# shellcheck disable=SC2016 # for the guest's shell
	LAB_KERNEL_ARGS=debugfs=off in_guest -- sh -c '
		parameter=/sys/module/rmap_ab/parameters/implementation
		insmod /lib/modules/rmap_ab.ko implementation=batch && cat $parameter
		rmmod rmap_ab 2>/dev/null || echo pinned
		echo builtin >$parameter && rmmod rmap_ab && echo gone'
	tap_case "without debugfs, the parameter leads back to builtin" diff - "$CHECK/out" <<<$'batch\npinned\ngone'
	in_guest -- sh -c 'insmod /lib/modules/rmap_count.ko leave=1 2>/dev/null
		modprobe rmap_ab && rmapctl status'
	expect "a module that fails to load with its operations installed" 241 'WARNING: .*rmap_ops_module_event'
	tap_case "and the kernel's own are put back" grep -Eq 'current +builtin' "$CHECK/out"
}

# ---- arguments and files ---------------------------------------------------
selfcheck_files() {
	local odd=('' ' ' $'two\nlines' "it's" '"quoted"' "\$HOME \`id\` \\ *" $'\xff\x01' -n --)
	in_guest -- sh -c 'printf "%s\0" "$@"' sh "${odd[@]}"
	tap_case "arguments arrive byte by byte" cmp <(printf '%s\0' "${odd[@]}") "$CHECK/out"

	echo 'echo added' >"$CHECK/script"
	chmod 751 "$CHECK/script"
	install -m 640 /dev/null "$CHECK/data"
	in_guest --add "$CHECK/script:/a/b/script" --add "$CHECK/data:/data" -- \
		stat -c '%a %u' /a/b/script /data
	tap_case "added files keep their modes" diff - "$CHECK/out" <<<$'751 0\n640 0'
	in_guest --add "$(command -v rsync):/root/rsync" -- ./rsync --version
	expect "an added program brings its libraries" 0
	in_guest --add "$CHECK/no-such-file:/x" -- true
	expect "a file that is not there cannot be added" 244 'no readable'
	# shellcheck disable=SC2016 # for the guest's shell
	in_guest -- sh -c 'pwd; for p in rmapctl mkfs.xfs; do type $p; done; lsmod'
	tap_case "programs are there and no module is loaded" diff - "$CHECK/out" <<-'END'
		/root
		rmapctl is /usr/local/bin/rmapctl
		mkfs.xfs is /usr/sbin/mkfs.xfs
		Module                  Size  Used by    Not tainted
	END
	in_guest --load -- sh -c 'lsmod | cut -d" " -f1; exit 5'
	expect "--load: the status is the command's" 5
	tap_case "--load: the module is there" grep -qx rmap_ab "$CHECK/out"
	in_guest --kernel vanilla -- insmod /lib/modules/rmap_ab.ko
	# What busybox exits with is the errno: EOPNOTSUPP.
	expect "a kernel without the hooks refuses the module" 95
	tap_case "and says why" grep -q 'rmap_ab: this kernel has no CONFIG_RMAP_OPS' "$(console)"
}

# The console of the last guest that ran `vanilla`.
console() {
	local place
	out_dir place
	find "$place/console" -name '*-vanilla-*.log' -printf '%T@ %p\n' | sort -n | tail -n 1 | cut -d' ' -f2-
}

# ---- guests in which little is left to chance ---------------------------------
# Random numbers and the time of day. When things happen is not always the same: a guest has
# been seen a microsecond off.
selfcheck_seed() {
	local seed same=''
	for seed in 1 1 2; do
		LAB_SEED=$seed in_guest --icount -- sh -c \
			'date; cat /proc/sys/kernel/random/uuid'
		expect "--icount, seed $seed" 0
		mv "$CHECK/out" "$CHECK/seed-$seed$same"
		same=-again
	done
	tap_case "the same seed gives the same random numbers and date" diff "$CHECK/seed-1" "$CHECK/seed-1-again"
	tap_case "another seed gives others" selfcheck_not cmp -s "$CHECK/seed-1" "$CHECK/seed-2-again"
	LAB_SEED=one in_guest --icount -- true
	expect "a seed is a number" 244 "LAB_SEED takes a number, not 'one'"
}

# ---- broken guests ---------------------------------------------------------
# lkdtm is the kernel's own module for breaking it.
PROVOKE=/sys/kernel/debug/provoke-crash/DIRECT

selfcheck_failures() {
	selfcheck_panic
	expect "a panic" 240 'Kernel panic'
	tap_case "what was said before the panic is delivered" grep -qx before "$CHECK/out"
	in_guest -- sh -c "modprobe lkdtm; echo EXCEPTION >$PROVOKE; true"
	expect "an oops" 240 'Oops'
	in_guest -- sh -c "modprobe lkdtm; echo WARNING >$PROVOKE; echo done"
	expect "a kernel warning under a command that succeeds" 241 'WARNING:'
	tap_case "the command's output is delivered all the same" grep -qx done "$CHECK/out"
	in_guest --timeout 10 -- cat /dev/hvc0 /dev/ttyS0
	expect "a command that does not end" 242 '10 s'
	LAB_BOOT_LIMIT=10 LAB_KERNEL_ARGS=rdinit=/bin/cat in_guest -- true
	expect "a guest that boots and says nothing" 243 'did not come up'
	LAB_QEMU_ARGS=-no-such-option in_guest -- true
	expect "a QEMU that does not start" 243 'no-such-option'
	selfcheck_crashes 1
	LAB_QEMU=$CHECK/qemu in_guest -- echo up
	expect "a QEMU that crashes at once gets a second try" 0 'crashed before the guest came up; once more'
	selfcheck_crashes 2
	LAB_QEMU=$CHECK/qemu in_guest -- true
	expect "but not a third" 243 'QEMU crashed before'
	LAB_ACCEL=tcg in_guest -- sh -c 'echo "Oops: int3: 0000" >/dev/kmsg'
	case $QEMU_THREAD in
	multi) expect "an int3 that is met late is the emulator's" 245 'as QEMU' ;;
	*) expect "an int3 that is met late is a bug" 240 'oopsed' ;;
	esac
	tap_case "what the emulator has failed runs once more" selfcheck_twice 1 0
	tap_case "and only once" selfcheck_twice 2 "$STATUS_EMULATOR"
	tap_case "so does one of the guests of bench --switch, and nothing is lost" selfcheck_switch_again
	tap_case "so does a guest that counts, and half a result does not stay" selfcheck_take_again
	tap_case "selftests go on where the emulator has failed" selfcheck_go_on
	in_guest -- poweroff -f
	expect "a guest that goes away" 243 'without reporting'
}

# The guest waits for the host's answer: what is still in the agent's pipe when the kernel
# panics is lost.
selfcheck_panic() {
	local said
	mkfifo "$CHECK/answer"
	GOT=0
	"$LAB/run" exec -- sh -c 'echo before; read -r answer; echo c >/proc/sysrq-trigger' <>"$CHECK/answer" 2>"$CHECK/err" |
		{ read -r said && echo "$said" && echo go >"$CHECK/answer" && cat; } >"$CHECK/out" || GOT=$?
}

# selfcheck_twice FAILURES STATUS: a lab whose guests fail so many times.
selfcheck_twice() {
	local LAB=$CHECK/twice status=0
	mkdir -p "$LAB"
	: >"$LAB/runs"
	cat >"$LAB/run" <<-END
		#!/bin/sh
		echo run >>$LAB/runs
		wc -l <$LAB/runs
		[ "\$(wc -l <$LAB/runs)" -gt $1 ] || exit $STATUS_EMULATOR
	END
	chmod +x "$LAB/run"
	exec_twice "$LAB/out" || status=$?
	[[ $status == "$2" && $(<"$LAB/out") == 2 ]]
}

# Guests that say how many CPUs they have; the first one with four is failed half-way.
selfcheck_switch_again() {
	# shellcheck disable=SC2034 # for bench_switch
	local LAB=$CHECK/switch BENCH_OUT=$CHECK/switch ACCEL=kvm BENCH_SIZE='' BENCH_SAMPLES='' BENCH_IMPL='' BENCH_ARGS=()
	mkdir -p "$LAB"
	rm -f "$LAB/failed"
	: >"$BENCH_OUT/switch.md"
	cat >"$LAB/run" <<-END
		#!/bin/sh
		[ "\$3" = 4 ] && [ ! -e $LAB/failed ] && echo half && touch $LAB/failed && exit $STATUS_EMULATOR
		echo "\$3"
	END
	chmod +x "$LAB/run"
	(
		guest_need() { :; }
		accel_need() { :; }
		step() { :; }
		bench_page() { :; }
		bench_switch
	) >&2 && [[ $(paste -sd ' ' "$BENCH_OUT/switch.json") == '1 2 4' ]]
}

# A measurement that the emulator fails half-way.
selfcheck_take_again() {
	local BENCH_SPENT=0 BENCH_DONE=0 BENCH_COLUMNS=1 BENCH_COLUMNS_ALL=1 BENCH_IMPL='' BENCH_OWN=''
	rm -f "$CHECK/take" "$CHECK/taken"
	(bench_take release "$CHECK/taken" selfcheck_take_failing --size 4M) >&2 && [[ $(<"$CHECK/taken") == 'release --size 4M' ]]
}

selfcheck_take_failing() {
	[[ -e $CHECK/take ]] && echo "$*" && return
	touch "$CHECK/take"
	echo half
	return "$STATUS_EMULATOR"
}

# Guests through a list of three programs, each run twice; the first guest is
# failed in the second program.
selfcheck_go_on() {
	local LAB=$CHECK/go-on SELFTESTS_PACK=none status=0
	mkdir -p "$LAB"
	rm -f "$LAB/ran"
	cat >"$LAB/run" <<-END
		#!/bin/sh
		[ -e $LAB/ran ] && last= || last=two
		touch $LAB/ran
		while [ "\$1" != -- ]; do shift; done
		shift 5
		echo "@ran \$*"
		for program; do
			echo "@begin \$program"
			[ "\$program" != "\$last" ] || exit $STATUS_EMULATOR
			printf '%s\n' "@end \$program" "@begin \$program" "@end \$program"
		done
		echo "@done \$#"
	END
	chmod +x "$LAB/run"
	selftests_exec "$LAB/out" debug switching one two three || status=$?
	((status == 0)) && [[ $(grep -c '^@begin' "$LAB/out") == 6 && $(grep -c '^@end' "$LAB/out") == 6 ]] && grep -qx '@ran two three' "$LAB/out" &&
		[[ $(tail -n 1 "$LAB/out") == '@done 3' ]]
}

# A QEMU that crashes so many times before it runs.
selfcheck_crashes() {
	: >"$CHECK/crashes"
	cat >"$CHECK/qemu" <<-END
		#!/bin/sh
		if [ "\$1" != --version ] && [ "\$(wc -l <$CHECK/crashes)" -lt $1 ]; then
			echo crash >>$CHECK/crashes
			kill -ABRT \$\$
		fi
		exec ${QEMU_PROGRAM[*]} "\$@"
	END
	chmod +x "$CHECK/qemu"
}

# ---- the end of a lab ------------------------------------------------------
selfcheck_endings() {
	local signal
	for signal in TERM INT KILL; do
		selfcheck_signal "$signal"
	done
	tap_case "SIGTERM ends a guest that measures" selfcheck_measuring
}

# A lab whose guest would measure for a minute. The pipe ends when that is gone.
selfcheck_measuring() {
	local fake=$CHECK/measuring lab late status=0
	mkdir "$fake"
	mkfifo "$fake/alive" "$fake/never"
	printf '%s\n' '#!/bin/sh' "echo up; timeout 60 cat $fake/never || echo late" >"$fake/run"
	chmod +x "$fake/run"
	# shellcheck disable=SC2016 # for that shell
	bash -euo pipefail -c '
		LAB=$1 TOP=${1%/*}
		. "$LAB/core/lib.sh"
		. "$TOP/bench/lab/bench.sh"
		bench_defaults
		LAB=$2 PLUGIN_DIR=none
		bench_counted release' measuring "$LAB" "$fake" >"$fake/alive" 2>>"$CHECK/err" &
	lab=$!
	late=$({ read -r _ && kill -TERM "$lab" && cat; } <"$fake/alive")
	wait "$lab" || status=$?
	[[ $status == 143 && -z $late ]]
}

# Starts a lab in a process group of its own, signals it when its guest is up,
# and looks for what it left: a marker on QEMU's command line finds that.
selfcheck_signal() {
	local signal=$1 marker=selfcheck-$1-$$ lab tmp=$CHECK/tmp-$1 word status=0 fifo=$CHECK/fifo-$1
	mkdir "$tmp"
	mkfifo "$fifo"
	set -m
	# Who runs us in the background may have us, and so it, ignore SIGINT.
	TMPDIR=$tmp LAB_KERNEL_ARGS=$marker env --default-signal=INT "$LAB/run" exec --timeout 300 -- \
		sh -c 'mkfifo /tmp/never; echo up; exec cat /tmp/never' \
		>"$fifo" 2>>"$CHECK/err" </dev/null &
	lab=$!
	set +m
	# The pipe ends when the last process that could write to it is gone.
	{
		# The suite goes on where the guest says nothing.
		read -r word || true
		if [[ $signal == INT ]]; then
			kill -INT -- "-$lab"
		else
			kill "-$signal" "$lab"
		fi || true
		cat >/dev/null
	} <"$fifo"
	wait "$lab" 2>/dev/null || status=$?
	if [[ "$word $status" == "up $((128 + $(kill -l "$signal")))" ]]; then
		tap_ok "SIG$signal ends the lab"
	else
		selfcheck_failed "SIG$signal ends the lab" "the guest said '$word', exit status $status"
	fi
	tap_case "SIG$signal leaves no QEMU" selfcheck_no_process "$marker"
	# Nobody can clean up after SIGKILL but the system.
	[[ $signal == KILL ]] ||
		tap_case "SIG$signal leaves no temporary file" selfcheck_empty "$tmp"
}

# A QEMU whose death has been ordered may take a moment to be gone.
selfcheck_no_process() {
	local pid
	for pid in $(pgrep -f "$1"); do
		timeout 10 tail --pid="$pid" -f /dev/null || return 1
	done
}

selfcheck_empty() { [[ -z $(ls -A "$1") ]]; }

# ---- the cache -------------------------------------------------------------
selfcheck_cache() {
	tap_case "a build that is interrupted leaves no entry" selfcheck_interrupted
	tap_case "a build that fails leaves no entry" selfcheck_failed_build
	tap_case "two labs make an entry once" selfcheck_two_labs
}

# cache_lab NAME BUILDER: a shell with the lab's functions that makes an entry.
cache_lab() {
	# shellcheck disable=SC2016 # for that shell
	env CHECK="$CHECK" RMAP_AB_CACHE="$CHECK/cache" bash -euo pipefail -c '
		LAB=$1 TOP=${1%/*}
		. "$LAB/core/lib.sh"
		. "$LAB/core/cache.sh"
		slow() { step slow "$CHECK/slow.log" slow_job "$1"; }
		slow_job() { echo half >"$1/half"; echo building >"$CHECK/started"; exec cat "$CHECK/never"; }
		fails() { step fails "$CHECK/fails.log" false; }
		counts() { echo x >>"$CHECK/count"; }
		cache_entry "$CACHE/$2" "$3"' cache_lab "$LAB" "$1" "$2"
}

selfcheck_interrupted() {
	local lab
	mkfifo "$CHECK/started" "$CHECK/never"
	cache_lab entry slow &
	lab=$!
	read -r _ <"$CHECK/started"
	pkill -TERM -P "$lab" || kill -TERM "$lab"
	wait "$lab"
	[[ ! -e $CHECK/cache/entry && -z $(find "$CHECK/cache" -name 'entry.tmp*') ]]
}

selfcheck_failed_build() {
	! cache_lab failed fails && [[ ! -e $CHECK/cache/failed ]]
}

selfcheck_two_labs() {
	local first
	cache_lab twice counts &
	first=$!
	cache_lab twice counts && wait "$first" && [[ $(wc -l <"$CHECK/count") == 1 ]]
}

# ---- suites beside each other ----------------------------------------------
selfcheck_suites() {
	local said
	mkfifo "$CHECK/alive"
	# shellcheck disable=SC2016 # for that shell
	said=$(suites_lab 3 'for i in {1..8}; do tap_start "suite $i" quick $((i % 4)); done')
	tap_case "suites that end together are all counted" test "$said" = '8 6'
	tap_case "what is good is kept, and not run again" selfcheck_once 0 '2 0' 1
	tap_case "what has failed is run again" selfcheck_once 1 '2 2' 2
	tap_case "so is what was skipped" selfcheck_once '0 # SKIP' '0 0' 2
	selfcheck_resumed
	tap_case "SIGTERM ends all suites that run" selfcheck_suites_end
}

# suites_lab JOBS START: a shell with the lab's functions that runs suites.
suites_lab() {
	# shellcheck disable=SC2016 # for that shell
	env CHECK="$CHECK" RMAP_AB_CACHE="$CHECK/cache" LAB_OUT="$CHECK/suites" LAB_JOBS="$1" bash -euo pipefail -c '
		LAB=$1 TOP=${1%/*}
		. "$LAB/core/lib.sh"
		. "$LAB/test/tap.sh"
		. "$LAB/test/kept.sh"
		quick() { echo ok 1; echo 1..1; exit "$1"; }
		counted() { echo x >>"$CHECK/once"; echo "ok 1${1#0}"; echo 1..1; exit "${1%% *}"; }
		endless() { echo up; exec cat "$CHECK/never"; } >"$CHECK/alive"
		eval "$2"
		tap_drain
		kept_report
		echo "$TAP_PASSED $TAP_FAILED"' suites_lab "$LAB" "$2" 2>>"$CHECK/err"
}

# selfcheck_once HOW SUM RUNS: the same suite, twice.
selfcheck_once() {
	local said
	rm -rf "$CHECK/once" "$CHECK/cache/proved"
	said=$(suites_lab 1 "tap_start_once key once counted '$1'; tap_drain
		tap_start_once key once counted '$1'")
	[[ "$said $(wc -l <"$CHECK/once")" == "$2 $3" ]]
}

# What a guest has shown is taken by `all` alone.
selfcheck_resumed() {
	local -x LAB_KERNEL_ARGS='' LAB_QEMU_ARGS='' LAB_QEMU='' LAB_ACCEL=''
	tap_case "what a guest has shown is shown again" selfcheck_resumed_twice vm 0 '2 0' 2
	tap_case "\`all\` goes on where it ended" selfcheck_resumed_twice all 0 '2 0' 1
	tap_case "and says so" grep -q '^lab: 1 of these results are kept' "$CHECK/err"
	tap_case "it goes on after skips, too" selfcheck_resumed_twice all '0 # SKIP' '0 0' 1
	LAB_TEST_AGAIN=1 tap_case "LAB_TEST_AGAIN takes nothing" selfcheck_resumed_twice all 0 '2 0' 2
	LAB_KERNEL_ARGS=x tap_case "nor is anything taken of a guest with the user's arguments" selfcheck_resumed_twice all 0 '2 0' 2
	tap_case "what failed is run again" selfcheck_resumed_twice all 1 '2 2' 2
	suites_lab 1 'kept_begin all; tap_start_resumed key now quick 0' >/dev/null
	tap_case "what passes after it failed is named" grep -q '^lab: now: failed before' "$CHECK/err"
}

# selfcheck_resumed_twice PARTS HOW SUM RUNS: as selfcheck_once.
selfcheck_resumed_twice() {
	local said
	rm -rf "$CHECK/once" "$CHECK/cache/proved"
	: >"$CHECK/err"
	said=$(suites_lab 1 "kept_begin $1; tap_start_resumed key once counted '$2'; tap_drain
		tap_start_resumed key once counted '$2'")
	[[ "$said $(wc -l <"$CHECK/once")" == "$3 $4" ]]
}

# The pipe ends when the last suite is gone.
selfcheck_suites_end() {
	local lab status=0
	suites_lab 2 'tap_start one endless; tap_start two endless' &
	lab=$!
	{
		read -r _ && read -r _
		pkill -TERM -P "$lab" bash || kill -TERM "$lab"
		cat
	} <"$CHECK/alive" >&2
	wait "$lab" || status=$?
	((status == 143))
}

# ---- the user's own source -------------------------------------------------
selfcheck_source() {
	mkdir -p "$CHECK/linux/mm"
	printf 'VERSION = 6\nPATCHLEVEL = 11\n' >"$CHECK/linux/Makefile"
	: >"$CHECK/linux/mm/rmap.c"
	LAB_KERNEL_SRC=$CHECK/linux in_guest -- true
	expect "a source that no hooks are for is refused" 244 "is Linux 6\.11; there are hooks for ${HOSTS[*]}"
	LAB_KERNEL_SRC=$CHECK in_guest -- true
	expect "a directory without a kernel is refused" 244 'not a Linux source tree'
	printf 'VERSION = 7\nPATCHLEVEL = 3\n' >"$CHECK/linux/Makefile"
	tap_case "a source of another host than the one named is refused" \
		selfcheck_host_says "LAB_KERNEL_SRC is Linux 7.3, and not 6.12" --host 6.12 kernel release
	tap_case "a source says by itself which host it is" \
		env -u LAB_HOST LAB_OUT="$CHECK/host-out" LAB_KERNEL_SRC="$CHECK/linux" "$LAB/run" patches
	tap_case "and these are its patches" grep -rqE '^ .*struct vm_area_struct .dst_vma' "$CHECK/host-out/patches"
	tap_case "a host that there is not is refused" \
		selfcheck_host_says "there is no host kernel '9.9'; there are: ${HOSTS[*]}" --host 9.9 demo
	tap_case "so is none" selfcheck_host_says "--host takes a version: ${HOSTS[*]}" --host
	tap_case "an option that kconfig dropped or changed is named, the last fragment counts" selfcheck_config
}

# C has changed and D is gone; B is as the last fragment wants it.
selfcheck_config() {
	local dir=$CHECK/config
	mkdir -p "$dir"
	printf '%s\n' CONFIG_A=y '# CONFIG_B is not set' CONFIG_C=m 'CONFIG_S="-x"' >"$dir/.config"
	printf '%s\n' '# CONFIG_A=n' CONFIG_A=y CONFIG_B=y CONFIG_C=y 'CONFIG_S="-x"' >"$dir/first"
	printf '%s\n' CONFIG_B=n CONFIG_D=y >"$dir/last"
	kernel_config_differences "$dir/.config" "$dir/first" "$dir/last" | sort | cmp - <(printf 'CONFIG_C y m\nCONFIG_D y n\n') &&
		! kernel_check_config "$dir" "$dir/first" "$dir/last" >/dev/null
}

selfcheck_host_says() {
	local status=0
	LAB_KERNEL_SRC=$CHECK/linux "$LAB/run" "${@:2}" 2>"$CHECK/host" || status=$?
	cat "$CHECK/host"
	((status == 2)) && grep -qF -- "$1" "$CHECK/host"
}

# ---- counting results ------------------------------------------------------
selfcheck_tap() {
	selfcheck_count "a good stream" '1 0 1 ' 'ok 1 - a' 'ok 2 - b # SKIP no need' '1..2'
	selfcheck_count "a failure" '1 1 0 ' '1..2' 'ok 1 - a' 'not ok 2 - b'
	selfcheck_count "groups with a plan each" '2 0 0 ' '1..1' 'ok 1 - a' '1..1' 'ok 1 - b'
	selfcheck_count "a stream that stops short" '1 0 0 it planned 2 tests and reported 1' '1..2' 'ok 1 - a'
	selfcheck_count "a stream without its plan" '1 0 0 it has no plan: it did not end' 'ok 1 - a'
	selfcheck_count "a stream with nothing" '0 0 0 it reported no result' ''
	selfcheck_count "a stream that bails out" '1 0 0 it bailed out' 'ok 1 - a' '1..1' 'Bail out! no more'
	printf '%s\n' '# about a' 'ok 1 - a' '# no' 'not ok 2 - b' '# why' '#   more' 'not ok 3 - c # SKIP' '# no' \
		'not ok 4 - d' 'ok 5 - e' '# no' >"$CHECK/tap"
	tap_case "what failed is shown with what it said" test "$(tap_failures "$CHECK/tap" | tr '\n' ';')" = \
		'not ok 2 - b;# why;#   more;not ok 4 - d;'
}

selfcheck_count() {
	local name=$1 want=$2
	shift 2
	printf '%s\n' "$@" >"$CHECK/tap"
	tap_case "counting: $name" test "$(tap_count "$CHECK/tap")" = "$want"
}

# ---- where the instructions are --------------------------------------------
# Two columns of made-up blocks: a block counts for the function that it begins
# in, whatever the patch and the compiler call it there; the first region, which
# warms up, for none.
selfcheck_functions() {
	local impl
	for impl in one two; do
		cat >"$CHECK/$impl.json" <<-END
			{"cells": [{"scenario": "fork", "folio": 4096, "impl": "$impl", "size": 8192, "unit": "page",
			"units": 2, "samples": {"ns": [1, 1], "instructions": [100, 100]}}]}
		END
	done
	printf '%s\n' 'ffffffff81000010 T rmap' 'ffffffff81000000 t fork' >"$CHECK/one.symbols"
	printf '%s\n' 'ffffffff81000020 T rmap_builtin' 'ffffffff81000000 t fork.cold' >"$CHECK/two.symbols"
	printf '%s\n' 'region 1' 'ffffffff81000000 999 0' 'region 2' 'ffffffff81000000 60 0' 'ffffffff81000004 4 0' \
		'ffffffff81000010 30 0' '401000 6 0' >"$CHECK/one.blocks"
	printf '%s\n' 'region 1' 'region 2' 'ffffffff81000010 54 0' 'ffffffff81000028 40 0' '401000 6 0' >"$CHECK/two.blocks"
	tap_case "functions: each column adds up" selfcheck_functions_say \
		'fork 32.00 27.00' 'rmap 15.00 20.00' 'user space 3.00 3.00' 'together 50.00 50.00'
	sed -i 's/30 0/20 0/' "$CHECK/one.blocks"
	tap_case "functions: a column that does not is refused" selfcheck_not selfcheck_functions_say 'together'
	tap_case "functions: one cell at a time" selfcheck_functions_usage
}

selfcheck_not() { ! "$@"; }

selfcheck_functions_say() {
	local line
	perl "$TOP/bench/report/where.pl" "$CHECK/one.json" one "$CHECK"/one.{blocks,symbols} \
		"$CHECK/two.json" two "$CHECK"/two.{blocks,symbols} >"$CHECK/functions" || return
	for line; do
		grep -q "^${line// / *}" "$CHECK/functions" || { cat "$CHECK/functions" && return 1; }
	done
}

selfcheck_functions_usage() {
	local arguments status
	for arguments in 'fork' '--folio 4K' '--folio 4K fork munmap' '--folio 4K,64K fork'; do
		status=0
		# shellcheck disable=SC2086 # words
		"$LAB/run" bench --functions $arguments >&2 </dev/null || status=$?
		((status == 2)) || return 1
	done
}

# ---- how long it will take -------------------------------------------------
selfcheck_left() {
	tap_case "time left: in words" test \
		"$(left_words 29), $(left_words 31), $(left_words 3570), $(left_words 7300)" = \
		'less than a minute, 1 min, 1 h 0 min, 2 h 2 min'
	tap_case "time left: of all machines, by our clock" selfcheck_left_says 600 1 2 4 \
		'kernel release' '[1/10] fork 4K, 30 min left' '[6/10] cow 64K, 10 min left' 'a, b'
	tap_case "time left: not before anything is done" selfcheck_left_says 0 0 1 1 \
		'kernel release' '[1/10] fork 4K' '[6/10] cow 64K, less than a minute left' 'a, b'
}

# A guest's lines, one with a time of its own, the last not ended.
selfcheck_left_says() {
	printf '%s\n%s\n%s\n%s' 'kernel release' '[1/10] fork 4K' '[6/10] cow 64K, 0:43 left' 'a, b' |
		left_filter "${@:1:4}" | cmp - <(printf '%s\n' "${@:5}") >&2
}

# ---- building without the lab ------------------------------------------------
selfcheck_make() {
	local dir
	for dir in tool tests/unit tests/hooks tests/vm bench/sources bench/plugin; do
		tap_case "$dir: warnings are errors in the lab only" selfcheck_werror "$dir"
	done
	selfcheck_install_tree
	tap_case "make install DESTDIR=: all of it is there" selfcheck_install \
		"INSTALL_MOD_PATH=$CHECK/dest DEPMOD=true" DESTDIR="$CHECK/dest" PREFIX=/usr
	tap_case "and nothing else has changed" selfcheck_not grep -q '^depmod' "$CHECK/made"
	tap_case "make install: below no other place" selfcheck_install 'INSTALL_MOD_PATH= DEPMOD=depmod' PREFIX="$CHECK/dest/usr"
	tap_case "and depmod is for that kernel" grep -qx 'depmod 6.12.0-fake' "$CHECK/made"
	tap_case "make uninstall: all of it is gone, and no more" selfcheck_uninstall DESTDIR="$CHECK/dest" PREFIX=/usr
}

# What make would do, in both ways.
selfcheck_werror() {
	local commands
	commands=$(env -u RMAP_AB_WERROR make -Bn -C "$TOP/$1" O="$CHECK/none") &&
		[[ $commands == *'-Wall -Wextra'* && $commands != *-Werror* ]] &&
		commands=$(make -Bn -C "$TOP/$1" O="$CHECK/none") && [[ $commands == *'-Wall -Wextra -Werror'* ]]
}

# A kernel, a compiler and a depmod that only write down what they are asked to do.
selfcheck_install_tree() {
	mkdir -p "$CHECK/kdir/include/config" "$CHECK/path" "$CHECK/top"
	echo CONFIG_RMAP_OPS=y >"$CHECK/kdir/.config"
	echo 6.12.0-fake >"$CHECK/kdir/include/config/kernel.release"
	printf '%s\n' 'DEPMOD = depmod' 'modules modules_install:' \
		$'\t@echo $@ INSTALL_MOD_PATH=$(INSTALL_MOD_PATH) DEPMOD=$(DEPMOD) >>$(MADE)' >"$CHECK/kdir/Makefile"
	# shellcheck disable=SC2016 # for that shell
	printf '%s\n' '#!/bin/sh' 'echo depmod "$@" >>"$MADE"' >"$CHECK/path/depmod"
	chmod +x "$CHECK/path/depmod"
	cp -a "$TOP/Makefile" "$CHECK/top"
	mkdir "$CHECK/top/tool"
	printf '%s\n' 'all:' 'install:' $'\tmkdir -p $(DESTDIR)$(PREFIX)/sbin && touch $(DESTDIR)$(PREFIX)/sbin/rmapctl' \
		>"$CHECK/top/tool/Makefile"
}

# selfcheck_install MODULES_ARGUMENTS VARIABLE...
selfcheck_install() {
	local modules=$1
	shift
	rm -rf "$CHECK/made" "$CHECK/dest"
	MADE=$CHECK/made PATH=$CHECK/path:$PATH make -C "$CHECK/top" KDIR="$CHECK/kdir" "$@" install >&2 &&
		grep -qx "modules_install $modules" "$CHECK/made" && [[ -e $CHECK/dest/usr/sbin/rmapctl ]]
}

# selfcheck_uninstall VARIABLE...: of what has been installed, and of a module that another
# kernel has, and one that somebody else has made.
selfcheck_uninstall() {
	local modules=$CHECK/dest/lib/modules file
	for file in 6.12.0-fake/updates/rmap_ab.ko.xz 6.12.0-fake/updates/other.ko 6.12.0-other/updates/rmap_ab.ko; do
		mkdir -p "$modules/${file%/*}"
		: >"$modules/$file"
	done
	# The tool's own rule this time, which compiles nothing; and what it installs.
	cp -r "$TOP/tool/Makefile" "$TOP/tool/man" "$CHECK/top/tool"
	mkdir -p "$CHECK/dest/usr/share/man/man8" && cp "$TOP"/tool/man/*.8 "$CHECK/dest/usr/share/man/man8"
	PATH=$CHECK/path:$PATH make -C "$CHECK/top" KDIR="$CHECK/kdir" "$@" uninstall >&2 &&
		diff - <(cd "$CHECK/dest" && find . -type f | sort) <<-'END'
			./lib/modules/6.12.0-fake/updates/other.ko
			./lib/modules/6.12.0-other/updates/rmap_ab.ko
		END
}

# ---- modules of a user's own -------------------------------------------------
selfcheck_own() {
	mkdir -p "$CHECK/own" && : >"$CHECK/own/Kbuild"
	tap_case "a module of one's own stays while another lab builds it" selfcheck_own_stays
}

# Another lab builds in the same directory and has come as far as to drop what it makes.
selfcheck_own_stays() {
	# shellcheck disable=SC2034 # for own_need
	local CACHE=$CHECK/own-cache KERNEL_KEY=kernel TMPDIR=$CHECK
	(
		own_make() { echo built >"$1/rmap_own.ko"; }
		own_need "$CHECK/own" || return
		rm "$OWN_DIR"/*.ko
		((${#OWN_MODULES[@]} == 1)) && [[ ${OWN_MODULES[0]} == */rmap_own.ko ]] && grep -qx built "${OWN_MODULES[0]}"
	)
}

# ---- the runner ------------------------------------------------------------
selfcheck_runner() {
	tap_case "the parts: each one that is named, in our order" selfcheck_parts vm,style,selftests-all 'style vm selftests-all'
	tap_case "the parts: all, but those that others contain" selfcheck_parts all \
		"style unit model mutants vm debug ${TEST_MORE_PARTS[*]}"
	tap_case "the parts: each program's is one" selfcheck_programs_parts
	tap_case "the parts: none begins when time is over" selfcheck_time 3600 no vm debug hosts
	tap_case "the parts: a minute before, one that compiles no kernel begins" selfcheck_time 3540 yes vm
	tap_case "the parts: a minute before, one that compiles a kernel does not" selfcheck_time 3540 no debug hosts
	tap_case "the parts: half an hour before, each begins" selfcheck_time 1799 yes vm debug hosts
	selfcheck_test "that passes" 0 '1 passed, 0 failed, 0 skipped' \
		"sh -c 'echo ok 1; echo 1..1'"
	tap_case "a part says how long it took" grep -Eq '^lab: ---- vm took [0-9]+:[0-9]{2}; .* [0-9]+:[0-9]{2} of CPU time' "$CHECK/err"
	tap_case "the slowest suites come last" grep -Eq '^lab: +[0-9]+:[0-9]{2} +[0-9]+:[0-9]{2}  vm: sh -c' <(tail -n 1 "$CHECK/err")
	selfcheck_test "that fails" 1 '1 passed, 1 failed, 0 skipped' \
		"sh -c 'echo ok 1; echo not ok 2; echo 1..2'"
	selfcheck_test "that exits with an error" 1 '1 passed, 1 failed, 0 skipped' \
		"sh -c 'echo ok 1; echo 1..1; exit 3'"
	# The kernel may panic before the agent has sent "ok 1": a test has no input to wait for.
	selfcheck_test "under which the kernel panics" 1 '[01] passed, 1 failed, 0 skipped' \
		"sh -c 'echo ok 1; echo 1..1; echo c >/proc/sysrq-trigger'"
	selfcheck_test "under which the kernel warns" 1 '1 passed, 1 failed, 0 skipped' \
		"sh -c 'modprobe lkdtm; echo WARNING >$PROVOKE; echo ok 1; echo 1..1'"
	selfcheck_test "with a key that there is not" "$LAB_ERROR" '' 'true # cpu=4'
	tap_case "a test that is cut off says how far it came" \
		grep -q '^lab: the tests ended in the part vm: 0 passed, 0 failed, 0 skipped until then$' "$CHECK/err"
	selfcheck_test "that says nothing" 1 '0 passed, 1 failed, 0 skipped' \
		true
	selfcheck_test "whose guest does not come up" 1 '0 passed, 1 failed, 0 skipped' \
		"sh -c 'echo ok 1; echo 1..1'" LAB_BOOT_LIMIT=10 LAB_KERNEL_ARGS=rdinit=/bin/cat
}

# selfcheck_parts WANTED PARTS
selfcheck_parts() {
	local parts part
	test_parts "$1"
	for part in "${parts[@]}"; do
		declare -F "test_${part//-/_}" >/dev/null || return
	done
	[[ ${parts[*]} == "$2" ]]
}

# selfcheck_time SECONDS yes|no PART...: does each begin then, if it may for an hour and no
# kernel is in the cache?
selfcheck_time() {
	local part begins LAB_TEST_MINUTES=60 HOST_CHOSEN=''
	for part in "${@:3}"; do
		begins=yes
		# shellcheck disable=SC2317 # it is called
		! (kernel_is_cached() { return 1; } && test_time_is_over "$part" "$1") || begins=no
		[[ $begins == "$2" ]] || return
	done
}

# A typo must not take a program out of the tests.
selfcheck_programs_parts() {
	local part
	while IFS= read -r part; do
		[[ " ${TEST_PARTS[*]} ${TEST_MORE_PARTS[*]} " == *" $part "* ]] || { echo "there is no part $part" >&2 && return 1; }
	done < <(sed -n 's/^[^#].* # .*part=\([^ ]*\).*/\1/p' "$TOP/tests/vm/PROGRAMS" | sort -u)
}

# selfcheck_test NAME STATUS LAST_LINE COMMAND [ENVIRONMENT...]: a whole
# `lab/run test` of one program. LAST_LINE is a pattern.
selfcheck_test() {
	local name=$1 want=$2 line=$3 got=0 last
	printf '%s\n' "$4" >"$CHECK/programs"
	shift 4
	env LAB_OUT="$CHECK/test-out" LAB_TEST_PROGRAMS="$CHECK/programs" "$@" \
		"$LAB/run" test vm >"$CHECK/out" 2>"$CHECK/err" </dev/null || got=$?
	last=$(tail -n 1 "$CHECK/out")
	if [[ $got == "$want" && $last =~ ^$line$ ]]; then
		tap_ok "a test $name"
	else
		selfcheck_failed "a test $name" "it ended with $got, '$last', instead of $want, '$line'"
	fi
}
