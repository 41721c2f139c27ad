/* common/address: text, sockets, who may be a source, reference ids. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <sys/socket.h>

#include "common/address.h"

static struct address
of(const char *text)
{
	struct address address;

	assert_true(address_from_text(text, &address));
	assert_true(address_valid(&address));
	return address;
}

static void
text_round_trips(void **state)
{
	static const char *const texts[] = { "0.0.0.0", "192.0.2.1",
	    "255.255.255.255", "::", "::1", "2001:db8::1", "fe80::1%2",
	    "fe80::1%4294967295", "::ffff:192.0.2.1",
	    "1234:5678:9abc:def0:1234:5678:9abc:def0%4294967295" };
	char text[ADDRESS_TEXT];
	struct address address;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		address = of(texts[i]);
		assert_int_equal(address.port, 0);
		assert_string_equal(address_to_text(&address, text),
		    texts[i]);
	}
}

static void
what_is_no_numeric_address_is_refused(void **state)
{
	static const char *const texts[] = { "", " ", "1.2.3", "1.2.3.4.5",
	    "256.1.1.1", "1.2.3.4:123", "1.2.3.4%1", "[::1]", "::1%",
	    "fe80::1%eth0", "fe80::1%4294967296", "fe80::1%-1", "fe80::1%1 ",
	    "ntp.example.org", ":", "1:2:3:4:5:6:7:8:9",
	    "11111111111111111111111111111111111111111111111111111::1" };
	struct address address = { .family = 42 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_false(address_from_text(texts[i], &address));
	assert_int_equal(address.family, 42);
}

static void
sockaddr_round_trips(void **state)
{
	static const char *const texts[] = { "192.0.2.1", "2001:db8::1",
	    "fe80::1%7" };
	struct sockaddr_storage storage;
	struct address address, back;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		address = of(texts[i]);
		address.port = 123;
		assert_true(address_to_sockaddr(&address, &storage) > 0);
		assert_true(address_from_sockaddr(&storage, &back));
		assert_true(address_equal(&address, &back));
		assert_memory_equal(&address, &back, sizeof(back));
	}
	memset(&storage, 0, sizeof(storage));
	storage.ss_family = AF_UNIX;
	assert_false(address_from_sockaddr(&storage, &back));
}

static void
only_hosts_may_be_sources(void **state)
{
	static const struct { const char *text; bool unicast, loopback; }
	    rows[] = {
		{ "192.0.2.1", true, false }, { "0.0.0.0", false, false },
		{ "0.1.2.3", false, false }, { "127.0.0.1", true, true },
		{ "127.255.0.1", true, true }, { "224.0.1.1", false, false },
		{ "239.1.1.1", false, false }, { "240.0.0.1", false, false },
		{ "255.255.255.255", false, false },
		{ "223.255.255.255", true, false },
		{ "2001:db8::1", true, false }, { "::", false, false },
		{ "::1", true, true }, { "ff02::101", false, false },
		{ "::ffff:127.0.0.1", false, false },
		{ "::ffff:192.0.2.1", false, false },
		{ "fe80::1%2", true, false },
	};
	struct address address = { 0 };
	size_t i;

	(void)state;
	assert_false(address_is_unicast(&address));
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		address = of(rows[i].text);
		assert_int_equal(address_is_unicast(&address),
		    rows[i].unicast);
		assert_int_equal(address_is_loopback(&address),
		    rows[i].loopback);
	}
}

static void
malformed_values_are_seen(void **state)
{
	struct address address = of("192.0.2.1");

	(void)state;
	address.bytes[4] = 1;
	assert_false(address_valid(&address));
	address = of("192.0.2.1");
	address.scope = 1;
	assert_false(address_valid(&address));
	address = of("2001:db8::1");
	address.reserved = 1;
	assert_false(address_valid(&address));
	address.reserved = 0;
	address.family = 5;
	assert_false(address_valid(&address));
	address.family = 0;
	assert_false(address_valid(&address));
}

static void
equal_means_every_part(void **state)
{
	struct address a = of("fe80::1%2"), b = a;

	(void)state;
	assert_true(address_equal(&a, &b));
	b.port = 123;
	assert_false(address_equal(&a, &b));
	b = of("fe80::1%3");
	assert_false(address_equal(&a, &b));
	b = of("fe80::2%2");
	assert_false(address_equal(&a, &b));
	a = of("1.0.0.0");
	b = of("100::");
	assert_false(address_equal(&a, &b));
}

/* RFC 5905 section 7.3; the MD5 of 15 zero bytes and a 1 by md5sum(1). */
static void
reference_ids(void **state)
{
	struct address address = of("192.0.2.1");

	(void)state;
	assert_int_equal(address_to_refid(&address), 0xc0000201);
	address = of("::1");
	assert_int_equal(address_to_refid(&address), 0xcf404dc8);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_round_trips),
		cmocka_unit_test(what_is_no_numeric_address_is_refused),
		cmocka_unit_test(sockaddr_round_trips),
		cmocka_unit_test(only_hosts_may_be_sources),
		cmocka_unit_test(malformed_values_are_seen),
		cmocka_unit_test(equal_means_every_part),
		cmocka_unit_test(reference_ids),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
