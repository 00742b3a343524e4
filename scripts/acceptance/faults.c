// Preloaded into the real service (LD_PRELOAD) by failures.py, to let the disk and the clock fail on command:
//
//     $FAULTS/errno    while this file is there, writes and syncs of the database's log fail with the number in it
//     $FAULTS/clock    seconds by which the wall clock is wrong
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static long number_in(const char *name, long absent) {
    char path[PATH_MAX], text[32];
    const char *folder = getenv("FAULTS");
    if (!folder) return absent;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    // Past our own functions, so that none of them is asked again.
    int file = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return absent;
    long count = syscall(SYS_read, file, text, sizeof text - 1);
    syscall(SYS_close, file);
    if (count <= 0) return absent;
    text[count] = 0;
    return atol(text);
}

static int fails(int file) {
    long code = number_in("errno", 0);
    if (code == 0) return 0;
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t count = readlink(link, path, sizeof path - 1);
    if (count <= 0) return 0;
    path[count] = 0;
    if (!strstr(path, "homeward.sqlite-wal")) return 0;
    errno = (int)code;
    return 1;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int file, const void *bytes, size_t count) {
    return fails(file) ? -1 : (ssize_t)syscall(SYS_write, file, bytes, count);
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t offset) {
    return fails(file) ? -1 : (ssize_t)syscall(SYS_pwrite64, file, bytes, count, offset);
}

ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t offset) {
    return fails(file) ? -1 : (ssize_t)syscall(SYS_pwrite64, file, bytes, count, offset);
}

int fsync(int file) { return fails(file) ? -1 : (int)syscall(SYS_fsync, file); }

int fdatasync(int file) { return fails(file) ? -1 : (int)syscall(SYS_fdatasync, file); }

int clock_gettime(clockid_t clock, struct timespec *time) {
    int result = REAL(clock_gettime)(clock, time);
    if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) time->tv_sec += number_in("clock", 0);
    return result;
}
