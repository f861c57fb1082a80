# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# The hook patch as it is mailed. kernel-hooks.patch is a mailbox: `patch -p1` and
# `git am` take it as it is; here it becomes a file for each mail.

# patches_write DIR: prints their names.
patches_write() {
	awk -v dir="$1" '
		/^From [0-9a-f]+ / { mail = $0; next }
		mail != "" {
			mail = mail "\n" $0
			if (/^Subject: /) subject = $0
			else if (subject != "" && /^ /) subject = subject $0
			else if (subject != "") {
				sub(/^Subject: \[PATCH [0-9]+\/[0-9]+\] /, "", subject)
				gsub(/[^A-Za-z0-9._]+/, "-", subject)
				file = sprintf("%s/%04d-%s.patch", dir, ++number, substr(subject, 1, 52))
				print file
				print mail >file
				mail = subject = ""
			}
			next
		}
		{ print >file }' "$HOOKS"
}

cmd_patches() {
	local place
	(($# == 0)) || usage_error "patches takes no arguments"
	out_dir place
	rm -rf "$place/patches"
	mkdir -p "$place/patches"
	patches_write "$place/patches"
}
