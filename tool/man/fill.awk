# SPDX-License-Identifier: GPL-2.0
# Replaces a line `.\" @ WORD...` of a manual page by what `TOOL manual WORD...`
# prints.
/^\.\\" @ / {
	command = tool " manual " substr($0, 7)
	while ((command | getline line) > 0)
		print line
	if (close(command))
		exit 1
	next
}
{ print }
