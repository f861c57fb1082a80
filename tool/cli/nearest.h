/* SPDX-License-Identifier: GPL-2.0 */
/* The word that the user may have meant. */
#ifndef RMAPCTL_CLI_NEAREST_H
#define RMAPCTL_CLI_NEAREST_H

/**
 * nearest_begin() - look for the word that is nearest to another one
 * @word: the user's word; it must stay until nearest_hint()
 */
void nearest_begin(const char *word);

/* Offers a word that there is. It must stay until nearest_hint(). */
void nearest_offer(const char *word);

/**
 * nearest_hint() - the end of a complaint about the word
 * @before: what stands before the word on the command line, or ""
 *
 * Return: " (did you mean 'WORD'?)", valid until the next call, or "" if no word that was
 * offered is near: it begins with the user's word, or differs from it by a third of its
 * letters at most. Of two letters that are exchanged, one differs.
 */
const char *nearest_hint(const char *before);

#endif
