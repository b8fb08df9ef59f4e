// Loaded into a part so that its flushes to disk can fail or take long while those of all others do not. The file that CHAOS_DISK names
// holds two numbers of 64 bits: what to do (0 nothing, -1 fail with EIO, else wait so many microseconds first), and how often it failed.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static volatile long long *order;

__attribute__((constructor)) static void find(void)
{
    const char *path = getenv("CHAOS_DISK");
    int file = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (file >= 0) {
        void *page = mmap(NULL, 2 * sizeof(long long), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        order = page == MAP_FAILED ? NULL : page;
        close(file);
    }
}

static int obey(void)
{
    long long what = order ? order[0] : 0;
    if (what < 0) {
        __sync_fetch_and_add(&order[1], 1);
        errno = EIO;
        return -1;
    }
    if (what > 0)
        usleep((useconds_t)what);
    return 0;
}

int fsync(int file)
{
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    return obey() ? -1 : real(file);
}

int fdatasync(int file)
{
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    return obey() ? -1 : real(file);
}
