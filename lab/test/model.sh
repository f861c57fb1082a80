# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# The models: each line of tests/model/RUNS is a search through all the states of
# a Promela model. A search that is not complete proves nothing, and fails.

MODEL_DIR=$TOP/tests/model
# For each search. What it needs is far below; the number of states is printed.
MODEL_MEMORY_MB=2048
MODEL_LIMIT=300

# model_key MODEL: changes when the result could.
model_key() {
	{
		dpkg-query -W spin gcc
		grep "^$1: " "$MODEL_DIR/RUNS"
		cat "$MODEL_DIR/$1.pml" "$LAB/test/model.sh"
	} | hash_of
}

# model_run MODEL
model_run() {
	local line model flags verdict what number=0
	temp_dir MODEL_TMP
	while IFS= read -r line <&"$lines"; do
		((++number))
		[[ $line == *[![:space:]]* && $line != '#'* ]] || continue
		[[ $line =~ ^([a-z]+):\ ([^:]*):\ (sound|finds\ [^:]+):\ (.+)$ ]] ||
			die "$MODEL_DIR/RUNS:$number: not MODEL: FLAGS: VERDICT: what it shows"
		model=${BASH_REMATCH[1]} flags=${BASH_REMATCH[2]}
		verdict=${BASH_REMATCH[3]} what=${BASH_REMATCH[4]}
		[[ $model == "$1" ]] || continue
		model_case "$model" "$flags" "$verdict" "$what"
	done {lines}<"$MODEL_DIR/RUNS"
	exec {lines}<&-
	tap_plan
}

# The number of states belongs to the result: a model that lost most of them by
# accident would still be "sound".
model_case() {
	local model=$1 flags=$2 verdict=$3 what=$4 log=$MODEL_TMP/log got
	if ! model_search "$verdict" "$MODEL_TMP/$model" "$MODEL_DIR/$model.pml" "$flags" >"$log" 2>&1; then
		tap_not_ok "$model: $what"
		cat "$log" >&2
		return
	fi
	got=$(model_verdict "$log")
	what+=" ($(model_states "$log") states)"
	printf '# %s %s: %s\n' "$model" "$flags" "$got" >&2
	if [[ $verdict == sound && $got == sound ]] ||
		[[ $verdict == finds* && $got == "finds "*"${verdict#finds }"* ]]; then
		tap_ok "$model: $what"
	else
		echo "expected: $verdict" >&2
		grep -v '^unreached' "$log" >&2
		tap_not_ok "$model: $what"
	fi
}

# spin writes its program where it is called. What is found is found soon: there,
# compiling takes longer than searching.
model_search() (
	local verdict=$1 dir=$2 source=$3 flags optimise=-O1
	read -ra flags <<<"$4"
	[[ $verdict == sound ]] || optimise=-O0
	rm -rf "$dir"
	mkdir "$dir"
	cd "$dir" || exit
	cp "$source" model.pml
	spin "${flags[@]}" -a model.pml || exit
	gcc "$optimise" -w -DSAFETY -DCOLLAPSE -DNOFAIR "-DMEMLIM=$MODEL_MEMORY_MB" -o pan pan.c || exit
	timeout "$MODEL_LIMIT" ./pan -m20000 -w21 -n
)

# What the search says: `sound`, `finds ASSERTION`, or why it says nothing.
model_verdict() {
	local log=$1 error
	error=$(sed -n 's/^pan:1: //p' "$log")
	if [[ $error == assertion* ]]; then
		echo "finds ${error//[[:space:]]/}"
	elif [[ -n $error ]]; then
		echo "ends: $error"
	elif grep -q 'max search depth too small\|Search not completed\|out of memory\|hit limit' "$log"; then
		echo "is not complete"
	elif grep -q 'errors: 0$' "$log"; then
		echo sound
	else
		echo "has no result"
	fi
}

model_states() { sed -n 's/^ *\([0-9.e+]*\) states, stored$/\1/p' "$1"; }
