// System calls of Linux that the Glibc module does not show.
#define _GNU_SOURCE
#include <sched.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

// accept4 takes a union that Swift cannot pass. The new socket does not block and is not inherited.
static inline int linux_accept(int listener, struct sockaddr_storage *address) {
    socklen_t length = sizeof *address;
    return accept4(listener, (struct sockaddr *)address, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}
