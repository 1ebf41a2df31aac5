package dev.echo;

import dev.echo.testing.Descriptors;
import dev.echo.testing.NoLeaks;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;

/**
 * What this JVM holds when it has nothing to do: bytes, threads of the library, sockets and the
 * like.
 */
record Usage(long heap, long direct, int threads, long descriptors) {

  /** Far more than chance, and far less than a thousand of anything that leaks. */
  private static final long MEMORY_MARGIN = 4 << 20;

  static Usage now() throws IOException {
    return new Usage(
        heapAfterCollection(),
        directMemory(),
        NoLeaks.ownThreads().size(),
        Descriptors.withoutFiles().size());
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

  @Override
  public String toString() {
    return "heap %.1f MB, direct %.1f MB, threads %d, descriptors %d"
        .formatted(heap / 1e6, direct / 1e6, threads, descriptors);
  }
}
