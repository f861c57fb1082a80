#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0
# Draws what `rmapctl record` has written: memory by kind and size of folio over time, how it was
# mapped, and which implementation counted. Needs gnuplot.
#
#	record.pl FILE BASE		makes BASE.svg and BASE.png
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Plot;
use Record;

die "usage: record.pl FILE BASE\n" unless @ARGV == 2;
my ($file, $base) = @ARGV;
my @looks = Record::looks($file);
(my $title = $file) =~ s{.*/}{};
$title =~ s/[^\w. -]/_/g;
Plot::draw({ base => $base, title => $title }, 960, Record::script($title, @looks), 900);
printf "%d looks in %.10g s, drawn in %s.svg and %s.png\n", scalar @looks, $looks[-1]{x}, $base, $base;
