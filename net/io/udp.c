typedef int udp_placeholder;
