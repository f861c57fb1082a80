# SPDX-License-Identifier: GPL-2.0
# The first mail: what changes in static calls and in the patching of text, so that
# many targets change at once.
package StaticCall;
use strict;
use warnings;
use Exporter qw(import);
our @EXPORT_OK = qw(%STATIC_CALL_FILES batch_static_calls);

our %STATIC_CALL_FILES = (
	sc_inline => 'kernel/static_call_inline.c',
	sc_x86 => 'arch/x86/kernel/static_call.c',
	text => 'arch/x86/kernel/alternative.c',
);

# The kernel's queue of changes is in the order of addresses, since a CPU that meets a
# breakpoint bisects it. These are its names: the array, their number, one entry,
# and the function that fills one in.
my $comment_on_order = qr{/\*\n \* We hard rely on the [\w.]+ being ordered;[^\n]*\n(?: \*(?!/)[^\n]*\n)* \*/\n};

sub insertion {
	my ($vec, $nr, $moved) = @_;
	return <<"TEXT";
	/* A CPU that meets a breakpoint bisects: keep the order of addresses. */
	for (at = $nr; at > 0 && text_poke_addr(&$vec\[at - 1]) > addr; at--)
		;
	memmove(&$vec\[at + 1], &$vec\[at], ($moved - at) * sizeof(*$vec));
TEXT
}

# Linux 6.12
sub queue_of_6_12 {
	my ($change) = @_;
	my $insertion = insertion('tp_vec', 'tp_vec_nr', 'tp_vec_nr++');
	$change->('text', qr/${comment_on_order}static bool tp_order_fail\(.*?^}\n\n(?=static void text_poke_flush)/ms, '', 'tp_order_fail()');
	$change->('text', qr/(?<=\tif \()tp_vec_nr == TP_VEC_MAX \|\| tp_order_fail\(addr\)(?=\) \{\n)/,
		  'tp_vec_nr == TP_VEC_MAX || (tp_vec_nr && !addr)', 'a full queue');
	$change->('text', qr/\tstruct text_poke_loc \*tp;\n(?=\n\ttext_poke_flush\(addr\);\n)/, "\tint at;\n", 'the entry');
	$change->('text', qr/\ttp = &tp_vec\[tp_vec_nr\+\+\];\n\ttext_poke_loc_init\(tp, addr, opcode, len, emulate\);\n/,
		  $insertion . "\ttext_poke_loc_init(&tp_vec[at], addr, opcode, len, emulate);\n", 'the end of the queue');
	return ('text_poke_queue', 'text_poke_bp', 'text_poke_finish');
}

# Linux 7.3: other names, and each single change goes through the queue.
sub queue_of_7_3 {
	my ($change) = @_;
	my $insertion = insertion('vec', 'nr', 'nr');
	$change->('text', qr/${comment_on_order}static bool text_poke_addr_ordered\(.*?^}\n\n/ms, '', 'text_poke_addr_ordered()');
	$change->('text', qr/(?<=\tif \(text_poke_array\.nr_entries == TEXT_POKE_ARRAY_MAX) \|\| !text_poke_addr_ordered\(addr\)(?=\)\n)/, '', 'a full queue');
	$change->('text', qr/(?<=\tstruct smp_text_poke_loc) \*tpl;(\n\tstruct insn insn;\n\tint ret, i = 0);\n\n\ttpl = &text_poke_array\.vec\[text_poke_array\.nr_entries\+\+\];\n/,
		  sub { " *vec = text_poke_array.vec, *tpl;$1, nr = text_poke_array.nr_entries++, at;\n\n$insertion\ttpl = &vec[at];\n" },
		  'the end of the queue');
	return ('smp_text_poke_batch_add', 'smp_text_poke_single', 'smp_text_poke_batch_finish');
}

# batch_static_calls CHANGE TEXT: CHANGE is the function that changes one place of a file,
# TEXT the source that patches text.
sub batch_static_calls {
	my ($change, $text) = @_;
	my ($queue, $single, $finish) = $text =~ /\bsmp_text_poke_batch_add\(/ ? queue_of_7_3($change) : queue_of_6_12($change);

	$change->('sc_x86', qr/(?=static void __ref __static_call_transform\()/, <<"TEXT", '__static_call_transform()');
/* While it is set, changes are queued. Protected by text_mutex. */
static bool static_call_batched;

TEXT
	$change->('sc_x86', qr/^\t$single\(insn, code, size, emulate\);\n/m, <<"TEXT", 'the patching');
	if (static_call_batched)
		$queue(insn, code, size, emulate);
	else
		$single(insn, code, size, emulate);
TEXT
	$change->('sc_x86', qr/(?<=EXPORT_SYMBOL_GPL\(arch_static_call_transform\);\n)/, <<"TEXT", 'arch_static_call_transform()');

void arch_static_call_batch(bool begin)
{
	mutex_lock(&text_mutex);
	static_call_batched = begin;
	$finish();
	mutex_unlock(&text_mutex);
}
TEXT
	for my $key (qw(sc_inline sc_x86)) {
		$change->($key, qr/^#include <linux\/static_call\.h>\n/m,
			  "#include <linux/static_call.h>\n#include <linux/static_call_batch.h>\n", 'its header');
	}
	$change->('sc_inline', qr/^void __static_call_update\((struct static_call_key \*key, void \*tramp, void \*func\)\n\{.*?\n)\tcpus_read_lock\(\);\n\tstatic_call_lock\(\);\n\n(\tif \(key->func == func\)\n\t\t)goto done;(.*?\t\t)goto done;(.*?)\ndone:\n\tstatic_call_unlock\(\);\n\tcpus_read_unlock\(\);\n\}\n/ms,
		  sub { <<"TEXT" }, '__static_call_update()');
/* An architecture that can queue changes does, and applies them when that ends. */
void __weak arch_static_call_batch(bool begin)
{
}

void static_call_batch_begin(void)
{
	cpus_read_lock();
	static_call_lock();
	arch_static_call_batch(true);
}

void static_call_batch_end(void)
{
	arch_static_call_batch(false);
	static_call_unlock();
	cpus_read_unlock();
}

void __static_call_update_batched($1\tlockdep_assert_held(&static_call_mutex);

$2return;$3return;$4}

void __static_call_update(struct static_call_key *key, void *tramp, void *func)
{
	static_call_batch_begin();
	__static_call_update_batched(key, tramp, func);
	static_call_batch_end();
}
TEXT
}

1;
