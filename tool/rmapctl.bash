# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# bash completion for rmapctl. Commands and options come from its help text,
# names from the module, kinds and keys from the help, so that nothing has to be kept up to date here.

# _rmapctl_root: where debugfs is mounted.
_rmapctl_root() {
	local point type
	if [[ -v RMAPCTL_DEBUGFS ]]; then
		printf '%s\n' "$RMAPCTL_DEBUGFS"
		return
	fi
	while read -r _ point type _; do
		if [[ $type == debugfs ]]; then
			printf '%b\n' "$point"
			return
		fi
	done </proc/self/mounts
}

# _rmapctl_names: the implementations; none if only root may see them.
_rmapctl_names() {
	local names
	{ names=$(<"$(_rmapctl_root)/rmap_ab/implementation"); } 2>/dev/null
	printf '%s\n' "${names//[\[\]]/}"
}

# _rmapctl_commands: the first column below "Commands:".
_rmapctl_commands() {
	"$1" help 2>/dev/null |
		sed -n '/^Commands:/,/^$/s/^  \([a-z][a-z]*\).*/\1/p'
}

# _rmapctl_options [COMMAND]: the long options that the help text lists.
_rmapctl_options() {
	{
		"$1" help
		"$1" help ${2:+"$2"}
	} 2>/dev/null | sed -n 's/^  .*\(--[a-z][a-z-]*\).*/\1/p' | sort -u
}

# _rmapctl_list PROGRAM COMMAND HEADING: the first column below HEADING in its help.
_rmapctl_list() {
	"$1" help "$2" 2>/dev/null |
		sed -n "/$3/,/^\$/s/^  *\([a-z][a-z_-]*\)  .*/\1/p"
}

# _rmapctl_takes COMMAND OPTION: does it take a value?
_rmapctl_takes() {
	case $2 in
	--kind | --sort | --pid | --file | --pfn | --addr | --range | --order | --interval | --count | --nth) ;;
	--impl | --size | --folio | --samples | --time) ;;
	--json) [[ $1 == bench ]] ;;
	*) return 1 ;;
	esac
}

# _rmapctl_value PROGRAM COMMAND OPTION CURRENT: what its value may be, into COMPREPLY.
_rmapctl_value() {
	local program=$1 command=$2 option=$3 current=$4 before='' choice=''
	case $option in
	--kind | --impl) [[ $current != *,* ]] || before=${current%,*}, ;;
	--sort) [[ $current != -* ]] || before=- ;;
	esac
	case $option in
	--kind) choice=$(_rmapctl_list "$program" "$command" '^Kinds:') ;;
	--sort) choice=$(_rmapctl_list "$program" "$command" '--sort') ;;
	--impl) choice=$(_rmapctl_names) ;;
	--pid) choice=$(cd /proc && printf '%s\n' [0-9]*) ;;
	--file | --json)
		mapfile -t COMPREPLY < <(compgen -f -- "$current")
		return
		;;
	esac
	mapfile -t COMPREPLY < <(compgen -P "$before" -W "$choice" -- "${current#"$before"}")
}

# _rmapctl_bench PROGRAM VERB CURRENT: operands of a verb of bench, into COMPREPLY.
_rmapctl_bench() {
	local choice=''
	case $2 in
	run) choice=$("$1" bench list 2>/dev/null | sed -n 's/^scenario *//p') ;;
	show | compare)
		mapfile -t COMPREPLY < <(compgen -f -- "$3")
		return
		;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$choice" -- "$3")
}

_rmapctl() {
	local program=${COMP_WORDS[0]} current=${COMP_WORDS[COMP_CWORD]}
	local word command='' verb='' option='' operands=0 choice=''

	COMPREPLY=()
	# "--option=value" is three words.
	for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
		case $word in
		=) continue ;;
		-*)
			option=$word
			continue
			;;
		esac
		if _rmapctl_takes "$command" "$option"; then
			:
		elif [[ ! $command ]]; then
			command=$word
		else
			((operands++)) || verb=$word
		fi
		option=''
	done
	[[ $current != = ]] || current=''

	if _rmapctl_takes "$command" "$option"; then
		_rmapctl_value "$program" "$command" "$option" "$current"
		return
	fi
	case $current:$command:$operands in
	-*) choice=$(_rmapctl_options "$program" "$command") ;;
	*::0 | *:help:0) choice=$(_rmapctl_commands "$program") ;;
	*:use:0) choice=$(_rmapctl_names) ;;
	*:guard:0) choice='on off' ;;
	*:fault:0) choice='list set clear run' ;;
	*:fault:1) choice=$(_rmapctl_list "$program" fault '^Lets') ;;
	*:bench:0) choice='list run show compare' ;;
	*:bench:*)
		_rmapctl_bench "$program" "$verb" "$current"
		return
		;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$choice" -- "$current")
}

complete -F _rmapctl rmapctl
