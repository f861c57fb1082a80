# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# Shows that the comparison can fail: damaged copies of the reference, each of
# which must be refused.

# selftests_prove_comparison REFERENCE
selftests_prove_comparison() {
	local reference=$1 copy kind
	if [[ ! -s $reference/cow.results || ! -s $reference/cow.end ]]; then
		tap_not_ok "the comparison: there is no reference to try it on"
		return
	fi
	copy=$(mktemp -d "${TMPDIR:-/tmp}/rmap_ab.XXXXXX")
	cp -r "$reference" "$copy/run"
	for kind in same result lost_result exit_status empty no_end switched no_switch other_layout time_out; do
		selftests_prove_one "$reference" "$copy" "$kind"
	done
	rm -rf "$copy"
}

# What is done to cow's record, under which configuration it is then judged.
selftests_damage_same() { :; }
selftests_damage_result() { sed -i '0,/^ok/s//not ok/' "$1/cow.results"; }
selftests_damage_lost_result() { sed -i '1d' "$1/cow.results"; }
selftests_damage_exit_status() { sed -i 's/^status=.*/status=1/' "$1/cow.results"; }
selftests_damage_empty() { : >"$1/cow.results"; }
selftests_damage_no_end() { rm "$1/cow.end"; }
selftests_damage_switched() { sed -i 's/switches=0/switches=3/' "$1/cow.end"; }
selftests_damage_no_switch() { :; }
selftests_damage_other_layout() { sed -i 's/$/ layout=page/' "$1/cow.end"; }
selftests_damage_time_out() { sed -i 's/status=0/status=143/' "$1/cow.end"; }

selftests_prove_one() {
	local reference=$1 copy=$2 kind=$3 config=builtin problems
	cp "$reference"/cow.{end,results} "$copy/run"
	sed -i 's/current=none/current=builtin/' "$copy/run/cow.end"
	[[ $kind != no_switch ]] || config=switching
	[[ $kind != other_layout ]] || config=builtin+none
	"selftests_damage_$kind" "$copy/run"
	problems=$(selftests_problems "$reference" "$copy/run" "$config" cow)
	if [[ $kind == same ]]; then
		selftests_tap "the comparison accepts the reference itself" <<<"$problems"
	elif [[ -n $problems ]]; then
		tap_ok "the comparison notices: $kind"
	else
		tap_not_ok "the comparison notices: $kind"
	fi
}
