/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_STATIC_CALL_BATCH_H
#define _LINUX_STATIC_CALL_BATCH_H
/*
 * Between static_call_batch_begin() and static_call_batch_end(), which may sleep, the
 * targets of several static calls change: each at once, or all at the end. (Not in
 * linux/static_call.h, which everything includes, and hardly anything changes many.)
 */

#include <linux/static_call.h>

#ifdef CONFIG_HAVE_STATIC_CALL_INLINE

void arch_static_call_batch(bool begin);
void static_call_batch_begin(void);
void static_call_batch_end(void);
void __static_call_update_batched(struct static_call_key *key, void *tramp, void *func);
#define static_call_update_batched(name, func)				\
({									\
	typeof(&STATIC_CALL_TRAMP(name)) __F = (func);			\
	__static_call_update_batched(&STATIC_CALL_KEY(name),		\
				     STATIC_CALL_TRAMP_ADDR(name), __F);	\
})

#else

static inline void static_call_batch_begin(void) {}
static inline void static_call_batch_end(void) {}
#define static_call_update_batched static_call_update

#endif

#endif	/* _LINUX_STATIC_CALL_BATCH_H */
