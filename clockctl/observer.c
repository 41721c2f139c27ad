/*
 * ntpd-observe: takes ntpd-clockctl's place with --observe, and where there is
 * no right to set the clock. The same policy and steering on a virtual clock;
 * it has no right and no call that could move the real one.
 */
#include "clockctl/observe.h"
#include "clockctl/service.h"

int
main(int argc, char *argv[])
{
	const struct service_program program = {
		&observe_backend, &observe_profile, NULL
	};
	struct observe observe = { 0 };

	return service_run(argc, argv, &program, &observe);
}
