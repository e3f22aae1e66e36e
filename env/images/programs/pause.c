/* The first process of a pod's sandbox: it waits for a signal to end, and collects orphans. */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static void end(int signal) {
  (void)signal;
  _exit(0);
}

static void collect(int signal) {
  (void)signal;
  while (waitpid(-1, 0, WNOHANG) > 0) {
  }
}

int main(void) {
  struct sigaction on_end = {.sa_handler = end}, on_child = {.sa_handler = collect};
  on_child.sa_flags = SA_NOCLDSTOP | SA_RESTART;
  if (sigaction(SIGINT, &on_end, 0) != 0 || sigaction(SIGTERM, &on_end, 0) != 0 ||
      sigaction(SIGCHLD, &on_child, 0) != 0)
    return 1;
  for (;;)
    pause();
}
