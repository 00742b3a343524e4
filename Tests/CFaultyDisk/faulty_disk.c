#include "faulty_disk.h"

#include <pthread.h>
#include <sqlite3.h>
#include <string.h>

static sqlite3_vfs *below;
static sqlite3_vfs layer;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static pthread_mutex_t guard = PTHREAD_MUTEX_INITIALIZER;
static char broken_folder[256];
static int broken_calls, calls_left, broken_code, is_lasting, failures;

typedef struct {
    sqlite3_file base;
    const char *path;
    sqlite3_file *real;
} faulty_file;

#define REAL(file) (((faulty_file *)(file))->real)

// The error that this call returns, SQLITE_OK when it goes through.
static int fault(sqlite3_file *file, int call) {
    const char *path = ((faulty_file *)file)->path;
    int code = SQLITE_OK;
    pthread_mutex_lock(&guard);
    if ((broken_calls & call) && path && strstr(path, broken_folder)) {
        if (calls_left > 0) {
            calls_left--;
        } else if (calls_left == 0) {
            code = broken_code;
            failures++;
            if (!is_lasting) calls_left = -1;
        }
    }
    pthread_mutex_unlock(&guard);
    return code;
}

static int file_close(sqlite3_file *f) { return REAL(f)->pMethods->xClose(REAL(f)); }
static int file_read(sqlite3_file *f, void *to, int count, sqlite3_int64 at) {
    int code = fault(f, FAULTY_READ);
    return code ? code : REAL(f)->pMethods->xRead(REAL(f), to, count, at);
}
static int file_write(sqlite3_file *f, const void *from, int count, sqlite3_int64 at) {
    int code = fault(f, FAULTY_WRITE);
    return code ? code : REAL(f)->pMethods->xWrite(REAL(f), from, count, at);
}
static int file_truncate(sqlite3_file *f, sqlite3_int64 size) {
    int code = fault(f, FAULTY_TRUNCATE);
    return code ? code : REAL(f)->pMethods->xTruncate(REAL(f), size);
}
static int file_sync(sqlite3_file *f, int flags) {
    int code = fault(f, FAULTY_SYNC);
    return code ? code : REAL(f)->pMethods->xSync(REAL(f), flags);
}
static int file_size(sqlite3_file *f, sqlite3_int64 *size) { return REAL(f)->pMethods->xFileSize(REAL(f), size); }
static int file_lock(sqlite3_file *f, int level) { return REAL(f)->pMethods->xLock(REAL(f), level); }
static int file_unlock(sqlite3_file *f, int level) { return REAL(f)->pMethods->xUnlock(REAL(f), level); }
static int file_reserved(sqlite3_file *f, int *out) { return REAL(f)->pMethods->xCheckReservedLock(REAL(f), out); }
static int file_control(sqlite3_file *f, int op, void *arg) { return REAL(f)->pMethods->xFileControl(REAL(f), op, arg); }
static int file_sector(sqlite3_file *f) { return REAL(f)->pMethods->xSectorSize(REAL(f)); }
static int file_traits(sqlite3_file *f) { return REAL(f)->pMethods->xDeviceCharacteristics(REAL(f)); }
static int shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **out) {
    return REAL(f)->pMethods->xShmMap(REAL(f), page, size, extend, out);
}
static int shm_lock(sqlite3_file *f, int offset, int n, int flags) {
    return REAL(f)->pMethods->xShmLock(REAL(f), offset, n, flags);
}
static void shm_barrier(sqlite3_file *f) { REAL(f)->pMethods->xShmBarrier(REAL(f)); }
static int shm_unmap(sqlite3_file *f, int drop) { return REAL(f)->pMethods->xShmUnmap(REAL(f), drop); }

static const sqlite3_io_methods methods = {
    2,           file_close,   file_read,     file_write,   file_truncate, file_sync, file_size,
    file_lock,   file_unlock,  file_reserved, file_control, file_sector,   file_traits,
    shm_map,     shm_lock,     shm_barrier,   shm_unmap,    0,             0,
};

static int vfs_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *f, int flags, int *out) {
    faulty_file *file = (faulty_file *)f;
    file->path = path;  // SQLite keeps it until the file is closed.
    file->real = (sqlite3_file *)(file + 1);
    int code = below->xOpen(below, path, file->real, flags, out);
    file->base.pMethods = file->real->pMethods ? &methods : 0;
    return code;
}

static void install(void) {
    below = sqlite3_vfs_find(0);
    layer = *below;
    layer.zName = "faulty";
    layer.szOsFile = (int)sizeof(faulty_file) + below->szOsFile;
    layer.pNext = 0;
    layer.xOpen = vfs_open;
    sqlite3_vfs_register(&layer, 1);
}

void faulty_disk_install(void) { pthread_once(&once, install); }

void faulty_disk_break(const char *folder, int calls, int after, int code, int lasting) {
    pthread_mutex_lock(&guard);
    strncpy(broken_folder, folder, sizeof broken_folder - 1);
    broken_calls = calls;
    calls_left = after;
    broken_code = code;
    is_lasting = lasting;
    failures = 0;
    pthread_mutex_unlock(&guard);
}

int faulty_disk_mend(void) {
    pthread_mutex_lock(&guard);
    broken_calls = 0;
    int count = failures;
    pthread_mutex_unlock(&guard);
    return count;
}
