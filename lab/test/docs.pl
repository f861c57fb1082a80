#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0
# The command blocks of the documents, for docs.sh.
#   docs.pl split DIR FILE...	writes each block into DIR, and DIR/index
#   docs.pl judge DIR		TAP: what has become of the blocks of DIR
#   docs.pl names FILE...	prints what FILE names: paths, links, functions
#
# A fence says what is done with its block:
#   sh guest [unloaded] [exit=N]	runs in a guest, the module loaded before or not
#   sh host [exit=N]			runs here, at the top of the checkout
#   sh parse				the lab must accept each line; none is run
#   sh norun=REASON			is not run; %reasons has the reasons
#   c module=NAME			a module, in the guest at /root/NAME.ko
#   c				a part of a program
#   text output			what the block before prints: numbers may differ, and
#					a line '...' stands for any lines
#   text				anything else
use strict;
use warnings;

my %reasons = map { $_ => 1 } qw(
	these-two-are-the-lab-itself
	needs-a-real-machine
	needs-a-file-of-yours
	needs-the-kernel-variant-layout
	needs-other-packages
);

my %words = (
	sh => qr/guest( unloaded)?( exit=\d+)?|host( exit=\d+)?|parse|norun=(?<reason>\S+)/,
	c => qr/|module=[a-z_]+/,
	text => qr/|output/,
);

# What is wrong with a fence, or nothing.
sub fault {
	my ($language, $rest, $before) = @_;

	return "a fence does not say what its block is" unless length $language;
	return "a fence is '$language', which is none of: " . join(', ', sort keys %words)
		unless $words{$language};
	return "a fence of '$language' says '$rest', which this test does not know"
		unless $rest =~ /^(?:$words{$language})$/;
	return "a block is not run for a reason that this test does not know: $+{reason}"
		if $+{reason} && !$reasons{$+{reason}};
	return "an output follows no block that is run"
		if $rest eq 'output' && !($before && $before->{runs});
	return;
}

# The blocks of FILE, in order.
sub blocks {
	my ($file) = @_;
	my (@blocks, $block);

	open my $in, '<', $file or die "$file: $!\n";
	while (my $line = <$in>) {
		if (!$block && $line =~ /^```\s*(\S*)\s*(.*?)\s*$/) {
			$block = { language => $1, rest => $2, at => "$file:$.", text => '' };
			$block->{fault} = fault($1, $2, $blocks[-1]);
			$block->{runs} = $1 eq 'sh' && $2 =~ /^(guest|host)/;
		} elsif ($block && $line =~ /^```\s*$/) {
			push @blocks, $block;
			undef $block;
		} elsif ($block) {
			$block->{text} .= $line;
		}
	}
	die "$file: a block does not end\n" if $block;
	return @blocks;
}

sub put {
	my ($path, $text) = @_;

	open my $out, '>', $path or die "$path: $!\n";
	print $out $text;
	close $out or die "$path: $!\n";
}

# index: NUMBER, PLACE, KIND, then what KIND needs, with tabs between them.
sub split_blocks {
	my ($dir, @files) = @_;
	my ($nr, $index, $last) = (0, '');

	for my $block (map { blocks($_) } @files) {
		my ($kind, @rest) = split ' ', $block->{rest};

		if ($block->{fault}) {
			$index .= join("\t", ++$nr, $block->{at}, 'fault', $block->{fault}) . "\n";
		} elsif ($block->{language} eq 'sh') {
			my ($exit) = "@rest" =~ /exit=(\d+)/;
			my $loaded = "@rest" =~ /unloaded/ ? 'unloaded' : 'loaded';

			$kind =~ s/=.*//;
			$index .= join("\t", ++$nr, $block->{at}, $kind, $exit // 0, $loaded) . "\n";
			put("$dir/$nr.sh", $block->{text});
			$last = $nr;
		} elsif ($block->{language} eq 'c' && $kind) {
			$kind =~ s/^module=//;
			$index .= join("\t", ++$nr, $block->{at}, 'module', $kind) . "\n";
			put("$dir/$kind.c", $block->{text});
		} elsif ($block->{rest} eq 'output') {
			put("$dir/$last.expect", $block->{text});
		}
	}
	put("$dir/index", $index);
}

# A pattern for the text that a document shows.
sub pattern {
	my ($text) = @_;
	my $pattern = '';

	for my $line (split /\n/, $text) {
		if ($line eq '...') {
			$pattern .= '(?:.*\n)*?';
			next;
		}
		my $quoted = quotemeta $line;

		$quoted =~ s/(?:\\\s)+/\\s+/g;
		$quoted =~ s/(?<![a-z])(?<!exit\\s\+status\\s\+)(?:0x[0-9a-f]+|(?!0\b)[0-9]+)/(?:0x)?[0-9a-f]+/g;
		$pattern .= "\\s*$quoted\\s*\\n";
	}
	return qr/^$pattern/m;
}

sub slurp {
	my ($path) = @_;

	open my $in, '<', $path or return undef;
	local $/;
	return scalar <$in>;
}

# What is wrong with what NUMBER has done, or nothing.
sub wrong {
	my ($dir, $nr, $exit) = @_;
	my ($status, $out, $expect) = map { slurp("$dir/$nr.$_") } qw(status out expect);

	return 'it was not run' unless defined $status;
	chomp $status;
	return "its exit status is $status, not $exit" unless $status eq $exit;
	return 'it prints something else than the document shows'
		if defined $expect && $out !~ pattern($expect);
	return;
}

sub judge {
	my ($dir) = @_;
	my $nr = 0;

	open my $in, '<', "$dir/index" or die "$dir/index: $!\n";
	while (<$in>) {
		chomp;
		my ($number, $place, $kind, $more) = split /\t/;
		my $wrong = $kind eq 'fault' ? $more : $kind =~ /^(?:norun|module)$/ ? undef :
			wrong($dir, $number, $more);

		$nr++;
		if ($kind eq 'norun') {
			print "ok $nr - $place: not run\n";
		} elsif (defined $wrong) {
			print "not ok $nr - $place: $kind: $wrong\n";
			print map { "# $_\n" } split /\n/, slurp("$dir/$number.out") // '';
		} else {
			print "ok $nr - $place: $kind\n";
		}
	}
	print "1..$nr\n";
}

# A part of a name in capitals stands for any.
sub names {
	for my $file (@_) {
		my $text = slurp($file) // die "$file: $!\n";

		$text =~ s/^```.*?^```$//gms;
		print "link\t$file\t$1\n" while $text =~ /\]\(([^():]+)\)/g;
		while ($text =~ /`([^`\n]+)`/g) {
			for my $word (split ' ', $1) {
				print "function\t$file\t$1\n" if $word =~ /^([a-z_][a-z0-9_]*)\(\)$/;
				$word =~ s{^\./}{};
				print "path\t$file\t", $word =~ s/\b(?:NAME|DIR|N)\b|NAME/*/gr, "\n"
					if $word =~ m{^[\w.,*{}-]+(?:/[\w.,*{}-]*)+$};
			}
		}
	}
}

my %commands = (split => \&split_blocks, judge => \&judge, names => \&names);
my $command = shift // '';
die "usage: docs.pl split DIR FILE... | judge DIR | names FILE...\n" unless $commands{$command};
$commands{$command}->(@ARGV);
