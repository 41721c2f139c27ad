/*
 * net/resolver: what comes out of getaddrinfo(3) as a message, and the real
 * process over socketpairs, asked for names that /etc/hosts has.
 */
#include "net/resolver/lookup.h"

#include <linux/landlock.h>

#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/conf_message.h"
#include "net/resolver/profile.h"
#include "tests/unit/role_process.h"

static const char *program;

/* A list as getaddrinfo makes it, of n IPv4 addresses 192.0.2.(i % modulus) */
struct list {
	struct addrinfo	items[40];
	struct sockaddr_in names[40];
};

static void
list_make(struct list *list, size_t n, size_t modulus)
{
	size_t i;

	memset(list, 0, sizeof(*list));
	for (i = 0; i < n; i++) {
		list->names[i].sin_family = AF_INET;
		list->names[i].sin_port = htons(7);
		list->names[i].sin_addr.s_addr =
		    htonl(0xc0000200U + (uint32_t)(i % modulus));
		list->items[i].ai_family = AF_INET;
		list->items[i].ai_addr = (struct sockaddr *)&list->names[i];
		list->items[i].ai_addrlen = sizeof(list->names[i]);
		if (i > 0)
			list->items[i - 1].ai_next = &list->items[i];
	}
}

static void
addresses_keep_their_order_without_duplicates(void **state)
{
	struct msg_resolved reply;
	struct list list;
	uint8_t i;

	(void)state;
	list_make(&list, 40, 5);
	lookup_reply(9, 0, list.items, &reply);
	assert_true(resolve_reply_valid(&reply));
	assert_int_equal(reply.header.id, 9);
	assert_int_equal(reply.status, RESOLVE_OK);
	assert_int_equal(reply.count, 5);
	for (i = 0; i < 5; i++) {
		assert_int_equal(reply.addresses[i].bytes[3], i);
		assert_int_equal(reply.addresses[i].port, 0);
	}
}

static void
more_addresses_than_fit_are_cut(void **state)
{
	struct msg_resolved reply;
	struct list list;

	(void)state;
	list_make(&list, 40, 40);
	lookup_reply(1, 0, list.items, &reply);
	assert_true(resolve_reply_valid(&reply));
	assert_int_equal(reply.count, RESOLVE_ADDRESSES_MAX);
	assert_int_equal(reply.addresses[15].bytes[3], 15);
}

static void
what_is_not_ip_is_left_out(void **state)
{
	struct msg_resolved reply;
	struct list list;

	(void)state;
	list_make(&list, 2, 2);
	list.names[0].sin_family = AF_UNIX;
	list.items[1].ai_addrlen = 4096;
	lookup_reply(1, 0, list.items, &reply);
	assert_true(resolve_reply_valid(&reply));
	assert_int_equal(reply.status, RESOLVE_NONE);
}

static void
errors_say_for_good_or_for_now(void **state)
{
	static const struct { int error; uint8_t status; } table[] = {
		{ EAI_NONAME, RESOLVE_NONE }, { EAI_NODATA, RESOLVE_NONE },
		{ EAI_ADDRFAMILY, RESOLVE_NONE }, { EAI_AGAIN, RESOLVE_AGAIN },
		{ EAI_FAIL, RESOLVE_AGAIN }, { EAI_MEMORY, RESOLVE_AGAIN },
		{ EAI_SYSTEM, RESOLVE_AGAIN }, { -4711, RESOLVE_AGAIN },
	};
	struct msg_resolved reply;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		lookup_reply(3, table[i].error, NULL, &reply);
		assert_true(resolve_reply_valid(&reply));
		assert_int_equal(reply.status, table[i].status);
		assert_int_equal(reply.count, 0);
	}
}

static bool
opens(const char *directory)
{
	int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* What /etc/resolv.conf points to may be made long after the fence. */
static void
all_of_run_is_inside_the_fence_and_proc_is_not(void **state)
{
	bool landlock = syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION) > 0;
	int status;
	pid_t pid;

	(void)state;
	pid = fork();
	if (pid == 0) {
		if (!profile_fence())
			_exit(1);
		if (!opens("/run") || !opens("/etc"))
			_exit(2);
		_exit(opens("/proc") == landlock ? 3 : 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* The process: parent and net are the test's ends of its channels. */
struct resolver {
	struct role_process process;
	int		parent;
	int		net;
};

static void
resolver_start(struct resolver *resolver)
{
	struct msg_conf_signal ready;
	int parent[2], net[2];

	role_process_channel(parent);
	role_process_channel(net);
	role_process_start(&resolver->process, program,
	    (const int[]){ parent[1], net[1] }, 2, NULL);
	resolver->parent = parent[0];
	resolver->net = net[0];
	assert_int_equal(role_process_receive(parent[0], &ready,
	    sizeof(ready)), sizeof(ready));
	assert_int_equal(ready.header.type, MSG_READY);
}

static void
resolver_ask(const struct resolver *resolver, uint32_t id, const char *name,
    uint8_t family)
{
	struct msg_resolve request = { .header = { MSG_RESOLVE,
		sizeof(request), id }, .family = family };

	(void)snprintf(request.name, sizeof(request.name), "%s", name);
	assert_int_equal(send(resolver->net, &request, sizeof(request),
	    MSG_NOSIGNAL), sizeof(request));
}

static void
resolver_answer(const struct resolver *resolver, struct msg_resolved *reply)
{
	assert_int_equal(role_process_receive(resolver->net, reply,
	    sizeof(*reply)), sizeof(*reply));
	assert_int_equal(reply->header.type, MSG_RESOLVED);
	assert_int_equal(reply->header.size, sizeof(*reply));
	assert_true(resolve_reply_valid(reply));
}

static void
a_name_of_the_hosts_file_is_resolved_in_the_sandbox(void **state)
{
	struct resolver resolver;
	struct msg_resolved reply;

	(void)state;
	resolver_start(&resolver);
	resolver_ask(&resolver, 17, "localhost", 4);
	resolver_answer(&resolver, &reply);
	assert_int_equal(reply.header.id, 17);
	assert_int_equal(reply.status, RESOLVE_OK);
	assert_int_equal(reply.addresses[0].family, 4);
	assert_int_equal(reply.addresses[0].bytes[0], 127);
	role_process_end(&resolver.process);
	close(resolver.parent);
	close(resolver.net);
}

static void
many_requests_are_all_answered(void **state)
{
	struct resolver resolver;
	struct msg_resolved reply;
	uint32_t id, seen = 0;

	(void)state;
	resolver_start(&resolver);
	for (id = 0; id < 30; id++)
		resolver_ask(&resolver, id, "localhost", 0);
	for (id = 0; id < 30; id++) {
		resolver_answer(&resolver, &reply);
		assert_int_equal(reply.status, RESOLVE_OK);
		assert_in_range(reply.header.id, 0, 29);
		seen |= UINT32_C(1) << reply.header.id;
	}
	assert_int_equal(seen, (UINT32_C(1) << 30) - 1);
	role_process_end(&resolver.process);
	close(resolver.parent);
	close(resolver.net);
}

static void
the_parent_is_answered_and_its_end_ends_it(void **state)
{
	struct msg_conf_begin begin = { .header = { MSG_CONF_BEGIN,
		sizeof(begin), 5 } };
	struct msg_conf_signal signal = { .header = { MSG_CONF_END,
		sizeof(signal), 5 } };
	struct resolver resolver;

	(void)state;
	resolver_start(&resolver);
	assert_int_equal(send(resolver.parent, &begin, sizeof(begin), 0),
	    sizeof(begin));
	assert_int_equal(send(resolver.parent, &signal, sizeof(signal), 0),
	    sizeof(signal));
	assert_int_equal(role_process_receive(resolver.parent, &signal,
	    sizeof(signal)), sizeof(signal));
	assert_int_equal(signal.header.type, MSG_CONF_ACK);
	assert_int_equal(signal.header.id, 5);
	signal.header.type = MSG_CONF_PING;
	signal.header.id = 77;
	assert_int_equal(send(resolver.parent, &signal, sizeof(signal), 0),
	    sizeof(signal));
	assert_int_equal(role_process_receive(resolver.parent, &signal,
	    sizeof(signal)), sizeof(signal));
	assert_int_equal(signal.header.type, MSG_ALIVE);
	assert_int_equal(signal.header.id, 77);
	close(resolver.parent);
	assert_int_equal(role_process_wait(&resolver.process), 0);
	role_process_end(&resolver.process);
	close(resolver.net);
}

/* By a worker of its own, so that it hears of neither net's nor nothing. */
static void
the_parent_may_ask_for_names_too(void **state)
{
	struct resolver resolver, of_parent;
	struct msg_resolved reply;
	uint32_t id;

	(void)state;
	resolver_start(&resolver);
	of_parent = resolver;
	of_parent.net = resolver.parent;
	for (id = 1; id <= 30; id++) {
		resolver_ask(&of_parent, 1000 + id, "localhost", 4);
		resolver_ask(&resolver, id, "localhost", 4);
		resolver_answer(&of_parent, &reply);
		assert_int_equal(reply.header.id, 1000 + id);
		assert_int_equal(reply.addresses[0].bytes[0], 127);
		resolver_answer(&resolver, &reply);
		assert_int_equal(reply.header.id, id);
	}
	close(resolver.parent);
	assert_int_equal(role_process_wait(&resolver.process), 0);
	role_process_end(&resolver.process);
	close(resolver.net);
}

static void
a_malformed_request_ends_it_with_an_error(void **state)
{
	struct msg_resolve request = { .header = { MSG_RESOLVE,
		sizeof(request), 1 }, .family = 5 };
	struct resolver resolver;

	(void)state;
	resolver_start(&resolver);
	memset(request.name, 'a', sizeof(request.name));
	assert_int_equal(send(resolver.net, &request, sizeof(request), 0),
	    sizeof(request));
	assert_int_equal(role_process_wait(&resolver.process), 1);
	role_process_end(&resolver.process);
	close(resolver.parent);
	close(resolver.net);
}

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_keep_their_order_without_duplicates),
		cmocka_unit_test(more_addresses_than_fit_are_cut),
		cmocka_unit_test(what_is_not_ip_is_left_out),
		cmocka_unit_test(errors_say_for_good_or_for_now),
		cmocka_unit_test(
		    all_of_run_is_inside_the_fence_and_proc_is_not),
		cmocka_unit_test(
		    a_name_of_the_hosts_file_is_resolved_in_the_sandbox),
		cmocka_unit_test(many_requests_are_all_answered),
		cmocka_unit_test(the_parent_is_answered_and_its_end_ends_it),
		cmocka_unit_test(the_parent_may_ask_for_names_too),
		cmocka_unit_test(a_malformed_request_ends_it_with_an_error),
	};

	if (argc != 2)
		return 2;
	program = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
