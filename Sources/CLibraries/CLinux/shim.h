#pragma once
/* No _GNU_SOURCE: with it the C library's own types have other members than in the modules of the
   toolchain, and a program that sees both does not compile. */
#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/memfd.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sched.h>
#include <net/if.h>
#include <spawn.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

/* A TUN device of this name in the calling thread's network namespace: its packets, without a header
   of their own. -1 and errno when the kernel refuses. The union and the request are macros. */
static inline int shim_open_tun(const char *name) {
    int descriptor = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (descriptor < 0) return -1;
    struct ifreq request;
    memset(&request, 0, sizeof request);
    request.ifr_flags = IFF_TUN | IFF_NO_PI;
    strncpy(request.ifr_name, name, IFNAMSIZ - 1);
    if (ioctl(descriptor, TUNSETIFF, &request) < 0) {
        close(descriptor);
        return -1;
    }
    return descriptor;
}

/* Gives the calling thread a network namespace of its own: -1 and errno when the kernel refuses. */
static inline int shim_unshare_network(void) {
    return (int)syscall(SYS_unshare, CLONE_NEWNET);
}

/* Moves the calling thread into a network namespace: -1 and errno when the kernel refuses. */
static inline int shim_enter_network(int descriptor) {
    return (int)syscall(SYS_setns, descriptor, CLONE_NEWNET);
}

/* No core file of this process, and no look into its memory by others of the same user: -1 and errno
   when the kernel refuses. */
static inline int shim_forbid_dumps(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

/* Closes all descriptors from this one on in a program that is about to start. */
static inline int shim_close_from(posix_spawn_file_actions_t *actions, int first) {
    return posix_spawn_file_actions_addclosefrom_np(actions, first);
}

/* A file in memory that is gone with its last descriptor; -1 and errno when the kernel refuses. */
static inline int shim_memory_file(const char *name) {
    return (int)syscall(SYS_memfd_create, name, MFD_CLOEXEC);
}

/* The user at the other end of a connected socket of the Unix domain; -1 and errno when the kernel does not
   tell. It is struct ucred of unix(7), which needs _GNU_SOURCE. */
static inline long shim_peer_user(int descriptor) {
    struct {
        pid_t pid;
        uid_t uid;
        gid_t gid;
    } peer;
    socklen_t size = sizeof peer;
    if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0) return -1;
    return (long)peer.uid;
}
