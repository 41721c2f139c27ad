/*
 * The shared page (page.h). The parent makes it, net writes it, serve reads it;
 * serve trusts nothing in it but that it can be read.
 *
 * Both sides may touch the contents at the same moment, so they are 32-bit
 * atomic words, lock-free everywhere, and the structs are copied in and out.
 * The usual sequence lock has two fences; here each store of a word is a
 * release and each load an acquire instead. That says the same (whoever saw a
 * new word then sees the odd sequence before it), costs nothing on x86, and is
 * understood by the thread sanitizer.
 */
#include "common/page.h"

#include <sys/mman.h>
#include <sys/stat.h>

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PAGE_MAGIC	UINT32_C(0x7462616c)	/* "tbal" */
#define PAGE_VERSION	1
#define PAGE_TRIES	64	/* of a reader: some microseconds in all */

/* So that no process can take the memory away under another's feet, nor, by a
 * further seal, keep the next net from mapping it. */
#define PAGE_SEALS	(F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL	0x0008U		/* Linux 6.3 */
#endif

#define WORDS(type)	(sizeof(type) / sizeof(uint32_t))

static_assert(sizeof(struct system_variables) % sizeof(uint32_t) == 0 &&
    sizeof(struct association_variables) % sizeof(uint32_t) == 0,
    "copied in whole words");
static_assert(sizeof(_Atomic uint32_t) == sizeof(uint32_t) &&
    ATOMIC_INT_LOCK_FREE == 2, "shared between processes");

typedef _Atomic uint32_t page_word;

struct page {
	alignas(64) uint32_t magic;
	uint32_t	version;
	uint32_t	size;
	/* Two cache lines: all that the hot path of serve reads. */
	alignas(64) page_word system_sequence;
	page_word	system[WORDS(struct system_variables)];
	struct {
		alignas(64) page_word sequence;
		page_word words[WORDS(struct association_variables)];
	} associations[ASSOCIATIONS_MAX];
};

static_assert(WORDS(struct system_variables) + 1 <= 128 / sizeof(page_word),
    "the system variables and their lock fill two cache lines");

/* What is said as long as, or as soon as, nothing is known. */
static const struct system_variables unsynchronised = {
	.leap = 3, .stratum = 16,
};
static const struct association_variables free_slot;

static void
page_store(page_word *sequence, page_word *words, const void *from, size_t n)
{
	const uint8_t *bytes = from;
	uint32_t before, word;
	size_t i;

	before = atomic_load_explicit(sequence, memory_order_relaxed) | 1;
	atomic_store_explicit(sequence, before, memory_order_relaxed);
	for (i = 0; i < n; i++) {
		memcpy(&word, bytes + i * sizeof(word), sizeof(word));
		atomic_store_explicit(&words[i], word, memory_order_release);
	}
	atomic_store_explicit(sequence, before + 1, memory_order_release);
}

/* One try; *to is garbage where it fails. */
static bool
page_load(const page_word *sequence, const page_word *words, uint32_t *to,
    size_t n)
{
	uint32_t before;
	size_t i;

	before = atomic_load_explicit(sequence, memory_order_acquire);
	if (before & 1)
		return false;
	for (i = 0; i < n; i++)
		to[i] = atomic_load_explicit(&words[i], memory_order_acquire);
	return atomic_load_explicit(sequence, memory_order_relaxed) == before;
}

/* After a writer that died in the middle: what it left is half old, half new,
 * and must not become readable. */
static void
page_repair(struct page *page)
{
	unsigned int i;

	if (atomic_load(&page->system_sequence) & 1)
		page_write_system(page, &unsynchronised);
	for (i = 0; i < ASSOCIATIONS_MAX; i++)
		if (atomic_load(&page->associations[i].sequence) & 1)
			page_write_association(page, i, &free_slot);
}

static void *
page_map(int fd, int protection)
{
	const struct page *page;
	struct stat st;
	void *map;
	int seals;

	if (fstat(fd, &st) == -1 || (seals = fcntl(fd, F_GET_SEALS)) == -1)
		return NULL;
	if ((seals & PAGE_SEALS) != PAGE_SEALS ||
	    st.st_size != (off_t)sizeof(struct page)) {
		errno = EINVAL;
		return NULL;
	}
	map = mmap(NULL, sizeof(struct page), protection, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		return NULL;
	page = map;
	if (page->magic != PAGE_MAGIC || page->version != PAGE_VERSION ||
	    page->size != sizeof(struct page)) {
		munmap(map, sizeof(struct page));
		errno = EINVAL;
		return NULL;
	}
	return map;
}

/* Sizes, fills and seals a new memfd. Owner only: the uid of serve must not be
 * able to open it again for writing. */
static bool
page_prepare(int fd)
{
	struct page *page;

	if (fchmod(fd, S_IRUSR | S_IWUSR) == -1 ||
	    ftruncate(fd, (off_t)sizeof(struct page)) == -1)
		return false;
	page = mmap(NULL, sizeof(*page), PROT_READ | PROT_WRITE, MAP_SHARED,
	    fd, 0);
	if (page == MAP_FAILED)
		return false;
	page->magic = PAGE_MAGIC;
	page->version = PAGE_VERSION;
	page->size = sizeof(*page);
	page_write_system(page, &unsynchronised);
	munmap(page, sizeof(*page));
	return fcntl(fd, F_ADD_SEALS, PAGE_SEALS) != -1;
}

int
page_create(int fds[2])
{
	const unsigned int flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
	char path[32];
	int saved;

	fds[0] = memfd_create("ntpd-page", flags | MFD_NOEXEC_SEAL);
	if (fds[0] == -1 && errno == EINVAL)
		fds[0] = memfd_create("ntpd-page", flags);
	if (fds[0] == -1)
		return -1;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fds[0]);
	if (page_prepare(fds[0]) &&
	    (fds[1] = open(path, O_RDONLY | O_CLOEXEC)) != -1)
		return 0;
	saved = errno;
	close(fds[0]);
	errno = saved;
	return -1;
}

struct page *
page_open_writer(int fd)
{
	struct page *page = page_map(fd, PROT_READ | PROT_WRITE);

	if (page != NULL)
		page_repair(page);
	return page;
}

const struct page *
page_open_reader(int fd)
{
	return page_map(fd, PROT_READ);
}

void
page_write_system(struct page *page, const struct system_variables *variables)
{
	page_store(&page->system_sequence, page->system, variables,
	    WORDS(struct system_variables));
}

void
page_write_association(struct page *page, unsigned int slot,
    const struct association_variables *variables)
{
	if (slot >= ASSOCIATIONS_MAX)
		abort();
	page_store(&page->associations[slot].sequence,
	    page->associations[slot].words, variables,
	    WORDS(struct association_variables));
}

bool
page_read_system(const struct page *page, struct system_variables *copy)
{
	uint32_t words[WORDS(struct system_variables)];
	int tries;

	for (tries = 0; tries < PAGE_TRIES; tries++) {
		if (!page_load(&page->system_sequence, page->system, words,
		    WORDS(struct system_variables)))
			continue;
		memcpy(copy, words, sizeof(*copy));
		return true;
	}
	return false;
}

bool
page_read_association(const struct page *page, unsigned int slot,
    struct association_variables *copy)
{
	uint32_t words[WORDS(struct association_variables)];
	int tries;

	if (slot >= ASSOCIATIONS_MAX)
		abort();
	for (tries = 0; tries < PAGE_TRIES; tries++) {
		if (!page_load(&page->associations[slot].sequence,
		    page->associations[slot].words, words,
		    WORDS(struct association_variables)))
			continue;
		memcpy(copy, words, sizeof(*copy));
		return true;
	}
	return false;
}
