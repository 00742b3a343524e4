// System calls of Linux that the Glibc module does not show.
#include <sys/epoll.h>
#include <sys/eventfd.h>
