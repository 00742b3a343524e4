// System calls of Linux that the Glibc module does not show. No feature macro is set here: it would give the C
// library's types another shape than other modules see.
#pragma once
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

// Accepts one connection; the new socket does not block and is not inherited.
static inline int linux_accept(int listener, struct sockaddr_storage *address) {
    socklen_t length = sizeof *address;
    return (int)syscall(SYS_accept4, listener, address, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

// Cores that this process may use, of the first 4,096; 0 when the kernel does not say.
static inline int linux_usable_cores(void) {
    unsigned long mask[64] = {0};
    long bytes = syscall(SYS_sched_getaffinity, 0, sizeof mask, mask);
    int count = 0;
    for (long index = 0; index < bytes / (long)sizeof mask[0]; index++) count += __builtin_popcountl(mask[index]);
    return count;
}
