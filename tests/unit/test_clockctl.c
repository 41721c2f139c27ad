/*
 * ntpd-clockctl as a process, in its real sandbox, with the test as parent and
 * as net; its clock is the virtual one, and so can never be the machine's.
 * argv: ntpd-clockctl, ntpd-observe, ntpd-clockctl-record.
 */
#include "tests/unit/role_process.h"

#include <sys/socket.h>
#include <sys/wait.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/channel.h"
#include "common/clock_message.h"
#include "common/localclock.h"
#include "common/ntp_time.h"

static const char *const *programs;

struct clockctl {
	struct role_process process;
	int		parent, net;
	uint32_t	id, step_epoch;
	unsigned int	events[EVENT_MAX];
};

static const struct msg_limits limits = {
	.header = { MSG_LIMITS, sizeof(limits), 5 }, .stepout_s = 300,
	.panic_ns = 1000 * NS_PER_S, .step_forward_ns = 128 * NS_PER_MS,
	.step_back_ns = 128 * NS_PER_MS, .floor_s = 0,
	.ceiling_s = 7000000000,
};

union message {
	struct message_header header;
	struct msg_state state;
	struct msg_applied applied;
	_Alignas(max_align_t) unsigned char bytes[MESSAGE_SIZE_MAX];
};

/* The next message of the type; others are looked at on the way. */
static void
expect(struct clockctl *clockctl, int fd, uint16_t type, union message *message)
{
	for (int i = 0; i < 1000; i++) {
		if (role_process_receive(fd, message, sizeof(*message)) == 0)
			fail_msg("no message 0x%x, ended %d, %s",
			    (unsigned int)type,
			    role_process_wait(&clockctl->process),
			    clockctl->process.text);
		if (message->header.type == MSG_STATE) {
			assert_true(clock_state_valid(message));
			clockctl->events[message->state.event]++;
		}
		if (message->header.type == MSG_APPLIED) {
			assert_true(clock_applied_valid(message));
			clockctl->step_epoch = message->applied.step_epoch;
		}
		if (message->header.type == type)
			return;
	}
	fail_msg("too many messages");
}

static void
send_newnet(struct clockctl *clockctl, uint32_t epoch)
{
	const struct msg_newnet newnet = {
		.header = { MSG_NEWNET, sizeof(newnet), epoch }
	};

	assert_true(channel_say(clockctl->parent, &newnet));
}

/* PONG comes after all that was caused before it. */
static void
ping(struct clockctl *clockctl)
{
	const struct msg_clock_signal message = {
		.header = { MSG_PING, sizeof(message), ++clockctl->id }
	};
	union message reply;

	assert_true(channel_say(clockctl->parent, &message));
	expect(clockctl, clockctl->parent, MSG_PONG, &reply);
	assert_int_equal(reply.header.id, clockctl->id);
}

static void
start(struct clockctl *clockctl, const char *path)
{
	union message message;
	int parent[2], net[2];

	memset(clockctl, 0, sizeof(*clockctl));
	role_process_channel(parent);
	role_process_channel(net);
	role_process_start(&clockctl->process, path,
	    (const int[]){ parent[1], net[1] }, 2, NULL);
	clockctl->parent = parent[0];
	clockctl->net = net[0];
	expect(clockctl, clockctl->parent, MSG_CLOCK_READY, &message);
	assert_true(channel_say(clockctl->parent, &limits));
	expect(clockctl, clockctl->parent, MSG_LIMITS_ACK, &message);
	assert_int_equal(message.header.id, 5);
	send_newnet(clockctl, 1);
	ping(clockctl);
}

static void
stop(struct clockctl *clockctl)
{
	close(clockctl->parent);
	assert_int_equal(role_process_wait(&clockctl->process), 0);
	role_process_end(&clockctl->process);
	close(clockctl->net);
}

static struct msg_sample
make_sample(struct clockctl *clockctl, int64_t ahead_ns)
{
	struct clock_pair now;

	localclock_pair(&now);
	return (struct msg_sample){
		.header = { MSG_SAMPLE, sizeof(struct msg_sample),
		    ++clockctl->id },
		.net_epoch = 1, .step_epoch = clockctl->step_epoch,
		.survivors = 1, .stratum = 1, .poll_s = 64,
		.axis_ns = now.axis_ns, .suspended_ns = now.suspended_ns,
		.offset_ns = now.real_ns - now.axis_ns + ahead_ns,
		.offset_sd_ns = 1000, .frequency_sd_ppt = 1000000000,
	};
}

/* What a sample gets for an answer. */
static struct msg_applied
apply(struct clockctl *clockctl, int64_t ahead_ns)
{
	struct msg_sample sample = make_sample(clockctl, ahead_ns);
	union message message;

	assert_true(channel_say(clockctl->net, &sample));
	do {
		expect(clockctl, clockctl->net, MSG_APPLIED, &message);
	} while (message.header.id != sample.header.id);
	return message.applied;
}

static void
a_sample_moves_the_virtual_clock(void **state)
{
	struct clockctl clockctl;
	struct msg_applied applied;

	(void)state;
	start(&clockctl, programs[1]);
	applied = apply(&clockctl, 300 * NS_PER_MS);
	assert_int_equal(applied.status, CLOCK_STEPPED);
	assert_true(llabs(applied.virtual_ns - 300 * NS_PER_MS) < NS_PER_MS);
	applied = apply(&clockctl, 310 * NS_PER_MS);
	assert_int_equal(applied.status, CLOCK_SLEWING);
	assert_true(llabs(applied.remaining_ns - 10 * NS_PER_MS) < NS_PER_MS);
	ping(&clockctl);
	assert_int_equal(clockctl.events[EVENT_STEPPED], 1);
	stop(&clockctl);
}

/* Something that no net may send; false when there is no such any more. */
static bool
send_invalid(struct clockctl *clockctl, int kind)
{
	struct msg_sample sample = make_sample(clockctl, 0);
	struct msg_clock_signal signal = {
		.header = { MSG_PING, sizeof(signal), 1 }
	};
	unsigned char long_one[2 * MESSAGE_SIZE_MAX] = { 0 };
	int fd = clockctl->net;

	switch (kind) {
	case 0:
		return send(fd, &sample, 1, 0) == 1;
	case 1:
		return send(fd, &sample, sizeof(sample) - 1, 0) > 0;
	case 2:
		memcpy(long_one, &sample, sizeof(sample));
		return send(fd, long_one, sizeof(sample) + 8, 0) > 0;
	case 3:
		memcpy(long_one, &sample, sizeof(sample));
		return send(fd, long_one, sizeof(long_one), 0) > 0;
	case 4:
		sample.header.type = MSG_LIMITS;
		break;
	case 5:
		sample.header.size = sizeof(sample) - 8;
		return send(fd, &sample, sizeof(sample), 0) > 0;
	case 6:
		return channel_send(fd, &sample, 0);	/* a descriptor */
	case 7:
		return channel_say(fd, &signal);	/* the parent's */
	case 8:
		sample.offset_ns = INT64_MIN;
		break;
	case 9:
		sample.frequency_ppt = INT64_MAX;
		break;
	case 10:
		sample.net_epoch = 0;
		break;
	case 11:
		sample.leap = 3;
		break;
	case 12:
		return channel_say(fd, &limits);
	default:
		return false;
	}
	return channel_say(fd, &sample);
}

static void
what_an_old_net_left_is_not_the_new_one_s(void **state)
{
	static const char garbage[8] = "garbage";
	struct clockctl clockctl;
	int most = 1 << 24, left = 0;
	int pid, status;

	(void)state;
	start(&clockctl, programs[1]);
	pid = clockctl.process.pid;
	assert_int_equal(kill(pid, SIGSTOP), 0);
	/* not stopped before it is: a poll that is under way may still see
	 * the first of what follows */
	assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
	assert_true(WIFSTOPPED(status));
	/* as much as the kernel lets it */
	assert_int_equal(setsockopt(clockctl.net, SOL_SOCKET, SO_SNDBUF, &most,
	    sizeof(most)), 0);
	while (send(clockctl.net, garbage, left % 2 ? sizeof(garbage) : 0,
	    MSG_DONTWAIT) >= 0)
		left++;
	assert_true(left > 100);
	send_newnet(&clockctl, 1);
	assert_int_equal(kill(pid, SIGCONT), 0);
	ping(&clockctl);
	assert_int_equal(clockctl.events[EVENT_NET_INVALID], 0);
	assert_int_equal(apply(&clockctl, 0).status, CLOCK_IDLE);
	stop(&clockctl);
}

static void
what_is_invalid_silences_net_until_a_new_one(void **state)
{
	struct clockctl clockctl;
	struct msg_sample sample;
	union message message;
	int kind;

	(void)state;
	start(&clockctl, programs[1]);
	for (kind = 0; send_invalid(&clockctl, kind); kind++) {
		expect(&clockctl, clockctl.parent, MSG_STATE, &message);
		while (message.state.event != EVENT_NET_INVALID)
			expect(&clockctl, clockctl.parent, MSG_STATE,
			    &message);
		/* a good sample after it is not heard */
		sample = make_sample(&clockctl, 0);
		assert_true(channel_say(clockctl.net, &sample));
		ping(&clockctl);
		ping(&clockctl);
		while (recv(clockctl.net, &message, sizeof(message),
		    MSG_DONTWAIT) > 0)
			assert_int_not_equal(message.header.id,
			    sample.header.id);
		send_newnet(&clockctl, 1);
		ping(&clockctl);
		assert_true(apply(&clockctl, 0).status <= CLOCK_SLEWING);
	}
	assert_int_equal(kind, 13);
	assert_int_equal(clockctl.events[EVENT_NET_INVALID], 13);
	stop(&clockctl);
}

/* As fast as it goes: eight a second are handled, the newest counts. */
static void
a_flood_is_throttled(void **state)
{
	struct clockctl clockctl;
	struct msg_sample sample;
	union message message;
	struct timespec begin, end;
	unsigned int handled = 0, sent = 0;
	uint32_t last = 0;
	double seconds = 0;

	(void)state;
	start(&clockctl, programs[1]);
	clock_gettime(CLOCK_MONOTONIC, &begin);
	while (seconds < 2) {
		sample = make_sample(&clockctl, 0);
		sent += channel_say(clockctl.net, &sample);
		while (recv(clockctl.net, &message, sizeof(message),
		    MSG_DONTWAIT) > 0)
			if (message.header.id != 0) {
				assert_true(message.header.id > last);
				last = message.header.id;
				handled++;
			}
		clock_gettime(CLOCK_MONOTONIC, &end);
		seconds = (double)(end.tv_sec - begin.tv_sec) +
		    (double)(end.tv_nsec - begin.tv_nsec) / 1e9;
	}
	assert_true(sent > 100);
	assert_true(handled <= 8 * seconds + 2);
	assert_true(handled > 0);
	ping(&clockctl);
	stop(&clockctl);
}

static void
it_starts_only_as_a_child_with_the_right(void **state)
{
	struct role_process process;
	const char *const word[] = { "observe", NULL };
	int parent[2], net[2];

	(void)state;
	for (int i = 0; i < 2; i++) {
		role_process_channel(parent);
		role_process_channel(net);
		role_process_start(&process, programs[0],
		    (const int[]){ parent[1], net[1] }, 2,
		    i == 0 ? word : NULL);
		assert_int_equal(role_process_wait(&process), i == 0 ? 2 : 3);
		role_process_end(&process);
		close(parent[0]);
		close(net[0]);
	}
}

/* The parent is believed, but it has to speak the language. */
static void
an_invalid_parent_is_the_end(void **state)
{
	struct clockctl clockctl;
	struct msg_limits bad = limits;

	(void)state;
	start(&clockctl, programs[1]);
	bad.reserved = 1;
	assert_true(channel_say(clockctl.parent, &bad));
	assert_int_equal(role_process_wait(&clockctl.process), 0);
	role_process_end(&clockctl.process);
	close(clockctl.parent);
	close(clockctl.net);
}

/* What reaches the kernel of the test build is written down. */
static void
calls_are_recorded(void **state)
{
	char path[] = "/tmp/clockctl-spy-XXXXXX", line[256], call[32];
	struct clockctl clockctl;
	unsigned int modes, lines = 0, steps = 0;
	double when, step, slew, frequency;
	FILE *spy;
	int fd;

	(void)state;
	fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(fchmod(fd, 0666), 0);
	assert_int_equal(setenv("NTPA_SPY", path, 1), 0);
	start(&clockctl, programs[2]);
	assert_int_equal(apply(&clockctl, -700 * NS_PER_MS).status,
	    CLOCK_STEPPED);
	stop(&clockctl);
	spy = fdopen(fd, "r");
	assert_non_null(spy);
	while (fgets(line, sizeof(line), spy) != NULL) {
		assert_int_equal(sscanf(line, "%lf %31s %x %lf %lf %lf",
		    &when, call, &modes, &step, &slew, &frequency), 6);
		lines++;
		if (modes & 0x100 && strcmp(call, "clock_adjtime") == 0) {
			assert_true(step < -0.69 && step > -0.71);
			steps++;
		}
	}
	/* two at the start, the step, the end */
	assert_int_equal(lines, 4);
	assert_int_equal(steps, 1);
	(void)fclose(spy);
	(void)unlink(path);
}

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sample_moves_the_virtual_clock),
		cmocka_unit_test(what_an_old_net_left_is_not_the_new_one_s),
		cmocka_unit_test(what_is_invalid_silences_net_until_a_new_one),
		cmocka_unit_test(a_flood_is_throttled),
		cmocka_unit_test(it_starts_only_as_a_child_with_the_right),
		cmocka_unit_test(an_invalid_parent_is_the_end),
		cmocka_unit_test(calls_are_recorded),
	};

	if (argc != 4)
		return 2;
	programs = (const char *const *)argv + 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
