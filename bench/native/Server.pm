# SPDX-License-Identifier: GPL-2.0
# One running program of bench/native: a question is a line, and so is an answer.
package Server;
use strict;
use warnings;
use IPC::Open2;

sub start {
	my ($class, @command) = @_;
	my $self = bless { command => "@command" }, $class;
	$self->{pid} = open2($self->{from}, $self->{to}, @command);
	return $self;
}

sub line {
	my ($self) = @_;
	my $line = readline($self->{from});
	die "$self->{command} has ended\n" if !defined $line;
	chomp $line;
	return $line;
}

sub ask {
	my ($self, $question) = @_;
	print {$self->{to}} "$question\n";
	$self->{to}->flush;
	return $self->line;
}

# All lines up to an empty one.
sub ask_lines {
	my ($self, $question) = @_;
	my @lines;
	for (my $line = $self->ask($question); $line ne ''; $line = $self->line) {
		push @lines, $line;
	}
	return @lines;
}

sub stop {
	my ($self) = @_;
	close $self->{to};
	waitpid $self->{pid}, 0;
	die "$self->{command} has not ended well\n" if $?;
}

1;
