/*
 * ntpd-clockctl: the one process that may move the clock.
 */
#include "clockctl/service.h"

int
main(int argc, char *argv[])
{
	const struct service_program program = {
		&kernel_backend, &kernel_profile, kernel_permitted
	};

	return service_run(argc, argv, &program, NULL);
}
