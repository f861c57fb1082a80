# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# How long measuring in several guests will still take. A guest says how far it is. The
# clock is the host's: a guest that counts instructions has no other clock than these.

# left_words SECONDS: in words.
left_words() {
	local minutes=$((($1 + 30) / 60))
	if ((minutes >= 60)); then
		printf '%d h %d min' $((minutes / 60)) $((minutes % 60))
	elif ((minutes)); then
		printf '%d min' "$minutes"
	else
		printf 'less than a minute'
	fi
}

# left_filter SPENT DONE WEIGHT ALL: passes lines on, and adds the time that is left to
# `[N/M] what`. Of ALL shares of work, DONE had been done in SPENT seconds before this
# guest, which does WEIGHT. There is no estimate before something has been done.
left_filter() {
	local spent=$1 before=$2 weight=$3 all=$4 line begin='' parts ready
	while IFS= read -r line || [[ -n $line ]]; do
		if [[ $line =~ ^\[([0-9]+)/([0-9]+)\]\ [^,]+ ]]; then
			: "${begin:=$SECONDS}"
			parts=${BASH_REMATCH[2]}
			ready=$((before * parts + weight * (BASH_REMATCH[1] - 1)))
			line=${BASH_REMATCH[0]}
			((!ready)) || line+=", $(left_words $(((spent + SECONDS - begin) * (all * parts - ready) / ready))) left"
		fi
		printf '%s\n' "$line"
	done
}
