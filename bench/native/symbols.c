// SPDX-License-Identifier: GPL-2.0
#include <elf.h>
#include <err.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "native.h"

/* Of the linker. */
extern char _stext[], _einittext[];

struct symbol {
	uintptr_t address;
	const char *name;
};

static struct symbol *symbols;
static size_t nr_symbols;

uintptr_t text_start(void) { return (uintptr_t)_stext; }
uintptr_t text_end(void) { return (uintptr_t)_einittext; }

/* What a compiler makes of a name, and what the hooks call the kernel's own. */
static const char *plain(const char *name)
{
	const size_t builtin = strlen("_builtin");
	char *copy = strndup(name, strcspn(name, "."));
	const size_t len = copy ? strlen(copy) : 0;

	if (!copy)
		err(1, "memory");
	if (len > builtin && !strcmp(copy + len - builtin, "_builtin"))
		copy[len - builtin] = '\0';
	return copy;
}

static int by_address(const void *a, const void *b)
{
	const struct symbol *x = a, *y = b;

	return (x->address > y->address) - (x->address < y->address);
}

static void take_table(const char *file, const Elf64_Shdr *table, const Elf64_Shdr *names)
{
	const Elf64_Sym *sym = (const Elf64_Sym *)(file + table->sh_offset);
	const size_t nr = table->sh_size / sizeof(*sym);

	symbols = calloc(nr, sizeof(*symbols));
	if (!symbols)
		err(1, "memory");
	for (size_t i = 0; i < nr; i++) {
		const int type = ELF64_ST_TYPE(sym[i].st_info);

		/* Code in assembler may have no type. */
		if (sym[i].st_value < text_start() || sym[i].st_value >= text_end() ||
		    (type != STT_FUNC && type != STT_NOTYPE))
			continue;
		symbols[nr_symbols].address = sym[i].st_value;
		symbols[nr_symbols++].name = plain(file + names->sh_offset + sym[i].st_name);
	}
	qsort(symbols, nr_symbols, sizeof(*symbols), by_address);
}

static void read_symbols(void)
{
	const int fd = open("/proc/self/exe", O_RDONLY);
	struct stat st;
	const char *file;
	const Elf64_Ehdr *head;
	const Elf64_Shdr *sections;

	if (fd < 0 || fstat(fd, &st))
		err(1, "/proc/self/exe");
	file = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (file == MAP_FAILED)
		err(1, "/proc/self/exe");
	head = (const Elf64_Ehdr *)file;
	sections = (const Elf64_Shdr *)(file + head->e_shoff);
	for (int i = 0; i < head->e_shnum; i++)
		if (sections[i].sh_type == SHT_SYMTAB)
			take_table(file, sections + i, sections + sections[i].sh_link);
	close(fd);
}

const char *symbol_of(uintptr_t address)
{
	size_t low = 0, high;

	if (!symbols)
		read_symbols();
	high = nr_symbols;
	while (low < high) {
		const size_t middle = (low + high) / 2;

		if (symbols[middle].address <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? symbols[low - 1].name : "?";
}
