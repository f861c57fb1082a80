# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# What a user reads first.

cmd_help() {
	echo 'usage: lab/run [--host VERSION] COMMAND'
	echo
	help_demo
	help_try
	help_test
	help_bench
	help_exec_command
	help_shell_command
	help_kernel
	help_patches
	help_package
	echo
	help_guest_options
	echo
	help_exec_status
	cat <<'END'

hosts
  --host VERSION    the kernel of all of this, before the command: 6.12 (the
                    default) or 7.3

environment
  LAB_KERNEL_SRC    your own tree of one of these kernels (it is copied, not
                    changed); it is the host then
  LAB_ACCEL         auto (default: KVM if it works), kvm, tcg
  LAB_KERNEL_ARGS   appended to the kernel's command line
  LAB_QEMU_ARGS     appended to QEMU's
  LAB_QEMU          a qemu-system-x86_64 of your own
  LAB_TEST_MINUTES  minutes after which no part of the tests begins; half an
                    hour less for one that compiles a whole kernel
  LAB_TEST_AGAIN=1  repeats what earlier runs have shown
  LAB_SEED          seed of the random numbers of a guest with --icount (1)
  LAB_JOBS          test suites that run side by side (as many as CPUs)
  LAB_BOOT_LIMIT    seconds a boot may take (180)
  LAB_REFRESH=1     look for a newer kernel source now, not once a day
  RMAP_AB_CACHE     the cache ($XDG_CACHE_HOME/rmap_ab, ~/.cache/rmap_ab)

Consoles and results are in ./out, everything else is in the cache.
END
}

# ---- one command -----------------------------------------------------------
help_exec() {
	help_exec_command
	echo
	help_guest_options
	echo
	help_exec_status
}

help_shell() {
	help_shell_command
	echo
	help_guest_options
}

help_demo() {
	cat <<'END'
  demo [DIR]        from nothing to a live switch: source, patch, kernel,
                    module, tool, boot, and a tour on real processes; with
                    what the module in DIR registers, too
END
}

help_test() {
	cat <<'END'
  test [PART,...]   the tests (20 minutes, once the kernels are built), in
                    the parts style, unit, model, mutants, vm, selftests,
                    debug, stress, hosts (a quick pass on the other hosts);
                    or only the parts that are named
  test all          all of these (hours), and these parts, too; they contain
                    selftests, stress and hosts. What has passed and of which
                    nothing has changed since is not repeated: after an
                    interruption it goes on where it was.
                    bench           bench --quick
                    mutants-guest   deliberate bugs that a guest must find
                    builds          the patch compiles for other architectures,
                                    compilers and configurations
                    selftests-each  selftests under every implementation
                    stress-long     more of stress
                    debug-long      more of debug
                    demo            the demo, and rmapctl, on the demo's kernel
                    rt              scenarios and stress with PREEMPT_RT
                    distro          scenarios and stress on a kernel with
                                    Debian's options
                    field           recipes for bpftrace, perf and node
                                    exporter, also on that kernel
                    selftests-all   every selftest on release and debug,
                                    under exclusive and while switching
                    package         the Debian packages on clean machines of
                                    Debian 12 and 13
                    hosts-all       style, vm, debug, stress, selftests, bench,
                                    mutants-guest, demo and field on the other
                                    hosts
  test next         tries the hooks on a kernel of Debian's that is newer
                    than the hosts
END
}

help_bench() {
	cat <<'END'
  bench [--exact | --wall | --quick] [OPTION]... [SCENARIO]...
  bench --functions [OPTION]... --folio SIZE SCENARIO
  bench --native [--rounds N] [--folio SIZE,...] [--impl NAME,...]
                    [fork | munmap | exit | remap]...
  bench --native --count [--pages N] [--folio SIZE,...] [--impl NAME,...]
                    [fork | munmap | exit | remap]...
  bench --native --contend [--rounds N] [--impl NAME,...]
  bench --native --agree
  bench --native --sources [--rounds N] [--pages N] [OPERATION]...
  bench --switch [--rounds N] [--ms N]
  bench --redis
  bench --caches [--sizes L1:L2:L3] [OPTION]... [SCENARIO]...
  bench --transfers [--turn N] [OPTION]...
  bench --layouts [OPTION]... [SCENARIO]...
  --host 7.3 bench --accuracy
                    measures what the implementations cost. Results are in
                    out/bench; index.html shows all of them.
                    --exact      an emulator counts instructions and locked
                                 operations (default; half an hour)
                    --wall       times: of the running kernel where it has
                                 the hooks, else of guests, which needs KVM
                    --quick      a short check that two machines count the
                                 same
                    --functions  in which functions of the kernel one
                                 scenario spends its instructions, with a
                                 column for each implementation
                    --native     nanoseconds per page of the kernel's own
                                 fork, zap and PTE-remap on this CPU: its
                                 objects in a program (seconds, once the
                                 kernels are built). --count: instructions, by
                                 single steps; --agree: does a guest count
                                 the same? --contend: processes that share a
                                 folio. --sources: the implementations'
                                 sources alone
                    --switch     how long a switch takes, and how long it
                                 stalls running tasks, on 1, 2 and 4 CPUs
                                 under load
                    --redis      redis-server saves a snapshot
                    --caches     cache lines, and misses of simulated caches
                                 (32K/8:1M/8:32M/16; no prefetcher)
                    --transfers  cache lines that go from one CPU to another
                                 while 2 and 4 of them map and unmap one
                                 folio; they take turns of N accesses
                    --layouts    what mapcounts of the pages of large folios
                                 cost, and what is lost without them; needs
                                 --host 7.3 (an hour)
                    --accuracy   only the latter: what the kernel says about
                                 memory, over workloads (minutes)
                    --size, --samples, --folio and --impl are those of
                    rmapctl bench. --lines counts cache lines, too, in all
                    scenarios (slow).
                    --twice measures again and compares. --seeds A,B does so
                    on a machine with other random numbers.
END
}

help_exec_command() {
	cat <<'END'
  exec [OPTION]... -- COMMAND [ARG]...
                    boots a guest and runs COMMAND in it as root. COMMAND has
                    the input of lab/run (with --icount it has none), and
                    lab/run has its output and exit status. No module is
                    loaded without --load
END
}

help_shell_command() {
	cat <<'END'
  shell [OPTION]... the same with a shell on this terminal; its kernel is
                    `demo` while no `release` is built, without swap, cgroups,
                    NUMA and tracing
END
}

help_kernel() {
	cat <<'END'
  kernel VARIANT    builds a kernel and prints where its tree is:
                    vanilla (no patch), release (patched, what is measured),
                    debug (every check), rt (PREEMPT_RT), distro (what
                    Debian's configuration has that matters here), demo
                    (release without swap, cgroups, NUMA, tracing and what
                    only tests need), layout (7.3: folios with and without
                    mapcounts of their pages), layout-debug (that, with every
                    check), nomapcount (7.3: vanilla without them)
END
}

help_patches() {
	cat <<'END'
  patches           the hook patch as a series of mails, in out/patches; of 7.3
                    the one for layouts, too
END
}

help_package() {
	cat <<'END'
  package [--loaded | --config FILE] [--layouts] [--release NAME]
                    [--only kernel | module]
                    makes Debian packages for a test machine, in out/package:
                    the patched kernel and its headers, the module for DKMS,
                    the tool. The kernel's configuration is that of the
                    machine that runs this, or FILE.
                    --loaded     with no modules but those that are loaded
                                 here now: much less to compile
                    --layouts    with --host 7.3: with layout.patch, too
                    --release    the tool's package is for that release of
                                 Debian (bookworm, trixie), not for this one
                    --only       only the kernel's packages, or only those of
                                 module and tool
END
}

help_guest_options() {
	cat <<'END'
options of exec and shell
  --kernel VARIANT  the kernel to boot (release)
  --smp N           CPUs, 1 to 8 (2)
  --mem SIZE        memory (2G)
  --timeout S       seconds until the guest is given up (900)
  --add HOST:GUEST  puts a file or a directory of the host at the path GUEST;
                    programs bring their libraries
  --load            `modprobe rmap_ab` first
  --own DIR         the same, then a module of yours that is in DIR, built
                    for this kernel: see `try`
  --icount          emulation with an exact clock and one CPU: a second run
                    does nearly the same
END
}

help_exec_status() {
	cat <<'END'
exit status of exec
  0-239  the command's own; 126 cannot run, 127 not found, 128+N signal N
  240    the kernel panicked or oopsed, whatever the command said
  241    the kernel gave a warning, whatever the command said
  242    time over
  243    the guest did not come up, or went away without a status
  244    the lab itself: bad usage, a failed build
  245    an int3 that a CPU met late, likely the emulator's fault; tests run
         once more
END
}
