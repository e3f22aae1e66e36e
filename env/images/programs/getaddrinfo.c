/* Asks the getaddrinfo of the libc it is built with for one name, and prints what it said as one line
 * of JSON. Usage: getaddrinfo NAME [0|4|6]. The exit status is 0 whatever the answer was. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

static const char *code_of(int error) {
  switch (error) {
  case EAI_NONAME:
    return "EAI_NONAME";
#ifdef EAI_NODATA
  case EAI_NODATA:
    return "EAI_NODATA";
#endif
  case EAI_AGAIN:
    return "EAI_AGAIN";
  case EAI_FAIL:
    return "EAI_FAIL";
  case EAI_MEMORY:
    return "EAI_MEMORY";
  case EAI_SYSTEM:
    return "EAI_SYSTEM";
  default:
    return "EAI_OTHER";
  }
}

static double milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

int main(int count, char **words) {
  if (count < 2) {
    fprintf(stderr, "usage: getaddrinfo NAME [0|4|6]\n");
    return 64;
  }
  const char *family = count > 2 ? words[2] : "0";
  struct addrinfo wanted, *found = NULL;
  memset(&wanted, 0, sizeof wanted);
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_family = family[0] == '4' ? AF_INET : family[0] == '6' ? AF_INET6 : AF_UNSPEC;
  double began = milliseconds();
  int error = getaddrinfo(words[1], NULL, &wanted, &found);
  printf("{\"elapsedMs\":%.1f", milliseconds() - began);
  if (error != 0)
    printf(",\"code\":\"%s\"", code_of(error));
  printf(",\"addresses\":[");
  for (struct addrinfo *next = found; next != NULL; next = next->ai_next) {
    char text[INET6_ADDRSTRLEN] = "";
    const void *address = next->ai_family == AF_INET6
                              ? (const void *)&((struct sockaddr_in6 *)next->ai_addr)->sin6_addr
                              : (const void *)&((struct sockaddr_in *)next->ai_addr)->sin_addr;
    inet_ntop(next->ai_family, address, text, sizeof text);
    printf("%s\"%s\"", next == found ? "" : ",", text);
  }
  printf("]}\n");
  return 0;
}
