# SPDX-License-Identifier: GPL-2.0
# Splits what guest.sh wrote by program. Writes, in the directory `dir`, where
# the second and further runs of a program are NAME.2 and so on:
#   NAME.log      what the program printed
#   NAME.results  one line for each result: ok, not ok, skip or xfail, what was
#                 tested; then its exit status
#   NAME.again    results of earlier tries, each after its number
#   NAME.end      the fields of its @end line; without it the program did not end
#   done          the number of programs, if the list was run to its end

function result(verdict, what) {
	gsub(/0x[0-9a-f]+/, "ADDRESS", what)
	# how much two threads got done, how much a child could allocate in time
	if (what ~ /^transact_test |^Success reaping a child /)
		gsub(/[0-9]+/, "N", what)
	sub(/^[ -]+/, "", what)
	sub(/ +$/, "", what)
	record[++nr_results] = verdict " " context what
}

# ok 1 what | ok 1 # SKIP why | ok 1 what # SKIP why | ok 1 # XFAIL what
function tap_result(line,   verdict, directive) {
	verdict = line ~ /^not / ? "not ok" : "ok"
	sub(/^(not )?ok +[0-9]* */, "", line)
	if (match(line, /# *(SKIP|XFAIL) */)) {
		directive = substr(line, RSTART, RLENGTH)
		verdict = directive ~ /SKIP/ ? "skip" : "xfail"
		line = substr(line, 1, RSTART - 1) substr(line, RSTART + RLENGTH)
	}
	result(verdict, line)
}

# uffd-unit-tests: Testing what... done
function uffd_result(line,   what, verdict) {
	what = line
	sub(/^Testing /, "", what)
	verdict = "not ok"
	if (line ~ /\.\.\. done$/)
		verdict = "ok"
	else if (line ~ /\.\.\. skipped/)
		verdict = "skip"
	result(verdict, what)
}

# khugepaged: what... OK, after a dot for each half second of waiting; 7.3 has "# "
# before it, and what of it passed is no longer in the test's own result.
function khugepaged_result(line,   verdict) {
	verdict = "not ok"
	if (line ~ /\033\[32m/)
		verdict = "ok"
	else if (line ~ /\033\[33m/)
		verdict = "skip"
	gsub(/\033\[[0-9]*m/, "", line)
	sub(/^# /, "", line)
	sub(/\.\.\.+/, ":", line)
	result(verdict, line)
}

function program_line(line) {
	gsub(/^.*\r/, "", line)
	print line > (dir "/" name ".log")
	if (match(line, /^# *\[(RUN|INFO)\] */))
		context = substr(line, RSTART + RLENGTH) ": "
	else if (match(line, /^(# )?Run test: /))
		context = substr(line, RSTART + RLENGTH) ": "
	else if (line ~ /^(not )?ok /)
		tap_result(line)
	else if (line ~ /^Bail out!/)
		result("not ok", line)
	else if (line ~ /^Testing .*\.\.\. /)
		uffd_result(line)
	else if (line ~ /\.\.\..*\033\[3[123]m/)
		khugepaged_result(line)
}

# Writes the results so far to a file of the program.
function flush(suffix, prefix,   i) {
	for (i = 1; i <= nr_results; i++)
		print prefix record[i] > (dir "/" name suffix)
	nr_results = 0
	context = ""
}

/^@begin / {
	name = ++runs[$2] == 1 ? $2 : $2 "." runs[$2]
	nr_results = 0
	tries = 1
	context = ""
	next
}
/^@again / { flush(".again", "try " tries++ ": "); next }
/^@end / {
	context = ""
	record[++nr_results] = $3
	flush(".results")
	sub(/^@end [^ ]+ /, "")
	print > (dir "/" name ".end")
	close(dir "/" name ".results")
	close(dir "/" name ".log")
	close(dir "/" name ".again")
	close(dir "/" name ".end")
	next
}
/^@done / { print $2 > (dir "/done"); next }
/^\|/ { program_line(substr($0, 2)) }
