/*
 * ntpd-serve: answers whoever asks for the time. The process that strangers
 * reach, and so the one that has least: no capability, no file, no name, no
 * channel to the clock or to net, whose page it can only read.
 */
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/channel.h"
#include "common/conf_message.h"
#include "common/log.h"
#include "common/loop.h"
#include "common/page.h"
#include "common/role.h"
#include "net/serve/configure.h"
#include "net/serve/profile.h"
#include "net/serve/worker.h"

struct serve {
	struct loop	loop;
	struct worker	worker;
	struct configure configure;
};

static void
serve_parent(void *context, int fd, short revents)
{
	struct serve *serve = context;

	(void)fd;
	(void)revents;
	if (!configure_receive(&serve->configure))
		serve->loop.stop = true;
}

/*
 * Before the lock-down: mapping is not a call that serve needs afterwards. The
 * descriptor goes with what else is beyond the profile's.
 */
static const struct page *
serve_page(void)
{
	const struct page *page = page_open_reader(ROLE_FD_SERVE_PAGE);

	if (page == NULL)
		log_fatal("the page of net cannot be read: %m");
	return page;
}

/*
 * Before the lock-down too. What nobody needs of it is never touched, so it
 * costs address space only.
 */
static struct gate_memory *
serve_memory(void)
{
	struct gate_memory *memory = calloc(1, sizeof(*memory));

	if (memory == NULL)
		log_fatal("no memory for the clients: %m");
	return memory;
}

int
main(int argc, char *argv[])
{
	const struct msg_conf_signal ready = {
		.header = { MSG_READY, sizeof(ready), 0 }
	};
	struct role_arguments arguments;
	struct gate_memory *memory;
	const struct page *page;
	const char *failed;
	struct serve serve;
	uint64_t key[2];

	if (!role_parse(argc, argv, &arguments))
		return 2;
	log_init("serve", (enum log_target)arguments.log_target,
	    (int)arguments.debug);
	page = serve_page();
	memory = serve_memory();
	if (getentropy(key, sizeof(key)) == -1)
		log_fatal("no randomness: %m");
	if (!sandbox_enter(&serve_profile, &arguments.identity, &failed))
		log_fatal("lock-down failed: %s: %m", failed);

	loop_init(&serve.loop);
	worker_init(&serve.worker, page, memory, key);
	configure_init(&serve.configure, ROLE_FD_PARENT, &serve.loop,
	    &serve.worker, memory);
	(void)loop_add(&serve.loop, ROLE_FD_PARENT, POLLIN, serve_parent,
	    &serve);
	if (!channel_send(ROLE_FD_PARENT, &ready, -1))
		return 1;
	while (!serve.loop.stop)
		loop_turn(&serve.loop, -1);
	tally_summary(&serve.worker.tally);
	return serve.configure.broken ? 1 : 0;
}
