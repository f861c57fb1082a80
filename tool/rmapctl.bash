# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# bash completion for rmapctl, which knows itself what may come next.

_rmapctl() {
	local current=${COMP_WORDS[COMP_CWORD]}

	mapfile -t COMPREPLY < <("${COMP_WORDS[0]}" complete -- \
		"${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
	if [[ ${COMPREPLY[0]-} == @files ]]; then
		mapfile -t COMPREPLY < <(compgen -f -- "${current#=}")
	fi
}

complete -F _rmapctl rmapctl
