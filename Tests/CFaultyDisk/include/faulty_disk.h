// A disk that fails when told to: wraps SQLite's own file layer and returns an error from a chosen call on.
#pragma once

// Which calls may fail.
enum faulty_call { FAULTY_WRITE = 1, FAULTY_SYNC = 2, FAULTY_READ = 4, FAULTY_TRUNCATE = 8 };

// Puts the layer in front of every database opened from now on. Calls after the first do nothing.
void faulty_disk_install(void);

// Files whose path contains `folder`: the calls among `calls` number `after` (from 0) and, if `lasting`, all later ones
// return `code`. One folder at a time.
void faulty_disk_break(const char *folder, int calls, int after, int code, int lasting);

// Ends the fault and says how many calls returned the error.
int faulty_disk_mend(void);
