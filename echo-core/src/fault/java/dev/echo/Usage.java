package dev.echo;

import dev.echo.testing.NoLeaks;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What this JVM holds when it has nothing to do: bytes, threads of the library, sockets and the like. */
record Usage(long heap, long direct, int threads, long descriptors) {

  /** Far more than chance, and far less than a thousand of anything that leaks. */
  private static final long MEMORY_MARGIN = 4 << 20;

  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

  static Usage now() throws IOException {
    return new Usage(
        heapAfterCollection(), directMemory(), NoLeaks.ownThreads().size(), openDescriptors());
  }

  boolean isMoreThan(Usage before) {
    return heap > before.heap + MEMORY_MARGIN
        || direct > before.direct + MEMORY_MARGIN
        || threads > before.threads
        || descriptors > before.descriptors;
  }

  /** The second collection takes what the first has found to be cleaned. */
  private static long heapAfterCollection() {
    System.gc();
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  private static long directMemory() {
    return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
        .filter(pool -> pool.getName().equals("direct"))
        .mapToLong(BufferPoolMXBean::getMemoryUsed)
        .sum();
  }

  /** Counts sockets, selectors and what wakes them; files are the JVM's own. */
  private static long openDescriptors() throws IOException {
    if (!Files.isDirectory(DESCRIPTORS)) {
      return 0; // no Linux
    }
    List<Path> links;
    try (var all = Files.list(DESCRIPTORS)) {
      links = all.toList();
    }
    return links.stream().map(Usage::target).filter(Usage::isOfSockets).count();
  }

  private static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException e) {
      return ""; // closed by now
    }
  }

  private static boolean isOfSockets(String target) {
    return target.startsWith("socket:")
        || target.contains("[eventpoll]")
        || target.contains("[eventfd]")
        || target.startsWith("pipe:");
  }

  @Override
  public String toString() {
    return "heap %.1f MB, direct %.1f MB, threads %d, descriptors %d"
        .formatted(heap / 1e6, direct / 1e6, threads, descriptors);
  }
}
